//! What a service's answer says about the credentials of the request.

use http::{HeaderMap, Response};

use crate::credentials::Snapshot;

/// Notes on a response which credentials it is about, and on them whether it refuses them.
pub(crate) fn note<B>(response: &mut Response<B>, signed: &Snapshot) {
    if !response.status().is_client_error() {
        return;
    }
    response.extensions_mut().insert(signed.generation);
    if is_refusal(response.headers()) {
        signed.reject();
    }
}

/// Whether a service does not take the credentials, as opposed to what they are used for.
///
/// Services that report errors in XML name them in the body, which is not ours to read.
fn is_refusal(headers: &HeaderMap) -> bool {
    let Some(error) = headers.get("x-amzn-errortype") else {
        return false;
    };
    // Some services append a URI: `ExpiredTokenException:http://internal.amazon.com/coral/...`.
    let name = error.as_bytes().split(|&byte| byte == b':').next();
    name.is_some_and(|name| REFUSALS.contains(&name))
}

/// The [errors] that say that a token has expired, or that it or its key are not known.
///
/// [errors]: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
const REFUSALS: [&[u8]; 6] = [
    b"ExpiredToken",
    b"ExpiredTokenException",
    b"InvalidClientTokenId",
    b"InvalidToken",
    b"InvalidTokenException",
    b"UnrecognizedClientException",
];

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn refuses(error: &'static str) -> bool {
        is_refusal(&HeaderMap::from_iter([(
            http::HeaderName::from_static("x-amzn-errortype"),
            HeaderValue::from_static(error),
        )]))
    }

    #[test]
    fn what_is_wrong_with_the_credentials_is_a_refusal() {
        for error in [
            "ExpiredTokenException",
            "ExpiredToken",
            "ExpiredTokenException:http://internal.amazon.com/coral/com.amazon.coral.service/",
            "UnrecognizedClientException",
        ] {
            assert!(refuses(error), "{error}");
        }
    }

    #[test]
    fn what_is_wrong_with_the_request_or_the_rights_is_none() {
        for error in [
            "",
            "AccessDeniedException",
            "ThrottlingException",
            "InvalidSignatureException",
            "RequestExpired",
            "ExpiredTokenExceptions",
            "x:ExpiredToken",
        ] {
            assert!(!refuses(error), "{error}");
        }
        assert!(!is_refusal(&HeaderMap::new()));
    }
}
