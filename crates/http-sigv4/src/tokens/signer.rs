use std::time::SystemTime;

use super::sealed::Sealed;
use crate::{SignError, SigningKey, error::Kind};

/// Signs tokens of one kind, for one user or one place.
///
/// It holds no credentials and reads no clock, so one can be kept and asked for every connection.
/// [The module](super) has an example. The types of this module implement it, and no others do: for
/// another protocol, there is [`SigningKey::sign_text`].
pub trait TokenSigner: Sealed {
    /// What is signed: a [`Token`](super::Token), a [`Handshake`](super::Handshake), a form.
    type Output;

    /// Returns the signing name of the service, for the [`SigningScope`](crate::SigningScope) of the
    /// key.
    fn service(&self) -> &'static str;

    /// Signs a token as of `time`.
    ///
    /// The region is the key's. Where a host is not named, it is the service's own in that region.
    ///
    /// # Errors
    ///
    /// A key of another service, of another day or for a set of regions, credentials that live shorter than the token has to
    /// or have expired, and a token that becomes longer than 65,534 bytes.
    fn sign(&self, key: &SigningKey, time: SystemTime) -> Result<Self::Output, SignError>;
}

/// Refuses a key that was derived for another service or for no region of its own: what it signs, the
/// service would reject.
pub(super) fn check_service<S: TokenSigner>(signer: &S, key: &SigningKey) -> Result<(), SignError> {
    if key.scope().service() != signer.service() {
        return Err(Kind::KeyOfAnotherService(signer.service()).into());
    }
    match key.region_set() {
        None => Ok(()),
        Some(_) => {
            let problem =
                "the key is for a set of regions, and tokens are for one; derive it for one";
            Err(Kind::Token(problem).into())
        }
    }
}
