//! Every fault that credentials can have, injected, one test each.
//!
//! The tests are numbered as in the fault table of `credentials.md`, the design note. Time is
//! virtual throughout but in `threads`, `runtimes` and where a test says so.

mod cancellation;
mod clocks;
mod cold;
mod expired;
mod fleet;
mod harness;
mod observability;
mod refresh;
mod rejection;
mod runtimes;
mod sdk_rules;
mod signing;
mod source;
mod threads;
mod unlimited;
