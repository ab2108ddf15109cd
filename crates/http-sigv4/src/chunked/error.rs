use std::{error::Error, fmt};

use http::HeaderName;

/// Why a body was not encoded or decoded.
///
/// An encoder or a decoder that has failed fails from then on, so what follows a fault can never
/// pass for a whole body. The message names what is at fault; it never holds a secret, a signature
/// or the value of a header.
///
/// The predicates tell what kind of failure it is; more kinds may come.
#[derive(Clone, Debug)]
pub struct ChunkedError {
    kind: Kind,
}

impl ChunkedError {
    /// Tells whether a body is shorter or longer than was declared.
    pub fn is_length(&self) -> bool {
        matches!(self.kind, Kind::TooShort | Kind::TooLong)
    }

    /// Tells whether the signature of a chunk or of the trailer does not match.
    pub fn is_signature(&self) -> bool {
        matches!(self.kind, Kind::ChunkSignature | Kind::TrailerSignature)
    }

    /// Tells whether a checksum does not match the data.
    pub fn is_checksum(&self) -> bool {
        matches!(self.kind, Kind::Checksum(_))
    }

    /// Tells whether what was to be decoded is not `aws-chunked`, or ends in the middle of it.
    pub fn is_framing(&self) -> bool {
        use Kind::*;
        matches!(
            self.kind,
            ChunkHeader | ChunkEnd | TrailerLine | AfterEnd | Cut
        )
    }

    /// Tells whether a chunk or a trailer is larger than the decoder takes.
    pub fn is_limit(&self) -> bool {
        matches!(self.kind, Kind::ChunkSize | Kind::TrailersSize)
    }

    /// Tells whether a trailer is at fault: one is missing or was not announced, or its value is
    /// not one.
    pub fn is_trailer(&self) -> bool {
        use Kind::*;
        matches!(
            self.kind,
            TrailerMissing(_) | TrailerNotAnnounced(_) | TrailerValue(_)
        )
    }

    /// Tells whether the headers of a request are at fault: they do not announce such a body, or
    /// carry no signature by the key.
    pub fn is_request(&self) -> bool {
        use Kind::*;
        matches!(
            self.kind,
            NotAnnounced(_) | NotSigned(_) | OtherKey(_) | TooManyHeaders
        )
    }

    /// Tells whether a setting is at fault: the size of a chunk, a trailer that cannot be one, a
    /// key that signs no chunks.
    pub fn is_configuration(&self) -> bool {
        use Kind::*;
        matches!(
            self.kind,
            SmallChunks | ReservedTrailer | SameTrailer(_) | AsymmetricKey
        )
    }
}

impl From<Kind> for ChunkedError {
    #[cold]
    fn from(kind: Kind) -> Self {
        Self { kind }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    SmallChunks,
    ReservedTrailer,
    SameTrailer(HeaderName),
    AsymmetricKey,
    NotAnnounced(&'static str),
    NotSigned(&'static str),
    OtherKey(&'static str),
    TooManyHeaders,
    TooShort,
    TooLong,
    TrailerMissing(HeaderName),
    TrailerNotAnnounced(HeaderName),
    TrailerValue(HeaderName),
    ChunkHeader,
    ChunkEnd,
    ChunkSize,
    ChunkSignature,
    TrailerLine,
    TrailersSize,
    TrailerSignature,
    Checksum(HeaderName),
    AfterEnd,
    Cut,
}

impl fmt::Display for ChunkedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.kind {
            Kind::SmallChunks => {
                "S3 takes no chunks of less than 8 KiB but the last; choose a larger size"
            }
            Kind::ReservedTrailer => {
                "`x-amz-trailer-signature` is the encoder's own; announce another trailer"
            }
            Kind::SameTrailer(name) => {
                return write!(
                    f,
                    "the trailer `{name}` is announced twice; announce it once"
                );
            }
            Kind::AsymmetricKey => {
                "chunks are signed with SigV4 only; use a signing key of one region"
            }
            Kind::NotAnnounced(header) => {
                return write!(
                    f,
                    "`{header}` is missing, is there twice, or is not the one of such a body; \
                     write the headers of the upload before the request is signed"
                );
            }
            Kind::NotSigned(header) => {
                return write!(
                    f,
                    "`{header}` is missing, is there twice, or is not that of a signed request; \
                     sign the request first, with its signature in the headers"
                );
            }
            Kind::OtherKey(header) => {
                return write!(
                    f,
                    "`{header}` is of another signing key; use the one that signed the request"
                );
            }
            Kind::TooManyHeaders => "the request has too many headers to announce the upload in",
            Kind::TooShort => {
                "the body is shorter than its declared length, so its end is not sent"
            }
            Kind::TooLong => "the body is longer than its declared length",
            Kind::TrailerMissing(name) => {
                return write!(f, "the trailer `{name}` was announced, but is missing");
            }
            Kind::TrailerNotAnnounced(name) => {
                return write!(
                    f,
                    "the trailer `{name}` was not announced, or is there twice"
                );
            }
            Kind::TrailerValue(name) => {
                return write!(
                    f,
                    "the value of the trailer `{name}` is not of its announced length, or is not \
                     plain ASCII without white space around it"
                );
            }
            Kind::ChunkHeader => {
                "not `aws-chunked`: where a chunk should begin there is no size, or there is a \
                 signature where there should be none, or none where there should be one"
            }
            Kind::ChunkEnd => "not `aws-chunked`: the data of a chunk does not end in CR LF",
            Kind::ChunkSize => {
                "a chunk is larger than the decoder holds until its signature is verified"
            }
            Kind::ChunkSignature => "the signature of a chunk does not match",
            Kind::TrailerLine => "not `aws-chunked`: a line of the trailer is not a header",
            Kind::TrailersSize => "the trailer is larger than the decoder takes",
            Kind::TrailerSignature => "the signature of the trailer is missing or does not match",
            Kind::Checksum(name) => {
                return write!(f, "`{name}` is not the checksum of the data");
            }
            Kind::AfterEnd => "not `aws-chunked`: something follows the end",
            Kind::Cut => "the body ends before its last chunk and its trailer",
        })
    }
}

impl Error for ChunkedError {}

#[cfg(test)]
mod tests {
    use super::{Kind::*, *};

    type Predicate = fn(&ChunkedError) -> bool;

    #[test]
    fn each_kind_is_told_by_one_predicate() {
        let name = || HeaderName::from_static("x-amz-checksum-crc32");
        let table: [(Predicate, Vec<Kind>); 8] = [
            (ChunkedError::is_length, vec![TooShort, TooLong]),
            (
                ChunkedError::is_signature,
                vec![ChunkSignature, TrailerSignature],
            ),
            (ChunkedError::is_checksum, vec![Checksum(name())]),
            (
                ChunkedError::is_framing,
                vec![ChunkHeader, ChunkEnd, TrailerLine, AfterEnd, Cut],
            ),
            (ChunkedError::is_limit, vec![ChunkSize, TrailersSize]),
            (
                ChunkedError::is_trailer,
                vec![
                    TrailerMissing(name()),
                    TrailerNotAnnounced(name()),
                    TrailerValue(name()),
                ],
            ),
            (
                ChunkedError::is_request,
                vec![
                    NotAnnounced("x"),
                    NotSigned("x"),
                    OtherKey("x"),
                    TooManyHeaders,
                ],
            ),
            (
                ChunkedError::is_configuration,
                vec![
                    SmallChunks,
                    ReservedTrailer,
                    SameTrailer(name()),
                    AsymmetricKey,
                ],
            ),
        ];
        for (row, (_, kinds)) in table.iter().enumerate() {
            for kind in kinds {
                let error = ChunkedError::from(kind.clone());
                for (other, (predicate, _)) in table.iter().enumerate() {
                    assert_eq!(predicate(&error), row == other, "{error}");
                }
            }
        }
    }
}
