use tower_layer::Layer;

use super::service::ResponseChecksum;

/// Verifies the body of each response against the checksum that S3 sends with it, while it is read.
///
/// A `GET` gets `x-amz-checksum-mode: ENABLED`, by which S3 sends the [checksum] that the object was
/// stored with: so this layer stands **above** [`SigV4Layer`](crate::SigV4Layer), which signs that
/// header, and below what decompresses bodies. A body that is another than its checksum says ends in an
/// error. Feature `chunked`.
///
/// ```
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use http_body_util::{BodyExt, Empty, Full};
/// use tower::{ServiceBuilder, ServiceExt};
/// use tower_sigv4::{ResponseChecksumLayer, SigV4Layer};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tower::BoxError> {
/// # let provider = aws_credential_types::Credentials::new("AKID", "secret", None, None, "example");
/// # let http_client = tower::service_fn(|request: Request<tower_sigv4::SignedBody<Empty<Bytes>>>| async move {
/// #     assert_eq!(request.headers()["x-amz-checksum-mode"], "ENABLED");
/// #     let response = Response::builder().header("x-amz-checksum-crc32c", "4waSgw==");
/// #     Ok::<_, tower::BoxError>(response.body(Full::<Bytes>::from("123456789"))?)
/// # });
/// let client = ServiceBuilder::new()
///     .layer(ResponseChecksumLayer::new())
///     .layer(SigV4Layer::new("s3", "eu-west-1", provider)?)
///     .service(http_client); // hyper-util's `Client`, for one
///
/// let request = Request::get("https://bucket.s3.eu-west-1.amazonaws.com/key")
///     .body(Empty::<Bytes>::new())?;
/// let response = client.oneshot(request).await?;
/// let object = response.into_body().collect().await?.to_bytes();
/// # assert_eq!(object, "123456789");
/// # Ok(())
/// # }
/// ```
///
/// # What is not verified
///
/// Ranges, whose checksum is that of the whole object; objects of several parts whose checksum is made
/// of those of the parts (`x-amz-checksum-type: COMPOSITE`, or a number behind it); algorithms other than
/// [`ChecksumAlgorithm`](http_sigv4::chunked::ChecksumAlgorithm)'s; and objects that were stored without.
/// [`ChecksummedBody::is_to_be_verified`](crate::ChecksummedBody::is_to_be_verified) tells.
///
/// [checksum]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct ResponseChecksumLayer {
    _private: (),
}

impl ResponseChecksumLayer {
    /// Makes a layer.
    pub const fn new() -> Self {
        Self { _private: () }
    }
}

impl<S> Layer<S> for ResponseChecksumLayer {
    type Service = ResponseChecksum<S>;

    fn layer(&self, inner: S) -> ResponseChecksum<S> {
        ResponseChecksum::new(inner)
    }
}
