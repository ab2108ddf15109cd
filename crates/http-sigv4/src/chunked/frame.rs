//! What stands between the data of a chunked body: lines, and the headers of chunks.

use bytes::{Buf, Bytes};

use super::signature::{self, Signature};

/// The longest header of a chunk: a size of 16 digits and a signature.
pub(super) const MAX_CHUNK_HEADER: usize = 16 + CHUNK_SIGNATURE.len() + 64 + 2;

const CHUNK_SIGNATURE: &[u8] = b";chunk-signature=";

/// Writes what stands in front of a chunk's data.
pub(super) fn write_chunk_header(out: &mut Vec<u8>, size: usize, signature: Option<&Signature>) {
    use std::io::Write as _;

    // A vector takes everything.
    _ = write!(out, "{size:x}");
    if let Some(signature) = signature {
        out.extend_from_slice(CHUNK_SIGNATURE);
        out.extend_from_slice(signature);
    }
    out.extend_from_slice(b"\r\n");
}

/// The size of a chunk and its signature.
pub(super) struct ChunkHeader {
    pub(super) size: u64,
    pub(super) signature: Option<Signature>,
}

impl ChunkHeader {
    /// Reads what stands in front of a chunk's data, without the end of the line.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let digits = line
            .iter()
            .position(|&byte| byte == b';')
            .unwrap_or(line.len());
        let (digits, extension) = line.split_at(digits);
        // Parsing by itself takes a `+` too.
        let is_number = digits.iter().all(u8::is_ascii_hexdigit);
        let size = std::str::from_utf8(digits).ok().filter(|_| is_number)?;
        Some(Self {
            size: u64::from_str_radix(size, 16).ok()?,
            signature: match extension {
                b"" => None,
                _ => Some(signature::parse(extension.strip_prefix(CHUNK_SIGNATURE)?)?),
            },
        })
    }
}

/// A line that comes in pieces.
#[derive(Default)]
pub(super) struct Line {
    bytes: Vec<u8>,
}

/// A line that is longer than it may be.
pub(super) struct TooLong;

impl Line {
    /// Takes from `input` up to the end of the line, and returns whether it is there.
    ///
    /// # Errors
    ///
    /// A line of more than `limit` bytes with its end; not more than these are kept.
    pub(super) fn read(&mut self, input: &mut Bytes, limit: usize) -> Result<bool, TooLong> {
        let room = limit.saturating_sub(self.bytes.len());
        let window = &input[..input.len().min(room)];
        let end = window.iter().position(|&byte| byte == b'\n');
        let taken = end.map_or(window.len(), |end| end + 1);
        self.bytes.extend_from_slice(&window[..taken]);
        input.advance(taken);
        match end {
            None if !input.is_empty() => Err(TooLong),
            _ => Ok(end.is_some()),
        }
    }

    /// The line without its end; `None` if that is no CR LF.
    pub(super) fn text(&self) -> Option<&[u8]> {
        self.bytes.strip_suffix(b"\r\n")
    }

    /// What has come of the line.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Begins the next line.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &str = "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648";

    fn parse(line: &str) -> Option<(u64, bool)> {
        let header = ChunkHeader::parse(line.as_bytes())?;
        Some((header.size, header.signature.is_some()))
    }

    #[test]
    fn a_chunk_header_is_a_size_in_hexadecimal_and_perhaps_a_signature() {
        assert_eq!(parse("10000"), Some((65_536, false)));
        assert_eq!(parse("aBcD"), Some((0xabcd, false)));
        assert_eq!(parse("ffffffffffffffff"), Some((u64::MAX, false)));
        let signed = format!("0;chunk-signature={SIGNATURE}");
        assert_eq!(parse(&signed), Some((0, true)));
        let mut written = Vec::new();
        let signature = signature::parse(SIGNATURE.as_bytes());
        write_chunk_header(&mut written, 0, signature.as_ref());
        assert_eq!(written, format!("{signed}\r\n").as_bytes());
    }

    #[test]
    fn the_longest_header_is_that_of_the_largest_chunk() {
        let header = format!("{:x};chunk-signature={SIGNATURE}\r\n", u64::MAX);
        assert_eq!(header.len(), MAX_CHUNK_HEADER);
    }

    #[test]
    fn anything_else_is_no_chunk_header() {
        for line in [
            "",
            ";",
            "+1",
            "-1",
            " 1",
            "1 ",
            "0x1",
            "g",
            "1_0",
            "10000000000000000",
            "1;",
            "1;chunk-signature=",
            "1;chunk-signature=ad80",
            "1;name=value",
        ] {
            assert_eq!(parse(line), None, "{line}");
        }
        for signature in [
            SIGNATURE.to_uppercase(),
            SIGNATURE.replace('a', "g"),
            format!("{SIGNATURE}0"),
            format!("{SIGNATURE} "),
        ] {
            assert_eq!(parse(&format!("1;chunk-signature={signature}")), None);
        }
    }

    #[test]
    fn a_line_is_read_from_pieces_and_leaves_what_follows() {
        let mut line = Line::default();
        assert!(matches!(line.read(&mut "ab".into(), 8), Ok(false)));
        assert!(matches!(line.read(&mut "c\r".into(), 8), Ok(false)));
        let mut rest = Bytes::from("\nnext");
        assert!(matches!(line.read(&mut rest, 8), Ok(true)));
        assert_eq!((line.text().unwrap(), rest), (&b"abc"[..], "next".into()));
    }

    #[test]
    fn a_line_may_have_the_length_of_its_limit_and_no_more() {
        let read = |text: &'static str| {
            let mut line = Line::default();
            let read = line.read(&mut text.into(), 4);
            assert!(line.bytes().len() <= 4);
            read.map(|is_there| (is_there, line.text().is_some()))
        };
        assert!(matches!(read("ab\r\n"), Ok((true, true))));
        assert!(matches!(read("abc\n"), Ok((true, false))));
        assert!(matches!(read("abcd"), Ok((false, false))));
        assert!(read("abc\r\n").is_err());
    }
}
