use crate::canonical::encode::decoded;

/// Whether the value that stands under a name may be shown.
///
/// The names of what is shown are listed, since a list of the names of secrets never ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Visibility {
    /// Always: under this name stands nothing that a reader of logs should not see.
    Shown,
    /// Only where the caller asks for values.
    Hidden,
    /// Never: whoever has it can act in the caller's name.
    Secret,
}

impl Visibility {
    /// Looks a header up. A digest may be shown, unless it is that of a key.
    pub(super) fn from_header(name: &str) -> Self {
        match &*name.to_ascii_lowercase() {
            "host" | "content-type" => Self::Shown,
            "date" | "x-amz-date" => Self::Shown,
            "content-length" | "x-amz-decoded-content-length" => Self::Shown,
            "content-digest"
            | "content-md5"
            | "digest"
            | "repr-digest"
            | "x-amz-content-sha256" => Self::Shown,
            // Not every `x-amz-checksum-*` is a digest.
            "x-amz-checksum-crc32"
            | "x-amz-checksum-crc32c"
            | "x-amz-checksum-crc64nvme"
            | "x-amz-checksum-md5"
            | "x-amz-checksum-sha1"
            | "x-amz-checksum-sha256"
            | "x-amz-checksum-sha512" => Self::Shown,
            "authorization" | "x-amz-s3session-token" | "x-amz-security-token" => Self::Secret,
            _ => Self::Hidden,
        }
    }

    /// Looks a parameter up, by its name as it stands in a query.
    pub(super) fn from_parameter(name: &str) -> Self {
        match name {
            "Action" | "Version" => Self::Shown,
            "X-Amz-Algorithm"
            | "X-Amz-Credential"
            | "X-Amz-Date"
            | "X-Amz-Expires"
            | "X-Amz-SignedHeaders" => Self::Shown,
            _ if is_secret_parameter(name) => Self::Secret,
            _ => Self::Hidden,
        }
    }
}

/// In any spelling: a service may have decoded the name, or encoded it.
fn is_secret_parameter(name: &str) -> bool {
    let name = String::from_utf8_lossy(&decoded(name.as_bytes())).to_ascii_lowercase();
    matches!(
        &*name,
        "signature" | "x-amz-s3session-token" | "x-amz-security-token" | "x-amz-signature"
    )
}

#[cfg(test)]
mod tests {
    use super::Visibility::*;
    use super::*;

    #[test]
    fn only_what_stands_under_harmless_names_is_shown() {
        for (name, expected) in [
            ("host", Shown),
            ("Content-Type", Shown),
            ("x-amz-date", Shown),
            ("x-amz-checksum-sha256", Shown),
            ("x-amz-checksum-type", Hidden),
            ("x-amz-server-side-encryption-customer-key-md5", Hidden),
            ("x-api-key", Hidden),
            ("hosts", Hidden),
            ("", Hidden),
            ("X-Amz-Security-Token", Secret),
            ("authorization", Secret),
        ] {
            assert_eq!(Visibility::from_header(name), expected, "{name}");
        }
        for (name, expected) in [
            ("Action", Shown),
            ("X-Amz-Expires", Shown),
            ("X-Amz-Credential", Shown),
            ("action", Hidden),
            ("X-Amz-%44ate", Hidden),
            ("code", Hidden),
            ("", Hidden),
        ] {
            assert_eq!(Visibility::from_parameter(name), expected, "{name}");
        }
    }

    #[test]
    fn a_token_and_a_signature_are_secrets_in_any_spelling() {
        for name in [
            "X-Amz-Security-Token",
            "x-amz-security-token",
            "X-Amz-%53ignature",
            "X%2DAmz-Signature",
        ] {
            assert_eq!(Visibility::from_parameter(name), Secret, "{name}");
        }
    }
}
