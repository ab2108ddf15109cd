//! Which host is signed, and that it is the one that goes on the wire.

mod common;

use common::{get, key, moment, seen, sign, sign_with, signature};
use http::request::Parts;
use http_sigv4::{Payload, Profile, SignError, Signer};

fn standard() -> Signer {
    Signer::new(Profile::STANDARD)
}

/// The `host` line of the canonical request.
fn signed_host(signer: &Signer, parts: &Parts) -> Result<String, SignError> {
    let (mut parts, key) = (parts.clone(), key());
    let prepared = signer.prepare(&mut parts, &key, Payload::EMPTY, moment())?;
    let shown = prepared.canonical_request();
    let mut lines = shown.canonical_request().lines();
    Ok(lines
        .find_map(|line| line.strip_prefix("host:"))
        .unwrap()
        .to_owned())
}

#[test]
fn the_uri_is_rewritten_to_what_is_signed() {
    for (uri, host, sent) in [
        ("https://h:443/", "h", "https://h/"),
        ("http://h:80/", "h", "http://h/"),
        ("ws://h:80/", "h", "ws://h/"),
        ("wss://h:443/", "h", "wss://h/"),
        ("https://h:/", "h", "https://h/"),
        ("https://u:p@h/", "h", "https://h/"),
        ("https://u@h:8182/a?b", "h:8182", "https://h:8182/a?b"),
        (
            "https://ABC.Example/",
            "abc.example",
            "https://abc.example/",
        ),
        ("https://h./", "h", "https://h/"),
        ("https://h.:8182/", "h:8182", "https://h:8182/"),
        ("https://h:0443/", "h", "https://h/"),
        (
            "https://[2001:DB8::1]:443/",
            "[2001:db8::1]",
            "https://[2001:db8::1]/",
        ),
        // Clean already.
        ("https://h:8182/", "h:8182", "https://h:8182/"),
        ("https://h:0/", "h:0", "https://h:0/"),
        (
            "http://localhost:443/",
            "localhost:443",
            "http://localhost:443/",
        ),
        (
            "https://localhost:80/",
            "localhost:80",
            "https://localhost:80/",
        ),
        ("http://[::1]:8080/", "[::1]:8080", "http://[::1]:8080/"),
        ("other://h:443/", "h:443", "other://h:443/"),
    ] {
        let mut parts = get(uri, &[]);
        assert_eq!(signed_host(&standard(), &parts).unwrap(), host, "{uri}");
        sign(&mut parts).unwrap();
        assert_eq!(parts.uri, sent, "{uri}");
        assert!(!parts.headers.contains_key("host"), "{uri}");
    }
}

#[test]
fn a_host_header_that_says_the_same_is_cleaned_too() {
    for (uri, header, sent) in [
        ("https://h/", "h", "h"),
        ("https://h/", "u:p@h", "h"),
        ("/a", "u@H:8080", "h:8080"),
        ("https://h/", "H:443", "h"),
        ("https://H:443/", "h", "h"),
        ("http://h:8080/", "H.:8080", "h:8080"),
        ("/a", "H:8080", "h:8080"),
    ] {
        let mut parts = get(uri, &[("host", header.as_bytes())]);
        assert_eq!(signed_host(&standard(), &parts).unwrap(), sent);
        sign(&mut parts).unwrap();
        assert_eq!(parts.headers["host"], sent, "{uri} {header}");
    }
}

#[test]
fn a_relative_uri_is_signed_for_its_host_header_or_the_signing_host() {
    let elsewhere = standard().signing_host("api.example").unwrap();
    let relative = get("/x", &[]);
    assert_eq!(signed_host(&elsewhere, &relative).unwrap(), "api.example");
    let with_header = get("/x", &[("host", b"h")]);
    assert_eq!(signed_host(&standard(), &with_header).unwrap(), "h");
    assert_eq!(
        signed_host(&elsewhere, &with_header).unwrap(),
        "api.example"
    );
}

#[test]
fn a_request_without_a_certain_host_is_refused_unchanged() {
    type Headers = &'static [(&'static str, &'static [u8])];
    let cases: [(&str, Headers, &str); 11] = [
        ("/x", &[], "no host to sign for"),
        (
            "https://h/",
            &[("host", b"other")],
            "differs from the URI's authority",
        ),
        // No default port is known for a relative URI.
        (
            "https://h/",
            &[("host", b"h:80")],
            "differs from the URI's authority",
        ),
        (
            "https://h:8182/",
            &[("host", b"h")],
            "differs from the URI's authority",
        ),
        (
            "https://h/",
            &[("host", b"h"), ("host", b"h")],
            "more than one",
        ),
        ("https://h/", &[("host", b"")], "not one that can be signed"),
        ("/x", &[("host", b"a b")], "not one that can be signed"),
        ("/x", &[("host", b"h\xe9")], "not one that can be signed"),
        ("https://./", &[], "not one that can be signed"),
        ("https://h../", &[], "not one that can be signed"),
        ("https://h:65536/", &[], "not one that can be signed"),
    ];
    for (uri, headers, says) in cases {
        let mut parts = get(uri, headers);
        let before = seen(&parts);
        let error = sign(&mut parts).unwrap_err();
        assert!(error.is_request(), "{uri} {headers:?}: {error}");
        assert!(
            error.to_string().contains(says),
            "{uri} {headers:?}: {error}"
        );
        assert_eq!(before, seen(&parts));
    }
}

#[test]
fn the_errors_about_hosts_name_what_to_change() {
    for headers in [&[][..], &[("host", &b"other"[..])]] {
        let uri = if headers.is_empty() {
            "/x"
        } else {
            "https://h/"
        };
        let error = sign(&mut get(uri, headers)).unwrap_err();
        assert!(error.to_string().contains("`signing_host`"), "{error}");
    }
}

/// The client names the endpoint, and the service checks the host of the API.
#[test]
fn a_request_to_a_vpc_endpoint_or_a_cdn_of_ones_own_is_signed_for_the_api() {
    let api = "abc123.execute-api.us-east-1.amazonaws.com";
    let mut direct = get(&format!("https://{api}/dev"), &[]);
    sign(&mut direct).unwrap();
    let signer = standard().signing_host(api).unwrap();
    for uri in [
        "https://vpce-0123-abcd.execute-api.us-east-1.vpce.amazonaws.com/dev",
        "https://abc123-vpce-0123.execute-api.us-east-1.amazonaws.com/dev",
        "https://cdn.example/dev",
        "https://CDN.example:443/dev",
    ] {
        let mut parts = get(uri, &[]);
        sign_with(&signer, &mut parts).unwrap();
        assert_eq!(signature(&parts), signature(&direct), "{uri}");
        assert!(
            parts
                .uri
                .to_string()
                .starts_with(&uri.to_lowercase().replace(":443", ""))
        );
        assert!(!parts.headers.contains_key("host"));
    }
    // With the header that selects the API, the host is the endpoint's.
    let host = "vpce-0123-abcd.execute-api.us-east-1.vpce.amazonaws.com";
    let selected = get(
        &format!("https://{host}/dev"),
        &[("x-apigw-api-id", b"abc123")],
    );
    assert_eq!(signed_host(&standard(), &selected).unwrap(), host);
}

/// With a `Host` of the API, an HTTP/1.1 client reaches it through the endpoint.
#[test]
fn a_host_header_that_overrides_the_authority_needs_a_signing_host_that_says_so() {
    let api: &[u8] = b"abc123.execute-api.us-east-1.amazonaws.com";
    let mut parts = get(
        "https://vpce-0123.execute-api.us-east-1.vpce.amazonaws.com/",
        &[("host", api)],
    );
    assert!(sign(&mut parts).is_err());
    let signer = standard()
        .signing_host(str::from_utf8(api).unwrap())
        .unwrap();
    sign_with(&signer, &mut parts).unwrap();
    assert_eq!(parts.headers["host"].as_bytes(), api);
}

#[test]
fn a_signing_host_is_cleaned_and_keeps_its_port() {
    let signed = |host: &str| {
        let signer = standard().signing_host(host)?;
        signed_host(&signer, &get("https://h/", &[]))
    };
    for (host, expected) in [
        ("API.example", "api.example"),
        ("api.example.", "api.example"),
        ("api.example:", "api.example"),
        ("api.example:8182", "api.example:8182"),
        ("[::1]:8080", "[::1]:8080"),
    ] {
        assert_eq!(signed(host).unwrap(), expected);
    }
    for host in [
        "",
        " ",
        "a b",
        "user@h",
        "h:x",
        "h:99999",
        "h/path",
        ".",
        "https://h",
        "[::1",
    ] {
        let error = signed(host).unwrap_err();
        assert!(error.is_configuration(), "{host:?}: {error}");
    }
}
