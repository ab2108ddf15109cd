//! Credentials of one partition are worth nothing in another, and must not be seen there.

use tower_sigv4::{SigV4LayerBuilder, UnlistedHosts};

use crate::{
    common::{Recorder, credentials, id, moment},
    harness::{call, get},
};

/// A partition, some of its regions, and global endpoints, whose names hold no region: the host, the
/// service, and the region that it is signed for.
struct Partition {
    name: &'static str,
    regions: &'static [&'static str],
    global: &'static [(&'static str, &'static str, &'static str)],
}

/// As AWS's SDKs have them in their partitions and endpoint rules.
const PARTITIONS: [Partition; 8] = [
    Partition {
        name: "aws",
        regions: &[
            "us-east-1",
            "eu-west-1",
            "ap-southeast-7",
            "il-central-1",
            "mx-central-1",
        ],
        global: &[
            ("s3.amazonaws.com", "s3", "us-east-1"),
            ("bucket.s3.amazonaws.com", "s3", "eu-west-1"),
            ("bucket.s3.dualstack.amazonaws.com", "s3", "eu-west-1"),
            ("s3-external-1.amazonaws.com", "s3", "us-east-1"),
            ("bucket.s3-accelerate.amazonaws.com", "s3", "eu-west-1"),
            ("iam.amazonaws.com", "iam", "us-east-1"),
            ("iam.global.api.aws", "iam", "us-east-1"),
            ("sts.amazonaws.com", "sts", "us-east-1"),
            ("route53.amazonaws.com", "route53", "us-east-1"),
            ("cloudfront.amazonaws.com", "cloudfront", "us-east-1"),
            ("budgets.amazonaws.com", "budgets", "us-east-1"),
            ("waf.amazonaws.com", "waf", "us-east-1"),
            ("global.health.amazonaws.com", "health", "us-east-1"),
            ("savingsplans.amazonaws.com", "savingsplans", "us-east-1"),
        ],
    },
    Partition {
        name: "aws-cn",
        regions: &["cn-north-1", "cn-northwest-1"],
        global: &[
            ("s3.amazonaws.com.cn", "s3", "cn-north-1"),
            ("bucket.s3.amazonaws.com.cn", "s3", "cn-northwest-1"),
            ("iam.amazonaws.com.cn", "iam", "cn-north-1"),
            ("route53.amazonaws.com.cn", "route53", "cn-northwest-1"),
            (
                "cloudfront.amazonaws.com.cn",
                "cloudfront",
                "cn-northwest-1",
            ),
            ("budgets.amazonaws.com.cn", "budgets", "cn-northwest-1"),
        ],
    },
    Partition {
        name: "aws-us-gov",
        regions: &["us-gov-west-1", "us-gov-east-1"],
        global: &[
            ("iam.us-gov.amazonaws.com", "iam", "us-gov-west-1"),
            ("route53.us-gov.amazonaws.com", "route53", "us-gov-west-1"),
            (
                "sustainability.us-gov.api.aws",
                "sustainability",
                "us-gov-west-1",
            ),
        ],
    },
    Partition {
        name: "aws-iso",
        regions: &["us-iso-east-1", "us-iso-west-1"],
        global: &[
            ("s3.c2s.ic.gov", "s3", "us-iso-east-1"),
            ("bucket.s3.c2s.ic.gov", "s3", "us-iso-west-1"),
            ("iam.c2s.ic.gov", "iam", "us-iso-east-1"),
            ("route53.c2s.ic.gov", "route53", "us-iso-east-1"),
            ("cloudfront.c2s.ic.gov", "cloudfront", "us-iso-east-1"),
            ("budgets.c2s.ic.gov", "budgets", "us-iso-east-1"),
        ],
    },
    Partition {
        name: "aws-iso-b",
        regions: &["us-isob-east-1"],
        global: &[
            ("bucket.s3.sc2s.sgov.gov", "s3", "us-isob-east-1"),
            ("route53.sc2s.sgov.gov", "route53", "us-isob-east-1"),
            ("budgets.sc2s.sgov.gov", "budgets", "us-isob-east-1"),
        ],
    },
    Partition {
        name: "aws-iso-e",
        regions: &["eu-isoe-west-1"],
        global: &[
            ("bucket.s3.cloud.adc-e.uk", "s3", "eu-isoe-west-1"),
            ("route53.cloud.adc-e.uk", "route53", "eu-isoe-west-1"),
            ("budgets.cloud.adc-e.uk", "budgets", "eu-isoe-west-1"),
        ],
    },
    Partition {
        name: "aws-iso-f",
        regions: &["us-isof-south-1", "us-isof-east-1"],
        global: &[
            ("bucket.s3.csp.hci.ic.gov", "s3", "us-isof-south-1"),
            ("route53.csp.hci.ic.gov", "route53", "us-isof-south-1"),
            ("budgets.csp.hci.ic.gov", "budgets", "us-isof-south-1"),
        ],
    },
    Partition {
        name: "aws-eusc",
        regions: &["eusc-de-east-1"],
        global: &[
            ("bucket.s3.amazonaws.eu", "s3", "eusc-de-east-1"),
            ("route53.amazonaws.eu", "route53", "eusc-de-east-1"),
            ("budgets.amazonaws.eu", "budgets", "eusc-de-east-1"),
        ],
    },
];

fn builder(service: &str, region: &str) -> SigV4LayerBuilder {
    SigV4LayerBuilder::new(service, region, credentials(id(1))).clock(moment)
}

/// Every global endpoint with every region of every other partition.
fn foreign_pairs() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    PARTITIONS.iter().flat_map(|home| {
        let others = PARTITIONS.iter().filter(|other| other.name != home.name);
        let regions: Vec<_> = others.flat_map(|other| other.regions).copied().collect();
        home.global.iter().flat_map(move |&(host, service, _)| {
            let regions = regions.clone().into_iter();
            regions.map(move |region| (host, service, region))
        })
    })
}

#[tokio::test]
async fn no_layer_signs_for_a_global_endpoint_of_another_partition() {
    let (mut tried, mut signed) = (0, Vec::new());
    for (host, service, region) in foreign_pairs() {
        tried += 1;
        for unlisted in [UnlistedHosts::Refuse, UnlistedHosts::ForwardUnsigned] {
            let layer = builder(service, region).unlisted_hosts(unlisted);
            let network = Recorder::default();
            let layer = layer.build().unwrap();
            let call = call(&layer, &network, &format!("https://{host}/")).await;
            match call.result {
                Err(error) => assert!(error.is_refused_host(), "{error}"),
                Ok(_) => {
                    let headers = network.only().parts.headers;
                    let is_bare = !headers.contains_key("authorization")
                        && !headers.contains_key("x-amz-security-token");
                    if !is_bare || unlisted == UnlistedHosts::Refuse {
                        signed.push(format!("{host} for {service} in {region}"));
                    }
                }
            }
        }
    }
    signed.dedup();
    println!(
        "{tried} pairs of a host and a foreign region: {} signed",
        signed.len()
    );
    assert!(tried > 500);
    assert!(
        signed.is_empty(),
        "{} of {tried} signed, such as {}",
        signed.len(),
        signed[0]
    );
}

#[tokio::test]
async fn a_layer_signs_for_the_global_endpoints_of_its_own_partition() {
    for home in &PARTITIONS {
        for (host, service, region) in home.global {
            let network = Recorder::default();
            let layer = builder(service, region).build().unwrap();
            let call = call(&layer, &network, &format!("https://{host}/")).await;
            assert!(call.result.is_ok(), "{host} in {region}: {}", call.error());
            assert!(network.only().parts.headers.contains_key("authorization"));
        }
    }
}

#[tokio::test]
async fn a_host_of_another_partition_may_still_be_named() {
    let host = "bucket.s3.amazonaws.com.cn";
    let layer = builder("s3", "eu-west-1").allow_host(host).build().unwrap();
    let network = Recorder::default();
    let request = get(&format!("https://{host}/"));
    let response =
        tower::ServiceExt::oneshot(tower::Layer::layer(&layer, network.clone()), request);
    assert!(response.await.is_ok());
    assert!(network.only().parts.headers.contains_key("authorization"));
}
