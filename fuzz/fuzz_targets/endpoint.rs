//! Detecting a service and a region in any host: never a guess for one that is not AWS's, and never
//! a scope of another partition.
#![no_main]

use http_sigv4::{Endpoint, Host, SigningScope};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|host: &str| {
    let detected = Endpoint::detect(host);
    let Ok(parsed) = Host::parse(host) else {
        return assert!(detected.is_err());
    };
    // What a client is configured for adds no domain, and no endpoint of somebody else's.
    let admits = |service, region| {
        let scope = SigningScope::new(service, region).unwrap();
        Endpoint::admits(&parsed, &scope)
    };
    let first = parsed.name().split(['.', '-']).next().unwrap();
    if SigningScope::new(first, "us-east-1").is_ok() && admits(first, "us-east-1") {
        assert!(is_below_aws(parsed.name()), "{parsed}");
        assert!(!admits(first, "eu-west-1") || parsed.name().contains("s3"));
    }

    let Ok(endpoint) = detected else {
        return;
    };
    assert!(is_below_aws(parsed.name()), "{endpoint:?}");
    assert_eq!(endpoint, Endpoint::detect(parsed.name()).unwrap());
    for (region, partition) in REGIONS {
        let is_home = partition == endpoint.partition();
        assert!(is_home || !admits(endpoint.service(), region), "{endpoint:?}");
    }
    let region = endpoint.region().unwrap_or_else(|| {
        let home = |(_, partition): &&(_, _)| *partition == endpoint.partition();
        REGIONS.iter().find(home).unwrap().0
    });
    let scope = SigningScope::new(endpoint.service(), region).unwrap();
    assert!(endpoint.serves(&scope) != endpoint.requires_sigv4a());
    assert!(Endpoint::admits(&parsed, &scope) != endpoint.requires_sigv4a());
});

/// A region of every partition.
const REGIONS: [(&str, &str); 8] = [
    ("us-east-1", "aws"),
    ("cn-north-1", "aws-cn"),
    ("eusc-de-east-1", "aws-eusc"),
    ("us-iso-east-1", "aws-iso"),
    ("us-isob-east-1", "aws-iso-b"),
    ("eu-isoe-west-1", "aws-iso-e"),
    ("us-isof-south-1", "aws-iso-f"),
    ("us-gov-west-1", "aws-us-gov"),
];

fn is_below_aws(host: &str) -> bool {
    DOMAINS.iter().any(|domain| host.ends_with(domain))
}

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
