//! What a service's response says of the signature, and what to do about it.

mod rejected_keys;
mod retry_advice;
#[cfg(feature = "retry")]
mod retry_policy;

use http::{HeaderMap, StatusCode};
use http_sigv4::ErrorCode;

pub(crate) use self::rejected_keys::{AccessKey, RejectedKeys};
pub use self::retry_advice::RetryAdvice;
pub(crate) use self::retry_advice::Start;
#[cfg(feature = "retry")]
pub use self::retry_policy::{RetryFuture, RetryOr, RetryPolicy};

/// What a service may have rejected a signature for, by the status and the headers of its response.
/// The body is not ours to read, so what services that answer in XML say there is not seen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Rejection {
    /// Perhaps the time in it: services have the same error for other causes, so that the
    /// response's `Date` has to confirm it.
    Time,
    /// The credentials: they have expired, or are not known.
    Credentials,
}

impl Rejection {
    /// Reads the status and the error type. A service that sends no error type, as S3, the HTTP APIs of
    /// API Gateway and some JSON services, says by its status only that time may be the cause; the
    /// response's `Date` has to confirm it.
    pub(crate) fn from_response(status: StatusCode, headers: &HeaderMap) -> Option<Self> {
        let may_be_rejected = [
            StatusCode::BAD_REQUEST,
            StatusCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN,
        ];
        if !may_be_rejected.contains(&status) {
            return None;
        }
        let Some(code) = ErrorCode::from_headers(headers) else {
            return Some(Self::Time);
        };
        match code.kind()? {
            kind if kind.concerns_credentials() => Some(Self::Credentials),
            kind if kind.may_be_clock() => Some(Self::Time),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn rejection(status: StatusCode, error: &'static str) -> Option<Rejection> {
        let name = http::HeaderName::from_static("x-amzn-errortype");
        let headers = HeaderMap::from_iter([(name, HeaderValue::from_static(error))]);
        Rejection::from_response(status, &headers)
    }

    #[test]
    fn what_is_wrong_with_the_credentials_is_read_without_a_namespace_and_a_uri() {
        for error in [
            "ExpiredTokenException",
            "ExpiredToken",
            "ExpiredTokenException:http://internal.amazon.com/coral/com.amazon.coral.service/",
            "com.amazon.coral.service#UnrecognizedClientException",
        ] {
            let rejected = rejection(StatusCode::FORBIDDEN, error);
            assert_eq!(rejected, Some(Rejection::Credentials), "{error}");
        }
    }

    #[test]
    fn what_is_wrong_with_the_signature_may_be_its_time() {
        for error in [
            "InvalidSignatureException",
            "AccessDeniedException",
            "RequestExpired",
        ] {
            let rejected = rejection(StatusCode::BAD_REQUEST, error);
            assert_eq!(rejected, Some(Rejection::Time), "{error}");
        }
    }

    #[test]
    fn what_is_wrong_with_the_request_or_the_service_is_no_rejection() {
        for error in [
            "",
            "ThrottlingException",
            "ExpiredTokenExceptions",
            "x:ExpiredToken",
        ] {
            assert_eq!(rejection(StatusCode::FORBIDDEN, error), None, "{error}");
        }
        for status in [
            StatusCode::OK,
            StatusCode::TOO_MANY_REQUESTS,
            StatusCode::BAD_GATEWAY,
        ] {
            assert_eq!(rejection(status, "ExpiredTokenException"), None, "{status}");
        }
    }

    #[test]
    fn without_an_error_type_only_the_time_can_be_told() {
        let none = HeaderMap::new();
        assert_eq!(
            Rejection::from_response(StatusCode::FORBIDDEN, &none),
            Some(Rejection::Time)
        );
        assert_eq!(
            Rejection::from_response(StatusCode::UNAUTHORIZED, &none),
            Some(Rejection::Time)
        );
        assert_eq!(
            Rejection::from_response(StatusCode::BAD_REQUEST, &none),
            Some(Rejection::Time)
        );
    }
}
