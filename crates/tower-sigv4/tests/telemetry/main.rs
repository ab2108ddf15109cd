//! What happens to requests is told: in the log, in a span, and through the `metrics` facade.

#[path = "../common/mod.rs"]
mod common;

mod log;
mod metrics;
mod recorder;
