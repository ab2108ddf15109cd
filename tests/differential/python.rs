//! AWS's signers for C and for Python, each in a Python process: see `scripts/oracles.py`.

use std::time::SystemTime;

use http_sigv4::{Payload, Profile};
use serde_json::{Value, json};
use tests::{Case, Python};

use crate::{
    Oracle, Signature,
    classes::{Class, Class::*, Facts, is_signed},
    host::split_port,
};

/// The PyPI package `awscrt`, which is aws-c-auth.
pub(crate) struct AwsCrt(Python);

impl AwsCrt {
    pub(crate) fn start() -> Self {
        Self(Python::start("oracles.py", &["awscrt"]))
    }
}

impl Oracle for AwsCrt {
    #[rustfmt::skip]
    const DIFFERS: &[(Class, &str)] = &[
        (PlusInQuery, "signs a plus; aws-sigv4 and every verifier tried read a space"),
        (MalformedPercentInQuery, "refuses; aws-sigv4 signs the `%` as `%25`"),
        (LooksLikeScheme, "reads what stands before `:/` in a path as the scheme of a URL"),
    ];

    /// The host that it is given, for it leaves that to the HTTP client above it.
    fn signed_host(facts: &Facts<'_>) -> String {
        facts.host.signed.clone().unwrap_or_default()
    }

    fn sign(&mut self, facts: &Facts<'_>) -> Signature {
        sign(&mut self.0, facts)
    }
}

/// The PyPI package `botocore`, which AWS's clients in Python stand on.
pub(crate) struct Botocore(Python);

impl Botocore {
    pub(crate) fn start() -> Self {
        Self(Python::start("oracles.py", &["botocore"]))
    }
}

impl Oracle for Botocore {
    #[rustfmt::skip]
    const DIFFERS: &[(Class, &str)] = &[
        (LowerCaseMethod, "signs the method in upper case, but methods are case-sensitive"),
        (TrailingDotOfHost, "signs the dot of `h.`, as aws-sigv4 does; TLS does not send it"),
        (DefaultPortOfWebSocket, "knows the default ports of http and https only"),
    ];

    /// What it makes of the URL.
    fn signed_host(facts: &Facts<'_>) -> String {
        let Some(authority) = facts.uri.authority() else {
            return AwsCrt::signed_host(facts);
        };
        let (_, host) = authority
            .as_str()
            .rsplit_once('@')
            .unwrap_or(("", authority.as_str()));
        let (name, port) = split_port(host);
        let name = name.to_ascii_lowercase();
        match (facts.uri.scheme_str(), port.trim_start_matches([':', '0'])) {
            (_, "") | (Some("https"), "443") | (Some("http"), "80") => name,
            (_, port) => format!("{name}:{port}"),
        }
    }

    fn sign(&mut self, facts: &Facts<'_>) -> Signature {
        sign(&mut self.0, facts)
    }
}

fn sign(python: &mut Python, facts: &Facts<'_>) -> Signature {
    serde_json::from_value(python.ask(&question(facts))).unwrap()
}

fn question(facts: &Facts<'_>) -> Value {
    let case = facts.case;
    let host = facts.host.signed.as_ref().unwrap();
    let url = match facts.uri.authority() {
        Some(_) => facts.url(),
        // Without a scheme no port is a default.
        None => format!("unknown://{host}{}", facts.target()),
    };
    // Neither is asked to read a `Host` header.
    let is_signed = |name: &str| is_signed(name) && name != "host";
    let headers = case
        .headers
        .iter()
        .filter(|(name, _)| is_signed(name.as_str()));
    let headers = headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
    let body = case.body.as_deref();
    json!({
        "is_s3": case.profile == Profile::S3,
        "method": case.method.as_str(),
        "url": url,
        "target": facts.target(),
        "host": host,
        "headers": headers.collect::<Vec<_>>(),
        "body": body,
        "payload": body.map_or(Payload::Unsigned, Payload::hash).to_string(),
        "access_key_id": Case::ACCESS_KEY_ID,
        "secret": case.secret,
        "token": case.token,
        "service": case.service,
        "region": case.region,
        "time": case.time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs(),
    })
}
