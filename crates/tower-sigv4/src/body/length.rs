use http::{
    HeaderMap, HeaderValue, Method,
    header::{CONTENT_LENGTH, TRAILER, TRANSFER_ENCODING},
    request::Parts,
};
use http_body::Body;

use super::signed_body::SignedBody;
use crate::{
    Error,
    error::{BoxError, Kind},
};

/// Returns the length of a body: the one that it knows itself, or else the one that its request
/// declares.
pub(crate) fn known_length(headers: &HeaderMap, body: &impl Body) -> Option<u64> {
    let exact = body.size_hint().exact();
    let declared = |name: &str| {
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => number(value),
            _ => None,
        }
    };
    exact
        .or_else(|| declared("x-amz-decoded-content-length"))
        .or_else(|| declared("content-length"))
}

/// Has the headers agree with the length of a body, where that is known: no `transfer-encoding`, no
/// other `content-length`, and `content-length: 0` for the [methods that expect a body].
///
/// A client adds the `content-length` of a body that has any bytes. But it sends one in chunks, whose
/// length it knows, where the headers ask for that, and says nothing of the length of an empty one;
/// object stores answer 411 to both.
///
/// # Errors
///
/// Too many headers.
///
/// [methods that expect a body]: https://www.rfc-editor.org/rfc/rfc9110#section-8.6
pub(crate) fn write_length<B>(parts: &mut Parts, body: &SignedBody<B>) -> Result<(), Error>
where
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    let Some(length) = body.size_hint().exact() else {
        return Ok(());
    };
    let Parts {
        headers, method, ..
    } = parts;
    // As in most requests, which one look at all names tells sooner than three for one each.
    let says_nothing = !headers
        .keys()
        .any(|name| *name == CONTENT_LENGTH || *name == TRAILER || *name == TRANSFER_ENCODING);
    if says_nothing && (length > 0 || !expects_body(method)) {
        return Ok(());
    }
    // HTTP/1.1 sends trailers behind chunks only. What was collected has none.
    if headers.contains_key(TRAILER) && !body.is_collected() {
        return Ok(());
    }
    headers.remove(TRANSFER_ENCODING);
    let mut said = headers.get_all(CONTENT_LENGTH).iter();
    let is_right = match (said.next(), said.next()) {
        (None, _) => length > 0 || !expects_body(method),
        (Some(said), None) => number(said) == Some(length),
        (Some(_), Some(_)) => false,
    };
    if !is_right {
        let value = match length {
            // Which allocates nothing.
            0 => HeaderValue::from_static("0"),
            _ => length.into(),
        };
        let inserted = headers.try_insert(CONTENT_LENGTH, value);
        inserted.map_err(|_| Kind::TooManyHeaders)?;
    }
    Ok(())
}

fn expects_body(method: &Method) -> bool {
    matches!(*method, Method::PATCH | Method::POST | Method::PUT)
}

fn number(value: &HeaderValue) -> Option<u64> {
    let digits = value.to_str().ok()?;
    // Parsing by itself takes a `+` too.
    digits.parse().ok().filter(|_| !digits.starts_with('+'))
}
