//! Verifies the checksums that come with responses.

mod body;
mod expected;
mod future;
mod layer;
mod service;

pub use self::{
    body::ChecksummedBody, future::ResponseChecksumFuture, layer::ResponseChecksumLayer,
    service::ResponseChecksum,
};
