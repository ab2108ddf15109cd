//! Request bodies: read for their hash, or passed through.

mod budget;
mod buffer;
mod collect;
mod mode;
mod signed_body;

#[cfg(feature = "explain")]
pub(crate) use self::buffer::Collected;
pub(crate) use self::{
    budget::Budget,
    collect::{Collect, Known, Read, Settings, read},
};
pub use self::{mode::PayloadMode, signed_body::SignedBody};
