//! Requests, in virtual time.

use std::{
    future::Future,
    task::{Context, Poll, Waker},
    time::Duration,
};

use sigv4_testkit::{LoadStart, ScriptedProvider, Step, TestClock};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

use crate::cache::{Kind, Subject};

pub(crate) use sigv4_testkit::{HOUR, MILLI, MINUTE, SECOND};

/// A cache, its provider and its clock.
pub(crate) struct Stage {
    pub(crate) wall: TestClock,
    pub(crate) provider: ScriptedProvider,
    pub(crate) subject: Subject,
}

impl Stage {
    pub(crate) fn new(
        kind: Kind,
        plan: impl Fn(LoadStart) -> Step + Send + Sync + 'static,
    ) -> Self {
        let wall = TestClock::new();
        let provider = ScriptedProvider::new(&wall, plan);
        Self {
            subject: Subject::new(kind, provider.clone(), &wall),
            wall,
            provider,
        }
    }

    /// One request.
    pub(crate) async fn ask(&self) -> Tally {
        self.together(1).await
    }

    /// Many at once.
    pub(crate) async fn together(&self, number: usize) -> Tally {
        let mut running = JoinSet::new();
        for _ in 0..number {
            running.spawn(self.one());
        }
        let mut tally = Tally::default();
        tally.wait_for(running).await;
        tally
    }

    /// So many a second, whether or not the earlier ones are answered.
    pub(crate) async fn traffic(&self, per_second: u32, time: Duration) -> Tally {
        let (start, interval) = (Instant::now(), SECOND / per_second);
        let mut running = JoinSet::new();
        let mut tally = Tally::default();
        let mut next = start;
        while next < start + time {
            sleep_until(next).await;
            next += interval;
            let mut one = Box::pin(self.one());
            match one.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(one) => tally.add(Some(one)),
                Poll::Pending => drop(running.spawn(one)),
            }
        }
        tally.wait_for(running).await;
        tally
    }

    pub(crate) fn one(&self) -> impl Future<Output = One> + Send + use<> {
        let (subject, provider) = (self.subject.clone(), self.provider.clone());
        async move {
            let start = Instant::now();
            let load = subject.ask().await.ok();
            let expired = load.is_some_and(|load| provider.is_expired(load));
            One {
                ok: load.is_some(),
                expired,
                took: start.elapsed(),
            }
        }
    }
}

/// How one request fared.
pub(crate) struct One {
    ok: bool,
    expired: bool,
    took: Duration,
}

/// How many fared.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) ok: usize,
    pub(crate) errors: usize,
    /// Those of the successful ones that were signed with expired credentials.
    pub(crate) expired: usize,
    /// Panics that came through to the caller.
    pub(crate) panics: usize,
    pub(crate) waits: usize,
    pub(crate) longest: Duration,
}

impl Tally {
    async fn wait_for(&mut self, mut running: JoinSet<One>) {
        while let Some(one) = running.join_next().await {
            self.add(one.ok());
        }
    }

    fn add(&mut self, one: Option<One>) {
        let Some(one) = one else {
            self.panics += 1;
            return;
        };
        self.ok += usize::from(one.ok);
        self.errors += usize::from(!one.ok);
        self.expired += usize::from(one.expired);
        self.waits += usize::from(one.took > Duration::ZERO);
        self.longest = self.longest.max(one.took);
    }
}
