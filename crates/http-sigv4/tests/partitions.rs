//! Credentials of one partition are worth nothing in another, and must not be seen there.

use http_sigv4::{Endpoint, Host, SigningScope};

/// A partition as AWS's SDKs know it.
struct Partition {
    name: &'static str,
    suffixes: [&'static str; 2],
    global_region: &'static str,
    regions: Vec<&'static str>,
}

impl Partition {
    fn read(row: &'static str) -> Self {
        let cells: Vec<_> = row.split('\t').collect();
        let [name, suffix, dual_stack, global_region, regions @ ..] = cells.as_slice() else {
            panic!("{row}");
        };
        Self {
            name,
            suffixes: [suffix, dual_stack],
            global_region,
            regions: regions.to_vec(),
        }
    }
}

fn partitions() -> Vec<Partition> {
    let rows = include_str!("data/partitions.tsv").lines().skip(1);
    rows.map(Partition::read).collect()
}

/// The regions of all partitions but one, and such as belong to none.
fn foreign_regions<'p>(
    partitions: &'p [Partition],
    home: &'p Partition,
) -> impl Iterator<Item = &'p str> {
    const OF_NONE: [&str; 7] = [
        "auto",
        "x",
        "global",
        "us",
        "nz-north-1",
        "us-east",
        "eu-isox-west-1",
    ];
    let others = partitions.iter().filter(|other| other.name != home.name);
    others
        .flat_map(|other| &other.regions)
        .copied()
        .chain(OF_NONE)
}

fn admits(host: &str, service: &str, region: &str) -> bool {
    let scope = SigningScope::new(service, region).unwrap();
    Endpoint::admits(&Host::parse(host).unwrap(), &scope)
}

/// Names that stand before the domain of a partition without a region, and their services.
const GLOBAL: [(&str, &str); 25] = [
    ("apigateway", "apigateway"),
    ("autoscaling", "autoscaling"),
    ("b.s3", "s3"),
    ("b.u.s3", "s3"),
    ("b.s3-accelerate", "s3"),
    ("b.s3-accelerate.dualstack", "s3"),
    ("b.s3-external-1", "s3"),
    ("budgets", "budgets"),
    ("cloudfront", "cloudfront"),
    ("ec2", "ec2"),
    ("global.health", "health"),
    ("iam", "iam"),
    ("partnercentral-channel", "partnercentral-channel"),
    ("partnercentral-prm", "partnercentral"),
    ("queue", "sqs"),
    ("route53", "route53"),
    ("s3", "s3"),
    ("s3-accelerate", "s3"),
    ("s3-external-1", "s3"),
    ("s3.dualstack", "s3"),
    ("savingsplans", "savingsplans"),
    ("sdb", "sdb"),
    ("sts", "sts"),
    ("sustainability", "sustainability"),
    ("waf", "waf"),
];

/// The hosts of a partition that name no region, with their services.
fn global_hosts(home: &Partition) -> Vec<(String, &'static str)> {
    // GovCloud's are below the domains of the commercial partition, and say so.
    let markers: &[&str] = match home.name {
        "aws-us-gov" => &[".us-gov"],
        _ => &["", ".global"],
    };
    let mut hosts = Vec::new();
    for (name, service) in GLOBAL {
        let (name, dualstack) = match name.strip_suffix(".dualstack") {
            Some(name) => (name, ".dualstack"),
            None => (name, ""),
        };
        for fips in ["", "-fips"] {
            for marker in markers {
                for suffix in home.suffixes {
                    hosts.push((format!("{name}{fips}{dualstack}{marker}.{suffix}"), service));
                }
            }
        }
    }
    hosts
}

#[test]
fn no_global_endpoint_serves_a_region_of_another_partition_or_of_none() {
    let partitions = partitions();
    let (mut hosts, mut tried, mut crossed) = (0, 0, Vec::new());
    for home in &partitions {
        for (host, service) in global_hosts(home) {
            hosts += 1;
            for region in foreign_regions(&partitions, home) {
                tried += 1;
                if admits(&host, service, region) {
                    crossed.push(format!("{host} for {service} in {region}"));
                }
            }
        }
    }
    println!(
        "{hosts} global hosts, {tried} with a foreign region, {} crossed",
        crossed.len()
    );
    assert_eq!(crossed, [""; 0]);
    assert!(tried > 70_000, "{tried}");
}

#[test]
fn global_endpoints_serve_the_regions_of_their_own_partition() {
    for home in &partitions() {
        for (host, service) in global_hosts(home) {
            let endpoint = Endpoint::detect(&host).unwrap();
            assert_eq!(endpoint.partition(), home.name, "{host}");
            let region = endpoint.region().unwrap_or(home.global_region);
            assert!(home.regions.contains(&region), "{host}");
            assert!(admits(&host, service, region), "{host} in {region}");
            // Buckets may be anywhere; what else is global is signed for one region.
            let served = home
                .regions
                .iter()
                .filter(|region| admits(&host, service, region));
            let expected = match service == "s3" && !host.contains("s3-external-1") {
                true => home.regions.len(),
                false => 1,
            };
            assert_eq!(served.count(), expected, "{host}");
        }
    }
}

#[test]
fn no_regional_endpoint_serves_another_region_and_none_is_read_below_a_foreign_domain() {
    let partitions = partitions();
    let services: Vec<_> = include_str!("data/signing-names.tsv")
        .lines()
        .skip(1)
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .map(|cells| (cells[1], cells[2]))
        .step_by(9)
        .chain([
            ("b.s3", "s3"),
            ("a.execute-api", "execute-api"),
            ("brand-new", "brand-new"),
        ])
        .collect();
    let (mut tried, mut crossed) = (0, Vec::new());
    for home in &partitions {
        for &(name, service) in &services {
            for region in &home.regions {
                for suffix in partitions.iter().flat_map(|partition| partition.suffixes) {
                    let host = format!("{name}.{region}.{suffix}");
                    let is_home = home.suffixes.contains(&suffix);
                    for other in foreign_regions(&partitions, home) {
                        tried += 1;
                        if admits(&host, service, other) {
                            crossed.push(format!("{host} for {service} in {other}"));
                        }
                    }
                    if !is_home && admits(&host, service, region) {
                        crossed.push(format!("{host} for {service} in {region}"));
                    }
                }
            }
        }
    }
    println!(
        "{tried} regional hosts with a foreign region, {} crossed",
        crossed.len()
    );
    assert_eq!(crossed, [""; 0]);
}

#[test]
fn a_region_of_a_new_form_is_one_of_the_commercial_partition_for_those_who_name_it() {
    for (host, service, expected) in [
        ("sqs.nz-north-1.amazonaws.com", "sqs", true),
        ("sqs.nz-north-1.api.aws", "sqs", true),
        (
            "a.execute-api.nz-north-1.amazonaws.com",
            "execute-api",
            true,
        ),
        ("a.lambda-url.nz-north-1.on.aws", "lambda", true),
        ("brand-new.nz-north-1.amazonaws.com", "brand-new", true),
        ("sqs.nz-north-2.amazonaws.com", "sqs", false),
        ("sqs.nz-north-1.amazonaws.com.cn", "sqs", false),
        ("sqs.nz-north-1.amazonaws.eu", "sqs", false),
        ("sqs.nz-north-1.c2s.ic.gov", "sqs", false),
        ("s3.amazonaws.com", "s3", false),
        ("b.s3-accelerate.amazonaws.com", "s3", false),
        ("nz-north-1.elb.amazonaws.com", "elb", false),
    ] {
        assert_eq!(admits(host, service, "nz-north-1"), expected, "{host}");
        let error = Endpoint::detect(host).is_err();
        assert_eq!(error, host.contains("nz-north"), "{host}");
    }
    // What only looks like a host below a name that somebody chose for a region.
    for region in ["auto", "s3", "bucket", "sandbox"] {
        let host = format!("sqs.{region}.amazonaws.com");
        assert!(!admits(&host, "sqs", region), "{host}");
    }
}
