//! What the request says of its body, in every form.

use http::HeaderMap;
use http_sigv4::chunked::ChecksumAlgorithm;
use tower_sigv4::{Chunks, PayloadMode, SigV4Layer, SigningOptions};

use crate::{
    common::{credentials, full, id},
    harness::{data, decode, header, put, s3, send},
};

const ALGORITHMS: [ChecksumAlgorithm; 5] = [
    ChecksumAlgorithm::Crc32,
    ChecksumAlgorithm::Crc32c,
    ChecksumAlgorithm::Crc64Nvme,
    ChecksumAlgorithm::Sha1,
    ChecksumAlgorithm::Sha256,
];

fn every_form() -> Vec<Chunks> {
    let with = ALGORITHMS.map(|it| [Chunks::signed().checksum(it), Chunks::unsigned(it)]);
    [Chunks::signed()]
        .into_iter()
        .chain(with.concat())
        .collect()
}

#[tokio::test]
async fn a_body_of_every_form_is_announced_and_decodes_to_itself() {
    for chunks in every_form() {
        for length in [1, 8191, 8193, 65_536, 65_537, 200_000] {
            for size in [8192, 10_000, 65_536] {
                let chunks = chunks.chunk_size(size);
                let request = put().body(full(data(length))).unwrap();
                let sent = send(s3().payload(chunks), request).await.unwrap();
                let (decoded, trailers) = decode(&sent).unwrap();
                assert!(decoded == data(length), "{chunks:?} {length}");

                let upload = chunks.upload(length as u64).unwrap();
                assert_eq!(
                    header(&sent, "x-amz-content-sha256"),
                    upload.form().marker()
                );
                assert_eq!(header(&sent, "content-encoding"), "aws-chunked");
                assert_eq!(
                    header(&sent, "x-amz-decoded-content-length"),
                    length.to_string()
                );
                assert_eq!(upload.encoded_length(), sent.body.len() as u64);
                let announced = sent.parts.headers.get("x-amz-trailer");
                assert_eq!(
                    announced.map(|it| it.to_str().unwrap()),
                    trailers.keys().next().map(|it| it.as_str()),
                );
                assert_eq!(trailers.is_empty(), !upload.form().has_trailer());
            }
        }
    }
}

#[tokio::test]
async fn what_encodings_the_body_has_stands_in_front() {
    let request = put()
        .header("content-encoding", "gzip")
        .header("transfer-encoding", "chunked")
        .header("content-length", "7")
        .header("trailer", "x-amz-checksum-crc32")
        .body(full(data(10)))
        .unwrap();
    let sent = send(s3().payload(Chunks::signed()), request).await.unwrap();
    assert_eq!(header(&sent, "content-encoding"), "gzip,aws-chunked");
    assert_eq!(header(&sent, "x-amz-decoded-content-length"), "10");
    for name in ["transfer-encoding", "trailer"] {
        assert!(!sent.parts.headers.contains_key(name));
    }
}

#[tokio::test]
async fn a_request_has_chunks_of_its_own() {
    let options = SigningOptions::new().payload(Chunks::signed());
    let request = put().extension(options).body(full(data(10))).unwrap();
    let sent = send(s3(), request).await.unwrap();
    assert_eq!(decode(&sent).unwrap(), (data(10), HeaderMap::new()));
}

#[test]
fn chunks_that_no_service_takes_are_settings_that_are_wrong() {
    for (service, mode, word) in [
        ("s3", Chunks::signed().chunk_size(8191), "larger size"),
        ("execute-api", Chunks::signed(), "`PayloadMode::Chunked`"),
        (
            "vpc-lattice-svcs",
            Chunks::signed(),
            "`PayloadMode::Chunked`",
        ),
        (
            "aoss",
            Chunks::unsigned(ChecksumAlgorithm::Crc32),
            "`PayloadMode::Chunked`",
        ),
    ] {
        let builder = SigV4Layer::builder(service, "us-east-1", credentials(id(1)));
        let error = builder.payload(mode).build().unwrap_err();
        assert!(error.is_configuration(), "{error}");
        assert!(error.to_string().contains(word), "{error}");
    }
    for service in ["s3", "s3express", "s3-outposts"] {
        let builder = SigV4Layer::builder(service, "us-east-1", credentials(id(1)));
        assert!(builder.payload(Chunks::signed()).build().is_ok());
    }
}

#[tokio::test]
async fn chunks_without_signatures_go_over_tls_or_stay_on_this_machine() {
    let chunks = Chunks::unsigned(ChecksumAlgorithm::Crc32);
    for (uri, is_sent) in [
        ("http://127.0.0.1:9000/bucket/key", true),
        ("http://bucket.s3.us-east-1.amazonaws.com/key", false),
    ] {
        let builder = s3().allow_loopback(true).allow_plain_http(true);
        let request = http::Request::put(uri).body(full(data(10))).unwrap();
        let sent = sent_anywhere(builder.payload(chunks), request).await;
        assert_eq!(sent.is_ok(), is_sent, "{uri}");

        let builder = s3().allow_loopback(true).allow_plain_http(true);
        let request = http::Request::put(uri).body(full(data(10))).unwrap();
        let sent = sent_anywhere(builder.payload(Chunks::signed()), request).await;
        assert!(sent.is_ok(), "{uri}");
    }
}

/// Whatever the host: who verifies writes the default port otherwise.
async fn sent_anywhere(
    builder: tower_sigv4::SigV4LayerBuilder,
    request: http::Request<http_body_util::Full<bytes::Bytes>>,
) -> Result<(), tower::BoxError> {
    let (client, _) = crate::common::client(builder.build()?).await;
    tower::ServiceExt::oneshot(client, request).await.map(drop)
}

#[test]
fn chunks_are_a_payload_mode() {
    let chunks = Chunks::signed();
    assert_eq!(PayloadMode::from(chunks), PayloadMode::Chunked(chunks));
}
