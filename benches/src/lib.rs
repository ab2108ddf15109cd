//! What the benches measure: requests, everybody who signs them, and what hashing alone takes.

mod case;
mod contenders;
mod floor;
mod no_op;
mod rounds;
mod signing;
mod table;

pub use self::{
    case::Case,
    contenders::{Layered, aws_sigv4, http_sigv4, layer, reqsign, send},
    floor::{AwsLc, Floor, Hashing, Ring, RustCrypto},
    no_op::NoOp,
    signing::signing,
    table::Table,
};
