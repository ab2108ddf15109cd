//! Where credentials come from and how they are kept.
//!
//! A request asks the [`cache`]; good credentials are read without a lock. Everything else goes
//! through the [`gate`], and gets the [`answer`] that the [`policy`] decides on: what is at hand, or a
//! wait for the [`flight`], the one load under way, whose [`task`] asks the provider. Its [`landing`]
//! decides what is kept.

mod answer;
mod attempts;
mod cache;
mod env;
mod events;
#[cfg(feature = "metrics")]
mod facade;
mod flight;
mod gate;
mod landing;
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
