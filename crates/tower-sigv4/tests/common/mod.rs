//! What several suites share. Each suite is a crate of its own and uses only some of it.
#![allow(dead_code, unused_imports)]

mod body;
mod credentials;
mod log;
mod verify;

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, Response, request};
use http_body::Body;
use http_body_util::Full;
use tower::{BoxError, Layer, Service, ServiceExt};
use tower_sigv4::{Error, SigV4, SigV4Layer, SigV4LayerBuilder};

pub(crate) use sigv4_testkit::{Recorder, Sent, TestClock};

pub(crate) type Empty = http_body_util::Empty<Bytes>;

pub(crate) use self::{
    body::{Endless, Fed, Feed, fed},
    credentials::{HeldProvider, Rotating, credentials, id, secret, token},
    log::Log,
    verify::{assert_signed, assert_signed_for, presigned_signature, signed_as, verify},
};

/// A host that the layers here may sign for, without any setting.
pub(crate) const HOST: &str = "abc123.execute-api.us-east-1.amazonaws.com";

/// 2015-08-30, 12:36:00, the moment of AWS's own examples.
pub(crate) fn moment() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160)
}

/// A layer for API Gateway whose clock stands at [`moment`].
pub(crate) fn layer() -> SigV4Layer {
    builder().build().unwrap()
}

/// What configures such a layer.
pub(crate) fn builder() -> SigV4LayerBuilder {
    builder_for("execute-api")
}

pub(crate) fn builder_for(service: &str) -> SigV4LayerBuilder {
    SigV4Layer::builder(service, "us-east-1", credentials(id(1))).clock(moment)
}

/// Has the layer load its credentials, so that no later call waits for them.
pub(crate) async fn preloaded(layer: SigV4Layer) -> SigV4Layer {
    layer.credentials().unwrap().preload().await.unwrap();
    layer
}

/// A client of that layer over a recorder, with the credentials loaded.
pub(crate) async fn client(layer: SigV4Layer) -> (SigV4<Recorder>, Recorder) {
    let recorder = Recorder::default();
    (preloaded(layer).await.layer(recorder.clone()), recorder)
}

/// `ready`, told what the service will be called with.
pub(crate) async fn ready<S>(service: &mut S) -> &mut S
where
    S: Service<Request<Full<Bytes>>, Error = BoxError>,
{
    service.ready().await.unwrap()
}

pub(crate) fn get() -> request::Builder {
    Request::get(format!("https://{HOST}/prod/items"))
}

pub(crate) fn post() -> request::Builder {
    Request::post(format!("https://{HOST}/prod/items"))
}

pub(crate) fn full(body: impl Into<Bytes>) -> Full<Bytes> {
    Full::new(body.into())
}

/// Sends one request through a layer that has its credentials, and returns it as it arrives.
pub(crate) async fn send<B>(layer: SigV4Layer, request: Request<B>) -> Result<Sent, Error>
where
    B: Body + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    let (client, recorder) = client(layer).await;
    match client.oneshot(request).await {
        Ok(_) => Ok(recorder.only()),
        error => {
            assert_eq!(recorder.calls(), 0, "nothing is sent on an error");
            Err(own_error(error))
        }
    }
}

/// Sends one body through a layer that has its credentials, and returns what arrives.
pub(crate) async fn send_body<B>(layer: SigV4Layer, body: B) -> Result<Sent, Error>
where
    B: Body + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    send(layer, post().body(body).unwrap()).await
}

/// The layer's own error, which has to be one.
#[track_caller]
pub(crate) fn own_error<T>(result: Result<Response<T>, BoxError>) -> Error {
    let Err(error) = result else {
        panic!("the request was answered");
    };
    *error.downcast::<Error>().expect("an error of the layer")
}
