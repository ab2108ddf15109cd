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
use tokio::runtime::Builder;

use crate::harness::{HOUR, Harness, SECOND, now_or_never};

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
