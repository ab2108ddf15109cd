//! Counts what is served, without a write that threads share.

use std::{
    cell::Cell,
    sync::{
        OnceLock,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
};

use crate::schedule::Stage;

/// How often credentials were served at each stage of their life.
///
/// This is counted for every request that a program signs. One counter for all threads would have
/// its cache line travel between their processors each time, so each thread counts on a line that it
/// shares with few others or none, and a reader adds them up.
#[derive(Debug)]
pub(crate) struct Served {
    lines: Box<[Line]>,
}

/// Two lines of 64 bytes, as processors fetch them in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Line([AtomicU64; 4]);

impl Served {
    pub(crate) fn count(&self, stage: Stage) {
        // As many as there are is a power of two.
        let Line(counters) = &self.lines[thread_number() & (self.lines.len() - 1)];
        counters[stage as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn at(&self, stage: Stage) -> u64 {
        let counters = self.lines.iter().map(|Line(line)| &line[stage as usize]);
        counters
            .map(|counter| counter.load(Ordering::Relaxed))
            .sum()
    }
}

impl Default for Served {
    fn default() -> Self {
        let lines = (0..processors()).map(|_| Line::default()).collect();
        Self { lines }
    }
}

/// How many processors there are, to the next power of two, within reason.
fn processors() -> usize {
    static PROCESSORS: OnceLock<usize> = OnceLock::new();
    *PROCESSORS.get_or_init(|| {
        let processors = thread::available_parallelism().map_or(1, Into::into);
        processors.next_power_of_two().min(64)
    })
}

/// The how many-th thread to ask this is.
fn thread_number() -> usize {
    thread_local! {
        static NUMBER: Cell<Option<usize>> = const { Cell::new(None) };
    }
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.try_with(|number| match number.get() {
        Some(number) => number,
        None => {
            let next = NEXT.fetch_add(1, Ordering::Relaxed);
            number.set(Some(next));
            next
        }
    });
    // A thread that is ending shares the first line.
    number.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_many_threads_count_adds_up() {
        let served = Served::default();
        thread::scope(|scope| {
            for _ in 0..200 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        served.count(Stage::Fresh);
                    }
                    served.count(Stage::Expired);
                });
            }
        });
        assert_eq!(served.at(Stage::Fresh), 20_000);
        assert_eq!(served.at(Stage::Expired), 200);
        assert_eq!(served.at(Stage::Due), 0);
    }

    #[test]
    fn the_lines_do_not_overlap() {
        assert_eq!(size_of::<Line>(), 128);
        assert!(processors().is_power_of_two());
    }
}
