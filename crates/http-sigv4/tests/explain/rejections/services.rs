//! Services of AWS behind their own front ends, as people have reported them.

use http_sigv4::explain::Cause;

use super::{Case, reported};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = search();
    cases.extend(json());
    cases
}

/// OpenSearch, with its serverless kin.
fn search() -> Vec<Case> {
    let hint = |hint| [("x-aoss-response-hint", hint), ("server", "aoss-amazon")];
    vec![
        reported(
            "docs.aws.amazon.com opensearch-service serverless-troubleshooting",
            "aoss",
            401,
            &hint("X01:network-policy-deny"),
            "",
            Cause::NetworkDenied,
            &["network policy", "VPC endpoint"],
        ),
        reported(
            "abutaha/aws-es-proxy#132",
            "aoss",
            403,
            &hint("X01:gw-helper-deny"),
            r#"{"status":403,"request-id":"1","error":{"reason":"403 Forbidden","type":"Forbidden"}}"#,
            Cause::Unexplained,
            &["data access policy", "`aoss:APIAccessAll`"],
        ),
        reported(
            "docs.aws.amazon.com opensearch-service serverless-troubleshooting",
            "s3",
            403,
            &hint("X01:gw-helper-deny"),
            "",
            Cause::ScopeService,
            &["expects the service `aoss`"],
        ),
        reported(
            "opensearch-project/OpenSearch#14838",
            "es",
            403,
            &[],
            r#"{"error":{"root_cause":[{"type":"security_exception","reason":"no permissions for [indices:data/write/delete/byquery] and User [name=arn:aws:iam::111122223333:role/r, backend_roles=[arn:aws:iam::111122223333:role/r], requestedTenant=null]"}],"type":"security_exception","reason":"no permissions for [indices:data/write/delete/byquery] and User [name=arn:aws:iam::111122223333:role/r, backend_roles=[arn:aws:iam::111122223333:role/r], requestedTenant=null]"},"status":403}"#,
            Cause::AccessDenied,
            &["backend role"],
        ),
        reported(
            "anomalyco/sst#834",
            "es",
            403,
            &[],
            r#"{"Message":"User: anonymous is not authorized to perform: es:ESHttpPost"}"#,
            Cause::NotSigned,
            &["`Authorization` did not arrive"],
        ),
        reported(
            "tedder/requests-aws4auth#7",
            "es",
            403,
            &[],
            r#"{"message":"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150829' != '20150830', from '20150830T123600Z'."}"#,
            Cause::ScopeDate,
            &["one reading of the clock"],
        ),
        reported(
            "cllunsford/aws-signing-proxy#25",
            "es",
            403,
            &[],
            r#"{"message":"Credential should be scoped to correct service: 'batch'. "}"#,
            Cause::ScopeService,
            &["expects the service `batch`"],
        ),
        reported(
            "aws-solutions/centralized-logging-with-opensearch#299",
            "es",
            403,
            &[],
            r#"{"Message":"User: arn:aws:sts::111122223333:assumed-role/CL-buffer-access/s is not authorized to perform: es:ESHttpPost because no identity-based policy allows the es:ESHttpPost action"}"#,
            Cause::AccessDenied,
            &["signature is good", "es:ESHttpPost"],
        ),
    ]
}

/// AppSync, Neptune, Prometheus, Bedrock, and what speaks AWS JSON or the query protocol.
fn json() -> Vec<Case> {
    vec![
        reported(
            "aws-amplify/amplify-cli#3380",
            "appsync",
            403,
            &[],
            r#"{"errors":[{"errorType":"UnrecognizedClientException","message":"The security token included in the request is invalid."}]}"#,
            Cause::UnknownCredentials,
            &["not with this session token"],
        )
        .with_token(),
        reported(
            "awslabs/aws-mobile-appsync-sdk-js#561, with nothing quoted",
            "appsync",
            400,
            &[],
            r#"{"errors":[{"errorType":"BadRequestException","message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}]}"#,
            Cause::SignatureMismatch,
            &["does not say what it computed"],
        ),
        reported(
            "aws-samples/amazon-neptune-samples#118",
            "neptune-db",
            403,
            &[],
            r#"{"code":"AccessDeniedException","requestId":"1","detailedMessage":"Missing Authentication Token"}"#,
            Cause::NotSigned,
            &["`Authorization` did not arrive"],
        ),
        reported(
            "aws/amazon-neptune-sigv4-signer#15",
            "neptune-db",
            403,
            &[],
            r#"{"code":"AccessDeniedException","requestId":"1","detailedMessage":"The security token included in the request is invalid"}"#,
            Cause::UnknownCredentials,
            &["a token of other credentials"],
        )
        .with_token(),
        reported(
            "prometheus-community/helm-charts#4687",
            "aps",
            403,
            &[],
            r#"{"message":"Missing Authentication Token"}"#,
            Cause::NotSigned,
            &["`Authorization` did not arrive"],
        ),
        reported(
            "aws-ia/terraform-aws-eks-blueprints#709",
            "aps",
            403,
            &[],
            r#"{"Message":"User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: aps:RemoteWrite on resource: arn:aws:aps:us-east-2:111122223333:workspace/ws-1"}"#,
            Cause::AccessDenied,
            &["signature is good", "aps:RemoteWrite"],
        ),
        reported(
            "anthropics/anthropic-sdk-typescript#537",
            "bedrock",
            403,
            &[("x-amzn-errortype", "UnrecognizedClientException:http://internal.amazon.com/coral/com.amazon.coral.service/")],
            r#"{"message":"The security token included in the request is invalid."}"#,
            Cause::UnknownCredentials,
            &["a token of other credentials"],
        )
        .with_token(),
        reported(
            "disneystreaming/smithy4s#1568",
            "sagemaker-runtime",
            400,
            &[],
            r#"{"__type":"InvalidSignatureException","message":"Credential should be scoped to correct service: 'sagemaker'. "}"#,
            Cause::ScopeService,
            &["expects the service `sagemaker`"],
        ),
        reported(
            "aws/aws-sdk-ruby#431",
            "emr",
            400,
            &[],
            r#"{"__type":"InvalidSignatureException","message":"Credential should be scoped to correct service: 'elasticmapreduce'. "}"#,
            Cause::ScopeService,
            &["expects the service `elasticmapreduce`"],
        ),
        reported(
            "boto/boto#3688",
            "sqs",
            403,
            &[],
            "<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\">\n\t<Error>\n\t\t<Type>Sender</Type>\n\t\t<Code>SignatureDoesNotMatch</Code>\n\t\t<Message>Credential should be scoped to a valid region, not 'queue'. </Message>\n\t\t<Detail/>\n\t</Error>\n</ErrorResponse>",
            Cause::ScopeRegion,
            &["does not take the region"],
        ),
        reported(
            "convox/rack#235",
            "codebuild",
            400,
            &[],
            r#"{"__type":"SignatureDoesNotMatch","message":"Signature expired: 20150830T123600Z is now earlier than 20150830T124626Z (20150830T125126Z - 5 min.)"}"#,
            Cause::ClockBehind,
            &["15 min 26 s behind"],
        ),
        // EC2 has one code for all of it, and only the date tells.
        reported(
            "getmoto/moto moto/core/exceptions.py, of EC2, an hour off",
            "ec2",
            401,
            &[("date", "Sun, 30 Aug 2015 13:36:00 GMT")],
            "<Response><Errors><Error><Code>AuthFailure</Code><Message>AWS was not able to validate the provided access credentials</Message></Error></Errors></Response>",
            Cause::ClockBehind,
            &["1 h 0 min behind"],
        ),
        reported(
            "aws/aws-sdk-js#254",
            "dynamodb",
            400,
            &[],
            r#"{"__type":"InvalidSignatureException","message":"Signature expired: 20150830T123600Z is now earlier than 20150830T123858Z (20150830T125358Z - 15 min.)"}"#,
            Cause::ClockBehind,
            &["17 min 58 s behind"],
        ),
        reported(
            "aws/aws-sdk-js-v3#5576",
            "cloudfront-keyvaluestore",
            403,
            &[("x-amzn-errortype", "InvalidSignatureException")],
            r#"{"message":"The credential must be scoped to a valid region."}"#,
            Cause::ScopeRegion,
            &["does not take the region"],
        ),
        reported(
            "maximhq/bifrost#2533",
            "bedrock-agent-runtime",
            403,
            &[],
            r#"{"message":"Credential should be scoped to correct service: 'bedrock'. "}"#,
            Cause::ScopeService,
            &["expects the service `bedrock`"],
        ),
        reported(
            "aws/aws-cli#134",
            "ec2",
            403,
            &[],
            "<Response><Errors><Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.</Message></Error></Errors><RequestID>1</RequestID></Response>",
            Cause::SignatureMismatch,
            &["does not say what it computed"],
        ),
    ]
}
