//! What several suites share. Each suite is a crate of its own and uses only some of it.
#![allow(dead_code)]

use std::{
    convert::Infallible,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
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

/// What a gateway answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn of(status: StatusCode, headers: HeaderMap, body: &[u8]) -> Self {
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
    pub(crate) fn refusal(&self) -> String {
        let status = self.status.as_u16();
        format!("{status} {}: {}", self.error_type(), self.message())
    }
}

/// Hands a request to a gateway in memory.
pub(crate) async fn send(gateway: &Gateway, request: Request<Full<Bytes>>) -> Answer {
    let response: Result<_, Infallible> = gateway.clone().oneshot(request).await;
    let (parts, body) = response.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer::of(parts.status, parts.headers, &body)
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
