//! Which hosts may be signed for, and over which transport.
//!
//! A signature carries the session token, and is good for minutes wherever it is replayed. So it goes
//! only where it was meant to go: to AWS hosts of the service, the region and the partition that are
//! signed for, and to hosts that were named. Every request is checked by its own URI and `Host` header.

mod destination;
mod signature_headers;

use std::fmt;

use http::{Uri, uri::Scheme};
use http_sigv4::{Endpoint, Host, HostKind, Profile, SignError, SigningScope};

pub(crate) use self::{destination::Destination, signature_headers::remove_signature};
use crate::{
    Error,
    error::{Kind, Unlisted},
};

/// What happens to a request to a host that may not be signed for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum UnlistedHosts {
    /// It is an error that names the host, and nothing is sent.
    #[default]
    Refuse,
    /// It is sent as it is, without a signature.
    ///
    /// If it has an `authorization` of AWS's already, that is removed, with the other headers of that
    /// signature, `x-amz-content-sha256`, `x-amz-date` and `x-amz-region-set`, so that no signature
    /// follows a redirect to another host. Session tokens are removed in any case:
    /// `x-amz-s3session-token` and `x-amz-security-token`. Everything else stays: a request without a
    /// signature keeps its `x-amz-content-sha256`, for which a CDN may ask that signs for its clients
    /// (see [`ContentSha256Layer`](crate::ContentSha256Layer)), and a body in frames the value of it
    /// that says so.
    ForwardUnsigned,
}

/// The settings.
#[derive(Clone, Debug, Default)]
pub(crate) struct HostPolicy {
    pub(crate) named: Vec<Host<'static>>,
    pub(crate) parents: Vec<Host<'static>>,
    pub(crate) loopback: bool,
    pub(crate) plain_http: bool,
    pub(crate) relative_uri: bool,
    pub(crate) unlisted: UnlistedHosts,
}

/// What is signed for.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) scope: &'a SigningScope,
    pub(crate) profile: Profile,
    /// The host that the signature is to be for, where it is not the one that the request is sent to.
    pub(crate) signing_host: Option<&'a Host<'a>>,
}

impl HostPolicy {
    /// Checks a request.
    ///
    /// # Errors
    ///
    /// A host that may not be signed for, or not over the request's transport.
    pub(crate) fn check(
        &self,
        uri: &Uri,
        destination: &Destination<'_>,
        target: Target<'_>,
    ) -> Result<(), Error> {
        for host in destination.hosts() {
            self.check_host(host, target)?;
        }
        // A request without any host is the signer's to refuse.
        let Some(host) = destination.host().or(target.signing_host) else {
            return Ok(());
        };
        if destination.host().is_none() {
            self.check_host(host, target)?;
        }
        // What passes the request on is permitted, and the signature is for another host.
        if let Some(host) = target.signing_host
            && let Err(error) = endpoint(host, target.scope)
            && error.is_unsupported()
        {
            return Err(refused(host, target, Unlisted::Unsupported(error)));
        }
        self.check_transport(uri, host, target.profile)
    }

    /// Returns whether a request to a host that may not be signed for is forwarded.
    pub(crate) fn forwards(&self, host: &Host<'_>) -> bool {
        // A host that was named is to be signed for, so that it cannot be is an error.
        self.unlisted == UnlistedHosts::ForwardUnsigned && !self.names(host)
    }

    /// Returns whether a host was named, by itself or by what it is part of. Any port will do.
    fn names(&self, host: &Host<'_>) -> bool {
        let is_below = |parent: &Host<'_>| {
            let labels = host.name().strip_suffix(parent.name());
            labels.is_some_and(|labels| labels.ends_with('.'))
        };
        self.named.iter().any(|named| named.name() == host.name())
            || self.parents.iter().any(is_below)
            || (self.loopback && host.is_loopback())
    }

    fn check_host(&self, host: &Host<'_>, target: Target<'_>) -> Result<(), Error> {
        let endpoint = endpoint(host, target.scope);
        // A signing host would be signed for wherever the request goes, and any other AWS host of the
        // service and region may be a stranger's, who could replay the signature there.
        let signing_host = target.signing_host.map(Host::name);
        let signing_host = signing_host.filter(|name| *name != host.name());
        let why = match (endpoint, signing_host) {
            (Err(error), _) if error.is_unsupported() => Unlisted::Unsupported(error),
            _ if self.names(host) => return Ok(()),
            _ if host.is_loopback() => Unlisted::Loopback,
            (Ok(endpoint), None) if endpoint.serves(target.scope) => return Ok(()),
            (Ok(endpoint), _) if !endpoint.serves(target.scope) => Unlisted::OtherEndpoint {
                endpoint: quoted(endpoint.service(), &endpoint),
            },
            (_, Some(signing_host)) => Unlisted::NotSigningHost {
                signing_host: signing_host.into(),
            },
            _ => Unlisted::NotAws,
        };
        Err(refused(host, target, why))
    }

    /// Returns the setting that is to permit a host that may be signed for and is not AWS's.
    pub(crate) fn missing_permission(&self, host: &Host<'_>) -> Option<&'static str> {
        match host.is_loopback() {
            _ if self.names(host) => None,
            true => Some("allow_loopback"),
            false => Some("allow_host"),
        }
    }

    fn check_transport(&self, uri: &Uri, host: &Host<'_>, profile: Profile) -> Result<(), Error> {
        let Some(scheme) = uri.scheme() else {
            // What lies below chooses the transport then, unseen from here.
            return match self.relative_uri {
                true => Ok(()),
                false => Err(Kind::RelativeUri {
                    host: host.name().into(),
                }
                .into()),
            };
        };
        if *scheme == Scheme::HTTPS || scheme.as_str() == "wss" {
            return Ok(());
        }
        let is_plain = *scheme == Scheme::HTTP || scheme.as_str() == "ws";
        let may_be_plain = self.plain_http || profile.allows_plain_http() || host.is_loopback();
        match is_plain && may_be_plain {
            true => Ok(()),
            false => Err(Kind::RefusedTransport {
                host: host.name().into(),
                scheme: scheme.as_str().into(),
                is_plain,
            }
            .into()),
        }
    }
}

/// Reads what a host of AWS's serves.
///
/// # Errors
///
/// A host that tells nothing, and one that takes no signature of this kind, whether it is named or not.
fn endpoint<'a>(host: &'a Host<'_>, scope: &SigningScope) -> Result<Endpoint<'a>, SignError> {
    let endpoint = Endpoint::from_host_for(host, scope)?;
    match endpoint.requires_sigv4a() {
        true => endpoint.scope().map(|_| endpoint),
        false => Ok(endpoint),
    }
}

/// Parses a host that a user names.
///
/// # Errors
///
/// Anything but a host name or an IP address, without a port.
pub(crate) fn parse_named(text: &str) -> Result<Host<'static>, Kind> {
    match Host::parse(text) {
        Ok(host) if host.port().is_none() => Ok(host.into_owned()),
        _ => Err(Kind::host_name(text)),
    }
}

/// Parses a domain whose subdomains a user names.
///
/// # Errors
///
/// Anything but a host name, without a port.
pub(crate) fn parse_parent(text: &str) -> Result<Host<'static>, Kind> {
    let parent = parse_named(text)?;
    match parent.kind() {
        HostKind::Domain => Ok(parent),
        _ => Err(Kind::host_name(text)),
    }
}

#[cold]
fn refused(host: &Host<'_>, target: Target<'_>, why: Unlisted) -> Error {
    Kind::RefusedHost {
        host: host.name().into(),
        scope: quoted(target.scope.service(), target.scope),
        why,
    }
    .into()
}

/// A service and where it is, which begins with the service's name, with that name in quotes.
fn quoted(service: &str, place: &impl fmt::Display) -> Box<str> {
    let text = place.to_string();
    let rest = text.strip_prefix(service).unwrap_or_default();
    format!("`{service}`{rest}").into()
}
