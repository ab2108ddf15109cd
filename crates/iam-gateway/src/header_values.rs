use http::{HeaderMap, HeaderValue};

/// Returns every value of a header, in the order in which they came.
pub(crate) fn values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a [u8]> {
    let values = headers.get_all(name).iter();
    values.map(HeaderValue::as_bytes).collect()
}
