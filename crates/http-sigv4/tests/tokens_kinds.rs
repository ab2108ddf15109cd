//! What is particular to each kind of token, handshake and form.

mod common;

use std::time::Duration;

use aws_credential_types::Credentials;
use common::{ACCESS_KEY_ID, SECRET, TOKEN, key_of, moment};
use http::Uri;
use http_sigv4::{
    SigningKey, SigningScope,
    tokens::{
        ApiGatewaySigner, AppSyncSigner, DsqlSigner, EksSigner, ElastiCacheSigner, IotSigner,
        MemoryDbSigner, NeptuneSigner, PostPolicy, RdsSigner, TokenSigner, TranscribeSigner,
    },
};

const DATABASE: &str = "orders.abc123.us-east-1.rds.amazonaws.com";
const GRAPHQL: &str = "abc123.appsync-api.us-east-1.amazonaws.com";
const CHAT: &str = "wss://abc123.execute-api.us-east-1.amazonaws.com/production";

fn key(service: &str) -> SigningKey {
    key_of(ACCESS_KEY_ID, Some(TOKEN), service, moment())
}

fn sign<S: TokenSigner>(signer: &S) -> S::Output {
    signer.sign(&key(signer.service()), moment()).unwrap()
}

#[test]
fn names_in_upper_case_make_the_same_token() {
    let upper = sign(&RdsSigner::new(&DATABASE.to_uppercase(), 5432, "app").unwrap());
    let lower = sign(&RdsSigner::new(DATABASE, 5432, "app").unwrap());
    assert_eq!(upper.as_str(), lower.as_str());
    let upper = sign(&ElastiCacheSigner::new("SESSIONS", "app").unwrap());
    let lower = sign(&ElastiCacheSigner::new("sessions", "app").unwrap());
    assert_eq!(upper.as_str(), lower.as_str());
}

#[test]
fn a_host_is_a_host_and_has_a_port_only_where_that_is_signed() {
    for host in ["", "https://h", "h/x", "u@h", "h:5432"] {
        assert!(RdsSigner::new(host, 5432, "app").is_err(), "{host}");
        assert!(DsqlSigner::connect(host).is_err(), "{host}");
        assert!(NeptuneSigner::new(host, 8182).is_err(), "{host}");
    }
    for host in ["", "https://h", "h/x", "u@h"] {
        assert!(IotSigner::new(host).is_err(), "{host}");
        assert!(AppSyncSigner::connect(host).is_err(), "{host}");
        assert!(
            EksSigner::new("a").unwrap().sts_host(host).is_err(),
            "{host}"
        );
        assert!(TranscribeSigner::medical().host(host).is_err(), "{host}");
    }
    assert!(TranscribeSigner::medical().host("h").is_err());
}

#[test]
fn a_name_that_no_cache_and_no_cluster_has_is_refused() {
    for name in ["", "1a", "-a", "a.b", "a_b", "a/b", "a:1", "caf\u{e9}"] {
        assert!(ElastiCacheSigner::new(name, "app").is_err(), "{name}");
        assert!(
            ElastiCacheSigner::serverless(name, "app").is_err(),
            "{name}"
        );
        assert!(MemoryDbSigner::new(name, "app").is_err(), "{name}");
    }
    let long = "a".repeat(101);
    for name in [
        "",
        "-a",
        "_a",
        "a.b",
        "arn:aws:eks:us-east-1:1:cluster/a",
        "a b",
        &long,
    ] {
        assert!(EksSigner::new(name).is_err(), "{name}");
    }
    assert!(EksSigner::new(&long[1..]).is_ok());
}

#[test]
fn a_user_is_not_empty() {
    for error in [
        RdsSigner::new(DATABASE, 5432, "").unwrap_err(),
        ElastiCacheSigner::new("a", "").unwrap_err(),
        ElastiCacheSigner::serverless("a", "").unwrap_err(),
        MemoryDbSigner::new("a", "").unwrap_err(),
    ] {
        assert!(
            error.is_configuration() && error.to_string().contains("user"),
            "{error}"
        );
    }
}

#[test]
fn a_token_that_grows_too_long_is_refused() {
    for user in ["a".repeat(65_300), "\u{1f600}".repeat(60_000)] {
        let signer = RdsSigner::new(DATABASE, 5432, &user).unwrap();
        let error = signer.sign(&key("rds-db"), moment()).unwrap_err();
        assert!(error.to_string().contains("longer than"), "{error}");
    }
}

#[test]
fn a_token_for_port_443_names_the_port_that_its_signature_leaves_out() {
    let with = |port| sign(&RdsSigner::new(DATABASE, port, "app").unwrap()).into_string();
    assert!(with(443).starts_with(&format!("{DATABASE}:443/?")));
    let signature = |token: String| token.rsplit_once("Signature=").unwrap().1.to_owned();
    assert_ne!(signature(with(443)), signature(with(444)));
}

#[test]
fn a_cluster_is_sent_to_the_endpoint_of_sts_that_was_named() {
    let signer = EksSigner::new("production").unwrap();
    let signer = signer.sts_host("STS-fips.us-east-1.amazonaws.com").unwrap();
    let token = sign(&signer).into_string();
    let url = token.strip_prefix("k8s-aws-v1.").unwrap();
    let url = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(url).unwrap();
    assert!(url.starts_with(b"https://sts-fips.us-east-1.amazonaws.com/?Action="));
}

#[test]
fn a_region_of_no_known_partition_is_refused_unless_the_host_is_named() {
    let key = |service: &str| {
        let credentials = Credentials::new(ACCESS_KEY_ID, SECRET, None, None, "test");
        let scope = SigningScope::new(service, "moon-base-1").unwrap();
        SigningKey::derive(&credentials, &scope, moment()).unwrap()
    };
    let signer = EksSigner::new("a").unwrap();
    assert!(
        signer
            .sign(&key("sts"), moment())
            .unwrap_err()
            .is_configuration()
    );
    let signer = signer.sts_host("sts.example.com").unwrap();
    assert!(signer.sign(&key("sts"), moment()).is_ok());
    let signer = TranscribeSigner::standard();
    assert!(
        signer
            .sign(&key("transcribe"), moment())
            .unwrap_err()
            .is_configuration()
    );
}

#[test]
fn a_socket_in_the_clear_is_for_the_loopback_interface_only() {
    let of = |uri: &str| ApiGatewaySigner::new(uri.parse().unwrap());
    for uri in [
        "wss://h/a",
        "ws://localhost:8080/a",
        "ws://[::1]:1/a",
        "ws://127.0.0.1",
    ] {
        assert!(of(uri).is_ok(), "{uri}");
    }
    for uri in [
        "ws://h/a",
        "https://h/a",
        "http://localhost/a",
        "/a",
        "ws://localhost.h/a",
    ] {
        let error = of(uri).unwrap_err();
        assert!(
            error.is_configuration() || error.is_request(),
            "{uri}: {error}"
        );
    }
}

#[test]
fn a_socket_whose_uri_is_signed_already_is_refused() {
    let signer = ApiGatewaySigner::new(Uri::from_static(CHAT)).unwrap();
    let uri = sign(&signer).uri().clone();
    let again = ApiGatewaySigner::new(uri).unwrap();
    for again in [again.clone(), again.in_headers(true)] {
        let error = again.sign(&key("execute-api"), moment()).unwrap_err();
        assert!(error.is_already_signed(), "{error}");
    }
}

#[test]
fn a_broker_of_iot_is_reached_with_or_without_its_port() {
    for (host, names_port, begins) in [
        ("H.example.com", false, "wss://h.example.com/mqtt?"),
        ("h.example.com:443", false, "wss://h.example.com/mqtt?"),
        ("h.example.com", true, "wss://h.example.com:443/mqtt?"),
        ("h.example.com:443", true, "wss://h.example.com:443/mqtt?"),
        ("h.example.com:8443", true, "wss://h.example.com:8443/mqtt?"),
    ] {
        let signer = IotSigner::new(host).unwrap().names_default_port(names_port);
        let uri = sign(&signer).uri().to_string();
        assert!(uri.starts_with(begins), "{uri}");
        assert!(uri.ends_with("&X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLE%2Btoken%2F%3D%3D"));
    }
}

#[test]
fn the_sockets_of_appsync_are_at_its_realtime_host_or_at_the_custom_domain() {
    let realtime = "abc123.appsync-realtime-api.us-east-1.amazonaws.com";
    for (signer, uri) in [
        (
            AppSyncSigner::connect(GRAPHQL),
            format!("wss://{realtime}/graphql"),
        ),
        (
            AppSyncSigner::subscribe(realtime, "{}"),
            format!("wss://{realtime}/graphql"),
        ),
        (
            AppSyncSigner::connect_to_events(GRAPHQL),
            format!("wss://{realtime}/event/realtime"),
        ),
        (
            AppSyncSigner::connect("H.example"),
            "wss://h.example/graphql/realtime".into(),
        ),
        (
            AppSyncSigner::event("h.example", "{}"),
            "wss://h.example/event/realtime".into(),
        ),
    ] {
        assert_eq!(signer.unwrap().realtime_uri(), uri);
    }
}

#[test]
fn the_query_and_the_subprotocol_for_appsync_hold_the_same_object() {
    let authorization = sign(&AppSyncSigner::connect(GRAPHQL).unwrap());
    let query = authorization.query();
    let header = query.strip_prefix("header=").unwrap();
    let header = header.strip_suffix("&payload=e30%3D").unwrap();
    let base64: Vec<u8> = percent_encoding::percent_decode_str(header).collect();
    let json = base64_simd::STANDARD.decode_to_vec(base64).unwrap();
    assert_eq!(json, authorization.as_json().as_bytes());
    // What stands in a query has to be read back as it is.
    assert!(!header.contains(['+', '/', '=']), "{header}");

    let subprotocol = authorization.subprotocol();
    let base64 = subprotocol.strip_prefix("header-").unwrap();
    let json = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(base64).unwrap();
    assert_eq!(json, authorization.as_json().as_bytes());
}

#[test]
fn a_form_has_no_field_twice_and_none_without_a_name() {
    let policy = || PostPolicy::new("bucket", "key").unwrap();
    for name in [
        "",
        "key",
        "Bucket",
        "file",
        "policy",
        "X-Amz-Date",
        "x-amz-signature",
    ] {
        assert!(
            policy()
                .field(name, "value")
                .unwrap_err()
                .is_configuration(),
            "{name}"
        );
        assert!(
            policy()
                .starts_with(name, "")
                .unwrap_err()
                .is_configuration(),
            "{name}"
        );
    }
    assert!(PostPolicy::new("", "key").is_err() && PostPolicy::new("bucket", "").is_err());
}

#[test]
fn the_policy_of_a_form_ends_when_the_form_does() {
    let form = sign(&PostPolicy::new("bucket", "key").unwrap());
    let (_, policy) = form.fields().find(|(name, _)| *name == "policy").unwrap();
    let policy = base64_simd::STANDARD.decode_to_vec(policy).unwrap();
    let policy: serde_json::Value = serde_json::from_slice(&policy).unwrap();
    assert_eq!(policy["expiration"], "2015-08-30T13:36:00Z");
    assert_eq!(form.expires_at(), moment() + Duration::from_secs(3600));
}
