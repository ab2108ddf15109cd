//! What the slowest calls take, and what a body in frames.
//!
//! `cargo bench --package benches --bench refresh`

fn main() {
    print!("{}\n{}", benches::tail(), benches::frames());
}
