//! Versity's gateway to S3.

use http_sigv4::explain::Cause;

use super::{Case, error, reported};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = header();
    cases.extend(query());
    cases.extend(others());
    cases
}

/// What it finds wrong with `Authorization`.
fn header() -> Vec<Case> {
    let header = |says_of_it: &str, rest, cause, says| {
        let message = format!("The authorization header is malformed; {says_of_it}");
        let body = error("AuthorizationHeaderMalformed", &message, rest);
        let source = "versity/versitygw s3err/sigv4.go";
        reported(source, "s3", 400, &[], &body, cause, says)
    };
    let cut = Cause::IncompleteSignature;
    vec![
        header("missing Credential.", "", cut, &["on one line"]),
        header("missing Signature.", "", cut, &["on one line"]),
        header("missing SignedHeaders.", "", cut, &["on one line"]),
        header(
            "the authorization component \"Signature\" is malformed.",
            "",
            cut,
            &["on one line"],
        ),
        header(
            "the region \"us-east-1\" is wrong; expecting \"eu-west-1\"",
            "<Region>eu-west-1</Region>",
            Cause::ScopeRegion,
            &["expects the region `eu-west-1`"],
        ),
        header(
            "incorrect terminal \"aws5_request\". This endpoint uses \"aws4_request\".",
            "",
            cut,
            &["on one line"],
        ),
        // It says so twice.
        header(
            "The authorization header is malformed; Invalid credential date. Date is not the same as \
             X-Amz-Date.",
            "",
            Cause::ScopeDate,
            &["one reading of the clock"],
        ),
    ]
}

/// What it finds wrong with a presigned URL.
fn query() -> Vec<Case> {
    let query = |message, cause, says| {
        let body = error("AuthorizationQueryParametersError", message, "");
        let source = "versity/versitygw s3err/presigned-urls.go";
        reported(source, "s3", 400, &[], &body, cause, says)
    };
    vec![
        query(
            "Error parsing the X-Amz-Credential parameter; the region \"us-east-1\" is wrong; expecting \
             \"eu-west-1\"",
            Cause::ScopeRegion,
            &["expects the region `eu-west-1`"],
        ),
        query(
            "Error parsing the X-Amz-Credential parameter; incorrect date format \"2015083\". This date \
             in the credential must be in the format \"yyyyMMdd\".",
            Cause::UrlMalformed,
            &["as it was presigned"],
        )
        .of_url(),
        query(
            "Invalid credential date \"20150831\". This date is not the same as X-Amz-Date: \
             \"20150830\".",
            Cause::ScopeDate,
            &["expects the day `20150830`"],
        ),
        query(
            "Authorization with X-Amz-Security-Token is not supported",
            Cause::UnknownCredentials,
            &["not with this session token"],
        )
        .with_token(),
    ]
}

fn others() -> Vec<Case> {
    let versity = |file, status, code, message, rest, cause, says| {
        let body = error(code, message, rest);
        reported(file, "s3", status, &[], &body, cause, says)
    };
    let codes = "versity/versitygw s3err/s3err.go";
    let arguments = "versity/versitygw s3err/invalid-argument.go";
    vec![
        versity(
            codes,
            403,
            "AccessDenied",
            "Anonymous users cannot invoke this API. Please authenticate.",
            "",
            Cause::NotSigned,
            &["`Authorization` did not arrive"],
        ),
        versity(
            codes,
            403,
            "AccessDenied",
            "s3:GetBucketOwnershipControls does not support Anonymous requests!",
            "",
            Cause::NotSigned,
            &["`Authorization` did not arrive"],
        ),
        versity(
            codes,
            400,
            "InvalidRequest",
            "Anonymous requests don't support this x-amz-content-sha256 value. Please use \
             UNSIGNED-PAYLOAD or STREAMING-UNSIGNED-PAYLOAD-TRAILER.",
            "",
            Cause::NotSigned,
            &["`Authorization` did not arrive"],
        ),
        versity(
            codes,
            400,
            "InvalidRequest",
            "The value of x-amz-content-sha256 header is invalid.",
            "",
            Cause::HeaderChanged,
            &["rewrote `x-amz-content-sha256`"],
        ),
        versity(
            arguments,
            400,
            "InvalidArgument",
            "Only AWS4-HMAC-SHA256 is supported",
            "<ArgumentName>X-Amz-Algorithm</ArgumentName>",
            Cause::UnsupportedAlgorithm,
            &["AWS4-HMAC-SHA256"],
        ),
        versity(
            arguments,
            400,
            "InvalidArgument",
            "X-Amz-Date must be formated via ISO8601 Long format",
            "<ArgumentName>X-Amz-Date</ArgumentName>",
            Cause::HeaderChanged,
            &["rewrote `x-amz-date`"],
        ),
        versity(
            "versity/versitygw s3err/expired-presigned-url-error.go",
            403,
            "AccessDenied",
            "Request has expired",
            "<ServerTime>2015-08-30T12:36:00Z</ServerTime><X-Amz-Expires>60</X-Amz-Expires>\
             <Expires>2015-08-30T12:35:50Z</Expires>",
            Cause::UrlExpired,
            &["`X-Amz-Expires` of 1 min 0 s"],
        ),
        versity(
            codes,
            403,
            "AccessDenied",
            "Request is not valid yet.",
            "",
            Cause::ClockAhead,
            &["ahead of the service's"],
        ),
        versity(
            "versity/versitygw s3err/invalid-access-key-id-error.go",
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
            "<AWSAccessKeyId>AKIAOTHER</AWSAccessKeyId>",
            Cause::UnknownCredentials,
            &["`AKIAOTHER`"],
        ),
    ]
}
