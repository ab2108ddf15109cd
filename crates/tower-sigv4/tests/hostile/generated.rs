//! Random hosts around a real one.

use fastrand::Rng;
use http::Uri;
use http_sigv4::{Endpoint, SigningScope};
use tower::ServiceExt;
use tower_sigv4::UnlistedHosts;

use super::{Guard, assert_meant, common::client, get};

const REAL: [&str; 4] = [
    "abc.execute-api.us-east-1.amazonaws.com",
    "vpce-0a1b.execute-api.us-east-1.vpce.amazonaws.com",
    "execute-api.us-east-1.api.aws",
    "abc.lambda-url.us-east-1.on.aws",
];

/// What is put between, before and behind the labels, or in their place.
const PIECES: [&str; 54] = [
    "",
    ".",
    "-",
    "_",
    "@",
    ":",
    ":443",
    ":8443",
    ":x",
    "/",
    "?",
    "#",
    "\\",
    "%2e",
    "%2f",
    "*",
    ";",
    "\t",
    "\u{430}",
    "\u{3002}",
    "[",
    "]",
    "a",
    "A",
    "1",
    "evil",
    "evil.example",
    "com",
    "COM",
    "cn",
    "com.cn",
    "amazonaws",
    "amazonaws.com",
    "aws",
    "api",
    "api.aws",
    "on",
    "on.aws",
    "execute-api",
    "execute-api-fips",
    "EXECUTE-API",
    "fips",
    "dualstack",
    "us-east-1",
    "us-east-2",
    "eu-west-1",
    "us-gov",
    "vpce",
    "vpce-1",
    "s3",
    "es",
    "elb",
    "xn--a",
    "localhost",
];

/// A URI whose host began as a real one.
fn generated(random: &mut Rng) -> String {
    let mut host = random.choice(REAL).unwrap().to_owned();
    for _ in 0..random.usize(..3) {
        // Everything here is in ASCII up to where a letter is put in that is not.
        let at = random.usize(..=host.len());
        let at = (at..).find(|&at| host.is_char_boundary(at)).unwrap();
        let at = match random.bool() {
            true => at,
            false => host[..at].rfind('.').map_or(0, |dot| dot + 1),
        };
        let piece = random.choice(PIECES).unwrap();
        match random.u8(..6) {
            0 => host.insert_str(at, piece),
            1 => host.insert_str(at, &format!("{piece}.")),
            2 => host.insert_str(at, &format!(".{piece}")),
            3 => host = host[..at].to_owned() + piece + &host[at..].to_ascii_uppercase(),
            4 => host.replace_range(at.., piece),
            _ => {
                let end = host[at..].find('.').map_or(host.len(), |dot| at + dot);
                host.replace_range(at..end, piece);
            }
        }
    }
    let scheme = random
        .choice(["https", "https", "https", "http", "ftp"])
        .unwrap();
    let before = random
        .choice(["", "", "", "u@", "u:p@", "evil.example@"])
        .unwrap();
    let behind = random
        .choice(["", "", ".", ":443", ":8443", ":0x1bb", "@evil.example"])
        .unwrap();
    format!("{scheme}://{before}{host}{behind}/a")
}

/// What a URI says its host is, in lower case and without a dot at its end.
fn host_of(uri: &str) -> String {
    let (_, rest) = uri.split_once("://").unwrap();
    let authority = rest.split(['/', '?', '#']).next().unwrap();
    let host_and_port = authority.rsplit('@').next().unwrap();
    let host = host_and_port.split(':').next().unwrap();
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

#[tokio::test]
async fn generated_hosts_are_signed_for_only_if_they_are_still_hosts_of_the_scope() {
    let scope = SigningScope::new("execute-api", "us-east-1").unwrap();
    let mut random = Rng::with_seed(5);
    let (mut signed, mut refused, mut unparsable) = (0, 0, 0);
    for guard in [Guard::Plain, Guard::Detecting] {
        let (client, recorder) = client(guard.layer(UnlistedHosts::Refuse)).await;
        recorder.sent();
        for _ in 0..20_000 {
            let uri = generated(&mut random);
            if uri.parse::<Uri>().is_err() {
                unparsable += 1;
                continue;
            }
            let answered = client.clone().oneshot(get(&uri)).await.is_ok();
            let sent = recorder.sent();
            assert_eq!(sent.len(), usize::from(answered), "{uri}");
            let Some(sent) = sent.first() else {
                refused += 1;
                continue;
            };
            signed += 1;
            let host = host_of(&uri);
            let endpoint = Endpoint::detect(&host).expect(&uri);
            assert!(uri.starts_with("https://"), "{uri}");
            assert!(
                guard == Guard::Detecting || endpoint.serves(&scope),
                "{uri}"
            );
            assert_eq!(sent.parts.uri.host().unwrap(), host, "{uri}");
            assert_meant(&uri, sent);
        }
    }
    println!("{signed} signed, {refused} refused, {unparsable} unparsable");
    assert!(signed > 5_000 && refused > 5_000);
}
