use std::{
    collections::VecDeque,
    hash::{BuildHasher, RandomState},
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
};

use crate::host_key::HostKey;

/// How many rejections are remembered.
const MOST: usize = 256;

/// The access keys that hosts have rejected, as expired or as unknown.
///
/// The credentials cache hands out expired credentials while no others can be loaded, since AWS may
/// have prolonged their life. A host that has said that it does not take them is not signed for with
/// them any more once they have expired, also where a provider prolongs the life of the same key.
/// All other hosts are: one host's word counts for that host.
#[derive(Debug, Default)]
pub(crate) struct RejectedKeys {
    /// The least recently rejected first.
    rejected: Mutex<VecDeque<(HostKey, AccessKey)>>,
}

/// An access key id, hashed so that every signed request can hold one. The hash has a random key, so
/// nobody can choose two ids with the same. It is one key for the process, so that the hash is made once
/// for each generation of credentials, whoever signs with them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct AccessKey(u64);

impl AccessKey {
    /// Returns what stands for an access key id here.
    pub(crate) fn new(access_key_id: &str) -> Self {
        static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        Self(HASHER.hash_one(access_key_id))
    }
}

impl RejectedKeys {
    /// Remembers that a host has rejected an access key.
    pub(crate) fn insert(&self, host: &HostKey, access_key: AccessKey) {
        let mut rejected = self.lock();
        let is_known = |entry: &(HostKey, AccessKey)| entry.0 == *host && entry.1 == access_key;
        if let Some(at) = rejected.iter().position(is_known) {
            rejected.remove(at);
        }
        if rejected.len() == MOST {
            rejected.pop_front();
        }
        rejected.push_back((host.clone(), access_key));
    }

    /// Returns whether a host has rejected an access key. Takes a lock: to be asked only about
    /// credentials that have expired.
    pub(crate) fn contains(&self, host: &HostKey, access_key: AccessKey) -> bool {
        self.lock()
            .iter()
            .any(|(rejecting, rejected)| rejecting == host && *rejected == access_key)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(HostKey, AccessKey)>> {
        // Nothing panics while it is held.
        self.rejected.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use http_sigv4::Host;

    use super::*;

    fn host(name: &str) -> HostKey {
        HostKey::from_host(&Host::parse(name).unwrap())
    }

    #[test]
    fn a_rejection_is_of_one_host_and_one_key() {
        let rejected = RejectedKeys::default();
        rejected.insert(&host("a.example"), AccessKey::new("AKID1"));
        assert!(rejected.contains(&host("a.example"), AccessKey::new("AKID1")));
        assert!(!rejected.contains(&host("b.example"), AccessKey::new("AKID1")));
        assert!(!rejected.contains(&host("a.example:8443"), AccessKey::new("AKID1")));
        assert!(!rejected.contains(&host("a.example"), AccessKey::new("AKID2")));
    }

    #[test]
    fn the_number_of_rejections_is_bounded_and_the_latest_stay() {
        let rejected = RejectedKeys::default();
        rejected.insert(&host("a.example"), AccessKey::new("AKID"));
        for number in 0..MOST - 1 {
            rejected.insert(&host(&format!("h{number}.example")), AccessKey::new("AKID"));
        }
        rejected.insert(&host("a.example"), AccessKey::new("AKID"));
        rejected.insert(&host("b.example"), AccessKey::new("AKID"));
        assert!(rejected.contains(&host("a.example"), AccessKey::new("AKID")));
        assert!(!rejected.contains(&host("h0.example"), AccessKey::new("AKID")));
        assert_eq!(rejected.lock().len(), MOST);
    }
}
