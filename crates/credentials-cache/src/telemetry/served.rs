//! Counts what is served, without a write that threads share.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{per_thread::PerThread, schedule::Stage};

/// How often credentials were served at each stage of their life.
///
/// This is counted for every request that a program signs, so threads count apart, and a reader adds
/// up.
#[derive(Debug, Default)]
pub(crate) struct Served {
    counters: PerThread<[AtomicU64; 4]>,
}

impl Served {
    pub(crate) fn count(&self, stage: Stage) {
        self.counters.get()[stage as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn at(&self, stage: Stage) -> u64 {
        let counters = self
            .counters
            .all()
            .map(|counters| &counters[stage as usize]);
        counters
            .map(|counter| counter.load(Ordering::Relaxed))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

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
}
