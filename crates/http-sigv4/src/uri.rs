use http::Uri;

use crate::{SignError, error::Kind};

/// Whether a query follows the authority at once. What is signed, and what HTTP/1.1 clients send, has a `/`
/// between them, and HTTP/2 clients send none.
pub(crate) fn lacks_path(uri: &Uri) -> bool {
    let target = uri.path_and_query();
    target.is_some_and(|target| target.as_str().starts_with('?'))
}

/// `uri` with `query`, and with another authority if there is one; the rest stays as it is written.
///
/// # Errors
///
/// A URI that is then longer than the `http` crate holds.
pub(crate) fn rewritten(
    uri: &Uri,
    authority: Option<&str>,
    query: Option<&str>,
) -> Result<Uri, SignError> {
    let mut text = String::new();
    if let (Some(scheme), Some(old)) = (uri.scheme_str(), uri.authority()) {
        text.push_str(scheme);
        text.push_str("://");
        text.push_str(authority.unwrap_or(old.as_str()));
    }
    text.push_str(uri.path());
    if let Some(query) = query {
        text.push('?');
        text.push_str(query);
    }
    Uri::try_from(text).map_err(|_| Kind::UriTooLong.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_what_is_replaced_stays() {
        let uri = Uri::from_static("https://H:443/a//b%2f?c=%41&&d");
        let with = |authority, query| rewritten(&uri, authority, query).unwrap();
        assert_eq!(with(Some("h"), uri.query()), "https://h/a//b%2f?c=%41&&d");
        assert_eq!(with(None, Some("e")), "https://H:443/a//b%2f?e");
        assert_eq!(with(None, Some("")), "https://H:443/a//b%2f?");
        assert_eq!(with(None, None), "https://H:443/a//b%2f");
        let relative = rewritten(&Uri::from_static("/a?b"), None, Some("c"));
        assert_eq!(relative.unwrap(), "/a?c");
    }

    #[test]
    fn a_uri_that_grows_too_long_is_refused() {
        let query = "a".repeat(65_536);
        let error = rewritten(&Uri::from_static("https://h/"), None, Some(&query)).unwrap_err();
        assert!(
            error.is_request() && error.to_string().contains("longer"),
            "{error}"
        );
    }
}
