use std::time::Instant;

/// How many rounds count.
pub(crate) const ROUNDS: usize = 41;

/// One round of somebody: the nanoseconds that one request takes.
pub(crate) type Round<'a> = Box<dyn FnMut() -> f64 + 'a>;

/// Runs everybody in turns, and returns the shortest time of each: a machine that does something else
/// meanwhile only ever adds to a time, and does so to everybody.
pub(crate) fn shortest<const N: usize>(mut contenders: [Round<'_>; N]) -> [f64; N] {
    let mut shortest = [f64::INFINITY; N];
    // The first round warms up.
    for round in 0..=ROUNDS {
        for (run, shortest) in contenders.iter_mut().zip(&mut shortest) {
            let time = run();
            if round > 0 {
                *shortest = shortest.min(time);
            }
        }
    }
    shortest
}

/// Does something so many times, and returns the nanoseconds of one.
pub(crate) fn time(times: u32, mut run: impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..times {
        run();
    }
    start.elapsed().as_nanos() as f64 / f64::from(times)
}
