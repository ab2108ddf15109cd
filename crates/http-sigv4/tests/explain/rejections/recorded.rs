//! What AWS answered while the tests of LocalStack were recorded against it. The moments in them are
//! moved to that of the suite.

use http_sigv4::explain::Cause;

use super::{Case, reported, s3::s3};

const S3: &str = "localstack/localstack tests/aws/services/s3/test_s3.snapshot.json";

pub(super) fn cases() -> Vec<Case> {
    vec![
        s3(
            S3,
            400,
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the region 'aws-global' is wrong; expecting \
             'us-east-1'",
            "<Region>us-east-1</Region>",
            Cause::ScopeRegion,
            &["expects the region `us-east-1`"],
        ),
        s3(
            S3,
            403,
            "AccessDenied",
            "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters",
            "",
            Cause::UrlMalformed,
            &["as it was presigned"],
        )
        .of_url(),
        s3(
            S3,
            403,
            "AccessDenied",
            "There were headers present in the request which were not signed",
            "<HeadersNotSigned>x-amz-date, x-amz-decoded-content-length</HeadersNotSigned>",
            Cause::HeaderNotSigned,
            &["`x-amz-date, x-amz-decoded-content-length`"],
        ),
        s3(
            S3,
            403,
            "AccessDenied",
            "Request has expired",
            "<Expires>2015-08-30T12:35:55Z</Expires><ServerTime>2015-08-30T12:36:00Z</ServerTime>",
            Cause::UrlExpired,
            &["`X-Amz-Expires` of 5 min 0 s"],
        )
        .of_url(),
        s3(
            S3,
            400,
            "BadDigest",
            "The SHA256 you specified did not match the calculated checksum.",
            "",
            Cause::BodyChanged,
            &["bytes that arrived"],
        ),
        s3(
            S3,
            403,
            "AccessDenied",
            "Access Denied because object protected by object lock.",
            "",
            Cause::AccessDenied,
            &["protected by object lock"],
        ),
        reported(
            "localstack/localstack tests/aws/services/apigateway/test_apigateway_common.snapshot.json",
            "execute-api",
            403,
            &[("x-amzn-errortype", "MissingAuthenticationTokenException")],
            r#"{"message":"Missing Authentication Token"}"#,
            Cause::UnknownRoute,
            &["no such route"],
        ),
    ]
}
