//! What several of the test suites share.

mod case;
mod generate;
mod percent;
mod python;
#[cfg(doctest)]
mod readmes;
mod received;
mod scratchstack;
mod verify;
mod wire;

pub use self::{
    case::{Case, NAMED_HEADER},
    generate::Encoding,
    percent::{RESERVED, has_malformed_percent},
    python::Python,
    received::{Field, Received},
    scratchstack::verify_with_scratchstack,
    verify::{Verifier, prove},
    wire::{Keys, Wire},
};
