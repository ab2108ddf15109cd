//! What a local clock that is wrong costs, and how much is remembered of hosts' clocks.

use std::time::Duration;

use tokio::{
    task::{JoinSet, LocalSet},
    time::sleep,
};
use tower::{ServiceExt, service_fn};
use tower_sigv4::RetryAdvice;

use crate::{
    common::{HOST, Recorder},
    harness::{HOUR, Harness, MILLI, SECOND, by_the_clock, call, response, retried, sent_to},
};

const HONEST: &str = "https://honest.example/";

#[tokio::test(start_paused = true)]
async fn more_than_25_hours_are_never_observed() {
    for (hours, observed) in [(24, true), (25, true), (26, false), (24 * 365, false)] {
        for local in [hours * 3_600, -hours * 3_600] {
            let harness = Harness::unlimited();
            harness.clock.jump(local);
            let clock = harness.clock.clone();
            let network = Recorder::answering(move |request| by_the_clock(request, clock.truth()));
            let layer = harness.layer();
            let first = call(&layer, &network, HONEST).await.result.unwrap();
            let advice = first.extensions().get::<RetryAdvice>();
            assert_eq!(advice.is_some(), observed, "{local} s");
            let second = call(&layer, &network, HONEST).await;
            assert_eq!(second.status() == 200, observed, "{local} s");
            assert_eq!(
                layer.clock_offset("honest.example") != 0,
                observed,
                "{local} s"
            );
        }
    }
}

/// Clocks that are wrong by seconds, and by minutes that services do not take.
fn wrong() -> impl Iterator<Item = i64> {
    let minutes = [-3_599, -1_800, -600, -301, 301, 900, 4_000];
    (-24..=24)
        .map(|hours| hours * 3_600)
        .filter(|&by| by != 0)
        .chain(minutes)
}

#[tokio::test(start_paused = true)]
async fn a_wrong_local_clock_costs_one_attempt_per_host_which_the_retry_policy_hides() {
    let hosts = [
        HONEST.to_owned(),
        "https://other.example/".to_owned(),
        format!("https://{HOST}/"),
        "https://honest.example:8443/".to_owned(),
    ];
    for local in wrong() {
        let harness = Harness::unlimited();
        harness.clock.jump(local);
        let clock = harness.clock.clone();
        let network = Recorder::answering(move |request| by_the_clock(request, clock.truth()));
        let layer = harness.layer();
        let calls = async || {
            for _ in 0..3 {
                for uri in &hosts {
                    assert_eq!(
                        retried(&layer, network.clone(), uri).await,
                        200,
                        "{local} s"
                    );
                }
                sleep(SECOND).await;
            }
            network.sent().len() - 3 * hosts.len()
        };
        assert_eq!(calls().await, hosts.len(), "{local} s");
        // And one more once it is set right, unless that is a day forth: then what was observed is too
        // old, and nothing is left to correct.
        harness.clock.jump(-local);
        let expected = if local > -86_400 { hosts.len() } else { 0 };
        assert_eq!(calls().await, expected, "{local} s");
        assert_eq!(calls().await, 0, "{local} s");
    }
}

#[tokio::test(start_paused = true)]
async fn of_requests_that_are_under_way_together_each_gets_its_second_attempt() {
    for latency in [MILLI, SECOND * 2] {
        let harness = Harness::unlimited();
        harness.clock.jump(-3_600);
        let clock = harness.clock.clone();
        let network = Recorder::answering(move |request| by_the_clock(request, clock.truth()));
        let layer = harness.layer();
        let calls = async || {
            let mut calls = JoinSet::new();
            for _ in 0..100 {
                let (layer, network) = (layer.clone(), network.clone());
                let slow = service_fn(move |request| {
                    let network = network.clone();
                    async move {
                        sleep(latency).await;
                        network.oneshot(request).await
                    }
                });
                calls.spawn_local(async move { retried(&layer, slow, HONEST).await });
            }
            assert_eq!(calls.join_all().await, [200; 100]);
            network.sent().len()
        };
        let local = LocalSet::new();
        assert_eq!(local.run_until(calls()).await, 200);
        assert_eq!(local.run_until(calls()).await, 100);
        // The same on the way back.
        harness.clock.jump(3_600);
        assert_eq!(local.run_until(calls()).await, 200);
        assert_eq!(local.run_until(calls()).await, 100);
    }
}

/// One host that goes by the true time, and others that reject everything and are an hour behind.
fn honest_among_liars(harness: &Harness) -> Recorder {
    let clock = harness.clock.clone();
    Recorder::answering(move |request| match sent_to(request) {
        "honest.example" => by_the_clock(request, clock.truth()),
        _ => response(401, clock.now() - HOUR),
    })
}

#[tokio::test(start_paused = true)]
async fn a_thousand_hosts_that_lie_leave_the_memory_as_it_is_and_an_honest_one_its_second_attempt()
{
    let harness = Harness::unlimited();
    harness.clock.jump(-3_600);
    let network = honest_among_liars(&harness);
    let layer = harness.builder().allow_subdomains_of("hostile.example");
    let layer = layer.build().unwrap();
    assert_eq!(retried(&layer, network.clone(), HONEST).await, 200);
    for number in 0..1_000 {
        call(
            &layer,
            &network,
            &format!("https://h{number}.hostile.example/"),
        )
        .await;
        tokio::time::advance(MILLI).await;
    }
    let known = (0..1_000).filter(|number| {
        let host = format!("h{number}.hostile.example");
        layer.clock_offset(&host) != 0
    });
    assert_eq!(known.count(), 256);
    network.sent();
    // More hosts than are remembered were heard of since, so it is observed once more.
    assert_eq!(retried(&layer, network.clone(), HONEST).await, 200);
    assert_eq!(network.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_called_every_minute_is_not_forgotten_for_a_thousand_others() {
    let harness = Harness::unlimited();
    harness.clock.jump(-3_600);
    let network = honest_among_liars(&harness);
    let layer = harness.builder().allow_subdomains_of("hostile.example");
    let layer = layer.build().unwrap();
    let mut rejected = 0;
    for number in 0..1_000_u64 {
        // Two hundred in a minute are fewer than are remembered.
        call(
            &layer,
            &network,
            &format!("https://h{number}.hostile.example/"),
        )
        .await;
        rejected += usize::from(call(&layer, &network, HONEST).await.status() != 200);
        tokio::time::advance(Duration::from_millis(300)).await;
    }
    assert_eq!(rejected, 1);
}
