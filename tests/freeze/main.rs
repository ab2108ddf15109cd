//! A process that is stopped by a signal, as a Lambda sandbox is frozen between two invocations, while
//! a load of credentials is in flight, and that is continued once its credentials have expired.
//!
//! A stopped process finds its sockets as they are, and data that came meanwhile; its timers fire late.
//! But a signal stops neither of the kernel's clocks, whereas in a frozen machine the monotonic clock
//! stands still. So half of the freezes are short, and the wall clock of the process, which it reads
//! from a file, is set forth by hours meanwhile. What no signal can show is a connection that breaks
//! without a word, as those of a sandbox do; a load that never ends stands for it.
//!
//! `scripts/freeze.sh` runs it.

mod process;
mod scenario;
mod servers;

use std::{env, sync::Arc};

use tokio::{sync::Semaphore, task::JoinSet};

use self::scenario::{Outcome, Scenario};

/// As many processes at a time as do not slow each other down.
const TOGETHER: usize = 6;

#[tokio::test]
#[ignore = "stops and continues processes for six minutes; scripts/freeze.sh runs it"]
async fn after_a_thaw_nothing_is_signed_with_what_has_expired() {
    if env::var_os(process::MARK).is_some() {
        return process::run().await;
    }
    let places = Arc::new(Semaphore::new(TOGETHER));
    let mut running = JoinSet::new();
    for scenario in Scenario::all() {
        let places = Arc::clone(&places);
        running.spawn(async move {
            let _place = places.acquire_owned().await.unwrap();
            (scenario, scenario.run().await)
        });
    }
    let (mut outcomes, mut sum) = (running.join_all().await, Outcome::default());
    outcomes.sort_by_key(|(scenario, _)| format!("{scenario:?}"));
    for (scenario, outcome) in &outcomes {
        println!("{scenario:?}: {outcome:?}");
        sum += *outcome;
    }
    println!("{} processes: {sum:?}", outcomes.len());
    for (scenario, outcome) in &outcomes {
        assert_eq!(outcome.signed_with_expired, 0, "{scenario:?}");
        assert_eq!(outcome.failed, 0, "{scenario:?}");
        assert!(outcome.before > 0 && outcome.after > 0, "{scenario:?}");
    }
}
