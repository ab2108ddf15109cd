//! Hosts against what AWS's own SDKs sign for.

use std::collections::BTreeMap;

use http::Uri;
use http_sigv4::{Endpoint, Profile};

/// What a host tells, as the tables write it.
fn told(host: &str) -> String {
    match Endpoint::detect(host) {
        Ok(endpoint) if endpoint.requires_sigv4a() => format!("{} *", endpoint.service()),
        Ok(endpoint) => format!(
            "{} {}",
            endpoint.service(),
            endpoint.region().unwrap_or("None")
        ),
        Err(error) if error.needs_configuration() => "None None".into(),
        Err(error) => error.to_string(),
    }
}

/// The rows of a table below its heading.
fn rows<'t, const N: usize>(table: &'t str) -> impl Iterator<Item = [&'t str; N]> {
    let cells = |line: &'t str| line.split('\t').collect::<Vec<_>>();
    table
        .lines()
        .skip(1)
        .map(move |line| cells(line).try_into().unwrap())
}

/// The rows of `hosts.tsv` that are read otherwise, and why.
const OTHERWISE: [(&str, &str); 3] = [
    // Takes bearer tokens only, so there is nothing to sign for.
    (
        "codecatalyst.global.api.aws",
        "the service takes bearer tokens, and no signature of this kind; do not sign for it",
    ),
    // The same for Signature Version 2.
    (
        "importexport.amazonaws.com",
        "the service takes Signature Version 2, and no signature of this kind; do not sign for it",
    ),
    // Here Transfer Acceleration's host does name the region, and botocore signs for it.
    (
        "bucket.s3-accelerate.dualstack.us-east-1.amazonaws.com",
        "s3 us-east-1",
    ),
];

#[test]
fn every_host_of_the_table_is_read_as_it_says() {
    let otherwise = BTreeMap::from(OTHERWISE);
    let mut hosts = 0;
    for [authority, service, region, flags] in rows(include_str!("data/hosts.tsv")) {
        let uri: Uri = format!("https://{authority}/").parse().unwrap();
        let host = uri.host().unwrap();
        let row = format!("{service} {region}");
        assert_eq!(
            told(host),
            *otherwise.get(host).unwrap_or(&row.as_str()),
            "{host}"
        );

        if let Ok(endpoint) = Endpoint::detect(host) {
            // AWS's rules for partnercentral and sustainability prefer SigV4A, but take SigV4 too.
            assert_eq!(
                endpoint.requires_sigv4a(),
                flags == "sigv4a" && region == "*",
                "{host}"
            );
            let s3 = matches!(service, "s3" | "s3-object-lambda" | "s3-outposts");
            assert_eq!(endpoint.profile() == Profile::S3, s3, "{host}");
        }
        hosts += 1;
    }
    assert_eq!(hosts, 378);
}

#[test]
fn every_service_is_found_by_its_endpoint_prefix() {
    let mut services = 0;
    for [_, prefix, name, version, ..] in rows::<6>(include_str!("data/signing-names.tsv")) {
        for (host, region) in [
            (format!("{prefix}.us-east-1.amazonaws.com"), "us-east-1"),
            (
                format!("{prefix}-fips.us-gov-west-1.amazonaws.com"),
                "us-gov-west-1",
            ),
            (
                format!("{prefix}.cn-north-1.amazonaws.com.cn"),
                "cn-north-1",
            ),
            (
                format!("{prefix}.eusc-de-east-1.api.amazonwebservices.eu"),
                "eusc-de-east-1",
            ),
            (
                format!("{prefix}-fips.us-isob-east-1.sc2s.sgov.gov"),
                "us-isob-east-1",
            ),
        ] {
            match (prefix, version) {
                // SimpleDB's second API takes SigV4 on the hosts of the first.
                ("codecatalyst", "bearer") | ("importexport", "v2") => {
                    assert!(
                        Endpoint::detect(&host).unwrap_err().is_unsupported(),
                        "{host}"
                    );
                }
                _ => assert_eq!(told(&host), format!("{name} {region}")),
            }
        }
        services += 1;
    }
    assert_eq!(services, 429);
}

#[test]
fn data_planes_called_by_plain_http_are_known() {
    #[rustfmt::skip]
    const HOSTS: &[(&str, &str)] = &[
        ("abc123.execute-api-fips.us-gov-west-1.amazonaws.com", "execute-api us-gov-west-1"),
        ("id.lambda-url.eu-west-1.on.aws", "lambda eu-west-1"),
        ("api-0a1.7d67968.vpc-lattice-svcs.eu-west-1.on.aws", "vpc-lattice-svcs eu-west-1"),
        ("abc.appsync-api.eu-west-1.amazonaws.com", "appsync eu-west-1"),
        ("abc.ddpg.appsync-api.eu-west-1.amazonaws.com", "appsync eu-west-1"),
        ("search-dom-1.cn-north-1.es.amazonaws.com.cn", "es cn-north-1"),
        ("search-dom-1.aos.eu-west-1.on.aws", "es eu-west-1"),
        ("abc.eu-west-1.aoss-fips.amazonaws.com", "aoss eu-west-1"),
        ("abc.aoss.eu-west-1.on.aws", "aoss eu-west-1"),
        ("logs-1.eu-west-1.osis.amazonaws.com", "osis eu-west-1"),
        ("db.cluster-ro-1.eu-west-1.neptune.amazonaws.com", "neptune-db eu-west-1"),
        ("g-1.eu-west-1.neptune-graph.amazonaws.com", "neptune-graph eu-west-1"),
        ("abc.data.mediastore.eu-west-1.amazonaws.com", "mediastore eu-west-1"),
        ("abc-ats.iot.eu-west-1.amazonaws.com", "iotdata eu-west-1"),
        ("iot.eu-west-1.amazonaws.com", "iot eu-west-1"),
        ("bedrock-agent-runtime.eu-west-1.amazonaws.com", "bedrock eu-west-1"),
        ("ingest-cell2.timestream.eu-west-1.amazonaws.com", "timestream eu-west-1"),
        ("eu-west-1.queue.amazonaws.com", "sqs eu-west-1"),
        ("sync-states.eu-west-1.amazonaws.com", "states eu-west-1"),
        ("data.iotsitewise.eu-west-1.amazonaws.com", "iotsitewise eu-west-1"),
        ("bucket.with.dots.s3.eu-west-1.amazonaws.com", "s3 eu-west-1"),
        ("bucket.s3-eu-west-1.amazonaws.com", "s3 eu-west-1"),
        ("s3-fips-us-gov-west-1.amazonaws.com", "s3 us-gov-west-1"),
        ("bucket.s3-external-1.amazonaws.com", "s3 us-east-1"),
        ("vpce-logs.bucket.vpce-1a-2b.s3.eu-west-1.vpce.amazonaws.com", "s3 eu-west-1"),
        ("b.bucket.vpce-1a-2b.s3.eu-west-1.vpce.amazonaws.com", "s3 eu-west-1"),
        ("vpce-1a-2b-eu-west-1a.api.ecr.eu-west-1.vpce.amazonaws.com", "ecr eu-west-1"),
        ("vpce-1a-2b.appsync-api.eu-west-1.vpce.amazonaws.com", "appsync eu-west-1"),
        ("sts.amazonaws.com.cn", "sts cn-north-1"),
        ("ec2.amazonaws.com", "ec2 us-east-1"),
    ];
    for &(host, expected) in HOSTS {
        assert_eq!(told(host), expected, "{host}");
    }
}

#[test]
fn what_stands_left_of_the_labels_of_aws_decides_nothing() {
    #[rustfmt::skip]
    const HOSTS: &[(&str, &str)] = &[
        ("execute-api.us-east-1.s3.eu-west-1.amazonaws.com", "s3 eu-west-1"),
        ("execute-api.us-east-1.s3.amazonaws.com", "s3 us-east-1"),
        ("execute-api.eu-west-1.es.s3.amazonaws.com", "s3 us-east-1"),
        ("eu-west-1.s3.amazonaws.com", "s3 us-east-1"),
        ("execute-api.eu-west-1.vpce.s3-us-west-2.amazonaws.com", "s3 us-west-2"),
        ("s3.eu-west-1.execute-api.eu-west-2.amazonaws.com", "None None"),
        ("logs-fips.execute-api.eu-west-1.amazonaws.com", "execute-api eu-west-1"),
    ];
    for &(host, expected) in HOSTS {
        assert_eq!(told(host), expected, "{host}");
    }
    let bucket = Endpoint::detect("logs-fips.s3.eu-west-1.amazonaws.com").unwrap();
    assert!(!bucket.is_fips());
}

#[test]
fn fips_dual_stack_and_vpc_endpoints_are_told_apart() {
    #[rustfmt::skip]
    const HOSTS: &[(&str, bool, bool, bool)] = &[
        ("execute-api.us-east-1.amazonaws.com", false, false, false),
        ("execute-api-fips.us-east-1.amazonaws.com", true, false, false),
        ("runtime-fips.sagemaker.us-east-1.amazonaws.com", true, false, false),
        ("fips.transcribe.us-east-1.amazonaws.com", true, false, false),
        ("iam-fips.global.api.aws", true, true, false),
        ("b.s3-fips.dualstack.us-east-1.amazonaws.com", true, true, false),
        ("b--x-s3.s3express-fips-use1-az4.us-east-1.amazonaws.com", true, false, false),
        ("b.s3-accelerate.dualstack.amazonaws.com", false, true, false),
        ("s3-fips-us-gov-west-1.amazonaws.com", true, false, false),
        ("sqs.us-east-1.api.aws", false, true, false),
        ("id.lambda-url.us-east-1.on.aws", false, true, false),
        ("id.us-east-1.aoss-fips.amazonaws.com", true, false, false),
        ("vpce-1-2.sqs-fips.us-east-1.vpce.amazonaws.com", true, false, true),
    ];
    for &(host, fips, dualstack, vpc_endpoint) in HOSTS {
        let endpoint = Endpoint::detect(host).unwrap();
        assert_eq!(
            (
                endpoint.is_fips(),
                endpoint.is_dualstack(),
                endpoint.is_vpc_endpoint()
            ),
            (fips, dualstack, vpc_endpoint),
            "{host}"
        );
    }
}

#[test]
fn case_and_a_trailing_dot_do_not_matter() {
    let plain = Endpoint::detect("abc.execute-api.eu-west-1.amazonaws.com").unwrap();
    for host in [
        "ABC.Execute-API.EU-West-1.AmazonAWS.com",
        "abc.execute-api.eu-west-1.amazonaws.com.",
        "ABC.EXECUTE-API.EU-WEST-1.AMAZONAWS.COM.",
    ] {
        assert_eq!(Endpoint::detect(host).unwrap(), plain, "{host}");
    }
}

#[test]
fn services_that_take_no_such_signature_say_what_they_take() {
    for (host, takes) in [
        ("codecatalyst.global.api.aws", "bearer tokens"),
        ("account-access-runtime.us-east-1.api.aws", "bearer tokens"),
        (
            "importexport.us-east-1.amazonaws.com",
            "Signature Version 2",
        ),
        ("git-codecommit.us-east-1.amazonaws.com", "Git"),
        ("git-codecommit-fips.us-east-1.amazonaws.com", "Git"),
        ("email-smtp.us-east-1.amazonaws.com", "SMTP"),
        ("s3-website.eu-central-1.amazonaws.com", "unsigned requests"),
    ] {
        let error = Endpoint::detect(host).unwrap_err();
        assert!(
            error.is_unsupported() && !error.needs_configuration(),
            "{host}: {error}"
        );
        assert!(error.to_string().contains(takes), "{host}: {error}");
    }
}

#[test]
fn the_prefix_of_a_host_is_not_taken_for_the_signing_name() {
    #[rustfmt::skip]
    const HOSTS: &[(&str, &str)] = &[
        ("dicom-medical-imaging.eu-west-1.amazonaws.com", "medical-imaging eu-west-1"),
        ("runtime-medical-imaging.eu-west-1.amazonaws.com", "medical-imaging eu-west-1"),
        ("streaming-rekognition.eu-west-1.amazonaws.com", "rekognition eu-west-1"),
        ("streaming-rekognition-fips.us-east-1.amazonaws.com", "rekognition us-east-1"),
        ("gateway-runtime.sagemaker.eu-west-1.amazonaws.com", "sagemaker eu-west-1"),
        ("gateway-runtime.sagemaker-fips.us-west-2.api.aws", "sagemaker us-west-2"),
        ("stream-logs.eu-west-1.amazonaws.com", "logs eu-west-1"),
        ("streaming-logs.eu-west-1.amazonaws.com", "logs eu-west-1"),
        // Signed for one region, whichever is named, if that is of the same partition.
        ("api.sustainability.eu-west-1.api.aws", "sustainability us-east-1"),
        ("api.sustainability.us-gov-west-1.api.aws", "sustainability us-gov-west-1"),
        ("api.sustainability.cn-north-1.api.amazonwebservices.com.cn", "sustainability cn-north-1"),
        // Endpoints of AWS's, for which nobody knows what to sign.
        ("guardduty-data.eu-west-1.amazonaws.com", "None None"),
        ("arsenal-discovery.eu-west-1.amazonaws.com", "None None"),
        ("brand-new.eu-west-1.amazonaws.com", "None None"),
        ("runtime.brand-new.eu-west-1.amazonaws.com", "None None"),
    ];
    for &(host, expected) in HOSTS {
        assert_eq!(told(host), expected, "{host}");
    }
}
