use std::collections::BTreeMap;

/// What tells one session of a role from another: the role, the session's name and its tags.
///
/// Sessions that differ in any of them have credentials of their own: policies may depend on the name
/// and on the tags, and CloudTrail shows the name. Make a key of all that
/// [AssumeRole](https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html) is told, or
/// one tenant is served the credentials of another.
///
/// ```
/// use credentials_cache::RoleSession;
///
/// let role = "arn:aws:iam::123456789012:role/reports";
/// let session = RoleSession::new(role, "nightly").tag("tenant", "1").tag("stage", "test");
/// // In whatever order.
/// assert_eq!(session, RoleSession::new(role, "nightly").tag("stage", "test").tag("tenant", "1"));
/// assert_ne!(session, RoleSession::new(role, "nightly").tag("tenant", "2").tag("stage", "test"));
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct RoleSession {
    role_arn: String,
    session_name: String,
    tags: BTreeMap<String, String>,
}

impl RoleSession {
    /// Names a session of a role, without tags.
    pub fn new(role_arn: impl Into<String>, session_name: impl Into<String>) -> Self {
        Self {
            role_arn: role_arn.into(),
            session_name: session_name.into(),
            tags: BTreeMap::new(),
        }
    }

    /// Adds a tag, in place of the one with the same name if there is one. Defaults to no tags.
    #[must_use]
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(name.into(), value.into());
        self
    }

    /// Returns the role's ARN.
    pub fn role_arn(&self) -> &str {
        &self.role_arn
    }

    /// Returns the session's name.
    pub fn session_name(&self) -> &str {
        &self.session_name
    }

    /// Returns the tags, sorted by their names.
    pub fn tags(&self) -> impl Iterator<Item = (&str, &str)> {
        let tags = self.tags.iter();
        tags.map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
