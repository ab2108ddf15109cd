use bytes::{Buf, Bytes};
use http_body::Frame;

/// How much of a body one poll hashes or encodes, to leave the thread to others: about a tenth of a
/// millisecond's work.
pub(crate) const BYTES_PER_POLL: usize = 256 * 1024;
/// How many frames one poll looks at, which may be empty.
pub(crate) const FRAMES_PER_POLL: usize = 128;

/// Makes the data of a frame `Bytes`. Does not copy what is `Bytes` already.
pub(crate) fn in_bytes(frame: Frame<impl Buf>) -> Frame<Bytes> {
    frame.map_data(|mut data| data.copy_to_bytes(data.remaining()))
}
