use http::{HeaderMap, HeaderName, HeaderValue};

use super::headers::SignedHeaders;
use crate::{SignError, framing::Framing};

/// What the headers of a request say to a signer, read in one pass.
pub(crate) struct SentHeaders<'a> {
    pub(crate) host: SentHost<'a>,
    pub(crate) framing: Framing,
    /// Whether there is a header of an earlier signature.
    pub(crate) has_stale: bool,
    pub(crate) has_connection: bool,
}

/// The `Host` header of a request.
pub(crate) enum SentHost<'a> {
    None,
    One(&'a HeaderValue),
    Several,
}

impl<'a> SentHeaders<'a> {
    /// Reads `headers`, of which those in `named` are signed too. What is signed besides `host` and
    /// what a signature brings itself becomes a part of `signed`.
    ///
    /// # Errors
    ///
    /// What [`SignedHeaders::push_sent`] refuses.
    pub(crate) fn read(
        headers: &'a HeaderMap,
        named: &[HeaderName],
        signed: &mut SignedHeaders<'a>,
    ) -> Result<Self, SignError> {
        let mut sent = Self {
            host: SentHost::None,
            framing: Framing::default(),
            has_stale: false,
            has_connection: false,
        };
        for (name, value) in headers {
            match Role::new(name, named) {
                Role::Signed => signed.push_sent(name, value)?,
                Role::Stale => sent.has_stale = true,
                Role::ContentSha256 => {
                    sent.has_stale = true;
                    sent.framing.read_content_sha256(value);
                }
                Role::ContentEncoding => {
                    sent.framing.read_content_encoding(value);
                    if named.contains(name) {
                        signed.push_sent(name, value)?;
                    }
                }
                Role::Connection => sent.has_connection = true,
                Role::Host => {
                    sent.host = match sent.host {
                        SentHost::None => SentHost::One(value),
                        _ => SentHost::Several,
                    }
                }
                Role::Other => {}
            }
        }
        Ok(sent)
    }
}

/// What a header is to a signer.
enum Role {
    Signed,
    /// A signature decides what stands in it. Whatever an earlier attempt or an upstream caller left
    /// there says nothing about this signature, so it is neither signed nor sent.
    Stale,
    /// Stale as well, but where it says that the body is sent in frames, the signature has to say so
    /// too.
    ContentSha256,
    ContentEncoding,
    Connection,
    Host,
    Other,
}

impl Role {
    /// An allow-list, since proxies, meshes and HTTP libraries rewrite everything else.
    fn new(name: &HeaderName, named: &[HeaderName]) -> Self {
        match name.as_str() {
            "authorization" | "x-amz-date" | "x-amz-region-set" | "x-amz-security-token" => {
                Self::Stale
            }
            "x-amz-content-sha256" => Self::ContentSha256,
            "connection" => Self::Connection,
            "content-encoding" => Self::ContentEncoding,
            "content-md5" | "content-type" => Self::Signed,
            "host" => Self::Host,
            // Not `x-amz`, for `x-amzn-trace-id` is rewritten by load balancers.
            other if other.starts_with("x-amz-") => Self::Signed,
            _ if named.contains(name) => Self::Signed,
            _ => Self::Other,
        }
    }
}

/// Whether a signature decides what stands in a header, or, of `host`, the request's target.
pub(crate) fn is_set_by_signature(name: &HeaderName) -> bool {
    let role = Role::new(name, &[]);
    matches!(role, Role::Stale | Role::ContentSha256 | Role::Host)
}

/// Whether a header may be signed at the user's wish.
///
/// These change on the way, hop by hop or in AWS's own front ends, so a signature over them breaks.
pub(crate) fn may_be_signed(name: &HeaderName) -> bool {
    const NEVER: [&str; 10] = [
        "authorization",
        "connection",
        "expect",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
    ];
    !NEVER.contains(&name.as_str()) && !name.as_str().starts_with("proxy-")
}
