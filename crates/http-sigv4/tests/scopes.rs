//! Which scopes a host is an endpoint for, and what is said where it is not.

use http::Uri;
use http_sigv4::{Endpoint, Host, SigningScope};

fn admits(host: &str, scope: &SigningScope) -> bool {
    Endpoint::admits(&Host::parse(host).unwrap(), scope)
}

#[test]
fn an_endpoint_has_a_scope_where_it_tells_one_region() {
    let scope = |host| Endpoint::detect(host).unwrap().scope();
    let expected = SigningScope::new("execute-api", "eu-west-1").unwrap();
    assert_eq!(
        scope("a.execute-api.eu-west-1.amazonaws.com").unwrap(),
        expected
    );

    let error = scope("bucket.s3-accelerate.amazonaws.com").unwrap_err();
    assert!(
        error.needs_configuration() && error.to_string().contains("region"),
        "{error}"
    );

    let error = scope("m.accesspoint.s3-global.amazonaws.com").unwrap_err();
    assert!(
        error.is_unsupported() && error.to_string().contains("SigV4A"),
        "{error}"
    );
}

#[test]
fn an_endpoint_serves_the_scopes_of_its_service_and_region() {
    #[rustfmt::skip]
    const HOSTS: &[(&str, &str, &str, bool)] = &[
        ("a.execute-api.eu-west-1.amazonaws.com", "execute-api", "eu-west-1", true),
        ("a.execute-api.eu-west-1.amazonaws.com", "execute-api", "eu-west-2", false),
        ("a.execute-api.eu-west-1.amazonaws.com", "s3", "eu-west-1", false),
        // Global, but signed for one region.
        ("iam.amazonaws.com", "iam", "us-east-1", true),
        ("iam.amazonaws.com", "iam", "eu-west-1", false),
        // The bucket may be anywhere.
        ("b.s3.amazonaws.com", "s3", "eu-west-1", true),
        ("b.s3-accelerate.amazonaws.com", "s3", "eu-west-1", true),
        // GovCloud has neither, and its credentials are worth nothing here.
        ("budgets.amazonaws.com", "budgets", "us-gov-west-1", false),
        ("b.s3-accelerate.amazonaws.com", "s3", "us-gov-west-1", false),
        // Several regions, and no scope of one of them.
        ("m.accesspoint.s3-global.amazonaws.com", "s3", "eu-west-1", false),
        // The path decides between two services.
        ("maps.geo.eu-west-1.amazonaws.com", "geo-maps", "eu-west-1", true),
        ("maps.geo.eu-west-1.amazonaws.com", "geo", "eu-west-1", true),
        ("a-ats.iot.eu-west-1.amazonaws.com", "iotdevicegateway", "eu-west-1", true),
        ("bedrock-mantle.eu-west-1.api.aws", "bedrock", "eu-west-1", true),
        ("maps.geo.eu-west-1.amazonaws.com", "geo-places", "eu-west-1", false),
    ];
    for &(host, service, region, expected) in HOSTS {
        let scope = SigningScope::new(service, region).unwrap();
        let endpoint = Endpoint::detect(host).unwrap();
        assert_eq!(endpoint.serves(&scope), expected, "{host} for {scope}");
    }
}

#[test]
fn a_client_that_is_configured_finds_its_services_endpoints_though_nothing_is_known_of_them() {
    let scope = SigningScope::new("brand-new", "eu-west-1").unwrap();
    for (host, expected) in [
        ("brand-new.eu-west-1.amazonaws.com", true),
        ("brand-new-fips.eu-west-1.amazonaws.com", true),
        ("brand-new.eu-west-1.api.aws", true),
        ("vpce-1-2.brand-new.eu-west-1.vpce.amazonaws.com", true),
        // Another region, partition or service, and what AWS alone does not give out.
        ("brand-new.eu-west-2.amazonaws.com", false),
        ("brand-new.eu-west-1.amazonaws.com.cn", false),
        ("brand-newer.eu-west-1.amazonaws.com", false),
        ("runtime.brand-new.eu-west-1.amazonaws.com", false),
        ("brand-new.amazonaws.com", false),
        ("brand-new.eu-west-1.on.aws", false),
        ("x.brand-new.eu-west-1.on.aws", false),
        ("brand-new.eu-west-1.elb.amazonaws.com", false),
        ("brand-new.eu-west-1.amazonaws.com.example", false),
    ] {
        assert_eq!(admits(host, &scope), expected, "{host}");
        assert!(Endpoint::detect(host).is_err(), "{host}");
    }
}

#[test]
fn every_signing_name_before_a_region_is_an_endpoint_for_those_who_sign_with_it() {
    let mut names = 0;
    let mut others = Vec::new();
    for line in include_str!("data/signing-names.tsv").lines().skip(1) {
        let cells: Vec<_> = line.split('\t').collect();
        let (name, version) = (cells[2], cells[3]);
        // SimpleDB's second API takes SigV4 on the hosts of the first.
        let is_signed = version.starts_with("v4") || version.starts_with("s3") || name == "sdb";
        // One name has capital letters, which no host has.
        if !is_signed || name == "IoTSecuredTunneling" {
            continue;
        }
        let scope = SigningScope::new(name, "eu-west-1").unwrap();
        for host in [
            format!("{name}.eu-west-1.amazonaws.com"),
            format!("{name}-fips.eu-west-1.api.aws"),
        ] {
            if !admits(&host, &scope) {
                others.push(host);
            }
        }
        names += 1;
    }
    assert_eq!((names, others), (426, vec![]));
}

#[test]
fn a_client_that_is_configured_for_a_name_that_is_known_to_be_no_signing_name_is_told_whose_it_is()
{
    #[rustfmt::skip]
    const HOSTS: &[(&str, &str, &str, &str)] = &[
        ("bedrock-runtime.us-east-1.amazonaws.com", "bedrock-runtime", "us-east-1", "bedrock in us-east-1"),
        ("a.execute-api.eu-west-1.amazonaws.com", "apigateway", "eu-west-1", "execute-api in eu-west-1"),
        ("apigateway.eu-west-1.amazonaws.com", "execute-api", "eu-west-1", "apigateway in eu-west-1"),
        ("search-d.eu-west-1.es.amazonaws.com", "opensearch", "eu-west-1", "es in eu-west-1"),
        ("d.aos.eu-west-1.on.aws", "opensearch", "eu-west-1", "es in eu-west-1"),
        ("c.eu-west-1.aoss.amazonaws.com", "es", "eu-west-1", "aoss in eu-west-1"),
        ("email.eu-west-1.amazonaws.com", "email", "eu-west-1", "ses in eu-west-1"),
        // Another region, also of a service that nothing else is known of.
        ("sqs.eu-west-2.amazonaws.com", "sqs", "eu-west-1", "sqs in eu-west-2"),
        ("brand-new.eu-west-2.amazonaws.com", "brand-new", "eu-west-1", "brand-new in eu-west-2"),
        ("iam.amazonaws.com", "iam", "eu-west-1", "iam in us-east-1"),
        ("api.sustainability.eu-west-1.api.aws", "sustainability", "eu-west-1", "sustainability in us-east-1"),
        // Another partition.
        ("sts.cn-north-1.amazonaws.com.cn", "sts", "eu-west-1", "sts in cn-north-1"),
        ("b.s3.amazonaws.com.cn", "s3", "eu-west-1", "s3 in the partition aws-cn"),
        ("b.s3-accelerate.amazonaws.com", "s3", "us-gov-west-1", "s3 in the partition aws"),
    ];
    for &(host, service, region, expected) in HOSTS {
        let host = Host::parse(host).unwrap();
        let scope = SigningScope::new(service, region).unwrap();
        let endpoint = Endpoint::from_host_for(&host, &scope).unwrap();
        assert_eq!(endpoint.to_string(), expected, "{host} for {scope}");
        assert!(
            !endpoint.serves(&scope) && !Endpoint::admits(&host, &scope),
            "{host}"
        );
    }
}

#[test]
fn the_path_and_the_scheme_of_a_uri_tell_the_services_of_a_host_apart() {
    #[rustfmt::skip]
    const URIS: &[(&str, &str)] = &[
        ("wss://a-ats.iot.eu-west-1.amazonaws.com/mqtt?x=1", "iotdevicegateway"),
        ("wss://a.iot.eu-west-1.amazonaws.com/", "iotdevicegateway"),
        ("wss://data.iot.eu-west-1.amazonaws.com:443/mqtt", "iotdevicegateway"),
        ("WSS://a-ats.iot.eu-west-1.amazonaws.com/", "iotdevicegateway"),
        // The handshake, as a client that upgrades sends it.
        ("https://a-ats.iot.eu-west-1.amazonaws.com/mqtt", "iotdevicegateway"),
        ("https://a-ats.iot.eu-west-1.amazonaws.com/topics/mqtt", "iotdata"),
        ("wss://a.execute-api.eu-west-1.amazonaws.com/mqtt", "execute-api"),
        ("https://maps.geo.eu-west-1.amazonaws.com/v2/tiles/t/1/2/3", "geo-maps"),
        ("https://maps.geo.eu-west-1.amazonaws.com/maps/v0/maps/m/tiles/1/2/3", "geo"),
        ("https://places.geo.eu-west-1.amazonaws.com/places/v0/indexes/i/search/text", "geo"),
        ("https://routes.geo.eu-west-1.amazonaws.com/routes/v0/calculators/c/calculate/route", "geo"),
        ("https://routes.geo.eu-west-1.amazonaws.com/v2/routes", "geo-routes"),
    ];
    for &(uri, service) in URIS {
        let uri: Uri = uri.parse().unwrap();
        let endpoint = Endpoint::from_uri(&uri).unwrap();
        assert_eq!(endpoint.service(), service, "{uri}");
        assert_eq!(endpoint.region(), Some("eu-west-1"), "{uri}");
        // Whichever a client is configured for, the host is meant.
        let detected = Endpoint::detect(uri.host().unwrap()).unwrap();
        assert!(endpoint.serves(&detected.scope().unwrap()), "{uri}");
        assert!(detected.serves(&endpoint.scope().unwrap()), "{uri}");
    }
    for uri in ["/mqtt", "wss://api.example.com/mqtt", "https://[::1]/"] {
        let error = Endpoint::from_uri(&uri.parse().unwrap()).unwrap_err();
        assert!(error.needs_configuration(), "{uri}: {error}");
    }
}

#[test]
fn a_path_prefix_counts_as_a_part_of_the_path() {
    #[rustfmt::skip]
    const URIS: &[(&str, &str, &str, &str)] = &[
        ("maps.geo.eu-west-1.amazonaws.com", "/maps/v0", "/maps/m", "geo"),
        ("maps.geo.eu-west-1.amazonaws.com", "/maps", "/v0/maps/m", "geo"),
        ("maps.geo.eu-west-1.amazonaws.com", "/v2", "/maps/v0/maps", "geo-maps"),
        ("maps.geo.eu-west-1.amazonaws.com", "/map", "/s/v0/maps", "geo-maps"),
        ("a.iot.eu-west-1.amazonaws.com", "/a", "/mqtt", "iotdata"),
        ("a.execute-api.eu-west-1.amazonaws.com", "/maps/v0", "/mqtt", "execute-api"),
    ];
    for &(host, prefix, path, service) in URIS {
        let uri = format!("https://cdn.example{path}");
        let endpoint = Endpoint::detect(host).unwrap();
        let endpoint = endpoint.for_uri(&uri.parse().unwrap(), Some(prefix));
        assert_eq!(endpoint.service(), service, "{host}{prefix}{path}");
    }
}

#[test]
fn asking_whether_a_host_is_meant_does_not_allocate() {
    let longest = format!("{}.s3.eu-west-1.amazonaws.com", ["a"; 110].join("."));
    for host in [
        "a.execute-api.eu-west-1.amazonaws.com",
        "brand-new.eu-west-1.amazonaws.com",
        "vpce-1.bucket.vpce-1a-2b.s3.eu-west-1.vpce.amazonaws.com",
        "api.example.com",
        "127.0.0.1",
        &longest,
    ] {
        let host = Host::parse(host).unwrap();
        for service in ["execute-api", "s3", "brand-new"] {
            let scope = SigningScope::new(service, "eu-west-1").unwrap();
            let measured = allocation_counter::measure(|| {
                Endpoint::admits(&host, &scope);
            });
            assert_eq!(measured.count_total, 0, "{host} for {scope}");
        }
    }
}
