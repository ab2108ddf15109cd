//! The digest of a body in a header of its own, for a service in front that signs for its clients.

mod future;
mod layer;
mod service;

pub use self::{future::ContentSha256Future, layer::ContentSha256Layer, service::ContentSha256};
