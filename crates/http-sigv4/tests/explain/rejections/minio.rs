//! MinIO.

use http_sigv4::explain::Cause;

use super::{Case, error, reported};

pub(super) fn cases() -> Vec<Case> {
    let server = "minio/minio cmd/api-errors.go";
    let minio = |source, status, code, message, cause, says| {
        let body = error(code, message, "<Resource>/</Resource>");
        reported(
            source,
            "s3",
            status,
            &[("server", "MinIO")],
            &body,
            cause,
            says,
        )
    };
    let query = "AuthorizationQueryParametersError";
    vec![
        minio(
            server,
            400,
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the region is wrong; expecting 'eu-west-1'.",
            Cause::ScopeRegion,
            &["expects the region `eu-west-1`"],
        ),
        minio(
            server,
            400,
            query,
            "Error parsing the X-Amz-Credential parameter; the region is wrong;",
            Cause::ScopeRegion,
            &["does not take the region"],
        ),
        minio(
            server,
            400,
            "InvalidRegion",
            "Region does not match.",
            Cause::ScopeRegion,
            &["does not take the region"],
        ),
        minio(
            "n8n-io/n8n#17013",
            400,
            "AuthorizationParametersError",
            "Error parsing the Credential/X-Amz-Credential parameter; incorrect service. This endpoint \
             belongs to &#34;s3&#34;.",
            Cause::ScopeService,
            &["expects the service `s3`"],
        ),
        minio(
            server,
            400,
            "AuthorizationParametersError",
            "Error parsing the Credential parameter; incorrect service. This endpoint belongs to \"sts\".",
            Cause::ScopeService,
            &["expects the service `sts`"],
        ),
        minio(
            server,
            400,
            query,
            "Error parsing the X-Amz-Credential parameter; incorrect terminal. This endpoint uses \
             \"aws4_request\".",
            Cause::UrlMalformed,
            &["speaks of the query"],
        ),
        minio(
            server,
            400,
            "AccessDenied",
            "Signature header missing Signature field.",
            Cause::IncompleteSignature,
            &["on one line"],
        ),
        minio(
            server,
            400,
            "InvalidArgument",
            "Signature header missing SignedHeaders field.",
            Cause::IncompleteSignature,
            &["on one line"],
        ),
        minio(
            server,
            400,
            "InvalidRequest",
            "Missing Credential field for this request.",
            Cause::IncompleteSignature,
            &["on one line"],
        ),
        minio(
            server,
            400,
            "InvalidArgument",
            "Authorization header is invalid -- one and only one ' ' (space) required.",
            Cause::NotASignature,
            &["replaced `Authorization`"],
        ),
        minio(
            server,
            400,
            "MalformedDate",
            "Invalid date format header, expected to be in ISO8601, RFC1123 or RFC1123Z time format.",
            Cause::HeaderChanged,
            &["rewrote `x-amz-date`"],
        ),
        minio(
            server,
            400,
            query,
            "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"",
            Cause::UrlMalformed,
            &["anew"],
        )
        .of_url(),
        minio(
            server,
            400,
            query,
            "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\".",
            Cause::UnsupportedAlgorithm,
            &["AWS4-HMAC-SHA256"],
        ),
        minio(
            server,
            400,
            query,
            "X-Amz-Expires must be non-negative",
            Cause::UrlLifetime,
            &["seven days"],
        ),
        minio(
            server,
            400,
            query,
            "X-Amz-Expires should be a number",
            Cause::UrlLifetime,
            &["seven days"],
        ),
        minio(
            server,
            403,
            "AccessDenied",
            "Request has expired",
            Cause::UrlExpired,
            &["`X-Amz-Expires`"],
        ),
        minio(
            server,
            403,
            "AccessDenied",
            "Request is not valid yet",
            Cause::ClockAhead,
            &["ahead of the service's"],
        ),
        minio(
            server,
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the server's time is too large.",
            Cause::ClockAhead,
            &["30 min 0 s ahead"],
        )
        .with_header("date", "Sun, 30 Aug 2015 12:06:00 GMT"),
        minio(
            server,
            403,
            "InvalidTokenId",
            "The security token included in the request is invalid",
            Cause::UnknownCredentials,
            &["not with this session token"],
        )
        .with_token(),
        minio(
            server,
            403,
            "AccessDenied",
            "No AWSAccessKey was presented",
            Cause::NotSigned,
            &["`Authorization` did not arrive"],
        ),
        minio(
            server,
            400,
            "AccessDenied",
            "There were headers present in the request which were not signed",
            Cause::HeaderNotSigned,
            &["Something added the header"],
        ),
    ]
}
