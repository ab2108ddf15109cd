use std::{fmt, sync::Arc};

use crate::{SignError, date::AmzDate, error::Kind, shown::Shown};

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
    algorithm: Algorithm,
}

/// How the signatures for a scope are made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Algorithm {
    HmacSha256,
    #[cfg(feature = "sigv4a")]
    EcdsaP256Sha256,
}

impl Algorithm {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "AWS4-HMAC-SHA256",
            #[cfg(feature = "sigv4a")]
            Self::EcdsaP256Sha256 => "AWS4-ECDSA-P256-SHA256",
        }
    }
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
            algorithm: Algorithm::HmacSha256,
        })
    }

    /// Takes a service's signing name and the regions that a signature is to be good for, as
    /// `us-east-1,eu-west-1`, `us-*` or `*`.
    ///
    /// Signatures are then made with Signature Version 4A, which is asymmetric and takes a hundred
    /// times as long. Few services ask for it, among them S3 multi-Region access points, with the
    /// region set `*`. Feature `sigv4a`.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), where each region may hold a `*` too.
    #[cfg(feature = "sigv4a")]
    pub fn for_region_set(service: &str, region_set: &str) -> Result<Self, SignError> {
        let is_pattern = |byte: u8| is_name(byte) || byte == b'*';
        let is_region =
            |region: &str| matches!(region.len(), 1..=64) && region.bytes().all(is_pattern);
        match region_set.split(',').all(is_region) {
            true => Ok(Self {
                service: name("service", service)?,
                region: region_set.into(),
                algorithm: Algorithm::EcdsaP256Sha256,
            }),
            false => Err(Kind::RegionSet.into()),
        }
    }

    /// Returns the service's signing name.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Returns the region, or the set of them as it was given.
    pub fn region(&self) -> &str {
        &self.region
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The scope on the day of `date`, in the form that stands in a signature. A set of regions has
    /// no place in it.
    pub(crate) fn on_day_of(&self, date: &AmzDate) -> String {
        // Digits only.
        let day = String::from_utf8_lossy(date.day());
        let Self {
            service, region, ..
        } = self;
        match self.algorithm {
            Algorithm::HmacSha256 => format!("{day}/{region}/{service}/aws4_request"),
            #[cfg(feature = "sigv4a")]
            Algorithm::EcdsaP256Sha256 => format!("{day}/{service}/aws4_request"),
        }
    }
}

impl fmt::Display for SigningScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.service, self.region)
    }
}

fn name(what: &'static str, name: &str) -> Result<Arc<str>, SignError> {
    match name.len() {
        1..=64 if name.bytes().all(is_name) => Ok(name.into()),
        _ => Err(Kind::ScopeName(what, Shown::new(name)).into()),
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
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
    fn a_scope_is_shown_by_its_service_and_its_region() {
        let scope = SigningScope::new("execute-api", "eu-west-1").unwrap();
        assert_eq!(scope.to_string(), "execute-api in eu-west-1");
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

    #[cfg(feature = "sigv4a")]
    #[test]
    fn a_region_set_is_a_list_of_regions_or_patterns() {
        for set in ["*", "us-east-1", "us-east-1,eu-west-1", "us-*,eu-*"] {
            let scope = SigningScope::for_region_set("s3", set).unwrap();
            assert_eq!((scope.region(), scope.service()), (set, "s3"));
        }
        for set in ["", ",", "us-east-1,", "us-east-1, eu-west-1", "a/b", "*\n"] {
            let error = SigningScope::for_region_set("s3", set).unwrap_err();
            assert!(error.is_configuration(), "{set:?}: {error}");
        }
        assert!(SigningScope::for_region_set("s/3", "*").is_err());
    }

    #[cfg(feature = "sigv4a")]
    #[test]
    fn a_set_of_one_region_is_another_scope_than_the_region() {
        let region = SigningScope::new("s3", "us-east-1").unwrap();
        let set = SigningScope::for_region_set("s3", "us-east-1").unwrap();
        assert_ne!(region, set);
    }
}
