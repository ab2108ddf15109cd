//! Rejections in the forms that AWS's services are seen to use, in public reports and in their guides.

mod api_gateway;
mod authorization;
mod clouds;
mod front_ends;
mod garage;
mod minio;
mod others;
mod recorded;
mod s3;
mod s3_malformed;
mod services;
mod stores;
mod swift;
mod versity;
mod xml;

use std::{collections::HashMap, time::Duration};

use http::{HeaderValue, Request};
use http_sigv4::{
    CanonicalRequest, Explanation, Payload, Presigner, Profile, Signer, explain::Cause,
};

use crate::{
    common::{TOKEN, key_of, moment},
    service::Rejection,
};

/// A rejection of a request that was signed for `service`, and what has to be said of it.
pub(crate) struct Case {
    /// Who has seen it: an issue, a page, or a file of the server's own.
    pub(crate) source: &'static str,
    pub(crate) service: &'static str,
    /// Whether the request was signed with a session token. The access key id is a temporary one.
    pub(crate) has_token: bool,
    /// For how long a URL was presigned, where one was.
    pub(crate) lifetime: Option<Duration>,
    pub(crate) rejection: Rejection,
    pub(crate) cause: Cause,
    pub(crate) says: &'static [&'static str],
}

impl Case {
    pub(crate) fn explain(&self) -> Option<Explanation> {
        let token = self.has_token.then_some(TOKEN);
        let signed = match self.lifetime {
            Some(lifetime) => presigned(self.service, lifetime),
            None => signed(self.service, "ASIAEXAMPLE", token),
        };
        self.rejection.explain(Some(&signed))
    }

    /// Of a URL that was presigned for five minutes.
    fn of_url(self) -> Self {
        Self {
            lifetime: Some(Duration::from_secs(300)),
            ..self
        }
    }

    fn with_token(self) -> Self {
        Self {
            has_token: true,
            ..self
        }
    }

    fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        let value = HeaderValue::from_static(value);
        self.rejection.head.headers.insert(name, value);
        self
    }
}

/// All of them, one for each text.
pub(crate) fn all() -> Vec<Case> {
    [
        api_gateway::cases,
        xml::cases,
        others::cases,
        authorization::cases,
        front_ends::cases,
        services::cases,
        s3::cases,
        s3_malformed::cases,
        recorded::cases,
        minio::cases,
        swift::cases,
        garage::cases,
        versity::cases,
        stores::cases,
        clouds::cases,
    ]
    .iter()
    .flat_map(|cases| cases())
    .collect()
}

#[test]
fn no_rejection_stands_there_twice() {
    let mut sources = HashMap::new();
    for case in all() {
        let Rejection { head, body } = &case.rejection;
        let what_came = (head.status, format!("{:?}", head.headers), body.clone());
        let what_was_sent = (case.service, case.has_token, case.lifetime);
        let other = sources.insert((what_came, what_was_sent), case.source);
        assert_eq!(other, None, "{}", case.source);
    }
}

/// What was signed of a request.
pub(crate) fn signed(service: &str, access_key_id: &str, token: Option<&str>) -> CanonicalRequest {
    let (mut parts, ()) = request().into_parts();
    let profile = Profile::for_service(service);
    let payload = match profile.requires_unsigned_payload() {
        true => Payload::Unsigned,
        false => Payload::EMPTY,
    };
    let key = key_of(access_key_id, token, service, moment());
    Signer::new(profile)
        .prepare(&mut parts, &key, payload, moment())
        .unwrap()
        .canonical_request()
}

/// What was signed of a URL.
pub(crate) fn presigned(service: &str, lifetime: Duration) -> CanonicalRequest {
    let (mut parts, ()) = request().into_parts();
    let key = key_of("ASIAEXAMPLE", Some(TOKEN), service, moment());
    let signer = Signer::new(Profile::for_service(service));
    Presigner::new(signer, lifetime)
        .unwrap()
        .prepare(&mut parts, &key, moment())
        .unwrap()
        .canonical_request()
}

fn request() -> Request<()> {
    Request::get("https://h.example/prod/items?a=1")
        .body(())
        .unwrap()
}

/// A rejection that the guides of AWS show, or several people.
fn case(
    service: &'static str,
    status: u16,
    headers: &[(&str, &str)],
    body: &str,
    cause: Cause,
    says: &'static [&'static str],
) -> Case {
    reported("", service, status, headers, body, cause, says)
}

/// A rejection that `source` shows.
fn reported(
    source: &'static str,
    service: &'static str,
    status: u16,
    headers: &[(&str, &str)],
    body: &str,
    cause: Cause,
    says: &'static [&'static str],
) -> Case {
    Case {
        source,
        service,
        has_token: false,
        lifetime: None,
        rejection: Rejection::new(status, headers, body),
        cause,
        says,
    }
}

/// The body of an error of S3's. `rest` is what it has besides code and message.
fn error(code: &str, message: &str, rest: &str) -> String {
    let message = message.replace('<', "&lt;");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code>\
         <Message>{message}</Message>{rest}<RequestId>4442587FB7D0A2F9</RequestId></Error>"
    )
}

/// The head of an answer of API Gateway.
pub(crate) fn error_type(code: &str) -> [(&str, &str); 2] {
    [
        ("x-amzn-errortype", code),
        ("x-amz-apigw-id", "LLCm7FonFiAFXFg="),
    ]
}
