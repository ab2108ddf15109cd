use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use http::{HeaderMap, Method, Request, request::Parts};
use http_sigv4::{Payload, Profile, Signer, SigningKey, SigningScope};

/// The service that every request is signed for.
pub(crate) const SERVICE: &str = "execute-api";
/// The region that every request is signed for.
pub(crate) const REGION: &str = "us-east-1";
/// The access key id of every request.
pub(crate) const ACCESS_KEY_ID: &str = "ASIAIOSFODNN7EXAMPLE";
/// The secret access key of every request.
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// The headers that a signature adds at most.
const SIGNATURE_HEADERS: usize = 5;

/// A request to API Gateway, and the credentials that sign it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Case {
    /// What a table calls it.
    pub name: &'static str,
    /// The method: `GET` without a body, `POST` with one.
    pub body_len: usize,
    /// The length of the session token; 0 without one.
    pub token_len: usize,
    /// How many URLs take turns. With one, a signing key need not hash again what it has hashed for the
    /// request before.
    pub urls: u32,
}

/// Few, so that their texts are as warm as a request that was just made; no two in a row are the same.
const MANY: u32 = 4;

impl Case {
    /// A `GET` with the keys of a user.
    pub const GET: Self = Self {
        name: "GET, no token",
        body_len: 0,
        token_len: 0,
        urls: MANY,
    };
    /// A `GET` with the keys of a role, as most programs have them.
    pub const GET_TOKEN: Self = Self {
        name: "GET, 900-byte token",
        body_len: 0,
        token_len: 900,
        urls: MANY,
    };
    /// A small `POST`, the token the same as in the others that follow.
    pub const POST_1K: Self = Self {
        name: "POST 1 KiB, token",
        body_len: 1024,
        token_len: 900,
        urls: MANY,
    };
    /// A `POST` of a large document.
    pub const POST_64K: Self = Self {
        name: "POST 64 KiB, token",
        body_len: 64 * 1024,
        token_len: 900,
        urls: MANY,
    };
    /// A `POST` of a file.
    pub const POST_1M: Self = Self {
        name: "POST 1 MiB, token",
        body_len: 1024 * 1024,
        token_len: 900,
        urls: MANY,
    };
    /// The longest token that STS gives today.
    pub const GET_LONG_TOKEN: Self = Self {
        name: "GET, 4096-byte token",
        body_len: 0,
        token_len: 4096,
        urls: MANY,
    };

    /// All cases, in the order of a table.
    pub const ALL: [Self; 6] = [
        Self::GET,
        Self::GET_TOKEN,
        Self::GET_LONG_TOKEN,
        Self::POST_1K,
        Self::POST_64K,
        Self::POST_1M,
    ];

    /// Those that are often sent to one URL many times a second.
    pub const ONE_URL: [Self; 3] = [
        Self::GET.to_one_url(),
        Self::GET_TOKEN.to_one_url(),
        Self::POST_1K.to_one_url(),
    ];

    const fn to_one_url(self) -> Self {
        Self { urls: 1, ..self }
    }

    /// Makes the request, with room for the headers that a signature adds.
    pub fn parts(&self) -> Parts {
        self.parts_for(4711)
    }

    /// Makes the request for another order, and so to another URL.
    pub fn parts_for(&self, order: u32) -> Parts {
        let method = match self.body_len {
            0 => Method::GET,
            _ => Method::POST,
        };
        let uri = format!(
            "https://abc123.execute-api.us-east-1.amazonaws.com/prod/orders/{order}?page=2&limit=50"
        );
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .header("user-agent", "orders/1.0");
        let mut parts = request.body(()).expect("a valid request").into_parts().0;
        parts.headers.reserve(SIGNATURE_HEADERS);
        parts
    }

    /// Makes requests to all its URLs.
    pub fn copies(&self) -> Copies {
        Copies::new((0..self.urls).map(|less| self.parts_for(4711 - less)))
    }

    /// Makes the body.
    pub fn body(&self) -> Vec<u8> {
        b"0123456789abcdef"
            .iter()
            .copied()
            .cycle()
            .take(self.body_len)
            .collect()
    }

    /// Makes the session token.
    pub fn token(&self) -> Option<String> {
        let token = "IQoJb3JpZ2luX2VjEMn//////////wEa".chars().cycle();
        (self.token_len > 0).then(|| token.take(self.token_len).collect())
    }

    /// Makes the credentials.
    pub fn credentials(&self) -> Credentials {
        Credentials::new(ACCESS_KEY_ID, SECRET, self.token(), None, "bench")
    }

    /// Derives our signing key.
    pub fn key(&self) -> SigningKey {
        let scope = SigningScope::new(SERVICE, REGION).expect("valid names");
        SigningKey::derive(&self.credentials(), &scope, self.time()).expect("valid credentials")
    }

    /// The time of signing.
    pub fn time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160)
    }

    /// Writes the canonical request and the string to sign.
    pub fn signed_texts(&self) -> (String, String) {
        let payload = Payload::hash(&self.body());
        let (mut parts, key) = (self.parts(), self.key());
        let signer = Signer::new(Profile::STANDARD);
        let prepared = signer.prepare(&mut parts, &key, payload, self.time());
        let request = prepared
            .expect("a request that can be signed")
            .canonical_request();
        (
            request.canonical_request().to_owned(),
            request.string_to_sign().to_owned(),
        )
    }
}

/// Copies of requests, to one URL after the other.
#[derive(Debug)]
pub struct Copies {
    originals: Vec<Parts>,
    next: usize,
}

impl Copies {
    /// Copies these in turns.
    pub fn new(originals: impl IntoIterator<Item = Parts>) -> Self {
        Self {
            originals: originals.into_iter().collect(),
            next: 0,
        }
    }

    /// Makes a copy with room for the headers that a signature adds. A clone of a map has room for no
    /// more than is in it.
    pub fn copy(&mut self) -> Parts {
        let original = &self.originals[self.next];
        self.next = (self.next + 1) % self.originals.len();
        let room = original.headers.len() + SIGNATURE_HEADERS;
        let mut headers = HeaderMap::with_capacity(room);
        for (name, value) in &original.headers {
            headers.append(name, value.clone());
        }
        let (mut copy, ()) = Request::new(()).into_parts();
        copy.method = original.method.clone();
        copy.uri = original.uri.clone();
        copy.headers = headers;
        copy
    }
}
