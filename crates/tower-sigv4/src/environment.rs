use std::{env, ffi::OsString, fmt, sync::Arc};

use credentials_cache::EnvironmentCredentials;

use crate::{Error, error::Kind};

/// Environment variables: the process's, or a test's.
#[derive(Clone)]
pub(crate) struct Environment {
    read: Arc<Read>,
}

type Read = dyn Fn(&str) -> Option<OsString> + Send + Sync;

impl Environment {
    /// The process's own.
    pub(crate) fn process() -> Self {
        Self {
            read: Arc::new(|name| env::var_os(name)),
        }
    }

    #[cfg(test)]
    pub(crate) fn from_variables(variables: Vec<(&'static str, &'static str)>) -> Self {
        let read = move |name: &str| {
            let variable = variables.iter().find(|(variable, _)| *variable == name);
            variable.map(|(_, value)| OsString::from(*value))
        };
        Self {
            read: Arc::new(read),
        }
    }

    /// Returns the keys, which are read anew at each load.
    pub(crate) fn credentials(&self) -> EnvironmentCredentials {
        let read = Arc::clone(&self.read);
        EnvironmentCredentials::from_vars(move |name| read(name))
    }

    /// Returns the region. An empty variable counts as one that is not set.
    pub(crate) fn region(&self) -> Result<String, Error> {
        let names = ["AWS_REGION", "AWS_DEFAULT_REGION"];
        let mut set = names.iter().filter_map(|name| (self.read)(name));
        let region = set.find(|value| !value.is_empty());
        let region = region.ok_or(Kind::MissingRegion)?;
        region
            .into_string()
            .map_err(|_| Kind::RegionNotUnicode.into())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(variables: &[(&'static str, &'static str)]) -> Result<String, Error> {
        Environment::from_variables(variables.to_vec()).region()
    }

    #[test]
    fn the_region_comes_from_aws_region_or_else_from_aws_default_region() {
        for (variables, expected) in [
            (
                &[("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "x")][..],
                "eu-west-1",
            ),
            (&[("AWS_DEFAULT_REGION", "eu-west-2")], "eu-west-2"),
            (
                &[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "eu-west-2")],
                "eu-west-2",
            ),
        ] {
            assert_eq!(region(variables).unwrap(), expected);
        }
    }

    #[test]
    fn a_missing_region_is_named() {
        let error = region(&[("AWS_REGION", "")]).unwrap_err();
        assert!(error.is_configuration());
        assert!(error.to_string().contains("AWS_REGION"), "{error}");
    }
}
