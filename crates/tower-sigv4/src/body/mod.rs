//! Request bodies: read for their hash, or passed through.

mod budget;
mod buffer;
#[cfg(feature = "chunked")]
mod chunked;
mod collect;
mod frame;
mod length;
mod mode;
mod signed_body;

#[cfg(feature = "explain")]
pub(crate) use self::buffer::Collected;
#[cfg(feature = "chunked")]
pub use self::chunked::Chunks;
#[cfg(any(feature = "chunked", feature = "explain"))]
pub(crate) use self::frame::in_bytes;
#[cfg(feature = "reqwest")]
pub(crate) use self::signed_body::Form;
#[cfg(feature = "chunked")]
pub(crate) use self::{
    chunked::{announce, announced_checksum, own_checksums},
    frame::{BYTES_PER_POLL, FRAMES_PER_POLL},
};
pub(crate) use self::{
    collect::{Collect, Known, Read, Settings, read},
    length::known_length,
};
pub use self::{mode::PayloadMode, signed_body::SignedBody};
