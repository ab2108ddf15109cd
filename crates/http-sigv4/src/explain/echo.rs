//! The strings that a service computed, where its answer quotes them.

/// What a service says it computed. Its canonical request may hold a live session token.
#[derive(Default)]
pub(super) struct Echo {
    pub(super) canonical_request: Option<String>,
    pub(super) string_to_sign: Option<String>,
}

impl Echo {
    /// Finds both strings in the text of a message, each between single quotes:
    ///
    /// ```text
    /// The Canonical String for this request should have been
    /// 'GET
    /// ...'
    ///
    /// The String-to-Sign should have been
    /// 'AWS4-HMAC-SHA256
    /// ...'
    /// ```
    ///
    /// A string without its closing quote was cut, and half a string compares to nothing.
    pub(super) fn in_message(message: &str) -> Self {
        let Some((_, rest)) = message.split_once(CANONICAL) else {
            return Self::default();
        };
        // From the right, since a header's value may hold anything.
        let (canonical, string_to_sign) = match rest.rsplit_once(STRING_TO_SIGN) {
            Some((canonical, string_to_sign)) => (canonical, Some(string_to_sign)),
            None => (rest, None),
        };
        Self {
            canonical_request: quoted(canonical),
            string_to_sign: string_to_sign.and_then(quoted),
        }
    }
}

const CANONICAL: &str = "Canonical String for this request should have been";
const STRING_TO_SIGN: &str = "The String-to-Sign should have been";

fn quoted(text: &str) -> Option<String> {
    let (_, text) = text.split_once('\'')?;
    let (text, _) = text.rsplit_once('\'')?;
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(canonical: &str, string_to_sign: &str) -> String {
        format!("No.\n\nThe {CANONICAL}\n'{canonical}'\n\n{STRING_TO_SIGN}\n'{string_to_sign}'\n")
    }

    #[test]
    fn both_strings_are_found() {
        let echo = Echo::in_message(&message("GET\n/\n", "AWS4\nx"));
        assert_eq!(echo.canonical_request.unwrap(), "GET\n/\n");
        assert_eq!(echo.string_to_sign.unwrap(), "AWS4\nx");
    }

    #[test]
    fn quotes_in_a_header_do_not_end_the_canonical_request() {
        let tricky = format!("GET\nx-amz-meta-a:'it''s'\n\n{STRING_TO_SIGN}\n'");
        let echo = Echo::in_message(&message(&tricky, "AWS4"));
        assert_eq!(echo.canonical_request.unwrap(), tricky);
        assert_eq!(echo.string_to_sign.unwrap(), "AWS4");
    }

    #[test]
    fn a_string_that_was_cut_is_not_used() {
        let whole = message("GET\n/", "AWS4\nx");
        let echo = Echo::in_message(whole.strip_suffix("x'\n").unwrap());
        assert_eq!(
            (echo.canonical_request.as_deref(), echo.string_to_sign),
            (Some("GET\n/"), None)
        );
        let echo = Echo::in_message(whole.split_once("/'").unwrap().0);
        assert_eq!((echo.canonical_request, echo.string_to_sign), (None, None));
    }

    #[test]
    fn a_message_without_either_has_no_echo() {
        let echo = Echo::in_message("Missing Authentication Token");
        assert_eq!((echo.canonical_request, echo.string_to_sign), (None, None));
    }
}
