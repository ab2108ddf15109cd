//! Checksums of bodies that are not sent in chunks.

use http::{HeaderMap, Request};
use http_sigv4::chunked::ChecksumAlgorithm;
use tower_sigv4::{Chunks, PayloadMode, SigV4Layer, SigningOptions};

use crate::{
    common::{Empty, credentials, fed, full, id, signed_as},
    harness::{BUCKET, data, decode, header, own, put, s3, send},
};

const ALGORITHMS: [ChecksumAlgorithm; 5] = [
    ChecksumAlgorithm::Crc32,
    ChecksumAlgorithm::Crc32c,
    ChecksumAlgorithm::Crc64Nvme,
    ChecksumAlgorithm::Sha1,
    ChecksumAlgorithm::Sha256,
];

fn checksums(headers: &HeaderMap) -> Vec<&str> {
    let names = headers.keys().map(|name| name.as_str());
    names
        .filter(|name| name.starts_with("x-amz-checksum-"))
        .collect()
}

#[tokio::test]
async fn a_body_that_is_read_has_its_checksum_signed() {
    for algorithm in ALGORITHMS {
        for is_in_memory in [true, false] {
            let builder = s3().checksum(algorithm);
            let sent = match is_in_memory {
                true => send(builder, put().body(full(data(100_000))).unwrap()).await,
                false => {
                    let (body, feed) = fed();
                    feed.data(data(100_000).slice(..30_000));
                    feed.data(data(100_000).slice(30_000..));
                    drop(feed);
                    send(builder, put().body(body).unwrap()).await
                }
            };
            let sent = sent.unwrap();
            let name = algorithm.header_name();
            assert_eq!(
                sent.parts.headers[&name],
                algorithm.checksum(&data(100_000))
            );
            assert_eq!(checksums(&sent.parts.headers), [name.as_str()]);
            let mut signed = signed_as(&sent).headers.split(';');
            assert!(signed.any(|signed| signed == name));
        }
    }
}

#[tokio::test]
async fn a_body_in_chunks_has_it_in_the_trailer_unless_it_has_one_of_its_own() {
    let crc32 = ChecksumAlgorithm::Crc32;
    let own = ChecksumAlgorithm::Sha1;
    for (builder, expected) in [
        (s3().body_limit(10), crc32),
        (s3().payload(Chunks::signed()), crc32),
        (s3().payload(Chunks::signed().checksum(own)), own),
        (s3().payload(Chunks::unsigned(own)), own),
    ] {
        let request = put().body(full(data(100))).unwrap();
        let sent = send(builder.checksum(crc32), request).await.unwrap();
        assert_eq!(header(&sent, "x-amz-trailer"), expected.header_name());
        let trailers = decode(&sent).unwrap().1;
        assert_eq!(
            trailers[expected.header_name()],
            expected.checksum(&data(100))
        );
        assert!(checksums(&sent.parts.headers).is_empty());
    }
}

#[tokio::test]
async fn a_request_with_a_checksum_of_its_own_gets_no_other() {
    for (name, value) in [
        ("x-amz-checksum-sha1", "AAAA"),
        ("x-amz-checksum-xxhash3", "AAAA"),
    ] {
        let request = put().header(name, value).body(full(data(100))).unwrap();
        let builder = s3().checksum(ChecksumAlgorithm::Crc32);
        let sent = send(builder, request).await.unwrap();
        assert_eq!(header(&sent, name), value);
        assert!(!sent.parts.headers.contains_key("x-amz-checksum-crc32"));
    }
}

/// There is no trailer behind a body that is not sent in chunks.
#[tokio::test]
async fn a_checksum_that_is_announced_as_a_trailer_becomes_a_header_of_a_plain_body() {
    let sha1 = ChecksumAlgorithm::Sha1;
    for builder in [
        s3(),
        s3().payload(PayloadMode::Buffered),
        s3().checksum(ChecksumAlgorithm::Crc32),
    ] {
        let request = put().header("x-amz-trailer", "X-Amz-Checksum-SHA1 ");
        let request = request.body(full(data(100))).unwrap();
        let sent = send(builder, request).await.unwrap();
        assert!(!sent.parts.headers.contains_key("x-amz-trailer"));
        assert_eq!(checksums(&sent.parts.headers), ["x-amz-checksum-sha1"]);
        let value = header(&sent, "x-amz-checksum-sha1");
        assert_eq!(value, sha1.checksum(&data(100)));
    }
    for builder in [s3(), s3().payload(Chunks::signed())] {
        let request = put().header("x-amz-trailer", "x-amz-checksum-sha1");
        let request = request.body(Empty::new()).unwrap();
        let sent = send(builder, request).await.unwrap();
        assert!(!sent.parts.headers.contains_key("x-amz-trailer"));
        assert_eq!(header(&sent, "x-amz-checksum-sha1"), sha1.checksum(b""));
    }
}

#[tokio::test]
async fn a_checksum_that_is_announced_and_there_already_is_sent_as_it_is() {
    let request = put()
        .header("x-amz-trailer", "x-amz-checksum-sha1")
        .header("x-amz-checksum-sha1", "AAAA")
        .body(full(data(100)));
    let sent = send(s3(), request.unwrap()).await.unwrap();
    assert!(!sent.parts.headers.contains_key("x-amz-trailer"));
    assert_eq!(header(&sent, "x-amz-checksum-sha1"), "AAAA");
}

#[tokio::test]
async fn a_trailer_that_cannot_become_a_header_is_refused() {
    for (name, word) in [
        ("x-amz-checksum-xxhash64", "`x-amz-checksum-xxhash64`"),
        ("x-amz-meta-rows", "`x-amz-meta-rows`"),
        ("", "`x-amz-trailer`"),
        (
            "x-amz-checksum-sha1,x-amz-checksum-crc32",
            "several checksums",
        ),
    ] {
        let request = put().header("x-amz-trailer", name);
        let request = request.body(full(data(100))).unwrap();
        let error = own(send(s3(), request).await);
        assert!(error.is_request() && !error.is_body(), "{error}");
        assert!(error.to_string().contains(word), "{error}");
    }
}

/// As nothing is sent of what is announced there.
#[tokio::test]
async fn a_trailer_is_not_announced_where_no_checksum_belongs() {
    for (method, query) in [("POST", "?uploadId=a"), ("GET", "")] {
        let request = Request::builder()
            .method(method)
            .uri(format!("https://{BUCKET}/key{query}"))
            .header("x-amz-trailer", "x-amz-checksum-sha1")
            .header("x-amz-sdk-checksum-algorithm", "SHA1")
            .body(full("<Xml/>"))
            .unwrap();
        let sent = send(s3(), request).await.unwrap();
        for name in ["x-amz-trailer", "x-amz-sdk-checksum-algorithm"] {
            assert!(!sent.parts.headers.contains_key(name), "{method} {name}");
        }
        assert!(checksums(&sent.parts.headers).is_empty());
    }
}

#[tokio::test]
async fn what_has_no_body_to_check_gets_none() {
    let builder = || s3().checksum(ChecksumAlgorithm::Crc32);
    for method in ["GET", "PUT", "POST", "DELETE"] {
        let request = put().method(method).body(Empty::new()).unwrap();
        let sent = send(builder(), request).await.unwrap();
        assert!(checksums(&sent.parts.headers).is_empty(), "{method}");
    }
    for (query, count) in [("delete", 1), ("uploadId=a&b", 0), ("b&uploadId=a", 0)] {
        let request = Request::post(format!("https://{BUCKET}/key?{query}"));
        let request = request.body(full("<Xml/>")).unwrap();
        let sent = send(builder(), request).await.unwrap();
        assert_eq!(checksums(&sent.parts.headers).len(), count, "{query}");
    }
    let builder = builder().payload(PayloadMode::Unsigned);
    let sent = send(builder, put().body(full("a")).unwrap()).await.unwrap();
    assert!(checksums(&sent.parts.headers).is_empty());
}

#[tokio::test]
async fn a_request_has_a_checksum_by_its_own_options() {
    let options = SigningOptions::new().checksum(ChecksumAlgorithm::Crc32c);
    let request = put().extension(options).body(full(data(10))).unwrap();
    let sent = send(s3(), request).await.unwrap();
    assert_eq!(checksums(&sent.parts.headers), ["x-amz-checksum-crc32c"]);
}

#[test]
fn a_checksum_for_a_service_that_takes_none_is_a_setting_that_is_wrong() {
    let builder = SigV4Layer::builder("execute-api", "us-east-1", credentials(id(1)));
    let error = builder.checksum(ChecksumAlgorithm::Crc32).build();
    let error = error.unwrap_err();
    assert!(error.is_configuration(), "{error}");
    assert!(error.to_string().contains("`execute-api`"), "{error}");
}
