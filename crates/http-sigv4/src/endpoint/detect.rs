//! Reads a host label by label, from the right.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::{
    lookup::{behind_region, below, is_fips, one_region, plain, unsigned, whole},
    partition::{self, AWS, Addresses, DOMAINS, Domain, Partition},
    table::{DATA_PLANES, GLOBAL, RESOURCES, Region},
};
use crate::{SigningScope, error::Kind};

/// What a host says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Detected<'a> {
    pub(super) service: Cow<'a, str>,
    pub(super) region: Option<Cow<'a, str>>,
    pub(super) partition: &'static Partition,
    /// The region may be another one of the partition's than that assumed.
    pub(super) other_regions: bool,
    pub(super) sigv4a: bool,
    pub(super) fips: bool,
    pub(super) dualstack: bool,
    pub(super) vpc_endpoint: bool,
}

/// Reads a host in lower case and without a trailing dot, for somebody who signs for a scope, or
/// for nothing in particular.
pub(super) fn read<'a>(host: &'a str, scope: Option<&SigningScope>) -> Result<Detected<'a>, Kind> {
    let (domain, labels) = split(host).ok_or(Kind::UnknownEndpoint)?;
    Reader { domain, scope }.read(&labels)
}

/// The domain and the labels before it, or nothing where one of them cannot be AWS's.
fn split(host: &str) -> Option<(&'static Domain, SmallVec<[&str; LABELS]>)> {
    const LONGEST: usize = 253;
    let before = |suffix| host.strip_suffix(suffix)?.strip_suffix('.');
    let (domain, names) = DOMAINS
        .iter()
        .find_map(|domain| Some((domain, before(domain.suffix)?)))?;
    if host.len() > LONGEST || !names.split('.').all(is_label) {
        return None;
    }
    let mut labels: SmallVec<_> = names.rsplitn(LABELS, '.').collect();
    labels.reverse();
    Some((domain, labels))
}

/// How many labels are told apart. The first of them holds the rest of a long bucket's name: no rule
/// takes so many from the right that it would be the only one left, and be counted as one.
const LABELS: usize = 8;

fn is_label(label: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    // AWS has no internationalised names.
    matches!(label.len(), 1..=63) && label.bytes().all(is_name) && !label.starts_with("xn--")
}

/// Reads the labels before a domain.
struct Reader<'s> {
    domain: &'static Domain,
    scope: Option<&'s SigningScope>,
}

impl Reader<'_> {
    fn read<'a>(&self, labels: &[&'a str]) -> Result<Detected<'a>, Kind> {
        let is_region = |label: &&str| self.partition_of(label).is_some();
        match labels {
            _ if self.domain.addresses == Addresses::Resources => self.resource(labels),
            // sqs.eu-west-1.amazonaws.com
            [left @ .., region] if is_region(region) => self.regional(left, region),
            // routes.geo.us-gov-west-1.us-gov.amazonaws.com
            [left @ .., region, "us-gov"] if self.is_of_government(region) => {
                self.regional(left, region)
            }
            // vpce-1.sqs.eu-west-1.vpce.amazonaws.com
            [left @ .., region, "vpce"] if is_region(region) => self.vpc_endpoint(left, region),
            // search-domain.eu-west-1.es.amazonaws.com
            [.., region, name] if is_region(region) => match behind_region(name) {
                Some(service) => self.in_region(region, service, is_fips(name)),
                // A bucket may be named like a region: eu-west-1.s3.amazonaws.com
                None => self.global(labels),
            },
            labels => self.global(labels),
        }
    }

    /// The partition of a region. That of one whose form is new is known from the scope only, and
    /// is the one that AWS's SDKs assume.
    fn partition_of(&self, region: &str) -> Option<&'static Partition> {
        let is_new = |scope: &SigningScope| {
            scope.region() == region
                && *self.domain.partition == AWS
                && partition::is_region(region)
                && !partition::is_of_known_partition(region)
        };
        let known = self.domain.partition_of(region);
        known.or_else(|| self.scope.is_some_and(is_new).then_some(&AWS))
    }

    fn is_of_government(&self, region: &str) -> bool {
        let government = self.domain.government();
        government.is_some_and(|partition| partition.has_region(region))
    }

    /// An endpoint whose host names its region.
    fn in_region<'a>(
        &self,
        region: &'a str,
        service: impl Into<Cow<'a, str>>,
        fips: bool,
    ) -> Result<Detected<'a>, Kind> {
        let partition = self.partition_of(region).ok_or(Kind::UnknownEndpoint)?;
        Ok(Detected {
            region: Some(region.into()),
            ..self.in_partition(partition, service, fips)
        })
    }

    fn in_partition<'a>(
        &self,
        partition: &'static Partition,
        service: impl Into<Cow<'a, str>>,
        fips: bool,
    ) -> Detected<'a> {
        Detected {
            service: service.into(),
            region: None,
            partition,
            other_regions: false,
            sigv4a: false,
            fips,
            dualstack: self.domain.addresses != Addresses::Ipv4,
            vpc_endpoint: false,
        }
    }

    /// A customer's resource: id.lambda-url.eu-west-1.on.aws
    fn resource<'a>(&self, labels: &[&'a str]) -> Result<Detected<'a>, Kind> {
        let [left @ .., region] = labels else {
            return Err(Kind::UnknownEndpoint);
        };
        let (service, fips) = below(RESOURCES, left).ok_or(Kind::UnknownEndpoint)?;
        self.in_region(region, *service, fips)
    }

    fn regional<'a>(&self, labels: &[&'a str], region: &'a str) -> Result<Detected<'a>, Kind> {
        let (labels, dualstack) = without_dualstack(labels);
        let (service, fips) = self.service(labels)?;
        let detected = self.in_region(region, service, fips)?;
        let signed = one_region(labels).filter(|signed| detected.partition.has_region(signed));
        Ok(Detected {
            region: signed.map_or(detected.region, |region| Some(region.into())),
            dualstack: detected.dualstack || dualstack,
            ..detected
        })
    }

    fn vpc_endpoint<'a>(&self, labels: &[&'a str], region: &'a str) -> Result<Detected<'a>, Kind> {
        // Nothing follows the label of a customer's own service, vpce-svc-1.
        let id = labels.iter().rposition(|label| label.starts_with("vpce-"));
        let (bucket, service) = labels.split_at(id.ok_or(Kind::UnknownEndpoint)?);
        let detected = self.regional(&service[1..], region)?;
        if !bucket.is_empty() && detected.service != "s3" {
            return Err(Kind::UnknownEndpoint);
        }
        Ok(Detected {
            vpc_endpoint: true,
            ..detected
        })
    }

    /// The service of a name that stands before a region, and whether it is a FIPS endpoint's.
    fn service<'a>(&self, labels: &[&'a str]) -> Result<(Cow<'a, str>, bool), Kind> {
        if let Some(service) = whole(labels) {
            return Ok((service.into(), labels.iter().any(|label| is_fips(label))));
        }
        if let Some((service, fips)) = below(DATA_PLANES, labels) {
            return Ok(((*service).into(), fips));
        }
        match labels {
            // bucket--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com
            [.., zone] if zone.starts_with("s3express-") => {
                Ok(("s3express".into(), zone.starts_with("s3express-fips-")))
            }
            // No customer has a name directly before a region, so one that nothing is known of is
            // the service's that is looked for, or nothing.
            [name] if self.looks_for(plain(name)) => Ok((plain(name).into(), is_fips(name))),
            labels => Err(refusal(labels)),
        }
    }

    fn looks_for(&self, name: &str) -> bool {
        self.scope.is_some_and(|scope| scope.service() == name)
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && !name.starts_with("vpce-")
            && unsigned(name).is_none()
    }

    /// An endpoint whose host does not name its region.
    fn global<'a>(&self, labels: &[&'a str]) -> Result<Detected<'a>, Kind> {
        let here = self.domain.partition;
        let (labels, partition) = match (labels, self.domain.government()) {
            ([labels @ .., "us-gov"], Some(government)) => (labels, government),
            ([labels @ .., "global"], _) => (labels, here),
            (labels, _) => (labels, here),
        };
        let (labels, dualstack) = without_dualstack(labels);
        let Some(((service, reach), fips)) = below(GLOBAL, labels) else {
            return self.dashed_s3(labels);
        };
        let region = match (partition.global_region, *service) {
            // China's IAM and STS are in Beijing, its other global services in Ningxia.
            ("cn-northwest-1", "iam" | "sts") => "cn-north-1",
            (region, _) => region,
        };
        let detected = self.in_partition(partition, *service, fips);
        Ok(Detected {
            region: matches!(reach, Region::Global | Region::GlobalOrOther).then(|| region.into()),
            other_regions: *reach == Region::GlobalOrOther,
            sigv4a: *reach == Region::Set,
            dualstack: detected.dualstack || dualstack,
            ..detected
        })
    }

    /// S3's older way to name a region: bucket.s3-eu-west-1.amazonaws.com
    fn dashed_s3<'a>(&self, labels: &[&'a str]) -> Result<Detected<'a>, Kind> {
        let dashed = labels.last().and_then(|last| last.strip_prefix("s3-"));
        let dashed = dashed.ok_or_else(|| refusal(labels))?;
        let region = dashed.strip_prefix("fips-").unwrap_or(dashed);
        self.in_region(region, "s3", region != dashed)
            .map_err(|_| refusal(labels))
    }
}

fn refusal(labels: &[&str]) -> Kind {
    let takes = match labels {
        [name] => unsigned(plain(name)),
        _ => None,
    };
    takes.map_or(Kind::UnknownEndpoint, Kind::OtherAuthentication)
}

fn without_dualstack<'l, 'a>(labels: &'l [&'a str]) -> (&'l [&'a str], bool) {
    match labels {
        [labels @ .., "dualstack"] => (labels, true),
        labels => (labels, false),
    }
}
