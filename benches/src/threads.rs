//! What a second thread is worth.

use std::{
    hint::black_box,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;

use crate::{
    Case, Floor, Hashing, Layered, NoOp, RustCrypto, Table,
    contenders::{http_sigv4, layer, send},
    refresh::Refreshing,
};

const ROUNDS: usize = 41;
const REQUESTS: u32 = 2_000;
/// Between two rounds, so that they are not all in a moment when another program takes a processor.
const PAUSE: Duration = Duration::from_millis(500);

/// Measures how many times as fast two threads sign as one.
pub fn threads() -> Table {
    let mut table = Table::new(&["two threads", "ns by one", "times as fast as one"]);
    let case = Case::GET_TOKEN;
    let shared = layer(case);
    let refreshing = Refreshing::new(case);
    let contenders: [(&str, MakeWorker<'_>); 5] = [
        (
            "hashing alone",
            Box::new(move || {
                let (floor, key) = (Floor::new(case), RustCrypto::key(&[7; 32]));
                Box::new(move || {
                    black_box(floor.run::<RustCrypto>(black_box(&key)));
                })
            }),
        ),
        (
            "one shared layer",
            Box::new(|| through(Layered::new(NoOp::new(), &shared))),
        ),
        (
            "one shared layer, during a refresh",
            Box::new(|| through(Layered::new(NoOp::new(), refreshing.layer()))),
        ),
        (
            "a layer each",
            Box::new(|| through(Layered::new(NoOp::new(), &layer(case)))),
        ),
        (
            "`Signer`",
            Box::new(move || {
                let (sign, mut copies, body) = (http_sigv4(case), case.copies(), Bytes::new());
                Box::new(move || {
                    black_box(sign(copies.copy(), &body));
                })
            }),
        ),
    ];
    let mut shortest = [[f64::INFINITY; 2]; 5];
    for _ in 0..ROUNDS {
        thread::sleep(PAUSE);
        for ((_, worker), shortest) in contenders.iter().zip(&mut shortest) {
            for (index, shortest) in shortest.iter_mut().enumerate() {
                *shortest = shortest.min(nanoseconds(index + 1, worker));
            }
        }
    }
    for ((name, _), [one, two]) in contenders.iter().zip(shortest) {
        table.push([
            (*name).to_owned(),
            format!("{one:.0}"),
            // Two threads sign twice as many.
            format!("{:.2}", 2.0 * one / two),
        ]);
    }
    table
}

/// Signs one request.
type Worker = Box<dyn FnMut()>;

/// Makes what one thread does.
type MakeWorker<'a> = Box<dyn Fn() -> Worker + Sync + 'a>;

fn through(mut service: Layered) -> Worker {
    let (mut copies, body) = (Case::GET_TOKEN.copies(), Bytes::new());
    Box::new(move || {
        black_box(send(&mut service, copies.copy(), &body));
    })
}

/// The time in which each of so many threads signs one request.
fn nanoseconds(threads: usize, worker: &(dyn Fn() -> Worker + Sync)) -> f64 {
    let ready = Barrier::new(threads);
    let work = || {
        let mut sign = worker();
        // Warm, and all at once.
        (0..100).for_each(|_| sign());
        ready.wait();
        let start = Instant::now();
        (0..REQUESTS).for_each(|_| sign());
        start.elapsed()
    };
    let slowest = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let times = threads.into_iter().map(|thread| thread.join());
        times
            .map(|time| time.expect("signing does not panic"))
            .max()
    });
    slowest.expect("a thread").as_nanos() as f64 / f64::from(REQUESTS)
}
