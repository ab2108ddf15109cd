//! Requests to honest hosts have the outcomes, the waits and the dates that they have alone, whatever
//! hostile hosts answer to requests of the same process.
//!
//! A seed gives a plan: hosts, what each answers, when requests are sent through which layer, how wrong
//! the local clock is, and when the provider is down. The plan runs twice, with its hostile hosts and
//! without them, and what became of each honest request is compared. `SIGV4_CROSS_TALK_RUNS` sets how
//! many seeds are tried, and `SIGV4_CROSS_TALK_SEED` with which to begin.

mod hostile;
mod plan;
mod run;

use std::{env, sync::Arc};

use self::{
    plan::Plan,
    run::{Outcome, run},
};

/// As many as take some seconds.
const RUNS: u64 = 12;

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |value| value.parse().expect(name))
}

/// What the runs of all seeds were about.
#[derive(Debug, Default)]
struct Totals {
    honest_requests: usize,
    hostile_answers: usize,
    failed: usize,
    waited: usize,
    rejected_for_time: usize,
    signed_with_expired: usize,
    repeated: usize,
    with_other_keys: usize,
    loads_alone: usize,
    loads_in_company: usize,
    different: usize,
}

impl Totals {
    fn add(&mut self, plan: &Plan, alone: &Outcome, company: &Outcome) {
        self.honest_requests += alone.calls.len();
        self.hostile_answers += company.hostile_answers;
        self.loads_alone += alone.loads;
        self.loads_in_company += company.loads;
        self.rejected_for_time += alone.rejected_for_time;
        self.signed_with_expired += alone.signed_with_expired;
        for (number, one) in &alone.calls {
            self.failed += usize::from(one.result.is_err());
            self.waited += usize::from(one.has_waited(plan.request(*number)));
            self.repeated += usize::from(one.attempts.len() > 1);
        }
    }
}

#[test]
fn honest_hosts_are_served_as_if_there_were_no_hostile_ones() {
    let first = setting("SIGV4_CROSS_TALK_SEED", 0);
    let runs = setting("SIGV4_CROSS_TALK_RUNS", RUNS);
    let mut totals = Totals::default();
    for seed in first..first + runs {
        let plan = Arc::new(Plan::new(seed));
        let (alone, company) = (run(&plan, false), run(&plan, true));
        totals.add(&plan, &alone, &company);
        assert_eq!(alone.calls.len(), company.calls.len());
        for (number, one) in &alone.calls {
            let other = &company.calls[number];
            totals.with_other_keys += usize::from(other.keys() != one.keys());
            if !one.is_as(other, plan.gets_new_keys()) {
                totals.different += 1;
                println!(
                    "seed {seed}: {:?}\n  alone:      {one:?}\n  in company: {other:?}",
                    plan.request(*number)
                );
            }
        }
        assert_eq!(totals.different, 0, "seed {seed}: {}", plan.summary());
    }
    println!("seeds {first} to {}: {totals:#?}", first + runs - 1);
    if runs >= RUNS {
        // Otherwise the plans are about nothing.
        assert!(totals.failed > 100 && totals.waited > 20 && totals.repeated > 10);
        assert!(totals.rejected_for_time > 100 && totals.signed_with_expired > 100);
        assert!(totals.loads_in_company > totals.loads_alone * 2);
    }
}
