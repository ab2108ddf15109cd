//! What several of the test suites share.

mod case;
mod generate;

pub use self::{
    case::{Case, NAMED_HEADER},
    generate::Encoding,
};
