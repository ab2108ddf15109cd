use std::time::Duration;

use tower_layer::Layer;

use super::service::ContentSha256;
use crate::body::Settings;

/// Sends the SHA-256 of each request's body in `x-amz-content-sha256`, and signs nothing.
///
/// For clients of a CloudFront distribution that signs for them, with [origin access control], before
/// a Lambda function URL: the signature that CloudFront makes covers the body's digest, which it takes
/// from the client, so that AWS asks clients for this header with every `POST` and `PUT`. Without it
/// they are answered 403. Such a client needs no credentials.
///
/// ```
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use http_body_util::{Empty, Full};
/// use tower::{ServiceBuilder, ServiceExt};
/// use tower_sigv4::ContentSha256Layer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tower::BoxError> {
/// # let http_client = tower::service_fn(|request: Request<tower_sigv4::SignedBody<Full<Bytes>>>| async move {
/// #     assert_eq!(
/// #         request.headers()["x-amz-content-sha256"],
/// #         "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
/// #     );
/// #     Ok::<_, tower::BoxError>(Response::new(Empty::<Bytes>::new()))
/// # });
/// let client = ServiceBuilder::new()
///     .layer(ContentSha256Layer::new())
///     .service(http_client); // hyper-util's `Client`, for one
///
/// let request = Request::post("https://d111111abcdef8.cloudfront.net/orders")
///     .header("content-type", "application/json")
///     .body(Full::<Bytes>::from("{}"))?;
/// let response = client.oneshot(request).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Requests
///
/// Each gets the header, also without a body, and in the place of one that it has. A body that is not
/// in memory is collected first, as [`SigV4Layer`](crate::SigV4Layer) does, and then sent with its
/// length. A body that is sent in frames, and says so with
/// `x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER`, passes as it is; one whose frames
/// continue a signature, or that only `content-encoding: aws-chunked` announces, is an error.
///
/// # With `SigV4Layer`
///
/// What that layer signs needs no other header. For a client that calls AWS and such a distribution,
/// put this one above it, and let it forward requests to unlisted hosts
/// ([`UnlistedHosts::ForwardUnsigned`](crate::UnlistedHosts::ForwardUnsigned)). Never below: it
/// would change what is signed.
///
/// Cheap to clone. The services that it makes share what their bodies may take together.
///
/// [origin access control]: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html
#[derive(Clone, Debug)]
#[must_use]
pub struct ContentSha256Layer {
    limit: Option<usize>,
    total: Option<usize>,
    bodies: Settings,
}

impl ContentSha256Layer {
    /// Makes a layer with the limits that [`SigV4Layer`](crate::SigV4Layer) has by default.
    pub fn new() -> Self {
        Self {
            limit: None,
            total: None,
            bodies: Settings::new(None, None, Settings::DEFAULT_TIMEOUT),
        }
    }

    /// Sets how many bytes of one body are held for its hash; a larger body is an error, and nothing
    /// of it is sent. Defaults to 10 MiB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limit = Some(bytes);
        self.with_limits()
    }

    /// Sets how many bytes of all bodies together are held for their hashes. A request over it fails
    /// at once. Defaults to 64 MiB, or to the [`body_limit`](Self::body_limit) where that is more.
    ///
    /// What a body has at hand when its request is made is in memory anyway, and does not count.
    pub fn total_body_limit(mut self, bytes: usize) -> Self {
        self.total = Some(bytes);
        self.with_limits()
    }

    /// Sets how long a body that is read for its hash may yield nothing. Defaults to 30 seconds.
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.bodies.timeout = timeout;
        self
    }

    fn with_limits(mut self) -> Self {
        self.bodies = Settings::new(self.limit, self.total, self.bodies.timeout);
        self
    }
}

impl Default for ContentSha256Layer {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Layer<S> for ContentSha256Layer {
    type Service = ContentSha256<S>;

    fn layer(&self, inner: S) -> ContentSha256<S> {
        ContentSha256::with_settings(inner, self.bodies.clone())
    }
}

impl<S> ContentSha256<S> {
    /// Wraps a service, as [`ContentSha256Layer`] does.
    pub fn new(inner: S, layer: &ContentSha256Layer) -> Self {
        layer.layer(inner)
    }
}
