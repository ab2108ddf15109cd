//! A canonical request, taken apart into its lines.

/// The lines of a canonical request, ours or a service's.
pub(super) struct Lines<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) headers: Vec<(&'a str, &'a str)>,
    pub(super) signed_headers: &'a str,
    pub(super) payload: &'a str,
}

impl<'a> Lines<'a> {
    /// Takes a text apart, if it is a canonical request from its first line to its last.
    ///
    /// Anything else is not compared: a wrong guess at where a line belongs would name a wrong cause,
    /// and a line that is out of its place could show a secret.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut lines = text
            .split('\n')
            .map(|line| line.strip_suffix('\r').unwrap_or(line));
        let method = lines.next().filter(|method| is_token(method))?;
        let path = lines.next().filter(|path| path.starts_with('/'))?;
        let query = lines.next()?;
        let mut headers = Vec::new();
        loop {
            match lines.next()? {
                "" => break,
                line => headers.push(line.split_once(':').filter(|(name, _)| is_token(name))?),
            }
        }
        let signed_headers = lines.next()?;
        let payload = lines.next().filter(|payload| is_token(payload))?;
        let is_list = signed_headers.split(';').all(is_token);
        (is_list && lines.next().is_none()).then_some(Self {
            method,
            path,
            query,
            headers,
            signed_headers,
            payload,
        })
    }

    /// The parameters of the query that have a value.
    pub(super) fn parameters(&self) -> impl Iterator<Item = (&'a str, &'a str)> + Clone + use<'a> {
        self.query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
    }

    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        let found = self.headers.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| *value)
    }
}

/// Whether `text` could be a method, a header's name, a digest or a marker.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "GET\n/a\nb=c\nhost:h\nx-amz-meta-a:it's: b\n\nhost;x-amz-meta-a\ne3b0";

    #[test]
    fn a_canonical_request_is_taken_apart() {
        let lines = Lines::parse(WHOLE).unwrap();
        assert_eq!(
            (lines.method, lines.path, lines.query),
            ("GET", "/a", "b=c")
        );
        assert_eq!(lines.header("x-amz-meta-a"), Some("it's: b"));
        assert_eq!(lines.header("x-amz-date"), None);
        assert_eq!(lines.signed_headers, "host;x-amz-meta-a");
        assert_eq!(lines.payload, "e3b0");
    }

    #[test]
    fn an_empty_query_is_a_line_too() {
        let lines = Lines::parse("GET\n/\n\nhost:h\n\nhost\ne3b0").unwrap();
        assert_eq!((lines.query, lines.header("host")), ("", Some("h")));
    }

    #[test]
    fn a_text_that_is_not_whole_is_not_taken_apart() {
        for cut in 0..WHOLE.len() - "e3b".len() {
            assert!(Lines::parse(&WHOLE[..cut]).is_none(), "{}", &WHOLE[..cut]);
        }
        assert!(Lines::parse(&format!("{WHOLE}\n")).is_none());
        assert!(Lines::parse(&WHOLE.replace("host:h", "no header")).is_none());
        assert!(Lines::parse(&WHOLE.replace("/a", "a")).is_none());
    }
}
