use super::{Cause, Line, Mismatch, redact::Redactor};

/// A line that differs between what was signed and what the service saw.
///
/// What it shows are excerpts around the first difference. Of a value that may not be shown there is
/// only its length, and the [`Mismatch`] says where and in what it differs.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Difference {
    line: Line,
    cause: Cause,
    signed: Option<String>,
    received: Option<String>,
    mismatch: Option<Mismatch>,
}

impl Difference {
    /// Returns which line it is.
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// Returns what turns the one into the other.
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// Returns the line as it was signed, if it was.
    pub fn signed(&self) -> Option<&str> {
        self.signed.as_deref()
    }

    /// Returns the line as the service saw it, if it did.
    pub fn received(&self) -> Option<&str> {
        self.received.as_deref()
    }

    /// Returns where the values differ, if both sides have one and it is not shown.
    pub fn mismatch(&self) -> Option<&Mismatch> {
        self.mismatch.as_ref()
    }

    /// Takes the values as they are.
    pub(super) fn new(
        line: Line,
        cause: Cause,
        (signed, received): (Option<&str>, Option<&str>),
        redactor: &Redactor<'_>,
    ) -> Self {
        let show = |value: &str| redactor.line(&line, value);
        let (shown_signed, shown_received) = (signed.map(show), received.map(show));
        let hidden = signed
            .zip(received)
            .and_then(|(signed, received)| match &line {
                Line::Header(name) if redactor.hides_header(name) => {
                    Some((0, Mismatch::between(signed, received)?))
                }
                Line::Query => hidden_parameter(signed, received, redactor),
                _ => None,
            });
        let (differs_at, mismatch) = hidden.unzip();
        let excerpt = Excerpt::around(
            differs_at,
            shown_signed.as_deref(),
            shown_received.as_deref(),
        );
        Self {
            line: match line {
                Line::Header(name) => Line::Header(redactor.show(&name, Excerpt::LENGTH)),
                line => line,
            },
            cause,
            signed: shown_signed.map(|value| excerpt.cut(&value)),
            received: shown_received.map(|value| excerpt.cut(&value)),
            mismatch,
        }
    }
}

/// The first parameter that differs, if its value is not shown: where it begins in what is shown, and
/// where its values differ.
fn hidden_parameter(
    signed: &str,
    received: &str,
    redactor: &Redactor<'_>,
) -> Option<(usize, Mismatch)> {
    let mut shown_before = 0;
    for (signed, received) in signed.split('&').zip(received.split('&')) {
        if signed == received {
            shown_before += redactor.pair(signed).len() + 1;
            continue;
        }
        let (name, signed) = signed.split_once('=')?;
        let (other, received) = received.split_once('=')?;
        if name != other || !redactor.hides_parameter(name) {
            return None;
        }
        let name = redactor.show(name, Excerpt::LENGTH);
        let mismatch = Mismatch::between(signed, received)?.of_parameter(name);
        return Some((shown_before, mismatch));
    }
    None
}

/// Which part of two values is shown.
struct Excerpt {
    start: usize,
}

impl Excerpt {
    /// Two of this length fit a terminal's line each.
    const LENGTH: usize = 80;

    /// Begins a little before the place where the values differ, unless both fit whole. Without such a
    /// place it is the first that differs in what is shown.
    fn around(at: Option<usize>, signed: Option<&str>, received: Option<&str>) -> Self {
        let [signed, received] =
            [signed, received].map(|value| value.unwrap_or_default().as_bytes());
        if signed.len().max(received.len()) <= Self::LENGTH {
            return Self { start: 0 };
        }
        let equal = signed.iter().zip(received).take_while(|(a, b)| a == b);
        let at = at.unwrap_or_else(|| equal.count());
        Self {
            start: at.saturating_sub(Self::LENGTH / 2),
        }
    }

    /// Cuts it from a value, which is printable ASCII.
    fn cut(&self, value: &str) -> String {
        let mark = |marked: bool| if marked { "..." } else { "" };
        let rest = value.get(self.start..).unwrap_or_default();
        let (text, is_cut) = match rest.get(..Self::LENGTH) {
            Some(text) if rest.len() > Self::LENGTH => (text, true),
            _ => (rest, false),
        };
        format!("{}{text}{}", mark(self.start > 0), mark(is_cut))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::CharacterClass;

    fn difference(line: Line, signed: &str, received: &str) -> Difference {
        let redactor = Redactor::default();
        let values = (Some(signed), Some(received));
        Difference::new(line, Cause::PathChanged, values, &redactor)
    }

    #[test]
    fn short_lines_are_shown_whole() {
        let difference = difference(Line::Path, "/a", "/b");
        assert_eq!(
            (difference.signed(), difference.received()),
            (Some("/a"), Some("/b"))
        );
        assert_eq!(difference.mismatch(), None);
    }

    #[test]
    fn long_lines_are_cut_around_the_first_difference() {
        let long = format!("/{}", "a".repeat(1000));
        let shown = difference(
            Line::Path,
            &format!("{long}x{long}"),
            &format!("{long}y{long}"),
        );
        let around = "a".repeat(Excerpt::LENGTH / 2);
        let rest = format!("/{}", &around[2..]);
        assert_eq!(shown.signed().unwrap(), format!("...{around}x{rest}..."));
        assert_eq!(shown.received().unwrap(), format!("...{around}y{rest}..."));
    }

    #[test]
    fn a_line_that_ends_before_the_excerpt_is_shown_empty() {
        let long = "a".repeat(1000);
        let shown = difference(Line::Path, "", &long);
        assert_eq!(shown.signed(), Some(""));
        assert_eq!(
            shown.received().unwrap(),
            format!("{}...", &long[..Excerpt::LENGTH])
        );
    }

    #[test]
    fn of_a_header_that_is_not_harmless_only_the_length_is_shown() {
        let line = Line::Header("x-amz-meta-a".to_owned());
        let shown = difference(line, "z,hush", "z, hush");
        assert_eq!(shown.signed(), Some("[6 bytes]"));
        assert_eq!(shown.received(), Some("[7 bytes]"));
        let mismatch = shown.mismatch().unwrap();
        assert_eq!(
            (mismatch.offset(), mismatch.class()),
            (2, CharacterClass::Space)
        );
        let shown = difference(Line::Header("host".to_owned()), "a", "b");
        assert_eq!((shown.signed(), shown.mismatch()), (Some("a"), None));
    }

    #[test]
    fn of_a_query_the_names_are_shown_and_the_values_of_harmless_ones() {
        let shown = difference(
            Line::Query,
            "Action=List&k=a%20b&q=x%20y&x",
            "Action=List&k=a%20b&q=x%2By&x",
        );
        assert_eq!(
            shown.signed(),
            Some("Action=List&k=[5 bytes]&q=[5 bytes]&x")
        );
        assert_eq!(shown.signed(), shown.received());
        let mismatch = shown.mismatch().unwrap();
        assert_eq!(mismatch.parameter(), Some("q"));
        assert_eq!(
            (mismatch.offset(), mismatch.class()),
            (1, CharacterClass::Plus)
        );
        let shown = difference(Line::Query, "a=1", "a=1&b=2");
        assert_eq!(shown.received(), Some("a=[1 byte]&b=[1 byte]"));
        assert_eq!(shown.mismatch(), None);
    }

    #[test]
    fn a_parameter_far_into_a_query_is_in_the_excerpt() {
        let many: String = (0..50).map(|index| format!("name{index}=v&")).collect();
        let shown = difference(Line::Query, &format!("{many}z=1"), &format!("{many}z=2"));
        assert!(shown.signed().unwrap().ends_with("&z=[1 byte]"));
        assert_eq!(shown.mismatch().unwrap().parameter(), Some("z"));
    }
}
