//! API Gateway and Lambda function URLs.

use http_sigv4::explain::Cause;

use super::{Case, case, error_type};

pub(super) fn cases() -> Vec<Case> {
    let api = "execute-api";
    vec![
        case(
            api,
            403,
            &error_type("MissingAuthenticationTokenException"),
            r#"{"message":"Missing Authentication Token"}"#,
            Cause::UnknownRoute,
            &["no such route", "stage"],
        ),
        case(
            api,
            403,
            &error_type("InvalidSignatureException"),
            r#"{"message":"Signature expired: 20150830T123600Z is now earlier than 20150830T124100Z (20150830T124600Z - 5 min.)"}"#,
            Cause::ClockBehind,
            &["10 min 0 s behind"],
        ),
        case(
            api,
            403,
            &error_type("InvalidSignatureException"),
            r#"{"message":"Signature not yet current: 20150830T123600Z is still later than 20150830T123100Z (20150830T122600Z + 5 min.)"}"#,
            Cause::ClockAhead,
            &["10 min 0 s ahead"],
        ),
        case(
            api,
            403,
            &error_type("IncompleteSignatureException"),
            r#"{"message":"'eyJhbGciOiJIUzI1NiJ9.e30.c2ln' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln'."}"#,
            Cause::NotASignature,
            &["bearer token", "not a valid key=value pair"],
        ),
        case(
            api,
            403,
            &error_type("IncompleteSignatureException"),
            r#"{"message":"Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): 'mDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA='."}"#,
            Cause::NotASignature,
            &["bearer token"],
        ),
        case(
            api,
            403,
            &error_type("IncompleteSignatureException"),
            r#"{"message":"Authorization header requires 'Signature' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/execute-api/aws4_request"}"#,
            Cause::IncompleteSignature,
            &["half a signature"],
        ),
        case(
            api,
            403,
            &error_type("InvalidSignatureException"),
            r#"{"message":"Credential should be scoped to a valid region, not 'us-east-1'. "}"#,
            Cause::ScopeRegion,
            &["`us-east-1`", "region"],
        ),
        case(
            api,
            403,
            &error_type("InvalidSignatureException"),
            r#"{"message":"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150831' != '20150830', from '20150830T123600Z'."}"#,
            Cause::ScopeDate,
            &["day"],
        ),
        case(
            api,
            403,
            &error_type("UnrecognizedClientException"),
            r#"{"message":"The security token included in the request is invalid."}"#,
            Cause::SessionTokenMissing,
            &["`ASIAEXAMPLE`", "AWS_SESSION_TOKEN"],
        ),
        case(
            api,
            403,
            &error_type(
                "ExpiredTokenException:http://internal.amazon.com/coral/com.amazon.coral.service/",
            ),
            r#"{"message":"The security token included in the request is expired"}"#,
            Cause::ExpiredCredentials,
            &["expired"],
        ),
        case(
            api,
            403,
            &error_type("AccessDeniedException"),
            r#"{"Message":"User: arn:aws:sts::111122223333:assumed-role/caller/session is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********3333:abc123/prod/GET/items because no identity-based policy allows the execute-api:Invoke action"}"#,
            Cause::AccessDenied,
            &[
                "signature is good",
                "`execute-api:Invoke`",
                "assumed-role/caller",
            ],
        ),
        case(
            api,
            403,
            &error_type("AccessDeniedException"),
            r#"{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********3333:abc123/prod/GET/items"}"#,
            Cause::NotSigned,
            &["`Authorization` did not arrive"],
        ),
        case(
            api,
            403,
            &error_type("ForbiddenException"),
            r#"{"message":"Forbidden"}"#,
            Cause::Unexplained,
            &["does not say more"],
        ),
        // The owner of the API has a body of their own.
        case(
            api,
            418,
            &error_type("ExpiredTokenException"),
            r#"{"sorry":true}"#,
            Cause::ExpiredCredentials,
            &["418 ExpiredTokenException"],
        ),
        case(
            api,
            403,
            &[("apigw-requestid", "Xq3dVhZ1oAMEPgA=")],
            r#"{"message":"Forbidden"}"#,
            Cause::Unexplained,
            &["HTTP APIs do not say more"],
        ),
        case(
            api,
            403,
            &[
                ("apigw-requestid", "Xq3dVhZ1oAMEPgA="),
                ("date", "Sun, 30 Aug 2015 13:36:00 GMT"),
            ],
            r#"{"message":"Forbidden"}"#,
            Cause::ClockBehind,
            &["1 h 0 min behind"],
        ),
        case(
            api,
            403,
            &[
                ("apigw-requestid", "Xq3dVhZ1oAMEPgA="),
                ("date", "Sun, 30 Aug 2015 13:36:00 GMT"),
                ("age", "3600"),
            ],
            r#"{"message":"Forbidden"}"#,
            Cause::Unexplained,
            &["HTTP APIs"],
        ),
        case(
            "lambda",
            403,
            &[("x-amzn-errortype", "AccessDeniedException")],
            r#"{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}"#,
            Cause::AccessDenied,
            &[
                "`lambda:InvokeFunctionUrl` and `lambda:InvokeFunction`",
                "urls-auth.html",
            ],
        ),
        case(
            "lambda",
            403,
            &[("x-amzn-errortype", "InvalidSignatureException")],
            r#"{"message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}"#,
            Cause::SignatureMismatch,
            &["does not say what it computed"],
        ),
    ]
}
