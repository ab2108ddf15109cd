//! Bodies in chunks, of every form and with every checksum, and what each store checks of them.

use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request};
use http_body::Frame;
use http_body_util::{Full, StreamBody};
use http_sigv4::chunked::{ChecksumAlgorithm, Form, Trailer, Upload};
use tower::BoxError;
use tower_sigv4::Chunks;

use crate::{
    objects::SIZES,
    store::{Store, code, data},
};

const ALGORITHMS: [ChecksumAlgorithm; 5] = [
    ChecksumAlgorithm::Crc32,
    ChecksumAlgorithm::Crc32c,
    ChecksumAlgorithm::Crc64Nvme,
    ChecksumAlgorithm::Sha1,
    ChecksumAlgorithm::Sha256,
];

/// Every form, with every checksum where there is one.
fn all_chunks() -> impl Iterator<Item = (String, Chunks)> {
    let signed = [("signed".to_owned(), Chunks::signed())];
    let checksums = ALGORITHMS.into_iter().flat_map(|algorithm| {
        [
            (
                format!("signed-{algorithm}"),
                Chunks::signed().checksum(algorithm),
            ),
            (format!("unsigned-{algorithm}"), Chunks::unsigned(algorithm)),
        ]
    });
    signed.into_iter().chain(checksums)
}

/// A body that comes in pieces and does not know how long it is.
fn stream(
    data: &Bytes,
) -> impl http_body::Body<Data = Bytes, Error = BoxError> + Send + Unpin + use<> {
    let mut left = data.clone();
    StreamBody::new(futures_util::stream::iter(std::iter::from_fn(move || {
        let piece = left.split_to(left.len().min(10_000));
        (!piece.is_empty()).then(|| Ok(Frame::data(piece)))
    })))
}

#[tokio::test]
#[ignore = "needs a SeaweedFS: scripts/stores.sh"]
async fn bodies_in_chunks_of_every_form_are_read_back_as_they_were() {
    for store in Store::all().await {
        for (form, chunks) in all_chunks() {
            let layer = Store::builder().payload(chunks).build().unwrap();
            let mut times = Vec::new();
            for size in SIZES {
                let data = data(size);
                let uri = store.uri(&format!("chunked/{form}-{size}"));
                let request = Request::put(&uri).header("content-length", size);
                let start = Instant::now();
                let sent = store
                    .send(&layer, request.body(stream(&data)).unwrap())
                    .await;
                sent.unwrap_or_else(|error| panic!("{}: {uri}: {error}", store.name));
                times.push(format!("{size}: {:.1?}", start.elapsed()));
                store.expect(&uri, &data).await;
            }
            println!("{} {form} {}", store.name, times.join(", "));
        }
    }
}

#[tokio::test]
#[ignore = "needs a SeaweedFS: scripts/stores.sh"]
async fn a_large_body_in_signed_chunks_is_read_back_as_it_was() {
    let data = data(200 << 20);
    let chunks = Chunks::signed().checksum(ChecksumAlgorithm::Crc64Nvme);
    let layer = Store::builder().payload(chunks).build().unwrap();
    for store in Store::all().await {
        let uri = store.uri("chunked/large");
        let request = Request::put(&uri).header("content-length", data.len());
        let start = Instant::now();
        let request = request.body(stream(&data)).unwrap();
        store.send(&layer, request).await.unwrap();
        println!("{}: 200 MiB in {:.1?}", store.name, start.elapsed());
        store.expect(&uri, &data).await;
    }
}

/// A change of an encoded body of 20,000 bytes in three chunks.
type Change = fn(&mut Vec<u8>);

const LENGTH: usize = 20_000;

const CHANGES: [(&str, Change); 8] = [
    ("a byte of the data", |body| flip(body, 9000)),
    ("the signature of a chunk", |body| {
        let at = find(body, ";chunk-signature=", 1) + 20;
        flip(body, at);
    }),
    ("the signature of the last chunk", |body| {
        let at = find(body, ";chunk-signature=", 3) + 20;
        flip(body, at);
    }),
    ("a chunk left out", |body| {
        let (start, end) = (chunk(body, 1), chunk(body, 2));
        body.drain(start..end);
    }),
    ("two chunks in the place of each other", |body| {
        let (first, second, third) = (chunk(body, 0), chunk(body, 1), chunk(body, 2));
        body[first..third].rotate_left(second - first);
    }),
    ("the last chunk and the trailer left out", |body| {
        let end = chunk(body, 3);
        body.truncate(end);
    }),
    ("the checksum in the trailer", |body| {
        let at = find(body, "x-amz-checksum-", 0) + "x-amz-checksum-crc32:".len();
        body[at] = if body[at] == b'A' { b'B' } else { b'A' };
    }),
    ("the signature of the trailer", |body| {
        let at = find(body, "x-amz-trailer-signature:", 0) + 30;
        flip(body, at);
    }),
];

/// Changes a bit, and leaves a hexadecimal digit one.
fn flip(body: &mut [u8], at: usize) {
    body[at] ^= 1;
}

/// Where a text stands for the `index`-th time.
fn find(body: &[u8], text: &str, index: usize) -> usize {
    let windows = body.windows(text.len()).enumerate();
    let mut found = windows.filter(|(_, window)| *window == text.as_bytes());
    found.nth(index).unwrap().0
}

/// Where a chunk begins, with the line of its length.
fn chunk(body: &[u8], index: usize) -> usize {
    let mut start = 0;
    for _ in 0..index {
        let line = str::from_utf8(&body[start..start + 4]).unwrap();
        let digits = line.split([';', '\r']).next().unwrap();
        let data = start + find(&body[start..], "\r\n", 0) + 2;
        start = data + usize::from_str_radix(digits, 16).unwrap() + 2;
    }
    start
}

/// The forms of which a change makes sense.
fn concerns(what: &str, form: Form) -> bool {
    let of_chunks =
        what.starts_with("the signature of a chunk") || what.contains("of the last chunk");
    match what {
        _ if of_chunks => form.is_signed(),
        "the checksum in the trailer" => form.has_trailer(),
        "the signature of the trailer" => form == Form::SignedTrailer,
        _ => true,
    }
}

/// A signed request of three chunks, whose trailer says `checksum` or what is right.
async fn encoded(store: &Store, upload: Upload, checksum: Option<HeaderValue>) -> Request<Vec<u8>> {
    let signer = Store::builder().build_signer().unwrap();
    let (mut parts, ()) = Request::put(store.uri("chunked/changed"))
        .body(())
        .unwrap()
        .into_parts();
    upload.write_headers(&mut parts.headers).unwrap();
    let signed = signer.sign(&mut parts, upload.form().into()).await.unwrap();
    let mut encoder = signed.encoder(upload, &parts.headers).unwrap();
    let (mut data, mut body) = (data(LENGTH), Vec::new());
    while let Some(piece) = encoder.encode(&mut data).unwrap() {
        body.extend(piece);
    }
    let checksum = checksum.map(|value| (ChecksumAlgorithm::Crc32.header_name(), value));
    body.extend(
        encoder
            .finish(&checksum.into_iter().collect::<HeaderMap>())
            .unwrap(),
    );
    Request::from_parts(parts, body)
}

fn uploads() -> [Upload; 3] {
    let (length, crc32) = (LENGTH as u64, ChecksumAlgorithm::Crc32);
    [
        Upload::signed(length),
        Upload::signed(length).trailer(crc32).unwrap(),
        Upload::unsigned(length, crc32),
    ]
    .map(|upload| upload.chunk_size(8192).unwrap())
}

/// What they take all the same, in which form.
const OVERLOOKED: [(&str, &[(Form, &str)]); 2] = [
    (
        "s3s",
        &[(Form::Signed, "the last chunk and the trailer left out")],
    ),
    (
        "SeaweedFS",
        &[
            (Form::SignedTrailer, "the signature of the last chunk"),
            (Form::SignedTrailer, "the signature of the trailer"),
        ],
    ),
];

#[tokio::test]
#[ignore = "needs a SeaweedFS: scripts/stores.sh"]
async fn what_each_store_overlooks_of_chunks_is_known() {
    let mut all = Vec::new();
    for store in Store::all().await {
        let name = store.name;
        let mut overlooked = Vec::new();
        for upload in uploads() {
            let form = upload.form();
            let mut requests = Vec::new();
            for (what, change) in CHANGES {
                if !concerns(what, form) {
                    continue;
                }
                let mut request = encoded(&store, upload.clone(), None).await;
                let before = request.body().clone();
                change(request.body_mut());
                assert_ne!(*request.body(), before, "{what}");
                requests.push((what, request));
            }
            if form.has_trailer() {
                let wrong = ChecksumAlgorithm::Crc32.checksum(b"other");
                let given = Trailer::given(ChecksumAlgorithm::Crc32.header_name(), 8).unwrap();
                let other = match form.is_signed() {
                    true => Upload::signed(LENGTH as u64).trailer(given).unwrap(),
                    false => Upload::unsigned(LENGTH as u64, given),
                };
                requests.push((
                    "a checksum of other data",
                    encoded(&store, other, Some(wrong)).await,
                ));
            }
            let right = encoded(&store, upload, None).await;
            let right = right.map(|body| Full::new(Bytes::from(body)));
            store.send_as_it_is(right).await.unwrap();

            for (what, mut request) in requests {
                // Of its length on the way nothing is to be wrong.
                let length = request.body().len();
                request
                    .headers_mut()
                    .insert("content-length", length.into());
                let request = request.map(|body| Full::new(Bytes::from(body)));
                match store.send_as_it_is(request).await {
                    Ok(_) => overlooked.push((form, what)),
                    Err(error) => println!("{name} {form:?}: {what}: {}", code(&error)),
                }
            }
        }
        all.push((name, overlooked));
    }
    let expected = OVERLOOKED.map(|(name, overlooked)| (name, overlooked.to_vec()));
    assert_eq!(all, expected);
}
