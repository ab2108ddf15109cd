//! What several of the test suites share.

mod case;
mod generate;
mod scratchstack;
mod wire;

pub use self::{
    case::{Case, NAMED_HEADER},
    generate::Encoding,
    scratchstack::verify_with_scratchstack,
    wire::{Keys, Wire},
};
