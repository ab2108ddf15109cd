//! Tokens, handshakes and forms: how long they live, what they show, and what is refused.

mod common;

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use common::{ACCESS_KEY_ID, SECRET, TOKEN, moment};
use http::Uri;
use http_sigv4::{
    ExpiresIn, SignError, SigningKey, SigningScope,
    tokens::{
        ApiGatewaySigner, AppSyncSigner, BedrockSigner, DsqlSigner, EksSigner, ElastiCacheSigner,
        Handshake, IotSigner, MemoryDbSigner, MskSigner, NeptuneSigner, PostPolicy, RdsSigner,
        Token, TokenSigner, TranscribeSigner,
    },
};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// A key of credentials that have a token, and expire or do not.
fn key_until(expiry: Option<SystemTime>, service: &str) -> SigningKey {
    let token = Some(TOKEN.to_owned());
    let credentials = Credentials::new(ACCESS_KEY_ID, SECRET, token, expiry, "test");
    let scope = SigningScope::new(service, "us-east-1").unwrap();
    SigningKey::derive(&credentials, &scope, moment()).unwrap()
}

/// What all kinds have in common.
struct Kind {
    service: &'static str,
    /// How long it lives when nothing is said.
    usual: Duration,
    /// What it shows, what it hides, and when it expires.
    sign: fn(&SigningKey, SystemTime) -> Result<SignedAs, SignError>,
}

struct SignedAs {
    debug: String,
    secret: String,
    expires_at: SystemTime,
}

impl From<Token> for SignedAs {
    fn from(token: Token) -> Self {
        Self {
            debug: format!("{token:?}"),
            expires_at: token.expires_at(),
            secret: token.into_string(),
        }
    }
}

impl From<Handshake> for SignedAs {
    fn from(handshake: Handshake) -> Self {
        let debug = format!("{handshake:?}");
        let expires_at = handshake.expires_at();
        let (uri, headers) = handshake.into_parts();
        let values = headers.values().map(|value| value.to_str().unwrap());
        Self {
            debug,
            secret: values.fold(uri.to_string(), |all, value| all + value),
            expires_at,
        }
    }
}

const DATABASE: &str = "orders.abc123.us-east-1.rds.amazonaws.com";
const CLUSTER: &str = "abc123.dsql.us-east-1.on.aws";
const GRAPHQL: &str = "abc123.appsync-api.us-east-1.amazonaws.com";
const CHAT: &str = "wss://abc123.execute-api.us-east-1.amazonaws.com/production";

const KINDS: &[Kind] = &[
    Kind {
        service: "rds-db",
        usual: Duration::from_secs(900),
        sign: |key, time| {
            Ok(RdsSigner::new(DATABASE, 5432, "app")?
                .sign(key, time)?
                .into())
        },
    },
    Kind {
        service: "dsql",
        usual: Duration::from_secs(900),
        sign: |key, time| Ok(DsqlSigner::connect(CLUSTER)?.sign(key, time)?.into()),
    },
    Kind {
        service: "elasticache",
        usual: Duration::from_secs(900),
        sign: |key, time| {
            Ok(ElastiCacheSigner::new("sessions", "app")?
                .sign(key, time)?
                .into())
        },
    },
    Kind {
        service: "memorydb",
        usual: Duration::from_secs(900),
        sign: |key, time| Ok(MemoryDbSigner::new("carts", "app")?.sign(key, time)?.into()),
    },
    Kind {
        service: "kafka-cluster",
        usual: Duration::from_secs(900),
        sign: |key, time| Ok(MskSigner::new().sign(key, time)?.into()),
    },
    Kind {
        service: "sts",
        usual: Duration::from_secs(14 * 60),
        sign: |key, time| Ok(EksSigner::new("production")?.sign(key, time)?.into()),
    },
    Kind {
        service: "bedrock",
        usual: Duration::from_secs(43_200),
        sign: |key, time| Ok(BedrockSigner::new().sign(key, time)?.into()),
    },
    Kind {
        service: "iotdevicegateway",
        usual: Duration::from_secs(300),
        sign: |key, time| Ok(IotSigner::new("iot.example.com")?.sign(key, time)?.into()),
    },
    Kind {
        service: "iotdevicegateway",
        usual: Duration::from_secs(300),
        sign: |key, time| {
            let signer = IotSigner::new("iot.example.com")?.names_default_port(true);
            Ok(signer.sign(key, time)?.into())
        },
    },
    Kind {
        service: "transcribe",
        usual: Duration::from_secs(300),
        sign: |key, time| Ok(TranscribeSigner::standard().sign(key, time)?.into()),
    },
    Kind {
        service: "execute-api",
        usual: Duration::from_secs(300),
        sign: |key, time| {
            let signer = ApiGatewaySigner::new(Uri::from_static(CHAT))?;
            Ok(signer.sign(key, time)?.into())
        },
    },
    Kind {
        service: "execute-api",
        usual: Duration::from_secs(300),
        sign: |key, time| {
            let signer = ApiGatewaySigner::new(Uri::from_static(CHAT))?.in_headers(true);
            Ok(signer.sign(key, time)?.into())
        },
    },
    Kind {
        service: "neptune-db",
        usual: Duration::from_secs(300),
        sign: |key, time| {
            Ok(NeptuneSigner::new("graph.example.com", 8182)?
                .sign(key, time)?
                .into())
        },
    },
    Kind {
        service: "appsync",
        usual: Duration::from_secs(300),
        sign: |key, time| {
            let authorization = AppSyncSigner::connect(GRAPHQL)?.sign(key, time)?;
            Ok(SignedAs {
                debug: format!("{authorization:?}"),
                secret: authorization.as_json().into(),
                expires_at: authorization.expires_at(),
            })
        },
    },
    Kind {
        service: "s3",
        usual: Duration::from_secs(3600),
        sign: |key, time| {
            let form = PostPolicy::new("bucket", "key")?.sign(key, time)?;
            Ok(SignedAs {
                debug: format!("{form:?}"),
                secret: form.fields().map(|(_, value)| value).collect(),
                expires_at: form.expires_at(),
            })
        },
    },
];

#[test]
fn a_token_says_when_it_expires_to_the_second() {
    for kind in KINDS {
        let key = key_until(None, kind.service);
        let late_in_the_second = moment() + Duration::from_millis(999);
        let signed = (kind.sign)(&key, late_in_the_second).unwrap();
        assert_eq!(signed.expires_at, moment() + kind.usual, "{}", kind.service);
    }
}

#[test]
fn a_token_lives_no_longer_than_its_credentials() {
    for kind in KINDS {
        let expiry = moment() + MINUTE + Duration::from_millis(1_500);
        let key = key_until(Some(expiry), kind.service);
        let signed = (kind.sign)(&key, moment()).unwrap();
        let expires_in = moment() + MINUTE + SECOND;
        assert_eq!(signed.expires_at, expires_in, "{}", kind.service);
    }
}

#[test]
fn nothing_is_signed_with_credentials_that_have_expired() {
    for kind in KINDS {
        for left in [Duration::ZERO, Duration::from_millis(999)] {
            let key = key_until(Some(moment() + left), kind.service);
            let error = (kind.sign)(&key, moment()).err().unwrap();
            assert!(error.is_expiry(), "{}: {error}", kind.service);
            let error = (kind.sign)(&key, moment() + SECOND).err().unwrap();
            assert!(error.is_expiry(), "{}: {error}", kind.service);
        }
    }
}

#[test]
fn a_time_that_is_insisted_on_is_refused_where_the_credentials_expire_sooner() {
    let wanted = ExpiresIn::exactly(2 * MINUTE);
    let signer = BedrockSigner::new().expires_in(wanted).unwrap();
    let just_enough = key_until(Some(moment() + 2 * MINUTE), "bedrock");
    let token = signer.sign(&just_enough, moment()).unwrap();
    assert_eq!(token.expires_at(), moment() + 2 * MINUTE);
    let too_little = key_until(Some(moment() + 2 * MINUTE - SECOND), "bedrock");
    assert!(signer.sign(&too_little, moment()).unwrap_err().is_expiry());
}

#[test]
fn neither_the_signature_nor_the_session_token_is_in_debug() {
    for kind in KINDS {
        let key = key_until(None, kind.service);
        let SignedAs { debug, secret, .. } = (kind.sign)(&key, moment()).unwrap();
        assert!(debug.contains("expires_at"), "{debug}");
        assert!(
            !debug.contains(TOKEN) && !debug.contains(ACCESS_KEY_ID),
            "{debug}"
        );
        // No stretch of the secret is shown, except the name of a host.
        let hosts = [
            DATABASE,
            "iot.example.com",
            "transcribestreaming.us-east-1.amazonaws.com",
            "graph.example.com",
            GRAPHQL,
            CHAT,
        ];
        let secret = hosts
            .iter()
            .fold(secret, |secret, host| secret.replace(host, ""));
        let stretches = secret.as_bytes().windows(20);
        let shown = stretches.filter(|stretch| {
            let stretch = str::from_utf8(stretch).unwrap();
            debug.contains(stretch)
        });
        assert_eq!(shown.count(), 0, "{debug}");
    }
}

#[test]
fn a_key_of_another_service_is_refused_and_the_error_names_the_right_one() {
    for kind in KINDS {
        let key = key_until(None, "another");
        let error = (kind.sign)(&key, moment()).err().unwrap();
        assert!(error.is_configuration(), "{error}");
        assert!(error.to_string().contains(kind.service), "{error}");
    }
}

#[test]
fn a_key_of_another_day_is_refused() {
    for kind in KINDS {
        let key = key_until(None, kind.service);
        let error = (kind.sign)(&key, moment() + 24 * 60 * MINUTE)
            .err()
            .unwrap();
        assert!(error.is_clock(), "{}: {error}", kind.service);
    }
}

#[test]
fn a_clock_before_1970_is_refused() {
    for kind in KINDS {
        let key = key_until(None, kind.service);
        let error = (kind.sign)(&key, SystemTime::UNIX_EPOCH - SECOND)
            .err()
            .unwrap();
        assert!(error.is_clock(), "{}: {error}", kind.service);
    }
}

#[cfg(feature = "sigv4a")]
#[test]
fn a_key_for_a_set_of_regions_is_refused() {
    for kind in KINDS {
        let credentials = Credentials::new(ACCESS_KEY_ID, SECRET, None, None, "test");
        let scope = SigningScope::for_region_set(kind.service, "*").unwrap();
        let key = SigningKey::derive(&credentials, &scope, moment()).unwrap();
        let error = (kind.sign)(&key, moment()).err().unwrap();
        assert!(error.is_configuration(), "{}: {error}", kind.service);
    }
}

#[test]
fn a_time_beyond_the_limit_of_the_service_is_refused_and_the_limit_is_not() {
    fn check<S>(longest: u64, set: impl Fn(ExpiresIn) -> Result<S, SignError>) {
        for make in [ExpiresIn::exactly, ExpiresIn::at_most] {
            let fits = [
                SECOND,
                Duration::from_millis(1_999),
                Duration::from_secs(longest),
            ];
            for fits in fits {
                assert!(set(make(fits)).is_ok(), "{fits:?} of {longest} s");
            }
            let beyond = Duration::from_secs(longest + 1);
            for beyond in [
                Duration::ZERO,
                Duration::from_millis(999),
                beyond,
                Duration::MAX,
            ] {
                let error = set(make(beyond)).err().unwrap();
                assert!(error.is_expiry(), "{error}");
                assert!(error.to_string().contains(&longest.to_string()), "{error}");
            }
        }
    }
    check(900, |time| {
        RdsSigner::new(DATABASE, 5432, "app")?.expires_in(time)
    });
    check(604_800, |time| {
        DsqlSigner::connect(CLUSTER)?.expires_in(time)
    });
    check(900, |time| {
        ElastiCacheSigner::new("a", "app")?.expires_in(time)
    });
    check(900, |time| {
        MemoryDbSigner::new("a", "app")?.expires_in(time)
    });
    check(900, |time| MskSigner::new().expires_in(time));
    check(43_200, |time| BedrockSigner::new().expires_in(time));
    check(604_800, |time| IotSigner::new("h")?.expires_in(time));
    check(300, |time| TranscribeSigner::standard().expires_in(time));
    check(604_800, |time| {
        ApiGatewaySigner::new(Uri::from_static(CHAT))?.expires_in(time)
    });
    check(604_800, |time| PostPolicy::new("b", "k")?.expires_in(time));
}
