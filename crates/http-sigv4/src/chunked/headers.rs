//! The headers that announce a chunked body.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};

use super::{ChunkedError, Form, error::Kind};
use crate::{
    all_or_nothing::all_or_nothing,
    canonical::headers::X_AMZ_CONTENT_SHA256,
    marker::{AWS_CHUNKED, Marker, is_aws_chunked},
};

pub(super) static X_AMZ_DECODED_CONTENT_LENGTH: HeaderName =
    HeaderName::from_static("x-amz-decoded-content-length");
pub(super) static X_AMZ_TRAILER: HeaderName = HeaderName::from_static("x-amz-trailer");

/// Makes `headers` describe the decoded body in the place of the chunked one, for whoever sends it
/// on as it is.
///
/// `x-amz-decoded-content-length` becomes `content-length`; `aws-chunked` is taken out of
/// `content-encoding`; `x-amz-trailer`, and the marker in `x-amz-content-sha256`, are removed.
/// Headers that announce no chunked body stay as they are.
///
/// ```
/// use http::HeaderMap;
/// use http_sigv4::chunked::{self, ChecksumAlgorithm, Upload};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("content-encoding", "gzip".parse().unwrap());
/// Upload::unsigned(11, ChecksumAlgorithm::Crc32).write_headers(&mut headers)?;
/// assert_eq!(headers["content-encoding"], "gzip,aws-chunked");
///
/// chunked::remove_headers(&mut headers)?;
/// assert_eq!(headers["content-encoding"], "gzip");
/// assert_eq!(headers["content-length"], "11");
/// assert!(!headers.contains_key("x-amz-trailer"));
/// # Ok::<_, chunked::ChunkedError>(())
/// ```
///
/// # Errors
///
/// A content encoding or a length that cannot be read. `headers` are then unchanged.
pub fn remove_headers(headers: &mut HeaderMap) -> Result<(), ChunkedError> {
    if !headers.contains_key(&X_AMZ_DECODED_CONTENT_LENGTH) {
        return Ok(());
    }
    let length = announced_length(headers)
        .ok_or(Kind::NotAnnounced(X_AMZ_DECODED_CONTENT_LENGTH.as_str()))?;
    let encoding =
        content_encoding(headers, false).ok_or(Kind::NotAnnounced(CONTENT_ENCODING.as_str()))?;
    let payload = headers.get(&X_AMZ_CONTENT_SHA256).cloned();
    let is_marker = |value: &HeaderValue| Marker::parse(value.as_bytes()).is_some();
    with_changes(
        headers,
        [
            (
                &CONTENT_ENCODING,
                (!encoding.is_empty()).then_some(encoding),
            ),
            (&CONTENT_LENGTH, Some(length.into())),
            (&X_AMZ_DECODED_CONTENT_LENGTH, None),
            (&X_AMZ_TRAILER, None),
            (&X_AMZ_CONTENT_SHA256, payload.filter(|it| !is_marker(it))),
        ],
    )
}

/// The form that `x-amz-content-sha256` names.
pub(super) fn announced_form(headers: &HeaderMap) -> Option<Form> {
    Form::from_marker(only(headers, &X_AMZ_CONTENT_SHA256)?)
}

/// The length of the body itself.
pub(super) fn announced_length(headers: &HeaderMap) -> Option<u64> {
    let digits = only(headers, &X_AMZ_DECODED_CONTENT_LENGTH)?;
    // Parsing by itself takes a `+` too.
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// The names of the trailers, sorted; none without the header, `None` if it cannot be read.
pub(super) fn announced_trailers(headers: &HeaderMap) -> Option<Vec<HeaderName>> {
    if !headers.contains_key(&X_AMZ_TRAILER) {
        return Some(Vec::new());
    }
    let names = only(headers, &X_AMZ_TRAILER)?.split(',');
    let mut names: Vec<HeaderName> = names
        .map(|name| name.trim().parse().ok())
        .collect::<Option<_>>()?;
    names.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    let is_unique = names.windows(2).all(|pair| pair[0] != pair[1]);
    is_unique.then_some(names)
}

/// The encodings of the body, in one line, with or without `aws-chunked` as the last of them;
/// `None` if they are no header value.
pub(super) fn content_encoding(headers: &HeaderMap, is_chunked: bool) -> Option<HeaderValue> {
    let lines = headers.get_all(CONTENT_ENCODING).iter();
    let encodings = lines.flat_map(|line| line.as_bytes().split(|&byte| byte == b','));
    let others = encodings
        .map(<[u8]>::trim_ascii)
        .filter(|encoding| !encoding.is_empty() && !is_aws_chunked(encoding));
    let all: Vec<_> = others.chain(is_chunked.then_some(AWS_CHUNKED)).collect();
    HeaderValue::from_bytes(&all.join(&b',')).ok()
}

/// Sets the headers that have a value and removes those that have none, all or nothing.
pub(super) fn with_changes<const N: usize>(
    headers: &mut HeaderMap,
    changes: [(&HeaderName, Option<HeaderValue>); N],
) -> Result<(), ChunkedError> {
    all_or_nothing(headers, |headers| {
        for (name, value) in changes {
            match value {
                Some(value) => {
                    let inserted = headers.try_insert(name, value);
                    inserted.map_err(|_| Kind::TooManyHeaders)?;
                }
                None => _ = headers.remove(name),
            }
        }
        Ok(())
    })
}

/// The value of a header that stands there once, and is ASCII.
pub(super) fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}
