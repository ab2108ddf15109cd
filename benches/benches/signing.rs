//! What a signature costs in time, beside the hashing that nobody can do without and beside the
//! other signers.
//!
//! `cargo bench --package benches --bench signing`
//!
//! The floor is SHA-256 of the body and of the canonical request and one HMAC of the string to sign
//! with the key ready, by the fastest of three libraries. Everybody signs a fresh copy of the
//! request, with room for the headers; what the copy costs is taken off, and for the layer what a
//! service that does nothing costs. The least is the floor and three headers' insertion into the
//! request, their values checked and in one piece of memory, which no signer of such requests can do
//! without. Every request has another URL, but for the last table: there a key need not hash again
//! what it has hashed for the request before.

use benches::{Case, SigningTimes};

fn main() {
    println!("{}", SigningTimes::measure(&Case::ALL).table());
    println!("To one URL:");
    print!("{}", SigningTimes::measure(&Case::ONE_URL).table());
}
