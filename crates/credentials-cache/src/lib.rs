//! AWS credentials of any provider, cached and refreshed before they expire.
//!
//! A [`CredentialsCache`] takes any provider of the AWS SDK's type
//! ([`ProvideCredentials`](aws_credential_types::provider::ProvideCredentials)) and hands out
//! [`CachedCredentials`]: the credentials, and the [`Generation`] that they are of. It knows nothing
//! of HTTP or signatures.
//!
//! ```
//! use std::time::Duration;
//!
//! use aws_credential_types::Credentials;
//! use credentials_cache::{CacheSettings, CredentialsCache};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), credentials_cache::Error> {
//! let provider = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
//! let settings = CacheSettings::new().max_wait(Duration::from_secs(3));
//! let cache = CredentialsCache::with_settings(provider, settings);
//!
//! let cached = cache.get().await?; // waits, if there are none
//! let cached = cache.try_get(); // never waits
//! # assert_eq!(cached.unwrap().credentials().access_key_id(), "AKIDEXAMPLE");
//! # Ok(())
//! # }
//! ```
//!
//! For whatever wants a provider, such as an SDK client, the cache is one:
//! [`CredentialsCache::provider`]. The README has examples of both.
//!
//! # What a caller gets
//!
//! | the credentials are | a caller | the provider |
//! | --- | --- | --- |
//! | not there | waits for a load | is asked |
//! | fresh | is served | is left alone |
//! | due | is served | is asked in the background |
//! | about to expire: within 10 seconds | waits for a load; if it fails, is served | is asked |
//! | expired | waits for a load; if it fails, is served or gets an error, as is [set](CacheSettings::on_expired) | is asked |
//! | expired, and a load has failed since | is served or gets an error at once | is asked in the background |
//!
//! All callers share one load. It runs in a task of its own, so one that goes away cancels nothing.
//! Nobody waits for longer than [`max_wait`](CacheSettings::max_wait). Between two loads there is a
//! pause, which doubles with each failure; callers are not held up by it.
//!
//! Credentials are due some time [before they expire](CacheSettings::refresh_window), at a moment
//! that differs from process to process. Those without an expiry are served forever and
//! [loaded again](CacheSettings::revalidate_every) now and then.
//!
//! # Rejected credentials
//!
//! A service may say that credentials have expired or are not known.
//! [`reject`](CredentialsCache::reject) tells the cache, which reloads them: at once the first time,
//! and each further time one to two minutes after the last. It refuses nobody the credentials that
//! it holds, and the failure of such a reload costs nobody anything. So a service that rejects
//! everything does no harm to requests to others. Whoever must not send rejected credentials to that
//! service again remembers so by the access key id.
//!
//! # A wrong clock
//!
//! How long credentials live is told by the local clocks, the wall clock and the monotonic one,
//! whichever has seen more time pass. So neither a clock that is set nor a sandbox that is frozen
//! makes them live longer. Nothing that a service says of the time is believed. If the wall clock is
//! wrong when credentials are loaded, this is what it costs:
//!
//! - Fast, by less than they live: they are refreshed earlier.
//! - Fast, by more: every load brings credentials that seem to have expired. With
//!   [`OnExpired::ServeStale`] they are served all the same, and reloaded at the pace of the pauses
//!   after a failure, once a minute in the end. With [`OnExpired::Fail`] the error names the clock.
//! - Slow, by less than the refresh window: they are refreshed later.
//! - Slow, by more: once per generation, they are served between their true expiry and the refresh.
//!   Services reject them in that time, and a rejection brings the refresh forward.
//!
//! # Runtimes
//!
//! Loads run in short tokio tasks, so callers belong in a tokio runtime, and **its timer has to be
//! enabled**: without it, tokio panics. [`CredentialsCache`](CredentialsCache#runtimes) says more.
//! Nothing runs between loads, unless [a timer](CacheSettings::refresh_timer) is asked for, and
//! nothing outlives the last clone of a cache.
//!
//! # Metrics
//!
//! With the feature `metrics`, what a cache does is recorded through the
//! [`metrics`](https://docs.rs/metrics) facade. [`Stats`] has the same for one cache.
//!
//! | name | kind | what |
//! | --- | --- | --- |
//! | `aws_credentials_cache_loads_total` | counter | loads that ended, by `trigger` (`cold`, `due`, `expired`, `revalidate`, `rejected`) and `outcome` (`ok`, `error`, `timeout`, `no_progress`, `expired`, `panic`, `cancelled`) |
//! | `aws_credentials_cache_loads_in_flight` | gauge | loads that have not ended |
//! | `aws_credentials_cache_load_seconds` | histogram | how long a load took |
//! | `aws_credentials_cache_takeovers_total` | counter | loads that replaced one whose runtime stood still |
//! | `aws_credentials_cache_last_success_timestamp_seconds` | gauge | when the credentials were loaded |
//! | `aws_credentials_cache_expiry_timestamp_seconds` | gauge | when they expire |
//! | `aws_credentials_cache_consecutive_failures` | gauge | failed loads since the last that succeeded |
//! | `aws_credentials_cache_backoff_seconds` | gauge | how long the provider is left alone after the latest failure |
//! | `aws_credentials_cache_served_total` | counter | lookups that were served, by `state` (`fresh`, `due`, `expiring`, `expired`) |
//! | `aws_credentials_cache_waits_total` | counter | callers that waited |
//! | `aws_credentials_cache_wait_seconds` | histogram | how long they waited |
//! | `aws_credentials_cache_rejections_total` | counter | rejections, by `result` (`first` or `again` for a generation) |
//!
//! # Features
//!
//! None is on by default.
//!
//! - `metrics`: the above.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod backoff;
mod cache;
mod cached;
mod clock;
mod compare;
mod environment;
mod error;
mod fetch;
mod finish;
mod get;
mod load;
mod lookup;
mod panic;
#[doc(hidden)]
pub mod per_thread;
mod policy;
mod pool;
mod provider;
mod refresh;
mod rejected;
mod replace;
mod role_session;
mod schedule;
mod settings;
mod shared;
mod snapshot;
mod stats;
mod telemetry;
mod time;

pub use self::{
    cache::{CredentialsCache, IntoCredentialsCache},
    cached::CachedCredentials,
    environment::EnvironmentCredentials,
    error::Error,
    get::Get,
    pool::CachePool,
    provider::CachedProvider,
    replace::{Reload, Replacement},
    role_session::RoleSession,
    settings::{CacheSettings, OnExpired},
    snapshot::Generation,
    stats::Stats,
};
