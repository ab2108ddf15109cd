//! What a body costs that comes in frames and is collected for its hash.

use std::{
    convert::Infallible,
    hint::black_box,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::Request;
use http_body::{Body, Frame, SizeHint};
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    Case, Hashing, NoOp, RustCrypto, Table,
    contenders::layer,
    no_op::at_once,
    peers::{AwsLc, Ring},
    rounds::{Round, shortest, time},
};

/// Measures how much of the speed of SHA-256 alone is left of a body that is signed.
pub fn frames() -> Table {
    let mut table = Table::new(&[
        "1 MiB in frames of",
        "signed ns",
        "speed beside sha2 alone",
        "beside the fastest alone",
    ]);
    let case = Case::POST_1M;
    for length in [4 * 1024, 16 * 1024, 64 * 1024] {
        let body = Frames::new(Bytes::from(case.body()), length);
        let mut signed = layer(case).layer(NoOp::new());
        let (parts, copy) = (case.parts(), body.clone());
        let sign: Round<'_> = Box::new(move || {
            time(ROUND, || {
                let request = Request::from_parts(parts.clone(), copy.clone());
                let response = at_once(signed.call(black_box(request)));
                black_box(response.expect("a request that can be signed"));
            })
        });
        let times = shortest([
            hashing::<RustCrypto>(&body),
            hashing::<Ring>(&body),
            hashing::<AwsLc>(&body),
            sign,
        ]);
        let [sha2, ring, aws_lc, signed] = times;
        let fastest = sha2.min(ring).min(aws_lc);
        table.push([
            format!("{} KiB", length / 1024),
            format!("{signed:.0}"),
            format!("{:.3}", sha2 / signed),
            format!("{:.3}", fastest / signed),
        ]);
    }
    table
}

const ROUND: u32 = 5;

fn hashing<'a, H: Hashing>(body: &Frames) -> Round<'a> {
    let data = body.rest.clone();
    Box::new(move || {
        time(ROUND, || {
            black_box(H::sha256(black_box(&data)));
        })
    })
}

/// A body that comes in frames of one length.
#[derive(Clone)]
struct Frames {
    rest: Bytes,
    length: usize,
}

impl Frames {
    fn new(rest: Bytes, length: usize) -> Self {
        Self { rest, length }
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.length.min(self.rest.len());
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(length)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
