//! What a response's status and headers say of the signature. The body is not ours to read, so what
//! services that answer in XML say there is not seen.

use http::{HeaderMap, StatusCode};

/// What a service may have refused a signature for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refusal {
    /// Perhaps the time in it: services have the same error for other causes, so that the
    /// response's `Date` has to confirm it.
    Time,
    /// The credentials: they have expired, or are not known.
    Credentials,
}

impl Refusal {
    /// Reads the status and the error type. A service that sends no error type, as S3 and the HTTP
    /// APIs of API Gateway, says by its status only that time may be the cause.
    pub(crate) fn of(status: StatusCode, headers: &HeaderMap) -> Option<Self> {
        let may_be_refused = [
            StatusCode::BAD_REQUEST,
            StatusCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN,
        ];
        if !may_be_refused.contains(&status) {
            return None;
        }
        let Some(error) = headers.get("x-amzn-errortype") else {
            return (status != StatusCode::BAD_REQUEST).then_some(Self::Time);
        };
        // Some services append a URI: `ExpiredTokenException:http://internal.amazon.com/coral/...`,
        // and some put a namespace in front: `com.amazon.coral.service#ExpiredTokenException`.
        let name = error.as_bytes().split(|&byte| byte == b':').next()?;
        let name = name.rsplit(|&byte| byte == b'#').next()?;
        if OF_CREDENTIALS.contains(&name) {
            Some(Self::Credentials)
        } else if OF_TIME.contains(&name) {
            Some(Self::Time)
        } else {
            None
        }
    }
}

/// The [errors] that say that a token has expired, or that it or its key are not known.
///
/// [errors]: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
const OF_CREDENTIALS: [&[u8]; 6] = [
    b"ExpiredToken",
    b"ExpiredTokenException",
    b"InvalidClientTokenId",
    b"InvalidToken",
    b"InvalidTokenException",
    b"UnrecognizedClientException",
];

/// The errors that AWS's SDKs take for a sign of a wrong clock.
const OF_TIME: [&[u8]; 7] = [
    b"AccessDeniedException",
    b"AuthFailure",
    b"InvalidSignatureException",
    b"RequestExpired",
    b"RequestInTheFuture",
    b"RequestTimeTooSkewed",
    b"SignatureDoesNotMatch",
];

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn refusal(status: StatusCode, error: &'static str) -> Option<Refusal> {
        let name = http::HeaderName::from_static("x-amzn-errortype");
        let headers = HeaderMap::from_iter([(name, HeaderValue::from_static(error))]);
        Refusal::of(status, &headers)
    }

    #[test]
    fn what_is_wrong_with_the_credentials_is_read_without_a_namespace_and_a_uri() {
        for error in [
            "ExpiredTokenException",
            "ExpiredToken",
            "ExpiredTokenException:http://internal.amazon.com/coral/com.amazon.coral.service/",
            "com.amazon.coral.service#UnrecognizedClientException",
        ] {
            let refusal = refusal(StatusCode::FORBIDDEN, error);
            assert_eq!(refusal, Some(Refusal::Credentials), "{error}");
        }
    }

    #[test]
    fn what_is_wrong_with_the_signature_may_be_its_time() {
        for error in [
            "InvalidSignatureException",
            "AccessDeniedException",
            "RequestExpired",
        ] {
            let refusal = refusal(StatusCode::BAD_REQUEST, error);
            assert_eq!(refusal, Some(Refusal::Time), "{error}");
        }
    }

    #[test]
    fn what_is_wrong_with_the_request_or_the_service_is_no_refusal() {
        for error in [
            "",
            "ThrottlingException",
            "ExpiredTokenExceptions",
            "x:ExpiredToken",
        ] {
            assert_eq!(refusal(StatusCode::FORBIDDEN, error), None, "{error}");
        }
        for status in [
            StatusCode::OK,
            StatusCode::TOO_MANY_REQUESTS,
            StatusCode::BAD_GATEWAY,
        ] {
            assert_eq!(refusal(status, "ExpiredTokenException"), None, "{status}");
        }
    }

    #[test]
    fn without_an_error_type_only_the_time_can_be_told() {
        let none = HeaderMap::new();
        assert_eq!(
            Refusal::of(StatusCode::FORBIDDEN, &none),
            Some(Refusal::Time)
        );
        assert_eq!(
            Refusal::of(StatusCode::UNAUTHORIZED, &none),
            Some(Refusal::Time)
        );
        assert_eq!(Refusal::of(StatusCode::BAD_REQUEST, &none), None);
    }
}
