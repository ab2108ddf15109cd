use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use http::Request;
use http_body_util::Empty;
use tests::Wire;
use tower::{BoxError, Layer, ServiceExt};
use tower_sigv4::reqwest::{HttpService, rewrite_uri};

use crate::forms::{Form, client, layer, signing_error};

/// Every ASCII byte, encoded and, where a URL can hold it, as it is, and characters beyond ASCII.
fn queries() -> Vec<String> {
    let encoded = (0..0x80_u8).map(|byte| format!("{byte:03}=%{byte:02X}"));
    let encoded_lower = (0..0x80_u8).map(|byte| format!("%{byte:02x}={byte}"));
    // A `#` ends the query. The others have queries of their own: the second verifier sorts an empty
    // name behind `%`, and takes no `%` without digits.
    let raw = (b' '..0x7f)
        .map(char::from)
        .filter(|byte| !"#%&=".contains(*byte));
    let raw: Vec<_> = raw.map(|byte| format!("{byte}{byte}=a{byte}b")).collect();
    let join = |pairs: Vec<String>| pairs.join("&");
    vec![
        join(encoded.collect()),
        join(encoded_lower.collect()),
        join(raw),
        "snowman=☃&%E2%98%83=é&e=%C3%A9".into(),
        "===a=b".into(),
        "=v&k=&&k&a=b=c&a=b".into(),
        "a=%zz&%".into(),
    ]
}

#[tokio::test]
async fn a_query_of_every_class_of_bytes_is_signed_as_it_is_sent() {
    let wire = Wire::start().await;
    for query in queries() {
        let url = format!("http://{}/prod/orders?{query}", wire.address());
        for form in Form::ALL {
            let request = client().get(&url).build().unwrap();
            form.accepts(&wire, &layer(), request).await;
        }
    }
}

#[tokio::test]
async fn a_path_that_the_parser_rewrites_is_signed_as_it_is_sent() {
    let wire = Wire::start().await;
    for (path, sent) in [
        ("/prod/{id}", "/prod/%7Bid%7D"),
        ("/prod/\"quoted\"", "/prod/%22quoted%22"),
        ("/prod/%2e%2e/orders", "/orders"),
        ("/prod/%2E/.%2e/orders", "/orders"),
        ("/prod/a/../b/./c", "/prod/b/c"),
        ("/prod\\orders", "/prod/orders"),
        ("/prod/a b`c<d>e", "/prod/a%20b%60c%3Cd%3Ee"),
        ("/prod//x", "/prod//x"),
        ("/prod/é☃", "/prod/%C3%A9%E2%98%83"),
        (
            "/prod/a%2Fb;c=d,e@f:g*h(i)j'k!l$m&n+o~p|q",
            "/prod/a%2Fb;c=d,e@f:g*h(i)j'k!l$m&n+o~p|q",
        ),
        ("/prod/orders#fragment", "/prod/orders"),
        ("", "/"),
    ] {
        for form in Form::ALL {
            let url = format!("http://{}{path}", wire.address());
            let request = client().get(url).build().unwrap();
            let received = form.accepts(&wire, &layer(), request).await;
            assert_eq!(received.uri(), sent, "{form:?} {path}");
        }
    }
}

#[tokio::test]
async fn user_information_is_neither_signed_nor_sent() {
    let wire = Wire::start().await;
    for form in Form::ALL {
        let url = format!("http://user:pass@{}/prod/orders", wire.address());
        let url = url.parse().unwrap();
        let request = reqwest::Request::new(http::Method::GET, url);
        let received = form.accepts(&wire, &layer(), request).await;
        assert_eq!(received.headers()["host"], wire.address().to_string());
    }
}

#[tokio::test]
async fn below_the_layer_a_uri_that_would_be_rewritten_is_refused() {
    let sent = Arc::<AtomicUsize>::default();
    let inner = tower::service_fn({
        let sent = Arc::clone(&sent);
        move |_: reqwest::Request| {
            sent.fetch_add(1, Ordering::Relaxed);
            async { Err::<reqwest::Response, _>(BoxError::from("nobody is there")) }
        }
    });
    let client = layer().layer(HttpService::new(inner));
    for path in ["/a/{id}?q=hush", "/a/%2e%2e/b?hush=1", "/a/../b", "/a\"b"] {
        let request = || {
            let uri = format!("http://127.0.0.1:9{path}");
            Request::get(uri).body(Empty::<Bytes>::new()).unwrap()
        };
        let error = client.clone().oneshot(request()).await.unwrap_err();
        let error = signing_error(&error);
        assert!(error.is_request(), "{error}");
        assert!(error.to_string().contains("rewrite_uri"), "{error}");
        assert!(!error.report().contains("hush"), "{error}");
        assert_eq!(sent.swap(0, Ordering::Relaxed), 0);

        let rewritten = client.clone().oneshot(rewrite_uri(request())).await;
        assert_eq!(rewritten.unwrap_err().to_string(), "nobody is there");
        assert_eq!(sent.swap(0, Ordering::Relaxed), 1);
    }
}

#[tokio::test]
async fn below_the_layer_the_parser_may_encode_a_query() {
    let wire = Wire::start().await;
    let client = layer().layer(HttpService::new(client()));
    let uri = format!("http://{}/prod?a='b'&e={{f}}", wire.address());
    let request = Request::get(uri).body(Empty::<Bytes>::new()).unwrap();
    let response = client.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let received = wire.last_received();
    assert_eq!(received.uri(), "/prod?a=%27b%27&e={f}");
    Wire::verify_again(received).await.unwrap();
}

#[tokio::test]
async fn a_uri_that_reqwest_cannot_send_is_an_error() {
    let client = HttpService::new(client());
    let request = Request::get("/relative?hush").body(Empty::<Bytes>::new());
    let error = client.oneshot(rewrite_uri(request.unwrap())).await;
    let error = error.unwrap_err();
    let error = signing_error(&error);
    assert!(
        error.is_request() && !error.report().contains("hush"),
        "{error}"
    );
}
