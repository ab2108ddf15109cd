//! What several suites share. Each suite is a crate of its own and uses only some of it.
#![allow(dead_code)]

use std::{
    convert::Infallible,
    time::{Duration, SystemTime},
};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
        sign,
    },
    sign::v4,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use iam_gateway::{Account, Gateway};
use serde_json::Value;
use tower::ServiceExt;

pub(crate) const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(crate) const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE+token/==";

/// 2015-08-30, 12:36:00, the moment of AWS's own examples.
pub(crate) fn moment() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160)
}

pub(crate) fn account() -> Account {
    Account::new(ACCESS_KEY_ID, SECRET)
}

/// A gateway of `execute-api` in `us-east-1`, at the moment of the examples.
pub(crate) fn gateway() -> Gateway {
    gateway_of(account())
}

pub(crate) fn gateway_of(account: Account) -> Gateway {
    Gateway::new("execute-api", "us-east-1", account).clock(moment)
}

pub(crate) const HOST: &str = "abc123.execute-api.us-east-1.amazonaws.com";

/// A client that signs with `aws-sigv4`.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) access_key_id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) time: SystemTime,
    /// Signs a URL that is good for so long, in place of a header.
    pub(crate) presign: Option<Duration>,
    pub(crate) payload: Payload,
}

/// What stands for the body in a signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Payload {
    Hashed,
    /// Hashed, with the hash in a header as well.
    HashedAndSent,
    /// Left out, and a header that says so.
    Unsigned,
}

/// Whose keys are those of [`account`], at the [`moment`].
pub(crate) fn client() -> Client {
    Client {
        access_key_id: ACCESS_KEY_ID.to_owned(),
        secret: SECRET.to_owned(),
        token: None,
        region: "us-east-1".to_owned(),
        service: "execute-api".to_owned(),
        time: moment(),
        presign: None,
        payload: Payload::Hashed,
    }
}

impl Client {
    pub(crate) fn get(&self, target: &str) -> Request<Full<Bytes>> {
        self.sign(Request::get(target).body(Bytes::new()).unwrap())
    }

    /// Signs a request with every header that it has, and puts it as HTTP/1.1 does: with a path
    /// for its target, and a `Host`.
    pub(crate) fn sign(&self, mut request: Request<Bytes>) -> Request<Full<Bytes>> {
        if !request.headers().contains_key("host") {
            let host = HeaderValue::from_static(HOST);
            request.headers_mut().insert("host", host);
        }
        let mut settings = SigningSettings::default();
        settings.excluded_headers = None;
        if let Some(span) = self.presign {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(span);
        }
        if self.payload != Payload::Hashed {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let identity = Credentials::new(
            &self.access_key_id,
            &self.secret,
            self.token.clone(),
            None,
            "test",
        )
        .into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(&self.service)
            .time(self.time)
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let headers: Vec<(String, String)> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        let signable = SignableRequest::new(
            request.method().as_str(),
            format!("http://{HOST}{}", request.uri()),
            headers.iter().map(|(name, value)| (&**name, &**value)),
            match self.payload {
                Payload::Unsigned => SignableBody::UnsignedPayload,
                _ => SignableBody::Bytes(request.body()),
            },
        )
        .unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        // It can only add a query to a whole URI.
        *request.uri_mut() = format!("http://{HOST}{}", request.uri()).parse().unwrap();
        instructions.apply_to_request_http1x(&mut request);
        let target = request.uri().path_and_query().cloned().unwrap();
        *request.uri_mut() = Uri::from(target);
        request.map(Full::from)
    }
}

/// What a gateway answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn from_parts(status: StatusCode, headers: HeaderMap, body: &[u8]) -> Self {
        let body = serde_json::from_slice(body)
            .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(body)));
        Self {
            status,
            headers,
            body,
        }
    }

    pub(crate) fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }

    pub(crate) fn error_type(&self) -> &str {
        let error_type = self.headers.get("x-amzn-errortype");
        error_type.map_or("", |value| value.to_str().unwrap())
    }

    /// Status, error type and message, as one text to compare.
    pub(crate) fn rejection(&self) -> String {
        let status = self.status.as_u16();
        format!("{status} {}: {}", self.error_type(), self.message())
    }
}

/// Hands a request to a gateway in memory.
pub(crate) async fn send(gateway: &Gateway, request: Request<Full<Bytes>>) -> Answer {
    let response: Result<_, Infallible> = gateway.clone().oneshot(request).await;
    let (parts, body) = response.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer::from_parts(parts.status, parts.headers, &body)
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
