use std::{sync::Arc, time::SystemTime};

use credentials_cache::CredentialsCache;
use http::request::Parts;
use http_sigv4::{ExpiresIn, Host, Payload};

use crate::{
    Error, SignedRequest, Signing, SigningOptions, TrySign,
    config::Config,
    decision::{Decision, Decisions, is_forwarded},
    error::Kind,
    host_key::HostKey,
    host_policy::remove_signature,
    sent_headers::SentHeaders,
};

/// Signs requests with cached credentials that refresh themselves, without tower.
///
/// It is what [`SigV4Layer`](crate::SigV4Layer) wraps around a service, for clients that are no tower
/// service: it knows which hosts may be signed for, holds the credentials and the derived keys, and
/// observes responses. Everything but bodies, of which the caller brings the digest.
///
/// ```
/// use aws_credential_types::Credentials;
/// use http::Request;
/// use http_sigv4::Payload;
/// use tower_sigv4::RequestSigner;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tower_sigv4::Error> {
/// let provider = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let signer = RequestSigner::builder("execute-api", "eu-west-1", provider).build_signer()?;
///
/// let body = r#"{"item":"tea"}"#;
/// let request = Request::post("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders")
///     .body(body)
///     .unwrap();
/// let (mut parts, body) = request.into_parts();
/// let signed = signer.sign(&mut parts, Payload::hash(body.as_bytes())).await?;
///
/// assert!(parts.headers.contains_key("authorization"));
/// // Send it, and show `signed` the response: `signed.observe(status, &headers)`.
/// # Ok(())
/// # }
/// ```
///
/// # In steps
///
/// [`begin`](Self::begin) checks the host, tells how the signature covers the body, and starts a load
/// of credentials if one is due; so the body can be read meanwhile. [`Signing::try_sign`] then signs if
/// credentials are at hand, and [`Signing::sign`] waits for them.
///
/// # One request otherwise
///
/// [`SigningOptions`](crate::SigningOptions) in the extensions of `parts` apply, and are taken out.
///
/// Cheap to clone; clones share credentials and what was observed from responses.
#[derive(Clone, Debug)]
pub struct RequestSigner {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    config: Arc<Config>,
    decisions: Decisions,
}

impl RequestSigner {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            shared: Arc::new(Shared {
                config: Arc::new(config),
                decisions: Decisions::default(),
            }),
        }
    }

    /// Checks a request, and starts a load of credentials if one is due. `None` if it is to be
    /// forwarded unsigned, by its options or because its host is
    /// [unlisted](crate::UnlistedHosts::ForwardUnsigned); headers of a signature are then removed.
    ///
    /// # Errors
    ///
    /// A host or a transport that may not be signed for, options that are not possible, and a body in
    /// frames that a new signature cannot honour.
    pub fn begin(&self, parts: &mut Parts) -> Result<Option<Signing>, Error> {
        let signing = self.check(parts)?;
        if let Some(signing) = &signing {
            signing.check_framing()?;
            signing.start_load();
        }
        Ok(signing)
    }

    /// Signs a request whose body is what `payload` says, if credentials are at hand.
    ///
    /// For synchronous clients: load the credentials first, with
    /// [`CredentialsCache::preload`](CredentialsCache::preload).
    ///
    /// # Errors
    ///
    /// As [`sign`](Self::sign). A request that is to be forwarded unsigned is an error here, as the
    /// caller has asked for a signature: see [`begin`](Self::begin).
    pub fn try_sign(&self, parts: &mut Parts, payload: Payload) -> Result<TrySign, Error> {
        self.signing(parts)?.try_sign(parts, payload)
    }

    /// Signs a request whose body is what `payload` says, as soon as there are credentials.
    ///
    /// # Errors
    ///
    /// A host or a transport that may not be signed for, a request that has no certain signature, a
    /// payload that the service does not take, or credentials that could not be loaded. `parts` is
    /// then unchanged, but for its [`SigningOptions`](crate::SigningOptions). A request that is to be
    /// forwarded unsigned is an error here, as the caller has asked for a signature: see
    /// [`begin`](Self::begin).
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the request unsigned, and the load of the credentials alone.
    pub async fn sign(&self, parts: &mut Parts, payload: Payload) -> Result<SignedRequest, Error> {
        self.signing(parts)?.sign(parts, payload).await
    }

    /// Presigns a request, whose `uri` then holds the signature, and returns when it ends.
    ///
    /// Whoever has the URL can send the request until then, without credentials: it is a secret.
    /// [`ExpiresIn::at_most`] asks for as long as the credentials live, where that is less.
    ///
    /// The URL is for any body, as of S3, or for an empty one: see
    /// [`Presigner::payload`](http_sigv4::Presigner::payload).
    /// [`PayloadMode::Precomputed`](crate::PayloadMode::Precomputed) in the request's
    /// [`SigningOptions`](crate::SigningOptions) makes it one for a certain body.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use http::Request;
    /// # use http_sigv4::ExpiresIn;
    /// # use tower_sigv4::RequestSigner;
    /// # async fn example(signer: RequestSigner) -> Result<(), tower_sigv4::Error> {
    /// let request = Request::get("https://bucket.s3.eu-west-1.amazonaws.com/key").body(()).unwrap();
    /// let (mut parts, ()) = request.into_parts();
    /// let hour = ExpiresIn::at_most(Duration::from_secs(3600));
    /// let ends_at = signer.presign(&mut parts, hour).await?;
    /// println!("{} until {ends_at:?}", parts.uri);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`sign`](Self::sign), a time that AWS does not take or that outlives the credentials, and
    /// credentials that have expired while no others could be loaded.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the request unsigned, and the load of the credentials alone.
    pub async fn presign(
        &self,
        parts: &mut Parts,
        expires_in: ExpiresIn,
    ) -> Result<SystemTime, Error> {
        self.signing(parts)?.presign(parts, expires_in).await
    }

    /// Returns the credentials that it signs with: to load them at start-up, or to look at their
    /// [`stats`](CredentialsCache::stats).
    pub fn credentials(&self) -> &CredentialsCache {
        &self.shared.config.credentials
    }

    /// Returns how many seconds ahead of the local clock a host's clock is, as far as is known;
    /// negative where it is behind.
    ///
    /// Takes a host name with its port, or without it for the default port of https. Zero for a host
    /// of which nothing is known, until it rejects a signature and the `Date` of its response is
    /// minutes away; from then on the requests to that host are signed with its time. It is zero again
    /// once a response of the host disagrees, or for a day nothing has confirmed it. An offset of more
    /// than 25 hours is never taken over.
    pub fn clock_offset(&self, host: &str) -> i64 {
        let Ok(host) = Host::parse(host) else {
            return 0;
        };
        let config = &self.shared.config;
        let (offsets, now) = (&config.observations.offsets, config.clock.now());
        offsets.offset(&HostKey::from_host(&host), now)
    }

    #[cfg(feature = "tokens")]
    pub(crate) fn config(&self) -> &Config {
        &self.shared.config
    }

    #[inline]
    pub(crate) fn check(&self, parts: &mut Parts) -> Result<Option<Signing>, Error> {
        let Shared { config, decisions } = &*self.shared;
        let options = parts.extensions.remove::<SigningOptions>();
        let sent = SentHeaders::read(&parts.headers);
        let checked = match options {
            Some(options) if options.forward_unsigned => return Ok(None),
            Some(options) => {
                let config = Arc::new(config.with_options(options)?);
                Decision::new(&config, parts).map(Arc::new)
            }
            None => match decisions.get(&parts.uri, &sent) {
                Some(decision) => Ok(decision),
                None => Decision::new(config, parts).map(|decision| {
                    let decision = Arc::new(decision);
                    decisions.keep(&parts.uri, &sent, &decision);
                    decision
                }),
            },
        };
        match checked {
            Ok(decision) => Ok(Some(Signing::new(decision, sent.framing()))),
            Err(error) if is_forwarded(&error, config, parts) => {
                remove_signature(&mut parts.headers);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn signing(&self, parts: &mut Parts) -> Result<Signing, Error> {
        let signing = self.check(parts)?;
        signing.ok_or_else(|| Kind::ForwardedUnsigned.into())
    }
}
