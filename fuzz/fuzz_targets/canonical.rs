//! The canonical form of any path and query: plain text, and its own canonical form.
#![no_main]

use std::time::SystemTime;

use aws_credential_types::Credentials;
use http::Request;
use http_sigv4::{Payload, Profile, Signer, SigningKey, SigningScope};
use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;

fuzz_target!(|target: &str| {
    if let Some((path, query)) = canonical(Profile::STANDARD, target) {
        // Encoded once more than the wire, so the wire in its normal form is what it decodes to.
        let normal = percent_decode_str(&path).decode_utf8().unwrap();
        let again = canonical(Profile::STANDARD, &format!("{normal}?{query}"));
        assert_eq!(again, Some((path, query)));
    }
    if let Some((path, query)) = canonical(Profile::S3, target) {
        let again = canonical(Profile::S3, &format!("{path}?{query}"));
        assert_eq!(again, Some((path, query)));
    }
});

/// The lines for path and query, unless the target is refused.
fn canonical(profile: Profile, target: &str) -> Option<(String, String)> {
    let request = Request::get(target).header("host", "h").body(()).ok()?;
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "fuzz");
    let scope = SigningScope::new("execute-api", "us-east-1").unwrap();
    let time = SystemTime::UNIX_EPOCH;
    let key = SigningKey::derive(&credentials, &scope, time).unwrap();
    let request = Signer::new(profile)
        .prepare(&mut request.into_parts().0, &key, Payload::EMPTY, time)
        .ok()?
        .canonical_request();
    let text = request.canonical_request();
    assert!(text.is_ascii());
    let headers = if profile == Profile::S3 { 3 } else { 2 };
    assert_eq!(text.lines().count(), headers + 6, "{text}");
    let mut lines = text.lines().skip(1);
    Some((lines.next()?.to_owned(), lines.next()?.to_owned()))
}
