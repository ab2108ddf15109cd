//! Detecting a service and a region in any host: never a guess for one that is not AWS's.
#![no_main]

use http_sigv4::{Endpoint, SigningScope};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|host: &str| {
    let Ok(endpoint) = Endpoint::detect(host) else {
        return;
    };
    let plain = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    assert!(
        DOMAINS.iter().any(|domain| plain.ends_with(domain)),
        "{endpoint:?}"
    );
    assert_eq!(endpoint, Endpoint::detect(&plain).unwrap());
    let region = endpoint.region().unwrap_or("us-east-1");
    let scope = SigningScope::new(endpoint.service(), region).unwrap();
    assert!(endpoint.serves(&scope) != endpoint.requires_sigv4a());
});

/// Where AWS's endpoints are, in all partitions.
const DOMAINS: [&str; 15] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".api.amazonwebservices.com.cn",
    ".api.amazonwebservices.eu",
    ".api.aws",
    ".api.aws.hci.ic.gov",
    ".api.aws.ic.gov",
    ".api.aws.scloud",
    ".api.cloud-aws.adc-e.uk",
    ".c2s.ic.gov",
    ".cloud.adc-e.uk",
    ".csp.hci.ic.gov",
    ".on.aws",
    ".sc2s.sgov.gov",
];
