//! Requests that others have signed, made ready to be signed again. See [`InboundLayer`].

mod body;
mod decoded;
mod digested;
mod future;
mod layer;
mod service;
mod withheld;

/// How much one poll of a body that is checked does, to leave the thread to others: about a tenth of a
/// millisecond's work.
const CHECKED_PER_POLL: usize = 256 * 1024;
const FRAMES_PER_POLL: usize = 128;

pub use self::{body::InboundBody, future::InboundFuture, layer::InboundLayer, service::Inbound};
