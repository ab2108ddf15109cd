//! Uploads that are changed on their way, at every place.

use http::Request;
use http_sigv4::chunked::{ChecksumAlgorithm, Upload};

use crate::{
    request::{Pieces, put},
    store::{send, store},
    uploads::body,
};

const LENGTH: usize = 8192 + 100;

fn uploads() -> [Upload; 3] {
    let length = LENGTH as u64;
    let crc = ChecksumAlgorithm::Crc64Nvme;
    [
        Upload::signed(length),
        Upload::signed(length).trailer(crc).unwrap(),
        Upload::unsigned(length, crc),
    ]
    .map(|upload| upload.chunk_size(8192).unwrap())
}

/// The encoded body of an upload, and a request with another in its place.
fn request(upload: &Upload) -> (Vec<u8>, impl Fn(Vec<u8>) -> Request<Pieces>) {
    let (parts, pieces) = put(upload, &body(LENGTH), usize::MAX).into_parts();
    let request = move |body| Request::from_parts(parts.clone(), Pieces::from(body));
    (pieces.concat(), request)
}

/// All places of the framing, and some of the data.
fn places(encoded: &[u8]) -> impl Iterator<Item = usize> {
    let length = encoded.len();
    let is_framing = move |at: usize| at % (8192 + 89) < 100 || length - at < 400;
    (0..length).filter(move |&at| is_framing(at) || at % 53 == 0)
}

#[tokio::test]
async fn a_byte_that_is_changed_anywhere_is_noticed() {
    let store = store();
    for upload in uploads() {
        let form = upload.form();
        let (encoded, request) = request(&upload);
        assert!(send(&store, request(encoded.clone())).await.is_ok());
        let mut rejected = 0;
        for at in places(&encoded) {
            for change in [0x01, 0x80] {
                let mut tampered = encoded.clone();
                tampered[at] ^= change;
                let stored = send(&store, request(tampered)).await;
                assert!(stored.is_err(), "{form:?} at {at} of {}", encoded.len());
                rejected += 1;
            }
        }
        println!("{form:?}: {rejected} changes, all rejected");
    }
}

#[tokio::test]
async fn a_body_that_is_cut_in_its_chunks_is_noticed() {
    let store = store();
    for upload in uploads() {
        let form = upload.form();
        let (encoded, request) = request(&upload);
        // `s3s` asks for no last chunk once the data is there, nor for the end of the line that the
        // trailer ends with.
        let end = match form.has_trailer() {
            true => encoded.len() - "\r\n\r\n".len(),
            false => encoded.len() - "\r\n0;chunk-signature=\r\n\r\n".len() - 64,
        };
        let mut rejected = 0;
        for at in places(&encoded).filter(|&at| at < end) {
            let stored = send(&store, request(encoded[..at].to_vec())).await;
            assert!(stored.is_err(), "{form:?} at {at} of {}", encoded.len());
            rejected += 1;
        }
        println!("{form:?}: {rejected} cuts, all rejected");
    }
}
