//! Login tokens, WebSocket handshakes and upload forms: what else AWS lets one sign.
//!
//! Databases, caches, brokers and clusters behind IAM take a presigned URL instead of a password, each
//! in a form of its own. Here is a type for each, which knows the form and the limits, and refuses what
//! the service would. As everywhere in this crate, the key, the time and the lifetime come in as
//! arguments. Feature `tokens`.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use aws_credential_types::Credentials;
//! use http_sigv4::{
//!     SigningKey, SigningScope,
//!     tokens::{RdsSigner, TokenSigner},
//! };
//!
//! let database = RdsSigner::new("orders.abc123.eu-west-1.rds.amazonaws.com", 5432, "app")?;
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
//! let scope = SigningScope::new(database.service(), "eu-west-1")?;
//! let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
//! let key = SigningKey::derive(&credentials, &scope, now)?;
//!
//! let password = database.sign(&key, now)?;
//! assert!(password.as_str().starts_with(
//!     "orders.abc123.eu-west-1.rds.amazonaws.com:5432/?Action=connect&DBUser=app&X-Amz-Algorithm=",
//! ));
//! assert_eq!(password.expires_at(), now + Duration::from_secs(900));
//! // Whoever has it can log in, so it is not shown.
//! assert!(!format!("{password:?}").contains("X-Amz"));
//! # Ok::<_, http_sigv4::SignError>(())
//! ```
//!
//! # Which there are
//!
//! | type | for | signing name | lives at most |
//! | --- | --- | --- | --- |
//! | [`RdsSigner`] | RDS and Aurora | `rds-db` | 15 minutes |
//! | [`DsqlSigner`] | Aurora DSQL | `dsql` | 7 days |
//! | [`ElastiCacheSigner`] | ElastiCache, serverless too | `elasticache` | 15 minutes |
//! | [`MemoryDbSigner`] | MemoryDB | `memorydb` | 15 minutes |
//! | [`MskSigner`] | MSK, by OAUTHBEARER | `kafka-cluster` | 15 minutes |
//! | [`EksSigner`] | EKS | `sts` | 14 minutes, always |
//! | [`BedrockSigner`] | Bedrock's short-term API key | `bedrock` | 12 hours |
//! | [`IotSigner`] | MQTT over WebSocket to IoT Core | `iotdevicegateway` | 7 days |
//! | [`TranscribeSigner`] | Transcribe's streams over WebSocket | `transcribe` | 5 minutes |
//! | [`ApiGatewaySigner`] | WebSocket APIs of API Gateway | `execute-api` | 7 days |
//! | [`NeptuneSigner`] | Gremlin over WebSocket to Neptune | `neptune-db` | 5 minutes, always |
//! | [`AppSyncSigner`] | AppSync's subscriptions and events | `appsync` | 5 minutes, always |
//! | [`PostPolicy`] | forms that upload to S3 | `s3` | 7 days |
//!
//! The engine of the `tower-sigv4` crate signs them with credentials that refresh themselves:
//! `RequestSigner::sign_token`, with its feature `tokens`.
//!
//! For a protocol that is not among them, [`SigningKey::sign_text`](crate::SigningKey::sign_text) signs
//! a text of any form; its example is Amazon Keyspaces.
//!
//! # How long a token lives
//!
//! No longer than the credentials that signed it, whatever stands in it: a service looks at both. So
//! each type takes an [`ExpiresIn`], which either insists on a time or takes less where the credentials
//! leave less, and what it returns says when it expires. A connection that was opened in time stays
//! open.

mod api_gateway;
mod app_sync;
mod bedrock;
mod cache;
mod dsql;
mod eks;
mod handshake;
mod iot;
mod msk;
mod neptune;
mod post_form;
mod post_policy;
mod presigned;
mod rds;
mod region;
mod sealed;
mod signer;
mod token;
mod transcribe;

use crate::{ExpiresIn, expires_in};

pub use self::{
    api_gateway::ApiGatewaySigner,
    app_sync::{AppSyncAuthorization, AppSyncSigner},
    bedrock::BedrockSigner,
    cache::{ElastiCacheSigner, MemoryDbSigner},
    dsql::DsqlSigner,
    eks::EksSigner,
    handshake::Handshake,
    iot::IotSigner,
    msk::MskSigner,
    neptune::NeptuneSigner,
    post_form::PostForm,
    post_policy::PostPolicy,
    rds::RdsSigner,
    signer::TokenSigner,
    token::Token,
    transcribe::TranscribeSigner,
};
