//! What S3 finds wrong with the form of a signature, as `AuthorizationHeaderMalformed` and the like.

use http_sigv4::explain::Cause;

use super::{Case, s3::s3};

pub(super) fn cases() -> Vec<Case> {
    let header = "AuthorizationHeaderMalformed";
    let query = "AuthorizationQueryParametersError";
    let is = "The authorization header is malformed;";
    let parsing = "Error parsing the X-Amz-Credential parameter;";
    let credential = "the Credential is mal-formed; expecting \
                      \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";
    let mechanism = "The authorization mechanism you have provided is not supported. Please use \
                     AWS4-HMAC-SHA256.";
    let type_of = |value: &str| {
        format!("<ArgumentName>Authorization</ArgumentName><ArgumentValue>{value}</ArgumentValue>")
    };
    vec![
        s3(
            "JuliaServices/CloudStore.jl#52",
            400,
            header,
            &format!("{is} the region 's3' is wrong; expecting 'us-west-2'"),
            "<Region>us-west-2</Region>",
            Cause::ScopeRegion,
            &["expects the region `us-west-2`"],
        ),
        s3(
            "bigassforce/aws-sdk#5",
            400,
            query,
            &format!("{parsing} the region 'us-east-1' is wrong; expecting 'ca-central-1'"),
            "<Region>ca-central-1</Region>",
            Cause::ScopeRegion,
            &["expects the region `ca-central-1`"],
        ),
        s3(
            "minio/minio#2385, of S3",
            400,
            query,
            &format!("{parsing} incorrect service \"s4\". This endpoint belongs to \"s3\"."),
            "",
            Cause::ScopeService,
            &["expects the service `s3`"],
        ),
        s3(
            "versity/versitygw s3err/sigv4.go, of S3",
            400,
            header,
            &format!("{is} incorrect service \"execute-api\". This endpoint belongs to \"s3\"."),
            "",
            Cause::ScopeService,
            &["expects the service `s3`"],
        ),
        s3(
            "arqbackup/arq_restore#48",
            400,
            header,
            &format!("{is} Invalid credential date. Date is not the same as X-Amz-Date."),
            "",
            Cause::ScopeDate,
            &["one reading of the clock"],
        ),
        s3(
            "minio/minio cmd/api-errors.go, of S3",
            400,
            query,
            &format!(
                "{parsing} incorrect date format \"2015083\". This date in the credential must be in the \
                 format \"yyyyMMdd\"."
            ),
            "",
            Cause::UrlMalformed,
            &["as it was presigned"],
        )
        .of_url(),
        s3(
            "stefansundin/s3verify#1",
            400,
            header,
            &format!("{is} a non-empty Access Key (AKID) must be provided in the credential."),
            "",
            Cause::AccessKeyIdMissing,
            &["AWS_ACCESS_KEY_ID"],
        ),
        s3(
            "ex-aws/ex_aws#537",
            400,
            header,
            &format!(
                "{is} the authorization header requires three components: Credential, SignedHeaders, and \
                 Signature."
            ),
            "",
            Cause::IncompleteSignature,
            &["on one line"],
        ),
        s3(
            "krobertson/deb-s3#157",
            400,
            header,
            &format!("{is} {credential}"),
            "",
            Cause::IncompleteSignature,
            &["slash"],
        ),
        s3(
            "TTLabs/EvaporateJS#491",
            400,
            query,
            &format!("{parsing} {credential}"),
            "",
            Cause::UrlMalformed,
            &["anew"],
        )
        .of_url(),
        s3(
            "minio/minio cmd/api-errors.go, of S3",
            400,
            query,
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, \
             X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
            "",
            Cause::UrlMalformed,
            &["`&`"],
        )
        .of_url(),
        s3(
            "versity/versitygw s3err/presigned-urls.go, of S3",
            400,
            query,
            "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"",
            "",
            Cause::UnsupportedAlgorithm,
            &["AWS4-HMAC-SHA256"],
        ),
        s3(
            "nukulb/s3-angular-file-upload#23",
            400,
            "InvalidRequest",
            mechanism,
            "",
            Cause::UnsupportedAlgorithm,
            &["AWS4-HMAC-SHA256"],
        ),
        s3(
            "Einstore/Einstore#152",
            400,
            "InvalidArgument",
            "Unsupported Authorization Type",
            &type_of("Bearer eyJhbGciOiJIUzUxMiJ9.e30.j3iMlWaqUm2x5oJ4sQ"),
            Cause::NotASignature,
            &["bearer token"],
        ),
        s3(
            "danialfarid/ng-file-upload#615",
            400,
            "InvalidArgument",
            "Unsupported Authorization Type",
            &type_of("Basic U1Q6"),
            Cause::NotASignature,
            &["replaced `Authorization`"],
        ),
        s3(
            "versity/versitygw#1705, of S3",
            400,
            "InvalidArgument",
            "Unsupported Authorization Type",
            &type_of("AWS-HMAC-SHA25 Credential=AKID/20150830/us-east-1/s3/aws4_request"),
            Cause::IncompleteSignature,
            &["rewrote `Authorization`"],
        ),
        s3(
            "benrady/learnjs#23",
            400,
            "InvalidArgument",
            "Authorization header is invalid -- one and only one ' ' (space) required",
            &type_of("eyJhbGciOiJIUzUxMiJ9.e30.j3iMlWaqUm2x5oJ4sQ"),
            Cause::NotASignature,
            &["replaced `Authorization`"],
        ),
    ]
}
