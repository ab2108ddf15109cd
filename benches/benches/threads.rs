//! What a second thread is worth to whoever signs.
//!
//! `cargo bench --package benches --bench threads`

fn main() {
    print!("{}", benches::threads());
}
