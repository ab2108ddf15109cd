//! Clouds other than AWS, in S3's protocol.

use http_sigv4::explain::Cause;

use super::{Case, error, reported};

pub(super) fn cases() -> Vec<Case> {
    let store = |source, status, code, message, cause, says| {
        let body = error(code, message, "");
        reported(source, "s3", status, &[], &body, cause, says)
    };
    vec![
        // Cloudflare R2.
        store(
            "vastsa/FileCodeBox#148",
            401,
            "Unauthorized",
            "SigV2 authorization is not supported. Please use SigV4 instead.",
            Cause::UnsupportedAlgorithm,
            &["AWS4-HMAC-SHA256"],
        ),
        store(
            "cloudflare/cloudflare-docs#9557",
            400,
            "InvalidArgument",
            "Credential access key has length 64, should be 32",
            Cause::UnknownCredentials,
            &["knows no such access key id"],
        )
        .with_token(),
        store(
            "cloudreve/cloudreve#2176",
            400,
            "InvalidArgument",
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must \
             be less than 604800 seconds",
            Cause::UrlLifetime,
            &["seven days"],
        ),
        store(
            "apache/opendal#1689",
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your \
             secret access key and signing method.",
            Cause::SignatureMismatch,
            &["does not say what it computed"],
        ),
        store(
            "cloudflare/cloudflare-docs#32436",
            403,
            "ExpiredRequest",
            "Presigned URL or request signature has expired.",
            Cause::ClockBehind,
            &["10 min 0 s behind"],
        )
        .with_header("date", "Sun, 30 Aug 2015 12:46:00 GMT"),
        // Backblaze B2.
        store(
            "AlistGo/alist#8364",
            403,
            "InvalidAccessKeyId",
            "Malformed Access Key Id",
            Cause::UnknownCredentials,
            &["knows no such access key id"],
        )
        .with_token(),
        store(
            "peak/s5cmd#269",
            403,
            "InvalidAccessKeyId",
            "The key '00005329cf349a40000000001' is not valid",
            Cause::UnknownCredentials,
            &["knows no such access key id"],
        )
        .with_token(),
        store(
            "backblaze-b2-samples/cloudflare-b2#5",
            403,
            "SignatureDoesNotMatch",
            "Signature validation failed",
            Cause::SignatureMismatch,
            &["does not say what it computed"],
        ),
        store(
            "backblaze-b2-samples/b2-browser-upload#3",
            400,
            "AuthorizationHeaderMalformed",
            "Authorization header is malformed; the authorization component \
             \"/20150830/us-east-005/s3/aws4_request\" is malformed.",
            Cause::AccessKeyIdMissing,
            &["AWS_ACCESS_KEY_ID"],
        ),
        // Google Cloud Storage.
        store(
            "s3fs-fuse/s3fs-fuse#179",
            403,
            "InvalidSecurity",
            "The provided security credentials are not valid.",
            Cause::UnknownCredentials,
            &["knows no such access key id"],
        )
        .with_token(),
        store(
            "mastodon/mastodon#9273",
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your Google secret key and signing method.",
            Cause::SignatureMismatch,
            &["does not say what it computed"],
        ),
    ]
}
