//! Swift.

use http_sigv4::explain::Cause;

use super::{Case, error, reported};

pub(super) fn cases() -> Vec<Case> {
    let source = "openstack/swift swift/common/middleware/s3api";
    let swift = |status, code, message, rest, cause, says| {
        let body = error(code, message, rest);
        reported(source, "s3", status, &[], &body, cause, says)
    };
    vec![
        swift(
            403,
            "AccessDenied",
            "Access Denied.",
            "",
            Cause::AccessDenied,
            &["arrived without its signature"],
        ),
        swift(
            400,
            "AuthorizationHeaderMalformed",
            "Invalid credential date \"20150831\". This date is not the same as X-Amz-Date: \"20150830\".",
            "",
            Cause::ScopeDate,
            &["expects the day `20150830`"],
        ),
        swift(
            400,
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; incorrect terminal \"aws4_reque\". This endpoint \
             uses \"aws4_request\".",
            "",
            Cause::IncompleteSignature,
            &["rewrote `Authorization`"],
        ),
        swift(
            400,
            "AuthorizationQueryParametersError",
            "Error parsing the X-Amz-Credential parameter; incorrect service \"es\". This endpoint \
             belongs to \"s3\".",
            "",
            Cause::ScopeService,
            &["expects the service `s3`"],
        ),
        swift(
            400,
            "AuthorizationQueryParametersError",
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must \
             be less than 604800 seconds",
            "",
            Cause::UrlLifetime,
            &["seven days"],
        ),
        swift(
            403,
            "AccessDenied",
            "There were headers present in the request which were not signed",
            "<HeadersNotSigned>x-amz-meta-a</HeadersNotSigned>",
            Cause::HeaderNotSigned,
            &["Something added `x-amz-meta-a`"],
        ),
        swift(
            403,
            "AccessDenied",
            "Request has expired",
            "",
            Cause::UrlExpired,
            &["`X-Amz-Expires`"],
        ),
        swift(
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            "",
            Cause::ClockBehind,
            &["1 h 0 min behind"],
        )
        .with_header("date", "Sun, 30 Aug 2015 13:36:00 GMT"),
        swift(
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
            "",
            Cause::UnknownCredentials,
            &["`ASIAEXAMPLE`"],
        )
        .with_token(),
        swift(
            400,
            "AuthorizationHeaderMalformed",
            "The authorization header that you provided is not valid.",
            "",
            Cause::IncompleteSignature,
            &["on one line"],
        ),
        swift(
            400,
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the region 'us-east-1' is wrong; expecting \
             'RegionOne'",
            "<Region>RegionOne</Region>",
            Cause::ScopeRegion,
            &["does not take the region"],
        ),
        swift(
            400,
            "InvalidArgument",
            "Invalid Argument.",
            "<ArgumentName>X-Amz-Algorithm</ArgumentName><ArgumentValue>AWS5</ArgumentValue>",
            Cause::UnsupportedAlgorithm,
            &["AWS4-HMAC-SHA256"],
        ),
        swift(
            403,
            "AccessDenied",
            "AWS authentication requires a valid Date or x-amz-date header",
            "",
            Cause::HeaderMissing,
            &["removed `x-amz-date`"],
        ),
    ]
}
