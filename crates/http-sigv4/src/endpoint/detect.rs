//! Reads a host label by label, from the right.

use smallvec::SmallVec;

use super::{
    Endpoint,
    table::{
        Addresses, BEHIND_REGION, Below, DATA_PLANES, DOMAINS, Domain, GLOBAL, NAMES, Region,
        UNSIGNED,
    },
};
use crate::error::Kind;

/// Reads a host in lower case and without a trailing dot.
pub(super) fn endpoint(host: &str) -> Result<Endpoint<'_>, Kind> {
    let (domain, labels) = split(host).ok_or(Kind::UnknownEndpoint)?;
    match labels.as_slice() {
        // sqs.eu-west-1.amazonaws.com
        [left @ .., region] | [left @ .., region, "us-gov"] if domain.has_region(region) => {
            regional(domain, left, region)
        }
        // vpce-1.sqs.eu-west-1.vpce.amazonaws.com
        [left @ .., region, "vpce"] if domain.has_region(region) => {
            vpc_endpoint(domain, left, region)
        }
        // search-domain.eu-west-1.es.amazonaws.com
        [.., region, name] if domain.has_region(region) => match behind_region(name) {
            Some(service) => Ok(Endpoint {
                region: Some((*region).into()),
                ..of_service(domain, service, is_fips(name))
            }),
            // A bucket may be named like a region: eu-west-1.s3.amazonaws.com
            None => global(domain, &labels),
        },
        labels => global(domain, labels),
    }
}

/// The domain and the labels before it, or nothing where one of them cannot be AWS's.
fn split(host: &str) -> Option<(&'static Domain, SmallVec<[&str; 8]>)> {
    const LONGEST: usize = 253;
    let before = |suffix| host.strip_suffix(suffix)?.strip_suffix('.');
    let (domain, names) = DOMAINS
        .iter()
        .find_map(|domain| Some((domain, before(domain.suffix)?)))?;
    let labels: SmallVec<[_; 8]> = names.split('.').collect();
    (host.len() <= LONGEST && labels.iter().all(|label| is_label(label)))
        .then_some((domain, labels))
}

fn is_label(label: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    // AWS has no internationalised names.
    matches!(label.len(), 1..=63) && label.bytes().all(is_name) && !label.starts_with("xn--")
}

impl Domain {
    /// Whether a label is a region of this domain's: `eu-west-1`, but not `my-app-1`.
    fn has_region(&self, label: &str) -> bool {
        let is_region = |prefix: &&str| {
            let rest = label.strip_prefix(*prefix)?.strip_prefix('-')?;
            let (place, number) = rest.split_once('-')?;
            Some(is_all(place, u8::is_ascii_lowercase) && is_all(number, u8::is_ascii_digit))
        };
        self.regions
            .iter()
            .any(|prefix| is_region(prefix) == Some(true))
    }
}

fn is_all(text: &str, kind: fn(&u8) -> bool) -> bool {
    !text.is_empty() && text.as_bytes().iter().all(kind)
}

fn behind_region(name: &str) -> Option<&'static str> {
    let row = BEHIND_REGION
        .iter()
        .find(|(known, _)| *known == plain(name));
    row.map(|(_, service)| *service)
}

fn regional<'a>(
    domain: &Domain,
    labels: &[&'a str],
    region: &'a str,
) -> Result<Endpoint<'a>, Kind> {
    let (labels, dualstack) = without_dualstack(labels);
    let endpoint = service(domain, labels)?;
    Ok(Endpoint {
        region: Some(region.into()),
        dualstack: endpoint.dualstack || dualstack,
        ..endpoint
    })
}

fn vpc_endpoint<'a>(
    domain: &Domain,
    labels: &[&'a str],
    region: &'a str,
) -> Result<Endpoint<'a>, Kind> {
    // Nothing follows the label of a customer's own service, vpce-svc-1.
    let id = labels.iter().rposition(|label| label.starts_with("vpce-"));
    let (bucket, service) = labels.split_at(id.ok_or(Kind::UnknownEndpoint)?);
    let endpoint = regional(domain, &service[1..], region)?;
    if !bucket.is_empty() && endpoint.service != "s3" {
        return Err(Kind::UnknownEndpoint);
    }
    Ok(Endpoint {
        vpc_endpoint: true,
        ..endpoint
    })
}

/// The service of a name that stands before a region.
fn service<'a>(domain: &Domain, labels: &[&'a str]) -> Result<Endpoint<'a>, Kind> {
    if let Some((_, service)) = find(NAMES, |row| row.0, labels) {
        let fips = labels.iter().any(|label| is_fips(label));
        return Ok(of_service(domain, service, fips));
    }
    if let Some((service, fips)) = below(DATA_PLANES, labels) {
        return Ok(of_service(domain, service, fips));
    }
    match labels {
        // bucket--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com
        [.., zone] if zone.starts_with("s3express-") => Ok(of_service(
            domain,
            "s3express",
            zone.starts_with("s3express-fips-"),
        )),
        [name] if domain.addresses != Addresses::Resources && is_service(plain(name)) => {
            Ok(of_service(domain, plain(name), is_fips(name)))
        }
        labels => Err(refusal(labels)),
    }
}

/// An endpoint whose host does not name its region.
fn global<'a>(domain: &Domain, labels: &[&'a str]) -> Result<Endpoint<'a>, Kind> {
    if domain.addresses == Addresses::Resources {
        return Err(Kind::UnknownEndpoint);
    }
    let (labels, region) = match labels {
        [labels @ .., "global"] => (labels, domain.global_region),
        [labels @ .., "us-gov"] if domain.regions.contains(&"us-gov") => (labels, "us-gov-west-1"),
        labels => (labels, domain.global_region),
    };
    let (labels, dualstack) = without_dualstack(labels);
    let Some(((service, reach), fips)) = below(GLOBAL, labels) else {
        return dashed_s3(domain, labels).ok_or_else(|| refusal(labels));
    };
    let region = match *service {
        // China's IAM and STS are in Beijing, its other global services in Ningxia.
        "iam" | "sts" if region == "cn-northwest-1" => "cn-north-1",
        _ => region,
    };
    let endpoint = of_service(domain, service, fips);
    Ok(Endpoint {
        region: matches!(reach, Region::Global | Region::GlobalOrOther).then(|| region.into()),
        other_regions: *reach == Region::GlobalOrOther,
        sigv4a: *reach == Region::Set,
        dualstack: endpoint.dualstack || dualstack,
        ..endpoint
    })
}

/// S3's older way to name a region: bucket.s3-eu-west-1.amazonaws.com
fn dashed_s3<'a>(domain: &Domain, labels: &[&'a str]) -> Option<Endpoint<'a>> {
    let dashed = labels.last()?.strip_prefix("s3-")?;
    let region = dashed.strip_prefix("fips-").unwrap_or(dashed);
    domain.has_region(region).then(|| Endpoint {
        region: Some(region.into()),
        ..of_service(domain, "s3", region != dashed)
    })
}

/// Looks up what customers' labels stand below, and says whether it is a FIPS endpoint's name.
fn below<'t, T>(rows: &'t [(&str, Below, T)], labels: &[&str]) -> Option<(&'t T, bool)> {
    // No name is longer than two labels, and the longer one decides.
    [2, 1].into_iter().find_map(|length| {
        let (left, name) = labels.split_at_checked(labels.len().checked_sub(length)?)?;
        let (_, below, row) = find(rows, |row| row.0, name)?;
        let fits = match below {
            Below::Nothing => left.is_empty(),
            Below::One => left.len() <= 1,
            Below::Many => true,
        };
        fits.then(|| (row, name.iter().any(|label| is_fips(label))))
    })
}

/// Looks up a name, without its FIPS markers, in a sorted table.
fn find<'t, R>(rows: &'t [R], name: fn(&R) -> &str, labels: &[&str]) -> Option<&'t R> {
    let mut sought = SmallVec::<[u8; 64]>::new();
    for (index, label) in labels.iter().enumerate() {
        if index > 0 {
            sought.push(b'.');
        }
        sought.extend_from_slice(plain(label).as_bytes());
    }
    let found = rows.binary_search_by(|row| name(row).as_bytes().cmp(&sought));
    rows.get(found.ok()?)
}

/// Whether a label can be the own name of a service that takes signatures.
fn is_service(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && !name.starts_with("vpce-")
        && unsigned(name).is_none()
}

fn unsigned(name: &str) -> Option<&'static str> {
    let row = UNSIGNED.iter().find(|(known, _)| *known == name);
    row.map(|(_, takes)| *takes)
}

fn refusal(labels: &[&str]) -> Kind {
    let takes = match labels {
        [name] => unsigned(plain(name)),
        _ => None,
    };
    takes.map_or(Kind::UnknownEndpoint, Kind::OtherAuthentication)
}

fn of_service<'a>(domain: &Domain, service: &'a str, fips: bool) -> Endpoint<'a> {
    Endpoint {
        service: service.into(),
        region: None,
        other_regions: false,
        sigv4a: false,
        fips,
        dualstack: domain.addresses != Addresses::Ipv4,
        vpc_endpoint: false,
    }
}

fn without_dualstack<'l, 'a>(labels: &'l [&'a str]) -> (&'l [&'a str], bool) {
    match labels {
        [labels @ .., "dualstack"] => (labels, true),
        labels => (labels, false),
    }
}

fn is_fips(label: &str) -> bool {
    label == "fips" || plain(label) != label
}

fn plain(label: &str) -> &str {
    label.strip_suffix("-fips").unwrap_or(label)
}
