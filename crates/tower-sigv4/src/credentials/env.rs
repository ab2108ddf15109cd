use std::env::{self, VarError};

use aws_credential_types::{
    Credentials,
    provider::{self, ProvideCredentials, error::CredentialsError, future},
};

use crate::{Error, error::Kind};

/// Credentials from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, where there is one,
/// `AWS_SESSION_TOKEN`.
///
/// So a [Lambda function] gets its role's keys, and many containers and shells theirs. They carry
/// no expiry and are served for as long as the process lives. An empty variable counts as one that
/// is not set.
///
/// ```no_run
/// use tower_sigv4::{EnvironmentCredentials, SigV4Layer};
///
/// let layer = SigV4Layer::new("execute-api", "us-east-1", EnvironmentCredentials::new())?;
/// # Ok::<_, tower_sigv4::Error>(())
/// ```
///
/// [Lambda function]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
#[derive(Clone, Debug, Default)]
pub struct EnvironmentCredentials {
    environment: Environment,
}

impl EnvironmentCredentials {
    /// Reads the process's environment, anew at each load.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn from(environment: Environment) -> Self {
        Self { environment }
    }

    /// Reads the variables.
    ///
    /// # Errors
    ///
    /// One that is missing; the error says which.
    pub(crate) fn read(&self) -> Result<Credentials, Error> {
        Ok(Credentials::new(
            self.environment.require("AWS_ACCESS_KEY_ID")?,
            self.environment.require("AWS_SECRET_ACCESS_KEY")?,
            self.environment.read("AWS_SESSION_TOKEN")?,
            None,
            "Environment",
        ))
    }
}

impl ProvideCredentials for EnvironmentCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let credentials: provider::Result = self.read().map_err(CredentialsError::not_loaded);
        future::ProvideCredentials::ready(credentials)
    }
}

/// The environment: the process's own, or a test's.
#[derive(Clone, Debug, Default)]
pub(crate) enum Environment {
    #[default]
    Process,
    #[cfg(test)]
    Of(Vec<(&'static str, &'static str)>),
}

impl Environment {
    /// A variable that is set and not empty.
    pub(crate) fn read(&self, name: &'static str) -> Result<Option<String>, Error> {
        match self.variable(name) {
            Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => Err(Kind::VariableNotUnicode(name).into()),
        }
    }

    pub(crate) fn require(&self, name: &'static str) -> Result<String, Error> {
        self.read(name)?
            .ok_or_else(|| Kind::MissingVariable(name).into())
    }

    fn variable(&self, name: &str) -> Result<String, VarError> {
        match self {
            Self::Process => env::var(name),
            #[cfg(test)]
            Self::Of(variables) => {
                let variable = variables.iter().find(|(variable, _)| *variable == name);
                variable.map_or(Err(VarError::NotPresent), |(_, value)| Ok((*value).into()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&'static str, &'static str)]) -> Result<Credentials, Error> {
        EnvironmentCredentials::from(Environment::Of(variables.to_vec())).read()
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
}
