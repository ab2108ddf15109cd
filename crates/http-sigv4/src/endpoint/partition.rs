//! Partitions: the parts of AWS that have accounts, credentials and domains of their own.
//!
//! The names are those of the `partitions.json` that AWS's SDKs share, and of ARNs.

use std::fmt;

/// A part of AWS. Credentials of one are worth nothing in another.
#[derive(Eq, PartialEq)]
pub(super) struct Partition {
    pub(super) name: &'static str,
    /// What the names of its regions begin with.
    prefixes: &'static [&'static str],
    /// The region that endpoints without one are signed for.
    pub(super) global_region: &'static str,
}

impl Partition {
    /// Whether a region is of this partition, by the form of its name: AWS adds regions.
    pub(super) fn has_region(&self, region: &str) -> bool {
        let is_region = |prefix: &&str| {
            let rest = region.strip_prefix(*prefix)?.strip_prefix('-')?;
            let (place, number) = rest.split_once('-')?;
            Some(is_all(place, u8::is_ascii_lowercase) && is_all(number, u8::is_ascii_digit))
        };
        self.prefixes
            .iter()
            .any(|prefix| is_region(prefix) == Some(true))
    }
}

impl fmt::Debug for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

const fn partition(
    name: &'static str,
    prefixes: &'static [&'static str],
    global_region: &'static str,
) -> Partition {
    Partition {
        name,
        prefixes,
        global_region,
    }
}

pub(super) static AWS: Partition = partition(
    "aws",
    &["af", "ap", "ca", "eu", "il", "me", "mx", "sa", "us"],
    "us-east-1",
);
static AWS_US_GOV: Partition = partition("aws-us-gov", &["us-gov"], "us-gov-west-1");
static AWS_CN: Partition = partition("aws-cn", &["cn"], "cn-northwest-1");
static AWS_EUSC: Partition = partition("aws-eusc", &["eusc-de"], "eusc-de-east-1");
static AWS_ISO: Partition = partition("aws-iso", &["us-iso"], "us-iso-east-1");
static AWS_ISO_B: Partition = partition("aws-iso-b", &["us-isob"], "us-isob-east-1");
static AWS_ISO_E: Partition = partition("aws-iso-e", &["eu-isoe"], "eu-isoe-west-1");
static AWS_ISO_F: Partition = partition("aws-iso-f", &["us-isof"], "us-isof-south-1");

/// A domain that AWS serves its APIs under.
pub(super) struct Domain {
    pub(super) suffix: &'static str,
    pub(super) addresses: Addresses,
    /// The partition of hosts that say nothing else.
    pub(super) partition: &'static Partition,
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Addresses {
    /// APIs, by IPv4 unless a label says `dualstack`.
    Ipv4,
    /// APIs, by IPv4 and IPv6.
    DualStack,
    /// Customers' resources, by IPv4 and IPv6. No name here is a service's just because it is one
    /// elsewhere.
    Resources,
}

impl Domain {
    /// The partition of a region that is named in this domain.
    pub(super) fn partition_of(&self, region: &str) -> Option<&'static Partition> {
        let mut partitions = [Some(self.partition), self.government()]
            .into_iter()
            .flatten();
        partitions.find(|partition| partition.has_region(region))
    }

    /// The partition that has no domains of its own, where it shares this one.
    pub(super) fn government(&self) -> Option<&'static Partition> {
        (*self.partition == AWS).then_some(&AWS_US_GOV)
    }
}

/// The domains of all partitions.
#[rustfmt::skip]
pub(super) const DOMAINS: &[Domain] = {
    use Addresses::*;
    &[
        domain("amazonaws.com", Ipv4, &AWS),
        domain("on.aws", Resources, &AWS),
        domain("api.aws", DualStack, &AWS),
        domain("amazonaws.com.cn", Ipv4, &AWS_CN),
        domain("api.amazonwebservices.com.cn", DualStack, &AWS_CN),
        domain("amazonaws.eu", Ipv4, &AWS_EUSC),
        domain("api.amazonwebservices.eu", DualStack, &AWS_EUSC),
        domain("c2s.ic.gov", Ipv4, &AWS_ISO),
        domain("api.aws.ic.gov", DualStack, &AWS_ISO),
        domain("sc2s.sgov.gov", Ipv4, &AWS_ISO_B),
        domain("api.aws.scloud", DualStack, &AWS_ISO_B),
        domain("cloud.adc-e.uk", Ipv4, &AWS_ISO_E),
        domain("api.cloud-aws.adc-e.uk", DualStack, &AWS_ISO_E),
        domain("csp.hci.ic.gov", Ipv4, &AWS_ISO_F),
        domain("api.aws.hci.ic.gov", DualStack, &AWS_ISO_F),
    ]
};

const fn domain(
    suffix: &'static str,
    addresses: Addresses,
    partition: &'static Partition,
) -> Domain {
    Domain {
        suffix,
        addresses,
        partition,
    }
}

/// Whether a name has the form that all of AWS's regions have, those of partitions yet to come
/// included: `eu-west-1`, `us-gov-west-1`.
pub(super) fn is_region(name: &str) -> bool {
    let is_place = |place: &str| {
        let mut words = place.split('-');
        words.all(|word| is_all(word, u8::is_ascii_lowercase)) && place.contains('-')
    };
    name.rsplit_once('-')
        .is_some_and(|(place, number)| is_place(place) && is_all(number, u8::is_ascii_digit))
}

/// Whether a name belongs to a region of a partition that is known here.
pub(super) fn is_of_known_partition(region: &str) -> bool {
    DOMAINS
        .iter()
        .any(|domain| domain.partition_of(region).is_some())
}

fn is_all(text: &str, kind: fn(&u8) -> bool) -> bool {
    !text.is_empty() && text.as_bytes().iter().all(kind)
}

/// The domain that the APIs of a region are reached under, by IPv4: `amazonaws.com`.
#[cfg(feature = "tokens")]
pub(crate) fn domain_of_region(region: &str) -> Option<&'static str> {
    let is_api = |domain: &&Domain| domain.addresses == Addresses::Ipv4;
    let mut domains = DOMAINS.iter().filter(is_api);
    let domain = domains.find(|domain| domain.partition_of(region).is_some());
    domain.map(|domain| domain.suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_domain_ends_in_another_so_their_order_does_not_matter() {
        for domain in DOMAINS {
            let parent = |other: &Domain| domain.suffix.ends_with(&format!(".{}", other.suffix));
            assert!(!DOMAINS.iter().any(parent), "{}", domain.suffix);
        }
    }

    #[test]
    fn a_region_has_the_form_of_aws_names_and_no_other() {
        for region in ["eu-west-1", "us-gov-west-1", "nz-north-12"] {
            assert!(is_region(region), "{region}");
        }
        for name in [
            "",
            "auto",
            "eu-1",
            "s3",
            "my_app-x-1",
            "eu--1",
            "eu-west-",
            "EU-west-1",
        ] {
            assert!(!is_region(name), "{name}");
        }
    }
}
