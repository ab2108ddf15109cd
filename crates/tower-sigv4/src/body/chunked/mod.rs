//! Bodies that are sent in chunks, as [`aws-chunked`].
//!
//! [`aws-chunked`]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html

mod announce;
mod chunks;
mod encoding;

pub use self::chunks::Chunks;
pub(crate) use self::{
    announce::{Announced, announce, announced_checksum, own_checksums},
    encoding::Encoding,
};
