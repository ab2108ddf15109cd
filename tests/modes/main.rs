//! Every payload mode, with every checksum, put before a store on `s3s`, which verifies on its own.
//!
//! Needs the feature `s3s`, since that crate takes a minute to compile.

mod cases;
mod large;
mod matrix;
mod store;
mod tampering;
