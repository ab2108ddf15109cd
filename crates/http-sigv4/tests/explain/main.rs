//! Whether an explanation names what happened, over the vectors, every kind of change and every form
//! of rejection; and whether it keeps secrets.

#[path = "../common/mod.rs"]
mod common;

mod changes;
mod leaks;
mod mistaken;
mod names;
mod precision;
mod random;
mod rejections;
mod secrets;
mod sentences;
mod service;
mod shapes;
mod vectors;
