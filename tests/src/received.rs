//! A signed request as it reaches a server, and what could have happened to it on the way.

use std::str;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header, request::Parts};

/// A signed request as a server receives it over HTTP/1.1.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The method.
    pub method: Method,
    /// Path and query, as in the request line.
    pub target: String,
    /// The headers, `Host` and `Authorization` among them.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// A part of a request that a signature covers, or the signature itself.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "there is nothing else in a request"
)]
pub enum Field {
    /// The method.
    Method,
    /// Path and query.
    Target,
    /// The value of a header.
    Header(HeaderName),
    /// The body.
    Body,
}

impl Received {
    /// What an HTTP/1.1 client makes of a signed request.
    pub fn from_signed(signed: &Parts, body: Bytes) -> Self {
        let mut headers = signed.headers.clone();
        if let Some(authority) = signed.uri.authority() {
            let host = || HeaderValue::from_str(authority.as_str()).unwrap();
            headers.entry(header::HOST).or_insert_with(host);
        }
        let query = signed.uri.query().map(|query| format!("?{query}"));
        Self {
            method: signed.method.clone(),
            target: signed.uri.path().to_owned() + &query.unwrap_or_default(),
            headers,
            body,
        }
    }

    /// The parts that are covered by the signature, and `Authorization`.
    pub fn fields(&self) -> Vec<Field> {
        let signed = self.authorization().split_once("SignedHeaders=").unwrap().1;
        let signed = signed.split_once(',').unwrap().0.split(';');
        let signed = signed.map(|name| Field::Header(name.parse().unwrap()));
        [
            Field::Method,
            Field::Target,
            Field::Body,
            Field::Header(header::AUTHORIZATION),
        ]
        .into_iter()
        .chain(signed)
        .collect()
    }

    /// The bytes of a field.
    pub fn bytes(&self, field: &Field) -> &[u8] {
        match field {
            Field::Method => self.method.as_str().as_bytes(),
            Field::Target => self.target.as_bytes(),
            Field::Header(name) => self.headers[name].as_bytes(),
            Field::Body => &self.body,
        }
    }

    /// The request with other bytes in a field, unless a server would never let them through.
    pub fn with(&self, field: &Field, bytes: &[u8]) -> Option<Self> {
        let mut changed = self.clone();
        match field {
            Field::Method => changed.method = Method::from_bytes(bytes).ok()?,
            Field::Target => {
                changed.target = str::from_utf8(bytes).ok()?.to_owned();
                let uri: Uri = changed.target.parse().ok()?;
                if uri.path_and_query()?.as_str() != changed.target {
                    return None;
                }
            }
            Field::Header(name) => {
                *changed.headers.get_mut(name)? = HeaderValue::from_bytes(bytes).ok()?;
            }
            Field::Body => changed.body = Bytes::copy_from_slice(bytes),
        }
        Some(changed)
    }

    /// The request with one bit of a field flipped.
    pub fn with_flipped(&self, field: &Field, bit: usize) -> Option<Self> {
        let mut bytes = self.bytes(field).to_owned();
        bytes[bit / 8] ^= 1 << (bit % 8);
        self.with(field, &bytes)
    }

    /// The request with each field made longer, each header doubled and taken away, headers added,
    /// and each part of the query and of `Authorization` changed.
    pub fn field_changes(&self) -> Vec<(Field, Self)> {
        let mut changes = Vec::new();
        for field in self.fields() {
            let mut replaced = vec![[self.bytes(&field), b"x"].concat()];
            match field {
                Field::Target => replaced.extend(target_changes(&self.target)),
                Field::Header(header::AUTHORIZATION) => {
                    replaced.extend(authorization_changes(self.authorization()));
                }
                _ => {}
            }
            let replaced = replaced.iter().filter_map(|bytes| self.with(&field, bytes));
            changes.extend(replaced.map(|changed| (field.clone(), changed)));
        }
        for name in self.headers.keys() {
            let field = Field::Header(name.clone());
            let mut without = self.clone();
            without.headers.remove(name);
            changes.push((field.clone(), without));
            if name != header::AUTHORIZATION {
                let mut twice = self.clone();
                twice.headers.append(name, self.headers[name].clone());
                changes.push((field, twice));
            }
        }
        for name in ["x-amz-added", "x-added"].map(HeaderName::from_static) {
            let mut more = self.clone();
            more.headers.append(&name, HeaderValue::from_static("x"));
            changes.push((Field::Header(name), more));
        }
        changes
    }

    /// Whether the signature covers a header.
    pub fn signs(&self, name: &HeaderName) -> bool {
        self.fields().contains(&Field::Header(name.clone()))
    }

    fn authorization(&self) -> &str {
        self.headers[header::AUTHORIZATION].to_str().unwrap()
    }
}

/// Without each pair of the query, with each twice, and with one more segment.
fn target_changes(target: &str) -> Vec<Vec<u8>> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pairs: Vec<&str> = query.split('&').collect();
    let mut changes = vec![format!("{path}/x?{query}"), format!("/x{target}")];
    for at in 0..pairs.len() {
        let mut pairs = pairs.clone();
        let pair = pairs.remove(at);
        changes.push(format!("{path}?{}", pairs.join("&")));
        pairs.extend([pair, pair]);
        changes.push(format!("{path}?{}", pairs.join("&")));
    }
    changes.into_iter().map(String::into_bytes).collect()
}

/// Without each part of the credential scope and each signed header, and with each lengthened.
fn authorization_changes(authorization: &str) -> Vec<Vec<u8>> {
    let parts: Vec<&str> = authorization
        .split_inclusive(['/', ';', ',', '='])
        .collect();
    let mut changes = Vec::new();
    for at in 0..parts.len() {
        let (before, part, after) = (&parts[..at], parts[at], &parts[at + 1..]);
        changes.push([before, after].concat().concat().into_bytes());
        let longer = format!("x{part}");
        changes.push([before, &[&longer], after].concat().concat().into_bytes());
    }
    changes
}
