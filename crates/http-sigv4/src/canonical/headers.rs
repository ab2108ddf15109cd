//! The canonical headers and the list of signed headers.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, CONNECTION, HOST},
};
use smallvec::SmallVec;

use super::Text;
use crate::{SignError, error::Kind};

pub(crate) static X_AMZ_CONTENT_SHA256: HeaderName =
    HeaderName::from_static("x-amz-content-sha256");
pub(crate) static X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
pub(crate) static X_AMZ_REGION_SET: HeaderName = HeaderName::from_static("x-amz-region-set");
pub(crate) static X_AMZ_S3SESSION_TOKEN: HeaderName =
    HeaderName::from_static("x-amz-s3session-token");
pub(crate) static X_AMZ_SECURITY_TOKEN: HeaderName =
    HeaderName::from_static("x-amz-security-token");

/// The headers that a signature covers, sorted by name. A name that stands on several lines of the
/// request stands here as often, in the same order.
pub(crate) struct SignedHeaders<'a> {
    lines: SmallVec<[Line<'a>; 16]>,
}

impl<'a> SignedHeaders<'a> {
    /// Picks from `sent` what is signed besides `host` and what a signature brings itself:
    /// `content-type`, `content-md5`, every `x-amz-*`, and what `named` asks for by name.
    ///
    /// An allow-list, since proxies, meshes and HTTP libraries rewrite everything else.
    pub(crate) fn pick(sent: &'a HeaderMap, named: &[HeaderName]) -> Result<Self, SignError> {
        let mut lines = SmallVec::new();
        for (name, value) in sent {
            if !is_signed(name, named) || *name == HOST || is_replaced(name) {
                continue;
            }
            let is_plain = |byte: &u8| matches!(byte, b' '..=b'~');
            if !value.as_bytes().iter().all(is_plain) {
                return Err(Kind::HeaderValue(name.as_str().into()).into());
            }
            lines.push(Line {
                name,
                value: Value::Sent(value),
            });
        }
        Ok(Self { lines })
    }

    /// Adds a line of the signer's own, whose value is canonical already.
    pub(crate) fn push(&mut self, name: &'a HeaderName, value: &'a [u8]) {
        self.lines.push(Line {
            name,
            value: Value::Own(value),
        });
    }

    /// Sorts the lines once all are there.
    ///
    /// # Errors
    ///
    /// A signed header that `Connection` nominates: the next hop would strip it.
    pub(crate) fn finish(&mut self, sent: &HeaderMap) -> Result<(), SignError> {
        // Stable, for the lines of one name.
        self.lines.sort_by_key(|line| line.name.as_str());
        for value in sent.get_all(CONNECTION) {
            for option in value.as_bytes().split(|&byte| byte == b',') {
                let option = option.trim_ascii();
                let signed = |line: &&Line<'_>| {
                    let name = line.name.as_str().as_bytes();
                    option.eq_ignore_ascii_case(name)
                };
                if let Some(line) = self.lines.iter().find(signed) {
                    return Err(Kind::NominatedByConnection(line.name.as_str().into()).into());
                }
            }
        }
        Ok(())
    }

    /// Appends `name:value`, a line for each header.
    pub(crate) fn write_lines(&self, out: &mut Text) {
        for (name, lines) in self.by_name() {
            out.extend_from_slice(name.as_str().as_bytes());
            out.push(b':');
            write_values(out, lines);
            out.push(b'\n');
        }
    }

    /// Appends the names, divided by `;`.
    pub(crate) fn write_names(&self, out: &mut Text) {
        for (index, (name, _)) in self.by_name().enumerate() {
            if index > 0 {
                out.push(b';');
            }
            out.extend_from_slice(name.as_str().as_bytes());
        }
    }

    /// The headers that stand on several lines, each with the one line that says the same.
    ///
    /// A proxy may join lines with `, ` where the signature has `,`, so they are sent joined.
    pub(crate) fn joined(&self) -> Result<Vec<(HeaderName, HeaderValue)>, SignError> {
        let several = self.by_name().filter(|(_, lines)| lines.len() > 1);
        several
            .map(|(name, lines)| {
                let mut text = Text::new();
                write_values(&mut text, lines);
                let mut value = HeaderValue::from_maybe_shared(Bytes::copy_from_slice(&text))
                    .map_err(|_| Kind::HeaderValue(name.as_str().into()))?;
                value.set_sensitive(lines.iter().any(Line::is_sensitive));
                Ok((name.clone(), value))
            })
            .collect()
    }

    fn by_name(&self) -> impl Iterator<Item = (&HeaderName, &[Line<'a>])> {
        let same_name = |a: &Line<'_>, b: &Line<'_>| a.name == b.name;
        let groups = self.lines.chunk_by(same_name);
        groups.map(|lines| (lines[0].name, lines))
    }
}

/// Whether a header may be signed at the user's wish.
///
/// These change on the way, hop by hop or in AWS's own front ends, so a signature over them breaks.
pub(crate) fn may_be_signed(name: &HeaderName) -> bool {
    const NEVER: [&str; 10] = [
        "authorization",
        "connection",
        "expect",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
    ];
    !NEVER.contains(&name.as_str()) && !name.as_str().starts_with("proxy-")
}

/// Whether a signature decides what stands in a header. Whatever an earlier attempt or an upstream
/// caller left there says nothing about this signature, so it is neither signed nor sent.
fn is_replaced(name: &HeaderName) -> bool {
    *name == AUTHORIZATION
        || *name == X_AMZ_CONTENT_SHA256
        || *name == X_AMZ_DATE
        || *name == X_AMZ_REGION_SET
        || *name == X_AMZ_SECURITY_TOKEN
}

fn is_signed(name: &HeaderName, named: &[HeaderName]) -> bool {
    // Not `x-amz`, for `x-amzn-trace-id` is rewritten by load balancers.
    name.as_str().starts_with("x-amz-")
        || matches!(name.as_str(), "content-type" | "content-md5")
        || named.contains(name)
}

struct Line<'a> {
    name: &'a HeaderName,
    value: Value<'a>,
}

enum Value<'a> {
    Sent(&'a HeaderValue),
    Own(&'a [u8]),
}

impl Line<'_> {
    fn is_sensitive(&self) -> bool {
        matches!(self.value, Value::Sent(value) if value.is_sensitive())
    }
}

/// Appends the values of one header, joined by `,`.
fn write_values(out: &mut Text, lines: &[Line<'_>]) {
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        match line.value {
            Value::Own(value) => out.extend_from_slice(value),
            Value::Sent(value) => write_folded(out, value.as_bytes()),
        }
    }
}

/// Appends `value` without the spaces at its ends, and with one space for every run of them, in
/// quotes too.
fn write_folded(out: &mut Text, value: &[u8]) {
    let words = value.split(|&byte| byte == b' ');
    for (index, word) in words.filter(|word| !word.is_empty()).enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
}
