//! What the caller says of checksums is honoured.

use http::{HeaderMap, HeaderValue};
use http_sigv4::chunked::ChecksumAlgorithm;
use tower_sigv4::Chunks;

use crate::{
    common::{Fed, fed, full},
    harness::{data, decode, header, own, put, s3, send},
};

const CRC32: &str = "x-amz-checksum-crc32";
const XXHASH: &str = "x-amz-checksum-xxhash64";

fn crc32() -> HeaderValue {
    ChecksumAlgorithm::Crc32.checksum(&data(100))
}

#[tokio::test]
async fn a_checksum_in_a_header_stays_there_where_the_chunks_are_signed() {
    let request = put().header(CRC32, crc32()).body(full(data(100))).unwrap();
    let chunks = Chunks::signed().checksum(ChecksumAlgorithm::Crc64Nvme);
    let sent = send(s3().payload(chunks), request).await.unwrap();
    assert_eq!(header(&sent, CRC32), crc32());
    assert!(!sent.parts.headers.contains_key("x-amz-trailer"));
    assert_eq!(decode(&sent).unwrap().1, HeaderMap::new());
}

/// There is no such body without a trailer.
#[tokio::test]
async fn a_checksum_in_a_header_becomes_the_trailer_where_the_chunks_are_not_signed() {
    let chunks = Chunks::unsigned(ChecksumAlgorithm::Crc64Nvme);
    for (name, value) in [(CRC32, crc32()), (XXHASH, HeaderValue::from_static("0123"))] {
        let request = put().header(name, &value).body(full(data(100))).unwrap();
        let sent = send(s3().payload(chunks), request).await.unwrap();
        assert_eq!(header(&sent, "x-amz-trailer"), name);
        assert!(!sent.parts.headers.contains_key(name));
        assert_eq!(decode(&sent).unwrap().1[name], value);
    }
}

#[tokio::test]
async fn a_checksum_on_several_lines_is_refused_where_it_would_become_the_trailer() {
    for values in [
        [crc32(), crc32()],
        [crc32(), HeaderValue::from_static("AAAAAA==")],
    ] {
        let mut request = put().body(full(data(100))).unwrap();
        for value in values {
            request.headers_mut().append(CRC32, value);
        }
        let chunks = Chunks::unsigned(ChecksumAlgorithm::Crc64Nvme);
        let error = own(send(s3().payload(chunks), request).await);
        assert!(error.is_request() && !error.is_body(), "{error}");
        assert!(error.to_string().contains("several checksums"), "{error}");
    }
}

#[tokio::test]
async fn a_wrong_checksum_of_the_callers_own_fails_before_the_end_is_sent() {
    let chunks = Chunks::unsigned(ChecksumAlgorithm::Crc64Nvme);
    let request = put().header(CRC32, crc32()).body(full(data(101))).unwrap();
    let error = own(send(s3().payload(chunks), request).await);
    assert!(
        error.is_body() && error.to_string().contains(CRC32),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_said_of_checksums_beside_their_values_stays() {
    let request = put()
        .header("x-amz-checksum-algorithm", "CRC32C")
        .header("x-amz-checksum-type", "FULL_OBJECT")
        .body(full(data(100)))
        .unwrap();
    let chunks = Chunks::signed().checksum(ChecksumAlgorithm::Crc32c);
    let sent = send(s3().payload(chunks), request).await.unwrap();
    assert_eq!(header(&sent, "x-amz-checksum-algorithm"), "CRC32C");
    assert_eq!(header(&sent, "x-amz-trailer"), "x-amz-checksum-crc32c");
}

/// A body of 100 bytes, perhaps with a trailer of its own.
fn with_trailer(trailer: Option<(&'static str, HeaderValue)>) -> Fed {
    let (body, feed) = fed();
    feed.data(data(100));
    if let Some((name, value)) = trailer {
        feed.trailer(name, value);
    }
    body
}

#[tokio::test]
async fn an_announced_checksum_is_computed_whether_or_not_the_body_brings_it() {
    for chunks in [
        Chunks::signed(),
        Chunks::signed().checksum(ChecksumAlgorithm::Sha1),
        Chunks::unsigned(ChecksumAlgorithm::Crc64Nvme),
    ] {
        for brought in [None, Some((CRC32, crc32()))] {
            let request = put()
                .header("x-amz-trailer", CRC32)
                .header("content-length", "100")
                .body(with_trailer(brought))
                .unwrap();
            let sent = send(s3().payload(chunks), request).await.unwrap();
            assert_eq!(header(&sent, "x-amz-trailer"), CRC32);
            assert_eq!(decode(&sent).unwrap().1[CRC32], crc32());
        }
    }
}

#[tokio::test]
async fn trailers_that_are_wrong_or_were_not_announced_fail_before_the_end_is_sent() {
    for (announced, brought) in [
        (true, (CRC32, HeaderValue::from_static("AAAAAA=="))),
        (true, ("x-amz-meta-rows", HeaderValue::from_static("1"))),
        (false, (CRC32, crc32())),
    ] {
        let mut request = put().header("content-length", "100");
        if announced {
            request = request.header("x-amz-trailer", CRC32);
        }
        let request = request.body(with_trailer(Some(brought))).unwrap();
        let error = own(send(s3().payload(Chunks::signed()), request).await);
        assert!(error.is_body(), "{error}");
    }
}

#[tokio::test]
async fn a_trailer_of_which_no_length_is_known_is_refused_at_once() {
    for name in [XXHASH, "x-amz-meta-rows", "", "a b"] {
        let request = put().header("x-amz-trailer", name);
        let request = request.body(full(data(100))).unwrap();
        let error = own(send(s3().payload(Chunks::signed()), request).await);
        assert!(error.is_request() && !error.is_body(), "{error}");
    }
}
