//! The canonical headers and the list of signed headers.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use http::{HeaderMap, HeaderName, HeaderValue, header::CONNECTION};
use smallvec::SmallVec;

use crate::{SignError, error::Kind};

pub(crate) const AUTHORIZATION: &str = "authorization";
pub(crate) const HOST: &str = "host";
pub(crate) const X_AMZ_CONTENT_SHA256: &str = "x-amz-content-sha256";
pub(crate) const X_AMZ_DATE: &str = "x-amz-date";
pub(crate) const X_AMZ_SECURITY_TOKEN: &str = "x-amz-security-token";

/// The headers that a signature decides. Whatever an earlier attempt or an upstream caller left in
/// them says nothing about this signature, so it is neither signed nor sent.
pub(crate) const REPLACED: [&str; 4] = [
    AUTHORIZATION,
    X_AMZ_CONTENT_SHA256,
    X_AMZ_DATE,
    X_AMZ_SECURITY_TOKEN,
];

/// The headers that a signature covers, sorted by name.
pub(crate) struct SignedHeaders<'a> {
    lines: SmallVec<[Line<'a>; 16]>,
}

impl<'a> SignedHeaders<'a> {
    /// Picks from `sent` what is signed besides `host` and [`REPLACED`]: `content-type`,
    /// `content-md5`, every `x-amz-*`, and what `named` asks for by name.
    ///
    /// An allow-list, since proxies, meshes and HTTP libraries rewrite everything else.
    pub(crate) fn pick(sent: &'a HeaderMap, named: &[HeaderName]) -> Result<Self, SignError> {
        let mut lines = SmallVec::new();
        for name in sent.keys() {
            if !is_signed(name, named) || *name == HOST || REPLACED.contains(&name.as_str()) {
                continue;
            }
            let mut values = sent.get_all(name).iter();
            if !values.all(|value| {
                value
                    .as_bytes()
                    .iter()
                    .all(|byte| matches!(byte, b' '..=b'~'))
            }) {
                return Err(Kind::HeaderValue(name.as_str().into()).into());
            }
            lines.push(Line {
                name: name.as_str(),
                value: Value::Sent(sent, name),
            });
        }
        Ok(Self { lines })
    }

    /// Adds a line of the signer's own, whose value is canonical already.
    pub(crate) fn push(&mut self, name: &'static str, value: &'a [u8]) {
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
    pub(crate) fn finish(mut self, sent: &HeaderMap) -> Result<Self, SignError> {
        self.lines.sort_unstable_by_key(|line| line.name);
        for value in sent.get_all(CONNECTION) {
            for option in value.as_bytes().split(|&byte| byte == b',') {
                let option = option.trim_ascii();
                let signed = |line: &&Line<'_>| option.eq_ignore_ascii_case(line.name.as_bytes());
                if let Some(line) = self.lines.iter().find(signed) {
                    return Err(Kind::NominatedByConnection(line.name.into()).into());
                }
            }
        }
        Ok(self)
    }

    /// Appends `name:value`, a line for each header.
    pub(crate) fn write_lines(&self, out: &mut Vec<u8>) {
        for line in &self.lines {
            out.extend_from_slice(line.name.as_bytes());
            out.push(b':');
            line.write_value(out);
            out.push(b'\n');
        }
    }

    /// Appends the names, divided by `;`.
    pub(crate) fn write_names(&self, out: &mut Vec<u8>) {
        for (index, line) in self.lines.iter().enumerate() {
            if index > 0 {
                out.push(b';');
            }
            out.extend_from_slice(line.name.as_bytes());
        }
    }

    /// The headers that stand on several lines, each with the one line that says the same.
    ///
    /// A proxy may join lines with `, ` where the signature has `,`, so they are sent joined.
    pub(crate) fn joined(&self) -> Result<Vec<(HeaderName, HeaderValue)>, SignError> {
        let mut joined = Vec::new();
        for line in &self.lines {
            let Value::Sent(sent, name) = line.value else {
                continue;
            };
            let mut values = sent.get_all(name).iter();
            let sensitive = values.any(HeaderValue::is_sensitive);
            if sent.get_all(name).iter().nth(1).is_some() {
                let mut text = Vec::new();
                line.write_value(&mut text);
                let mut value = HeaderValue::from_maybe_shared(bytes::Bytes::from(text))
                    .map_err(|_| Kind::HeaderValue(name.as_str().into()))?;
                value.set_sensitive(sensitive);
                joined.push((name.clone(), value));
            }
        }
        Ok(joined)
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

fn is_signed(name: &HeaderName, named: &[HeaderName]) -> bool {
    // Not `x-amz`, for `x-amzn-trace-id` is rewritten by load balancers.
    name.as_str().starts_with("x-amz-")
        || matches!(name.as_str(), "content-type" | "content-md5")
        || named.contains(name)
}

struct Line<'a> {
    name: &'a str,
    value: Value<'a>,
}

enum Value<'a> {
    /// Every value that the request holds under a name, in order.
    Sent(&'a HeaderMap, &'a HeaderName),
    Own(&'a [u8]),
}

impl Line<'_> {
    fn write_value(&self, out: &mut Vec<u8>) {
        match self.value {
            Value::Own(value) => out.extend_from_slice(value),
            Value::Sent(sent, name) => {
                for (index, value) in sent.get_all(name).iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    write_folded(out, value.as_bytes());
                }
            }
        }
    }
}

/// Appends `value` without the spaces at its ends, and with one space for every run of them, in
/// quotes too.
fn write_folded(out: &mut Vec<u8>, value: &[u8]) {
    let value = value.trim_ascii();
    let mut after_space = false;
    for &byte in value {
        if byte != b' ' || !after_space {
            out.push(byte);
        }
        after_space = byte == b' ';
    }
}
