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
    use crate::SigV4LayerBuilder;

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
    fn missing_keys_point_to_the_default_chain_where_other_variables_say_where_keys_are() {
        for (variable, points) in [
            ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", true),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", true),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", true),
            ("AWS_PROFILE", true),
            ("AWS_CONFIG", false),
        ] {
            let variables = vec![("AWS_REGION", "eu-west-1"), (variable, "hush")];
            let environment = Environment::from_variables(variables);
            let builder = SigV4LayerBuilder::from_environment("execute-api", environment);
            let error = builder.build().unwrap_err();
            let text = error.to_string();
            assert!(
                error.is_configuration() && text.contains("AWS_ACCESS_KEY_ID"),
                "{text}"
            );
            assert_eq!(
                text.contains("`SigV4Layer::from_default_chain`"),
                points,
                "{text}"
            );
            assert_eq!(text.contains(variable), points, "{text}");
            assert!(!text.contains("hush"), "{text}");
        }
    }

    #[test]
    fn a_missing_region_is_named() {
        let error = region(&[("AWS_REGION", "")]).unwrap_err();
        assert!(error.is_configuration());
        assert!(error.to_string().contains("AWS_REGION"), "{error}");
    }
}
