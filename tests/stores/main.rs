//! Uploads to S3 stores that are not ours, read back and compared: to one on `s3s` in this process,
//! and to a SeaweedFS. What each of them does not check, `README.md` says and `tampering` holds.
//!
//! `scripts/stores.sh` starts the SeaweedFS, and tells by `STORE_URL` where it is. Needs the feature
//! `s3s`, since that crate takes a minute to compile.

mod chunked;
mod keys;
mod multipart;
mod objects;
mod presigned;
mod proxied;
mod proxy;
mod shelf;
mod store;
mod tampering;
