//! Whether a request may be signed, and for what: checked by its URI and its `Host` header.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};

use credentials_cache::per_thread::PerThread;
use http::{Uri, request::Parts};
use http_sigv4::{Host, SigningScope};

use crate::{
    Error, PayloadMode,
    config::{Config, Scope},
    host_key::HostKey,
    host_policy::{Destination, Target},
    sent_headers::SentHeaders,
};

/// A request may be signed: this is with what, and where it goes.
#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) config: Arc<Config>,
    pub(crate) scope: SigningScope,
    pub(crate) payload_mode: PayloadMode,
    /// Where the request is sent, and so whose the observations of its response are.
    pub(crate) host: HostKey,
    /// Whether a request with another path may be decided otherwise.
    depends_on_path: bool,
}

impl Decision {
    /// Checks a request.
    ///
    /// # Errors
    ///
    /// A host or a transport that may not be signed for, and a payload mode that the service does not
    /// take. Whether the request is to be forwarded unsigned then, [`is_forwarded`] tells.
    pub(crate) fn new(config: &Arc<Config>, parts: &Parts) -> Result<Self, Error> {
        let destination = Destination::new(&parts.uri, &parts.headers)?;
        let signing_host = config.signer.host_override().map(Host::parse).transpose()?;
        // What is signed for, or else where it is sent.
        let host = signing_host.as_ref().or_else(|| destination.host());
        let (config, scope, depends_on_path) = match &config.scope {
            Scope::Fixed(scope) => (Arc::clone(config), scope.clone(), false),
            Scope::Detected { service, region } => {
                let (service, region) = (service.as_deref(), region.as_deref());
                let detected = config.for_host(host, &parts.uri, service, region)?;
                (
                    Arc::new(detected.config),
                    detected.scope,
                    detected.depends_on_path,
                )
            }
        };
        let target = Target {
            scope: &scope,
            profile: config.signer.profile(),
            signing_host: signing_host.as_ref(),
        };
        // First what the user has set: it is wrong whatever the host is.
        let payload_mode = config.payload_mode(scope.service())?;
        config.hosts.check(&parts.uri, &destination, target)?;
        // Never the signing host: what another host says is not that host's word.
        let sent_to = destination.host();
        let host = sent_to.map_or_else(HostKey::unknown, |host| HostKey::new(host, &parts.uri));
        Ok(Self {
            config,
            scope,
            payload_mode,
            host,
            depends_on_path,
        })
    }
}

/// Returns whether a request that may not be signed is sent unsigned.
pub(crate) fn is_forwarded(error: &Error, config: &Config, parts: &Parts) -> bool {
    let destination = Destination::new(&parts.uri, &parts.headers);
    destination.is_ok_and(|destination| {
        let host = destination.host();
        host.is_some_and(|host| error.refuses(host.name()) && config.hosts.forwards(host))
    })
}

/// The decisions of a signer's own configuration, so that a host that was allowed a moment ago is
/// not checked again.
///
/// A decision depends on the configuration, and on the scheme, the authority and the `Host` header of
/// the request: it is kept under all of them, letter by letter, with the one configuration. Threads
/// have decisions of their own, as each signature counts a reference to one.
#[derive(Default)]
pub(crate) struct Decisions {
    kept: PerThread<RwLock<Vec<Kept>>>,
}

struct Kept {
    scheme: Box<str>,
    authority: Box<str>,
    header: Option<Box<[u8]>>,
    decision: Arc<Decision>,
}

/// How many are kept. A client that calls more hosts has the others checked each time, and nothing is
/// written for them.
const MOST: usize = 32;

/// How long the texts may be that decisions are kept under: no longer than the longest name of a host
/// with its port.
const LONGEST: usize = 261;

impl Decisions {
    /// Returns the decision of a request that differs in nothing that matters.
    pub(crate) fn get(&self, uri: &Uri, sent: &SentHeaders<'_>) -> Option<Arc<Decision>> {
        let (scheme, authority) = (uri.scheme_str()?, uri.authority()?.as_str());
        let header = sent.host()?;
        let kept = self.read();
        // Letter by letter, without parsing: two spellings of one host are two entries, and no text
        // that a parser might read otherwise finds another's.
        let same = kept
            .iter()
            .find(|kept| kept.is_for(scheme, authority, header));
        same.map(|kept| Arc::clone(&kept.decision))
    }

    /// Keeps a decision, if there is room and it is the same for all paths.
    pub(crate) fn keep(&self, uri: &Uri, sent: &SentHeaders<'_>, decision: &Arc<Decision>) {
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return;
        };
        let Some(header) = sent.host() else {
            return;
        };
        let authority = authority.as_str();
        // User information may be a password, and whoever chooses URIs could fill all places with it.
        let is_plain = !authority.contains('@')
            && authority.len() <= LONGEST
            && header.is_none_or(|header| header.len() <= LONGEST);
        let has_room = || self.read().len() < MOST;
        if decision.depends_on_path || !is_plain || !has_room() {
            return;
        }
        let new = Kept {
            scheme: scheme.into(),
            authority: authority.into(),
            header: header.map(Into::into),
            decision: Arc::clone(decision),
        };
        let mut kept = self
            .kept
            .get()
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        // Another thread may have kept the same meanwhile.
        let is_kept = kept
            .iter()
            .any(|kept| kept.is_for(&new.scheme, &new.authority, header));
        if kept.len() < MOST && !is_kept {
            kept.push(new);
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<Kept>> {
        // Nothing panics while it is held.
        let kept = self.kept.get().read();
        kept.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn is_for(&self, scheme: &str, authority: &str, header: Option<&[u8]>) -> bool {
        *self.authority == *authority && *self.scheme == *scheme && self.header.as_deref() == header
    }
}

impl fmt::Debug for Decisions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.read();
        let hosts = kept.iter().map(|kept| &kept.decision.host);
        f.debug_list().entries(hosts).finish()
    }
}
