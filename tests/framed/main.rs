//! Uploads in frames that this project signs again, over a loopback socket to a store on `s3s`, which
//! reads the frames on its own.
//!
//! Needs the feature `s3s`, since that crate takes a minute to compile.

mod frames;
mod refusals;
mod store;
mod uploads;
