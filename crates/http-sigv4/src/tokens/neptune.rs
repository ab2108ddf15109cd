use std::time::SystemTime;

use super::{Handshake, TokenSigner, handshake, signer::check_service};
use crate::{Host, SignError, SigningKey, error::Kind};

/// Signs handshakes of [Gremlin over WebSocket] with Neptune, in their headers.
///
/// A handshake is valid for five minutes, or as long as the credentials.
///
/// ```
/// use http_sigv4::tokens::{NeptuneSigner, TokenSigner};
///
/// let graph = NeptuneSigner::new("graph.cluster-abc123.eu-west-1.neptune.amazonaws.com", 8182)?;
/// assert_eq!(graph.service(), "neptune-db");
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// [Gremlin over WebSocket]: https://docs.aws.amazon.com/neptune/latest/userguide/iam-auth-connecting.html
#[derive(Clone, Debug)]
#[must_use]
pub struct NeptuneSigner {
    uri: String,
}

impl NeptuneSigner {
    /// Creates a signer for the endpoint of a cluster or of an instance, whose port is 8182 unless it
    /// was created with another.
    ///
    /// # Errors
    ///
    /// A host that is none or that has a port with it.
    pub fn new(host: &str, port: u16) -> Result<Self, SignError> {
        let host = Host::parse(host)?;
        match host.port() {
            None => Ok(Self {
                uri: format!("wss://{host}:{port}/gremlin"),
            }),
            Some(_) => {
                Err(Kind::Token("the host has a port in it; give the port by itself").into())
            }
        }
    }
}

impl super::sealed::Sealed for NeptuneSigner {}

impl TokenSigner for NeptuneSigner {
    type Output = Handshake;

    fn service(&self) -> &'static str {
        "neptune-db"
    }

    fn sign(&self, key: &SigningKey, time: SystemTime) -> Result<Handshake, SignError> {
        check_service(self, key)?;
        handshake::sign(self.uri.clone(), key, time)
    }
}
