//! AWS's published test suite, as it travels inside the `aws-sigv4` package: its header-signing
//! cases, with every exception listed.

mod common;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime},
};

use aws_credential_types::Credentials;
use http::{HeaderName, HeaderValue, Request, header::AUTHORIZATION, request::Parts};
use http_sigv4::{Payload, Profile, SignError, Signer, SigningKey, SigningScope};
use serde_json::{Value, json};

const CASES: usize = 40;

/// The cases that are not signed as the suite says, and why.
const EXCEPTED: [(&str, Exception, &str); 3] = [
    (
        "get-header-value-multiline",
        Exception::NotHttp,
        "a folded header: no `HeaderValue` has a line break",
    ),
    (
        "get-space-unnormalized",
        Exception::NotHttp,
        "a raw space in the target: no `Uri` has one",
    ),
    (
        "post-sts-header-after",
        Exception::TokenUnsigned,
        "the session token is added after signing; this crate always signs it",
    ),
];

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Exception {
    NotHttp,
    TokenUnsigned,
}

/// The cases in the single-encoding mode, which only the S3 profile has. It sends
/// `x-amz-content-sha256` with it, so all but that line and the signature over it can be compared.
const SINGLE_ENCODING: [&str; 7] = [
    "get-relative-unnormalized",
    "get-relative-relative-unnormalized",
    "get-slash-dot-slash-unnormalized",
    "get-slash-pointless-dot-unnormalized",
    "get-slash-unnormalized",
    "get-slashes-unnormalized",
    // Normalised in name, single-encoded in its expectation.
    "get-space-normalized",
];

#[test]
fn every_case_is_signed_as_published_or_stands_in_the_table_of_exceptions() {
    let folder = suite();
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), CASES, "{names:?}");

    let mut failures = Vec::new();
    let mut excepted = BTreeMap::new();
    for name in &names {
        match check(&Case::read(&folder.join(name), name)) {
            Ok(wrong) => failures.extend(wrong.into_iter().map(|wrong| format!("{name}: {wrong}"))),
            Err(exception) => {
                excepted.insert(name.as_str(), exception);
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    let listed = EXCEPTED.map(|(name, exception, _)| (name, exception));
    assert_eq!(excepted, listed.into());
}

fn check(case: &Case) -> Result<Vec<String>, Exception> {
    let Some((parts, body)) = case.request() else {
        return Err(Exception::NotHttp);
    };
    if case.context["omit_session_token"] == true {
        return Err(Exception::TokenUnsigned);
    }
    let (canonical, string_to_sign, signed) = match case.sign(parts, &body) {
        Ok(signed) => signed,
        Err(error) => return Ok(vec![format!("refused: {error}")]),
    };
    let expected = case.file("header-canonical-request.txt").unwrap();
    if SINGLE_ENCODING.contains(&case.name.as_str()) {
        let digest = Payload::of(&body).to_string();
        let canonical = canonical
            .replace(&format!("x-amz-content-sha256:{digest}\n"), "")
            .replace(";x-amz-content-sha256", "")
            .replace("x-amz-content-sha256;", "");
        return Ok(differ("canonical request", &canonical, &expected));
    }
    let authorization = signed.headers[AUTHORIZATION].to_str().unwrap();
    let published = case.file("header-signed-request.txt").unwrap();
    let published = header(&published, "authorization").unwrap();
    let mut wrong = differ("authorization", authorization, published);
    // One case has a canonical request of another day than its signature.
    if case.name != "double-encode-path" {
        wrong.extend(differ("canonical request", &canonical, &expected));
    }
    if let Some(expected) = case.file("header-string-to-sign.txt") {
        wrong.extend(differ("string to sign", &string_to_sign, &expected));
    }
    if let Some(expected) = case.file("header-signature.txt") {
        wrong.extend(differ("signature", common::signature(&signed), &expected));
    }
    Ok(wrong)
}

fn differ(what: &str, ours: &str, expected: &str) -> Vec<String> {
    match ours == expected.trim_end() {
        true => Vec::new(),
        false => vec![format!(
            "{what}\n  ours     {ours:?}\n  expected {expected:?}"
        )],
    }
}

struct Case {
    folder: PathBuf,
    name: String,
    context: Value,
}

impl Case {
    fn read(folder: &Path, name: &str) -> Self {
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
            folder: folder.to_owned(),
            name: name.to_owned(),
            context,
        }
    }

    fn file(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(name)).ok()
    }

    /// The request and its body, unless the `http` crate cannot hold it.
    fn request(&self) -> Option<(Parts, Vec<u8>)> {
        let text = self.file("request.txt").unwrap();
        let (head, body) = text
            .split_once("\n\n")
            .unwrap_or_else(|| (text.trim_end(), ""));
        let mut lines = head.lines();
        let (method, target) = lines.next().unwrap().split_once(' ').unwrap();
        let target = target.strip_suffix(" HTTP/1.1").unwrap_or(target);
        let host = header(head, "host").unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("https://{host}{target}"));
        for line in lines {
            // A folded line has no name, or a space in it.
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let value = HeaderValue::from_str(value).ok()?;
            request = request.header(name, value);
        }
        let (parts, ()) = request.body(()).ok()?.into_parts();
        Some((parts, body.as_bytes().to_vec()))
    }

    fn sign(&self, mut parts: Parts, body: &[u8]) -> Result<(String, String, Parts), SignError> {
        let published = self.file("header-signed-request.txt").unwrap();
        let authorization = header(&published, "authorization").unwrap();
        let (_, rest) = authorization.split_once("SignedHeaders=").unwrap();
        let names: Vec<&str> = rest.split(',').next().unwrap().split(';').collect();

        let profile = match names.contains(&"x-amz-content-sha256") {
            _ if SINGLE_ENCODING.contains(&self.name.as_str()) => Profile::S3,
            true => Profile::OPENSEARCH_SERVERLESS,
            false => Profile::STANDARD,
        };
        let mut signer = Signer::new(profile);
        // The suite signs every header; this crate those of its list and those named.
        for name in names {
            signer = signer.sign_header(HeaderName::try_from(name).unwrap())?;
        }
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let credentials = &self.context["credentials"];
        let credentials = Credentials::new(
            text(&credentials["access_key_id"]).unwrap(),
            text(&credentials["secret_access_key"]).unwrap(),
            text(&credentials["token"]),
            None,
            "suite",
        );
        let scope = SigningScope::new(
            self.context["service"].as_str().unwrap(),
            self.context["region"].as_str().unwrap(),
        )?;
        let time = moment(header(&published, "x-amz-date").unwrap());
        let key = SigningKey::derive(&credentials, &scope, time)?;
        let payload = Payload::of(body);
        let shown = signer.canonical_request(&parts, &key, payload, time)?;
        signer.sign(&mut parts, &key, payload, time)?;
        let (canonical, string_to_sign) = (shown.canonical_request(), shown.string_to_sign());
        Ok((canonical.into(), string_to_sign.into(), parts))
    }
}

fn context(id: &str, secret: &str, (service, region): (&str, &str)) -> Value {
    let credentials = json!({ "access_key_id": id, "secret_access_key": secret });
    json!({ "credentials": credentials, "service": service, "region": region })
}

fn header<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    message.lines().skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The two moments that the suite has.
fn moment(amz_date: &str) -> SystemTime {
    match amz_date {
        "20150830T123600Z" => common::moment(),
        "20210511T154045Z" => SystemTime::UNIX_EPOCH + Duration::from_secs(1_620_747_645),
        other => panic!("a date that this test does not know: {other}"),
    }
}

/// The suite's folder in the source of the `aws-sigv4` that this crate is built with.
fn suite() -> PathBuf {
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
        .join("v4")
}
