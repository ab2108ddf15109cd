use std::{fmt, sync::Arc};

use crate::{SignError, error::Kind};

/// The service and the region that a signature is good for.
///
/// The service is the *signing name*, which is not always the first label of the host:
/// `execute-api` for API Gateway, `lambda` for function URLs, `es` for OpenSearch. With the day and
/// a fixed suffix the two make up the [credential scope].
///
/// Cheap to clone.
///
/// ```
/// use http_sigv4::SigningScope;
///
/// let scope = SigningScope::new("execute-api", "eu-west-1")?;
/// assert_eq!((scope.service(), scope.region()), ("execute-api", "eu-west-1"));
///
/// // A region is a name, so it cannot smuggle a host or a path into anything.
/// assert!(SigningScope::new("execute-api", "evil.example/").is_err());
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// [credential scope]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SigningScope {
    service: Arc<str>,
    region: Arc<str>,
}

impl SigningScope {
    /// Takes a service's signing name and a region.
    ///
    /// # Errors
    ///
    /// A name that is empty, longer than 64 bytes, or has anything but ASCII letters, digits, `-`
    /// and `_`.
    pub fn new(service: &str, region: &str) -> Result<Self, SignError> {
        Ok(Self {
            service: name("service", service)?,
            region: name("region", region)?,
        })
    }

    /// The service's signing name.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The region.
    pub fn region(&self) -> &str {
        &self.region
    }
}

impl fmt::Display for SigningScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.service, self.region)
    }
}

fn name(what: &'static str, name: &str) -> Result<Arc<str>, SignError> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    match name.len() {
        1..=64 if name.bytes().all(is_name) => Ok(name.into()),
        _ => Err(Kind::ScopeName(what).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_every_service_and_region_fit() {
        for (service, region) in [
            ("execute-api", "us-gov-west-1"),
            ("IoTSecuredTunneling", "eusc-de-east-1"),
            ("s3", "auto"),
        ] {
            assert!(SigningScope::new(service, region).is_ok());
        }
    }

    #[test]
    fn anything_that_is_not_a_name_is_refused_and_the_error_says_which() {
        let long = "a".repeat(65);
        for bad in ["", " ", "us-east-1 ", "a/b", "a.b", "a\nb", "\u{e9}", &long] {
            let error = SigningScope::new("execute-api", bad).unwrap_err();
            assert!(
                error.is_configuration() && error.to_string().contains("region"),
                "{error}"
            );
            let error = SigningScope::new(bad, "us-east-1").unwrap_err();
            assert!(
                error.is_configuration() && error.to_string().contains("service"),
                "{error}"
            );
        }
    }
}
