//! Hosts that a user names, and limits that no request should meet.

use bytes::Bytes;
use http::{HeaderValue, Request};
use http_body_util::Full;

use crate::{
    common::{HOST, assert_signed, builder, full, send},
    harness::get,
};

#[tokio::test]
async fn an_address_is_one_host_however_it_is_written() {
    let spellings = ["::1", "[::1]", "0::1", "[0:0:0:0:0:0:0:1]", "[0::0:1]"];
    for named in spellings {
        for sent_to in &spellings[1..] {
            if !sent_to.starts_with('[') {
                continue;
            }
            let layer = builder().allow_host(named).build().unwrap();
            let sent = send(layer, get(&format!("https://{sent_to}:8443/"))).await;
            assert!(sent.is_ok(), "{named} {sent_to}: {}", sent.unwrap_err());
        }
    }
    for (named, sent_to) in [
        ("::2", "[::1]"),
        ("::1", "[::2]"),
        ("127.0.0.1", "[::1]"),
        ("::ffff:7f00:1", "[::1]"),
        ("2001:db8::1", "[2001:db8::10]"),
    ] {
        let layer = builder().allow_host(named).build().unwrap();
        let sent = send(layer, get(&format!("https://{sent_to}/"))).await;
        assert!(sent.unwrap_err().is_refused_host(), "{named} {sent_to}");
    }
    let layer = builder().allow_host("2001:DB8:0::a").build().unwrap();
    let sent = send(layer, get("https://[2001:db8::A]/")).await;
    assert!(sent.is_ok());
}

#[tokio::test]
async fn a_pattern_is_no_host_and_the_error_says_what_is_meant_for_it() {
    for pattern in [
        "*",
        "*.example.com",
        "api.*.example.com",
        "api*.example.com",
    ] {
        for builder in [
            builder().allow_host(pattern),
            builder().allow_subdomains_of(pattern),
        ] {
            let error = builder.build().unwrap_err();
            assert!(error.is_configuration(), "{error}");
            let text = error.to_string();
            assert!(
                text.contains("`allow_subdomains_of`") && text.contains(pattern),
                "{text}"
            );
        }
    }
    let error = builder().allow_host("api.example.com:443").build();
    let text = error.unwrap_err().to_string();
    assert!(!text.contains("`allow_subdomains_of`"), "{text}");
}

/// A request with so many lines of one header that is signed.
fn with_lines(number: usize) -> Request<Full<Bytes>> {
    let mut request = Request::get(format!("https://{HOST}/"))
        .body(full(""))
        .unwrap();
    for line in 0..number {
        let value = HeaderValue::from(line);
        request.headers_mut().append("x-amz-meta-line", value);
    }
    request
}

#[tokio::test]
async fn more_header_lines_than_any_service_takes_are_an_error_that_says_so() {
    let sent = send(builder().build().unwrap(), with_lines(100)).await;
    assert_signed(&sent.unwrap());
    for number in [9_000, 30_000] {
        let error = send(builder().build().unwrap(), with_lines(number)).await;
        let error = error.unwrap_err();
        assert!(error.is_request(), "{error}");
        assert!(error.to_string().contains("lines"), "{error}");
    }
}

#[tokio::test]
async fn names_of_the_endpoint_table_do_not_apply_where_no_service_has_them() {
    for host in [
        "abc123.execute-api.us-east-1.on.aws",
        "execute-api.us-east-1.on.aws",
        "vpce-1-2.execute-api.us-east-1.vpce.on.aws",
    ] {
        let sent = send(builder().build().unwrap(), get(&format!("https://{host}/"))).await;
        assert!(sent.unwrap_err().is_refused_host(), "{host}");
    }
}
