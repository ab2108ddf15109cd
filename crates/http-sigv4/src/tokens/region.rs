use crate::{SignError, SigningKey, endpoint::domain_of_region, error::Kind};

/// The host of a service in the key's region.
pub(super) fn host_in_region(service: &str, key: &SigningKey) -> Result<String, SignError> {
    let region = key.scope().region();
    let problem = "the region is of no known partition, so the host of the service is not known either; \
                   name the host";
    let domain = domain_of_region(region).ok_or(Kind::Token(problem))?;
    Ok(format!("{service}.{region}.{domain}"))
}
