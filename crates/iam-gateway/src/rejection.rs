use std::fmt;

use http::StatusCode;

/// Why a request was rejected, in the words of API Gateway.
///
/// `Debug` and `Display` show no more than the first line of the message: the others may hold the
/// canonical request, and with it a session token.
#[derive(Clone)]
pub struct Rejection {
    status: StatusCode,
    pub(crate) error_type: &'static str,
    message: String,
}

impl Rejection {
    /// Returns the status of the response.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the response's `x-amzn-errortype`.
    pub fn error_type(&self) -> &str {
        self.error_type
    }

    /// Returns the `message` of the response's JSON.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// A rejection for want of a right signature.
    fn forbidden(error_type: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            error_type,
            message: message.into(),
        }
    }

    pub(crate) fn missing_authentication() -> Self {
        Self::forbidden(
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        )
    }

    pub(crate) fn incomplete_signature(message: impl Into<String>) -> Self {
        Self::forbidden("IncompleteSignatureException", message)
    }

    pub(crate) fn invalid_signature(message: impl Into<String>) -> Self {
        Self::forbidden("InvalidSignatureException", message)
    }

    /// An unknown key, and a token that does not belong to the key.
    pub(crate) fn invalid_token() -> Self {
        Self::forbidden(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )
    }

    pub(crate) fn expired_token() -> Self {
        Self::forbidden(
            "ExpiredTokenException",
            "The security token included in the request is expired",
        )
    }

    pub(crate) fn signature_mismatch(canonical_request: &str, string_to_sign: &str) -> Self {
        Self::invalid_signature(format!(
            "The request signature we calculated does not match the signature you provided. \
             Check your AWS Secret Access Key and signing method. Consult the service \
             documentation for details.\n\n\
             The Canonical String for this request should have been\n'{canonical_request}'\n\n\
             The String-to-Sign should have been\n'{string_to_sign}'\n"
        ))
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error_type: "BadRequestException",
            message: message.into(),
        }
    }

    pub(crate) fn body_too_large() -> Self {
        Self {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            error_type: "RequestTooLargeException",
            message: "Request Too Long".to_owned(),
        }
    }

    pub(crate) fn headers_too_large() -> Self {
        Self {
            status: StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            error_type: "RequestTooLargeException",
            message: "Request Header Fields Too Large".to_owned(),
        }
    }

    /// The gateway cannot tell, and says so rather than guess.
    pub(crate) fn undecided(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            error_type: "InternalServerErrorException",
            message: message.into(),
        }
    }

    pub(crate) fn bad_gateway(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_GATEWAY,
            error_type: "BadGatewayException",
            message: message.into(),
        }
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection")
            .field("status", &self.status)
            .field("error_type", &self.error_type)
            .field("message", &self.message.lines().next())
            .finish()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first_line = self.message.lines().next().unwrap_or_default();
        write!(f, "{} {}: {first_line}", self.status, self.error_type)
    }
}

impl std::error::Error for Rejection {}
