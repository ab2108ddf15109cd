//! Rejections in the forms that AWS's services are seen to use, in public reports and in their guides.

mod api_gateway;
mod others;
mod xml;

use http_sigv4::explain::Cause;

use crate::service::Rejection;

/// A rejection of a request that was signed for `service`, and what has to be said of it.
pub(crate) struct Case {
    pub(crate) service: &'static str,
    pub(crate) rejection: Rejection,
    pub(crate) cause: Cause,
    pub(crate) says: &'static [&'static str],
}

pub(crate) fn all() -> Vec<Case> {
    let mut cases = api_gateway::cases();
    cases.extend(xml::cases());
    cases.extend(others::cases());
    cases
}

fn case(
    service: &'static str,
    status: u16,
    headers: &[(&str, &str)],
    body: &str,
    cause: Cause,
    says: &'static [&'static str],
) -> Case {
    Case {
        service,
        rejection: Rejection::new(status, headers, body),
        cause,
        says,
    }
}

/// The head of an answer of API Gateway.
pub(crate) fn error_type(code: &str) -> [(&str, &str); 2] {
    [
        ("x-amzn-errortype", code),
        ("x-amz-apigw-id", "LLCm7FonFiAFXFg="),
    ]
}
