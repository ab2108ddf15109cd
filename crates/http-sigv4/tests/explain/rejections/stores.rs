//! Servers that speak S3's protocol in words of their own.

use http_sigv4::explain::Cause;

use super::{Case, error, reported};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = ceph();
    cases.extend(ministack());
    cases.extend(others());
    cases
}

/// Ceph's gateway sends codes, and seldom a message.
fn ceph() -> Vec<Case> {
    let ceph = |status, code, message, cause, says| {
        let rest = "<RequestId>tx000000000000000000001-0055e2f8a0-1035-default</RequestId>";
        let message = match message {
            "" => String::new(),
            message => format!("<Message>{message}</Message>"),
        };
        let body =
            format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code>{message}{rest}</Error>");
        let source = "ceph/ceph src/rgw/rgw_common.cc";
        reported(source, "s3", status, &[], &body, cause, says)
    };
    vec![
        ceph(
            403,
            "SignatureDoesNotMatch",
            "",
            Cause::SignatureMismatch,
            &["does not say what it computed"],
        ),
        ceph(
            403,
            "RequestTimeTooSkewed",
            "",
            Cause::ClockBehind,
            &["1 h 0 min behind"],
        )
        .with_header("date", "Sun, 30 Aug 2015 13:36:00 GMT"),
        ceph(
            403,
            "InvalidAccessKeyId",
            "",
            Cause::UnknownCredentials,
            &["`ASIAEXAMPLE`"],
        )
        .with_token(),
        ceph(
            403,
            "AccessDenied",
            "",
            Cause::AccessDenied,
            &["arrived without its signature"],
        ),
        ceph(
            400,
            "XAmzContentSHA256Mismatch",
            "Amazon contents sha256 mismatch",
            Cause::BodyChanged,
            &["bytes that arrived"],
        ),
    ]
}

fn ministack() -> Vec<Case> {
    let ministack = |code, message, cause, says| {
        let body = error(code, message, "<Resource>/b/a.txt</Resource>");
        let source = "ministackorg/ministack ministack/services/s3.py";
        reported(source, "s3", 403, &[], &body, cause, says)
    };
    vec![
        ministack(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your \
             key and signing method.",
            Cause::SignatureMismatch,
            &["does not say what it computed"],
        ),
        ministack(
            "AccessDenied",
            "Request has expired",
            Cause::UrlExpired,
            &["`X-Amz-Expires` of 5 min 0 s"],
        )
        .of_url(),
    ]
}

fn others() -> Vec<Case> {
    let store = |source, status, code, message, cause, says| {
        let body = error(code, message, "");
        reported(source, "s3", status, &[], &body, cause, says)
    };
    vec![
        // SeaweedFS, and MinIO.
        store(
            "seaweedfs/seaweedfs weed/s3api/s3err/s3api_errors.go",
            400,
            "MissingFields",
            "Missing fields in request.",
            Cause::IncompleteSignature,
            &["on one line"],
        ),
        store(
            "seaweedfs/seaweedfs weed/s3api/s3err/s3api_errors.go",
            403,
            "InvalidAccessKeyId",
            "The access key ID you provided does not exist in our records.",
            Cause::UnknownCredentials,
            &["knows no such access key id"],
        )
        .with_token(),
        store(
            "seaweedfs/seaweedfs weed/s3api/s3err/s3api_errors.go",
            400,
            "InvalidRequest",
            "Signed request requires setting up SeaweedFS S3 authentication",
            Cause::UnknownCredentials,
            &["knows no such access key id"],
        )
        .with_token(),
        store(
            "scality/cloudserver#882",
            403,
            "AccessDenied",
            "Access Denied",
            Cause::AccessDenied,
            &["arrived without its signature"],
        ),
        // Not said of whom.
        store(
            "zombiezen/nixcached#20",
            403,
            "SignatureDoesNotMatch",
            "Access denied.",
            Cause::SignatureMismatch,
            &["does not say what it computed"],
        ),
        // S3Proxy says nothing but the status.
        store(
            "gaul/s3proxy src/main/java/org/gaul/s3proxy/S3ErrorCode.java",
            403,
            "AccessDenied",
            "Forbidden",
            Cause::AccessDenied,
            &["arrived without its signature"],
        ),
        store(
            "gaul/s3proxy src/main/java/org/gaul/s3proxy/S3ErrorCode.java",
            403,
            "SignatureDoesNotMatch",
            "Forbidden",
            Cause::SignatureMismatch,
            &["does not say what it computed"],
        ),
        store(
            "gaul/s3proxy src/main/java/org/gaul/s3proxy/S3ErrorCode.java",
            403,
            "InvalidAccessKeyId",
            "Forbidden",
            Cause::UnknownCredentials,
            &["knows no such access key id"],
        )
        .with_token(),
        store(
            "gaul/s3proxy src/main/java/org/gaul/s3proxy/S3ErrorCode.java",
            403,
            "RequestTimeTooSkewed",
            "Forbidden",
            Cause::ClockBehind,
            &["1 h 0 min behind"],
        )
        .with_header("date", "Sun, 30 Aug 2015 13:36:00 GMT"),
        // NooBaa.
        store(
            "noobaa/noobaa-core src/endpoint/s3/s3_errors.js",
            400,
            "MissingSecurityHeader",
            "Your request is missing a required header.",
            Cause::NotSigned,
            &["`Authorization` did not arrive"],
        ),
        store(
            "noobaa/noobaa-core src/endpoint/s3/s3_errors.js",
            400,
            "TokenRefreshRequired",
            "The provided token must be refreshed.",
            Cause::ExpiredCredentials,
            &["Get new ones"],
        ),
        store(
            "noobaa/noobaa-core src/endpoint/s3/s3_errors.js",
            403,
            "NotSignedUp",
            "Your account is not signed up for the Amazon S3 service. You must sign up before you can use, Amazon S3. You can sign up at the following URL: http://aws.amazon.com/s3",
            Cause::AccessDenied,
            &["policy"],
        ),
        store(
            "noobaa/noobaa-core src/endpoint/s3/s3_errors.js",
            403,
            "AccountProblem",
            "There is a problem with your AWS account that prevents the operation from completing successfully. Please Contact Us.",
            Cause::AccessDenied,
            &["policy"],
        ),
    ]
}
