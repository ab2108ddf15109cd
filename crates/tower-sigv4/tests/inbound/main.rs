//! Requests that others have signed, signed again. Whether stores take them, other suites ask.

#[path = "../common/mod.rs"]
mod common;

mod bodies;
mod harness;
mod requests;
