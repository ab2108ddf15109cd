//! Nothing that one host says harms another, and nothing secret leaves by a side door.
//!
//! Time is virtual throughout. `cross_talk` draws its hosts and schedules by chance; the other modules
//! have one kind of fault each.

#[path = "../common/mod.rs"]
mod common;

mod clock;
mod cross_talk;
mod fleet;
mod harness;
mod lifetimes;
mod panics;
mod partitions;
mod rejection;
mod settings;
mod signing_host;
mod thaw;
mod transports;
mod uploads;
mod wrong_clock;
