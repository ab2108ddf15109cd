//! Runtimes are dropped, stand still, are shared, or are not there.

use std::time::Duration;

use std::{
    future::Future,
    pin::pin,
    sync::{Arc, Mutex, mpsc},
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

use aws_credential_types::provider::{ProvideCredentials, future};
use tokio::{
    runtime::{Builder, Runtime},
    task::{JoinSet, yield_now},
    time::sleep,
};
use tower_layer::Layer;
use tower_sigv4::{CacheSettings, CredentialsCache};

use crate::harness::{
    Call, HOUR, Harness, INSTANTLY, LoadStart, MILLI, MINUTE, Recorder, SECOND, Step, TestClock,
    call, credentials, layer,
};

/// A runtime of one thread with virtual time of its own.
fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
}

/// Starts a load on a runtime by a call that goes away, and leaves the runtime alone.
fn start_load(runtime: &Runtime, harness: &Harness) {
    runtime.block_on(async {
        let mut call = pin!(harness.call());
        std::future::poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())).await;
        yield_now().await;
    });
    assert_eq!(harness.provider.in_flight(), 1);
}

#[test]
fn f32_when_the_runtime_of_a_load_is_dropped_another_takes_over() {
    let (doomed, other) = (runtime(), runtime());
    let harness = other.block_on(async {
        Harness::new(|begun| match begun.number {
            1 => Step::Hang,
            _ => Step::Living(HOUR).after(MILLI * 50),
        })
    });
    start_load(&doomed, &harness);
    let mut calls = other.block_on(async {
        let mut calls = JoinSet::new();
        for _ in 0..100 {
            calls.spawn(call(harness.client.clone()));
        }
        yield_now().await;
        calls
    });
    drop(doomed);
    other.block_on(async {
        while let Some(call) = calls.join_next().await {
            let call = call.unwrap();
            assert_eq!((call.result.is_ok(), call.took), (true, MILLI * 50));
        }
    });
    assert_eq!((harness.provider.loads(), harness.provider.peak()), (2, 1));
    let stats = harness.cache.stats();
    assert_eq!((stats.loads_cancelled, stats.consecutive_failures), (1, 0));
}

#[test]
fn f33_when_the_runtime_of_a_cold_load_stands_still_another_takes_over() {
    let (still, other) = (runtime(), runtime());
    let harness = other.block_on(async {
        Harness::new(|begun| match begun.number {
            1 => Step::Living(HOUR).after(MILLI * 50),
            _ => Step::Living(HOUR).after(MILLI * 60),
        })
    });
    start_load(&still, &harness);
    other.block_on(async {
        let Call { result, took } = harness.call().await;
        assert_eq!((result.is_err(), took), (true, SECOND * 10));
        sleep(SECOND * 21).await;
        let call = harness.call().await;
        assert_eq!((call.result.is_ok(), call.took), (true, MILLI * 60));
    });
    assert_eq!(
        (harness.provider.loads(), harness.cache.stats().takeovers),
        (2, 1)
    );
}

#[test]
fn f33_those_who_wait_for_a_load_that_stands_still_wait_for_the_one_that_takes_over() {
    let (still, other) = (runtime(), runtime());
    let harness = other.block_on(async { Harness::new(|_| Step::Living(HOUR).after(MILLI * 50)) });
    start_load(&still, &harness);
    other.block_on(async {
        let early = tokio::spawn(call(harness.client.clone()));
        yield_now().await;
        harness.wall.freeze(Duration::from_secs(60));
        assert_eq!(harness.call().await.took, MILLI * 50);
        assert_eq!(early.await.unwrap().took, MILLI * 50);
    });
    assert_eq!(harness.provider.loads(), 2);
}

#[test]
fn f33_when_the_runtime_of_a_refresh_stands_still_nobody_waits() {
    let (still, other) = (runtime(), runtime());
    let harness = other.block_on(async { Harness::new(|_| Step::Living(HOUR).after(MILLI * 50)) });
    other.block_on(async {
        harness.call().await;
        sleep(HOUR - MINUTE * 5).await;
    });
    // Its time is its own. The call is answered at once, and leaves a load behind.
    still.block_on(async { sleep(HOUR - MINUTE * 5).await });
    start_load(&still, &harness);
    other.block_on(async {
        harness.traffic(10, MINUTE).await.assert_unhindered();
        assert_eq!((harness.inner.last_key(), harness.provider.loads()), (3, 3));
    });
}

#[tokio::test(start_paused = true)]
async fn f34_a_provider_that_panics_has_failed_and_nothing_else() {
    let harness = Harness::new(|begun| match begun.number {
        1 | 2 => Step::Panic,
        _ => Step::Living(HOUR),
    });
    for _ in 0..2 {
        let call = harness.call().await;
        assert!(
            call.error()
                .to_string()
                .contains("ScriptedProvider` panicked"),
            "{}",
            call.error()
        );
        sleep(SECOND).await;
    }
    assert!(harness.call().await.result.is_ok());
    assert_eq!(harness.provider.loads(), 3);
}

/// Blocks its thread until it is let go.
#[derive(Debug)]
struct Blocking {
    let_go: Mutex<mpsc::Receiver<()>>,
}

impl ProvideCredentials for Blocking {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.let_go.lock().unwrap().recv().unwrap();
            Ok(credentials(1, None))
        })
    }
}

#[test]
fn f35_a_provider_that_blocks_a_thread_holds_up_nobody_else() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    let (let_go, blocked) = mpsc::channel();
    let provider = Blocking {
        let_go: Mutex::new(blocked),
    };
    // Real time, of which this takes as much as it waits for.
    let settings = CacheSettings::new().max_wait(MILLI * 50);
    let cache = CredentialsCache::with_settings(provider, settings);
    let client = layer(&cache, &TestClock::new()).layer(Recorder::new());
    runtime.block_on(async {
        for _ in 0..3 {
            let call = call(client.clone()).await;
            assert!(
                call.error().to_string().contains("50ms"),
                "{}",
                call.error()
            );
        }
        assert_eq!((cache.stats().loads, cache.stats().loads_in_flight), (1, 1));
        let_go.send(()).unwrap();
        while cache.generation().is_none() {
            yield_now().await;
        }
        assert!(call(client.clone()).await.result.is_ok());
        assert_eq!(cache.stats().loads, 1);
    });
}

/// Runs a future without any runtime.
fn block_on<F: Future>(future: F) -> F::Output {
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
fn f36_without_a_runtime_a_request_loads_by_itself() {
    let harness = Harness::new(|_| Step::Living(HOUR));
    for _ in 0..3 {
        assert!(block_on(harness.call()).result.is_ok());
    }
    assert_eq!(harness.provider.loads(), 1);
    // Nothing can be refreshed in the background.
    harness.wall.freeze(Duration::from_secs(3_600 - 300));
    assert!(block_on(harness.call()).result.is_ok());
    assert_eq!(harness.provider.loads(), 1);
    harness.wall.freeze(Duration::from_secs(299));
    assert!(block_on(harness.call()).result.is_ok());
    assert_eq!(
        (harness.provider.loads(), harness.inner.keys()),
        (2, vec![1, 1, 1, 1, 2])
    );
}

#[test]
fn f36_without_a_runtime_an_outage_past_the_expiry_ends_too() {
    let harness = Harness::new(|begun| match begun.number {
        2 => Step::Error,
        _ => Step::Living(HOUR),
    });
    for _ in 0..2 {
        assert!(block_on(harness.call()).result.is_ok());
        harness.wall.freeze(Duration::from_secs(3_601));
    }
    assert!(block_on(harness.call()).result.is_ok());
    assert_eq!(harness.inner.keys(), [1, 1, 3]);
}

#[test]
fn f36_without_a_runtime_failures_and_panics_are_errors_too() {
    let harness = Harness::new(|begun| match begun.number {
        1 => Step::Error,
        _ => Step::Panic,
    });
    assert!(block_on(harness.call()).error().is_credentials());
    harness.wall.freeze(Duration::from_secs(1));
    let call = block_on(harness.call());
    assert!(
        call.error()
            .to_string()
            .contains("ScriptedProvider` panicked"),
        "{}",
        call.error()
    );
}

#[test]
fn f36_without_a_runtime_a_request_that_goes_away_leaves_the_load_to_the_next() {
    let harness = Harness::new(|begun| match begun.number {
        1 => Step::Hang,
        _ => Step::Living(HOUR),
    });
    {
        let mut call = pin!(harness.call());
        assert!(
            call.as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
        assert_eq!(harness.provider.in_flight(), 1);
    }
    assert_eq!(harness.provider.in_flight(), 0);
    assert!(block_on(harness.call()).result.is_ok());
}

#[test]
fn f36_a_request_that_is_made_outside_a_runtime_may_be_sent_inside() {
    let harness = Harness::new(|begun: LoadStart| match begun.number {
        1 => Step::Hang,
        _ => Step::Living(HOUR),
    });
    let runtime = runtime();
    let call = harness.call();
    let Call { result, took } = runtime.block_on(call);
    assert_eq!((result.is_err(), took), (true, SECOND * 10));
}

#[test]
fn f37_two_runtimes_share_a_cache() {
    let first = runtime();
    let harness =
        Arc::new(first.block_on(async { Harness::new(|_| Step::Living(HOUR).after(MILLI * 50)) }));
    start_load(&first, &harness);
    // Joins the load, which only goes on when the first runtime does.
    let (joined, has_joined) = mpsc::channel();
    let second = thread::spawn({
        let harness = Arc::clone(&harness);
        move || {
            runtime().block_on(async {
                let mut call = pin!(harness.call());
                std::future::poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())).await;
                joined.send(()).unwrap();
                // In this thread's time, which runs while nothing else does: less than `max_wait`.
                call.await
            })
        }
    });
    has_joined.recv().unwrap();
    let call = first.block_on(harness.call());
    assert!(call.result.is_ok() && call.took <= MILLI * 50);
    // Virtual time may have run out there, but never by a second load.
    let second = second.join().unwrap();
    assert!(second.result.is_ok() || second.took == SECOND * 10);
    assert_eq!((harness.provider.loads(), harness.provider.peak()), (1, 1));
    assert_eq!(first.block_on(harness.call()).took, INSTANTLY);
}

#[test]
fn a_spawn_on_a_runtime_that_is_shutting_down_is_an_error_and_no_deadlock() {
    let harness = Harness::new(|_| Step::Living(HOUR));
    let dead = {
        let runtime = runtime();
        runtime.handle().clone()
    };
    let _context = dead.enter();
    let mut call = pin!(harness.call());
    let poll = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    match poll {
        Poll::Ready(call) => assert!(call.error().is_credentials()),
        Poll::Pending => panic!("waits for a runtime that is gone"),
    }
}
