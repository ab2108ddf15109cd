//! What the benches measure: requests, everybody who signs them, and what hashing alone takes.

mod case;
mod client;
mod contenders;
mod floor;
mod no_op;
#[cfg(feature = "report")]
mod plot;
mod rounds;
mod signing;
mod table;
mod threads;

pub use self::{
    case::Case,
    client::client,
    contenders::{Layered, aws_sigv4, http_sigv4, layer, reqsign, send},
    floor::{AwsLc, Floor, Hashing, Ring, RustCrypto},
    no_op::NoOp,
    signing::{Bar, signing, signing_with_bars},
    table::Table,
    threads::threads,
};

#[cfg(feature = "report")]
pub use self::plot::plot;
