//! Explaining any rejection: never the session token, never the value of a header or of a parameter that
//! is not harmless by its name, never more than a screen.
#![no_main]

use std::{sync::LazyLock, time::SystemTime};

use aws_credential_types::Credentials;
use http::{Request, Response};
use http_sigv4::{
    CanonicalRequest, Explanation, Payload, Profile, Signer, SigningKey, SigningScope,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (bool, u8, &[u8])| {
    let (keeps_signed, head, body) = input;
    let mut response = Response::builder().status(if head & 1 == 0 { 403 } else { 400 });
    for (bit, name, value) in [
        (2, "x-amzn-errortype", "InvalidSignatureException"),
        (4, "apigw-requestid", "1"),
        (8, "x-aoss-response-hint", "X01:gw-helper-deny"),
        (16, "date", "Thu, 01 Jan 1970 00:10:00 GMT"),
    ] {
        if head & bit != 0 {
            response = response.header(name, value);
        }
    }
    let (head, ()) = response.body(()).unwrap().into_parts();
    let signed = keeps_signed.then_some(&*SIGNED);
    let Some(explanation) =
        Explanation::from_rejection(&head, body, signed, SystemTime::UNIX_EPOCH)
    else {
        return;
    };
    let shown = format!("{explanation}\n{explanation:?}");
    assert!(shown.len() < 8 * 1024, "{shown}");
    if keeps_signed {
        let has = |text: &[u8], piece| text.windows(PIECE).any(|part| part == piece);
        let shows = |piece| has(shown.as_bytes(), piece);
        assert!(!TOKEN.as_bytes().windows(PIECE).any(shows), "{shown}");
        // A service may write these where it writes what is harmless: in the path, for a name.
        for secret in [CUSTOMER_KEY, PARAMETER] {
            let mut pieces = secret.as_bytes().windows(PIECE);
            assert!(
                !pieces.any(|piece| shows(piece) && !has(body, piece)),
                "{shown}"
            );
        }
    }
});

const TOKEN: &str =
    "IQoJb3JpZ2luX2VjEXAMPLE0123456789abcdefghijklmnopqrstuvwxyz/ABCDEFGHIJKLMNOPQRSTU+==";

const PIECE: usize = 8;

const CUSTOMER_KEY: &str = "kL1pV8zW0yQ3tN7bXh2cJ5mD9fG6sRaEuTiOoPlYqZw=";

const PARAMETER: &str = "sk-live-51H8xQw3Zr7";

static SIGNED: LazyLock<CanonicalRequest> = LazyLock::new(|| {
    let credentials = Credentials::new("ASIAEXAMPLE", "secret", Some(TOKEN.into()), None, "fuzz");
    let scope = SigningScope::new("execute-api", "us-east-1").unwrap();
    let time = SystemTime::UNIX_EPOCH;
    let key = SigningKey::derive(&credentials, &scope, time).unwrap();
    let request = Request::get(format!("https://h.example/prod/a%2Fb?k={PARAMETER}&x"))
        .header("x-amz-server-side-encryption-customer-key", CUSTOMER_KEY)
        .body(())
        .unwrap();
    let (mut parts, ()) = request.into_parts();
    let signer = Signer::new(Profile::STANDARD);
    signer
        .prepare(&mut parts, &key, Payload::EMPTY, time)
        .unwrap()
        .canonical_request()
});
