/// What becomes of a body that is larger than may be held for its hash.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Larger {
    Refused,
    /// It would be sent in chunks if its length were known.
    NeedsLength,
    /// It would be sent in chunks with the feature that makes them.
    NeedsFeature,
}

impl Larger {
    /// What to change, for a message.
    pub(super) fn advice(self) -> &'static str {
        match self {
            Self::Refused => {
                "raise `body_limit`, or choose another payload mode if the service takes it"
            }
            Self::NeedsLength => {
                "give its length in `content-length` or `x-amz-decoded-content-length`, so that it \
                 can be sent in signed chunks, or raise `body_limit`"
            }
            Self::NeedsFeature => {
                "enable the feature `chunked`, which sends one of known length in signed chunks, or \
                 raise `body_limit`"
            }
        }
    }
}
