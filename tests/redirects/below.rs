//! A client below the layer that follows redirects itself: the layer sees no hop of it.

use std::{
    future::Future,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

use http::{
    HeaderName, Response, Uri,
    header::{COOKIE, LOCATION, PROXY_AUTHORIZATION},
};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use tower::Service;
use tower_sigv4::SignedBody;
use url::Url;

use super::{network::Connector, *};

/// Follows redirects as reqwest and tower-http do: another host gets everything but the headers that
/// they know to be secret.
#[derive(Clone)]
struct Following(Client<Connector, Full<Bytes>>);

impl Following {
    const SECRET: [HeaderName; 3] = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION];

    async fn send(self, mut request: Request<Full<Bytes>>) -> Result<Response<Incoming>, BoxError> {
        loop {
            let response = self.0.request(request.clone()).await?;
            let Some(location) = response.headers().get(LOCATION) else {
                return Ok(response);
            };
            let from = Url::parse(&request.uri().to_string())?;
            let to = from.join(location.to_str()?)?;
            if (from.scheme(), from.host(), from.port()) != (to.scheme(), to.host(), to.port()) {
                for name in Self::SECRET {
                    request.headers_mut().remove(name);
                }
            }
            *request.uri_mut() = Uri::try_from(String::from(to))?;
        }
    }
}

impl<B> Service<Request<B>> for Following
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<Incoming>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Incoming>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.map_err(Into::into)?.to_bytes();
            this.send(Request::from_parts(parts, Full::from(body)))
                .await
        })
    }
}

async fn send_below(network: &Network, version: Version, layer: SigV4Layer) {
    let client = ServiceBuilder::new()
        .layer(layer)
        .service(Following(network.client(version)));
    client.oneshot(post(API)).await.unwrap();
}

/// Which is why a client below must not follow any. Without the secret access key the token is good
/// for nothing, and the signature stays behind.
#[tokio::test]
async fn a_client_below_that_follows_redirects_takes_the_session_token_along() {
    for (version, status) in redirects() {
        for location in FOREIGN {
            for layer in [layer(), refusing(detecting()), forwarding(Wire::builder())] {
                let network = Network::redirecting(&[(status, location)]).await;
                send_below(&network, version, layer).await;
                let abroad = network.received_abroad();
                let leaked = of_a_signature(&abroad[0]);
                assert_eq!(leaked, ["x-amz-date", "x-amz-security-token"], "{location}");
            }
        }
    }
}

#[tokio::test]
async fn a_client_below_that_follows_redirects_sends_a_signature_of_another_request() {
    let now = SystemTime::now();
    for version in Wire::VERSIONS {
        let network = Network::redirecting(&[(StatusCode::TEMPORARY_REDIRECT, "/v2")]).await;
        send_below(&network, version, layer()).await;
        let received = network.received();
        assert_signed(&received[0]).await;
        let second = received[1].clone();
        assert!(second.headers().contains_key(AUTHORIZATION));
        let scope = (Wire::SERVICE, Wire::REGION);
        let verified = verify_with_scratchstack(second, Keys::ROLE.into(), scope, now).await;
        assert!(verified.is_err());
    }
}

/// A body that tower-http redirects has to have a `Default`.
#[test]
fn the_redirects_of_tower_http_do_not_compile_below() {
    struct Body<B>(PhantomData<B>);
    trait WithoutDefault {
        const FITS: bool = false;
    }
    impl<B> WithoutDefault for Body<B> {}
    impl<B: Default> Body<B> {
        const FITS: bool = true;
    }
    let fit = [
        Body::<Full<Bytes>>::FITS,
        Body::<SignedBody<Full<Bytes>>>::FITS,
    ];
    assert_eq!(fit, [true, false]);
}
