//! Real threads, in real time.

use std::time::Duration;

use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use tokio::runtime::{Builder, Runtime};

use crate::harness::{HOUR, Harness, MILLI, Step};

const THREADS: usize = 16;

fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(4)
        .enable_time()
        .build()
        .unwrap()
}

/// Makes every thread do the same at once.
fn on_all_threads(runtime: &Runtime, work: impl Fn() + Send + Sync) {
    let barrier = Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let _context = runtime.enter();
                barrier.wait();
                work();
            });
        }
    });
}

#[test]
fn f56_sixteen_threads_at_the_moment_of_a_refresh_start_one_load() {
    let runtime = runtime();
    for round in 0..20 {
        let harness = Harness::new(|_| Step::Living(HOUR));
        runtime.block_on(harness.call());
        harness.wall.freeze(Duration::from_secs(3_600 - 300));
        on_all_threads(&runtime, || {
            for _ in 0..10_000 / THREADS / 20 {
                let call = runtime.block_on(harness.call());
                assert!(call.result.is_ok());
            }
        });
        // The load is not waited for.
        while harness.provider.completed() < 2 {
            thread::yield_now();
        }
        let stats = harness.cache.stats();
        assert_eq!(stats.waits, 1, "round {round}: only the cold one waits");
        assert_eq!(
            (harness.provider.peak(), harness.provider.loads()),
            (1, 2),
            "round {round}"
        );
    }
}

#[test]
fn f56_sixteen_threads_past_the_expiry_start_one_load() {
    let runtime = runtime();
    for round in 0..50 {
        let harness = Harness::new(|_| Step::Living(HOUR).after(MILLI));
        on_all_threads(&runtime, || {
            for _ in 0..5 {
                let calls = runtime.block_on(harness.calls(5));
                assert_eq!(calls.ok, 5);
            }
        });
        assert_eq!(
            (harness.provider.peak(), harness.provider.loads()),
            (1, 1),
            "round {round}"
        );
    }
}

#[test]
fn f57_no_waiter_misses_the_end_of_a_load() {
    // The load ends while others begin to wait; whoever missed it would wait for ten seconds.
    let runtime = runtime();
    let late = AtomicBool::new(false);
    for _ in 0..2_000 {
        let harness = Arc::new(Harness::new(|_| Step::Living(HOUR)));
        let calls: Vec<_> = (0..8)
            .map(|_| {
                let harness = Arc::clone(&harness);
                runtime.spawn(async move { harness.call().await })
            })
            .collect();
        for call in calls {
            let call = runtime.block_on(call).unwrap();
            assert!(call.result.is_ok());
            late.fetch_or(call.took >= MILLI * 9_000, Ordering::Relaxed);
        }
        assert_eq!(harness.provider.loads(), 1);
    }
    assert!(!late.into_inner());
}
