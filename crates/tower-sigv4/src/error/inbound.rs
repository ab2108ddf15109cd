use std::fmt;

/// Why a request that somebody else has signed is not signed again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum InboundKind {
    /// They announce signed chunks, and are not those of any.
    Headers,
    /// It has no credentials here.
    Client,
    Chunks,
    Digest,
}

impl InboundKind {
    /// Returns whether it is the body that is at fault, of which a part may have been sent.
    pub(crate) fn is_body(self) -> bool {
        matches!(self, Self::Chunks | Self::Digest)
    }
}

impl fmt::Display for InboundKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Headers => {
                "the request announces a body in signed chunks in headers that are not those of one; \
                 have its client send it anew"
            }
            Self::Client => {
                "the chunks of the request are to be verified, and there are no credentials of the \
                 client that has signed them; give them in `verify_chunks`"
            }
            Self::Chunks => {
                "the chunks of the request body are not what its client has signed or summed up, so \
                 their end is not sent; have it send the body anew"
            }
            Self::Digest => {
                "the request body does not have the digest that `x-amz-content-sha256` says, so its \
                 end is not sent; have its client send it anew"
            }
        })
    }
}
