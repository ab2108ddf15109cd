//! What is signed of a path and of a query, and what goes on the wire.

mod common;

use common::{get, key, moment, sign, sign_with, signature};
use http::{Method, Request, Uri, request::Parts};
use http_sigv4::{Payload, Profile, SignError, Signer};

/// The second and the third line of the canonical request.
fn canonical(profile: Profile, parts: &Parts) -> Result<(String, String), SignError> {
    let (mut parts, key) = (parts.clone(), key());
    let signer = Signer::new(profile);
    let prepared = signer.prepare(&mut parts, &key, Payload::EMPTY, moment())?;
    let shown = prepared.canonical_request();
    let mut lines = shown.canonical_request().split('\n').skip(1);
    let mut line = || lines.next().unwrap().to_owned();
    Ok((line(), line()))
}

fn path(profile: Profile, target: &str) -> String {
    let parts = get(&format!("https://h{target}"), &[]);
    canonical(profile, &parts).unwrap().0
}

fn query(query: &str) -> String {
    let parts = get(&format!("https://h/?{query}"), &[]);
    canonical(Profile::STANDARD, &parts).unwrap().1
}

#[test]
fn the_path_that_a_uri_leaves_out_is_sent_where_a_query_follows() {
    for (written, sent) in [
        ("https://h?k=v", "https://h/?k=v"),
        ("https://H:443?", "https://h/?"),
        ("https://h", "https://h/"),
        ("https://h/?k=v", "https://h/?k=v"),
    ] {
        let mut parts = get(written, &[]);
        sign(&mut parts).unwrap();
        assert_eq!(parts.uri, sent);
        let target = parts.uri.path_and_query().unwrap();
        assert!(target.as_str().starts_with('/'), "{target}");
    }
}

#[test]
fn a_path_is_normalised_and_encoded_once_more() {
    for (target, expected) in [
        ("", "/"),
        ("?k=v", "/"),
        ("/$default/x", "/%24default/x"),
        ("/a!'()*", "/a%21%27%28%29%2A"),
        ("/test/@connections/X=", "/test/%40connections/X%3D"),
        ("/test/%40connections/X%3D", "/test/%2540connections/X%253D"),
        ("/dev/doc/x%2Fy", "/dev/doc/x%252Fy"),
        ("/x%2fy", "/x%252fy"),
        ("/a%20b", "/a%2520b"),
        ("/a+b", "/a%2Bb"),
        ("/./a/../b", "/b"),
        ("/../../a/", "/a/"),
        ("/a/../", "/"),
        ("/a/...//.b", "/a/.../.b"),
        ("/a/%2e%2e/b", "/a/%252e%252e/b"),
        ("//a//b/", "/a/b/"),
        ("/dev/a", "/dev/a"),
        ("/dev/a/", "/dev/a/"),
        ("/caf\u{e9}", "/caf%C3%A9"),
        ("/{x}", "/%7Bx%7D"),
        ("/\"\\[x]", "/%22%5C%5Bx%5D"),
        ("/a&b,c;d", "/a%26b%2Cc%3Bd"),
        ("/%zz", "/%25zz"),
        ("/%", "/%25"),
        (
            "/model/anthropic.claude-v2:1/invoke",
            "/model/anthropic.claude-v2%3A1/invoke",
        ),
        (
            "/model/anthropic.claude-v2%3A1/invoke",
            "/model/anthropic.claude-v2%253A1/invoke",
        ),
        (
            "/runtimes/arn%3Aaws%3Aruntime%2Fr-1/invocations",
            "/runtimes/arn%253Aaws%253Aruntime%252Fr-1/invocations",
        ),
        ("/prod/x", "/prod/x"),
        ("/a#b", "/a"),
    ] {
        assert_eq!(path(Profile::STANDARD, target), expected, "{target}");
    }
}

#[test]
fn an_s3_path_is_decoded_once_and_encoded_once() {
    for (target, expected) in [
        ("", "/"),
        ("/a%2fb", "/a/b"),
        ("/a%20b", "/a%20b"),
        ("/a+b", "/a%20b"),
        ("/a%2Bb", "/a%2Bb"),
        ("/a/./b", "/a/./b"),
        ("/a/..", "/a/.."),
        ("//a//b", "//a//b"),
        ("/a=b@2x.png", "/a%3Db%402x.png"),
        ("/a%2525b", "/a%2525b"),
        ("/caf\u{e9}", "/caf%C3%A9"),
        ("/%zz", "/%25zz"),
    ] {
        assert_eq!(path(Profile::S3, target), expected, "{target}");
    }
}

/// Whichever rule a signer follows there, it comes to the root.
#[test]
fn a_trailing_dot_segment_is_signed_only_where_it_leads_to_the_root() {
    for target in [
        "/.",
        "/..",
        "/a/..",
        "/a/b/../..",
        "/a/../.",
        "//.",
        "/../..",
    ] {
        assert_eq!(path(Profile::STANDARD, target), "/", "{target}");
    }
    for target in ["/a/.", "/a/b/..", "/a//.", "/a/../b/."] {
        let parts = get(&format!("https://h{target}"), &[]);
        let error = canonical(Profile::STANDARD, &parts).unwrap_err();
        assert!(error.is_request(), "{target}: {error}");
        assert!(error.to_string().contains("dot segment"), "{error}");
    }
}

#[test]
fn a_target_that_is_not_a_path_is_refused() {
    for (method, uri) in [
        (Method::OPTIONS, "*"),
        (Method::CONNECT, "h:443"),
        (Method::CONNECT, "https://h/"),
        (Method::GET, "h:443"),
    ] {
        let mut parts = get(uri, &[("host", b"h")]);
        parts.method = method;
        let error = canonical(Profile::STANDARD, &parts).unwrap_err();
        assert!(
            error.to_string().contains("request target"),
            "{uri}: {error}"
        );
    }
}

#[test]
fn a_query_is_decoded_encoded_and_sorted() {
    for (sent, expected) in [
        ("a-=1&a=2&a0=3", "a=2&a-=1&a0=3"),
        ("%41=1&B=2&a=3", "A=1&B=2&a=3"),
        ("k=b&k=a&k=B&k=a", "k=B&k=a&k=a&k=b"),
        ("acl", "acl="),
        ("k=a=b", "k=a%3Db"),
        ("k=a%3Db", "k=a%3Db"),
        ("k=%3d%2f%61", "k=%3D%2Fa"),
        ("k=/x:y@z,(1)*", "k=%2Fx%3Ay%40z%2C%281%29%2A"),
        ("k=a+b", "k=a%20b"),
        ("k=a%2Bb", "k=a%2Bb"),
        ("k=%FF", "k=%FF"),
        ("k=100%", "k=100%25"),
        ("&&k=1&", "k=1"),
        ("&&", ""),
        ("=v", "=v"),
        ("=", "="),
        ("k=1?x=2", "k=1%3Fx%3D2"),
        ("k=1;x=2", "k=1%3Bx%3D2"),
        ("", ""),
        ("B=1&a=2", "B=1&a=2"),
        ("\u{e9}=\u{fc}", "%C3%A9=%C3%BC"),
    ] {
        assert_eq!(query(sent), expected, "{sent}");
    }
}

#[test]
fn what_is_signed_of_a_query_is_its_own_canonical_form() {
    let once = query("b=%zz&a=+%2b&a&=&%FF=1=2");
    assert_eq!(query(&once), once);
}

#[test]
fn a_presigned_url_is_refused_and_other_parameters_of_its_kind_are_data() {
    for sent in [
        "X-Amz-Signature=1",
        "a&x-amz-signature=",
        "%58-Amz-Signature",
    ] {
        let parts = get(&format!("https://h/?{sent}"), &[]);
        let error = canonical(Profile::STANDARD, &parts).unwrap_err();
        assert!(error.is_already_signed(), "{sent}: {error}");
    }
    assert_eq!(query("X-Amz-Expires=1"), "X-Amz-Expires=1");
}

#[test]
fn path_and_query_of_the_wire_stay_as_they_are() {
    let uri = "https://h//a/../b%2f+c?z&&a=%41+b&z=1?2";
    let mut parts = get(uri, &[]);
    sign(&mut parts).unwrap();
    assert_eq!(parts.uri, uri);
}

#[test]
fn a_raw_plus_in_a_query_can_be_sent_as_the_space_that_is_signed() {
    let signer = Signer::new(Profile::STANDARD).rewrite_plus(true);
    let mut rewritten = get("https://h/a+b?k=a+b%2Bc&&+=+", &[]);
    let mut as_sent = rewritten.clone();
    sign(&mut as_sent).unwrap();
    sign_with(&signer, &mut rewritten).unwrap();
    assert_eq!(rewritten.uri, "https://h/a+b?k=a%20b%2Bc&&%20=%20");
    assert_eq!(signature(&rewritten), signature(&as_sent));

    sign_with(&signer, &mut as_sent).unwrap();
    assert_eq!(
        as_sent.uri, rewritten.uri,
        "and an earlier signature is no matter"
    );
}

#[test]
fn a_query_without_a_plus_is_not_rewritten() {
    let signer = Signer::new(Profile::STANDARD).rewrite_plus(true);
    for uri in ["https://h/", "https://h/?", "https://h/?a=%2B"] {
        let mut parts = get(uri, &[]);
        sign_with(&signer, &mut parts).unwrap();
        assert_eq!(parts.uri, uri);
    }
}

#[test]
fn a_query_that_grows_too_long_for_a_uri_is_refused_unchanged() {
    let uri: Uri = format!("https://h/?{}", "+".repeat(30_000))
        .parse()
        .unwrap();
    let mut parts = Request::get(uri.clone()).body(()).unwrap().into_parts().0;
    let signer = Signer::new(Profile::STANDARD).rewrite_plus(true);
    let error = sign_with(&signer, &mut parts).unwrap_err();
    assert!(error.to_string().contains("longer than"), "{error}");
    assert_eq!(parts.uri, uri);
}
