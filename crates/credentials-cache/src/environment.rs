use std::{env, ffi::OsString, fmt, sync::Arc};

use aws_credential_types::{
    Credentials,
    provider::{self, ProvideCredentials, error::CredentialsError, future},
};

use crate::error::{Error, Kind};

/// Credentials from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, where there is one,
/// `AWS_SESSION_TOKEN`.
///
/// So a [Lambda function] gets its role's keys, and many containers and shells theirs. They carry
/// no expiry and are served for as long as the process lives. An empty variable counts as one that
/// is not set.
///
/// ```no_run
/// use credentials_cache::{CredentialsCache, EnvironmentCredentials};
///
/// let provider = EnvironmentCredentials::new();
/// provider.read()?; // fails early where a variable is missing
/// let cache = CredentialsCache::new(provider);
/// # Ok::<_, credentials_cache::Error>(())
/// ```
///
/// [Lambda function]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
#[derive(Clone)]
pub struct EnvironmentCredentials {
    read: Arc<Read>,
}

/// Reads one variable.
type Read = dyn Fn(&str) -> Option<OsString> + Send + Sync;

impl EnvironmentCredentials {
    /// Makes a provider that reads the process's environment, anew at each load.
    pub fn new() -> Self {
        Self::from_vars(|name| env::var_os(name))
    }

    /// Makes a provider that reads variables with a function: for tests, and for an environment
    /// that is not the process's own.
    ///
    /// ```
    /// use credentials_cache::EnvironmentCredentials;
    ///
    /// let provider = EnvironmentCredentials::from_vars(|name| match name {
    ///     "AWS_ACCESS_KEY_ID" => Some("AKIDEXAMPLE".into()),
    ///     "AWS_SECRET_ACCESS_KEY" => Some("secret".into()),
    ///     _ => None,
    /// });
    /// assert_eq!(provider.read()?.access_key_id(), "AKIDEXAMPLE");
    /// # Ok::<_, credentials_cache::Error>(())
    /// ```
    pub fn from_vars(read: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static) -> Self {
        Self {
            read: Arc::new(read),
        }
    }

    /// Reads the variables.
    ///
    /// # Errors
    ///
    /// Fails if a variable is missing or is not valid Unicode; the error names it.
    pub fn read(&self) -> Result<Credentials, Error> {
        Ok(Credentials::new(
            self.require("AWS_ACCESS_KEY_ID")?,
            self.require("AWS_SECRET_ACCESS_KEY")?,
            self.variable("AWS_SESSION_TOKEN")?,
            None,
            "Environment",
        ))
    }

    /// Returns which variable, if one is set, says that credentials are to be had elsewhere: in a file's
    /// profile, from a container's endpoint, or for the token of a web identity. This provider does not
    /// look there; the default chain of AWS's SDKs does.
    ///
    /// ```
    /// use credentials_cache::EnvironmentCredentials;
    ///
    /// let provider = EnvironmentCredentials::from_vars(|name| match name {
    ///     "AWS_PROFILE" => Some("dev".into()),
    ///     _ => None,
    /// });
    /// assert_eq!(provider.elsewhere(), Some("AWS_PROFILE"));
    /// ```
    pub fn elsewhere(&self) -> Option<&'static str> {
        const VARIABLES: [&str; 4] = [
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_PROFILE",
        ];
        let is_set = |name: &&str| (self.read)(name).is_some_and(|value| !value.is_empty());
        VARIABLES.into_iter().find(is_set)
    }

    fn require(&self, name: &'static str) -> Result<String, Error> {
        self.variable(name)?.ok_or_else(|| {
            let elsewhere = self.elsewhere();
            Kind::MissingVariable { name, elsewhere }.into()
        })
    }

    /// A variable that is set and not empty.
    fn variable(&self, name: &'static str) -> Result<Option<String>, Error> {
        let Some(value) = (self.read)(name).filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        let value = value.into_string();
        value
            .map(Some)
            .map_err(|_| Kind::VariableNotUnicode(name).into())
    }
}

impl ProvideCredentials for EnvironmentCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        // Not a configuration error: behind it in a chain, the next provider is asked.
        let credentials: provider::Result = self.read().map_err(CredentialsError::not_loaded);
        future::ProvideCredentials::ready(credentials)
    }
}

impl Default for EnvironmentCredentials {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows no variable.
impl fmt::Debug for EnvironmentCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvironmentCredentials")
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &'static [(&str, &str)]) -> Result<Credentials, Error> {
        let variables = move |name: &str| {
            let variable = variables.iter().find(|(variable, _)| *variable == name);
            variable.map(|(_, value)| value.into())
        };
        EnvironmentCredentials::from_vars(variables).read()
    }

    #[test]
    fn keys_and_token_are_read() {
        let credentials = read(&[
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_SESSION_TOKEN", "token"),
        ])
        .unwrap();
        assert_eq!(credentials.access_key_id(), "AKID");
        assert_eq!(credentials.secret_access_key(), "secret");
        assert_eq!(credentials.session_token(), Some("token"));
        assert_eq!(credentials.expiry(), None);
    }

    #[test]
    fn an_empty_session_token_is_none() {
        let credentials = read(&[
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_SESSION_TOKEN", ""),
        ]);
        assert_eq!(credentials.unwrap().session_token(), None);
    }

    #[test]
    fn the_error_says_which_variable_is_missing() {
        for (variables, missing) in [
            (&[][..], "AWS_ACCESS_KEY_ID"),
            (&[("AWS_ACCESS_KEY_ID", "AKID")], "AWS_SECRET_ACCESS_KEY"),
            (&[("AWS_ACCESS_KEY_ID", "")], "AWS_ACCESS_KEY_ID"),
        ] {
            let error = read(variables).unwrap_err();
            assert!(
                error.is_configuration() && error.to_string().contains(missing),
                "{error}"
            );
        }
    }

    #[test]
    fn the_error_says_where_else_credentials_are() {
        for elsewhere in [
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_PROFILE",
        ] {
            for (value, says) in [("hush", true), ("", false)] {
                let read = move |name: &str| (name == elsewhere).then(|| value.into());
                let provider = EnvironmentCredentials::from_vars(read);
                assert_eq!(provider.elsewhere(), says.then_some(elsewhere));
                let error = provider.read().unwrap_err();
                let text = error.to_string();
                assert!(error.is_configuration(), "{text}");
                assert_eq!(text.contains(elsewhere), says, "{text}");
                assert_eq!(text.contains("default chain"), says, "{text}");
                assert!(
                    text.contains("AWS_ACCESS_KEY_ID") && !text.contains("hush"),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn the_error_names_a_variable_that_is_not_unicode_and_does_not_show_it() {
        let provider = EnvironmentCredentials::from_vars(|_| Some(not_unicode()));
        let error = provider.read().unwrap_err();
        assert!(error.is_configuration());
        assert_eq!(
            error.to_string(),
            "the environment variable AWS_ACCESS_KEY_ID is not valid Unicode; correct it"
        );
    }
    #[cfg(unix)]
    fn not_unicode() -> OsString {
        std::os::unix::ffi::OsStringExt::from_vec(b"key\xff".to_vec())
    }

    /// The first half of a surrogate pair, which no second one follows.
    #[cfg(windows)]
    fn not_unicode() -> OsString {
        std::os::windows::ffi::OsStringExt::from_wide(&[u16::from(b'k'), 0xd800])
    }
}
