use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONTENT_ENCODING, HOST},
};
use http_sigv4::{Payload, SignError};

/// What the headers of a request say before it is signed, found in one pass: most requests have none
/// of them, and to look each up takes longer.
#[derive(Clone, Copy)]
pub(crate) struct SentHeaders<'a> {
    headers: &'a HeaderMap,
    host: Host<'a>,
    /// Whether something may be said of frames in the body.
    may_be_framed: bool,
}

/// The `Host` header of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Host<'a> {
    None,
    One(&'a HeaderValue),
    Several,
}

impl<'a> SentHeaders<'a> {
    pub(crate) fn read(headers: &'a HeaderMap) -> Self {
        static CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
        let mut sent = Self {
            headers,
            host: Host::None,
            may_be_framed: false,
        };
        for (name, value) in headers {
            if *name == HOST {
                sent.host = match sent.host {
                    Host::None => Host::One(value),
                    _ => Host::Several,
                };
            } else if *name == CONTENT_ENCODING || *name == CONTENT_SHA256 {
                sent.may_be_framed = true;
            }
        }
        sent
    }

    /// The `Host` header, if there is one. `None` where there are several.
    pub(crate) fn host(&self) -> Option<Option<&'a [u8]>> {
        match self.host {
            Host::None => Some(None),
            Host::One(value) => Some(Some(value.as_bytes())),
            Host::Several => None,
        }
    }

    /// What a signature has to say of frames in the body; see [`Payload::from_framing`].
    pub(crate) fn framing(&self) -> Result<Option<Payload>, SignError> {
        match self.may_be_framed {
            true => Payload::from_framing(self.headers),
            false => Ok(None),
        }
    }
}
