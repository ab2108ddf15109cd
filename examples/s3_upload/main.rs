//! Uploads a file to S3, or to a store that speaks its protocol, in chunks that are signed while they are
//! sent. What was interrupted goes on where it was, when it is run again.
//!
//! The keys and the region are in the environment. `--endpoint` is for a store other than S3, which is
//! to be on a loopback host or reached by https. `--unsigned` sends a checksum behind the last chunk in
//! place of a signature with each, which takes less time and needs https.
//!
//! ```text
//! AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... AWS_REGION=eu-west-1 \
//!     cargo run --example s3_upload --features s3-upload -- big.iso s3://bucket/images/big.iso
//! ```

mod bucket;
mod parts;

use std::{env, path::PathBuf};

use http::Uri;
use http_sigv4::chunked::ChecksumAlgorithm;
use tower::BoxError;
use tower_sigv4::{Chunks, SigV4Layer, SigV4LayerBuilder};

use crate::bucket::Bucket;

const USAGE: &str =
    "usage: s3_upload FILE s3://BUCKET/KEY [--endpoint URL] [--part-size MIB] [--unsigned]";

struct Arguments {
    file: PathBuf,
    bucket: String,
    key: String,
    endpoint: Option<Uri>,
    part_size: u64,
    chunks: Chunks,
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let arguments = Arguments::parse(env::args().skip(1))?;
    let region = env::var("AWS_REGION").map_err(|_| "AWS_REGION is not set")?;
    let endpoint = match &arguments.endpoint {
        Some(endpoint) => endpoint.to_string(),
        // Of most partitions. In China, for one, `--endpoint` has to name it.
        None => format!("https://s3.{region}.amazonaws.com"),
    };
    let layer = layer(&arguments)?;
    let bucket = Bucket::new(&layer, &endpoint, &arguments.bucket, &arguments.key)?;
    parts::upload(&bucket, &arguments.file, arguments.part_size).await
}

fn layer(arguments: &Arguments) -> Result<SigV4Layer, BoxError> {
    let mut builder = SigV4LayerBuilder::from_env("s3").payload(arguments.chunks);
    if let Some(host) = arguments.endpoint.as_ref().and_then(Uri::host) {
        builder = builder.allow_host(host);
    }
    Ok(builder.build()?)
}

impl Arguments {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, BoxError> {
        let file = arguments.next().ok_or(USAGE)?.into();
        let to = arguments.next().ok_or(USAGE)?;
        let to = to.strip_prefix("s3://").and_then(|to| to.split_once('/'));
        let (bucket, key) = to.filter(|(_, key)| !key.is_empty()).ok_or(USAGE)?;
        let mut parsed = Self {
            file,
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            endpoint: None,
            part_size: 16 << 20,
            chunks: Chunks::signed().checksum(ChecksumAlgorithm::Crc64Nvme),
        };
        while let Some(option) = arguments.next() {
            match option.as_str() {
                "--endpoint" => parsed.endpoint = Some(arguments.next().ok_or(USAGE)?.parse()?),
                "--part-size" => {
                    let mebibytes: u64 = arguments.next().ok_or(USAGE)?.parse()?;
                    // S3 takes no smaller part but the last.
                    parsed.part_size = mebibytes.max(5) << 20;
                }
                "--unsigned" => parsed.chunks = Chunks::unsigned(ChecksumAlgorithm::Crc64Nvme),
                _ => return Err(USAGE.into()),
            }
        }
        Ok(parsed)
    }
}
