//! How many instructions a signature takes, which repeats from run to run as no time does.
//!
//! `scripts/instructions.sh` runs it and compares with what there was. `hashing` is what no signer
//! can do without, and `no_op` what handing a request to a client takes; the difference is what the
//! signer and the layer add. `many_lines` and `many_options` are what
//! a hostile client sends through a proxy that signs: twice as much has to take about twice as long.

#![allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    reason = "the macros write such items"
)]

use std::{fmt::Debug, hint::black_box, time::SystemTime};

use benches::{Case, Floor, Hashing, Layered, NoOp, RustCrypto, layer, send};
use bytes::Bytes;
use gungraun::{library_benchmark, library_benchmark_group, main};
use http::{HeaderName, HeaderValue, Request, Response, header::CONNECTION, request::Parts};
use http_body_util::Full;
use http_sigv4::{Payload, Profile, Signer, SigningKey};
use tower_service::Service;

struct Input {
    signer: Signer,
    key: SigningKey,
    parts: Parts,
    body: Vec<u8>,
    time: SystemTime,
}

impl Input {
    fn new(case: Case) -> Box<Self> {
        let mut input = Box::new(Self {
            signer: Signer::new(Profile::STANDARD),
            key: case.key(),
            parts: case.parts(),
            body: case.body(),
            time: case.time(),
        });
        // The first signature detects the processor's features. It is for another URL, since what follows
        // is to be hashed.
        input.parts = case.parts_for(1000);
        input.sign();
        input.parts = case.parts();
        input
    }

    fn with_lines(lines: usize) -> Box<Self> {
        let mut input = Self::new(Case::GET);
        for _ in 0..lines {
            let name = HeaderName::from_static("x-amz-meta-a");
            let value = HeaderValue::from_static("1");
            input.parts.headers.append(name, value);
        }
        input
    }

    /// As many options in `Connection` as there are signed headers.
    fn with_options(options: usize) -> Box<Self> {
        let mut input = Self::new(Case::GET);
        for number in 0..options {
            let name = HeaderName::try_from(format!("x-amz-meta-{number}"));
            let value = HeaderValue::from_static("1");
            input.parts.headers.append(name.expect("a name"), value);
        }
        let value = HeaderValue::try_from("x-amz-meta-a,".repeat(options));
        input.parts.headers.insert(CONNECTION, value.expect("text"));
        input
    }

    fn sign(&mut self) {
        let payload = match &*self.body {
            [] => Payload::EMPTY,
            body => Payload::hash(body),
        };
        self.signer
            .sign(&mut self.parts, &self.key, payload, self.time)
            .expect("a request that can be signed");
    }
}

#[library_benchmark]
#[bench::get(Input::new(Case::GET))]
#[bench::get_token(Input::new(Case::GET_TOKEN))]
#[bench::get_long_token(Input::new(Case::GET_LONG_TOKEN))]
#[bench::post_1k(Input::new(Case::POST_1K))]
#[bench::post_64k(Input::new(Case::POST_64K))]
#[bench::post_1m(Input::new(Case::POST_1M))]
fn signer(mut input: Box<Input>) -> Box<Input> {
    black_box(&mut input).sign();
    input
}

#[library_benchmark]
#[bench::once(Input::with_lines(4000))]
#[bench::twice(Input::with_lines(8000))]
fn many_lines(mut input: Box<Input>) -> Box<Input> {
    black_box(&mut input).sign();
    input
}

#[library_benchmark]
#[bench::once(Input::with_options(1000))]
#[bench::twice(Input::with_options(2000))]
fn many_options(mut input: Box<Input>) -> Box<Input> {
    black_box(&mut input).sign();
    input
}

/// A client, and the request that it is to send.
struct Call<S> {
    service: S,
    request: Option<(Parts, Bytes)>,
}

type Plain = NoOp<Full<Bytes>>;

impl<S> Call<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<()>> + Clone,
    S::Error: Debug,
{
    fn new(case: Case, service: S) -> Box<Self> {
        let mut call = Box::new(Self {
            service,
            request: None,
        });
        // The first request is not like those that follow, and all have other URLs.
        for order in 1000..1002 {
            call.request = Some((case.parts_for(order), case.body().into()));
            call.run();
        }
        // Without the request that it has kept.
        call.service = call.service.clone();
        call.request = Some((case.parts(), case.body().into()));
        call
    }

    fn run(&mut self) {
        let (parts, body) = self.request.take().expect("a request");
        send(&mut self.service, parts, &body);
    }
}

fn layered(case: Case) -> Box<Call<Layered>> {
    Call::new(case, Layered::new(NoOp::new(), &layer(case)))
}

fn plain(case: Case) -> Box<Call<Plain>> {
    Call::new(case, NoOp::new())
}

#[library_benchmark]
#[bench::get(layered(Case::GET))]
#[bench::get_token(layered(Case::GET_TOKEN))]
#[bench::get_long_token(layered(Case::GET_LONG_TOKEN))]
#[bench::post_1k(layered(Case::POST_1K))]
#[bench::post_64k(layered(Case::POST_64K))]
fn layer_call(mut call: Box<Call<Layered>>) -> Box<Call<Layered>> {
    black_box(&mut call).run();
    call
}

#[library_benchmark]
#[bench::get(plain(Case::GET))]
#[bench::get_token(plain(Case::GET_TOKEN))]
#[bench::get_long_token(plain(Case::GET_LONG_TOKEN))]
#[bench::post_1k(plain(Case::POST_1K))]
#[bench::post_64k(plain(Case::POST_64K))]
fn no_op(mut call: Box<Call<Plain>>) -> Box<Call<Plain>> {
    black_box(&mut call).run();
    call
}

type Key = <RustCrypto as Hashing>::Key;

fn floor(case: Case) -> Box<(Floor, Key)> {
    Box::new((Floor::new(case), RustCrypto::key(&[7; 32])))
}

#[library_benchmark]
#[bench::get(floor(Case::GET))]
#[bench::get_token(floor(Case::GET_TOKEN))]
#[bench::get_long_token(floor(Case::GET_LONG_TOKEN))]
#[bench::post_1k(floor(Case::POST_1K))]
#[bench::post_64k(floor(Case::POST_64K))]
#[bench::post_1m(floor(Case::POST_1M))]
fn hashing(input: Box<(Floor, Key)>) -> Box<(Floor, Key)> {
    let (floor, key) = &*input;
    black_box(floor.run::<RustCrypto>(black_box(key)));
    input
}

library_benchmark_group!(
    name = instructions,
    benchmarks = [signer, layer_call, no_op, hashing, many_lines, many_options]
);
main!(library_benchmark_groups = instructions);
