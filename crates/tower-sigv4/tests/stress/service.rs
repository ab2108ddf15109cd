//! A service that computes every signature again, and answers by chance.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::BodyExt;
use tower::BoxError;

use crate::{
    Clock, Counts,
    common::{Empty, HOST, Sent, assert_signed, builder, full, get, send, verify},
    count,
};

#[derive(Clone)]
pub(crate) struct Service {
    clock: Clock,
    counts: Arc<Counts>,
}

impl Service {
    pub(crate) fn new(clock: Clock, counts: &Arc<Counts>) -> Self {
        Self {
            clock,
            counts: Arc::clone(counts),
        }
    }

    /// Verifies a request as it arrived.
    pub(crate) fn verify(&self, sent: &Sent) {
        let host = sent.parts.uri.authority().unwrap().as_str();
        match verify(host, sent) {
            Ok(()) => count(&self.counts.right),
            Err(why) => {
                count(&self.counts.wrong);
                println!("{why}: {:?}", sent.parts);
            }
        }
    }

    /// An answer, and whether it takes a while.
    pub(crate) fn answer(&self) -> (Response<Empty>, Option<Duration>) {
        let mut response = Response::builder();
        let date = |by: Duration| httpdate::fmt_http_date(self.clock.now() + by);
        let chance = fastrand::u8(..100);
        let day = Duration::from_secs(86_400);
        response = match chance {
            0..4 => response
                .status(403)
                .header("x-amzn-errortype", "ExpiredTokenException"),
            // What says that the clock is wrong, now in this way and now in that.
            4..7 => response
                .status(401)
                .header("date", date(day.mul_f64(fastrand::f64()))),
            7 => response.status(400).header("date", date(Duration::ZERO)),
            8 => response.status(403),
            9 => response.status(500),
            _ => response.header("date", date(Duration::ZERO)),
        };
        let slow = (chance % 10 == 0).then(|| Duration::from_micros(fastrand::u64(..3_000)));
        (response.body(Empty::new()).unwrap(), slow)
    }
}

impl<B> tower::Service<Request<B>> for Service
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Empty>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Empty>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.map_err(Into::into)?.to_bytes();
            service.verify(&Sent { parts, body });
            let (response, slow) = service.answer();
            if let Some(slow) = slow {
                tokio::time::sleep(slow).await;
            }
            Ok(response)
        })
    }
}

/// A check that cannot fail would be none.
pub(crate) fn assert_that_a_wrong_signature_is_seen() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let request = get().body(full("one tea")).unwrap();
    let sent = runtime
        .block_on(send(builder().build().unwrap(), request))
        .unwrap();
    assert_signed(&sent);
    let mut other_body = sent.clone();
    other_body.body = Bytes::from_static(b"two teas");
    assert!(verify(HOST, &other_body).is_err());
    let mut other_token = sent;
    let headers = &mut other_token.parts.headers;
    headers.insert("x-amz-security-token", "of another".parse().unwrap());
    assert!(verify(HOST, &other_token).is_err());
}
