//! Uploads of every form, size and checksum, read back.

use bytes::Bytes;
use http::StatusCode;
use http_body_util::BodyExt;
use http_sigv4::chunked::{ChecksumAlgorithm, Upload};
use hyper::{client, server};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::{
    request::{Pieces, put},
    store::{send, store},
};

const ALGORITHMS: [ChecksumAlgorithm; 5] = [
    ChecksumAlgorithm::Crc32,
    ChecksumAlgorithm::Crc32c,
    ChecksumAlgorithm::Crc64Nvme,
    ChecksumAlgorithm::Sha1,
    ChecksumAlgorithm::Sha256,
];

/// Every form, with every checksum where there is one.
pub(crate) fn uploads(length: usize) -> Vec<Upload> {
    let length = length as u64;
    let mut uploads = vec![Upload::signed(length)];
    for algorithm in ALGORITHMS {
        uploads.push(Upload::signed(length).trailer(algorithm).unwrap());
        uploads.push(Upload::unsigned(length, algorithm));
    }
    uploads
}

pub(crate) fn body(length: usize) -> Bytes {
    let mut rng = fastrand::Rng::with_seed(length as u64);
    let mut body = vec![0; length];
    rng.fill(&mut body);
    body.into()
}

const SIZES: [usize; 9] = [
    0,
    1,
    8191,
    8192,
    8193,
    64 * 1024 - 1,
    64 * 1024,
    64 * 1024 + 1,
    5 * 1024 * 1024 + 3,
];

#[tokio::test]
async fn every_upload_is_accepted_and_stored_as_it_was() {
    let store = store();
    let mut count = 0;
    for length in SIZES.into_iter().filter(|&length| length < 1024 * 1024) {
        let body = body(length);
        for upload in uploads(length) {
            for chunk_size in [8192, 10_000, 64 * 1024] {
                let upload = upload.clone().chunk_size(chunk_size).unwrap();
                for frame in [100, 64 * 1024, usize::MAX] {
                    let stored = send(&store, put(&upload, &body, frame)).await;
                    assert!(stored.unwrap() == body, "{upload:?} in frames of {frame}");
                    count += 1;
                }
            }
        }
    }
    println!("{count} uploads");
}

/// Over a socket the length that was told before the upload has to be that of the body.
#[tokio::test]
async fn uploads_over_a_socket_are_accepted_and_stored_as_they_were() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            let connection = server::conn::http1::Builder::new();
            tokio::spawn(connection.serve_connection(TokioIo::new(stream), store()));
        }
    });
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let io = TokioIo::new(stream);
    let (mut sender, connection) = client::conn::http1::handshake::<_, Pieces>(io)
        .await
        .unwrap();
    tokio::spawn(connection);

    let mut count = 0;
    for length in SIZES {
        let body = body(length);
        for upload in uploads(length) {
            let request = put(&upload, &body, 64 * 1024);
            sender.ready().await.unwrap();
            let response = sender.send_request(request).await.unwrap();
            let status = response.status();
            let stored = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(status, StatusCode::OK, "{upload:?}: {stored:?}");
            assert!(stored == body, "{upload:?}");
            count += 1;
        }
    }
    println!("{count} uploads");
}
