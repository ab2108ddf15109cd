//! Chunked uploads, put before `s3s`, which verifies them on its own.
//!
//! The requests are signed by `aws-sigv4`, and the chunks by this project. Needs the feature `s3s`,
//! since that crate takes a minute to compile.

mod request;
mod store;
mod tampering;
mod uploads;
