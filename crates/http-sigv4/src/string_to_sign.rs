use sha2::{Digest, Sha256};

use crate::{
    SigningKey,
    canonical::{Canonical, encode::hex},
    date::AmzDate,
};

/// The [string to sign], kept in the pieces that a MAC takes one after the other.
///
/// [string to sign]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
pub(crate) struct StringToSign<'k> {
    algorithm: &'static str,
    date: AmzDate,
    credential_scope: &'k str,
    digest: [u8; 64],
}

impl<'k> StringToSign<'k> {
    pub(crate) fn of(canonical: &Canonical<'_>, key: &'k SigningKey, date: AmzDate) -> Self {
        Self {
            algorithm: key.algorithm(),
            date,
            credential_scope: key.credential_scope(),
            digest: hex(&Sha256::digest(canonical.text).into()),
        }
    }

    pub(crate) fn pieces(&self) -> [&[u8]; 7] {
        [
            self.algorithm.as_bytes(),
            b"\n",
            self.date.as_bytes(),
            b"\n",
            self.credential_scope.as_bytes(),
            b"\n",
            &self.digest,
        ]
    }
}
