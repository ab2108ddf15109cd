//! What several test suites of this workspace share.
//!
//! - [`TestClock`]: a wall clock that a test sets, and that can be frozen with everything else.
//! - [`ScriptedProvider`]: a credentials provider that does what a test says, and counts what is
//!   asked of it.
//! - [`SECOND`] and others: durations, for sums that read well.
//! - [`Recorder`]: an HTTP client that keeps what it is given.
//! - [`SIGNING_VECTORS`]: requests and the signatures that they have to get.

mod clock;
mod durations;
mod provider;
mod recorder;

pub use self::{
    clock::TestClock,
    durations::{DAY, HOUR, MILLI, MINUTE, SECOND},
    provider::{LoadStart, ScriptedProvider, Step, credentials},
    recorder::{Recorder, Sent},
};

/// Requests in JSON, each with its canonical request, string to sign and signature.
pub const SIGNING_VECTORS: &str = include_str!("../data/signing.json");
