//! Runtimes are dropped, stand still, are shared, or are not there.

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

use crate::rig::{
    Begun, Call, HOUR, INSTANTLY, MILLI, MINUTE, Recorder, Rig, SECOND, Step, call, credentials,
    layer,
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
fn start_load(runtime: &Runtime, rig: &Rig) {
    runtime.block_on(async {
        let mut call = pin!(rig.call());
        std::future::poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())).await;
        yield_now().await;
    });
    assert_eq!(rig.provider.in_flight(), 1);
}

#[test]
fn f32_when_the_runtime_of_a_load_is_dropped_another_takes_over() {
    let (doomed, other) = (runtime(), runtime());
    let rig = other.block_on(async {
        Rig::new(|begun| match begun.number {
            1 => Step::Hang,
            _ => Step::Living(HOUR).after(MILLI * 50),
        })
    });
    start_load(&doomed, &rig);
    let mut calls = other.block_on(async {
        let mut calls = JoinSet::new();
        for _ in 0..100 {
            calls.spawn(call(rig.client.clone()));
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
    assert_eq!((rig.provider.loads(), rig.provider.peak()), (2, 1));
    let stats = rig.cache.stats();
    assert_eq!((stats.loads_cancelled, stats.consecutive_failures), (1, 0));
}

#[test]
fn f33_when_the_runtime_of_a_cold_load_stands_still_another_takes_over() {
    let (still, other) = (runtime(), runtime());
    let rig = other.block_on(async {
        Rig::new(|begun| match begun.number {
            1 => Step::Living(HOUR).after(MILLI * 50),
            _ => Step::Living(HOUR).after(MILLI * 60),
        })
    });
    start_load(&still, &rig);
    other.block_on(async {
        let Call { result, took } = rig.call().await;
        assert_eq!((result.is_err(), took), (true, SECOND * 10));
        sleep(SECOND * 21).await;
        let call = rig.call().await;
        assert_eq!((call.result.is_ok(), call.took), (true, MILLI * 60));
    });
    assert_eq!((rig.provider.loads(), rig.cache.stats().takeovers), (2, 1));
}

#[test]
fn f33_those_who_wait_for_a_load_that_stands_still_wait_for_the_one_that_takes_over() {
    let (still, other) = (runtime(), runtime());
    let rig = other.block_on(async { Rig::new(|_| Step::Living(HOUR).after(MILLI * 50)) });
    start_load(&still, &rig);
    other.block_on(async {
        let early = tokio::spawn(call(rig.client.clone()));
        yield_now().await;
        rig.wall.freeze(60);
        assert_eq!(rig.call().await.took, MILLI * 50);
        assert_eq!(early.await.unwrap().took, MILLI * 50);
    });
    assert_eq!(rig.provider.loads(), 2);
}

#[test]
fn f33_when_the_runtime_of_a_refresh_stands_still_nobody_waits() {
    let (still, other) = (runtime(), runtime());
    let rig = other.block_on(async { Rig::new(|_| Step::Living(HOUR).after(MILLI * 50)) });
    other.block_on(async {
        rig.call().await;
        sleep(HOUR - MINUTE * 5).await;
    });
    // Its time is its own. The call is answered at once, and leaves a load behind.
    still.block_on(async { sleep(HOUR - MINUTE * 5).await });
    start_load(&still, &rig);
    other.block_on(async {
        rig.traffic(10, MINUTE).await.assert_unhindered();
        assert_eq!((rig.inner.last_key(), rig.provider.loads()), (3, 3));
    });
}

#[tokio::test(start_paused = true)]
async fn f34_a_provider_that_panics_has_failed_and_nothing_else() {
    let rig = Rig::new(|begun| match begun.number {
        1 | 2 => Step::Panic,
        _ => Step::Living(HOUR),
    });
    for _ in 0..2 {
        let call = rig.call().await;
        assert!(
            call.error().to_string().contains("scripted panic"),
            "{}",
            call.error()
        );
        sleep(SECOND).await;
    }
    assert!(rig.call().await.result.is_ok());
    assert_eq!(rig.provider.loads(), 3);
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
    let client = layer(&cache).layer(Recorder::new());
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
        while cache.current_generation().is_none() {
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
    let rig = Rig::new(|_| Step::Living(HOUR));
    for _ in 0..3 {
        assert!(block_on(rig.call()).result.is_ok());
    }
    assert_eq!(rig.provider.loads(), 1);
    // Nothing can be refreshed in the background.
    rig.wall.freeze(3_600 - 300);
    assert!(block_on(rig.call()).result.is_ok());
    assert_eq!(rig.provider.loads(), 1);
    rig.wall.freeze(299);
    assert!(block_on(rig.call()).result.is_ok());
    assert_eq!(
        (rig.provider.loads(), rig.inner.keys()),
        (2, vec![1, 1, 1, 1, 2])
    );
}

#[test]
fn f36_without_a_runtime_an_outage_past_the_expiry_ends_too() {
    let rig = Rig::new(|begun| match begun.number {
        2 => Step::Error,
        _ => Step::Living(HOUR),
    });
    for _ in 0..2 {
        assert!(block_on(rig.call()).result.is_ok());
        rig.wall.freeze(3_601);
    }
    assert!(block_on(rig.call()).result.is_ok());
    assert_eq!(rig.inner.keys(), [1, 1, 3]);
}

#[test]
fn f36_without_a_runtime_failures_and_panics_are_errors_too() {
    let rig = Rig::new(|begun| match begun.number {
        1 => Step::Error,
        _ => Step::Panic,
    });
    assert!(block_on(rig.call()).error().is_credentials());
    rig.wall.freeze(1);
    let call = block_on(rig.call());
    assert!(
        call.error().to_string().contains("scripted panic"),
        "{}",
        call.error()
    );
}

#[test]
fn f36_without_a_runtime_a_request_that_goes_away_leaves_the_load_to_the_next() {
    let rig = Rig::new(|begun| match begun.number {
        1 => Step::Hang,
        _ => Step::Living(HOUR),
    });
    {
        let mut call = pin!(rig.call());
        assert!(
            call.as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
        assert_eq!(rig.provider.in_flight(), 1);
    }
    assert_eq!(rig.provider.in_flight(), 0);
    assert!(block_on(rig.call()).result.is_ok());
}

#[test]
fn f36_a_request_that_is_made_outside_a_runtime_may_be_sent_inside() {
    let rig = Rig::new(|begun: Begun| match begun.number {
        1 => Step::Hang,
        _ => Step::Living(HOUR),
    });
    let runtime = runtime();
    let call = rig.call();
    let Call { result, took } = runtime.block_on(call);
    assert_eq!((result.is_err(), took), (true, SECOND * 10));
}

#[test]
fn f37_two_runtimes_share_a_cache() {
    let first = runtime();
    let rig =
        Arc::new(first.block_on(async { Rig::new(|_| Step::Living(HOUR).after(MILLI * 50)) }));
    start_load(&first, &rig);
    // Joins the load, which only goes on when the first runtime does.
    let (joined, has_joined) = mpsc::channel();
    let second = thread::spawn({
        let rig = Arc::clone(&rig);
        move || {
            runtime().block_on(async {
                let mut call = pin!(rig.call());
                std::future::poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())).await;
                joined.send(()).unwrap();
                // In this thread's time, which runs while nothing else does: less than `max_wait`.
                call.await
            })
        }
    });
    has_joined.recv().unwrap();
    let call = first.block_on(rig.call());
    assert!(call.result.is_ok() && call.took <= MILLI * 50);
    // Virtual time may have run out there, but never by a second load.
    let second = second.join().unwrap();
    assert!(second.result.is_ok() || second.took == SECOND * 10);
    assert_eq!((rig.provider.loads(), rig.provider.peak()), (1, 1));
    assert_eq!(first.block_on(rig.call()).took, INSTANTLY);
}

#[test]
fn a_spawn_on_a_runtime_that_is_shutting_down_is_an_error_and_no_deadlock() {
    let rig = Rig::new(|_| Step::Living(HOUR));
    let dead = {
        let runtime = runtime();
        runtime.handle().clone()
    };
    let _context = dead.enter();
    let mut call = pin!(rig.call());
    let poll = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    match poll {
        Poll::Ready(call) => assert!(call.error().is_credentials()),
        Poll::Pending => panic!("waits for a runtime that is gone"),
    }
}
