//! A thousand processes whose service rejects them all.

use std::{collections::BTreeMap, sync::Mutex};

use sigv4_testkit::Step;
use tokio::time::sleep;
use tower_sigv4::SigV4Layer;

use crate::{
    common::{HOST, Recorder},
    harness::{HOUR, Harness, MILLI, MINUTE, SECOND, call, rejection},
};

const FLEET: usize = 1_000;

/// How many are started in the same moment, and send their requests together.
const TOGETHER: usize = 5;

#[tokio::test(start_paused = true)]
async fn f60_reloads_of_a_fleet_that_is_rejected_for_ten_minutes_spread_after_the_first() {
    let fleet: Vec<(Harness, SigV4Layer)> = (0..FLEET)
        .map(|process| {
            // Chance is chance, but the same each time.
            let random = Mutex::new(fastrand::Rng::with_seed(process as u64));
            let harness = Harness::with(
                |_| Step::Living(HOUR).after(MILLI * 50),
                |settings| settings.random(move || random.lock().unwrap().f64()),
            );
            let layer = harness.layer();
            (harness, layer)
        })
        .collect();
    let uri = format!("https://{HOST}/");
    let start = fleet[0].0.clock.now();
    let network = Recorder::answering(move |_| rejection(403, "ExpiredTokenException", start));
    for (harness, _) in &fleet {
        harness.cache.preload().await.unwrap();
    }
    sleep(MINUTE).await;
    let began = fleet[0].0.clock.now();
    // Each asks once in ten seconds, all over the ten seconds, and is rejected each time.
    for _ in 0..60 {
        for some in fleet.chunks(TOGETHER) {
            for (_, layer) in some {
                assert_eq!(call(layer, &network, &uri).await.status(), 403);
            }
            sleep(SECOND * 10 * TOGETHER as u32 / FLEET as u32).await;
        }
        network.sent();
    }
    let ended = fleet[0].0.clock.now();
    assert!(ended.duration_since(began).unwrap() >= MINUTE * 10);

    let mut seconds = BTreeMap::<u64, usize>::new();
    let (mut first, mut later) = (0, 0);
    for (harness, _) in &fleet {
        let starts = harness.provider.starts();
        // At once, and then every 60 to 120 seconds, or up to ten later when the next request comes.
        assert!((5..=11).contains(&starts.len()), "{starts:?}");
        for (number, start) in starts.iter().skip(1).enumerate() {
            match number {
                0 => first += 1,
                _ => {
                    later += 1;
                    *seconds.entry(start.as_secs()).or_default() += 1;
                }
            }
        }
        for pair in starts[1..].windows(2) {
            let between = pair[1] - pair[0];
            let range = MINUTE..=MINUTE * 2 + SECOND * 11;
            assert!(range.contains(&between), "{between:?}");
        }
    }
    let peak = seconds.values().max().unwrap();
    println!("{first} first reloads at once; {later} later ones, at most {peak} in a second");
    assert_eq!(first, FLEET);
    assert!(*peak <= FLEET / 20, "{peak} loads in a second");
}
