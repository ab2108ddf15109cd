//! Which hosts are signed for, with what, and what becomes of requests to others.

mod common;

use bytes::Bytes;
use common::{Recorder, Sent, builder, credentials, full, id, moment, own_error, send, signed_as};
use http::{Request, header::AUTHORIZATION};
use http_body_util::Full;
use http_sigv4::SignError;
use tower::{Layer, ServiceExt};
use tower_sigv4::{SigV4LayerBuilder, SigningOptions, UnlistedHosts};

const FOREIGN: &str = "https://api.example.com/prod?q=1";

fn get(uri: &str) -> Request<Full<Bytes>> {
    Request::get(uri).body(full("")).unwrap()
}

fn detecting() -> SigV4LayerBuilder {
    SigV4LayerBuilder::detect(credentials(id(1))).clock(moment)
}

/// Forwards requests to unlisted hosts.
fn forwarding(builder: SigV4LayerBuilder) -> SigV4LayerBuilder {
    builder.unlisted_hosts(UnlistedHosts::ForwardUnsigned)
}

fn region_and_service(sent: &Sent) -> String {
    let signed = signed_as(sent);
    format!("{}/{}", signed.region, signed.service)
}

#[tokio::test]
async fn service_region_and_rules_are_detected_from_each_host() {
    for (uri, scope, content_sha256) in [
        (
            "https://a.execute-api.eu-west-1.amazonaws.com/",
            "eu-west-1/execute-api",
            None,
        ),
        (
            "https://a.lambda-url.us-west-2.on.aws/",
            "us-west-2/lambda",
            None,
        ),
        (
            "https://search-a.eu-west-1.es.amazonaws.com/",
            "eu-west-1/es",
            None,
        ),
        (
            "http://a-1.7d67968.vpc-lattice-svcs.us-west-2.on.aws/",
            "us-west-2/vpc-lattice-svcs",
            Some("UNSIGNED-PAYLOAD"),
        ),
        (
            "https://bucket.s3.eu-central-1.amazonaws.com/a//b",
            "eu-central-1/s3",
            Some("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ),
    ] {
        let sent = send(detecting().build().unwrap(), get(uri)).await.unwrap();
        assert_eq!(region_and_service(&sent), scope, "{uri}");
        let header = sent.parts.headers.get("x-amz-content-sha256");
        assert_eq!(
            header.map(|value| value.to_str().unwrap()),
            content_sha256,
            "{uri}"
        );
    }
}

#[tokio::test]
async fn a_host_that_does_not_tell_is_refused_even_if_it_is_named() {
    for layer in [
        detecting().build().unwrap(),
        detecting().allow_host("api.example.com").build().unwrap(),
    ] {
        let error = send(layer, get(FOREIGN)).await.unwrap_err();
        assert!(error.is_refused_host(), "{error}");
        assert!(error.to_string().contains("api.example.com"), "{error}");
        let source = std::error::Error::source(&error).unwrap();
        assert!(
            source
                .downcast_ref::<SignError>()
                .unwrap()
                .needs_configuration()
        );
    }
}

#[tokio::test]
async fn options_tell_what_a_named_host_does_not() {
    let mut request = get(FOREIGN);
    let options = SigningOptions::new()
        .service("execute-api")
        .region("eu-west-3");
    request.extensions_mut().insert(options);
    let layer = detecting().allow_host("api.example.com").build().unwrap();
    let sent = send(layer, request).await.unwrap();
    assert_eq!(region_and_service(&sent), "eu-west-3/execute-api");
}

#[tokio::test]
async fn a_host_that_is_signed_for_tells_for_one_that_does_not() {
    let layer = detecting().allow_host("api.example.com");
    let host = "abc123.execute-api.us-east-2.amazonaws.com";
    let layer = layer.signing_host(host).build().unwrap();
    let sent = send(layer, get(FOREIGN)).await.unwrap();
    assert_eq!(region_and_service(&sent), "us-east-2/execute-api");
}

#[tokio::test]
async fn other_hosts_get_the_request_without_a_signature_if_so_set() {
    for layer in [builder(), detecting()] {
        let mut request = get(FOREIGN);
        for (name, value) in [
            ("authorization", "AWS4-HMAC-SHA256 Credential=..."),
            ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
            ("x-amz-date", "20150830T123600Z"),
            ("x-amz-security-token", "token"),
            ("x-amz-meta-a", "kept"),
            ("accept", "kept"),
        ] {
            request.headers_mut().append(name, value.parse().unwrap());
        }
        let layer = forwarding(layer).build().unwrap();
        let sent = send(layer, request).await.unwrap();
        let names: Vec<_> = sent
            .parts
            .headers
            .keys()
            .map(|name| name.as_str())
            .collect();
        assert_eq!(names, ["x-amz-meta-a", "accept"]);
        assert_eq!(sent.parts.uri, FOREIGN);
    }
}

/// A CDN that signs for its clients takes the digest from them.
#[tokio::test]
async fn the_headers_of_a_request_without_a_signature_are_left_to_unlisted_hosts() {
    for authorization in [None, Some("Bearer of.another.kind")] {
        let mut request = get(FOREIGN);
        let headers = request.headers_mut();
        for (name, value) in [
            ("x-amz-content-sha256", "of the body"),
            ("x-amz-date", "20150830T123600Z"),
            ("x-amz-region-set", "*"),
            ("x-amz-s3session-token", "secret"),
            ("x-amz-security-token", "secret"),
        ] {
            headers.append(name, value.parse().unwrap());
        }
        headers.extend(authorization.map(|it| (AUTHORIZATION, it.parse().unwrap())));
        let sent = send(forwarding(builder()).build().unwrap(), request)
            .await
            .unwrap();
        let headers = sent.parts.headers;
        assert_eq!(headers["x-amz-content-sha256"], "of the body");
        assert_eq!(headers["x-amz-date"], "20150830T123600Z");
        assert_eq!(headers["x-amz-region-set"], "*");
        assert_eq!(headers.contains_key(AUTHORIZATION), authorization.is_some());
        // Whatever they are there for.
        assert!(!headers.contains_key("x-amz-s3session-token"));
        assert!(!headers.contains_key("x-amz-security-token"));
    }
}

#[tokio::test]
async fn a_signature_is_found_in_any_spelling_and_among_others() {
    for lines in [
        &["AWS4-HMAC-SHA256 Credential=..."][..],
        &["aws4-hmac-sha256 Credential=..."],
        &["AWS AKIDEXAMPLE:c2lnbmF0dXJl"],
        &["  AWS4-ECDSA-P256-SHA256 Credential=..."],
        &["Bearer of.another.kind", "AWS4-HMAC-SHA256 Credential=..."],
    ] {
        let mut request = get(FOREIGN);
        let headers = request.headers_mut();
        headers.append("x-amz-content-sha256", "of the body".parse().unwrap());
        for line in lines {
            headers.append(AUTHORIZATION, line.parse().unwrap());
        }
        let sent = send(forwarding(builder()).build().unwrap(), request)
            .await
            .unwrap();
        assert!(sent.parts.headers.is_empty(), "{:?}", sent.parts.headers);
    }
}

#[tokio::test]
async fn the_marker_of_a_body_in_frames_is_left_to_unlisted_hosts_with_the_body() {
    let mut request = get(FOREIGN);
    for (name, value) in [
        ("authorization", "AWS4-HMAC-SHA256 Credential=..."),
        ("content-encoding", "aws-chunked"),
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
    ] {
        request.headers_mut().append(name, value.parse().unwrap());
    }
    let sent = send(forwarding(builder()).build().unwrap(), request)
        .await
        .unwrap();
    let headers = sent.parts.headers;
    assert_eq!(
        headers["x-amz-content-sha256"],
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    );
    assert_eq!(headers["content-encoding"], "aws-chunked");
    assert!(!headers.contains_key(AUTHORIZATION));
}

#[tokio::test]
async fn an_authorization_that_is_not_a_signature_is_left_to_unlisted_hosts() {
    let mut request = get(FOREIGN);
    let bearer = "Bearer of.another.kind".parse().unwrap();
    request.headers_mut().insert("authorization", bearer);
    let layer = forwarding(builder()).build().unwrap();
    let sent = send(layer, request).await.unwrap();
    assert_eq!(
        sent.parts.headers["authorization"],
        "Bearer of.another.kind"
    );
}

#[tokio::test]
async fn a_host_that_may_be_signed_for_is_never_sent_an_unsigned_request_instead() {
    for (builder, uri) in [
        (
            builder(),
            "http://abc123.execute-api.us-east-1.amazonaws.com/",
        ),
        (detecting(), FOREIGN),
        (builder(), "http://api.example.com/"),
        // It is not the request's host that does not tell what to sign for.
        (
            detecting()
                .signing_host("cdn.example.com")
                .allow_host("abc123.execute-api.us-east-1.amazonaws.com"),
            "https://abc123.execute-api.us-east-1.amazonaws.com/",
        ),
    ] {
        let recorder = Recorder::default();
        let layer = forwarding(builder).allow_host("api.example.com");
        let client = layer.build().unwrap().layer(recorder.clone());
        let error = own_error(client.oneshot(get(uri)).await);
        assert!(error.is_refused_host(), "{error}");
        assert_eq!(recorder.calls(), 0);
    }
}

#[tokio::test]
async fn a_request_whose_host_nobody_tells_is_refused() {
    let error = send(detecting().build().unwrap(), get("/prod"))
        .await
        .unwrap_err();
    assert!(
        error.is_refused_host() && error.to_string().contains("absolute URI"),
        "{error}"
    );
}

#[tokio::test]
async fn a_relative_uri_without_a_host_header_goes_to_the_host_that_is_signed_for() {
    let api = "abc123.execute-api.us-east-1.amazonaws.com";
    let builder = || builder().allow_relative_uri(true);
    let allowed = builder().signing_host(api).build().unwrap();
    assert!(send(allowed, get("/prod")).await.is_ok());
    let other = builder().signing_host("api.example.com").build().unwrap();
    assert!(
        send(other, get("/prod"))
            .await
            .unwrap_err()
            .is_refused_host()
    );
}

#[tokio::test]
async fn a_host_that_serves_two_apis_is_signed_for_by_the_path_of_each_request() {
    let (client, recorder) = common::client(detecting().build().unwrap()).await;
    let host = "data-ats.iot.us-east-1.amazonaws.com";
    for (uri, service) in [
        (format!("https://{host}/topics/a"), "iotdata"),
        (format!("wss://{host}/mqtt"), "iotdevicegateway"),
        (format!("https://{host}/topics/b"), "iotdata"),
    ] {
        client.clone().oneshot(get(&uri)).await.unwrap();
        assert_eq!(signed_as(&recorder.only()).service, service, "{uri}");
    }
}

#[tokio::test]
async fn the_error_of_a_host_that_does_not_tell_says_which_permission_is_missing_besides() {
    let named = || detecting().allow_host("api.example.com");
    let signing = detecting().signing_host("cdn.example.com");
    for (builder, uri, permission) in [
        (
            detecting(),
            "https://api.example.com/",
            Some("`allow_host`"),
        ),
        (detecting(), "https://127.0.0.1/", Some("`allow_loopback`")),
        (named(), "https://127.0.0.1/", Some("`allow_loopback`")),
        (named(), "https://api.example.com/", None),
        (detecting().allow_loopback(true), "https://127.0.0.1/", None),
        (signing, "https://api.example.com/", None),
    ] {
        let error = send(builder.build().unwrap(), get(uri)).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains("it does not tell both the service"), "{text}");
        let (_, missing) = text.split_once(", and permit the host with ").unzip();
        assert_eq!(missing, permission, "{text}");
    }
}
