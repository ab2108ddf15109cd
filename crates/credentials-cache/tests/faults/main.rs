//! Faults of providers, clocks, runtimes and services, injected into a cache by itself.
//!
//! Time is virtual throughout, but in `threads` and `runtimes`.

mod cancellation;
mod clocks;
mod cross_talk;
mod factory;
mod fleet;
mod harness;
mod lookups;
mod panics;
mod provider;
mod rejection;
mod runtimes;
mod secrets;
mod thaw;
mod threads;
mod wrapped;
