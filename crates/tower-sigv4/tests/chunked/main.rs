//! Bodies that are sent in chunks.
//!
//! Whether a store takes them, other suites ask; here it is what the layer does with a body.

#[path = "../common/mod.rs"]
mod common;

mod announced;
mod checksums;
mod choice;
mod harness;
mod lengths;
mod memory;
mod streaming;
mod trailers;
