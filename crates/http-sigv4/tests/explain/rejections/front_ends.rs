//! API Gateway, Lambda and VPC Lattice, as people have reported them.

use http_sigv4::explain::Cause;

use super::{Case, error_type, reported};

pub(super) fn cases() -> Vec<Case> {
    vec![
        reported(
            "aws/aws-sdk-js-v3#1831",
            "apigateway",
            403,
            &error_type("InvalidSignatureException"),
            r#"{"message":"Credential should be scoped to correct service: 'execute-api'. "}"#,
            Cause::ScopeService,
            &["expects the service `execute-api`"],
        ),
        reported(
            "aws/aws-sdk-js#792",
            "execute-api",
            403,
            &[],
            r##"{"__type":"#SignatureDoesNotMatch","error":{"message":"[*Deprecated*: Use the outer message field] Credential should be scoped to a valid region, not 'execute-api'. "},"message":"Credential should be scoped to a valid region, not 'execute-api'. "}"##,
            Cause::ScopeRegion,
            &["does not take the region"],
        ),
        reported(
            "ASFHyP3/hyp3#2283",
            "execute-api",
            403,
            &error_type("AccessDeniedException"),
            r#"{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-west-2:********2543:vd2gh6uqw3/api/GET/"}"#,
            Cause::NotSigned,
            &["`Authorization` did not arrive"],
        ),
        reported(
            "badslug/Paw-AWSSignature4DynamicValue#5",
            "execute-api",
            403,
            &error_type("UnrecognizedClientException"),
            r#"{"message":"The security token included in the request is invalid."}"#,
            Cause::UnknownCredentials,
            &["not with this session token"],
        )
        .with_token(),
        reported(
            "NetSPI/AWSSigner#3",
            "execute-api",
            403,
            &[],
            r#"{"message":"'Host' must be a 'SignedHeader' in the AWS Authorization."}"#,
            Cause::SignedHeaders,
            &["second signer"],
        ),
        reported(
            "aws/aws-cdk#21182",
            "execute-api",
            403,
            &[("apigw-requestid", "Xq3dVhZ1oAMEPgA=")],
            r#"{ "message": "Forbidden" }"#,
            Cause::Unexplained,
            &["HTTP APIs"],
        ),
        reported(
            "curl/curl#11007",
            "vpc-lattice-svcs",
            400,
            &[],
            "IncompleteSignatureException: 'x-amz-security-token' is named as a SignedHeader, but it does not exist in the HTTP request.",
            Cause::HeaderMissing,
            &["removed `x-amz-security-token`"],
        ),
        // Signed by the rules of another service.
        reported(
            "awslabs/aws-sigv4-proxy#116",
            "execute-api",
            400,
            &[],
            "IncompleteSignatureException: Missing the 'x-amz-content-sha256' in canonical headers",
            Cause::BodyHashRequired,
            &["UNSIGNED-PAYLOAD"],
        ),
        reported(
            "jamesmbourne/aws4-axios#1553",
            "lambda",
            403,
            &error_type("UnrecognizedClientException"),
            r#"{"message":"The security token included in the request is invalid."}"#,
            Cause::UnknownCredentials,
            &["not with this session token"],
        )
        .with_token(),
        // An authorizer's policy.
        reported(
            "ministackorg/ministack ministack/services/lambda_svc.py",
            "execute-api",
            403,
            &error_type("AccessDeniedException"),
            r#"{"Message":"User is not authorized to access this resource."}"#,
            Cause::AccessDenied,
            &["`execute-api:Invoke`", "arrived without its signature"],
        ),
        reported(
            "NickWaterton/Roomba980-Python#118",
            "execute-api",
            403,
            &[],
            r#"{"message":"Signature not yet current: 20150831T000000Z is still later than 20150830T124100Z (20150830T123600Z + 5 min.)"}"#,
            Cause::ClockAhead,
            &["ahead of the service's"],
        ),
        reported(
            "aws-samples/aws-cross-account-private-api-demo#1",
            "execute-api",
            403,
            &error_type("AccessDeniedException"),
            r#"{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:ap-southeast-2:********3333:a1/dev/GET/ with an explicit deny"}"#,
            Cause::NotSigned,
            &["`Authorization` did not arrive"],
        ),
    ]
}
