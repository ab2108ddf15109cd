//! Another `Authorization` than the signature: a token, a password, or half of one.

use http_sigv4::explain::Cause;

use super::{Case, error_type, reported};

pub(super) fn cases() -> Vec<Case> {
    const ALL_MISSING: &str = "Authorization header requires 'Credential' parameter. Authorization header \
                               requires 'Signature' parameter. Authorization header requires \
                               'SignedHeaders' parameter.";
    const NO_DATE: &str = " Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' \
                           header.";
    let case = |source, service, header: &str, cause, says| {
        let message = format!("{ALL_MISSING}{header}");
        let body = serde_json::json!({ "message": message }).to_string();
        let head = error_type("IncompleteSignatureException");
        reported(source, service, 403, &head, &body, cause, says)
    };
    vec![
        case(
            "aws/chalice#828",
            "execute-api",
            &format!(
                "{NO_DATE} Authorization=eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiI5ZDQzIn0.4f1JhoEZYj16T9Cfe"
            ),
            Cause::NotASignature,
            &["replaced `Authorization`"],
        ),
        case(
            "digitalepidemiologylab/crowdbreaks#3",
            "es",
            &format!("{NO_DATE} Authorization=Basic ZWxhc3RpY3NlYXJjaDpodXNoLWh1c2gtaHVzaA=="),
            Cause::NotASignature,
            &["replaced `Authorization`"],
        ),
        case(
            "nordcloud/cognitocurl#28",
            "es",
            &format!("{NO_DATE} Authorization=eyJraWQiOiJsN0lucEcxVDJPekRTSlFGIn0.eyJzdWIi"),
            Cause::NotASignature,
            &["replaced `Authorization`"],
        ),
        case(
            "anthropics/claude-code#45128",
            "bedrock",
            " (Hashed with SHA-256 and encoded with Base64) \
             Authorization=cQ4NvdQimYUQF6TWcmXs0EbxtO23QVJZkqGmqPqAElg=",
            Cause::NotASignature,
            &["replaced `Authorization`"],
        ),
        case(
            "aws-samples/amazon-elasticsearch-service-with-authentication#4",
            "es",
            &format!("{NO_DATE} Authorization="),
            Cause::NotASignature,
            &["replaced `Authorization`"],
        ),
        case(
            "the same of a signature that lost its parameters",
            "execute-api",
            " Authorization=AWS4-HMAC-SHA256",
            Cause::IncompleteSignature,
            &["cut or rewrote `Authorization`"],
        ),
        reported(
            "amzn/selling-partner-api-models#1432",
            "execute-api",
            400,
            &[],
            r#"{"errors":[{"message":"'AWS4-HMAC-SHA256' not a valid key=value pair (missing equal-sign) in Authorization header: 'Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=6zyk9z5PYA25QziT8qay2mdwO5LUQaAAXYYY61l'.","code":"InvalidInput"}]}"#,
            Cause::IncompleteSignature,
            &["on one line"],
        ),
        reported(
            "iann0036/cloud9-sync#10",
            "cloud9",
            400,
            &[],
            r#"{"__type":"IncompleteSignatureException","message":"'AKIDEXAMPLE/20150830/us-east-1/cloud9/aws4_request' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Credential= AKIDEXAMPLE/20150830/us-east-1/cloud9/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=9f8e."}"#,
            Cause::IncompleteSignature,
            &["white space"],
        ),
        reported(
            "serverless/serverless#3205",
            "execute-api",
            403,
            &[],
            r#"{"message": "'sometoken' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer sometoken'."}"#,
            Cause::NotASignature,
            &["bearer token"],
        ),
        case(
            "svdgraaf/serverless-basic-authentication#3",
            "execute-api",
            &format!("{NO_DATE} Authorization=Basic xxx"),
            Cause::NotASignature,
            &["replaced `Authorization`"],
        ),
    ]
}
