//! Tells the caches behind a cache which credentials a load is to replace.
//!
//! A provider may get its credentials from another cache. That one is told as well when a service has
//! rejected them, or the load would bring the same ones again.

use std::future::Future;

use aws_credential_types::Credentials;

use crate::snapshot::Snapshot;

tokio::task_local! {
    /// What the running code is called to replace.
    static REJECTED: Option<Credentials>;
}

/// Runs a call of a provider, which is to replace these credentials if there are any.
pub(crate) async fn replacing<F>(rejected: Option<Credentials>, call: F) -> F::Output
where
    F: Future,
{
    REJECTED.scope(rejected, call).await
}

/// Tells whether the running code is called to replace the keys that are `held`. A provider that
/// makes other keys with these has had its own rejected, and not these.
///
/// A task that the provider has spawned is not known to be its own.
pub(crate) fn is_to_replace(held: &Snapshot) -> bool {
    let is_held = |rejected: &Option<Credentials>| {
        let rejected = rejected.as_ref();
        rejected.is_some_and(|rejected| held.has_keys_of(rejected))
    };
    REJECTED.try_with(is_held).unwrap_or(false)
}
