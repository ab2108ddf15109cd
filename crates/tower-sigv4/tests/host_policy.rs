//! Which hosts may be signed for, and over which transport.

mod common;

use common::{Empty, builder, builder_for, credentials, id, send};
use http::Request;
use tower_sigv4::{Error, SigV4LayerBuilder};

/// Sends a request to `uri`, which is either signed or refused.
async fn check(builder: SigV4LayerBuilder, uri: &str) -> Result<(), Error> {
    let request = Request::get(uri).body(Empty::new()).unwrap();
    let sent = send(builder.build().unwrap(), request).await?;
    assert!(sent.parts.headers.contains_key("authorization"), "{uri}");
    Ok(())
}

#[tokio::test]
async fn aws_hosts_of_the_service_and_region_are_signed_for() {
    for (service, host) in [
        ("execute-api", "abc123.execute-api.us-east-1.amazonaws.com"),
        ("execute-api", "ABC123.Execute-API.us-east-1.amazonaws.com."),
        (
            "execute-api",
            "abc-vpce-1.execute-api.us-east-1.amazonaws.com",
        ),
        (
            "execute-api",
            "abc123.execute-api-fips.us-east-1.amazonaws.com",
        ),
        ("lambda", "id.lambda-url.us-east-1.on.aws"),
        ("es", "search-domain.us-east-1.es.amazonaws.com"),
        ("aoss", "id.us-east-1.aoss.amazonaws.com"),
        ("sqs", "sqs.us-east-1.amazonaws.com"),
        ("aps", "aps-workspaces.us-east-1.amazonaws.com"),
    ] {
        let checked = check(builder_for(service), &format!("https://{host}:443/x")).await;
        assert!(checked.is_ok(), "{host}: {checked:?}");
    }
}

#[tokio::test]
async fn look_alikes_and_other_services_and_regions_are_refused() {
    for host in [
        "example.com",
        "abc123.execute-api.eu-west-1.amazonaws.com",
        "sqs.us-east-1.amazonaws.com",
        "abc123.execute-api.us-east-1.amazonaws.com.evil.example",
        "abc123.execute-api.us-east-1.evilamazonaws.com",
        "execute-api.us-east-1.amazonaws.com@evil.example",
        "execute-api.us-east-1.s3.eu-west-1.amazonaws.com",
        "execute-api.s3.us-east-1.amazonaws.com",
        "us-east-1.execute-api.elb.amazonaws.com",
        "execute-api.us-east-1.elb.amazonaws.com",
        "execute-api-1.us-east-1.elb.amazonaws.com",
        "amazonaws.com",
        "127.0.0.1",
        "localhost",
    ] {
        let checked = check(builder(), &format!("https://{host}/")).await;
        let error = checked.expect_err(host);
        let text = error.to_string();
        let says_what_to_do = ["`allow_host`", "`allow_loopback`", "correct the host"];
        let says_what_to_do = says_what_to_do.iter().any(|what| text.contains(what));
        assert!(error.is_refused_host() && says_what_to_do, "{text}");
    }
}

#[tokio::test]
async fn a_named_host_is_signed_for_on_any_port_and_in_any_case() {
    let named = || builder().allow_host("API.example.com");
    for uri in ["https://api.example.com/", "https://Api.Example.Com.:8443/"] {
        assert!(check(named(), uri).await.is_ok(), "{uri}");
    }
    assert!(check(named(), "https://x.api.example.com/").await.is_err());
}

#[tokio::test]
async fn subdomains_are_matched_at_a_label_boundary() {
    let below = || builder().allow_subdomains_of("example.com");
    assert!(check(below(), "https://a.b.example.com/").await.is_ok());
    for uri in [
        "https://example.com/",
        "https://evilexample.com/",
        "https://.example.com/",
    ] {
        assert!(check(below(), uri).await.is_err(), "{uri}");
    }
}

#[tokio::test]
async fn plain_http_is_for_loopback_hosts_and_vpc_lattice() {
    for host in [
        "127.0.0.1",
        "127.8.9.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "localhost",
    ] {
        let uri = format!("http://{host}:8080/");
        let checked = check(builder().allow_host(host), &uri).await;
        assert!(checked.is_ok(), "{uri}: {checked:?}");
    }
    let lattice = "http://svc-1.7d67968.vpc-lattice-svcs.us-east-1.on.aws/";
    assert!(
        check(builder_for("vpc-lattice-svcs"), lattice)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn plain_http_to_any_other_host_needs_permission() {
    for host in [
        "example.com",
        "127.0.0.1.example.com",
        "localhost.example.com",
        "10.0.0.1",
    ] {
        let uri = format!("http://{host}/");
        let named = || builder().allow_host(host);
        let error = check(named(), &uri).await.expect_err(host);
        assert!(error.to_string().contains("`allow_plain_http`"), "{error}");
        assert!(
            check(named().allow_plain_http(true), &uri).await.is_ok(),
            "{uri}"
        );
    }
}

#[tokio::test]
async fn loopback_can_be_allowed_as_a_whole() {
    let loopback = || builder().allow_loopback(true);
    for host in ["127.0.0.1", "127.8.9.1", "[::1]", "LocalHost."] {
        let uri = format!("http://{host}:8080/");
        assert!(check(loopback(), &uri).await.is_ok(), "{uri}");
    }
    for host in ["localhost.example.com", "127.0.0.1.example.com", "0.0.0.0"] {
        let uri = format!("https://{host}/");
        assert!(check(loopback(), &uri).await.is_err(), "{uri}");
    }
}

#[tokio::test]
async fn what_is_not_a_host_cannot_be_named() {
    for host in [
        "",
        ".",
        "https://a",
        "a:80",
        "a/b",
        "u@a",
        "a..b",
        "[::1",
        "a b",
        "*",
    ] {
        let error = builder().allow_host(host).build().expect_err(host);
        assert!(error.is_configuration(), "{error}");
    }
    let named = builder().allow_host("::1");
    assert!(check(named, "http://[::1]/").await.is_ok());
}

#[tokio::test]
async fn where_a_signing_host_is_set_the_error_of_another_host_names_both() {
    let api = "abc123.execute-api.us-east-1.amazonaws.com";
    for other in [
        "cdn.example.com",
        "xyz789.execute-api.us-east-1.amazonaws.com",
    ] {
        let checked = check(builder().signing_host(api), &format!("https://{other}/")).await;
        let text = checked.expect_err(other).to_string();
        assert!(text.contains(api) && text.contains(other), "{text}");
    }
}

#[tokio::test]
async fn the_error_of_a_refused_host_says_what_permits_it() {
    let of_several_regions = "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com";
    for (service, host, what) in [
        ("execute-api", "127.0.0.1", "`allow_loopback`"),
        ("execute-api", "[::1]", "`allow_loopback`"),
        ("execute-api", "localhost", "`allow_loopback`"),
        ("execute-api", "example.com", "`allow_host`"),
        ("execute-api", "10.0.0.1", "`allow_host`"),
        (
            "execute-api",
            "sqs.us-east-1.amazonaws.com",
            "correct the host",
        ),
        ("ses", "email-smtp.us-east-1.amazonaws.com", "SMTP"),
        ("s3", of_several_regions, "SigV4A"),
    ] {
        let checked = check(builder_for(service), &format!("https://{host}/")).await;
        let text = checked.expect_err(host).to_string();
        assert!(text.contains(what), "{text}");
    }
}

#[tokio::test]
async fn a_host_that_takes_no_such_signature_is_refused_though_it_is_named() {
    for (service, host, takes) in [
        (
            "s3",
            "m.mrap.accesspoint.s3-global.amazonaws.com",
            "`SigningScope::for_region_set`",
        ),
        (
            "events",
            "a.endpoint.events.amazonaws.com",
            "`SigningScope::for_region_set`",
        ),
        ("ses", "email-smtp.us-east-1.amazonaws.com", "SMTP"),
    ] {
        let uri = format!("https://{host}/");
        for named in [
            builder_for(service).allow_host(host),
            builder_for(service).allow_subdomains_of("amazonaws.com"),
            SigV4LayerBuilder::detect(credentials(id(1))).allow_host(host),
        ] {
            let error = check(named, &uri).await.expect_err(host);
            assert!(error.is_refused_host(), "{error}");
            assert!(error.to_string().contains(takes), "{error}");
        }
        // Nor is there a signature that could be forwarded to it.
        let forwarded = builder_for(service)
            .allow_host("proxy.example.com")
            .signing_host(host);
        let error = check(forwarded, "https://proxy.example.com/").await;
        let error = error.expect_err(host).to_string();
        assert!(error.contains(takes), "{error}");
    }
}

#[tokio::test]
async fn permission_for_plain_http_is_for_websockets_too_and_for_no_other_scheme() {
    let named = || builder().allow_host("example.com");
    for (scheme, otherwise, permitted) in [
        ("wss", true, true),
        ("http", false, true),
        ("ws", false, true),
        ("ftp", false, false),
    ] {
        let uri = format!("{scheme}://example.com/");
        assert_eq!(check(named(), &uri).await.is_ok(), otherwise, "{uri}");
        let plain = check(named().allow_plain_http(true), &uri).await;
        assert_eq!(plain.is_ok(), permitted, "{uri}");
    }
}
