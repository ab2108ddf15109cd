//! Request bodies: read for their hash, or passed through.

mod budget;
mod buffer;
mod collect;
mod mode;
mod signed_body;

#[cfg(feature = "explain")]
pub(crate) use self::buffer::Collected;
#[cfg(feature = "reqwest")]
pub(crate) use self::signed_body::Form;
pub(crate) use self::{
    budget::Budget,
    collect::{Collect, Known, Read, Settings, read},
};
pub use self::{mode::PayloadMode, signed_body::SignedBody};
