//! What the benches measure: requests, everybody who signs them, and what hashing alone takes.

mod case;
#[cfg(feature = "peers")]
mod client;
mod contenders;
mod floor;
#[cfg(feature = "peers")]
mod frames;
#[cfg(feature = "peers")]
mod least;
mod no_op;
#[cfg(feature = "peers")]
mod peers;
#[cfg(feature = "report")]
mod plot;
#[cfg(feature = "peers")]
mod refresh;
#[cfg(feature = "peers")]
mod rounds;
#[cfg(feature = "peers")]
mod signing;
#[cfg(feature = "peers")]
mod table;
#[cfg(feature = "peers")]
mod threads;

#[cfg(feature = "report")]
pub use self::plot::plot;
pub use self::{
    case::{Case, Copies},
    contenders::{Layered, http_sigv4, layer, send},
    floor::{Floor, Hashing, RustCrypto},
    no_op::NoOp,
};
#[cfg(feature = "peers")]
pub use self::{
    client::client,
    frames::frames,
    peers::{AwsLc, Ring, aws_sigv4, reqsign},
    refresh::tail,
    signing::{Bar, SigningTimes},
    table::Table,
    threads::threads,
};
