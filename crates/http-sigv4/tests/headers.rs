//! Which headers are signed, in which form, and what a header cannot be.

mod common;

use std::hash::{Hash, Hasher};

use common::{
    ACCESS_KEY_ID, get, key_of, moment, seen, sign, sign_with, signature, signed_headers,
};
use http::{
    HeaderMap,
    header::{HeaderName, HeaderValue, InvalidHeaderName},
};
use http_sigv4::{Payload, Profile, SignError, Signer};

fn standard() -> Signer {
    Signer::new(Profile::STANDARD)
}

#[test]
fn the_list_is_signed_and_nothing_else() {
    let others = [
        "accept",
        "accept-encoding",
        "amz-sdk-invocation-id",
        "amz-sdk-request",
        "b3",
        "cache-control",
        "connection",
        "content-length",
        "content-encoding",
        "cookie",
        "date",
        "expect",
        "forwarded",
        "if-match",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "range",
        "te",
        "traceparent",
        "trailer",
        "transfer-encoding",
        "uber-trace-id",
        "upgrade",
        "user-agent",
        "via",
        "x-amz",
        "x-amzn-requestid",
        "x-amzn-trace-id",
        "x-envoy-attempt-count",
        "x-forwarded-for",
        "x-request-id",
    ];
    let mut bare = get("https://h/", &[]);
    let mut full = get("https://h/", &others.map(|name| (name, &b"x"[..])));
    sign(&mut bare).unwrap();
    sign(&mut full).unwrap();
    assert_eq!(signed_headers(&full), "host;x-amz-date");
    assert_eq!(signature(&bare), signature(&full));

    let signed: [(_, &[u8]); 4] = [
        ("content-type", b"text/plain"),
        ("x-amz-target", b"T"),
        ("content-md5", b"Q=="),
        ("x-amz-", b""),
    ];
    let mut parts = get("https://h/", &signed);
    sign(&mut parts).unwrap();
    assert_eq!(
        signed_headers(&parts),
        "content-md5;content-type;host;x-amz-;x-amz-date;x-amz-target"
    );
}

#[test]
fn a_header_is_signed_by_name_wherever_a_request_has_it() {
    let signer = standard()
        .sign_header(HeaderName::from_static("range"))
        .and_then(|signer| signer.sign_header(HeaderName::from_static("if-match")))
        .unwrap();
    let mut parts = get("https://h/", &[("range", b"bytes=0-1")]);
    sign_with(&signer, &mut parts).unwrap();
    assert_eq!(signed_headers(&parts), "host;range;x-amz-date");
}

#[test]
fn naming_a_header_that_is_signed_anyway_changes_nothing() {
    let named = ["host", "x-amz-date", "x-amz-a", "x-amz-security-token"];
    let mut signer = standard();
    for name in named.iter().chain(&named) {
        signer = signer.sign_header(HeaderName::from_static(name)).unwrap();
    }
    let (mut plain, mut by_name) = (
        get("https://h/", &[("x-amz-a", b"1"), ("host", b"h")]),
        get("https://h/", &[("x-amz-a", b"1"), ("host", b"h")]),
    );
    sign(&mut plain).unwrap();
    sign_with(&signer, &mut by_name).unwrap();
    assert_eq!(seen(&plain), seen(&by_name));
}

#[test]
fn a_header_that_changes_on_its_way_cannot_be_named() {
    for name in [
        "authorization",
        "connection",
        "expect",
        "keep-alive",
        "proxy-authorization",
        "proxy-anything",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
    ] {
        let error = standard()
            .sign_header(HeaderName::from_static(name))
            .unwrap_err();
        assert!(error.is_configuration(), "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn a_signed_header_on_several_lines_is_sent_on_one() {
    let mut several = get(
        "https://h/",
        &[
            ("x-amz-meta-a", b" z   z "),
            ("accept", b"a"),
            ("accept", b"b"),
            ("x-amz-meta-a", b""),
            ("x-amz-meta-a", b"a, b"),
        ],
    );
    sign(&mut several).unwrap();
    let sent: Vec<_> = several.headers.get_all("x-amz-meta-a").iter().collect();
    assert_eq!(sent, ["z z,,a, b"]);
    let unsigned = several.headers.get_all("accept").iter().count();
    assert_eq!(unsigned, 2, "an unsigned header stays as it is");

    let mut one = get("https://h/", &[("x-amz-meta-a", b"z z,,a, b")]);
    sign(&mut one).unwrap();
    assert_eq!(signature(&one), signature(&several));
}

/// With the headers of the signature, these are in order already.
#[test]
fn lines_of_one_header_are_joined_where_nothing_is_to_be_sorted() {
    let mut several = get(
        "https://h/",
        &[("content-md5", b"a"), ("content-md5", b"b")],
    );
    let mut one = get("https://h/", &[("content-md5", b"a,b")]);
    sign(&mut several).unwrap();
    sign(&mut one).unwrap();
    assert_eq!(seen(&several), seen(&one));
}

#[test]
fn a_signed_header_on_one_line_is_sent_as_it_stands() {
    let mut parts = get("https://h/", &[("x-amz-meta-a", b"a   \"b   c\"")]);
    sign(&mut parts).unwrap();
    assert_eq!(parts.headers["x-amz-meta-a"], "a   \"b   c\"");
    let mut folded = get("https://h/", &[("x-amz-meta-a", b"a \"b c\"")]);
    sign(&mut folded).unwrap();
    assert_eq!(signature(&folded), signature(&parts));
}

#[test]
fn a_list_on_one_line_is_neither_split_nor_sorted() {
    let mut list = get("https://h/", &[("x-amz-meta-a", b"z, a")]);
    sign(&mut list).unwrap();
    assert_eq!(list.headers["x-amz-meta-a"], "z, a");
    let lines: [(_, &[u8]); 2] = [("x-amz-meta-a", b"z"), ("x-amz-meta-a", b"a")];
    let mut lines = get("https://h/", &lines);
    sign(&mut lines).unwrap();
    assert_eq!(lines.headers["x-amz-meta-a"], "z,a");
    assert_ne!(signature(&list), signature(&lines));
}

#[test]
fn an_empty_value_is_signed_and_an_empty_token_is_none() {
    let mut parts = get("https://h/", &[("x-amz-meta-a", b"")]);
    let key = key_of(ACCESS_KEY_ID, Some(""), "execute-api", moment());
    let signer = standard();
    let prepared = signer
        .prepare(&mut parts, &key, Payload::EMPTY, moment())
        .unwrap();
    let shown = prepared.canonical_request();
    assert!(shown.canonical_request().contains("\nx-amz-meta-a:\n"));
    prepared.apply().unwrap();
    assert_eq!(signed_headers(&parts), "host;x-amz-date;x-amz-meta-a");
    assert!(!parts.headers.contains_key("x-amz-security-token"));
}

#[test]
fn a_very_long_token_is_signed() {
    let token = "t".repeat(20_000);
    let key = key_of(ACCESS_KEY_ID, Some(&token), "execute-api", moment());
    let mut parts = get("https://h/", &[]);
    standard()
        .sign(&mut parts, &key, Payload::EMPTY, moment())
        .unwrap();
    assert_eq!(parts.headers["x-amz-security-token"], token);
    assert_eq!(
        signed_headers(&parts),
        "host;x-amz-date;x-amz-security-token"
    );
}

#[test]
fn a_date_header_of_the_caller_stays_and_is_not_signed() {
    let mut parts = get("https://h/", &[("date", b"Sun, 30 Aug 2015 12:00:00 GMT")]);
    sign(&mut parts).unwrap();
    assert_eq!(parts.headers["date"], "Sun, 30 Aug 2015 12:00:00 GMT");
    assert_eq!(parts.headers["x-amz-date"], "20150830T123600Z");
    assert_eq!(signed_headers(&parts), "host;x-amz-date");
}

#[test]
fn the_case_of_a_name_does_not_matter() {
    let mut parts = get("https://h/", &[]);
    let name = HeaderName::from_bytes(b"X-Amz-META-A").unwrap();
    parts.headers.insert(name, HeaderValue::from_static("1"));
    sign(&mut parts).unwrap();
    assert_eq!(signed_headers(&parts), "host;x-amz-date;x-amz-meta-a");
}

#[test]
fn a_signed_header_is_sent_without_the_spaces_at_its_ends() {
    for (written, sent) in [
        (" a", "a"),
        ("a ", "a"),
        ("  a  b ", "a  b"),
        (" ", ""),
        ("a  b", "a  b"),
    ] {
        let [mut padded, mut bare] = [written, sent].map(|value| {
            get(
                "https://h/",
                &[("x-amz-meta-a", value.as_bytes()), ("accept", b" a ")],
            )
        });
        padded
            .headers
            .get_mut("x-amz-meta-a")
            .unwrap()
            .set_sensitive(true);
        sign(&mut padded).unwrap();
        sign(&mut bare).unwrap();
        assert_eq!(padded.headers["x-amz-meta-a"], sent, "{written:?}");
        assert!(padded.headers["x-amz-meta-a"].is_sensitive());
        assert_eq!(
            padded.headers["accept"], " a ",
            "an unsigned one stays as it is"
        );
        assert_eq!(signature(&padded), signature(&bare));
    }
}

#[test]
fn joined_lines_stay_sensitive_if_one_of_them_was() {
    let mut parts = get(
        "https://h/",
        &[("x-amz-meta-a", b"1"), ("x-amz-meta-a", b"2")],
    );
    let last = parts.headers.get_all("x-amz-meta-a").iter().count() - 1;
    for (index, value) in parts.headers.iter_mut().map(|(_, value)| value).enumerate() {
        value.set_sensitive(index == last);
    }
    sign(&mut parts).unwrap();
    assert!(parts.headers["x-amz-meta-a"].is_sensitive());
}

#[test]
fn a_tab_or_a_byte_outside_ascii_is_refused_in_a_signed_header_only() {
    for value in [&b"a\tb"[..], b"\xe9", "\u{e9}".as_bytes()] {
        let mut signed = get("https://h/", &[("x-amz-meta-a", value)]);
        let error = sign(&mut signed).unwrap_err();
        assert!(error.is_request() && error.to_string().contains("`x-amz-meta-a`"));
        sign(&mut get("https://h/", &[("x-other", value)])).unwrap();

        let signer = standard().sign_header(HeaderName::from_static("x-other"));
        let mut named = get("https://h/", &[("x-other", value)]);
        assert!(sign_with(&signer.unwrap(), &mut named).is_err());
    }
}

#[test]
fn a_signed_header_that_connection_nominates_is_refused() {
    for nominated in ["x-amz-date", "close, X-AMZ-Date ", "host", "x-amz-meta-a"] {
        let headers: [(_, &[u8]); 2] =
            [("connection", nominated.as_bytes()), ("x-amz-meta-a", b"1")];
        let mut parts = get("https://h/", &headers);
        let error = sign(&mut parts).unwrap_err();
        assert!(error.to_string().contains("Connection"), "{error}");
    }
    for harmless in [&b"close"[..], b"keep-alive, te", b"x-amz-meta-a", b"\xff,,"] {
        sign(&mut get("https://h/", &[("connection", harmless)])).unwrap();
    }
}

#[test]
fn thousands_of_lines_of_one_header_are_joined() {
    let mut parts = get("https://h/", &[]);
    // More of them only take longer: the debug assertions of `HeaderMap` are quadratic.
    for _ in 0..5_000 {
        let name = HeaderName::from_static("x-amz-meta-a");
        parts.headers.append(name, HeaderValue::from_static("1"));
    }
    sign(&mut parts).unwrap();
    assert_eq!(parts.headers["x-amz-meta-a"].len(), 9_999);
}

/// Signs as many lines as are taken, then one more.
fn refused_from(limit: usize, name: impl Fn(usize) -> HeaderName) {
    let signed = |lines: usize| {
        let mut parts = get("https://API.example/", &[("accept", b"*/*")]);
        parts.headers.reserve(lines);
        for number in 0..lines {
            let value = HeaderValue::from_static("1");
            parts.headers.append(name(number), value);
        }
        let before = seen(&parts);
        let signed = sign(&mut parts);
        assert!(
            signed.is_ok() || before == seen(&parts),
            "the request has changed"
        );
        signed
    };
    signed(limit).unwrap();
    let error = signed(limit + 1).unwrap_err();
    assert!(error.is_request(), "{error}");
    assert!(error.to_string().contains("8192 lines"), "{error}");
}

#[test]
fn more_lines_of_one_header_than_any_service_takes_are_refused_unchanged() {
    refused_from(8192, |_| HeaderName::from_static("x-amz-meta-a"));
}

#[test]
fn more_signed_headers_than_any_service_takes_are_refused_unchanged() {
    refused_from(8192, |number| {
        format!("x-amz-meta-{number}").parse().unwrap()
    });
}

#[test]
fn any_number_of_lines_that_are_not_signed_is_fine() {
    let mut parts = get("https://h/", &[]);
    for number in 0..10_000 {
        let name: HeaderName = format!("x-{number}").parse().unwrap();
        parts.headers.append(name, HeaderValue::from_static("1"));
    }
    sign(&mut parts).unwrap();
    assert_eq!(signed_headers(&parts), "host;x-amz-date");
}

#[test]
fn a_nominated_header_is_found_among_many_options_and_many_headers() {
    let options = "close,".repeat(10_000);
    let nominates = |option: &str| {
        let mut parts = get("https://h/", &[]);
        for number in 0..1_000 {
            let name: HeaderName = format!("x-amz-meta-{number}").parse().unwrap();
            parts.headers.append(name, HeaderValue::from_static("1"));
        }
        let value = format!("{options}{option},{options}").parse().unwrap();
        parts.headers.insert("connection", value);
        sign(&mut parts)
    };
    for nominated in ["x-amz-meta-0", "X-Amz-Meta-999", "\thost\t"] {
        let error = nominates(nominated).unwrap_err().to_string();
        let name = nominated.trim().to_lowercase();
        assert!(error.contains(&format!("`{name}`")), "{error}");
    }
    for harmless in ["x-amz-meta-1000", "x-amz-meta-", "x-amz-meta-00", "~"] {
        nominates(harmless).unwrap();
    }
}

#[test]
fn a_request_with_room_for_no_more_headers_is_refused_unchanged() {
    // Stale, so that there is something to lose.
    let stale = ["authorization", "x-amz-date"].map(str::parse).into_iter();
    let names = (0..).map(|number: u32| format!("x-{number}").parse());
    let names = as_many_as_fit(stale.chain(names));
    refused_unchanged(&names);
}

/// Where the first header of the signature finds room, the second does not.
#[test]
fn a_request_with_room_for_one_more_header_is_refused_unchanged() {
    let names = (0..).map(|number: u32| format!("x-{number}").parse());
    let mut names = as_many_as_fit(names);
    names.pop();
    refused_unchanged(&names);
}

/// Names that collide let the map refuse an insertion long before it is full.
#[test]
fn a_request_whose_headers_collide_is_refused_unchanged() {
    let stale = ["authorization", "x-amz-date"].map(str::parse).into_iter();
    let spread = (0..7_000).map(|number: u32| format!("x-{number}").parse());
    let colliding = (0..)
        .map(|number: u32| format!("y-{number}").parse())
        .filter(|name| bucket(name.as_ref().unwrap()) < 128);
    let names = as_many_as_fit(stale.chain(spread).chain(colliding));
    refused_unchanged(&names);
}

fn as_many_as_fit(
    names: impl Iterator<Item = Result<HeaderName, InvalidHeaderName>>,
) -> Vec<HeaderName> {
    let mut headers = HeaderMap::with_capacity(24_576);
    names
        .map(Result::unwrap)
        .take_while(|name| append(&mut headers, name))
        .collect()
}

fn refused_unchanged(names: &[HeaderName]) {
    // A failed insertion leaves its mark on a map, so this is not the one of `as_many_as_fit`.
    let mut parts = get("https://API.example/", &[]);
    parts.headers = HeaderMap::with_capacity(24_576);
    for name in names {
        assert!(append(&mut parts.headers, name));
    }
    let before = seen(&parts);
    let error: SignError = sign(&mut parts).unwrap_err();
    assert!(error.to_string().contains("too many headers"), "{error}");
    assert!(before == seen(&parts), "the request has changed");
}

fn append(headers: &mut HeaderMap, name: &HeaderName) -> bool {
    let value = HeaderValue::from_static("1");
    headers.try_append(name, value).is_ok()
}

/// Where `HeaderMap` wants to put a name: the low bits of its FNV hash.
fn bucket(name: &HeaderName) -> u64 {
    struct Fnv(u64);

    impl Hasher for Fnv {
        fn finish(&self) -> u64 {
            self.0 & 0x7fff
        }

        fn write(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
            }
        }
    }

    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    name.hash(&mut hasher);
    hasher.finish()
}
