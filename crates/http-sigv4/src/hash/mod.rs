//! SHA-256 and HMAC, by the library that the features choose.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
#[cfg(not(feature = "aws-lc-rs"))]
mod rust_crypto;

use std::time::SystemTime;

use zeroize::Zeroizing;

#[cfg(feature = "aws-lc-rs")]
pub(crate) use self::aws_lc::{HmacKey, Sha256, sha256};
#[cfg(not(feature = "aws-lc-rs"))]
pub(crate) use self::rust_crypto::{HmacKey, Sha256, sha256};
use crate::date::AmzDate;

impl HmacKey {
    /// Derives the [key] for the day of `time`, a region and a service.
    ///
    /// Not in the official implementation, which brings six crates, and whose secrets would leave the
    /// library that the features choose; a test holds it to that.
    ///
    /// [key]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    pub(crate) fn derive(
        secret: &str,
        time: SystemTime,
        region: &str,
        service: &str,
    ) -> Option<Self> {
        let date = AmzDate::at(time).ok()?;
        let secret = Zeroizing::new(format!("AWS4{secret}"));
        let mut key = Self::new(secret.as_bytes())?;
        for part in [
            date.day(),
            region.as_bytes(),
            service.as_bytes(),
            b"aws4_request",
        ] {
            key = Self::new(&*Zeroizing::new(key.sign(part)))?;
        }
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use aws_sigv4::sign::v4::generate_signing_key;

    use super::*;
    use crate::canonical::encode::hex;

    fn text(digest: [u8; 32]) -> String {
        String::from_utf8(hex(&digest).to_vec()).unwrap()
    }

    /// FIPS 180-4's example, and RFC 4231's test case 2.
    #[test]
    fn the_published_examples_hold() {
        const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(text(sha256(b"abc")), ABC);
        let mut hasher = Sha256::new();
        hasher.update(b"a");
        hasher.update(b"");
        hasher.update(b"bc");
        #[cfg(feature = "chunked")]
        assert_eq!(text(hasher.clone().finish_reset()), ABC);
        assert_eq!(text(hasher.finish()), ABC);
        let key = HmacKey::new(b"Jefe").unwrap();
        assert_eq!(
            text(key.sign(b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        #[cfg(feature = "chunked")]
        {
            let mut signature = key.sign(b"text");
            assert!(key.verify(b"text", &signature));
            assert!(!key.verify(b"texts", &signature));
            signature[31] ^= 1;
            assert!(!key.verify(b"text", &signature));
        }
    }

    /// By what it signs, since no library gives it out.
    #[test]
    fn a_signing_key_is_derived_as_the_official_implementation_does() {
        let (secret, region, service) = ("wJalrXUtnFEMI", "us-east-1", "iam");
        for days in [0, 16_677, 20_000] {
            let time = UNIX_EPOCH + Duration::from_secs(days * 86_400 + 1);
            let expected = generate_signing_key(secret, time, region, service);
            let expected = HmacKey::new(expected.as_ref()).unwrap();
            let derived = HmacKey::derive(secret, time, region, service).unwrap();
            assert_eq!(derived.sign(b"text"), expected.sign(b"text"));
        }
    }
}
