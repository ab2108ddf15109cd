//! One case of the suite: its files, and the signature that this crate makes for it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime},
};

use aws_credential_types::Credentials;
use http::{HeaderName, HeaderValue, Request, header::AUTHORIZATION, request::Parts};
use http_sigv4::{Payload, Presigner, Profile, SignError, Signer, SigningKey, SigningScope};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde_json::{Value, json};

use crate::common;

/// A version of the signature, and where it stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    V4Header,
    V4Query,
    V4aHeader,
    V4aQuery,
}

impl Kind {
    pub(crate) fn is_query(self) -> bool {
        matches!(self, Self::V4Query | Self::V4aQuery)
    }

    fn is_v4a(self) -> bool {
        matches!(self, Self::V4aHeader | Self::V4aQuery)
    }
}

/// The cases in the single-encoding mode, which only the S3 profile has. With it goes another
/// payload, so all but that and the signature over it can be compared.
const SINGLE_ENCODED: [&str; 7] = [
    "get-relative-unnormalized",
    "get-relative-relative-unnormalized",
    "get-slash-dot-slash-unnormalized",
    "get-slash-pointless-dot-unnormalized",
    "get-slash-unnormalized",
    "get-slashes-unnormalized",
    // Normalised in name, single-encoded in its expectation.
    "get-space-normalized",
];

pub(crate) struct Case {
    folder: PathBuf,
    name: String,
    kind: Kind,
    context: Value,
}

impl Case {
    pub(crate) fn read(suite: &Path, name: &str, kind: Kind) -> Self {
        let folder = suite.join(name);
        let context = match fs::read_to_string(folder.join("context.json")) {
            Ok(text) => serde_json::from_str(&text).unwrap(),
            // Two older cases have none; these are what aws-sigv4's own tests use for them.
            Err(_) if name == "double-encode-path" => context(
                "ANOTREAL",
                "notrealrnrELgWzOk3IfjzDKtFBhDby",
                ("service", "us-east-1"),
            ),
            Err(_) => context(
                common::ACCESS_KEY_ID,
                common::SECRET,
                ("lambda", "us-east-2"),
            ),
        };
        Self {
            folder,
            name: name.to_owned(),
            kind,
            context,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn omits_token(&self) -> bool {
        self.context["omit_session_token"] == true
    }

    pub(crate) fn is_single_encoded(&self) -> bool {
        SINGLE_ENCODED.contains(&self.name())
    }

    pub(crate) fn published(&self, what: &str) -> Option<String> {
        let place = match self.kind.is_query() {
            true => "query",
            false => "header",
        };
        self.file(&format!("{place}-{what}.txt"))
    }

    pub(crate) fn published_authorization(&self) -> String {
        let published = self.published("signed-request").unwrap();
        comparable_authorization(self.kind, header(&published, "authorization").unwrap())
    }

    pub(crate) fn published_target(&self) -> String {
        let published = self.published("signed-request").unwrap();
        comparable_target(self.kind, target(published.lines().next().unwrap()))
    }

    pub(crate) fn public_key(&self) -> Option<PublicKey> {
        let text = self.file("public-key.json")?;
        let key: Value = serde_json::from_str(&text).unwrap();
        let coordinate = |name: &str| bytes(key[name].as_str().unwrap());
        Some(PublicKey(
            [vec![4], coordinate("X"), coordinate("Y")].concat(),
        ))
    }

    fn file(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(name)).ok()
    }

    /// The request and its body, unless the `http` crate cannot hold it.
    pub(crate) fn request(&self) -> Option<(Parts, Vec<u8>)> {
        let text = self.file("request.txt").unwrap();
        let (head, body) = text
            .split_once("\n\n")
            .unwrap_or_else(|| (text.trim_end(), ""));
        let mut lines = head.lines();
        let first = lines.next().unwrap();
        let (method, _) = first.split_once(' ').unwrap();
        let host = header(head, "host").unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("https://{host}{}", target(first)));
        for line in lines {
            // A folded line has no name, or a space in it.
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let value = HeaderValue::from_str(value).ok()?;
            request = request.header(name, value);
        }
        let (parts, ()) = request.body(()).ok()?.into_parts();
        Some((parts, body.as_bytes().to_vec()))
    }

    pub(crate) fn sign(&self, mut parts: Parts, body: &[u8]) -> Result<SignedAs, SignError> {
        let expected = self.published("canonical-request").unwrap();
        let names = expected.trim_end().lines().rev().nth(1).unwrap();
        let profile = match names.contains("x-amz-content-sha256") {
            _ if self.is_single_encoded() => Profile::S3,
            true => Profile::OPENSEARCH_SERVERLESS,
            false => Profile::STANDARD,
        };
        let mut signer = Signer::new(profile);
        // The suite signs every header; this crate those of its list and those named.
        for name in names.split(';') {
            signer = signer.sign_header(HeaderName::try_from(name).unwrap())?;
        }
        let time = self.time();
        let key = self.key(time)?;
        let payload = Payload::hash(body);
        let prepared = match self.kind.is_query() {
            true => {
                let seconds = self.context["expiration_in_seconds"].as_u64().unwrap();
                let mut presigner = Presigner::new(signer, Duration::from_secs(seconds))?
                    .token_after_signature(self.omits_token());
                if !self.is_single_encoded() {
                    presigner = presigner.payload(payload);
                }
                presigner.prepare(&mut parts, &key, time)?
            }
            false => signer.prepare(&mut parts, &key, payload, time)?,
        };
        let shown = prepared.canonical_request();
        prepared.apply()?;
        Ok(SignedAs {
            canonical_request: shown.canonical_request().to_owned(),
            string_to_sign: shown.string_to_sign().to_owned(),
            kind: self.kind,
            parts,
        })
    }

    fn key(&self, time: SystemTime) -> Result<SigningKey, SignError> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let credentials = &self.context["credentials"];
        let credentials = Credentials::new(
            text(&credentials["access_key_id"]).unwrap(),
            text(&credentials["secret_access_key"]).unwrap(),
            text(&credentials["token"]),
            None,
            "suite",
        );
        let service = self.context["service"].as_str().unwrap();
        let region = self.context["region"].as_str().unwrap();
        let scope = match self.kind.is_v4a() {
            #[cfg(feature = "sigv4a")]
            true => SigningScope::for_region_set(service, region)?,
            _ => SigningScope::new(service, region)?,
        };
        SigningKey::derive(&credentials, &scope, time)
    }

    /// One of the two moments that the suite has.
    fn time(&self) -> SystemTime {
        let published = self.file("header-signed-request.txt").unwrap();
        match header(&published, "x-amz-date").unwrap() {
            "20150830T123600Z" => common::moment(),
            "20210511T154045Z" => SystemTime::UNIX_EPOCH + Duration::from_secs(1_620_747_645),
            other => panic!("a date that this test does not know: {other}"),
        }
    }
}

/// What this crate made of a case.
pub(crate) struct SignedAs {
    pub(crate) canonical_request: String,
    pub(crate) string_to_sign: String,
    kind: Kind,
    parts: Parts,
}

impl SignedAs {
    pub(crate) fn authorization(&self) -> String {
        let authorization = self.parts.headers[AUTHORIZATION].to_str().unwrap();
        comparable_authorization(self.kind, authorization)
    }

    pub(crate) fn target(&self) -> String {
        let target = self.parts.uri.path_and_query().unwrap();
        comparable_target(self.kind, target.as_str())
    }

    pub(crate) fn signature(&self) -> &str {
        match self.kind.is_query() {
            true => common::parameter(&self.parts, "X-Amz-Signature"),
            false => common::signature(&self.parts),
        }
    }

    /// The canonical request with the payload of the suite instead of that of S3.
    pub(crate) fn canonical_request_without_s3(&self) -> String {
        let empty = Payload::EMPTY.to_string();
        self.canonical_request
            .replace(&format!("x-amz-content-sha256:{empty}\n"), "")
            .replace(";x-amz-content-sha256", "")
            .replace("UNSIGNED-PAYLOAD", &empty)
    }
}

/// Without the signature where every one is another.
fn comparable_authorization(kind: Kind, authorization: &str) -> String {
    match authorization.split_once("Signature=") {
        Some((rest, _)) if kind.is_v4a() => rest.to_owned(),
        _ => authorization.to_owned(),
    }
}

/// With the parameters sorted, since their order is free.
fn comparable_target(kind: Kind, target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap();
    let is_another = |pair: &str| kind.is_v4a() && pair.starts_with("X-Amz-Signature=");
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !is_another(pair)).collect();
    pairs.sort_unstable();
    format!("{path}?{}", pairs.join("&"))
}

/// A point on the curve P-256, and an implementation of it that is not the signer's.
pub(crate) struct PublicKey(Vec<u8>);

impl PublicKey {
    pub(crate) fn verifies(&self, string_to_sign: &str, signature: &str) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.0)
            .verify(string_to_sign.as_bytes(), &bytes(signature.trim_end()))
            .is_ok()
    }
}

/// The suite's folder in the source of the `aws-sigv4` that this crate is built with.
pub(crate) fn suite(kind: Kind) -> PathBuf {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| env!("CARGO").into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--locked"])
        .args(["--filter-platform", "host-tuple"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {errors}");
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages
        .iter()
        .find(|package| package["name"] == "aws-sigv4")
        .unwrap();
    Path::new(package["manifest_path"].as_str().unwrap())
        .with_file_name("aws-signing-test-suite")
        .join(match kind.is_v4a() {
            true => "v4a",
            false => "v4",
        })
}

fn context(id: &str, secret: &str, (service, region): (&str, &str)) -> Value {
    let credentials = json!({ "access_key_id": id, "secret_access_key": secret });
    json!({ "credentials": credentials, "service": service, "region": region })
}

/// The target in the first line of a request, which some cases write without a version.
fn target(line: &str) -> &str {
    let (_, target) = line.split_once(' ').unwrap();
    target.strip_suffix(" HTTP/1.1").unwrap_or(target)
}

fn header<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    message.lines().skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}
