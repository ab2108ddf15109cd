//! Runtimes are not there, have no timer, or go away.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

use credentials_cache::Replacement;
use sigv4_testkit::Step;
use tokio::{
    runtime::{Builder, Runtime},
    task::yield_now,
    time::{advance, sleep},
};

use crate::harness::{HOUR, Harness, MILLI, SECOND, assert_unhindered, now_or_never};

/// Runs a future without any runtime.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn f36_without_a_runtime_a_caller_loads_by_itself_and_a_reload_has_to_wait() {
    let harness = Harness::new(|_| Step::Living(HOUR));
    assert_eq!(block_on(harness.call()).load(), 1);
    let replacement = harness.cache.replace(harness.reject());
    assert!(matches!(replacement, Replacement::Unavailable));
    assert_eq!(block_on(harness.call()).load(), 1);
    harness.clock.freeze(HOUR - SECOND);
    assert_eq!(block_on(harness.call()).load(), 2);
}

#[test]
fn f36_without_a_runtime_a_frozen_load_that_fails_is_followed_by_one_that_does_not() {
    let clock = Arc::new(std::sync::OnceLock::<sigv4_testkit::TestClock>::new());
    let script = {
        let clock = Arc::clone(&clock);
        move |load: sigv4_testkit::LoadStart| match load.number {
            2 => {
                clock.get().unwrap().freeze(HOUR);
                Step::Error
            }
            _ => Step::Living(HOUR),
        }
    };
    let harness = Harness::new(script);
    clock.set(harness.clock.clone()).unwrap();
    block_on(harness.call());
    harness.clock.freeze(HOUR - SECOND * 5);
    let call = block_on(harness.call());
    assert_eq!((call.load(), harness.provider.loads()), (3, 3));
}

#[test]
fn f36_without_a_runtime_a_provider_that_is_slow_to_fail_is_asked_twice_at_most() {
    let clock = Arc::new(std::sync::OnceLock::<sigv4_testkit::TestClock>::new());
    let script = {
        let clock = Arc::clone(&clock);
        move |_| {
            // There is no timer to end it before.
            clock.get().unwrap().freeze(SECOND * 60);
            Step::Error
        }
    };
    let harness = Harness::new(script);
    clock.set(harness.clock.clone()).unwrap();
    assert!(block_on(harness.call()).result.is_err());
    assert_eq!(harness.provider.loads(), 2);
}

#[test]
#[should_panic = "timers are disabled"]
fn in_a_runtime_without_a_timer_a_wait_panics() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let harness = Harness::new(|_| Step::Living(HOUR));
    let _ = runtime.block_on(harness.cache.get());
}

#[test]
fn a_lookup_on_a_runtime_that_is_shutting_down_is_an_error_and_no_deadlock() {
    let harness = Harness::new(|_| Step::Living(HOUR));
    let dead = {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        runtime.handle().clone()
    };
    let _context = dead.enter();
    let Ok(result) = now_or_never(harness.cache.get()) else {
        panic!("waits for a runtime that is gone");
    };
    let error = result.unwrap_err();
    assert!(error.to_string().contains("shut down"), "{error}");
    assert!(harness.cache.try_get().is_none());
    let replacement = harness.cache.replace(block_on_generation(&harness));
    assert!(!matches!(replacement, Replacement::Done));
}

/// Has credentials loaded all the same, in a runtime that lives.
fn block_on_generation(harness: &Harness) -> credentials_cache::Generation {
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    thread::scope(|scope| {
        let load = scope.spawn(|| runtime.block_on(harness.cache.get()));
        load.join().unwrap().unwrap().generation()
    })
}

fn runtime() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().unwrap()
}

/// Loads the first credentials, hangs in the second load, and loads others from then on.
fn second_hangs(load: sigv4_testkit::LoadStart) -> Step {
    match load.number {
        2 => Step::Hang,
        _ => Step::Living(HOUR).after(MILLI * 50),
    }
}

/// Loads credentials on a runtime, and lets the pause after that pass.
fn loaded(harness: &Harness, runtime: &Runtime) {
    assert!(runtime.block_on(harness.call()).result.is_ok());
    harness.clock.freeze(SECOND);
}

/// Asks once, and has the load that this starts begin.
async fn call_and_begin(harness: &Harness) {
    assert_unhindered(&[harness.call().await]);
    yield_now().await;
    assert_eq!(harness.provider.in_flight(), 1);
}

#[test]
fn a_reload_whose_runtime_goes_away_is_taken_over_at_once_by_one_caller() {
    for begins in [false, true] {
        let harness = Harness::new(move |load| match begins {
            true => second_hangs(load),
            false => Step::Living(HOUR).after(MILLI * 50),
        });
        let (lasting, short_lived) = (runtime(), runtime());
        loaded(&harness, &lasting);
        short_lived.block_on(async {
            harness.reject();
            match begins {
                true => call_and_begin(&harness).await,
                false => assert_unhindered(&[harness.call().await]),
            }
        });
        drop(short_lived);
        assert_eq!(harness.cache.stats().loads_cancelled, 1);

        let next = harness.provider.loads() + 1;
        lasting.block_on(async {
            assert_unhindered(&harness.calls(100).await);
            sleep(MILLI * 51).await;
            assert_eq!(harness.call().await.load(), next);
            // The one that has run to its end keeps the next one waiting.
            harness.reject();
            assert_unhindered(&harness.traffic(1, SECOND * 80).await);
        });
        assert_eq!(harness.provider.loads(), next);
    }
}

#[test]
fn whoever_waits_for_a_reload_takes_over_when_its_runtime_goes_away() {
    let harness = Harness::new(second_hangs);
    let (lasting, short_lived) = (runtime(), runtime());
    loaded(&harness, &lasting);
    let reloads = short_lived.block_on(async {
        let rejected = harness.reject();
        call_and_begin(&harness).await;
        [(); 3].map(|()| match harness.cache.replace(rejected) {
            Replacement::Loading(reload) => reload,
            other => panic!("{other:?}"),
        })
    });
    drop(short_lived);
    lasting.block_on(async {
        for reload in reloads {
            assert!(reload.await);
        }
    });
    assert_eq!(harness.provider.loads(), 3);
}

#[test]
fn a_reload_that_goes_away_after_another_has_taken_over_changes_nothing() {
    let harness = Harness::new(|load| match load.number {
        1 => Step::Living(HOUR),
        2 => Step::Hang,
        _ => Step::Error,
    });
    let (lasting, stalled) = (runtime(), runtime());
    loaded(&harness, &lasting);
    stalled.block_on(async {
        harness.reject();
        call_and_begin(&harness).await;
    });
    harness.clock.freeze(SECOND * 91);
    lasting.block_on(async {
        assert_unhindered(&harness.traffic(1, SECOND * 2).await);
        assert_eq!(harness.provider.loads(), 3);
        stalled.shutdown_background();
        assert_eq!(harness.provider.in_flight(), 0);
        assert_unhindered(&harness.traffic(1, SECOND * 80).await);
    });
    assert_eq!(harness.provider.loads(), 3);
}

#[test]
fn the_timer_starts_another_load_when_the_runtime_of_the_one_under_way_goes_away() {
    let harness = Harness::with(second_hangs, |settings| settings.refresh_timer(true));
    let (lasting, short_lived) = (runtime(), runtime());
    // Due five seconds later.
    let nearly = SECOND * 2_920;
    lasting.block_on(async {
        harness.call().await;
        sleep(nearly).await;
    });
    short_lived.block_on(async {
        advance(nearly + SECOND * 6).await;
        call_and_begin(&harness).await;
    });
    lasting.block_on(async { sleep(SECOND * 10).await });
    assert_eq!(harness.provider.loads(), 2);
    drop(short_lived);
    lasting.block_on(async { sleep(SECOND).await });
    assert_eq!(harness.provider.completed(), 2);
}
