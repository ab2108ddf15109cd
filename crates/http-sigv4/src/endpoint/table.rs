//! What no model of AWS's says about its hosts, as data.
//!
//! Names stand without their FIPS markers, and every table is sorted by its first column. With
//! those of [`names`](super::names), they are all the names that are known: AWS alone gives out
//! what stands directly before a region, but not every label there is a signing name.
//!
//! Sources: AWS's general reference on [service endpoints] and the user guides of the data planes.
//!
//! [service endpoints]: https://docs.aws.amazon.com/general/latest/gr/rande.html

use http::Uri;

use Below::{Any, AtLeastOne, AtMostOne, Nothing, One};
use Region::{Global, GlobalOrOther, Set, Unknown};

/// Names before the region, whole, that no model has, and their signing names.
#[rustfmt::skip]
pub(super) const UNMODELED: &[(&str, &str)] = &[
    ("aps-workspaces", "aps"),
    ("bedrock-mantle", "bedrock-mantle"),
    // DICOMweb, which medical images are read and searched by.
    ("dicom-medical-imaging", "medical-imaging"),
    // The two channels of the Systems Manager agent.
    ("ec2messages", "ec2messages"),
    // Services whose models AWS has withdrawn.
    ("finspace", "finspace"),
    ("finspace-api", "finspace-api"),
    ("mturk-requester-sandbox", "mturk-requester"),
    ("ssmmessages", "ssmmessages"),
    // What `stream-logs` was until 2026.
    ("streaming-logs", "logs"),
    // WebSocket.
    ("streaming-rekognition", "rekognition"),
    ("tnb", "tnb"),
    ("transcribestreaming", "transcribe"),
];

/// How many labels stand to the left of a name: a bucket, an API, an account.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Below {
    Nothing,
    AtMostOne,
    One,
    Any,
    AtLeastOne,
}

impl Below {
    pub(super) fn allows(self, labels: usize) -> bool {
        match self {
            Nothing => labels == 0,
            AtMostOne => labels <= 1,
            One => labels == 1,
            Any => true,
            AtLeastOne => labels >= 1,
        }
    }
}

/// Names before the region that other names stand below, and the signing names of them all.
#[rustfmt::skip]
pub(super) const DATA_PLANES: &[(&str, Below, &str)] = &[
    ("appsync-api", Any, "appsync"),
    ("appsync-realtime-api", Any, "appsync"),
    ("control-kinesis", Any, "kinesis"),
    ("control-kinesis-queues", Any, "kinesis"),
    ("data-kinesis", Any, "kinesis"),
    ("data-kinesis-queues", Any, "kinesis"),
    ("data.mediastore", AtMostOne, "mediastore"),
    ("ddb", AtMostOne, "dynamodb"),
    ("dkr.ecr", AtMostOne, "ecr"),
    ("eventsv2", AtMostOne, "events"),
    ("execute-api", AtMostOne, "execute-api"),
    ("gateway.bedrock-agentcore", AtMostOne, "bedrock-agentcore"),
    ("iot", AtMostOne, "iotdata"),
    ("jobs.iot", AtMostOne, "iot-jobs-data"),
    ("kinesisvideo", AtMostOne, "kinesisvideo"),
    ("neptune-graph", AtMostOne, "neptune-graph"),
    ("s3", Any, "s3"),
    ("s3-accelerate", Any, "s3"),
    ("s3-accesspoint", AtMostOne, "s3"),
    ("s3-control", AtMostOne, "s3"),
    ("s3-object-lambda", AtMostOne, "s3-object-lambda"),
    ("s3-outposts", Any, "s3-outposts"),
    ("search-ddb", AtMostOne, "dynamodb"),
    ("streams-ddb", AtMostOne, "dynamodb"),
    ("timestream", AtMostOne, "timestream"),
];

/// Names before the region on `on.aws`, where AWS gives names to customers' resources and to them
/// only. What it gives to browsers, brokers and databases there takes other credentials.
#[rustfmt::skip]
pub(super) const RESOURCES: &[(&str, Below, &str)] = &[
    ("aos", One, "es"),
    ("aoss", One, "aoss"),
    ("lambda-url", One, "lambda"),
    // The one service whose dual-stack endpoint is here.
    ("neptune-graph", AtMostOne, "neptune-graph"),
    ("osm", One, "osm"),
    ("vpc-lattice-svcs", AtLeastOne, "vpc-lattice-svcs"),
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
    /// The partition's own, though its other regions' resources are reached as well.
    GlobalOrOther,
    /// None: that of the bucket.
    Unknown,
    /// A set of them, which only SigV4A can sign for.
    Set,
}

/// Names without a region, before `global` or `us-gov` where that stands.
#[rustfmt::skip]
pub(super) const GLOBAL: &[(&str, Below, (&str, Region))] = &[
    ("accesspoint.s3-global", Any, ("s3", Set)),
    ("apigateway", Nothing, ("apigateway", Global)),
    ("autoscaling", Nothing, ("autoscaling", Global)),
    ("budgets", Nothing, ("budgets", Global)),
    ("cloudfront", Nothing, ("cloudfront", Global)),
    ("cloudfront-kvs", AtMostOne, ("cloudfront-keyvaluestore", Set)),
    ("ec2", Nothing, ("ec2", Global)),
    ("endpoint.events", Any, ("events", Set)),
    ("endpoints.email", Any, ("ses", Set)),
    ("global.health", Nothing, ("health", Global)),
    ("iam", Nothing, ("iam", Global)),
    ("partnercentral-channel", Nothing, ("partnercentral-channel", Global)),
    ("partnercentral-prm", Nothing, ("partnercentral", Global)),
    ("queue", Nothing, ("sqs", Global)),
    ("route53", Nothing, ("route53", Global)),
    ("s3", Any, ("s3", GlobalOrOther)),
    ("s3-accelerate", Any, ("s3", Unknown)),
    ("s3-external-1", Any, ("s3", Global)),
    ("savingsplans", Nothing, ("savingsplans", Global)),
    ("sdb", Nothing, ("sdb", Global)),
    ("sts", Nothing, ("sts", Global)),
    ("sustainability", Nothing, ("sustainability", Global)),
    ("waf", Nothing, ("waf", Global)),
];

/// How the requests of the second service on a host are told from those of the first.
#[derive(Clone, Copy)]
pub(super) enum Second {
    /// Not at all: the host takes the signatures of both.
    Either,
    /// By what the path begins with.
    Path(&'static str),
    /// As the handshake of MQTT over WebSocket.
    Mqtt,
}

impl Second {
    pub(super) fn is_asked_by(self, uri: &Uri, path_prefix: &str) -> bool {
        let mut path = path_prefix.bytes().chain(uri.path().bytes());
        match self {
            Self::Either => false,
            Self::Path(start) => path.by_ref().take(start.len()).eq(start.bytes()),
            Self::Mqtt => is_web_socket(uri) || path.eq(*b"/mqtt"),
        }
    }
}

/// A scheme is the same in capital letters.
fn is_web_socket(uri: &Uri) -> bool {
    let is = |scheme: &str| {
        ["ws", "wss"]
            .iter()
            .any(|it| scheme.eq_ignore_ascii_case(it))
    };
    uri.scheme_str().is_some_and(is)
}

/// Services whose hosts take the signatures of a second one as well.
#[rustfmt::skip]
pub(super) const SHARED: &[(&str, &str, Second)] = &[
    ("bedrock-mantle", "bedrock", Second::Either),
    ("geo-maps", "geo", Second::Path("/maps/v0/")),
    ("geo-places", "geo", Second::Path("/places/v0/")),
    ("geo-routes", "geo", Second::Path("/routes/v0/")),
    ("iotdata", "iotdevicegateway", Second::Mqtt),
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
    use super::{
        super::names::{OF_ONE_REGION, OTHERS, OWN},
        *,
    };

    /// The first column of every table.
    fn names() -> [Vec<&'static str>; 10] {
        [
            OWN.to_vec(),
            OTHERS.iter().map(|row| row.0).collect(),
            UNMODELED.iter().map(|row| row.0).collect(),
            DATA_PLANES.iter().map(|row| row.0).collect(),
            RESOURCES.iter().map(|row| row.0).collect(),
            GLOBAL.iter().map(|row| row.0).collect(),
            OF_ONE_REGION.iter().map(|row| row.0).collect(),
            BEHIND_REGION.iter().map(|row| row.0).collect(),
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
        let [own, others, unmodeled, planes, resources, global, ..] = names();
        let below = [planes, resources, global].concat();
        for name in [own, others, unmodeled, below.clone()].concat() {
            assert!(!name.contains("-fips"), "{name}");
        }
        for name in below {
            assert!(name.split('.').count() <= 2, "{name}");
        }
    }

    #[test]
    fn no_name_is_in_two_tables_of_whole_names_or_signed_and_unsigned() {
        let [own, others, unmodeled, .., unsigned] = names();
        let mut all = [own, others, unmodeled, unsigned].concat();
        all.sort_unstable();
        assert_eq!(all.windows(2).find(|pair| pair[0] == pair[1]), None);
    }
}
