use std::time::SystemTime;

use http::{Method, Uri};

use super::{
    ExpiresIn, Handshake, TokenSigner,
    expires_in::{Lifetime, SEVEN_DAYS},
    handshake::FIVE_MINUTES,
    presigned::{presigned, request},
    signer::check_service,
};
use crate::{Host, Profile, SignError, Signer, SigningKey, error::Kind};

/// Signs handshakes of [MQTT over WebSocket] with IoT Core.
///
/// The path is `/mqtt`, and the WebSocket's subprotocol has to be `mqtt`. The session token stands
/// behind the signature, which does not cover it; IoT Core wants it so, and nothing else does.
///
/// ```
/// use http_sigv4::tokens::{IotSigner, TokenSigner};
///
/// let endpoint = IotSigner::new("abc123-ats.iot.eu-west-1.amazonaws.com")?;
/// let own_domain = IotSigner::new("iot.example.com")?;
/// assert_eq!(own_domain.service(), "iotdevicegateway");
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// [MQTT over WebSocket]: https://docs.aws.amazon.com/iot/latest/developerguide/protocols.html
#[derive(Clone, Debug)]
#[must_use]
pub struct IotSigner {
    host: Host<'static>,
    names_port: bool,
    expires_in: ExpiresIn,
}

impl IotSigner {
    /// Creates a signer for a data endpoint or a custom domain, with its port unless that is 443.
    ///
    /// # Errors
    ///
    /// A host that is none.
    pub fn new(host: &str) -> Result<Self, SignError> {
        let host = Host::parse(host)?.into_owned();
        Ok(Self {
            host,
            names_port: false,
            expires_in: ExpiresIn::at_most_seconds(FIVE_MINUTES),
        })
    }

    /// Sets whether port 443 is written and signed: `host:443`. Defaults to no.
    ///
    /// A signature over `host` breaks where a client sends the port in its `Host` header even so. Some
    /// MQTT clients do; browsers and HTTP libraries do not.
    pub fn names_default_port(mut self, names_port: bool) -> Self {
        self.names_port = names_port;
        self
    }

    /// Sets how long a handshake is valid, up to seven days. Defaults to five minutes, or as long as
    /// the credentials live.
    ///
    /// # Errors
    ///
    /// A longer time, or less than a second.
    pub fn expires_in(mut self, expires_in: ExpiresIn) -> Result<Self, SignError> {
        self.expires_in = expires_in.within(SEVEN_DAYS)?;
        Ok(self)
    }

    /// Signs for `host:443` and leaves the port in the URL, where a signer would drop both.
    fn sign_with_port(
        &self,
        key: &SigningKey,
        lifetime: Lifetime,
        time: SystemTime,
    ) -> Result<Uri, SignError> {
        let authority = format!("{}:443", self.host.name());
        let parts = request(Method::GET, format!("wss://{authority}/mqtt"))?;
        let signer = Signer::new(self.profile()).signing_host(&authority)?;
        let uri = presigned(signer, parts, key, lifetime, time)?;
        let query = uri.query().unwrap_or_default();
        let uri = format!("wss://{authority}/mqtt?{query}");
        Uri::try_from(uri).map_err(|_| Kind::UriTooLong.into())
    }

    fn profile(&self) -> Profile {
        Profile::for_service(self.service())
    }
}

impl super::sealed::Sealed for IotSigner {}

impl TokenSigner for IotSigner {
    type Output = Handshake;

    fn service(&self) -> &'static str {
        "iotdevicegateway"
    }

    fn sign(&self, key: &SigningKey, time: SystemTime) -> Result<Handshake, SignError> {
        check_service(self, key)?;
        let lifetime = self.expires_in.resolve(key, time)?;
        let is_default_port = matches!(self.host.port(), None | Some(443));
        let uri = match self.names_port && is_default_port {
            true => self.sign_with_port(key, lifetime, time)?,
            false => {
                let parts = request(Method::GET, format!("wss://{}/mqtt", self.host))?;
                presigned(Signer::new(self.profile()), parts, key, lifetime, time)?
            }
        };
        Ok(Handshake::in_url(uri, lifetime))
    }
}
