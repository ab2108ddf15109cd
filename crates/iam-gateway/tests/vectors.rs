//! Requests with the signature that AWS is known to compute for them. The gateway has to accept
//! each as it stands on the wire, and to refuse it with any one thing altered.

mod common;

use bytes::Bytes;
use common::{ACCESS_KEY_ID, SECRET, moment, send, text};
use http::{Request, Uri};
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
        if name == NO_VERDICT {
            assert_eq!(answer.status, 500, "{name}");
            let canonical_request = text(&expect["canonical_request"]);
            assert!(answer.message().contains(canonical_request), "{name}");
            continue;
        }
        assert_eq!(answer.status, 200, "{name}: {}", answer.refusal());
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

/// `%FF` in a query, which aws-sigv4 reads as U+FFFD.
const NO_VERDICT: &str = "query-non-utf8";

/// Those that the gateway imitates: neither S3's path rule nor unsigned payloads.
fn vectors() -> Vec<Value> {
    let mut file: Value = serde_json::from_str(include_str!("data/signing.json")).unwrap();
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
