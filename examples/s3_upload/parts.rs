//! A file, part by part, and the note of what is under way.

use std::{
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use futures_util::TryStreamExt;
use http_body::Frame;
use http_body_util::StreamBody;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};
use tokio_util::io::ReaderStream;
use tower::BoxError;

use crate::bucket::Bucket;

/// Uploads a file, or what is missing of it.
pub(crate) async fn upload(bucket: &Bucket, file: &Path, part_size: u64) -> Result<(), BoxError> {
    let metadata = fs::metadata(file)?;
    let length = metadata.len();
    // S3 takes ten thousand parts at most.
    let part_size = part_size.max(length.div_ceil(10_000));
    let modified = metadata.modified()?.duration_since(UNIX_EPOCH)?;
    let note = Note {
        path: PathBuf::from(format!("{}.s3_upload", file.display())),
        // Of another file, or cut otherwise, the parts that are there are not the ones that are due.
        what: format!("{length} {part_size} {}", modified.as_nanos()),
    };
    let begun = match note.read() {
        Some(id) => bucket.parts(&id).await?.map(|parts| (id, parts)),
        None => None,
    };
    let (id, mut parts) = match begun {
        Some(begun) => begun,
        None => (bucket.create_upload().await?, Default::default()),
    };
    note.write(&id)?;

    let style = "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
    let bar = ProgressBar::new(length).with_style(ProgressStyle::with_template(style)?);
    let mut sent = 0;
    // A file of no bytes is one part of none.
    for part in 1..=length.div_ceil(part_size).max(1) {
        let start = (part - 1) * part_size;
        let part_length = part_size.min(length - start);
        if parts.contains_key(&part) {
            bar.inc(part_length);
            continue;
        }
        let mut file = File::open(file).await?;
        file.seek(std::io::SeekFrom::Start(start)).await?;
        let progress = bar.clone();
        let pieces = ReaderStream::with_capacity(file.take(part_length), 64 * 1024)
            .inspect_ok(move |piece| progress.inc(piece.len() as u64))
            .map_ok(Frame::data)
            .map_err(BoxError::from);
        let tag = bucket
            .put_part(&id, part, part_length, StreamBody::new(pieces))
            .await?;
        parts.insert(part, tag);
        sent += 1;
        bar.suspend(|| println!("part {part}"));
    }
    bucket.complete_upload(&id, &parts).await?;
    note.remove()?;
    bar.finish();
    println!("done: {} parts, {sent} of them now", parts.len());
    Ok(())
}

/// Which upload of which file is under way, in a file beside it.
struct Note {
    path: PathBuf,
    what: String,
}

impl Note {
    /// The id of the upload, if it is of the same file.
    fn read(&self) -> Option<String> {
        let note = fs::read_to_string(&self.path).ok()?;
        let (what, id) = note.split_once('\n')?;
        (what == self.what).then(|| id.to_owned())
    }

    fn write(&self, id: &str) -> std::io::Result<()> {
        fs::write(&self.path, format!("{}\n{id}", self.what))
    }

    fn remove(&self) -> std::io::Result<()> {
        fs::remove_file(&self.path)
    }
}
