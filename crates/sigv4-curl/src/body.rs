//! Bodies of requests: data of the command line, files, and standard input.

use std::{io, path::Path};

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use http_body::Frame;
use http_body_util::{BodyExt, Empty, Full, StreamBody, combinators::BoxBody};
use sha2::{Digest, Sha256};
use tokio::{
    fs::File,
    io::{AsyncRead, AsyncReadExt, stdin},
};
use tokio_util::io::ReaderStream;

use crate::{arguments::Arguments, failure::Failure};

/// What is read at a time.
const CHUNK: usize = 64 << 10;

/// A body, and what is known of it before it is sent.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) body: BoxBody<Bytes, io::Error>,
    pub(crate) length: Option<u64>,
    /// The digest, where somebody other than the layer has computed it.
    pub(crate) digest: Option<[u8; 32]>,
}

impl Body {
    /// Reads what the command line says of the body; `None` if it says nothing.
    pub(crate) async fn from_arguments(arguments: &Arguments) -> Result<Option<Self>, Failure> {
        if let Some(path) = &arguments.upload_file {
            return Self::from_source(path).await.map(Some);
        }
        if let Some(data) = &arguments.data_binary {
            return Ok(Some(match data.strip_prefix('@') {
                Some(path) => Self::from_source(Path::new(path)).await?,
                None => Self::from_bytes(data.clone().into()),
            }));
        }
        let mut joined = BytesMut::new();
        for (index, data) in arguments.data.iter().enumerate() {
            if index > 0 {
                joined.extend_from_slice(b"&");
            }
            match data.strip_prefix('@') {
                Some(path) => joined.extend(read_lines(Path::new(path)).await?),
                None => joined.extend_from_slice(data.as_bytes()),
            }
        }
        let is_given = !arguments.data.is_empty();
        Ok(is_given.then(|| Self::from_bytes(joined.freeze())))
    }

    /// Makes an empty body, of a request that has none.
    pub(crate) fn empty() -> Self {
        Self {
            body: Empty::new().map_err(|never| match never {}).boxed(),
            length: None,
            digest: None,
        }
    }

    fn from_bytes(data: Bytes) -> Self {
        Self {
            length: Some(data.len() as u64),
            body: Full::new(data).map_err(|never| match never {}).boxed(),
            digest: None,
        }
    }

    /// Reads a file twice, once for its digest and once to send it, so that it may be of any size.
    async fn from_source(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self {
                body: stream(stdin()),
                length: None,
                digest: None,
            });
        }
        let failed = |error| Failure::Read(path.display().to_string(), error);
        let mut file = File::open(path).await.map_err(failed)?;
        let (mut hash, mut length) = (Sha256::new(), 0);
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = file.read(&mut chunk).await.map_err(failed)?;
            if read == 0 {
                break;
            }
            hash.update(&chunk[..read]);
            length += read as u64;
        }
        let file = File::open(path).await.map_err(failed)?;
        // A file that grows meanwhile is sent as it was hashed.
        Ok(Self {
            body: stream(file.take(length)),
            length: Some(length),
            digest: Some(hash.finalize().into()),
        })
    }
}

/// Reads a file without its line breaks, as curl does for `--data @FILE`.
async fn read_lines(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut content = Vec::new();
    let read = match path == Path::new("-") {
        true => stdin().read_to_end(&mut content).await.map(|_| ()),
        false => tokio::fs::read(path).await.map(|read| content = read),
    };
    read.map_err(|error| Failure::Read(path.display().to_string(), error))?;
    content.retain(|byte| !matches!(byte, b'\r' | b'\n'));
    Ok(content)
}

fn stream(source: impl AsyncRead + Send + Sync + 'static) -> BoxBody<Bytes, io::Error> {
    let chunks = ReaderStream::with_capacity(source, CHUNK);
    BodyExt::boxed(StreamBody::new(chunks.map_ok(Frame::data)))
}
