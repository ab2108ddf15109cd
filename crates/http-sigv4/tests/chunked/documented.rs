//! The examples of AWS's pages on [chunked uploads] and on [their trailers], byte for byte.
//!
//! [chunked uploads]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
//! [their trailers]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::HeaderMap;
use http_sigv4::{
    SigningKey, SigningScope,
    chunked::{ChecksumAlgorithm, Decoder, Upload},
};

use crate::upload::{decode, header_map};

struct Example {
    upload: Upload,
    content_length: &'static str,
    signed_headers: &'static str,
    seed: &'static str,
    /// Of a chunk of 64 KiB, of one of 1 KiB and of the last, which is empty.
    chunks: [&'static str; 3],
    trailers: &'static str,
}

fn example() -> Example {
    Example {
        upload: Upload::signed(66_560),
        content_length: "66824",
        signed_headers: "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;\
                         x-amz-decoded-content-length;x-amz-storage-class",
        seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
        chunks: [
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
        ],
        trailers: "",
    }
}

fn example_with_a_trailer() -> Example {
    Example {
        upload: Upload::signed(66_560)
            .trailer(ChecksumAlgorithm::Crc32c)
            .unwrap(),
        content_length: "66946",
        signed_headers: "content-encoding;host;x-amz-content-sha256;x-amz-date;\
                         x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
        seed: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
        chunks: [
            "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
            "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
            "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
        ],
        trailers: "x-amz-checksum-crc32c:sOO8/Q==\r\n\
                   x-amz-trailer-signature:\
                   d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n",
    }
}

impl Example {
    fn key() -> SigningKey {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret, None, None, "example");
        let scope = SigningScope::new("s3", "us-east-1").unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_369_353_600);
        SigningKey::derive(&credentials, &scope, time).unwrap()
    }

    fn headers(&self) -> HeaderMap {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
             SignedHeaders={},Signature={}",
            self.signed_headers, self.seed,
        );
        let mut headers = header_map(&[
            ("x-amz-date", "20130524T000000Z"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("x-amz-content-sha256", self.upload.form().marker()),
            ("authorization", &authorization),
        ]);
        self.upload.write_headers(&mut headers).unwrap();
        headers
    }

    fn body() -> Bytes {
        vec![b'a'; 66_560].into()
    }

    fn encoded(&self) -> Vec<u8> {
        let body = Self::body();
        let [first, second, last] = self.chunks;
        let (first_data, second_data) = body.split_at(65_536);
        [
            format!("10000;chunk-signature={first}\r\n").as_bytes(),
            first_data,
            format!("\r\n400;chunk-signature={second}\r\n").as_bytes(),
            second_data,
            format!("\r\n0;chunk-signature={last}\r\n").as_bytes(),
            self.trailers.as_bytes(),
            b"\r\n",
        ]
        .concat()
    }
}

#[test]
fn the_examples_are_announced_as_they_are_documented() {
    for (example, trailer) in [
        (example(), None),
        (example_with_a_trailer(), Some("x-amz-checksum-crc32c")),
    ] {
        let headers = example.headers();
        assert_eq!(headers["content-encoding"], "aws-chunked");
        assert_eq!(headers["x-amz-decoded-content-length"], "66560");
        assert_eq!(headers["content-length"], example.content_length);
        let announced = headers.get("x-amz-trailer");
        assert_eq!(announced.map(|it| it.to_str().unwrap()), trailer);
        assert_eq!(example.encoded().len().to_string(), example.content_length);
    }
}

#[test]
fn the_examples_are_encoded_as_they_are_documented() {
    for example in [example(), example_with_a_trailer()] {
        let upload = example.upload.clone();
        let mut encoder = upload.encoder(&example.headers(), &Example::key()).unwrap();
        let mut body = Example::body();
        let mut encoded = Vec::new();
        while let Some(piece) = encoder.encode(&mut body).unwrap() {
            encoded.extend_from_slice(&piece);
        }
        encoded.extend_from_slice(&encoder.finish(&HeaderMap::new()).unwrap());
        assert!(encoded == example.encoded());
    }
}

#[test]
fn the_examples_are_verified() {
    for example in [example(), example_with_a_trailer()] {
        let decoder = Decoder::verifying(&example.headers(), &Example::key()).unwrap();
        let (data, _) = decode(decoder, [example.encoded().into()]).unwrap();
        assert!(data == Example::body());
    }
}
