//! Login tokens, handshakes and forms held against those of AWS's own tools: see
//! `scripts/tokens.py`.
//!
//! Everything is drawn from a seed, and a failure prints what was drawn. `SIGV4_TOKEN_CASES` sets how
//! many there are of each kind.

mod account;
mod draw;
mod forms;
mod logins;
mod sockets;

use fastrand::Rng;
use serde_json::Value;
use tests::Python;

use self::account::Account;

/// Draws an account for each case.
fn for_each_case(mut compare: impl FnMut(&mut Rng, &Account, &mut Oracle)) {
    const DEFAULT_CASES: u64 = 2_500;
    const FIRST_SEED: u64 = 0x70_6b_65_6e;
    let cases = std::env::var("SIGV4_TOKEN_CASES");
    let cases = cases.map_or(DEFAULT_CASES, |cases| cases.parse().unwrap());
    let mut oracle = Oracle(Python::start("tokens.py", &[]));
    for seed in FIRST_SEED..FIRST_SEED + cases {
        let mut rng = Rng::with_seed(seed);
        let account = Account::generate(&mut rng);
        compare(&mut rng, &account, &mut oracle);
    }
    println!("{cases} made alike");
}

struct Oracle(Python);

impl Oracle {
    /// What AWS's tool makes; it refuses nothing that is asked here.
    fn make(&mut self, question: &Value) -> Value {
        let mut answer = self.0.ask(question);
        match answer["made"].take() {
            Value::Null => panic!("{answer}\n{question}"),
            made => made,
        }
    }

    fn make_text(&mut self, question: &Value) -> String {
        match self.make(question) {
            Value::String(text) => text,
            other => panic!("{other} is no text"),
        }
    }
}
