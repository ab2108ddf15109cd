//! A service that rejects: it computes a signature from what reached it and writes what AWS's services
//! write, in the forms that public reports show.

use http::{Response, response::Parts};
use http_sigv4::{CanonicalRequest, Explanation, Payload};

use crate::common::moment;

/// What reached the service, line by line.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) signed_headers: String,
    pub(crate) payload: String,
    pub(crate) algorithm: String,
    pub(crate) date: String,
    /// Day, region, service, terminator.
    pub(crate) scope: [String; 4],
}

impl Seen {
    /// A request that nothing changed.
    pub(crate) fn unchanged(canonical_request: &str, string_to_sign: &str) -> Self {
        let (head, rest) = canonical_request.split_at(nth_newline(canonical_request, 3));
        let mut head = head.split('\n').map(str::to_owned);
        let (headers, rest) = rest.split_once("\n\n").unwrap();
        let (signed_headers, payload) = rest.split_once('\n').unwrap();
        let headers = headers.lines().map(|line| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_owned(), value.to_owned())
        });
        let mut lines = string_to_sign.split('\n').map(str::to_owned);
        let mut next = || lines.next().unwrap();
        Self {
            method: head.next().unwrap(),
            path: head.next().unwrap(),
            query: head.next().unwrap(),
            headers: headers.collect(),
            signed_headers: signed_headers.to_owned(),
            payload: payload.to_owned(),
            algorithm: next(),
            date: next(),
            scope: {
                let scope: Vec<_> = next().split('/').map(str::to_owned).collect();
                scope.try_into().unwrap()
            },
        }
    }

    pub(crate) fn header(&mut self, name: &str) -> Option<&mut String> {
        let found = self.headers.iter_mut().find(|(other, _)| other == name);
        found.map(|(_, value)| value)
    }

    pub(crate) fn canonical_request(&self) -> String {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"));
        format!(
            "{}\n{}\n{}\n{}\n{}\n{}",
            self.method,
            self.path,
            self.query,
            headers.collect::<String>(),
            self.signed_headers,
            self.payload
        )
    }

    pub(crate) fn string_to_sign(&self) -> String {
        let digest = Payload::hash(self.canonical_request().as_bytes());
        let scope = self.scope.join("/");
        format!("{}\n{}\n{scope}\n{digest}", self.algorithm, self.date)
    }
}

/// Where the text after `n` newlines begins.
fn nth_newline(text: &str, n: usize) -> usize {
    text.match_indices('\n').nth(n - 1).unwrap().0 + 1
}

/// An answer: its head and its body.
pub(crate) struct Rejection {
    pub(crate) head: Parts,
    pub(crate) body: Vec<u8>,
}

impl Rejection {
    pub(crate) fn new(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Self {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        Self {
            head: response.body(()).unwrap().into_parts().0,
            body: body.into(),
        }
    }

    /// As API Gateway's REST APIs reject, OpenSearch, and others that speak JSON.
    pub(crate) fn from_api_gateway(seen: &Seen) -> Self {
        let message = mismatch_message(&seen.canonical_request(), &seen.string_to_sign());
        let headers = [
            ("content-type", "application/json"),
            ("x-amzn-errortype", "InvalidSignatureException"),
            ("x-amz-apigw-id", "fiA8hFkVIAMFosg="),
        ];
        Self::new(
            403,
            &headers,
            serde_json::json!({ "message": message }).to_string(),
        )
    }

    /// As S3 rejects.
    pub(crate) fn from_s3(seen: &Seen) -> Self {
        let hex = |text: &str| {
            let bytes: Vec<_> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
            bytes.join(" ")
        };
        let escape = |text: &str| {
            text.replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('"', "&quot;")
        };
        let (canonical, string) = (seen.canonical_request(), seen.string_to_sign());
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SignatureDoesNotMatch</Code>\
             <Message>The request signature we calculated does not match the signature you provided. \
             Check your key and signing method.</Message><AWSAccessKeyId>AKIDEXAMPLE</AWSAccessKeyId>\
             <StringToSign>{}</StringToSign><SignatureProvided>{SIGNATURE}</SignatureProvided>\
             <StringToSignBytes>{}</StringToSignBytes><CanonicalRequest>{}</CanonicalRequest>\
             <CanonicalRequestBytes>{}</CanonicalRequestBytes><RequestId>1</RequestId></Error>",
            escape(&string),
            hex(&string),
            escape(&canonical),
            hex(&canonical),
        );
        Self::new(
            403,
            &[("server", "AmazonS3"), ("content-type", "application/xml")],
            body,
        )
    }

    pub(crate) fn explain(&self, signed: Option<&CanonicalRequest>) -> Option<Explanation> {
        Explanation::from_rejection(&self.head, &self.body, signed, moment())
    }
}

/// A signature, which nothing may show.
pub(crate) const SIGNATURE: &str =
    "190d0f190d9af06017543ad0ef802abf6dee2dcf3836840cbaa13e8750f9f3ed";

/// The message of the services that quote what they computed.
pub(crate) fn mismatch_message(canonical_request: &str, string_to_sign: &str) -> String {
    format!(
        "The request signature we calculated does not match the signature you provided. Check your \
         AWS Secret Access Key and signing method. Consult the service documentation for details.\n\n\
         The Canonical String for this request should have been\n'{canonical_request}'\n\n\
         The String-to-Sign should have been\n'{string_to_sign}'\n"
    )
}
