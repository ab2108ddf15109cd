//! The gateway's own canonical request against that of `aws-sigv4`, on generated requests.
//!
//! The gateway answers 500 wherever the two differ, so what has to be counted is that it never
//! does, but for the inputs on which `aws-sigv4` is known to differ from everybody else.

mod common;

use std::time::Duration;

use bytes::Bytes;
use common::{Client, HOST, TOKEN, account, client, gateway, gateway_of, send};
use fastrand::Rng;
use http::{HeaderValue, Request};
use http_body_util::Full;

const CASES: usize = 3_000;

#[tokio::test]
async fn the_two_agree_on_every_generated_request() {
    let gateway = gateway_of(account().session_token(TOKEN));
    let mut random = Rng::with_seed(1);
    let (mut with_query, mut presigned) = (0, 0);
    for case in 0..CASES {
        let target = target(&mut random);
        let presign = random
            .bool()
            .then(|| Duration::from_secs(random.u64(1..604_801)));
        with_query += usize::from(target.contains('?'));
        presigned += usize::from(presign.is_some());
        let client = Client {
            token: Some(TOKEN.to_owned()),
            presign,
            ..client()
        };
        let signed = client.sign(request(&mut random, &target));
        let answer = send(&gateway, signed).await;
        assert_eq!(
            answer.status,
            200,
            "case {case}: {target}: {}",
            answer.rejection()
        );
    }
    // A generator that makes nothing of interest would pass as well.
    assert!(
        with_query > CASES / 2 && presigned > CASES / 3,
        "{with_query} {presigned}"
    );
}

#[tokio::test]
async fn where_aws_sigv4_differs_from_everybody_nothing_is_verified() {
    for target in ["/dev?k=%FF", "/dev?%80", "/a/b/.", "/a/b/..", "/.//a/."] {
        let answer = send(&gateway(), client().get(target)).await;
        assert_eq!(answer.status, 500, "{target}: {}", answer.rejection());
        assert_eq!(answer.error_type(), "InternalServerErrorException");
        assert!(answer.message().starts_with("This stand-in cannot verify"));
    }
    for (value, what) in [
        (&b"a\tb"[..], "tab"),
        (b"a\t\tb", "tabs"),
        (b"\xe9", "not ASCII"),
    ] {
        let mut request = client().sign(with_header("x-amz-meta-a", b"a b"));
        let value = HeaderValue::from_bytes(value).unwrap();
        request.headers_mut().insert("x-amz-meta-a", value);
        let answer = send(&gateway(), request).await;
        assert_eq!(answer.status, 500, "{what}: {}", answer.rejection());
    }
    // At the root there is nothing to differ on.
    for target in ["/.", "/..", "/a/.."] {
        assert_eq!(
            send(&gateway(), client().get(target)).await.status,
            200,
            "{target}"
        );
    }
}

fn with_header(name: &str, value: &[u8]) -> Request<Bytes> {
    Request::get("/dev")
        .header(name, value)
        .body(Bytes::new())
        .unwrap()
}

#[tokio::test]
async fn an_http_2_request_is_read_by_its_authority() {
    let mut request = client().get("/dev");
    request.headers_mut().remove("host");
    *request.uri_mut() = format!("https://{HOST}/dev").parse().unwrap();
    *request.version_mut() = http::Version::HTTP_2;
    assert_eq!(
        send(&gateway(), request.map(|_| Full::default()))
            .await
            .status,
        200
    );
}

/// A target of everything that `http` takes for one, but for the two classes above.
fn target(random: &mut Rng) -> String {
    loop {
        let mut target = String::new();
        for _ in 0..random.usize(1..5) {
            target.push('/');
            target.push_str(&piece(random, &PATH_PIECES));
        }
        let is_ambiguous = target.ends_with("/.") || target.ends_with("/..");
        if is_ambiguous {
            continue;
        }
        for index in 0..random.usize(0..5) {
            target.push(if index == 0 { '?' } else { '&' });
            target.push_str(&piece(random, &QUERY_PIECES));
            if random.bool() {
                target.push('=');
                target.push_str(&piece(random, &QUERY_PIECES));
            }
        }
        return target;
    }
}

const PATH_PIECES: [&str; 30] = [
    "a",
    "Z",
    "0",
    "-",
    ".",
    "..",
    "_",
    "~",
    "%20",
    "%2F",
    "%2f",
    "%25",
    "%C3%A9",
    "%zz",
    "%",
    "+",
    "@",
    "=",
    ":",
    "$",
    ",",
    ";",
    "!",
    "'",
    "(",
    "*",
    "&",
    "{",
    "\u{e9}",
    "\u{1f980}",
];

const QUERY_PIECES: [&str; 30] = [
    "a",
    "Z",
    "0",
    "-",
    ".",
    "_",
    "~",
    "%20",
    "%2F",
    "%2f",
    "%25",
    "%2B",
    "%26",
    "%3D",
    "%C3%A9",
    "%zz",
    "%",
    "+",
    "@",
    "=",
    ":",
    "/",
    "?",
    "$",
    ",",
    ";",
    "!",
    "*",
    "\u{e9}",
    "\u{1f980}",
];

fn piece(random: &mut Rng, pieces: &[&str]) -> String {
    (0..random.usize(0..4))
        .map(|_| pieces[random.usize(..pieces.len())])
        .collect()
}

fn request(random: &mut Rng, target: &str) -> Request<Bytes> {
    let method = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"][random.usize(..6)];
    let mut request = Request::builder().method(method).uri(target);
    for _ in 0..random.usize(0..4) {
        let name = ["content-type", "x-amz-meta-a", "x-amz-b", "accept"][random.usize(..4)];
        let value: String = (0..random.usize(0..8))
            .map(|_| [" ", "  ", "a", "B", "\"", ",", ";", "=", "/"][random.usize(..9)])
            .collect();
        request = request.header(name, value);
    }
    let body: Vec<u8> = (0..random.usize(0..64)).map(|_| random.u8(..)).collect();
    request.body(Bytes::from(body)).unwrap()
}
