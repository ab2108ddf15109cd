use bytes::Bytes;
use http::Uri;

use crate::{SignError, error::Kind};

/// `uri` with another authority, another query, or both; the rest stays as it is written.
///
/// # Errors
///
/// A URI that is then longer than the `http` crate holds.
pub(crate) fn rewritten(
    uri: &Uri,
    authority: Option<&str>,
    query: Option<&[u8]>,
) -> Result<Uri, SignError> {
    let mut text = Vec::with_capacity(256);
    if let (Some(scheme), Some(old)) = (uri.scheme_str(), uri.authority()) {
        text.extend_from_slice(scheme.as_bytes());
        text.extend_from_slice(b"://");
        text.extend_from_slice(authority.unwrap_or(old.as_str()).as_bytes());
    }
    text.extend_from_slice(uri.path().as_bytes());
    if let Some(query) = query.or_else(|| uri.query().map(str::as_bytes)) {
        text.push(b'?');
        text.extend_from_slice(query);
    }
    Uri::from_maybe_shared(Bytes::from(text)).map_err(|_| Kind::UriTooLong.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_what_is_replaced_stays() {
        let uri = Uri::from_static("https://H:443/a//b%2f?c=%41&&d");
        let with = |authority, query: Option<&str>| {
            rewritten(&uri, authority, query.map(str::as_bytes)).unwrap()
        };
        assert_eq!(with(Some("h"), None), "https://h/a//b%2f?c=%41&&d");
        assert_eq!(with(None, Some("e")), "https://H:443/a//b%2f?e");
        assert_eq!(with(Some("h"), Some("")), "https://h/a//b%2f?");
        let relative = rewritten(&Uri::from_static("/a?b"), None, Some(b"c")).unwrap();
        assert_eq!(relative, "/a?c");
    }

    #[test]
    fn a_uri_that_grows_too_long_is_refused() {
        let query = [b'a'; 65_536];
        let uri = Uri::from_static("https://h/");
        assert!(
            rewritten(&uri, None, Some(&query))
                .unwrap_err()
                .is_request()
        );
    }
}
