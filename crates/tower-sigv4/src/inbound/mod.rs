//! Requests that others have signed, made ready to be signed again. See [`InboundLayer`].

mod body;
mod data;
mod decoded;
mod digested;
mod future;
mod layer;
mod service;
mod withheld;

pub use self::{body::InboundBody, future::InboundFuture, layer::InboundLayer, service::Inbound};
