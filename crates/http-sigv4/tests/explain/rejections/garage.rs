//! Garage.

use http_sigv4::explain::Cause;

use super::{Case, error, reported};

pub(super) fn cases() -> Vec<Case> {
    let source = "deuxfleurs-org/garage src/api/common/signature";
    let garage = |status, code, message, cause, says| {
        let body = error(
            code,
            message,
            "<Resource>/</Resource><Region>garage</Region>",
        );
        reported(source, "s3", status, &[], &body, cause, says)
    };
    vec![
        garage(
            400,
            "AuthorizationHeaderMalformed",
            "Authorization header malformed, unexpected scope: 20150830/us-east-1/s3/aws4_request",
            Cause::ScopeRegion,
            &["expects the region `garage`"],
        ),
        garage(
            403,
            "AccessDenied",
            "Forbidden: No such key: GK31c2f218a2e44f485b94239e",
            Cause::UnknownCredentials,
            &["knows no such access key id"],
        )
        .with_token(),
        garage(
            403,
            "AccessDenied",
            "Forbidden: Invalid signature",
            Cause::SignatureMismatch,
            &["does not say what it computed"],
        ),
        garage(
            403,
            "AccessDenied",
            "Forbidden: Garage does not support anonymous access yet",
            Cause::NotSigned,
            &["`Authorization` did not arrive"],
        ),
        garage(
            400,
            "InvalidRequest",
            "Bad request: Date is too old",
            Cause::ClockBehind,
            &["2 d 0 h behind"],
        )
        .with_header("date", "Tue, 01 Sep 2015 12:36:00 GMT"),
        garage(
            400,
            "InvalidRequest",
            "Bad request: Missing X-Amz-Content-Sha256 field",
            Cause::HeaderMissing,
            &["removed `x-amz-content-sha256`"],
        ),
        garage(
            400,
            "InvalidRequest",
            "Bad request: Unsupported authorization method",
            Cause::NotASignature,
            &["replaced `Authorization`"],
        ),
        garage(
            400,
            "InvalidRequest",
            "Bad request: Could not find Signature in Authorization field",
            Cause::IncompleteSignature,
            &["on one line"],
        ),
        garage(
            400,
            "InvalidRequest",
            "Bad request: signed header `x-amz-meta-a` is not present",
            Cause::HeaderMissing,
            &["removed `x-amz-meta-a`"],
        ),
        garage(
            400,
            "InvalidRequest",
            "Bad request: Header `x-amz-meta-a` should be signed",
            Cause::HeaderNotSigned,
            &["Something added `x-amz-meta-a`"],
        ),
        garage(
            400,
            "InvalidRequest",
            "Bad request: Header `Host` should be signed",
            Cause::SignedHeaders,
            &["second signer"],
        ),
        garage(
            400,
            "InvalidRequest",
            "Bad request: X-Amz-Expires may not exceed a week",
            Cause::UrlLifetime,
            &["seven days"],
        ),
        garage(
            400,
            "InvalidRequest",
            "Bad request: X-Amz-Expires is not a number",
            Cause::UrlLifetime,
            &["seven days"],
        ),
        garage(
            400,
            "InvalidRequest",
            "Bad request: X-Amz-Signature not found in query parameters",
            Cause::UrlMalformed,
            &["as it was presigned"],
        )
        .of_url(),
        garage(
            400,
            "InvalidRequest",
            "Bad request: Missing authorization header",
            Cause::NotSigned,
            &["`Authorization` did not arrive"],
        ),
        garage(
            400,
            "InvalidRequest",
            "Bad request: invalid or unsupported x-amz-content-sha256",
            Cause::HeaderChanged,
            &["rewrote `x-amz-content-sha256`"],
        ),
        garage(
            400,
            "InvalidRequest",
            "Bad request: Invalid content sha256 hash",
            Cause::HeaderChanged,
            &["rewrote `x-amz-content-sha256`"],
        ),
        garage(
            400,
            "InvalidRequest",
            "Bad request: Missing X-Amz-Date field",
            Cause::HeaderMissing,
            &["removed `x-amz-date`"],
        ),
        garage(
            400,
            "InvalidRequest",
            "Bad request: Field without value in authorization header",
            Cause::IncompleteSignature,
            &["on one line"],
        ),
        garage(
            400,
            "InvalidRequest",
            "Bad request: Credentials does not contain '/' in authorization field",
            Cause::IncompleteSignature,
            &["slash"],
        ),
        garage(
            400,
            "InvalidRequest",
            "Bad request: Authorization field to short",
            Cause::NotASignature,
            &["replaced `Authorization`"],
        ),
        // It has one sentence for both.
        garage(
            400,
            "InvalidRequest",
            "Bad request: Date is too old",
            Cause::UrlExpired,
            &["`X-Amz-Expires` of 5 min 0 s"],
        )
        .of_url(),
    ]
}
