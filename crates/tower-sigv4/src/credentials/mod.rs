//! Where credentials come from and how they are kept.
//!
//! A request asks the [`cache`]; good credentials are read without a lock. Everything else goes
//! through the [`gate`], which does what the [`policy`] decides: it hands out what is at hand, or
//! makes the request wait for the [`flight`], the one load under way, whose [`task`] asks the
//! provider.

mod attempts;
mod cache;
mod env;
mod events;
#[cfg(feature = "metrics")]
mod facade;
mod flight;
mod gate;
mod load;
mod policy;
mod schedule;
mod settings;
mod snapshot;
mod stats;
mod task;
mod time;
mod warm;

pub use self::{
    cache::CredentialsCache,
    env::EnvironmentCredentials,
    settings::{CacheSettings, OnExpired},
    snapshot::Generation,
    stats::Stats,
};
pub(crate) use self::{cache::Lookup, env::Environment, load::Load, snapshot::Snapshot};
