//! No value shows but those of harmless names: every name, with every shape of secret, in every place
//! where a rejection can repeat it.

use std::{cell::Cell, collections::BTreeSet};

use http::{HeaderName, HeaderValue, Request};
use http_sigv4::{CanonicalRequest, Explanation, Payload, Profile, Signer};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::{
    common::{key, moment},
    names::{HEADERS, PARAMETERS, SHAPES},
    service::{Rejection, mismatch_message},
};

/// Where a secret stands in a request.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Place {
    Header(&'static str),
    Parameter(&'static str),
}

impl Place {
    fn all() -> impl Iterator<Item = Self> {
        let headers = HEADERS.into_iter().map(Self::Header);
        headers.chain(PARAMETERS.into_iter().map(Self::Parameter))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Header(name) | Self::Parameter(name) => name,
        }
    }

    /// What this side signs of a request with `value` in this place, or of one without any where a
    /// signer does not take it.
    fn signed(self, value: Option<&str>) -> CanonicalRequest {
        let without = || self.try_sign("").unwrap();
        self.try_sign(value.unwrap_or_default())
            .unwrap_or_else(without)
    }

    fn try_sign(self, value: &str) -> Option<CanonicalRequest> {
        let mut signer = Signer::new(Profile::STANDARD);
        let mut uri = URL.to_owned();
        let mut request = Request::new(());
        let one = HeaderValue::from_static("1");
        request.headers_mut().insert("x-amz-meta-a", one);
        match self {
            _ if value.is_empty() => {}
            Self::Header(name) => {
                let name = HeaderName::from_static(name);
                signer = signer.sign_header(name.clone()).ok()?;
                let value = HeaderValue::from_str(value).unwrap();
                request.headers_mut().insert(name, value);
            }
            Self::Parameter(name) => uri = format!("{URL}?{name}={}", encoded(value)),
        }
        *request.uri_mut() = uri.parse().unwrap();
        let (mut parts, key) = (request.into_parts().0, key());
        let prepared = signer.prepare(&mut parts, &key, Payload::EMPTY, moment());
        prepared.ok().map(|prepared| prepared.canonical_request())
    }

    /// What a service computes that receives `value` in this place, a header if it is `listed` among
    /// those that are signed.
    fn received(self, value: Option<&str>, listed: bool) -> String {
        let mut headers = vec![
            ("host", "h.example"),
            ("x-amz-date", "20150830T123600Z"),
            ("x-amz-meta-a", "1"),
        ];
        let mut names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
        let mut query = String::new();
        match (self, value) {
            (_, None) => {}
            (Self::Header(name), Some(value)) => headers.push((name, value)),
            (Self::Parameter(name), Some(value)) => query = format!("{name}={}", encoded(value)),
        }
        if let Self::Header(name) = self
            && listed
        {
            names.push(name);
            names.sort_unstable();
        }
        headers.sort_unstable();
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let names = names.join(";");
        format!(
            "GET\n/prod/items\n{query}\n{lines}\n{names}\n{}",
            Payload::EMPTY
        )
    }
}

const URL: &str = "https://h.example/prod/items";

fn encoded(value: &str) -> String {
    utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()
}

/// What a service may say that repeats a value.
const SENTENCES: [&str; 13] = [
    "Invalid value 'VALUE' for NAME.",
    "Invalid NAME: VALUE",
    "The request signature we calculated does not match: NAME=VALUE is not valid",
    "bad request {\"NAME\":\"VALUE\"}",
    "'VALUE' not a valid key=value pair (missing equal-sign) in NAME header.",
    "The NAME VALUE does not match the signature you provided.",
    "NAME: expected something else than VALUE, which is not authorized.",
    "Access denied for VALUE",
    "NAME:VALUE",
    "Header `NAME` should be signed, and not VALUE",
    "The authorization header is malformed; the authorization component \"VALUE\" is malformed.",
    "Invalid credential date \"VALUE\". This date is not the same as X-Amz-Date: \"VALUE\".",
    "Error parsing the X-Amz-Credential parameter; incorrect terminal \"VALUE\" of `NAME`.",
];

/// Everything that an explanation can be turned into.
fn shown(explanation: &Explanation) -> String {
    let shown = format!("{explanation}\n{explanation:?}");
    #[cfg(feature = "serde")]
    let shown = shown + &serde_json::to_string(explanation).unwrap();
    shown
}

/// The parts of a secret that nothing may show: any eight bytes, of a short one all of it.
fn shows(text: &str, secret: &str) -> bool {
    let spellings = [
        secret.to_owned(),
        encoded(secret),
        percent_decode_str(secret).decode_utf8_lossy().into_owned(),
    ];
    BTreeSet::from(spellings).iter().any(|secret| {
        // An ARN says who calls, and `Bearer` what follows.
        let is_secret = |part: &&str| !part.starts_with("arn") && *part != "Bearer";
        secret.split(' ').filter(is_secret).any(|part| {
            let mut pieces = part.as_bytes().windows(part.len().min(8));
            pieces.any(|piece| text.contains(str::from_utf8(piece).unwrap()))
        })
    })
}

/// Tries each name with each shape, and returns the names that show a value, with one example each.
fn leaks(
    explain: impl Fn(Place, &str, &str) -> Vec<(String, Explanation)>,
) -> (usize, Vec<String>) {
    let (mut tried, mut leaking, mut examples) = (0, BTreeSet::new(), Vec::new());
    for place in Place::all() {
        for (shape, one, other) in SHAPES {
            for (what, explanation) in explain(place, one, other) {
                tried += 1;
                let text = shown(&explanation);
                if (shows(&text, one) || shows(&text, other)) && leaking.insert(place) {
                    examples.push(format!("{place:?}, {shape}, {what}:\n{explanation}"));
                }
            }
        }
    }
    println!(
        "{tried} explanations of {} names with {} shapes: {} names show a value",
        HEADERS.len() + PARAMETERS.len(),
        SHAPES.len(),
        leaking.len()
    );
    (tried, examples)
}

#[test]
fn no_value_in_an_echo_shows_but_those_of_harmless_names() {
    let (tried, examples) = leaks(|place, one, other| {
        let cut = &one[..one.len() - 1];
        let cases = [
            ("changed", Some(one), Some(other), true),
            ("cut", Some(one), Some(cut), true),
            ("lost", Some(one), None, true),
            ("removed with its name", Some(one), None, false),
            ("slipped in", None, Some(other), false),
            ("added with its name", None, Some(other), true),
        ];
        let explained = cases.map(|(what, signed, received, listed)| {
            let signed = place.signed(signed);
            let theirs = place.received(received, listed);
            let message = mismatch_message(&theirs, signed.string_to_sign());
            let body = serde_json::json!({ "message": message }).to_string();
            let explanation = Rejection::new(403, &[], body)
                .explain(Some(&signed))
                .unwrap();
            (what.to_owned(), explanation)
        });
        explained.into()
    });
    assert!(tried >= 10_000, "{tried}");
    assert!(examples.is_empty(), "{}", examples.join("\n"));
}

#[test]
fn no_value_in_a_services_own_words_shows() {
    // Each name meets each sentence, and so does each shape.
    let turns = Cell::new(0);
    let (tried, examples) = leaks(|place, one, other| {
        let turn = turns.replace(turns.get() + 1);
        let mut explained = Vec::new();
        for sentence in [0, 3].map(|skip| SENTENCES[(turn + skip) % SENTENCES.len()]) {
            // What was signed, and what arrived and is known to the service only.
            for (value, signed) in [(one, Some(place.signed(Some(one)))), (other, None)] {
                let message = sentence
                    .replace("NAME", place.name())
                    .replace("VALUE", value);
                let body = format!(
                    "<Error><Code>InvalidAccessKeyId</Code><Message>{message}</Message>\
                     <AWSAccessKeyId>{value}</AWSAccessKeyId><ArgumentName>{value}</ArgumentName>\
                     <ArgumentValue>{value}</ArgumentValue><Token-0>{value}</Token-0></Error>"
                );
                let explanation = Rejection::new(403, &[], body).explain(signed.as_ref());
                explained.push((sentence.to_owned(), explanation.unwrap()));
            }
        }
        explained
    });
    assert!(tried >= 12_000, "{tried}");
    assert!(examples.is_empty(), "{}", examples.join("\n"));
}

#[test]
fn no_value_shows_that_a_service_puts_where_its_code_belongs() {
    let (tried, examples) = leaks(|_, one, other| {
        let value = HeaderValue::from_str(other).unwrap();
        let mut of_header = Rejection::new(403, &[], r#"{"message":"explicit deny"}"#);
        of_header.head.headers.insert("x-amzn-errortype", value);
        let body = serde_json::json!({ "code": one, "message": "explicit deny" });
        let rejections = [of_header, Rejection::new(403, &[], body.to_string())];
        let explained =
            rejections.map(|rejection| ("code".to_owned(), rejection.explain(None).unwrap()));
        explained.into()
    });
    assert!(tried >= 6_000, "{tried}");
    assert!(examples.is_empty(), "{}", examples.join("\n"));
}
