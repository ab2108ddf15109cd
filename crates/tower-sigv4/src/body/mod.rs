//! Request bodies: read for their hash, or passed through.

mod budget;
mod buffer;
mod collect;
mod length;
mod mode;
mod signed_body;

#[cfg(feature = "explain")]
pub(crate) use self::buffer::Collected;
pub(crate) use self::{
    collect::{Collect, Known, Read, Settings, read},
    length::write_length,
};
pub use self::{mode::PayloadMode, signed_body::SignedBody};
