//! The canonical headers and the list of signed headers.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header::CONNECTION};
use smallvec::SmallVec;

use super::encode::{all, is_between};
use crate::{SignError, error::Kind, text::Text};

pub(crate) static X_AMZ_CONTENT_SHA256: HeaderName =
    HeaderName::from_static("x-amz-content-sha256");
pub(crate) static X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
pub(crate) static X_AMZ_REGION_SET: HeaderName = HeaderName::from_static("x-amz-region-set");
pub(crate) static X_AMZ_S3SESSION_TOKEN: HeaderName =
    HeaderName::from_static("x-amz-s3session-token");
pub(crate) static X_AMZ_SECURITY_TOKEN: HeaderName =
    HeaderName::from_static("x-amz-security-token");

/// How many lines of headers are signed at most.
///
/// No service takes so many, and signing them takes time, which whoever sends a request through a
/// proxy that signs could use against it.
const MAX_LINES: usize = 8192;

/// The headers that a signature covers. A name that stands on several lines of the request stands
/// here as often, in the same order.
pub(crate) struct SignedHeaders<'a> {
    lines: SmallVec<[Line<'a>; 16]>,
    /// Whether a name stands on several lines.
    has_joined: bool,
    /// Whether a value has a space at one of its ends.
    has_padded: bool,
}

impl<'a> SignedHeaders<'a> {
    pub(crate) fn new() -> Self {
        Self {
            lines: SmallVec::new(),
            has_joined: false,
            has_padded: false,
        }
    }

    /// Adds a line of the request.
    ///
    /// # Errors
    ///
    /// A value that services read differently, and more than [`MAX_LINES`].
    pub(crate) fn push_sent(
        &mut self,
        name: &'a HeaderName,
        value: &'a HeaderValue,
    ) -> Result<(), SignError> {
        if !all(value.as_bytes(), |byte| is_between(byte, b' ', b'~')) {
            return Err(Kind::HeaderValue(name.as_str().into()).into());
        }
        if self.lines.len() == MAX_LINES {
            return Err(Kind::TooManyLines { limit: MAX_LINES }.into());
        }
        self.has_padded |= is_padded(value);
        let value = Value::Sent(name, value);
        self.lines.push(Line::new(name.as_str(), value));
        Ok(())
    }

    /// Adds a line of the signer's own, whose value is canonical already.
    pub(crate) fn push_own(&mut self, own: Own, value: &'a [u8]) {
        let value = Value::Own(own, value);
        self.lines.push(Line::new(own.name(), value));
    }

    /// Sorts the lines by name, once all are there.
    pub(crate) fn sort(&mut self) {
        // As nearly always: lines come in the order of what most requests have.
        if self.lines.is_sorted_by(Line::is_before) {
            return;
        }
        // Stable, for the lines of one name.
        self.lines.sort_by_key(|line| line.name);
        let mut pairs = self.lines.windows(2);
        self.has_joined = pairs.any(|pair| pair[0].name == pair[1].name);
    }

    /// Refuses a signed header that `Connection` nominates: the next hop would strip it.
    pub(crate) fn check_nominations(&self, sent: &HeaderMap) -> Result<(), SignError> {
        for value in sent.get_all(CONNECTION) {
            for option in value.as_bytes().split(|&byte| byte == b',') {
                if let Some(name) = self.named(option.trim_ascii()) {
                    return Err(Kind::NominatedByConnection(name.into()).into());
                }
            }
        }
        Ok(())
    }

    /// Finds a header by its name in any case, among lines that are sorted: many options may stand
    /// in `Connection`, and looking at every line for each of them would take the product.
    fn named(&self, option: &[u8]) -> Option<&str> {
        let lower_case = || option.iter().map(u8::to_ascii_lowercase);
        let found = self
            .lines
            .binary_search_by(|line| line.name.bytes().cmp(lower_case()));
        found.ok().map(|index| self.lines[index].name)
    }

    /// Appends `name:value`, a line for each header, the values of one name joined by `,`.
    pub(crate) fn write_lines(&self, out: &mut Text) {
        let mut before = None;
        for line in &self.lines {
            match before {
                Some(name) if self.has_joined && name == line.name => out.push(b','),
                before => {
                    if before.is_some() {
                        out.push(b'\n');
                    }
                    line.write_name(out);
                    out.push(b':');
                }
            }
            line.write_value(out);
            before = Some(line.name);
        }
        out.push(b'\n');
    }

    /// Appends the names, divided by `;`.
    pub(crate) fn write_names(&self, out: &mut Text) {
        let mut before = None;
        for line in &self.lines {
            match before {
                Some(name) if self.has_joined && name == line.name => continue,
                Some(_) => out.push(b';'),
                None => {}
            }
            line.write_name(out);
            before = Some(line.name);
        }
    }

    /// Whether a header is sent in another form than it came in.
    pub(crate) fn is_rewritten(&self) -> bool {
        self.has_joined || self.has_padded
    }

    /// The headers that are sent in another form than they came in.
    ///
    /// A proxy may join lines with `, ` where the signature has `,`, so they are sent on one line. Over
    /// HTTP/2, a value with a [space at one of its ends] makes a request malformed, so it is sent without.
    ///
    /// [space at one of its ends]: https://www.rfc-editor.org/rfc/rfc9113#section-8.2.1
    pub(crate) fn rewritten(&self) -> Result<Vec<(HeaderName, HeaderValue)>, SignError> {
        let mut rewritten = Vec::new();
        for lines in self.lines.chunk_by(|a, b| a.name == b.name) {
            let Value::Sent(name, value) = lines[0].value else {
                continue;
            };
            let mut text = Text::new();
            match lines {
                [_, _, ..] => write_values(&mut text, lines),
                _ if is_padded(value) => text.extend_from_slice(value.as_bytes().trim_ascii()),
                _ => continue,
            }
            let mut value = HeaderValue::from_maybe_shared(Bytes::copy_from_slice(&text))
                .map_err(|_| Kind::HeaderValue(name.as_str().into()))?;
            value.set_sensitive(lines.iter().any(Line::is_sensitive));
            rewritten.push((HeaderName::clone(name), value));
        }
        Ok(rewritten)
    }
}

/// Whether a value has a space at one of its ends.
#[inline]
fn is_padded(value: &HeaderValue) -> bool {
    matches!(value.as_bytes(), [b' ', ..] | [.., b' '])
}

/// A header that a signature brings itself.
#[derive(Clone, Copy)]
pub(crate) enum Own {
    Host,
    ContentSha256,
    Date,
    RegionSet,
    SecurityToken,
}

impl Own {
    fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::ContentSha256 => "x-amz-content-sha256",
            Self::Date => "x-amz-date",
            Self::RegionSet => "x-amz-region-set",
            Self::SecurityToken => "x-amz-security-token",
        }
    }

    /// A name at a time, each of a length that the compiler knows.
    #[inline]
    fn write_name(self, out: &mut Text) {
        match self {
            Self::Host => out.extend_from_slice(b"host"),
            Self::ContentSha256 => out.extend_from_slice(b"x-amz-content-sha256"),
            Self::Date => out.extend_from_slice(b"x-amz-date"),
            Self::RegionSet => out.extend_from_slice(b"x-amz-region-set"),
            Self::SecurityToken => out.extend_from_slice(b"x-amz-security-token"),
        }
    }
}

struct Line<'a> {
    name: &'a str,
    /// How the name begins, by which most names are told apart at once.
    start: u64,
    value: Value<'a>,
}

enum Value<'a> {
    Sent(&'a HeaderName, &'a HeaderValue),
    Own(Own, &'a [u8]),
}

impl<'a> Line<'a> {
    #[inline]
    fn new(name: &'a str, value: Value<'a>) -> Self {
        let mut start = [0; 8];
        match name.as_bytes().first_chunk() {
            Some(first) => start = *first,
            None => start[..name.len()].copy_from_slice(name.as_bytes()),
        }
        let start = u64::from_be_bytes(start);
        Self { name, start, value }
    }

    #[inline]
    fn is_before(&self, other: &Self) -> bool {
        // No name has a byte that is zero, so a shorter one comes before what it begins.
        (self.start, self.name) < (other.start, other.name)
    }

    #[inline]
    fn write_name(&self, out: &mut Text) {
        match self.value {
            Value::Own(own, _) => own.write_name(out),
            Value::Sent(..) => out.extend_from_slice(self.name.as_bytes()),
        }
    }

    #[inline]
    fn write_value(&self, out: &mut Text) {
        match self.value {
            Value::Own(_, value) => out.extend_from_slice(value),
            Value::Sent(_, value) => write_folded(out, value.as_bytes()),
        }
    }

    fn is_sensitive(&self) -> bool {
        matches!(self.value, Value::Sent(_, value) if value.is_sensitive())
    }
}

/// Appends the values of one header, joined by `,`.
fn write_values(out: &mut Text, lines: &[Line<'_>]) {
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        line.write_value(out);
    }
}

/// Appends `value` without the spaces at its ends, and with one space for every run of them, in
/// quotes too.
fn write_folded(out: &mut Text, value: &[u8]) {
    if all(value, |byte| byte != b' ') {
        return out.extend_from_slice(value);
    }
    let words = value.split(|&byte| byte == b' ');
    for (index, word) in words.filter(|word| !word.is_empty()).enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_before_another_as_its_name_is() {
        let names = [
            "a",
            "b",
            "content-",
            "content-md5",
            "content-type",
            "host",
            "hos",
            "x-amz-",
            "x-amz-a",
            "x-amz-da",
            "x-amz-date",
            "x-amz-datf",
            "zzzzzzz",
            "zzzzzzzz",
            "~",
        ];
        for one in names {
            for other in names {
                let [one, other] =
                    [one, other].map(|name| Line::new(name, Value::Own(Own::Host, b"")));
                let expected = one.name < other.name;
                assert_eq!(
                    one.is_before(&other),
                    expected,
                    "{} {}",
                    one.name,
                    other.name
                );
            }
        }
    }
}
