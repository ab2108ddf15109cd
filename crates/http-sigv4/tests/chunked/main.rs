//! Chunked uploads: AWS's examples, what is refused, and what holds for every body.

#[path = "../common/mod.rs"]
mod common;

mod announcement;
mod decoder;
mod documented;
mod encoder;
mod memory;
mod properties;
mod reference;
mod tampering;
mod upload;
