//! Hosts that are not AWS's, or not of a service that can be told. None of them may be taken for an
//! endpoint: a signature carries the session token.

use http_sigv4::{Endpoint, Host, SigningScope};

fn is_refused(host: &str) -> bool {
    Endpoint::detect(host).is_err_and(|error| error.needs_configuration())
}

#[test]
fn names_that_only_look_like_an_endpoint_need_configuration() {
    for host in [
        // The suffix of another domain, or half a label.
        "abc.execute-api.us-east-1.amazonaws.com.evil.example",
        "abc.execute-api.us-east-1.evilamazonaws.com",
        "abc.execute-api.us-east-1-amazonaws.com",
        "abc.execute-api.us-east-1.amazonaws.com-evil.example",
        "abc.execute-api.us-east-1.amazonaws.co",
        "abc.execute-api.us-east-1.amazonaws.com.cn.evil.example",
        "execute-api.us-east-1.api.aws.evil.example",
        "execute-api.us-east-1.xapi.aws",
        "execute-api.us-east-1.aws",
        "abc.lambda-url.us-east-1.on.aws.evil.example",
        "abc.lambda-url.us-east-1.non.aws",
        // What a raw authority may hold.
        "evil.example@abc.execute-api.us-east-1.amazonaws.com",
        "abc.execute-api.us-east-1.amazonaws.com@evil.example",
        "abc.execute-api.us-east-1.amazonaws.com:443",
        "evil.example:443/.execute-api.us-east-1.amazonaws.com",
        "evil.example#.execute-api.us-east-1.amazonaws.com",
        "evil.example%2f.execute-api.us-east-1.amazonaws.com",
        "abc execute-api.us-east-1.amazonaws.com",
        "abc\0.execute-api.us-east-1.amazonaws.com",
        "*.execute-api.us-east-1.amazonaws.com",
        "https://abc.execute-api.us-east-1.amazonaws.com",
        // Internationalised names.
        "abc.execute-api.us-east-1.\u{430}mazonaws.com",
        "abc.execute-api.us-east-1.amazonaws\u{3002}com",
        "abc.execute-api.us-east-1.xn--mazonaws-2fg.com",
        "xn--bc-cfa.execute-api.us-east-1.amazonaws.com",
        "\u{e9}.execute-api.us-east-1.amazonaws.com",
        // Empty labels and dots.
        "",
        ".",
        "..",
        "amazonaws.com",
        ".amazonaws.com",
        "abc..execute-api.us-east-1.amazonaws.com",
        ".execute-api.us-east-1.amazonaws.com",
        "abc.execute-api.us-east-1..amazonaws.com",
        "abc.execute-api.us-east-1.amazonaws.com..",
        // Addresses and local names.
        "127.0.0.1",
        "169.254.169.254",
        "10.0.0.1.amazonaws.com",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "::1",
        "localhost",
        "execute-api",
        "us-east-1",
    ] {
        assert!(is_refused(host), "{host}: {:?}", Endpoint::detect(host));
    }
}

#[test]
fn names_of_customers_below_awss_own_domains_need_configuration() {
    for host in [
        // Load balancers, instances, databases, caches, file systems, brokers, clusters.
        "us-east-1.execute-api.elb.amazonaws.com",
        "execute-api.us-east-1.elb.amazonaws.com",
        "execute-api-1.us-east-1.elb.amazonaws.com",
        "execute-api-0a1b.elb.us-east-1.amazonaws.com",
        "ec2-203-0-113-1.us-west-2.compute.amazonaws.com",
        "ec2-203-0-113-1.compute-1.amazonaws.com",
        "db.x.us-east-1.rds.amazonaws.com",
        "db.x.us-east-1.docdb.amazonaws.com",
        "cluster.x.us-east-1.redshift.amazonaws.com",
        "s3.x.0001.use1.cache.amazonaws.com",
        "fs-1.efs.us-east-1.amazonaws.com",
        "b-1.mq.us-east-1.amazonaws.com",
        "b-1.demo.x.c2.kafka.us-east-1.amazonaws.com",
        "x.gr7.us-east-1.eks.amazonaws.com",
        "x.vfs.cloud9.us-east-1.amazonaws.com",
        // Services of customers behind a VPC endpoint, and no service at all.
        "vpce-1-2.vpce-svc-3.us-east-1.vpce.amazonaws.com",
        "vpce-svc-3.us-east-1.vpce.amazonaws.com",
        "execute-api.vpce-svc-3.us-east-1.vpce.amazonaws.com",
        "execute-api.us-east-1.vpce.amazonaws.com",
        "x.vpce-1-2.execute-api.us-east-1.vpce.amazonaws.com",
        // Data planes that take other credentials.
        "c1.credentials.iot.us-east-1.amazonaws.com",
        "bucket.s3-website.eu-central-1.amazonaws.com",
        "bucket.s3-website-us-east-1.amazonaws.com",
        "abc.vpc-lattice-rsc.us-east-1.on.aws",
        "abc.dsql.us-east-1.on.aws",
        // Names on on.aws are never services for being ones elsewhere.
        "sqs.us-east-1.on.aws",
        "bucket.s3.on.aws",
        "bucket.s3.us-east-1.on.aws",
        "abc.execute-api.us-east-1.on.aws",
        "abc.us-east-1.es.on.aws",
        "vpce-1-2.execute-api.us-east-1.vpce.on.aws",
        "s3.on.aws",
        "iam.global.on.aws",
        // Web applications, registries and databases there take no signatures of requests.
        "abc.transfer-webapp.us-east-1.on.aws",
        "123456789012.dkr-ecr.us-east-1.on.aws",
        "abc.us-east-1.airflow.on.aws",
        // A name of on.aws's without a resource, and elsewhere.
        "lambda-url.us-east-1.on.aws",
        "a.b.lambda-url.us-east-1.on.aws",
        "vpc-lattice-svcs.us-east-1.on.aws",
        "abc.lambda-url.us-east-1.amazonaws.com",
        "abc.vpc-lattice-svcs.us-east-1.api.aws",
        "abc.aos.us-east-1.amazonaws.com",
        "abc.lambda-url.us-east-1.on.amazonwebservices.com.cn",
        // A region of another partition, or none.
        "abc.execute-api.cn-north-1.amazonaws.com",
        "abc.execute-api.us-east-1.amazonaws.com.cn",
        "abc.execute-api.us-iso-east-1.amazonaws.com",
        "sqs.us-east-1.us-gov.amazonaws.com",
        "sqs.cn-north-1.us-gov.amazonaws.com.cn",
        "iam.us-gov.amazonaws.com.cn",
        "abc.execute-api.us-east.amazonaws.com",
        "abc.execute-api.us-east-one.amazonaws.com",
        "abc.execute-api.xx-east-1.amazonaws.com",
        "execute-api.amazonaws.com",
        "sqs.amazonaws.com",
        // No form of a service's name.
        "-fips.us-east-1.amazonaws.com",
        "_.us-east-1.amazonaws.com",
        "123456789012.us-east-1.amazonaws.com",
        "vpce-1-2.us-east-1.amazonaws.com",
        "dualstack.us-east-1.amazonaws.com",
        // Domains of the owner's, and others of AWS's.
        "api.example.com",
        "1234.cloudfront.net",
        "env.us-east-1.elasticbeanstalk.com",
        "abc.us-east-1.awsapprunner.com",
        "us-east-1.signin.aws.amazon.com",
        "console.aws.amazon.com",
    ] {
        assert!(is_refused(host), "{host}: {:?}", Endpoint::detect(host));
    }
}

#[test]
fn no_service_of_the_other_domains_is_one_on_the_domain_of_resources() {
    let mut hosts = 0;
    for line in include_str!("data/signing-names.tsv").lines().skip(1) {
        let cells: Vec<_> = line.split('\t').collect();
        let (prefix, name) = (cells[1], cells[2]);
        let scope = SigningScope::new(name, "us-east-1").unwrap();
        for host in [
            format!("{prefix}.us-east-1.on.aws"),
            format!("{prefix}-fips.us-east-1.on.aws"),
            format!("{prefix}.dualstack.us-east-1.on.aws"),
            format!("a.{prefix}.us-east-1.on.aws"),
            format!("a.us-east-1.{prefix}.on.aws"),
            format!("vpce-1-2.{prefix}.us-east-1.vpce.on.aws"),
            format!("{prefix}.on.aws"),
        ] {
            // The one service with its dual-stack endpoint there, and two with collections.
            if host.contains("neptune-graph") && !host.contains("dualstack")
                || host.starts_with("a.aoss.")
            {
                continue;
            }
            hosts += 1;
            assert!(is_refused(&host), "{host}");
            let parsed = Host::parse(&host).unwrap();
            assert!(!Endpoint::admits(&parsed, &scope), "{host} for {scope}");
        }
    }
    assert!(hosts > 2_900, "{hosts}");
}

#[test]
fn a_host_longer_than_dns_has_it_needs_configuration() {
    let host = |below: &str| format!("{below}.s3.us-east-1.amazonaws.com");
    assert!(!is_refused(&host(&"a".repeat(63))));
    assert!(is_refused(&host(&"a".repeat(64))));
    assert!(is_refused(&host(&["a"; 200].join("."))));
    assert!(is_refused(&host(&"a.".repeat(1 << 20))));
    assert!(is_refused(&"a".repeat(1 << 20)));
}

#[test]
fn nothing_that_is_added_to_an_endpoint_or_put_into_its_domain_leaves_an_endpoint() {
    for line in include_str!("data/hosts.tsv").lines().skip(1) {
        let host = line.split('\t').next().unwrap();
        let Ok(endpoint) = Endpoint::detect(host) else {
            continue;
        };
        let domain = DOMAINS
            .iter()
            .find(|domain| host.ends_with(*domain))
            .unwrap();
        let below = host.strip_suffix(domain).unwrap();
        for spoof in [
            format!("{host}.evil.example"),
            format!("{host}-evil.example"),
            format!("{host}evil"),
            format!("{below}.evil{}", &domain[1..]),
            format!("{below}{}", &domain[1..]),
            format!("{below}-{}", &domain[1..]),
            format!("{below}.{domain}"),
            format!("{below}.x{domain}"),
            format!("evil.example@{host}"),
            format!("evil.example/{host}"),
        ] {
            assert!(is_refused(&spoof), "{spoof} was taken for {endpoint:?}");
        }
    }
}

/// The domains of AWS's endpoints, written down once more.
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

/// What generated hosts are made of: much that means something somewhere, and some that never does.
const LABELS: [&str; 48] = [
    "",
    "-",
    "_",
    "-fips",
    "a",
    "abc123",
    "amazonaws",
    "aos",
    "aoss",
    "api",
    "appsync-api",
    "aws",
    "bucket",
    "cn",
    "cn-north-1",
    "com",
    "data",
    "dualstack",
    "ecr",
    "email",
    "es",
    "eu",
    "eu-west-1",
    "evil",
    "execute-api",
    "execute-api-fips",
    "fips",
    "global",
    "iam",
    "iot",
    "lambda-url",
    "neptune",
    "on",
    "s3",
    "s3-",
    "s3-accelerate",
    "s3-eu-west-1",
    "s3express-",
    "s3express-use1-az4",
    "us-east-1",
    "us-gov",
    "us-gov-west-1",
    "US-EAST-1",
    "vpce",
    "vpce-",
    "vpce-1-2",
    "xn--a",
    "\u{e9}\u{430}",
];

#[test]
fn generated_labels_never_panic_and_are_never_an_endpoint_off_awss_domains() {
    let mut random = fastrand::Rng::with_seed(3);
    let mut endpoints = 0;
    for _ in 0..200_000 {
        let mut host: Vec<_> = (0..random.usize(..6))
            .map(|_| random.choice(LABELS).unwrap())
            .collect();
        if random.bool() {
            host.extend(random.choice(DOMAINS).map(|domain| &domain[1..]));
        }
        let host = host.join(".");
        let Ok(endpoint) = Endpoint::detect(&host) else {
            continue;
        };
        endpoints += 1;
        let plain = host.strip_suffix('.').unwrap_or(&host).to_ascii_lowercase();
        assert!(
            DOMAINS.iter().any(|domain| plain.ends_with(domain)),
            "{host}: {endpoint:?}"
        );
        assert_eq!(endpoint, Endpoint::detect(&plain).unwrap(), "{host}");
        let region = endpoint.region().unwrap_or("us-east-1");
        assert!(
            SigningScope::new(endpoint.service(), region).is_ok(),
            "{host}: {endpoint:?}"
        );
    }
    // Generated hosts without a single endpoint would prove nothing.
    assert!(endpoints > 2_000, "{endpoints}");
}

#[test]
fn arbitrary_bytes_never_panic() {
    let mut random = fastrand::Rng::with_seed(4);
    for _ in 0..50_000 {
        let bytes: Vec<u8> = (0..random.usize(..40)).map(|_| random.u8(..)).collect();
        let text = String::from_utf8_lossy(&bytes);
        assert!(is_refused(&text), "{text}");
        let _ = Endpoint::detect(&format!("{text}.us-east-1.amazonaws.com"));
    }
}
