//! A path prefix that is signed and not sent, for a service behind a CDN with an origin path.

mod common;

use std::time::Duration;

use bytes::Bytes;
use common::{HOST, assert_signed_for, builder, credentials, full, id, moment, send, signed_as};
use http::Request;
use http_body_util::Full;
use http_sigv4::ExpiresIn;
use tower_sigv4::{SigV4LayerBuilder, SigningOptions};

const CDN: &str = "cdn.example.com";

fn get(path: &str) -> Request<Full<Bytes>> {
    let request = Request::get(format!("https://{CDN}{path}"));
    request.body(full("")).unwrap()
}

fn with(mut request: Request<Full<Bytes>>, options: SigningOptions) -> Request<Full<Bytes>> {
    request.extensions_mut().insert(options);
    request
}

/// For an API whose stage is the origin path of a CDN.
fn behind_cdn() -> SigV4LayerBuilder {
    let builder = builder().allow_host(CDN).signing_host(HOST);
    builder.signing_path_prefix("/prod")
}

#[tokio::test]
async fn the_service_that_gets_the_whole_path_takes_the_signature_and_the_wire_is_left_alone() {
    for path in ["/", "/items", "/items/?b=2&a", "/a%20b//c/../d"] {
        let layer = behind_cdn().build().unwrap();
        let sent = send(layer, get(path)).await.unwrap();
        assert_signed_for(&format!("{HOST}/prod"), &sent);
        assert_eq!(sent.parts.uri, *format!("https://{CDN}{path}"));
    }
}

#[tokio::test]
async fn options_have_a_prefix_of_their_own_or_none() {
    let options = SigningOptions::new;
    for (options, prefix) in [
        (options(), "/prod"),
        (options().signing_path_prefix("/v2"), "/v2"),
        (options().signing_path_prefix(""), ""),
        (options().region("us-east-1"), "/prod"),
    ] {
        let layer = behind_cdn().build().unwrap();
        let sent = send(layer, with(get("/items"), options)).await.unwrap();
        assert_signed_for(&format!("{HOST}{prefix}"), &sent);
    }
    let layer = builder().allow_host(CDN).build().unwrap();
    let both = options().signing_host(HOST).signing_path_prefix("/prod");
    let sent = send(layer, with(get("/items"), both)).await.unwrap();
    assert_signed_for(&format!("{HOST}/prod"), &sent);
}

#[tokio::test]
async fn a_prefix_alone_leaves_the_host_as_it_is() {
    let layer = builder().signing_path_prefix("/mounted").build().unwrap();
    let request = Request::get(format!("https://{HOST}/items")).body(full(""));
    let sent = send(layer, request.unwrap()).await.unwrap();
    assert_signed_for(&format!("{HOST}/mounted"), &sent);
}

#[tokio::test]
async fn a_prefix_tells_apart_what_one_host_serves() {
    for (prefix, service) in [("/maps/v0", "geo"), ("/v2", "geo-maps"), ("", "geo-maps")] {
        let layer = SigV4LayerBuilder::detect(credentials(id(1)))
            .clock(moment)
            .allow_host(CDN)
            .signing_host("maps.geo.us-east-1.amazonaws.com")
            .signing_path_prefix(prefix);
        let sent = send(layer.build().unwrap(), get("/maps/m")).await.unwrap();
        assert_eq!(signed_as(&sent).service, service, "{prefix}");
    }
}

#[tokio::test]
async fn a_presigned_url_is_for_the_cdn_and_its_signature_for_the_origin() {
    let presigned = async |builder: SigV4LayerBuilder, uri: String| {
        let signer = builder.build_signer().unwrap();
        let (mut parts, ()) = Request::get(uri).body(()).unwrap().into_parts();
        let hour = ExpiresIn::exactly(Duration::from_secs(3600));
        signer.presign(&mut parts, hour).await.unwrap();
        parts.uri
    };
    let through = presigned(behind_cdn(), format!("https://{CDN}/items?a=1")).await;
    let direct = presigned(builder(), format!("https://{HOST}/prod/items?a=1")).await;
    assert_eq!(through.query(), direct.query());
    assert_eq!((through.host(), through.path()), (Some(CDN), "/items"));
}

#[tokio::test]
async fn a_prefix_that_is_no_certain_path_is_refused() {
    for prefix in ["prod", "/prod/", "/", "/a/../b", "/a?b=c", "https://h/prod"] {
        let error = builder().signing_path_prefix(prefix).build().unwrap_err();
        assert!(error.is_configuration(), "{prefix}: {error}");
        assert!(error.to_string().contains("signing path prefix"), "{error}");
        let layer = builder().allow_host(CDN).build().unwrap();
        let options = SigningOptions::new().signing_path_prefix(prefix);
        let error = send(layer, with(get("/items"), options)).await;
        assert!(error.unwrap_err().is_configuration(), "{prefix}");
    }
}

#[tokio::test]
async fn a_path_that_leads_out_of_the_prefix_is_refused() {
    for path in ["/../admin", "/a/%2e%2e/../admin"] {
        let layer = behind_cdn().build().unwrap();
        let error = send(layer, get(path)).await.unwrap_err();
        assert!(error.is_request(), "{error}");
    }
}
