use std::time::SystemTime;

use super::{canonical::Lines, scope::Scope};
use crate::{
    CanonicalRequest,
    canonical::headers::{X_AMZ_CONTENT_SHA256, X_AMZ_SECURITY_TOKEN},
};

/// What this side knows of the exchange.
pub(super) struct Local<'a> {
    pub(super) signed: Option<&'a CanonicalRequest>,
    pub(super) lines: Option<&'a Lines<'a>>,
    /// This clock when the rejection arrived.
    pub(super) time: SystemTime,
}

impl<'a> Local<'a> {
    /// The credential scope that was signed for.
    pub(super) fn scope(&self) -> Option<Scope<'a>> {
        Scope::parse(self.signed?.string_to_sign().lines().nth(2)?)
    }

    /// Whether the request was signed for this service, or for one of those that begin so.
    pub(super) fn is_for(&self, service: &str) -> bool {
        self.scope()
            .is_some_and(|scope| scope.service.starts_with(service))
    }

    /// The date that was signed.
    pub(super) fn date(&self) -> Option<&'a str> {
        self.signed?.string_to_sign().lines().nth(1)
    }

    pub(super) fn has_signed(&self, header: &str) -> bool {
        self.lines
            .is_some_and(|lines| lines.header(header).is_some())
    }

    pub(super) fn has_signed_body_hash(&self) -> bool {
        self.has_signed(X_AMZ_CONTENT_SHA256.as_str())
    }

    /// Whether a URL was presigned.
    pub(super) fn is_url(&self) -> bool {
        self.parameter(|name| name == "X-Amz-Credential").is_some()
    }

    pub(super) fn has_token(&self) -> bool {
        let is_token = |name: &str| name.eq_ignore_ascii_case(X_AMZ_SECURITY_TOKEN.as_str());
        self.has_signed(X_AMZ_SECURITY_TOKEN.as_str()) || self.parameter(is_token).is_some()
    }

    /// The value of the first parameter of the query with such a name.
    pub(super) fn parameter(&self, is_it: impl Fn(&str) -> bool) -> Option<&'a str> {
        let mut parameters = self.lines?.parameters();
        let found = parameters.find(|(name, _)| is_it(name));
        found.map(|(_, value)| value)
    }
}
