//! Requests with the signature that AWS is known to compute for them. The gateway has to accept
//! each as it stands on the wire, and to reject it with any one thing altered.

mod common;

use bytes::Bytes;
use common::{ACCESS_KEY_ID, SECRET, moment, send, text};
use http::{HeaderName, Request, Uri};
use http_body_util::Full;
use iam_gateway::{Account, Gateway};
use serde_json::Value;

#[tokio::test]
async fn every_vector_of_the_standard_profile_is_accepted_and_shown_as_it_was_signed() {
    let vectors = vectors();
    for vector in &vectors {
        let name = text(&vector["name"]);
        let expect = &vector["expect"];
        let answer = send(&gateway(vector), request(vector)).await;
        if name == NOT_CONFIRMED {
            assert_eq!(answer.status, 500, "{name}");
            let canonical_request = text(&expect["canonical_request"]);
            assert!(answer.message().contains(canonical_request), "{name}");
            continue;
        }
        assert_eq!(answer.status, 200, "{name}: {}", answer.rejection());
        let body = &answer.body;
        assert_eq!(
            body["canonicalRequest"], expect["canonical_request"],
            "{name}"
        );
        assert_eq!(body["stringToSign"], expect["string_to_sign"], "{name}");
        assert_eq!(body["accessKeyId"], ACCESS_KEY_ID, "{name}");
    }
    // A file that lost its vectors would pass as well.
    assert_eq!(vectors.len(), 51);
}

#[tokio::test]
async fn no_vector_is_accepted_with_one_byte_altered() {
    let mut altered = 0;
    for vector in vectors() {
        let name = text(&vector["name"]);
        let gateway = gateway(&vector);
        for (what, request) in alterations(&request(&vector), text(&vector["body"])) {
            altered += 1;
            let answer = send(&gateway, request).await;
            assert_ne!(answer.status, 200, "{name}: {what}");
        }
    }
    assert!(altered > 10_000, "{altered}");
}

/// The request with one byte of its method, target, signed headers, signature or body altered, for
/// each of these bytes, and what was altered.
fn alterations(request: &Request<Full<Bytes>>, body: &str) -> Vec<(String, Request<Full<Bytes>>)> {
    let mut all = Vec::new();
    let mut add = |what: String, alter: &dyn Fn(&mut Request<Full<Bytes>>)| {
        let mut request = request.clone();
        alter(&mut request);
        all.push((what, request));
    };
    let method = if request.method() == "GET" {
        "PET"
    } else {
        "PAST"
    };
    add(method.to_owned(), &|request| {
        *request.method_mut() = method.parse().unwrap();
    });
    let target = request.uri().to_string();
    for at in 1..target.len() {
        if !target.is_char_boundary(at) || !target.is_char_boundary(at + 1) {
            continue;
        }
        let target = replaced(&target, at, "Z");
        // A segment that `..` takes back is not signed.
        if target[at..].split('/').nth(1) != Some("..") {
            add(target.clone(), &|request| {
                *request.uri_mut() = target.parse().unwrap();
            });
        }
    }
    let signed = request.headers()["authorization"].to_str().unwrap();
    let (_, signed) = signed.split_once("SignedHeaders=").unwrap();
    let signed = signed.split(',').next().unwrap().split(';');
    for name in signed
        .chain(["authorization"])
        .map(HeaderName::try_from)
        .map(Result::unwrap)
    {
        for (index, value) in request.headers().get_all(&name).iter().enumerate() {
            let value = value.to_str().unwrap();
            // Spaces at the ends are not signed.
            let start = value.len() - value.trim_start().len();
            for at in start..value.trim_end().len() {
                let value = replaced(value, at, other(&value[at..=at]));
                add(format!("{name}: {value}"), &|request| {
                    let mut values: Vec<_> =
                        request.headers().get_all(&name).iter().cloned().collect();
                    values[index] = value.parse().unwrap();
                    request.headers_mut().remove(&name);
                    for value in values {
                        request.headers_mut().append(&name, value);
                    }
                });
            }
        }
    }
    for at in 0..body.len() {
        let body = replaced(body, at, other(&body[at..=at]));
        add(format!("body {body}"), &|request| {
            *request.body_mut() = Full::from(body.clone());
        });
    }
    all
}

fn replaced(text: &str, at: usize, with: &str) -> String {
    format!("{}{with}{}", &text[..at], &text[at + 1..])
}

/// Another character than this one, and not the same one in another case.
fn other(character: &str) -> &'static str {
    match character {
        "0" => "1",
        digit if digit.parse::<u8>().is_ok() => "0",
        "Z" | "z" => "Y",
        _ => "Z",
    }
}

/// `%FF` in a query, which aws-sigv4 reads as U+FFFD.
const NOT_CONFIRMED: &str = "query-non-utf8";

/// Those that the gateway imitates: neither S3's path rule nor unsigned payloads.
fn vectors() -> Vec<Value> {
    let mut file: Value = serde_json::from_str(sigv4_testkit::SIGNING_VECTORS).unwrap();
    assert_eq!(file["time"], "20150830T123600Z", "the helpers' moment");
    let vectors = file["vectors"].as_array_mut().unwrap();
    vectors.retain(|vector| vector["service"] != "s3" && vector["payload"] == "hash");
    std::mem::take(vectors)
}

fn gateway(vector: &Value) -> Gateway {
    let mut account = Account::new(ACCESS_KEY_ID, SECRET);
    if let Some(token) = vector["session_token"].as_str() {
        account = account.session_token(token);
    }
    let (service, region) = (text(&vector["service"]), text(&vector["region"]));
    Gateway::new(service, region, account).clock(moment)
}

/// The vector's request as it arrives over HTTP/1.1 when it was signed.
fn request(vector: &Value) -> Request<Full<Bytes>> {
    let expect = &vector["expect"];
    let uri: Uri = text(&vector["uri"]).parse().unwrap();
    let query = uri
        .query()
        .map_or(String::new(), |query| format!("?{query}"));
    let target = format!("{}{query}", uri.path());
    let mut request = Request::builder()
        .method(text(&vector["method"]))
        .uri(target)
        .header("host", text(&expect["host"]));
    for header in vector["headers"].as_array().unwrap() {
        let name = text(&header[0]);
        if !SET_BY_THE_SIGNER.contains(&name.to_ascii_lowercase().as_str()) {
            request = request.header(name, text(&header[1]));
        }
    }
    let canonical_request = text(&expect["canonical_request"]);
    for line in canonical_request.lines() {
        if let Some((name, value)) = line.split_once(':')
            && SET_BY_THE_SIGNER.contains(&name)
            && name != "host"
        {
            request = request.header(name, value);
        }
    }
    let (service, region) = (text(&vector["service"]), text(&vector["region"]));
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/20150830/{region}/{service}/aws4_request, \
         SignedHeaders={}, Signature={}",
        text(&expect["signed_headers"]),
        text(&expect["signature"]),
    );
    request
        .header("authorization", authorization)
        .body(Full::from(text(&vector["body"]).to_owned()))
        .unwrap()
}

/// Headers whose value in the vector's list is stale, or not there at all.
const SET_BY_THE_SIGNER: [&str; 5] = [
    "authorization",
    "host",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
];
