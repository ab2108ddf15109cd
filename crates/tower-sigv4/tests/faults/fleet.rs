//! A thousand processes that started together.

use std::{
    future::Future,
    pin::pin,
    sync::Mutex,
    task::{Context, Waker},
    time::Duration,
};

use tokio::{task::JoinSet, time::sleep};

use crate::harness::{HOUR, Harness, LoadStart, MILLI, MINUTE, SECOND, Step, tally};

const FLEET: usize = 1_000;

/// A fleet whose chance is chance, but the same each time.
fn fleet(plan: impl Fn(LoadStart) -> Step + Copy + Send + Sync + 'static) -> Vec<Harness> {
    (0..FLEET)
        .map(|process| {
            let random = Mutex::new(fastrand::Rng::with_seed(process as u64));
            Harness::with(plan, |settings| {
                settings.random(move || random.lock().unwrap().f64())
            })
        })
        .collect()
}

/// All load at once, and so have the same expiry.
async fn preload(fleet: &[Harness]) {
    let mut loads = JoinSet::new();
    for cache in fleet.iter().map(|harness| harness.cache.clone()) {
        loads.spawn(async move { cache.preload().await.unwrap() });
    }
    loads.join_all().await;
}

/// One request a second from each process. Nothing is signed, which makes it quicker. Says how many
/// had to wait.
async fn traffic(fleet: &[Harness], time: Duration) -> usize {
    let mut waits = 0;
    const TOGETHER: usize = 4;
    let tick = SECOND * TOGETHER as u32 / FLEET as u32;
    for _ in 0..time.as_secs() {
        for some in fleet.chunks(TOGETHER) {
            for harness in some {
                let mut asked = pin!(harness.cache.preload());
                let answer = asked.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                waits += usize::from(answer.is_pending());
            }
            sleep(tick).await;
        }
    }
    waits
}

/// How many loads began in each second that any began in, from a time on.
fn starts(fleet: &[Harness], from: Duration) -> Vec<usize> {
    let begun = fleet.iter().flat_map(|harness| harness.provider.starts());
    let later = begun
        .filter(|&at| at >= from)
        .map(|at| at.as_secs() as usize);
    tally(later).into_values().collect()
}

#[tokio::test(start_paused = true)]
async fn f52_a_fleet_with_one_expiry_spreads_its_refreshes() {
    let fleet = fleet(|_| Step::Living(HOUR).after(MILLI * 100));
    preload(&fleet).await;
    sleep(HOUR - MINUTE * 16).await;
    assert_eq!(traffic(&fleet, MINUTE * 10).await, 0);

    let starts = starts(&fleet, MINUTE * 10);
    assert_eq!(starts.iter().sum::<usize>(), FLEET);
    let (seconds, peak) = (starts.len(), *starts.iter().max().unwrap());
    let mean = FLEET as f64 / 450.0;
    assert!(
        peak as f64 <= 3.0 * mean + 1.0 && peak <= 8,
        "{peak} loads in a second"
    );
    assert!(
        seconds >= 15 * 60 * 2 / 5 * 2 / 3,
        "spread over {seconds} seconds"
    );
    let spread = {
        let begun = || fleet.iter().map(|harness| harness.provider.starts()[1]);
        begun().max().unwrap() - begun().min().unwrap()
    };
    assert!(spread >= MINUTE * 6, "{spread:?}");
}

#[tokio::test(start_paused = true)]
async fn f53_a_fleet_does_not_come_back_from_an_outage_in_step() {
    let outage = |begun: LoadStart| {
        let down = begun.number > 1 && begun.at < HOUR + MINUTE * 15;
        match down {
            true => Step::Error,
            false => Step::Living(HOUR),
        }
    };
    let fleet = fleet(outage);
    preload(&fleet).await;
    // The outage begins a quarter of an hour before the expiry, and ends as long after.
    sleep(HOUR - MINUTE * 16).await;
    traffic(&fleet, MINUTE * 33).await;
    let recovery = starts(&fleet, HOUR + MINUTE * 15);
    for harness in &fleet {
        let stats = harness.cache.stats();
        assert!(
            stats.loads_succeeded == 2 && stats.served_expired > 0,
            "{stats:?}"
        );
    }
    let peak = *recovery.iter().max().unwrap();
    assert!(peak <= FLEET / 20, "{peak} loads in a second");
}
