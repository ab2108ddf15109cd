//! What happens to a cache, through the `metrics` facade. The crate's documentation has the table of
//! names.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use metrics::{counter, gauge, histogram};

use crate::schedule::Stage;

pub(super) fn load_started() {
    gauge!("aws_credentials_cache_loads_in_flight").increment(1);
}

pub(super) fn load_ended(trigger: &'static str, outcome: &'static str, took: Duration) {
    gauge!("aws_credentials_cache_loads_in_flight").decrement(1);
    counter!(
        "aws_credentials_cache_loads_total",
        "trigger" => trigger,
        "outcome" => outcome
    )
    .increment(1);
    histogram!("aws_credentials_cache_load_seconds").record(took);
}

pub(super) fn loaded(loaded: SystemTime, expiry: Option<SystemTime>) {
    gauge!("aws_credentials_cache_last_success_timestamp_seconds").set(seconds(loaded));
    if let Some(expiry) = expiry {
        gauge!("aws_credentials_cache_expiry_timestamp_seconds").set(seconds(expiry));
    }
    failures(0, Duration::ZERO);
    // Alerts are set on these: a counter that is there before it counts shows its first increment.
    counter!("aws_credentials_cache_served_total", "state" => "expired").increment(0);
    counter!("aws_credentials_cache_waits_total").increment(0);
}

pub(super) fn failures(failures: u32, pause: Duration) {
    gauge!("aws_credentials_cache_consecutive_failures").set(failures);
    gauge!("aws_credentials_cache_backoff_seconds").set(pause);
}

pub(super) fn taken_over() {
    counter!("aws_credentials_cache_takeovers_total").increment(1);
}

pub(super) fn waited(time: Duration) {
    counter!("aws_credentials_cache_waits_total").increment(1);
    histogram!("aws_credentials_cache_wait_seconds").record(time);
}

/// Each with a label that is known at compile time, so that nothing is allocated.
pub(super) fn served(stage: Stage) {
    let counter = match stage {
        Stage::Fresh => counter!("aws_credentials_cache_served_total", "state" => "fresh"),
        Stage::Due => counter!("aws_credentials_cache_served_total", "state" => "due"),
        Stage::Expiring => counter!("aws_credentials_cache_served_total", "state" => "expiring"),
        Stage::Expired => counter!("aws_credentials_cache_served_total", "state" => "expired"),
    };
    counter.increment(1);
}

pub(super) fn rejected(again: bool) {
    let result = if again { "again" } else { "first" };
    counter!("aws_credentials_cache_rejections_total", "result" => result).increment(1);
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64())
}
