//! Whose tokens they are: credentials, a region and a moment, all of them drawn.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use fastrand::Rng;
use http_sigv4::{SigningKey, SigningScope};
use serde_json::{Value, json};

/// A region of every partition and more, with the domain of its APIs.
pub(crate) const REGIONS: &[(&str, &str)] = &[
    ("af-south-1", "amazonaws.com"),
    ("ap-southeast-7", "amazonaws.com"),
    ("ca-west-1", "amazonaws.com"),
    ("cn-north-1", "amazonaws.com.cn"),
    ("cn-northwest-1", "amazonaws.com.cn"),
    ("eu-central-1", "amazonaws.com"),
    ("eu-isoe-west-1", "cloud.adc-e.uk"),
    ("eusc-de-east-1", "amazonaws.eu"),
    ("il-central-1", "amazonaws.com"),
    ("me-central-1", "amazonaws.com"),
    ("mx-central-1", "amazonaws.com"),
    ("sa-east-1", "amazonaws.com"),
    ("us-east-1", "amazonaws.com"),
    ("us-gov-east-1", "amazonaws.com"),
    ("us-gov-west-1", "amazonaws.com"),
    ("us-iso-east-1", "c2s.ic.gov"),
    ("us-isob-east-1", "sc2s.sgov.gov"),
    ("us-isof-south-1", "csp.hci.ic.gov"),
    ("us-west-2", "amazonaws.com"),
];

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) region: &'static str,
    pub(crate) domain: &'static str,
    access_key_id: String,
    secret: String,
    pub(crate) session_token: Option<String>,
    seconds: u64,
    nanoseconds: u32,
}

impl Account {
    pub(crate) fn generate(rng: &mut Rng) -> Self {
        let (region, domain) = REGIONS[rng.usize(..REGIONS.len())];
        let text = |rng: &mut Rng, length, alphabet: &[u8]| -> String {
            let letters = std::iter::repeat_with(|| alphabet[rng.usize(..alphabet.len())]);
            letters.take(length).map(char::from).collect()
        };
        let base64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
        let token_length = rng.usize(1..1500);
        Self {
            region,
            domain,
            access_key_id: text(rng, 20, &base64[..62]),
            secret: text(rng, 40, base64),
            session_token: rng.bool().then(|| text(rng, token_length, base64)),
            // Until the year 2100.
            seconds: rng.u64(..4_102_444_800),
            nanoseconds: rng.u32(..1_000_000_000),
        }
    }

    pub(crate) fn key(&self, service: &str) -> SigningKey {
        let scope = SigningScope::new(service, self.region).unwrap();
        SigningKey::derive(&self.credentials(), &scope, self.now()).unwrap()
    }

    fn credentials(&self) -> Credentials {
        let token = self.session_token.clone();
        Credentials::new(&self.access_key_id, &self.secret, token, None, "test")
    }

    pub(crate) fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    pub(crate) fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::new(self.seconds, self.nanoseconds)
    }

    /// So many seconds after the moment, which counts without its fraction.
    pub(crate) fn after(&self, seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.seconds + seconds)
    }

    /// What the oracle is asked, with what is particular to the kind.
    pub(crate) fn question(&self, kind: &str, particular: Value) -> Value {
        let mut question = json!({
            "kind": kind,
            "region": self.region,
            "access_key_id": self.access_key_id,
            "secret": self.secret,
            "session_token": self.session_token,
            "time": self.seconds,
        });
        let Value::Object(particular) = particular else {
            panic!("an object is asked for");
        };
        question.as_object_mut().unwrap().extend(particular);
        question
    }
}
