//! AWS's hosts as data: what their names do not say by themselves.
//!
//! Names stand without their FIPS markers, and every table is sorted by its first column. What no
//! table knows is taken at its word only where AWS alone gives out names: one label before the
//! region, as in `sqs.eu-west-1.amazonaws.com`.
//!
//! Sources: AWS's general reference on [service endpoints], the user guides of the data planes, and
//! the endpoint rules that AWS publishes with its SDKs, for which botocore is the reference here.
//!
//! [service endpoints]: https://docs.aws.amazon.com/general/latest/gr/rande.html

use Below::{Many, Nothing, One};
use Region::{Global, GlobalOrOther, Set, Unknown};

/// A domain that AWS serves its APIs under.
pub(super) struct Domain {
    pub(super) suffix: &'static str,
    pub(super) addresses: Addresses,
    /// What the names of its regions begin with.
    pub(super) regions: &'static [&'static str],
    /// The region that endpoints without one are signed for.
    pub(super) global_region: &'static str,
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Addresses {
    /// APIs, by IPv4 unless a label says `dualstack`.
    Ipv4,
    /// APIs, by IPv4 and IPv6.
    DualStack,
    /// Customers' resources, by IPv4 and IPv6. No name here is a service's just because it has the
    /// form of one.
    Resources,
}

/// The domains of all partitions.
#[rustfmt::skip]
pub(super) const DOMAINS: &[Domain] = {
    use Addresses::*;
    const AWS: &[&str] = &["af", "ap", "ca", "eu", "il", "me", "mx", "sa", "us", "us-gov"];
    &[
        domain("amazonaws.com", Ipv4, AWS, "us-east-1"),
        domain("on.aws", Resources, AWS, "us-east-1"),
        domain("api.aws", DualStack, AWS, "us-east-1"),
        domain("amazonaws.com.cn", Ipv4, &["cn"], "cn-northwest-1"),
        domain("api.amazonwebservices.com.cn", DualStack, &["cn"], "cn-northwest-1"),
        domain("amazonaws.eu", Ipv4, &["eusc-de"], "eusc-de-east-1"),
        domain("api.amazonwebservices.eu", DualStack, &["eusc-de"], "eusc-de-east-1"),
        domain("c2s.ic.gov", Ipv4, &["us-iso"], "us-iso-east-1"),
        domain("api.aws.ic.gov", DualStack, &["us-iso"], "us-iso-east-1"),
        domain("sc2s.sgov.gov", Ipv4, &["us-isob"], "us-isob-east-1"),
        domain("api.aws.scloud", DualStack, &["us-isob"], "us-isob-east-1"),
        domain("cloud.adc-e.uk", Ipv4, &["eu-isoe"], "eu-isoe-west-1"),
        domain("api.cloud-aws.adc-e.uk", DualStack, &["eu-isoe"], "eu-isoe-west-1"),
        domain("csp.hci.ic.gov", Ipv4, &["us-isof"], "us-isof-south-1"),
        domain("api.aws.hci.ic.gov", DualStack, &["us-isof"], "us-isof-south-1"),
    ]
};

const fn domain(
    suffix: &'static str,
    addresses: Addresses,
    regions: &'static [&'static str],
    global_region: &'static str,
) -> Domain {
    Domain {
        suffix,
        addresses,
        regions,
        global_region,
    }
}

/// Names before the region, whole, and their signing names.
#[rustfmt::skip]
pub(super) const NAMES: &[(&str, &str)] = &[
    ("a2i-runtime.sagemaker", "sagemaker"),
    ("acm-acme", "acm"),
    ("admin.wickr", "wickr"),
    ("agent-registry-control", "agent-registry"),
    ("agreement-marketplace", "aws-marketplace"),
    ("analytics-omics", "omics"),
    ("api-fulfill.dataexchange", "dataexchange"),
    ("api.airflow", "airflow"),
    ("api.detective", "detective"),
    ("api.ecr", "ecr"),
    ("api.ecr-public", "ecr-public"),
    ("api.iot-tunneling", "IoTSecuredTunneling"),
    ("api.iotdeviceadvisor", "iotdeviceadvisor"),
    ("api.iotmanagedintegrations", "iotmanagedintegrations"),
    ("api.iotsitewise", "iotsitewise"),
    ("api.iottwinmaker", "iottwinmaker"),
    ("api.iotwireless", "iotwireless"),
    ("api.mediatailor", "mediatailor"),
    ("api.pricing", "pricing"),
    ("api.sagemaker", "sagemaker"),
    ("api.sustainability", "sustainability"),
    ("api.thinclient", "thinclient"),
    ("api.tunneling.iot", "IoTSecuredTunneling"),
    ("appconfigdata", "appconfig"),
    ("appstream2", "appstream"),
    ("aps-workspaces", "aps"),
    ("arc-recovery-control-config", "route53-recovery-control-config"),
    ("arc-region-switch-control-plane", "arc-region-switch"),
    ("bedrock-agent", "bedrock"),
    ("bedrock-agent-runtime", "bedrock"),
    ("bedrock-agentcore-control", "bedrock-agentcore"),
    ("bedrock-data-automation", "bedrock"),
    ("bedrock-data-automation-runtime", "bedrock"),
    ("bedrock-runtime", "bedrock"),
    ("cassandra-streams", "cassandra"),
    ("catalog-marketplace", "aws-marketplace"),
    ("catalog.marketplace", "aws-marketplace"),
    ("cloudhsmv2", "cloudhsm"),
    ("cloudsearchdomain", "cloudsearch"),
    ("cloudwatch-omni", "cloudwatch"),
    ("cn.transcribe", "transcribe"),
    ("contact-lens", "connect"),
    ("control-storage-omics", "omics"),
    ("controlplane.payment-cryptography", "payment-cryptography"),
    ("cp.aidevops", "aidevops"),
    ("cp.geofencing.geo", "geo"),
    ("cp.maps.geo", "geo"),
    ("cp.metadata.geo", "geo"),
    ("cp.places.geo", "geo"),
    ("cp.routes.geo", "geo"),
    ("cp.tracking.geo", "geo"),
    ("data-lakeformation", "lakeformation"),
    ("data-servicediscovery", "servicediscovery"),
    ("data-signer", "signer"),
    ("data.ats.iot", "iotdata"),
    ("data.iotsitewise", "iotsitewise"),
    ("data.iottwinmaker", "iottwinmaker"),
    ("data.qapps", "qapps"),
    ("dataplane.payment-cryptography", "payment-cryptography"),
    ("dataplane.rum", "rum"),
    ("datatransformation.healthlake", "healthlake"),
    ("deployment-marketplace", "aws-marketplace"),
    ("discovery-marketplace", "aws-marketplace"),
    ("dp.aidevops", "aidevops"),
    ("edge.sagemaker", "sagemaker"),
    ("efs", "elasticfilesystem"),
    ("email", "ses"),
    ("entitlement-marketplace", "aws-marketplace"),
    ("entitlement.marketplace", "aws-marketplace"),
    ("env.airflow", "airflow"),
    ("featurestore-runtime.sagemaker", "sagemaker"),
    ("fips.batch", "batch"),
    ("fips.eks", "eks"),
    ("fips.transcribe", "transcribe"),
    ("forecastquery", "forecast"),
    ("geofencing.geo", "geo"),
    ("greengrass-ats.iot", "greengrass"),
    ("iam-toolbox", "iam"),
    ("identity-chime", "chime"),
    ("inferencerouter-runtime.sagemaker", "sagemaker"),
    ("iot", "iot"),
    ("ivsrealtime", "ivs"),
    ("job-runtime.sagemaker", "sagemaker"),
    ("kafka-api", "kafka"),
    ("kinesis-queues", "kinesis"),
    ("mail-manager", "ses"),
    ("management.deadline", "deadline"),
    ("maps.geo", "geo-maps"),
    ("media-pipelines-chime", "chime"),
    ("meetings-chime", "chime"),
    ("memory-db", "memorydb"),
    ("messaging-chime", "chime"),
    ("metadata.geo", "geo"),
    ("metering-marketplace", "aws-marketplace"),
    ("metering.marketplace", "aws-marketplace"),
    ("metrics.sagemaker", "sagemaker"),
    ("migrationhub-config", "mgh"),
    ("models-v2-lex", "lex"),
    ("models.lex", "lex"),
    ("monitor.iotsitewise", "iotsitewise"),
    ("mturk-requester-sandbox", "mturk-requester"),
    ("oidc", "sso-oauth"),
    ("ops.airflow", "airflow"),
    ("participant.connect", "execute-api"),
    ("partnercentral-prm", "partnercentral"),
    ("personalize-events", "personalize"),
    ("personalize-runtime", "personalize"),
    ("pinpoint", "mobiletargeting"),
    ("places.geo", "geo-places"),
    ("portal.sso", "awsssoportal"),
    ("query-lakeformation", "lakeformation"),
    ("reporting-marketplace", "aws-marketplace"),
    ("routes.geo", "geo-routes"),
    ("runtime-medical-imaging", "medical-imaging"),
    ("runtime-v2-lex", "lex"),
    ("runtime.health-agent", "health-agent"),
    ("runtime.lex", "lex"),
    ("runtime.sagemaker", "sagemaker"),
    ("s3express-control", "s3express"),
    ("scheduling.deadline", "deadline"),
    ("search-dynamodb", "dynamodb"),
    ("servicecatalog-appregistry", "servicecatalog"),
    ("sms-voice.pinpoint", "sms-voice"),
    ("storage-omics", "omics"),
    ("stream-logs", "logs"),
    ("streaming.health-agent", "health-agent"),
    ("streams-dynamodb", "dynamodb"),
    ("streams.dynamodb", "dynamodb"),
    ("subscribe.mediaconvert", "mediaconvert"),
    ("sync-states", "states"),
    ("tags-omics", "omics"),
    ("timestream-ingest", "timestream"),
    ("timestream-query", "timestream"),
    ("tracking.geo", "geo"),
    ("training-session-runtime.sagemaker", "sagemaker"),
    ("transcribestreaming", "transcribe"),
    ("verification.signer", "signer"),
    ("voice-chime", "chime"),
    ("wellarchitected-agent", "wellarchitected"),
    ("workflows-omics", "omics"),
];

/// How many labels may stand to the left of a name: a bucket, an API, an account.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Below {
    Nothing,
    One,
    Many,
}

/// Names before the region that other names stand below, and the signing names of them all.
#[rustfmt::skip]
pub(super) const DATA_PLANES: &[(&str, Below, &str)] = &[
    ("aos", One, "es"),
    ("aoss", One, "aoss"),
    ("appsync-api", Many, "appsync"),
    ("appsync-realtime-api", Many, "appsync"),
    ("control-kinesis", Many, "kinesis"),
    ("control-kinesis-queues", Many, "kinesis"),
    ("data-kinesis", Many, "kinesis"),
    ("data-kinesis-queues", Many, "kinesis"),
    ("data.mediastore", One, "mediastore"),
    ("ddb", One, "dynamodb"),
    ("dkr.ecr", One, "ecr"),
    ("eventsv2", One, "events"),
    ("execute-api", One, "execute-api"),
    ("gateway.bedrock-agentcore", One, "bedrock-agentcore"),
    ("iot", One, "iotdata"),
    ("jobs.iot", One, "iot-jobs-data"),
    ("kinesisvideo", One, "kinesisvideo"),
    ("lambda-url", One, "lambda"),
    ("neptune-graph", One, "neptune-graph"),
    ("osm", One, "osm"),
    ("s3", Many, "s3"),
    ("s3-accelerate", Many, "s3"),
    ("s3-accesspoint", One, "s3"),
    ("s3-control", One, "s3"),
    ("s3-object-lambda", One, "s3-object-lambda"),
    ("s3-outposts", Many, "s3-outposts"),
    ("search-ddb", One, "dynamodb"),
    ("streams-ddb", One, "dynamodb"),
    ("timestream", One, "timestream"),
    ("vpc-lattice-svcs", Many, "vpc-lattice-svcs"),
];

/// Names behind the region, whatever stands before it.
pub(super) const BEHIND_REGION: &[(&str, &str)] = &[
    ("aoss", "aoss"),
    ("es", "es"),
    ("neptune", "neptune-db"),
    ("neptune-graph", "neptune-graph"),
    ("osis", "osis"),
    ("queue", "sqs"),
];

/// What is known of the region where the host does not name it.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Region {
    /// The partition's own.
    Global,
    /// The partition's own, though other regions' resources are reached as well.
    GlobalOrOther,
    /// None: that of the bucket.
    Unknown,
    /// A set of them, which only SigV4A can sign for.
    Set,
}

/// Names without a region, before `global` or `us-gov` where that stands.
#[rustfmt::skip]
pub(super) const GLOBAL: &[(&str, Below, (&str, Region))] = &[
    ("accesspoint.s3-global", Many, ("s3", Set)),
    ("apigateway", Nothing, ("apigateway", Global)),
    ("autoscaling", Nothing, ("autoscaling", Global)),
    ("budgets", Nothing, ("budgets", GlobalOrOther)),
    ("cloudfront", Nothing, ("cloudfront", GlobalOrOther)),
    ("cloudfront-kvs", One, ("cloudfront-keyvaluestore", Set)),
    ("ec2", Nothing, ("ec2", Global)),
    ("endpoint.events", Many, ("events", Set)),
    ("endpoints.email", Many, ("ses", Set)),
    ("global.health", Nothing, ("health", Global)),
    ("iam", Nothing, ("iam", Global)),
    ("partnercentral-channel", Nothing, ("partnercentral-channel", Global)),
    ("partnercentral-prm", Nothing, ("partnercentral", Global)),
    ("queue", Nothing, ("sqs", Global)),
    ("route53", Nothing, ("route53", Global)),
    ("s3", Many, ("s3", GlobalOrOther)),
    ("s3-accelerate", Many, ("s3", Unknown)),
    ("s3-external-1", Many, ("s3", Global)),
    ("savingsplans", Nothing, ("savingsplans", Global)),
    ("sdb", Nothing, ("sdb", Global)),
    ("sts", Nothing, ("sts", Global)),
    ("sustainability", Nothing, ("sustainability", Global)),
    ("waf", Nothing, ("waf", Global)),
];

/// Services that share their hosts with another, which the path of a request decides.
pub(super) const SHARED: &[(&str, &str)] = &[
    ("bedrock-mantle", "bedrock"),
    ("geo-maps", "geo"),
    ("geo-places", "geo"),
    ("geo-routes", "geo"),
    ("iotdata", "iotdevicegateway"),
];

/// Names with the form of a service's own that take no signature of this kind, but what they say.
pub(super) const UNSIGNED: &[(&str, &str)] = &[
    ("account-access-runtime", "bearer tokens"),
    ("codecatalyst", "bearer tokens"),
    ("email-smtp", "SMTP credentials"),
    ("git-codecommit", "Git credentials"),
    ("importexport", "Signature Version 2"),
    ("s3-website", "unsigned requests"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The first column of every table.
    fn names() -> [Vec<&'static str>; 6] {
        [
            NAMES.iter().map(|row| row.0).collect(),
            DATA_PLANES.iter().map(|row| row.0).collect(),
            BEHIND_REGION.iter().map(|row| row.0).collect(),
            GLOBAL.iter().map(|row| row.0).collect(),
            SHARED.iter().map(|row| row.0).collect(),
            UNSIGNED.iter().map(|row| row.0).collect(),
        ]
    }

    #[test]
    fn every_table_is_sorted_and_has_no_name_twice() {
        for names in names() {
            assert_eq!(names.windows(2).find(|pair| pair[0] >= pair[1]), None);
        }
    }

    #[test]
    fn names_are_without_fips_markers_and_as_short_as_they_are_looked_up() {
        let [whole, below, _, global, ..] = names();
        for name in whole.iter().chain(&below).chain(&global) {
            assert!(!name.contains("-fips"), "{name}");
        }
        for name in below.iter().chain(&global) {
            assert!(name.split('.').count() <= 2, "{name}");
        }
    }

    #[test]
    fn no_domain_ends_in_another_so_their_order_does_not_matter() {
        for domain in DOMAINS {
            let parent = |other: &Domain| domain.suffix.ends_with(&format!(".{}", other.suffix));
            assert!(!DOMAINS.iter().any(parent), "{}", domain.suffix);
        }
    }
}
