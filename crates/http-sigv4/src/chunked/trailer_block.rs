use bytes::Bytes;
use http::{HeaderMap, HeaderName};

use super::{
    ChunkedError,
    error::Kind,
    frame::Line,
    signature::{self, Signature},
    trailer::{X_AMZ_TRAILER_SIGNATURE, parse_line},
};

/// What follows the last chunk of a body that is decoded: the announced trailers, and their
/// signature where there is one.
pub(super) struct TrailerBlock {
    /// Sorted.
    announced: Vec<HeaderName>,
    is_signed: bool,
    trailers: HeaderMap,
    signature: Option<Signature>,
    length: usize,
    begins_blank: bool,
}

impl TrailerBlock {
    pub(super) fn new(announced: Vec<HeaderName>, is_signed: bool) -> Self {
        Self {
            announced,
            is_signed,
            trailers: HeaderMap::new(),
            signature: None,
            length: 0,
            begins_blank: false,
        }
    }

    /// Takes lines from `frame`, at most `limit` bytes in all, and returns whether the end is there.
    pub(super) fn read(
        &mut self,
        line: &mut Line,
        frame: &mut Bytes,
        limit: usize,
    ) -> Result<bool, ChunkedError> {
        // The blank line at the end is no trailer.
        let limit = limit.saturating_add(2);
        loop {
            let room = limit.saturating_sub(self.length);
            if !line.read(frame, room).map_err(|_| Kind::TrailersSize)? {
                return Ok(false);
            }
            self.length += line.bytes().len();
            let is_first = self.length == line.bytes().len();
            let text = line.text().ok_or(Kind::TrailerLine)?;
            if !text.is_empty() {
                self.take(text)?;
            } else if is_first && !self.announced.is_empty() {
                // AWS's page can be read in two ways: the last chunk ends in CR LF as all others do,
                // and the trailers behind it in nothing; or the trailers stand in front of that
                // CR LF, as AWS's own clients have them.
                self.begins_blank = true;
            } else {
                return Ok(true);
            }
            line.clear();
        }
    }

    /// Takes what has come of the last line, if the body may end with it.
    pub(super) fn end(&mut self, line: &mut Line) -> Result<(), ChunkedError> {
        if !self.begins_blank {
            return Err(Kind::Cut.into());
        }
        match line.bytes() {
            b"" => Ok(()),
            text => self.take(text),
        }
    }

    /// Returns the trailers and their signature once the end is there.
    ///
    /// # Errors
    ///
    /// A trailer that was announced and is missing.
    pub(super) fn finish(&mut self) -> Result<(HeaderMap, Option<Signature>), ChunkedError> {
        let mut announced = self.announced.iter();
        match announced.find(|&name| !self.trailers.contains_key(name)) {
            Some(name) => Err(Kind::TrailerMissing(name.clone()).into()),
            None => Ok((std::mem::take(&mut self.trailers), self.signature)),
        }
    }

    fn take(&mut self, line: &[u8]) -> Result<(), ChunkedError> {
        let (name, value) = parse_line(line).ok_or(Kind::TrailerLine)?;
        let is_new = if self.is_signed && name == X_AMZ_TRAILER_SIGNATURE {
            let signature = signature::parse(value.as_bytes()).ok_or(Kind::TrailerSignature)?;
            self.signature.replace(signature).is_none()
        } else {
            // What was not announced is not kept, so the map has at most what the request names.
            let by_name = |it: &HeaderName| it.as_str().cmp(name.as_str());
            self.announced.binary_search_by(by_name).is_ok()
                && matches!(self.trailers.try_insert(name.clone(), value), Ok(None))
        };
        match is_new {
            true => Ok(()),
            false => Err(Kind::TrailerNotAnnounced(name).into()),
        }
    }
}
