use http_sigv4::{Payload, Profile};

#[cfg(feature = "chunked")]
use super::chunked::Chunks;
#[cfg(feature = "chunked")]
use crate::Error;

/// How a signature covers a request's body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PayloadMode {
    /// By its SHA-256 digest.
    ///
    /// An empty body, and one that is in memory already, is hashed at once and not copied. Another
    /// is collected and hashed while it arrives, up to
    /// [`body_limit`](crate::SigV4LayerBuilder::body_limit), and sent when it is complete. It
    /// fails where it has another length than its own size hint says, or else
    /// `x-amz-decoded-content-length` or `content-length`, as it may have been cut off.
    Buffered,
    /// Not at all: the body is passed through as it comes. Few services take it, among them S3 over
    /// https, if the length is known, and, always, VPC Lattice; the others are an error. It is the only
    /// mode for a bidirectional stream, as of gRPC.
    Unsigned,
    /// By a SHA-256 digest that the caller knows; the body is passed through as it comes. A wrong
    /// digest is refused by the service. It is a request's own, so it belongs into
    /// [`SigningOptions`](crate::SigningOptions).
    Precomputed([u8; 32]),
    /// Not at all: the caller sends the body in frames, as [`STREAMING-UNSIGNED-PAYLOAD-TRAILER`]
    /// announces them, with a checksum in the trailer. It is passed through as it comes. S3 takes it,
    /// over https; the loopback interface of this machine will do as well.
    ///
    /// A request whose `x-amz-content-sha256` says so is signed this way whatever mode is set, so
    /// this is for one that does not have the header yet, in
    /// [`SigningOptions`](crate::SigningOptions).
    ///
    /// [`STREAMING-UNSIGNED-PAYLOAD-TRAILER`]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
    StreamingUnsignedTrailer,
    /// Chunk by chunk, or by a checksum behind the last: the body is encoded as `aws-chunked` while it
    /// is sent, with no more than a chunk of it held at a time. S3 and the stores that speak its
    /// protocol take it. See [`Chunks`]. Feature `chunked`.
    ///
    /// It is for objects and their parts, the bodies of `PUT` requests. An empty body, and one of
    /// another method, is covered as [`Buffered`](Self::Buffered) says.
    ///
    /// The length has to be known: from the body itself, or else from `x-amz-decoded-content-length` or
    /// `content-length`. A body that turns out shorter or longer fails, and the service never gets the
    /// end that would make an object of it. The layer sends it once only, as it is not kept.
    #[cfg(feature = "chunked")]
    Chunked(Chunks),
}

#[cfg(feature = "chunked")]
impl From<Chunks> for PayloadMode {
    fn from(chunks: Chunks) -> Self {
        Self::Chunked(chunks)
    }
}

impl PayloadMode {
    /// Refuses what no service takes.
    #[cfg(feature = "chunked")]
    pub(crate) fn check(self) -> Result<(), Error> {
        match self {
            Self::Chunked(chunks) => chunks.check(),
            _ => Ok(()),
        }
    }

    /// Returns the mode that a service asks for.
    pub(crate) fn for_profile(profile: Profile) -> Self {
        match profile.requires_unsigned_payload() {
            true => Self::Unsigned,
            false => Self::Buffered,
        }
    }

    /// Returns whether a service takes bodies that are covered this way.
    pub(crate) fn fits(self, profile: Profile) -> bool {
        match self {
            Self::Unsigned => profile.allows_unsigned_payload(),
            Self::StreamingUnsignedTrailer => profile.allows_streaming_payload(),
            Self::Buffered | Self::Precomputed(_) => !profile.requires_unsigned_payload(),
            #[cfg(feature = "chunked")]
            Self::Chunked(chunks) => chunks.fit(profile),
        }
    }

    /// Returns what the signature says of a body that is not read for it. `None` if it has to be.
    pub(crate) fn payload(self) -> Option<Payload> {
        match self {
            Self::Unsigned => Some(Payload::Unsigned),
            Self::Precomputed(digest) => Some(Payload::Sha256(digest)),
            Self::StreamingUnsignedTrailer => Some(Payload::StreamingUnsignedTrailer),
            Self::Buffered => None,
            #[cfg(feature = "chunked")]
            Self::Chunked(_) => None,
        }
    }

    /// Its name, for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Buffered => "PayloadMode::Buffered",
            Self::Unsigned => "PayloadMode::Unsigned",
            Self::Precomputed(_) => "PayloadMode::Precomputed",
            Self::StreamingUnsignedTrailer => "PayloadMode::StreamingUnsignedTrailer",
            #[cfg(feature = "chunked")]
            Self::Chunked(_) => "PayloadMode::Chunked",
        }
    }
}
