//! Signing whatever a request and credentials can hold: it never panics, it is all or nothing, and
//! doing it twice is doing it once.
#![no_main]

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use http::{HeaderName, HeaderValue, Request, Uri, request::Parts};
use http_sigv4::{Payload, Profile, Signer, SigningKey, SigningScope};
use libfuzzer_sys::{
    arbitrary::{self, Arbitrary},
    fuzz_target,
};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    profile: u8,
    method: &'a str,
    uri: &'a str,
    headers: Vec<Header<'a>>,
    body: Option<&'a [u8]>,
    access_key_id: &'a str,
    secret: &'a str,
    token: Option<&'a str>,
    service: &'a str,
    region: &'a str,
    signing_host: Option<&'a str>,
    named_header: &'a str,
    seconds: u64,
}

#[derive(Arbitrary, Debug)]
struct Header<'a> {
    is_amz: bool,
    name: &'a str,
    value: &'a [u8],
}

const PROFILES: [Profile; 4] = [
    Profile::STANDARD,
    Profile::S3,
    Profile::OPENSEARCH_SERVERLESS,
    Profile::VPC_LATTICE,
];

fuzz_target!(|input: Input<'_>| {
    // What is refused on its own is replaced, so that the rest is looked at.
    let scope = SigningScope::new(input.service, input.region);
    let scope = scope.unwrap_or_else(|_| SigningScope::new("execute-api", "us-east-1").unwrap());
    // Up to the year 10680, which is more than a date can hold.
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(input.seconds % (1 << 38));
    let token = input.token.map(Into::into);
    let credentials = Credentials::new(input.access_key_id, input.secret, token, None, "fuzz");
    let other = Credentials::new("AKIDEXAMPLE", "secret", None, None, "fuzz");
    let key = SigningKey::derive(&credentials, &scope, time);
    let Ok(key) = key.or_else(|_| SigningKey::derive(&other, &scope, time)) else {
        return;
    };

    let profile = PROFILES[usize::from(input.profile) % PROFILES.len()];
    let mut signer = Signer::new(profile);
    if let Ok(name) = HeaderName::try_from(input.named_header) {
        signer = signer.clone().sign_header(name).unwrap_or(signer);
    }
    if let Some(host) = input.signing_host {
        signer = signer.clone().signing_host(host).unwrap_or(signer);
    }
    let Some(mut parts) = parts(&input) else {
        return;
    };
    let payload = match input.body {
        None if profile.allows_unsigned_payload() => Payload::Unsigned,
        body => Payload::hash(body.unwrap_or_default()),
    };

    let before = seen(&parts);
    let prepared = signer.prepare(&mut parts, &key, payload, time);
    let is_signable = prepared.is_ok();
    drop(prepared);
    assert_eq!(before, seen(&parts), "prepared and not applied");
    match signer.sign(&mut parts, &key, payload, time) {
        Ok(()) => {
            assert!(is_signable);
            let once = seen(&parts);
            signer.sign(&mut parts, &key, payload, time).unwrap();
            assert_eq!(once, seen(&parts));
        }
        Err(error) => {
            assert_eq!(before, seen(&parts), "{error}");
        }
    }
});

fn parts(input: &Input<'_>) -> Option<Parts> {
    let uri = input.uri.parse::<Uri>();
    let uri = uri.or_else(|_| format!("https://h/{}", input.uri).parse());
    let mut parts = Request::new(()).into_parts().0;
    parts.method = input.method.parse().unwrap_or_default();
    parts.uri = uri.ok()?;
    for header in &input.headers {
        let name = if header.is_amz { "x-amz-" } else { "" }.to_owned() + header.name;
        let (name, value) = (
            HeaderName::try_from(name),
            HeaderValue::from_bytes(header.value),
        );
        if let (Ok(name), Ok(value)) = (name, value) {
            parts.headers.append(name, value);
        }
    }
    Some(parts)
}

/// Everything of a request that signing could change.
fn seen(parts: &Parts) -> String {
    let headers = parts.headers.iter();
    let headers: Vec<_> = headers
        .map(|(name, value)| (name, value.as_bytes()))
        .collect();
    format!("{} {} {headers:?}", parts.method, parts.uri)
}
