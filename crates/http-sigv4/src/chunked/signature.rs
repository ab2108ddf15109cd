//! The [chain of signatures]: each covers a chunk and the signature before it, and the first is the
//! request's own.
//!
//! [chain of signatures]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html

use http::{HeaderMap, header::AUTHORIZATION};
use smallvec::SmallVec;

use super::{ChunkedError, error::Kind, headers::only, trailer::lines};
use crate::{
    SigningKey,
    canonical::{
        encode::{hex, unhex},
        headers::X_AMZ_DATE,
    },
    hash::{HmacKey, sha256},
};

/// A signature in hexadecimal.
pub(super) type Signature = [u8; 64];

pub(super) struct SignatureChain {
    key: HmacKey,
    /// The date and the credential scope, a line for each.
    context: Box<[u8]>,
    previous: Signature,
}

impl SignatureChain {
    /// Begins with the signature that `headers` carry, which has to be by `key`.
    pub(super) fn from_headers(
        headers: &HeaderMap,
        key: &SigningKey,
    ) -> Result<Self, ChunkedError> {
        let hmac_key = key.hmac().ok_or(Kind::AsymmetricKey)?;
        let authorization =
            only(headers, &AUTHORIZATION).ok_or(Kind::NotSigned("authorization"))?;
        let date = only(headers, &X_AMZ_DATE).ok_or(Kind::NotSigned("x-amz-date"))?;
        let scope = key.credential_scope();
        // Both begin with the day, as in `20130524T000000Z` and `20130524/us-east-1/s3/aws4_request`.
        if date.len() != 16 || date.get(..8) != scope.get(..8) {
            return Err(Kind::OtherKey("x-amz-date").into());
        }
        Ok(Self {
            key: hmac_key.clone(),
            context: [date, "\n", scope, "\n"].concat().into_bytes().into(),
            previous: seed(authorization, key)?,
        })
    }

    /// Signs the chunk whose data has this digest.
    pub(super) fn sign_chunk(&mut self, digest: [u8; 32]) -> Signature {
        self.sign(&self.chunk(digest))
    }

    /// Signs the trailers, which follow the last chunk.
    pub(super) fn sign_trailer(&mut self, trailers: &HeaderMap) -> Signature {
        self.sign(&self.trailer(trailers))
    }

    /// Tells whether `signature` is that of the chunk whose data has this digest.
    pub(super) fn verify_chunk(&mut self, digest: [u8; 32], signature: &Signature) -> bool {
        self.verify(&self.chunk(digest), signature)
    }

    /// Tells whether `signature` is that of the trailers.
    pub(super) fn verify_trailer(&mut self, trailers: &HeaderMap, signature: &Signature) -> bool {
        self.verify(&self.trailer(trailers), signature)
    }

    fn chunk(&self, digest: [u8; 32]) -> StringToSign {
        // In the place of headers, of which a chunk has none.
        const NO_HEADERS: &[u8] =
            b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n";
        self.string_to_sign(b"AWS4-HMAC-SHA256-PAYLOAD\n", &[NO_HEADERS, &hex(&digest)])
    }

    fn trailer(&self, trailers: &HeaderMap) -> StringToSign {
        let digest = hex(&sha256(&lines(trailers, b"\n")));
        self.string_to_sign(b"AWS4-HMAC-SHA256-TRAILER\n", &[&digest])
    }

    fn string_to_sign(&self, algorithm: &[u8], hashes: &[&[u8]]) -> StringToSign {
        let mut text = StringToSign::new();
        for piece in [algorithm, &self.context, &self.previous, b"\n"] {
            text.extend_from_slice(piece);
        }
        for hash in hashes {
            text.extend_from_slice(hash);
        }
        text
    }

    fn sign(&mut self, text: &[u8]) -> Signature {
        self.previous = hex(&self.key.sign(text));
        self.previous
    }

    fn verify(&mut self, text: &[u8], signature: &Signature) -> bool {
        self.previous = *signature;
        unhex(signature).is_some_and(|signature| self.key.verify(text, &signature))
    }
}

/// Longer than any scope makes it.
type StringToSign = SmallVec<[u8; 512]>;

/// Reads the signature from an [`Authorization` header].
///
/// [`Authorization` header]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
fn seed(authorization: &str, key: &SigningKey) -> Result<Signature, ChunkedError> {
    const PARAMETERS: Kind = Kind::NotSigned("authorization");
    let parameters = authorization
        .strip_prefix(key.algorithm())
        .and_then(|rest| rest.strip_prefix(' '))
        .ok_or(PARAMETERS)?;
    let parameter = |name: &str| {
        let mut parameters = parameters.split(',');
        parameters.find_map(|parameter| parameter.trim().strip_prefix(name))
    };
    let credential = parameter("Credential=").ok_or(PARAMETERS)?;
    let ours = [key.access_key_id(), key.credential_scope()].join("/");
    if credential != ours {
        return Err(Kind::OtherKey("authorization").into());
    }
    let signature = parameter("Signature=").ok_or(PARAMETERS)?;
    parse(signature.as_bytes()).ok_or_else(|| PARAMETERS.into())
}

/// Reads a signature, in lower case only: the next one covers its text.
pub(super) fn parse(text: &[u8]) -> Option<Signature> {
    let signature = text.try_into().ok()?;
    (unhex(text).map(|digest| hex(&digest)) == Some(signature)).then_some(signature)
}
