//! What signing leaves of an HTTP client's throughput over loopback, with the same bytes on the wire.
//!
//! `cargo bench --package benches --bench client`

fn main() {
    print!("{}", benches::client());
}
