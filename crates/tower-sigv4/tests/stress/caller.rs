//! Those who send requests: through layers, with the signer alone, from runtimes that are dropped.

use std::{iter::repeat_with, time::Duration};

use bytes::Bytes;
use fastrand::Rng;
use http::Request;
use http_body_util::Full;
use http_sigv4::Payload;
use tokio::{
    runtime, spawn,
    task::yield_now,
    time::{sleep, timeout},
};
use tower::{BoxError, Layer, ServiceExt};
use tower_sigv4::{SigV4Layer, SigningOptions};

use crate::{
    World,
    common::{HOST, Sent, fed},
    count,
};

pub(crate) struct Caller {
    world: World,
    random: Rng,
}

/// What a call is like.
#[derive(Clone, Copy)]
enum Way {
    InMemory,
    Streamed,
    /// By the signer, without tower.
    Alone,
}

impl Caller {
    pub(crate) fn new(world: &World, number: u64) -> Self {
        Self {
            world: world.clone(),
            random: Rng::with_seed(number),
        }
    }

    pub(crate) async fn run(mut self) {
        while !self.world.is_over() {
            self.call().await;
            yield_now().await;
        }
    }

    /// Makes one call, and sometimes does not wait for its end.
    async fn call(&mut self) {
        let counts = self.world.counts.clone();
        let patience = match self.random.u8(..10) {
            0 => Duration::from_micros(self.random.u64(..2_000)),
            _ => Duration::from_secs(30),
        };
        match timeout(patience, self.send()).await {
            Ok(Ok(status)) => {
                count(&counts.answered);
                if status >= 400 {
                    count(&counts.rejected);
                }
            }
            Ok(Err(_)) => count(&counts.failed),
            Err(_) => count(&counts.cancelled),
        }
    }

    async fn send(&mut self) -> Result<u16, BoxError> {
        let number = self.random.usize(..self.world.layers.len());
        let layer = self.world.layers[number].clone();
        let way = [Way::InMemory, Way::InMemory, Way::Streamed, Way::Alone][self.random.usize(..4)];
        let request = self.request(&layer, number);
        match way {
            Way::InMemory => {
                let request = request.body(Full::new(self.body()))?;
                let service = layer.layer(self.world.service.clone());
                Ok(service.oneshot(request).await?.status().as_u16())
            }
            Way::Streamed => {
                let (body, feed) = fed();
                let pieces: Vec<_> = (0..self.random.usize(..4)).map(|_| self.body()).collect();
                let feeder = async move {
                    for piece in pieces {
                        feed.data(piece);
                        yield_now().await;
                    }
                };
                let service = layer.layer(self.world.service.clone());
                let (_, response) = tokio::join!(feeder, service.oneshot(request.body(body)?));
                Ok(response?.status().as_u16())
            }
            Way::Alone => {
                let body = self.body();
                let (mut parts, ()) = request.body(())?.into_parts();
                let signer = layer.signer().expect("an enabled layer");
                let signed = signer.sign(&mut parts, Payload::hash(&body)).await?;
                self.world.service.verify(&Sent { parts, body });
                let (response, _) = self.world.service.answer();
                signed.observe(response.status(), response.headers());
                Ok(response.status().as_u16())
            }
        }
    }

    /// A request, of which one in eight wants something otherwise.
    fn request(&mut self, layer: &SigV4Layer, number: usize) -> http::request::Builder {
        debug_assert!(layer.signer().is_some());
        let host = match (number, self.random.bool()) {
            (2, _) => "bucket.s3.us-east-1.amazonaws.com",
            (_, true) => HOST,
            (_, false) => "api.example.com:8443",
        };
        let query = self.random.u32(..);
        let request = Request::put(format!("https://{host}/a/b%20c/{query}?q={query}&a=%2B"))
            .header("content-type", "text/plain")
            .header("x-amz-meta-number", query);
        let options = SigningOptions::new();
        match self.random.u8(..24) {
            0 => request.extension(options.credentials(self.world.others.clone())),
            // Where the host is named, it does not tell the region.
            1 if host.starts_with("api.") => request.extension(options.region("eu-west-1")),
            2 if host.starts_with("api.") => request.extension(options.service("sqs")),
            _ => request,
        }
    }

    fn body(&mut self) -> Bytes {
        let length = self.random.usize(..600);
        repeat_with(|| self.random.u8(..)).take(length).collect()
    }
}

/// Sends requests from runtimes that live for milliseconds, and then are gone with all that runs on
/// them.
pub(crate) fn drop_runtimes(world: &World, number: u64) {
    let mut random = Rng::with_seed(number);
    while !world.is_over() {
        let runtime = match random.bool() {
            true => runtime::Builder::new_current_thread().enable_time().build(),
            false => runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_time()
                .build(),
        };
        let runtime = runtime.unwrap();
        let life = Duration::from_micros(random.u64(..20_000));
        let callers: Vec<_> = repeat_with(|| Caller::new(world, random.u64(..)))
            .take(4)
            .collect();
        runtime.block_on(async move {
            for caller in callers {
                spawn(caller.run());
            }
            sleep(life).await;
        });
        runtime.shutdown_background();
        count(&world.counts.runtimes);
    }
}
