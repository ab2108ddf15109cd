use http::{HeaderMap, HeaderName, HeaderValue, header::TRAILER};
use http_sigv4::chunked::{ChecksumAlgorithm, Trailer, Upload};

use super::chunks::Chunks;
use crate::{
    Error,
    error::{ChunkedKind, Kind},
};

/// A body that is going to be sent in chunks, as the request's headers say.
pub(crate) struct Announced {
    pub(crate) upload: Upload,
    /// The values of trailers that the caller has set already.
    pub(crate) given: HeaderMap,
}

/// Has the headers announce a body of `length` bytes in chunks.
///
/// What the caller says of checksums is honoured. With `x-amz-trailer`, those that it names are
/// computed, and no others; with a checksum in a header, none is. Where the chunks are not signed there
/// has to be a trailer, so such a header becomes one.
///
/// # Errors
///
/// A trailer of a length that cannot be known, one that has several values, and too many headers.
pub(crate) fn announce(
    chunks: Chunks,
    length: u64,
    headers: &mut HeaderMap,
) -> Result<Announced, Error> {
    let own: Vec<HeaderName> = own_checksums(headers).cloned().collect();
    let mut given = HeaderMap::new();
    let trailers = if headers.contains_key("x-amz-trailer") {
        let announced = announced_algorithms(headers)?;
        announced.into_iter().map(Trailer::from).collect()
    } else if own.is_empty() {
        chunks.trailer().into_iter().collect()
    } else if chunks.is_signed() {
        Vec::new()
    } else {
        own.into_iter()
            .map(|name| given_trailer(name, headers, &mut given))
            .collect::<Result<_, _>>()?
    };
    let upload = chunks.upload_with(length, trailers)?;
    upload.write_headers(headers)?;
    // They are in the body, and nothing follows it.
    headers.remove(TRAILER);
    Ok(Announced { upload, given })
}

/// The checksums that are among the headers already.
pub(crate) fn own_checksums(headers: &HeaderMap) -> impl Iterator<Item = &HeaderName> {
    headers.keys().filter(|name| is_checksum(name))
}

/// Returns whether it is the name of a header that holds a checksum.
fn is_checksum(name: &HeaderName) -> bool {
    let kind = name.as_str().strip_prefix("x-amz-checksum-");
    kind.is_some_and(|kind| !matches!(kind, "algorithm" | "mode" | "type"))
}

/// The checksum that `x-amz-trailer` names, for a body that has one in a header instead.
///
/// # Errors
///
/// One that cannot be computed here, and several.
pub(crate) fn announced_checksum(headers: &HeaderMap) -> Result<Option<ChecksumAlgorithm>, Error> {
    match announced_algorithms(headers)?[..] {
        [] => Ok(None),
        [algorithm] => Ok(Some(algorithm)),
        _ => Err(ChunkedKind::SeveralChecksums.into()),
    }
}

/// The checksums that `x-amz-trailer` names.
fn announced_algorithms(headers: &HeaderMap) -> Result<Vec<ChecksumAlgorithm>, Error> {
    let lines = headers.get_all("x-amz-trailer").iter();
    let names = lines.flat_map(|line| line.as_bytes().split(|&byte| byte == b','));
    names
        .map(|name| {
            let name = HeaderName::from_bytes(name.trim_ascii()).ok();
            let algorithm = name.as_ref().and_then(ChecksumAlgorithm::from_header_name);
            algorithm.ok_or_else(|| ChunkedKind::UnknownTrailer { name }.into())
        })
        .collect()
}

/// Makes a trailer of a header.
fn given_trailer(
    name: HeaderName,
    headers: &mut HeaderMap,
    given: &mut HeaderMap,
) -> Result<Trailer, Error> {
    let unknown = |name: &HeaderName| ChunkedKind::UnknownTrailer {
        name: Some(name.clone()),
    };
    if headers.get_all(&name).iter().count() > 1 {
        return Err(ChunkedKind::SeveralChecksums.into());
    }
    let value = headers.remove(&name).ok_or_else(|| unknown(&name))?;
    let text = value.to_str().map_err(|_| unknown(&name))?.trim();
    let length = text.len();
    let value = HeaderValue::from_str(text).map_err(|_| unknown(&name))?;
    let inserted = given.try_insert(&name, value);
    inserted.map_err(|_| Kind::TooManyHeaders)?;
    // What can be computed is held against it.
    match ChecksumAlgorithm::from_header_name(&name) {
        Some(algorithm) => Ok(algorithm.into()),
        None => Ok(Trailer::given(name, length)?),
    }
}
