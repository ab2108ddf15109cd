//! Nothing is loaded yet.

use std::error::Error;

use tokio::time::sleep;

use crate::harness::{CHANCES, HOUR, Harness, INSTANTLY, MILLI, MINUTE, SECOND, Step};

#[tokio::test(start_paused = true)]
async fn f01_ten_thousand_cold_callers_share_one_load() {
    let harness = Harness::new(|_| Step::Living(HOUR).after(MILLI * 100));
    let calls = harness.calls(10_000).await;
    assert_eq!((calls.ok, harness.provider.loads()), (10_000, 1));
    assert_eq!(calls.shortest, Some(MILLI * 100));
    assert_eq!(calls.longest, MILLI * 100);
    assert_eq!(harness.inner.count(), 10_000);
}

#[tokio::test(start_paused = true)]
async fn f02_ten_thousand_cold_callers_share_one_failure() {
    let harness = Harness::new(|_| Step::Error.after(MILLI * 10));
    let calls = harness.calls(10_000).await;
    assert_eq!((calls.errors.len(), harness.provider.loads()), (10_000, 1));
    assert_eq!(calls.shortest, Some(MILLI * 10));
    assert_eq!(calls.longest, MILLI * 10);
    let source = |index: usize| calls.errors[index].source().unwrap() as *const dyn Error;
    assert!((0..10_000).all(|index| std::ptr::addr_eq(source(0), source(index))));
    assert!(calls.errors[0].is_credentials() && calls.errors[0].is_retryable());
    assert_eq!(harness.inner.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn f03_a_cold_provider_that_fails_is_asked_less_and_less_often() {
    for chance in CHANCES {
        let harness = Harness::by_chance(chance, |_| Step::Error.after(MILLI * 10));
        harness.calls(10_000).await;
        let calls = harness.traffic(100, MINUTE).await;
        assert_eq!(calls.errors.len(), 6_000);
        assert!(
            harness.provider.loads() <= 20,
            "{}",
            harness.provider.loads()
        );
        // Only those wait that find a load under way.
        assert!(calls.waits <= 2 * harness.provider.loads() && calls.longest <= MILLI * 10);

        let begun = harness.provider.starts();
        let (mut pause, factor) = (MILLI * 250, 0.5 + chance / 2.0);
        for pair in begun.windows(2) {
            let after_failure = (pair[1] - pair[0] - MILLI * 10).as_secs_f64();
            let expected = pause.as_secs_f64() * factor;
            // The next request comes within 10 ms, and timers count in milliseconds.
            assert!(after_failure >= expected - 1e-9 && after_failure <= expected + 0.012);
            pause = (pause * 2).min(SECOND * 10);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn f04_cold_callers_of_a_provider_that_hangs_fail_after_ten_seconds() {
    let harness = Harness::new(|begun| match begun.number {
        1 => Step::Hang,
        _ => Step::Living(HOUR),
    });
    let calls = harness.calls(1_000).await;
    assert_eq!((calls.errors.len(), harness.provider.loads()), (1_000, 1));
    assert_eq!(calls.shortest, Some(SECOND * 10));
    assert_eq!(calls.longest, SECOND * 10);
    assert!(
        calls.errors[0].to_string().contains("10s"),
        "{}",
        calls.errors[0]
    );

    sleep(SECOND * 19).await;
    assert_eq!(harness.provider.in_flight(), 1);
    sleep(SECOND + MILLI).await;
    assert_eq!(harness.provider.in_flight(), 0);
    let call = harness.call().await;
    assert_eq!((call.took, harness.provider.loads()), (INSTANTLY, 1));
    assert!(call.error().to_string().contains("30s"), "{}", call.error());

    sleep(MILLI * 250).await;
    assert!(harness.call().await.result.is_ok());
    assert_eq!(harness.provider.loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn f55_an_agent_that_is_not_up_yet_is_found_within_the_time_that_it_took() {
    let mut late = Vec::new();
    for percent in 0..=100 {
        let harness = Harness::by_chance(f64::from(percent) / 100.0, |begun| {
            match begun.at < SECOND * 3 {
                true => Step::Error,
                false => Step::Living(HOUR),
            }
        });
        harness.traffic(10, SECOND * 3).await;
        late.push(harness.traffic(10, SECOND * 5).await.errors.len());
    }
    // In tenths of a second: pauses double, so the last is about as long as all before it.
    assert!(late.iter().all(|&late| late <= 32), "{late:?}");
    let mean = late.iter().sum::<usize>() / late.len();
    assert!(mean <= 15, "{mean} {late:?}");
}
