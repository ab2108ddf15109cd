//! A thousand processes that started together.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use credentials_cache::CredentialsCache;
use sigv4_testkit::{ScriptedProvider, Step};
use tokio::time::sleep;

use crate::harness::{HOUR, Harness, MINUTE, SECOND, now_or_never};

const FLEET: usize = 1_000;

/// A fleet whose chance is chance, but the same each time.
fn fleet() -> Vec<(CredentialsCache, ScriptedProvider)> {
    (0..FLEET)
        .map(|process| {
            let random = Mutex::new(fastrand::Rng::with_seed(process as u64));
            let harness = Harness::with(
                |_| Step::Living(HOUR),
                |settings| settings.random(move || random.lock().unwrap().f64()),
            );
            (harness.cache, harness.provider)
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn f60_a_service_that_rejects_everybody_for_ten_minutes_has_no_second_wave() {
    let fleet = fleet();
    for (cache, _) in &fleet {
        cache.get().await.unwrap();
    }
    sleep(MINUTE).await;
    // Each process asks once a second, all over the second, and is rejected each time.
    const TOGETHER: usize = 4;
    for _ in 0..600 {
        for some in fleet.chunks(TOGETHER) {
            for (cache, _) in some {
                let cached = now_or_never(cache.get()).unwrap().unwrap();
                cache.reject(cached.generation());
            }
            sleep(SECOND * TOGETHER as u32 / FLEET as u32).await;
        }
    }
    let mut seconds = BTreeMap::<u64, usize>::new();
    let mut first_wave = 0;
    for (_, provider) in &fleet {
        let starts = provider.starts();
        assert!((6..=11).contains(&starts.len()), "{starts:?}");
        for start in &starts[1..] {
            match start.saturating_sub(MINUTE) < Duration::from_secs(3) {
                true => first_wave += 1,
                false => *seconds.entry(start.as_secs()).or_default() += 1,
            }
        }
    }
    assert_eq!(first_wave, FLEET, "the first reload of each is at once");
    let peak = seconds.values().max().unwrap();
    println!("loads in the busiest second after the first: {peak}");
    assert!(*peak <= FLEET / 20, "{peak} loads in a second");
}
