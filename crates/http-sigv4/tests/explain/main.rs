//! Whether an explanation names what happened, over the vectors, every kind of change and every form
//! of refusal; and whether it keeps secrets.

#[path = "../common/mod.rs"]
mod common;

mod changes;
mod precision;
mod random;
mod refusals;
mod secrets;
mod service;
mod shapes;
mod vectors;
