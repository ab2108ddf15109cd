//! What happens to a cache, through the `metrics` facade.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use metrics::{counter, gauge, histogram};

use super::{
    events::{Ending, Trigger},
    schedule::Stage,
};

pub(super) fn load_started() {
    gauge!("tower_sigv4_credentials_loads_in_flight").increment(1);
}

pub(super) fn load_ended(trigger: Trigger, ending: Ending, took: Duration) {
    gauge!("tower_sigv4_credentials_loads_in_flight").decrement(1);
    counter!(
        "tower_sigv4_credentials_loads_total",
        "trigger" => trigger.name(),
        "outcome" => ending.name()
    )
    .increment(1);
    histogram!("tower_sigv4_credentials_load_seconds").record(took);
}

pub(super) fn loaded(expiry: Option<SystemTime>) {
    gauge!("tower_sigv4_credentials_last_success_timestamp_seconds")
        .set(seconds(SystemTime::now()));
    if let Some(expiry) = expiry {
        gauge!("tower_sigv4_credentials_expiry_timestamp_seconds").set(seconds(expiry));
    }
    gauge!("tower_sigv4_credentials_consecutive_failures").set(0);
    gauge!("tower_sigv4_credentials_backoff_seconds").set(0);
}

pub(super) fn failed(failures: u32, pause: Duration) {
    gauge!("tower_sigv4_credentials_consecutive_failures").set(failures);
    gauge!("tower_sigv4_credentials_backoff_seconds").set(pause);
}

pub(super) fn taken_over() {
    counter!("tower_sigv4_credentials_takeovers_total").increment(1);
}

pub(super) fn waited(time: Duration) {
    counter!("tower_sigv4_credentials_waits_total").increment(1);
    histogram!("tower_sigv4_credentials_wait_seconds").record(time);
}

pub(super) fn served(stage: Stage) {
    let state = match stage {
        Stage::Fresh => "fresh",
        Stage::Due => "due",
        Stage::LastSeconds => "last_seconds",
        Stage::Expired => "expired",
    };
    counter!("tower_sigv4_credentials_served_total", "state" => state).increment(1);
}

pub(super) fn rejected(again: bool) {
    let result = if again { "again" } else { "first" };
    counter!("tower_sigv4_credentials_rejections_total", "result" => result).increment(1);
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64())
}
