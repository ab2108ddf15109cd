//! Handshakes and what AppSync takes on its sockets.
//!
//! Tools write the parameters of a URL in orders of their own, and the signature does not depend on
//! it, so URLs are equal where their parameters are.

use std::{collections::BTreeMap, time::Duration};

use http::{HeaderMap, Uri};
use http_sigv4::{
    ExpiresIn,
    tokens::{
        ApiGatewaySigner, AppSyncSigner, Handshake, IotSigner, NeptuneSigner, TokenSigner,
        TranscribeSigner,
    },
};
use serde_json::{Value, json};

use crate::{Oracle, account::Account, draw, for_each_case};

const TOKEN: &str = "X-Amz-Security-Token";

/// Asks awscrt for the same handshake.
fn compare(
    ours: &Handshake,
    expected: (&str, &str, u64),
    target: &str,
    account: &Account,
    awscrt: &mut Oracle,
) {
    let (service, host, seconds) = expected;
    let question = json!({
        "service": service,
        "host": host,
        "target": target,
        "expires_in": seconds,
    });
    let theirs = awscrt.make_text(&account.question("presign", question));
    let path_and_query = ours.uri().path_and_query().unwrap().as_str();
    assert_eq!(
        parameters(path_and_query),
        parameters(&theirs),
        "{host} {account:?}"
    );
    assert_eq!(ours.expires_at(), account.after(seconds));
    assert!(ours.headers().is_empty());
}

/// The path, and the parameters sorted.
fn parameters(path_and_query: &str) -> (&str, Vec<&str>) {
    let (path, query) = path_and_query.split_once('?').unwrap();
    let mut parameters: Vec<_> = query.split('&').collect();
    parameters.sort_unstable();
    (path, parameters)
}

fn exactly(seconds: u64) -> ExpiresIn {
    ExpiresIn::exactly(Duration::from_secs(seconds))
}

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn handshakes_with_iot_are_signed_as_awscrt_signs_them_for_the_device_sdks() {
    for_each_case(|rng, account, awscrt| {
        let (name, names_port) = (draw::host(rng), rng.bool());
        let host = match rng.u8(..4) {
            0 => format!("{name}:443"),
            1 => format!("{name}:8443"),
            _ => name.clone(),
        };
        let seconds = rng.u64(1..=604_800);
        let signer = IotSigner::new(&host)
            .unwrap()
            .names_default_port(names_port);
        let signer = signer.expires_in(exactly(seconds)).unwrap();
        let ours = signer
            .sign(&account.key("iotdevicegateway"), account.now())
            .unwrap();

        let port = match host.ends_with(":8443") {
            true => ":8443",
            false if names_port => ":443",
            false => "",
        };
        let signed_host = format!("{}{port}", name.to_ascii_lowercase());
        let text = ours.uri().to_string();
        assert!(
            text.starts_with(&format!("wss://{signed_host}/mqtt?")),
            "{text}"
        );
        compare(
            &ours,
            ("iotdevicegateway", &signed_host, seconds),
            "/mqtt",
            account,
            awscrt,
        );
        // Behind the signature.
        let last = text.rsplit('&').next().unwrap();
        assert_eq!(
            last.starts_with(TOKEN),
            account.session_token.is_some(),
            "{text}"
        );
    });
}

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn handshakes_with_transcribe_are_signed_as_awscrt_signs_them_in_every_partition() {
    for_each_case(|rng, account, awscrt| {
        let (signer, path) = match rng.u8(..3) {
            0 => (
                TranscribeSigner::standard(),
                "/stream-transcription-websocket",
            ),
            1 => (
                TranscribeSigner::medical(),
                "/medical-stream-transcription-websocket",
            ),
            _ => {
                let path = "/call-analytics-stream-transcription-websocket";
                (TranscribeSigner::call_analytics(), path)
            }
        };
        let (mut signer, mut query) = (signer, String::new());
        for _ in 0..rng.usize(..5) {
            let (name, value) = (draw::text(rng), draw::text(rng));
            signer = signer.parameter(&name, &value);
            let mark = if query.is_empty() { '?' } else { '&' };
            query += &format!("{mark}{}={}", draw::encoded(&name), draw::encoded(&value));
        }
        let mut host = format!(
            "transcribestreaming.{}.{}:8443",
            account.region, account.domain
        );
        if rng.u8(..5) == 0 {
            host = format!("{}:{}", draw::name(rng).to_ascii_lowercase(), 8443);
            signer = signer.host(&host).unwrap();
        }
        let seconds = rng.u64(1..=300);
        let signer = signer.expires_in(exactly(seconds)).unwrap();
        let ours = signer
            .sign(&account.key("transcribe"), account.now())
            .unwrap();
        assert_eq!(ours.uri().authority().unwrap().as_str(), host);
        let target = format!("{path}{query}");
        compare(
            &ours,
            ("transcribe", &host, seconds),
            &target,
            account,
            awscrt,
        );
    });
}

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn handshakes_with_websocket_apis_are_signed_as_awscrt_signs_them() {
    for_each_case(|rng, account, awscrt| {
        let (host, stage) = (draw::host(rng), draw::text(rng));
        let (mark, query) = match draw::query(rng) {
            query if query.is_empty() => ("", query),
            query => ("?", query),
        };
        let target = format!("/{}{mark}{query}", draw::encoded(&stage));
        if stage == "." || stage == ".." {
            return;
        }
        let seconds = rng.u64(1..=604_800);
        let uri: Uri = format!("wss://{host}{target}").parse().unwrap();
        let signer = ApiGatewaySigner::new(uri).unwrap();
        let signer = signer.expires_in(exactly(seconds)).unwrap();
        let ours = signer
            .sign(&account.key("execute-api"), account.now())
            .unwrap();
        let host = host.to_ascii_lowercase();
        assert_eq!(ours.uri().host(), Some(&*host));
        compare(
            &ours,
            ("execute-api", &host, seconds),
            &target,
            account,
            awscrt,
        );
    });
}

/// What botocore puts into the headers of a request.
fn botocore_headers(
    (service, url): (&str, &str),
    account: &Account,
    botocore: &mut Oracle,
) -> BTreeMap<String, String> {
    let question = account.question("headers", json!({ "service": service, "url": url }));
    let theirs: BTreeMap<String, String> =
        serde_json::from_value(botocore.make(&question)).unwrap();
    let in_lower_case = |(name, value): (String, String)| (name.to_ascii_lowercase(), value);
    theirs.into_iter().map(in_lower_case).collect()
}

fn text_of(headers: &HeaderMap) -> BTreeMap<String, String> {
    let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (name.to_string(), value.to_str().unwrap().to_owned())
    };
    headers.iter().map(text).collect()
}

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn handshakes_with_websocket_apis_in_headers_are_those_of_botocore() {
    for_each_case(|rng, account, botocore| {
        let (host, stage) = (draw::host(rng), draw::name(rng));
        let uri: Uri = format!("wss://{host}/{stage}").parse().unwrap();
        let signer = ApiGatewaySigner::new(uri).unwrap().in_headers(true);
        let ours = signer
            .sign(&account.key("execute-api"), account.now())
            .unwrap();
        let url = format!("https://{host}/{stage}");
        let theirs = botocore_headers(("execute-api", &url), account, botocore);
        assert_eq!(text_of(ours.headers()), theirs, "{url} {account:?}");
        assert_eq!(ours.expires_at(), account.after(300));
    });
}

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn handshakes_with_neptune_are_those_of_botocore() {
    for_each_case(|rng, account, botocore| {
        let (host, port) = (draw::host(rng), draw::port(rng));
        let signer = NeptuneSigner::new(&host, port).unwrap();
        let ours = signer
            .sign(&account.key("neptune-db"), account.now())
            .unwrap();
        let url = format!("https://{host}:{port}/gremlin");
        let theirs = botocore_headers(("neptune-db", &url), account, botocore);
        assert_eq!(text_of(ours.headers()), theirs, "{url} {account:?}");
        assert_eq!(ours.expires_at(), account.after(300));
    });
}

/// An object of headers, by names in lower case.
fn object(json: &Value) -> BTreeMap<String, String> {
    let members = json.as_object().unwrap().iter();
    let text = |(name, value): (&String, &Value)| {
        (
            name.to_ascii_lowercase(),
            value.as_str().unwrap().to_owned(),
        )
    };
    members.map(text).collect()
}

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn what_subscriptions_of_appsync_carry_is_what_gql_makes_with_botocore() {
    for_each_case(|rng, account, gql| {
        let id = draw::name(rng).to_ascii_lowercase();
        let host = match rng.bool() {
            true => format!("{id}.appsync-api.{}.{}", account.region, account.domain),
            false => format!("{id}.example.com"),
        };
        // Either host of the API is taken for it.
        let given = match rng.bool() {
            true => host.replace("appsync-api", "appsync-realtime-api"),
            false => host,
        };
        let data = rng
            .bool()
            .then(|| json!({ "query": draw::text(rng), "variables": {} }).to_string());
        let signer = match &data {
            Some(data) => AppSyncSigner::subscribe(&given, data),
            None => AppSyncSigner::connect(&given),
        };
        let ours = signer
            .unwrap()
            .sign(&account.key("appsync"), account.now())
            .unwrap();
        let ours_in_json: Value = serde_json::from_str(ours.as_json()).unwrap();
        let question = account.question("appsync", json!({ "host": given, "data": data }));
        let theirs = gql.make(&question);
        assert_eq!(
            object(&ours_in_json),
            object(&theirs),
            "{given} {data:?} {account:?}"
        );
        assert_eq!(ours.expires_at(), account.after(300));
    });
}

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn what_messages_to_event_apis_carry_is_what_botocore_signs() {
    for_each_case(|rng, account, botocore| {
        let id = draw::name(rng).to_ascii_lowercase();
        let host = format!("{id}.appsync-api.{}.{}", account.region, account.domain);
        let message =
            json!({ "channel": draw::text(rng), "events": [draw::text(rng)] }).to_string();
        let data = rng.bool().then_some(message);
        let signer = match &data {
            Some(message) => AppSyncSigner::event(&host, message),
            None => AppSyncSigner::connect_to_events(&host),
        };
        let ours = signer
            .unwrap()
            .sign(&account.key("appsync"), account.now())
            .unwrap();
        let ours: Value = serde_json::from_str(ours.as_json()).unwrap();
        let question = account.question("appsync_event", json!({ "host": host, "data": data }));
        assert_eq!(
            object(&ours),
            object(&botocore.make(&question)),
            "{data:?} {account:?}"
        );
    });
}
