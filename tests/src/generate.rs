//! Requests as nasty as the `http` crate can hold them, each from its seed alone.

use std::{
    iter::repeat_with,
    time::{Duration, SystemTime},
};

use fastrand::Rng;
use http::{HeaderMap, HeaderValue, Method, Uri};
use http_sigv4::Profile;
use percent_encoding::{PercentEncode, utf8_percent_encode};

use crate::{Case, RESERVED};

/// How a generated query is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a query is the one or the other")]
pub enum Encoding {
    /// Anything that `Uri` holds.
    Any,
    /// Everything but unreserved characters percent-encoded, as a careful client does.
    Strict,
}

impl Case {
    /// The case that belongs to `seed`.
    pub fn generate(profile: Profile, query: Encoding, seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let uri = loop {
            let uri = uri(&mut rng, query);
            // What `Uri` does not take never reaches a signer, so it is drawn again.
            if uri.parse::<Uri>().is_ok() {
                break uri;
            }
        };
        let method = match one_in(&mut rng, 200) {
            true => Method::CONNECT,
            false => pick(&mut rng, METHODS).parse().unwrap(),
        };
        let unsigned = profile.allows_unsigned_payload() && one_in(&mut rng, 5);
        let longest = if one_in(&mut rng, 50) { 5_000 } else { 100 };
        let length = rng.usize(..longest);
        let body = repeat_with(|| rng.u8(..)).take(length).collect();
        Self {
            profile,
            method,
            headers: headers(&mut rng, &uri),
            uri,
            body: (!unsigned).then_some(body),
            secret: repeat_with(|| rng.char('!'..='~')).take(40).collect(),
            token: token(&mut rng),
            service: pick(&mut rng, SERVICES),
            region: pick(&mut rng, REGIONS),
            time: time(&mut rng),
        }
    }
}

fn uri(rng: &mut Rng, encoding: Encoding) -> String {
    if one_in(rng, 200) {
        return pick(rng, &["*", "h:443"]).to_owned();
    }
    let path_and_query = path(rng) + &query(rng, encoding);
    if one_in(rng, 40) {
        return "/".to_owned() + path_and_query.trim_start_matches('/');
    }
    let scheme = pick(rng, &["https", "https", "https", "https", "http", "wss"]);
    format!("{scheme}://{}{path_and_query}", authority(rng))
}

fn authority(rng: &mut Rng) -> String {
    let mut host = pick(rng, HOSTS).to_owned();
    if one_in(rng, 60) {
        host.make_ascii_uppercase();
    }
    if one_in(rng, 60) {
        host.push('.');
    }
    if one_in(rng, 60) {
        host = pick(rng, &["u@", "u:p@", "@", "U%40:@"]).to_owned() + &host;
    }
    host + match rng.u8(..60) {
        0 => ":",
        1 => pick(rng, &[":0443", ":00080", ":08443"]),
        2 => ":99999",
        3..10 => ":443",
        10..16 => ":80",
        16..22 => ":8443",
        _ => "",
    }
}

fn path(rng: &mut Rng) -> String {
    let mut path = String::new();
    for _ in 0..rng.u8(..6) {
        path.push('/');
        for _ in 0..rng.u8(1..3) {
            path += pick(rng, PATH);
        }
    }
    if rng.bool() {
        path.push('/');
    }
    path
}

fn query(rng: &mut Rng, encoding: Encoding) -> String {
    let mut query = String::new();
    for index in 0..rng.u8(..6) {
        query.push(if index == 0 { '?' } else { '&' });
        if encoding == Encoding::Strict {
            query.extend(encoded(pick(rng, QUERY)));
            query.push('=');
            query.extend(encoded(pick(rng, QUERY)));
            query += if one_in(rng, 50) { "%FF" } else { "" };
            continue;
        }
        for _ in 0..rng.u8(..4) {
            query += match rng.u8(..) {
                0 => "%FF",
                1 => "%C3",
                2 => "X-Amz-Signature=",
                3 => "x-amz-%73ignature=1&",
                4..12 => "&",
                12..48 => "=",
                _ => pick(rng, QUERY),
            };
        }
        if one_in(rng, 100) {
            query += &"long%20".repeat(rng.usize(..500));
        }
    }
    query
}

fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

fn headers(rng: &mut Rng, uri: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for _ in 0..rng.u8(..6) {
        let names = if rng.bool() { SIGNED } else { UNSIGNED };
        let long = " long ".repeat(rng.usize(..500));
        let value = match rng.u8(..100) {
            0 => b"a\t b",
            1 => "\u{e9}".as_bytes(),
            2 => b"\xe9",
            3 => long.as_bytes(),
            _ => pick(rng, VALUES).as_bytes(),
        };
        headers.append(pick(rng, names), HeaderValue::from_bytes(value).unwrap());
    }
    let connection = match rng.u8(..100) {
        0 => "close, X-Amz-Date",
        1 => "x-amz-meta-a",
        2..10 => "keep-alive",
        _ => "",
    };
    headers.append("connection", HeaderValue::from_static(connection));

    let uri: Uri = uri.parse().unwrap();
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let host = match (authority.is_empty(), rng.u8(..100)) {
        (true, 0..5) | (false, 0..80) => return headers,
        (_, 99) => "other.example",
        (_, 98) => pick(rng, &["", "a b", "h:x", "h/"]),
        (false, 90..98) => &authority.to_ascii_uppercase(),
        (false, _) => authority,
        (true, _) => &self::authority(rng),
    };
    for _ in 0..if one_in(rng, 20) { 2 } else { 1 } {
        headers.append("host", HeaderValue::from_str(host).unwrap());
    }
    headers
}

fn token(rng: &mut Rng) -> Option<String> {
    match rng.u8(..200) {
        0..100 => None,
        100 => Some(String::new()),
        101 => Some("to ken".into()),
        102..110 => Some("TOK/EN+a==".repeat(rng.usize(1..200))),
        _ => Some("TOK/EN+a==".into()),
    }
}

fn time(rng: &mut Rng) -> SystemTime {
    const YEAR_10000: u64 = 253_402_300_800;
    match one_in(rng, 200) {
        true => SystemTime::UNIX_EPOCH - Duration::from_secs(rng.u64(1..86_400)),
        false => SystemTime::UNIX_EPOCH + Duration::new(rng.u64(..YEAR_10000), rng.u32(..1 << 29)),
    }
}

fn pick<T: Copy>(rng: &mut Rng, from: &[T]) -> T {
    from[rng.usize(..from.len())]
}

fn one_in(rng: &mut Rng, times: u32) -> bool {
    rng.u32(..times) == 0
}

const METHODS: &[&str] = &[
    "GET", "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "GIT", "m-search",
];

const SERVICES: &[&str] = &["execute-api", "es", "IoTSecuredTunneling", "s3"];

const REGIONS: &[&str] = &["us-east-1", "us-gov-west-1", "auto"];

const HOSTS: &[&str] = &[
    "abc123.execute-api.us-east-1.amazonaws.com",
    "h",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "a_b.example",
];

#[rustfmt::skip]
const PATH: &[&str] = &[
    "a", "B-_.~9", "%20", "%2F", "%2f", "%e2%82%ac", "%FF", "%", "%zz", "%4", "%25", "@x", "=", "+",
    "$default", "!'()*", ";,&:", "{x}", "\"", "\u{e9}", "\u{65e5}\u{672c}", "", "", ".", "..",
    "...", ".a", "[]", "|",
];

#[rustfmt::skip]
const QUERY: &[&str] = &[
    "a", "a-", "a0", "A", "%41", "%20", "+", "%2B", "%2b", "=", "%3D", "%26", "%", "%zz",
    "%e2%82%ac", "/x:y@z", "?", ";", "!'()*,$", "{}", "\"", "\u{e9}", "\u{1f600}", "", "~", "[0]",
    "%00", "|",
];

#[rustfmt::skip]
const SIGNED: &[&str] = &[
    "content-type", "content-md5", "x-amz-target", "x-amz-meta-a", "x-amz-meta-a", "x-amz-meta-b",
    "x-amz-", "x-named",
];

#[rustfmt::skip]
const UNSIGNED: &[&str] = &[
    "accept", "user-agent", "te", "expect", "content-length", "x-amzn-trace-id", "x-forwarded-for",
    "traceparent", "authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256",
];

#[rustfmt::skip]
const VALUES: &[&str] = &[
    "", "a", "  a   b  ", "\"a   b\"", "z, a", ",", "=;%+/:", "application/json; charset=utf-8",
    "~",
];
