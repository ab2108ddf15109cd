//! Where credentials come from and how they are kept.

mod cache;
mod env;
mod policy;

pub use self::{cache::CredentialsCache, env::EnvironmentCredentials};
pub(crate) use self::{
    cache::{Load, Lookup, Snapshot},
    env::Environment,
};
