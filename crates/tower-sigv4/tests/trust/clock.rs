//! What a host says of the time counts for that host only.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::SystemTime,
};

use http::{Response, request::Parts};
use sigv4_testkit::TestClock;
use tokio::time::sleep;
use tower_sigv4::SigV4Layer;

use crate::{
    common::{Empty, HOST, Recorder},
    harness::{
        DAY, HOUR, Harness, MILLI, SECOND, by_the_clock, call, rejection, response, sent_to,
        shifted, signed_at, whole,
    },
};

const HOSTILE: &str = "https://hostile.example/";
const HONEST: &str = "https://honest.example/";

/// One of the eight kinds of answers that say nothing of the credentials, and may be about the time.
fn nth_rejection(kind: usize, date: SystemTime) -> Response<Empty> {
    match kind {
        0 => response(400, date),
        1 => response(401, date),
        2 => response(403, date),
        3 => rejection(403, "InvalidSignatureException", date),
        4 => rejection(403, "SignatureDoesNotMatch", date),
        5 => rejection(400, "RequestExpired", date),
        6 => rejection(401, "RequestTimeTooSkewed", date),
        _ => rejection(
            403,
            "com.amazon.coral.service#AccessDeniedException:http://internal/",
            date,
        ),
    }
}

/// Answers of `hostile.example` that say that the time is another, and no others.
fn hostile_by(seconds: i64, kind: usize, clock: &TestClock) -> Recorder {
    let clock = clock.clone();
    Recorder::answering(move |request| match sent_to(request) {
        "hostile.example" => nth_rejection(kind, shifted(clock.now(), seconds)),
        _ => response(200, clock.now()),
    })
}

#[tokio::test(start_paused = true)]
async fn a_rejection_moves_the_time_of_the_host_and_the_port_that_it_came_from_and_no_other() {
    let elsewhere = [
        HONEST.to_owned(),
        format!("https://{HOST}/"),
        "https://hostile.example:8443/".to_owned(),
        "https://below.hostile.example/".to_owned(),
        // Another port as well.
        "http://hostile.example/".to_owned(),
    ];
    for seconds in [-90_000, -3_600, -241, 241, 1_800, 90_000] {
        for turn in 0..8 {
            let harness = Harness::unlimited();
            let builder = || {
                let builder = harness.builder().allow_plain_http(true);
                builder
                    .allow_subdomains_of("hostile.example")
                    .build()
                    .unwrap()
            };
            let (layer, of_the_same_cache) = (builder(), builder());
            let network = hostile_by(seconds, turn, &harness.clock);
            for _ in 0..3 {
                call(&layer, &network, HOSTILE).await;
            }
            let sent = network.sent();
            let at: Vec<_> = sent.iter().map(|sent| signed_at(&sent.parts)).collect();
            let local = whole(harness.clock.now());
            let its_own = shifted(local, seconds);
            assert_eq!(at, [local, its_own, its_own], "{seconds} s, {turn}");
            let others = elsewhere.iter().map(|uri| (&layer, uri.as_str()));
            let same = elsewhere
                .iter()
                .map(|uri| (&of_the_same_cache, uri.as_str()));
            for (layer, uri) in others.chain(same).chain([(&of_the_same_cache, HOSTILE)]) {
                call(layer, &network, uri).await;
                let at = signed_at(&network.only().parts);
                assert_eq!(at, local, "{uri} after {seconds} s, {turn}");
            }
        }
    }
}

/// Runs for two minutes with fifty hostile answers a second, and one honest request; tells how many of
/// those were rejected.
async fn rejected_beside_a_hostile_host(local: i64) -> usize {
    let harness = Harness::unlimited();
    harness.clock.jump(local);
    let clock = harness.clock.clone();
    let turn = AtomicUsize::new(0);
    let network = Recorder::answering(move |request| match sent_to(request) {
        "hostile.example" => {
            let turn = turn.fetch_add(1, Ordering::Relaxed);
            let seconds = [3_600, -3_600, 86_400, 0, -900][turn % 5];
            nth_rejection(turn % 8, shifted(clock.truth(), seconds))
        }
        _ => by_the_clock(request, clock.truth()),
    });
    let layer = harness.layer();
    let mut rejected = 0;
    for _ in 0..120 {
        rejected += usize::from(call(&layer, &network, HONEST).await.status() != 200);
        for _ in 0..50 {
            call(&layer, &network, HOSTILE).await;
            tokio::time::advance(MILLI * 20).await;
        }
    }
    rejected
}

#[tokio::test(start_paused = true)]
async fn a_host_with_alternating_dates_freezes_nothing_elsewhere() {
    for (local, rejected) in [(0, 0), (-3_600, 1), (3_600, 1)] {
        let seen = rejected_beside_a_hostile_host(local).await;
        println!("local clock {local} s off: {seen} of 120 honest requests rejected");
        assert_eq!(seen, rejected, "{local}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_offset_is_dropped_at_the_first_rejection_that_does_not_confirm_it() {
    /// A rejection that tells nothing of the time for certain.
    type Rejection = fn(SystemTime) -> Response<Empty>;
    let without_date: Rejection = |now| {
        let mut response = response(403, now);
        response.headers_mut().remove("date");
        response
    };
    let with_age: Rejection = |now| {
        let mut response = response(401, now);
        response.headers_mut().insert("age", "3".parse().unwrap());
        response
    };
    let unreadable: Rejection = |now| {
        let mut response = rejection(403, "SignatureDoesNotMatch", now);
        let date = "one of these days".parse().unwrap();
        response.headers_mut().insert("date", date);
        response
    };
    let honest: Rejection = |now| response(400, now);
    for reject in [without_date, with_age, unreadable, honest] {
        let harness = Harness::unlimited();
        let clock = harness.clock.clone();
        let turn = AtomicUsize::new(0);
        let network = Recorder::answering(move |request| {
            let now = clock.truth();
            match turn.fetch_add(1, Ordering::Relaxed) {
                // Not the host, but something on the way, such as a captive portal.
                0 => response(401, now + HOUR),
                _ => match by_the_clock(request, now).status().as_u16() {
                    200 => response(200, now),
                    _ => reject(now),
                },
            }
        });
        let layer = harness.layer();
        let mut statuses = Vec::new();
        for _ in 0..5 {
            let status = call(&layer, &network, HONEST).await.status();
            statuses.push(status == 200);
        }
        assert_eq!(statuses, [false, false, true, true, true]);
        assert_eq!(layer.clock_offset("honest.example"), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn any_answer_with_another_date_drops_an_offset_and_one_that_agrees_keeps_it() {
    for (status, seconds, stays) in [
        (200, 3_600, true),
        (404, 3_600 + 239, true),
        (500, 3_600 - 239, true),
        (200, 0, false),
        (304, -3_600, false),
        (503, 7_200, false),
        (200, 1_000_000, false),
    ] {
        let harness = Harness::unlimited();
        let clock = harness.clock.clone();
        let turn = AtomicUsize::new(0);
        let network = Recorder::answering(move |_| match turn.fetch_add(1, Ordering::Relaxed) {
            0 => response(403, clock.now() + HOUR),
            _ => response(status, shifted(clock.now(), seconds)),
        });
        let layer = harness.layer();
        call(&layer, &network, HONEST).await;
        assert_eq!(layer.clock_offset("honest.example"), 3_600);
        call(&layer, &network, HONEST).await;
        let offset = layer.clock_offset("honest.example");
        assert_eq!(offset != 0, stays, "{status} {seconds}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_offset_lasts_for_as_long_as_the_host_confirms_it_and_a_day_without() {
    let harness = Harness::unlimited();
    harness.clock.jump(-3_600);
    let clock = harness.clock.clone();
    let network = Recorder::answering(move |request| by_the_clock(request, clock.truth()));
    let layer = harness.layer();
    let status = async || call(&layer, &network, HONEST).await.status();
    assert_eq!(status().await, 403);
    // A request in twenty hours is enough.
    for _ in 0..10 {
        sleep(HOUR * 20).await;
        assert_eq!(status().await, 200);
    }
    sleep(DAY + SECOND).await;
    assert_eq!(layer.clock_offset("honest.example"), 0);
    assert_eq!(status().await, 403);
    assert_eq!(status().await, 200);
}

#[tokio::test(start_paused = true)]
async fn the_offset_of_a_host_is_asked_for_by_name_and_port_in_any_spelling() {
    let harness = Harness::unlimited();
    let clock = harness.clock.clone();
    let network = Recorder::answering(move |_| response(401, clock.now() + HOUR));
    let layer = harness.builder().allow_loopback(true).build().unwrap();
    let uris = [
        "https://HONEST.example./",
        "https://other.example:8443/",
        "http://[0:0::1]:8080/",
        "http://localhost/",
    ];
    for uri in uris {
        call(&layer, &network, uri).await;
    }
    for host in [
        "honest.example",
        "Honest.Example.",
        "honest.example:443",
        "other.example:8443",
        "[::1]:8080",
        "localhost:80",
    ] {
        assert_eq!(layer.clock_offset(host), 3_600, "{host}");
    }
    for host in [
        "honest.example:80",
        "other.example",
        "[::1]",
        "localhost",
        "hostile.example",
        "no host",
        "",
        "https://honest.example/",
    ] {
        assert_eq!(layer.clock_offset(host), 0, "{host}");
    }
    assert_eq!(SigV4Layer::disabled().clock_offset("honest.example"), 0);
}

#[tokio::test(start_paused = true)]
async fn what_a_host_says_is_never_put_down_to_the_host_that_is_signed_for() {
    let harness = Harness::unlimited();
    let clock = harness.clock.clone();
    let by_way_of_another = move |request: &Parts| match request.uri.host() {
        Some(HOST) => response(200, clock.now()),
        _ => response(401, clock.now() + HOUR),
    };
    let network = Recorder::answering(by_way_of_another);
    let layer = harness
        .builder()
        .signing_host(HOST)
        .allow_relative_uri(true);
    let layer = layer.build().unwrap();
    // A host that passes requests on, and whatever relative URIs are sent to.
    for uri in [HONEST, "/prod"] {
        call(&layer, &network, uri).await;
        network.sent();
        assert_eq!(layer.clock_offset(HOST), 0, "{uri}");
        call(&layer, &network, &format!("https://{HOST}/")).await;
        let local = whole(harness.clock.now());
        assert_eq!(signed_at(&network.only().parts), local, "{uri}");
        // It is observed all the same.
        call(&layer, &network, uri).await;
        assert_eq!(signed_at(&network.only().parts), local + HOUR, "{uri}");
    }
    assert_eq!(layer.clock_offset("honest.example"), 3_600);
}
