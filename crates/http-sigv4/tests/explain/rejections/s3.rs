//! S3, in its own words. The moments in them are moved to that of the suite.

use http_sigv4::explain::Cause;

use super::{Case, error, reported};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        s3(
            "aws/aws-sdk-php#1333",
            403,
            "AccessDenied",
            "Request has expired",
            "<X-Amz-Expires>300</X-Amz-Expires><Expires>2015-08-30T12:35:50Z</Expires>\
             <ServerTime>2015-08-30T12:36:00Z</ServerTime>",
            Cause::UrlExpired,
            &["`X-Amz-Expires`", "5 min 0 s"],
        ),
        // Signature Version 2, which has no such parameter.
        s3(
            "aws/aws-sdk-js#3493",
            403,
            "AccessDenied",
            "Request has expired",
            "<Expires>2015-08-30T12:35:55Z</Expires><ServerTime>2015-08-30T12:36:00Z</ServerTime>",
            Cause::UrlExpired,
            &["has expired"],
        ),
        // The URL lives by this clock, and the service's is two hours ahead.
        s3(
            "aws/aws-sdk-php#1333, two hours later",
            403,
            "AccessDenied",
            "Request has expired",
            "<X-Amz-Expires>300</X-Amz-Expires><Expires>2015-08-30T12:41:00Z</Expires>\
             <ServerTime>2015-08-30T14:36:00Z</ServerTime>",
            Cause::ClockBehind,
            &["2 h 0 min behind"],
        ),
        s3(
            "versity/versitygw#1514",
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            "<RequestTime>20150830T123600Z</RequestTime><ServerTime>2015-09-01T12:36:02Z</ServerTime>\
             <MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>",
            Cause::ClockBehind,
            &["2 d 0 h behind", "more than 25 hours off"],
        ),
        s3(
            "soto-project/soto-core#99",
            403,
            "AccessDenied",
            "There were headers present in the request which were not signed",
            "<HeadersNotSigned>x-amz-security-token</HeadersNotSigned>",
            Cause::HeaderNotSigned,
            &["`x-amz-security-token`"],
        ),
        s3(
            "aws/aws-sdk-js#120",
            403,
            "AccessDenied",
            "AWS authentication requires a valid Date or x-amz-date header",
            "",
            Cause::HeaderMissing,
            &["removed `x-amz-date`"],
        ),
        s3(
            "s3tools/s3cmd#297",
            400,
            "InvalidToken",
            "The provided token is malformed or otherwise invalid.",
            "<Token-0>IQoJb3JpZ2luX2VjEXAMPLE</Token-0>",
            Cause::UnknownCredentials,
            &["not with this session token"],
        )
        .with_token(),
        s3(
            "prolane/samltoawsstskeys#40",
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
            "<AWSAccessKeyId>ASIAEXAMPLE</AWSAccessKeyId>",
            Cause::SessionTokenMissing,
            &["AWS_SESSION_TOKEN"],
        ),
        s3(
            "durch/rust-s3#97, with nothing quoted",
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your \
             key and signing method.",
            "",
            Cause::SignatureMismatch,
            &["does not say what it computed"],
        ),
        s3(
            "the region in the head alone, as of a HEAD: s3fs-fuse/s3fs-fuse#915",
            400,
            "",
            "",
            "",
            Cause::ScopeRegion,
            &["expects the region `us-east-2`"],
        )
        .with_header("x-amz-bucket-region", "us-east-2"),
        s3(
            "yanganto/s3rs#18",
            301,
            "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint. \
             Please send all future requests to this endpoint.",
            "<Endpoint>ant-lab.s3-ap-northeast-1.amazonaws.com</Endpoint><Bucket>ant-lab</Bucket>",
            Cause::ScopeRegion,
            &["expects the region `ap-northeast-1`", "send to its endpoint"],
        )
        .with_header("x-amz-bucket-region", "ap-northeast-1"),
    ];
    cases.extend(payloads());
    cases
}

fn payloads() -> Vec<Case> {
    vec![
        s3(
            "openstack/swift test/s3api/test_input_errors.py, of S3",
            400,
            "InvalidRequest",
            "Missing required header for this request: x-amz-content-sha256",
            "",
            Cause::HeaderMissing,
            &["removed `x-amz-content-sha256`"],
        ),
        s3(
            "openstack/swift test/s3api/test_input_errors.py, of S3",
            400,
            "InvalidArgument",
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, \
             STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, \
             STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER \
             or a valid sha256 value.",
            "<ArgumentName>x-amz-content-sha256</ArgumentName>",
            Cause::HeaderChanged,
            &["rewrote `x-amz-content-sha256`"],
        ),
        s3(
            "openstack/swift test/s3api/test_input_errors.py, of S3",
            400,
            "BadDigest",
            "The Content-MD5 you specified did not match what we received.",
            "",
            Cause::BodyChanged,
            &["bytes that arrived"],
        ),
    ]
}

pub(super) fn s3(
    source: &'static str,
    status: u16,
    code: &str,
    message: &str,
    rest: &str,
    cause: Cause,
    says: &'static [&'static str],
) -> Case {
    let body = match code {
        "" => String::new(),
        _ => error(code, message, rest),
    };
    reported(
        source,
        "s3",
        status,
        &[("server", "AmazonS3")],
        &body,
        cause,
        says,
    )
}
