//! The programs that the READMEs show, as documentation tests of this crate, which has all that they
//! depend on.

#[doc = include_str!("../../README.md")]
struct Workspace;

/// Needs the SDK's configuration, for the SDK's client.
#[cfg(feature = "rotation")]
#[doc = include_str!("../../crates/credentials-cache/README.md")]
struct CredentialsCache;

#[doc = include_str!("../../crates/http-sigv4/README.md")]
struct HttpSigV4;

#[doc = include_str!("../../crates/iam-gateway/README.md")]
struct IamGateway;

#[doc = include_str!("../../crates/sigv4-testkit/README.md")]
struct SigV4Testkit;

#[doc = include_str!("../../crates/tower-sigv4/README.md")]
struct TowerSigV4;
