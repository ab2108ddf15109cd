use std::fmt;

use http::{HeaderMap, HeaderName};

/// The code by which a service says why it rejects a request.
///
/// It comes in the header [`x-amzn-errortype`](Self::HEADER), or in the body of a response. Services put
/// a namespace in front of it and a link behind it; what is left is the code of the [common errors] and
/// of the lists of [S3] and [EC2].
///
/// ```
/// use http_sigv4::{ErrorCode, ErrorKind};
///
/// let code = ErrorCode::from_bytes(b"com.amazon.coral.service#ExpiredTokenException:http://internal/");
/// assert_eq!(code.name(), "ExpiredTokenException");
/// assert_eq!(code.kind(), Some(ErrorKind::ExpiredCredentials));
/// ```
///
/// [common errors]: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
/// [S3]: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
/// [EC2]: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct ErrorCode<'a> {
    name: &'a str,
}

impl<'a> ErrorCode<'a> {
    /// The header in which most services of AWS put their error codes. S3, EC2 and the HTTP APIs of API
    /// Gateway do not send it.
    pub const HEADER: HeaderName = HeaderName::from_static("x-amzn-errortype");

    /// Reads the code of a response from its [header](Self::HEADER), if there is one.
    pub fn from_headers(headers: &'a HeaderMap) -> Option<Self> {
        let value = headers.get(Self::HEADER)?;
        Some(Self::from_bytes(value.as_bytes()))
    }

    /// Reads a code as it stands in the header or in a body.
    ///
    /// What is not UTF-8 has no name and is of no kind.
    pub fn from_bytes(raw: &'a [u8]) -> Self {
        // `ExpiredTokenException:http://internal.amazon.com/coral/com.amazon.coral.service/`
        let name = raw.split(|&byte| byte == b':').next().unwrap_or_default();
        // `com.amazon.coral.service#ExpiredTokenException`
        let name = name.rsplit(|&byte| byte == b'#').next().unwrap_or_default();
        let name = str::from_utf8(name.trim_ascii()).unwrap_or_default();
        Self { name }
    }

    /// Returns the code alone, as `ExpiredTokenException`.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Looks the code up. Nothing is known of a code that is not about authentication, permission or
    /// throttling.
    pub fn kind(&self) -> Option<ErrorKind> {
        ErrorKind::from_name(self.name)
    }
}

impl fmt::Debug for ErrorCode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ErrorCode").field(&self.name).finish()
    }
}

/// What an [`ErrorCode`] says is wrong.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A policy does not allow the request, or the account may not make it.
    AccessDenied,
    /// The body is not the one whose digest was sent.
    BodyMismatch,
    /// The session token has expired.
    ExpiredCredentials,
    /// The signature is there, but not in the form, or not for the service and the region, that the
    /// service expects.
    MalformedSignature,
    /// There is no signature.
    MissingSignature,
    /// The date of the signature is too far from the service's clock.
    RequestTime,
    /// The signature does not fit the request.
    SignatureMismatch,
    /// There are too many requests.
    Throttling,
    /// The caller could not be authenticated. It is EC2's one code for keys that it does not know, for
    /// signatures that do not fit and for clocks that are wrong.
    Unauthenticated,
    /// The access key id or the session token is not known.
    UnknownCredentials,
    /// No reason is given.
    Unspecified,
}

impl ErrorKind {
    /// Returns whether the service does not take the credentials, so that the same request may be
    /// accepted with others.
    ///
    /// It is not so for [`Unauthenticated`](Self::Unauthenticated): credentials that are good would be
    /// replaced each time a clock is wrong.
    pub fn concerns_credentials(self) -> bool {
        matches!(self, Self::ExpiredCredentials | Self::UnknownCredentials)
    }

    /// Returns whether a wrong clock may be the cause, as the SDKs of AWS take it. Services use these
    /// codes for other causes too, so that the `Date` of the response has to confirm it.
    pub fn may_be_clock(self) -> bool {
        matches!(
            self,
            Self::AccessDenied
                | Self::RequestTime
                | Self::SignatureMismatch
                | Self::Unauthenticated
        )
    }

    /// The one table of codes. Some services end them in `Exception`, others do not.
    fn from_name(name: &str) -> Option<Self> {
        let end = ["Exception", "Error"]
            .iter()
            .find(|end| name.ends_with(**end));
        let stem = &name[..name.len() - end.map_or(0, |end| end.len())];
        Some(match stem {
            "AccessDenied"
            | "AccountProblem"
            | "AllAccessDisabled"
            | "NotAuthorized"
            | "NotSignedUp"
            | "OptInRequired"
            | "UnauthorizedOperation" => Self::AccessDenied,
            "BadDigest" | "XAmzContentChecksumMismatch" | "XAmzContentSHA256Mismatch" => {
                Self::BodyMismatch
            }
            "ExpiredToken" | "TokenRefreshRequired" => Self::ExpiredCredentials,
            "AuthorizationHeaderMalformed"
            | "AuthorizationParameters"
            | "AuthorizationQueryParameters"
            | "IncompleteSignature"
            | "MissingFields" => Self::MalformedSignature,
            "MissingAuthenticationToken" | "MissingSecurityHeader" => Self::MissingSignature,
            "ExpiredRequest" | "RequestExpired" | "RequestInTheFuture" | "RequestTimeTooSkewed" => {
                Self::RequestTime
            }
            "InvalidSignature" | "SignatureDoesNotMatch" => Self::SignatureMismatch,
            "BandwidthLimitExceeded"
            | "EC2Throttled"
            | "LimitExceeded"
            | "PriorRequestNotComplete"
            | "ProvisionedThroughputExceeded"
            | "RequestLimitExceeded"
            | "RequestThrottled"
            | "SlowDown"
            | "Throttled"
            | "Throttling"
            | "TooManyRequests"
            | "TransactionInProgress" => Self::Throttling,
            "AuthFailure" => Self::Unauthenticated,
            "InvalidAccessKeyId"
            | "InvalidClientTokenId"
            | "InvalidSecurity"
            | "InvalidToken"
            | "InvalidTokenId"
            | "UnrecognizedClient" => Self::UnknownCredentials,
            "Forbidden" | "Unauthorized" => Self::Unspecified,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn kind(raw: &str) -> Option<ErrorKind> {
        ErrorCode::from_bytes(raw.as_bytes()).kind()
    }

    #[test]
    fn a_code_is_read_without_what_stands_around_it() {
        for raw in [
            "ExpiredTokenException",
            "ExpiredTokenException:",
            " ExpiredTokenException ",
            "ExpiredTokenException:http://internal.amazon.com/coral/com.amazon.coral.service/",
            "com.amazon.coral.service#ExpiredTokenException",
            "com.amazon.coral.service#ExpiredTokenException:http://internal.amazon.com/#x",
        ] {
            let code = ErrorCode::from_bytes(raw.as_bytes());
            assert_eq!(code.name(), "ExpiredTokenException", "{raw}");
            assert_eq!(code.kind(), Some(ErrorKind::ExpiredCredentials), "{raw}");
        }
    }

    #[test]
    fn a_code_is_known_with_its_ending_and_without() {
        for code in ["ExpiredToken", "ExpiredTokenException", "ExpiredTokenError"] {
            assert_eq!(kind(code), Some(ErrorKind::ExpiredCredentials), "{code}");
        }
        for code in ["AuthorizationQueryParametersError", "IncompleteSignature"] {
            assert_eq!(kind(code), Some(ErrorKind::MalformedSignature), "{code}");
        }
    }

    #[test]
    fn what_is_no_code_of_the_table_is_of_no_kind() {
        for code in [
            "",
            "Exception",
            "ExpiredTokenExceptions",
            "Expired",
            "expiredtoken",
            "x:ExpiredToken",
            "ExpiredToken#",
            "ValidationException",
        ] {
            assert_eq!(kind(code), None, "{code}");
        }
        assert_eq!(ErrorCode::from_bytes(b"ExpiredToken\xff").kind(), None);
    }

    #[test]
    fn the_header_of_a_response_is_read() {
        let mut headers = HeaderMap::new();
        assert_eq!(ErrorCode::from_headers(&headers), None);
        let value = HeaderValue::from_static("AccessDeniedException:");
        headers.insert(ErrorCode::HEADER, value);
        let code = ErrorCode::from_headers(&headers).unwrap();
        assert_eq!(code.kind(), Some(ErrorKind::AccessDenied));
        assert_eq!(format!("{code:?}"), "ErrorCode(\"AccessDeniedException\")");
    }

    #[test]
    fn looking_a_code_up_allocates_nothing() {
        let raw = b"com.amazon.coral.service#SignatureDoesNotMatchException:http://internal/";
        let mut found = None;
        let counted = allocation_counter::measure(|| found = ErrorCode::from_bytes(raw).kind());
        assert_eq!(found, Some(ErrorKind::SignatureMismatch));
        assert_eq!(counted.count_total, 0);
    }

    #[test]
    fn other_credentials_help_where_these_are_not_taken() {
        for code in [
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidClientTokenId",
            "InvalidToken",
            "InvalidTokenException",
            "UnrecognizedClientException",
        ] {
            let kind = kind(code).unwrap();
            assert!(
                kind.concerns_credentials() && !kind.may_be_clock(),
                "{code}"
            );
        }
    }

    #[test]
    fn another_clock_may_help_where_the_sdks_take_it_so() {
        for code in [
            "AccessDeniedException",
            "AuthFailure",
            "InvalidSignatureException",
            "RequestExpired",
            "RequestInTheFuture",
            "RequestTimeTooSkewed",
            "SignatureDoesNotMatch",
        ] {
            let kind = kind(code).unwrap();
            assert!(
                kind.may_be_clock() && !kind.concerns_credentials(),
                "{code}"
            );
        }
        for code in ["ThrottlingException", "IncompleteSignature", "Forbidden"] {
            let kind = kind(code).unwrap();
            assert!(
                !kind.may_be_clock() && !kind.concerns_credentials(),
                "{code}"
            );
        }
    }
}
