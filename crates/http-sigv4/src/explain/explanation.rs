use http::{StatusCode, response::Parts};

use super::{Cause, Difference, rejection::BUCKET_REGION};
use crate::ErrorCode;

/// Why a service rejected a request, and what to do about it.
///
/// `Display` is plain text for a terminal: a headline, what the service said, the lines that differ,
/// and the hint, on one screen. `Debug`, and `Serialize` with feature `serde`, show the same by parts.
/// None of them shows a value but those of harmless names; the [module](super) lists these, and has an
/// example.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Explanation {
    pub(super) status: u16,
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) cause: Cause,
    pub(super) differences: Vec<Difference>,
    pub(super) hint: String,
}

impl Explanation {
    /// Returns whether a response could be a rejection, from its head alone: to decide whether to read
    /// its body.
    ///
    /// A [redirect of S3] is one too: it says that the bucket is in another region.
    ///
    /// [redirect of S3]: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTRedirect.html
    pub fn is_worth_reading(head: &Parts) -> bool {
        match head.status {
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => true,
            StatusCode::MOVED_PERMANENTLY | StatusCode::TEMPORARY_REDIRECT => {
                head.headers.contains_key(BUCKET_REGION)
            }
            _ => head.headers.contains_key(ErrorCode::HEADER),
        }
    }

    /// Returns the likely cause: that of the first of the [`differences`](Self::differences), if there
    /// are any.
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// Returns the service's error code, as `InvalidSignatureException`.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Returns the first sentence or two of the service's message.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Returns the lines that differ, the telling one first. None if the service quotes nothing.
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// Returns what to do about it.
    pub fn hint(&self) -> &str {
        &self.hint
    }
}
