//! The scenarios, and what is looked at in each.

use std::{future::Future, pin::Pin, time::Duration};

use sigv4_testkit::{LoadStart, Step, TestClock};
use tokio::{
    runtime::{Builder, Handle},
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    cache::Kind,
    workload::{HOUR, MILLI, MINUTE, SECOND, Stage, Tally},
};

/// A line of a scenario.
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) value: String,
}

pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    targets: &'static [(&'static str, &'static str)],
    play: fn(Kind) -> Play,
}

type Play = Pin<Box<dyn Future<Output = Vec<Figure>>>>;

impl Scenario {
    /// Plays it in virtual time.
    pub(crate) fn play(&self, kind: Kind) -> Vec<Figure> {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build();
        runtime.expect("a runtime").block_on((self.play)(kind))
    }

    pub(crate) fn target(&self, figure: &str) -> &'static str {
        let target = self.targets.iter().find(|(name, _)| *name == figure);
        target.map_or("", |(_, target)| target)
    }
}

const LOADS: &str = "loads";
const WAIT: &str = "longest wait";
const WAITED: &str = "requests that waited";
const ERRORS: &str = "errors";
const EXPIRED: &str = "signed with expired";

macro_rules! scenario {
    ($name:literal, $play:ident $(, $figure:ident <= $target:literal)*) => {
        Scenario {
            name: $name,
            targets: &[$(($figure, $target)),*],
            play: |kind| Box::pin($play(kind)),
        }
    };
}

pub(crate) const SCENARIOS: &[Scenario] = &[
    scenario!("S1 cold, 10,000 at once", cold, LOADS <= "1"),
    scenario!("S2 idle past expiry, 10,000 at once", idle, EXPIRED <= "0"),
    scenario!("S3 12 min before expiry, load 2 s", early, WAITED <= "0"),
    scenario!("S4 30 s before expiry, load 2 s", late, WAITED <= "0"),
    scenario!("S5 1,000,000 requests, load 1 s", million, WAITED <= "0"),
    scenario!("S6 cold, 10,000 at once, error", cold_error, LOADS <= "1"),
    scenario!("S7 cold, 1,000 at once, hang", cold_hang, WAIT <= "10 s"),
    scenario!(
        "S8 outage from 60 min before to 20 min after expiry",
        outage,
        RECOVERY <= "60 s"
    ),
    scenario!(
        "S9 15-min credentials, one failed refresh",
        blip,
        EXPIRED <= "0"
    ),
    scenario!("S10 100 callers of 50 ms patience, load 200 ms", impatient),
    scenario!(
        "S11 source repeats itself, 100 rps",
        repeated,
        WAITED <= "0"
    ),
    scenario!("S12 frozen for 2 h", frozen, EXPIRED <= "0"),
    scenario!(
        "S13 clock set back 24 h, 1 rps for 2 h",
        set_back,
        EXPIRED <= "0"
    ),
    scenario!(
        "S14 cold, source delivers expired, 100 rps for 100 s",
        dead_on_arrival
    ),
    scenario!("S17 frozen for 2 h during a load", frozen_load),
    scenario!("S18 provider panics twice", panics, PANICS <= "0"),
    scenario!("S19 dropped during a load", dropped, TASKS <= "0"),
    scenario!(
        "S20 fleet of 1,000 with one expiry, 1 rps each",
        fleet,
        PEAK <= "8"
    ),
    scenario!(
        "S21 expired, provider hangs, 10 rps for 20 min",
        expired_hang,
        WAIT <= "10 s"
    ),
];

const RECOVERY: &str = "recovery";
const PANICS: &str = "panics in callers";
const TASKS: &str = "tasks alive after";
const PEAK: &str = "most loads in a second";

/// Loads that began since, and how requests fared.
fn figures(loads: usize, tally: &Tally) -> Vec<Figure> {
    vec![
        count(LOADS, loads),
        count(WAITED, tally.waits),
        time(WAIT, tally.longest),
        count(ERRORS, tally.errors),
        count(EXPIRED, tally.expired),
    ]
}

fn count(name: &'static str, count: usize) -> Figure {
    let digits = count.to_string();
    let groups: Vec<_> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(String::from_utf8_lossy)
        .collect();
    let value = groups.join(",");
    Figure { name, value }
}

fn time(name: &'static str, time: Duration) -> Figure {
    let value = match time {
        Duration::ZERO => "0".into(),
        _ if time < SECOND => format!("{} ms", time.as_millis()),
        _ => format!("{:.1} s", time.as_secs_f64()),
    };
    Figure { name, value }
}

/// An hour at first, and then this.
fn then(step: Step) -> impl Fn(LoadStart) -> Step + Send + Sync {
    move |begun| match begun.number {
        1 => Step::Living(HOUR),
        _ => step.clone(),
    }
}

/// A cache that has loaded once, so long before the expiry of an hour.
async fn before_expiry(kind: Kind, left: Duration, step: Step) -> Stage {
    let stage = Stage::new(kind, then(step));
    stage.ask().await;
    sleep(HOUR - left).await;
    stage
}

async fn cold(kind: Kind) -> Vec<Figure> {
    let stage = Stage::new(kind, |_| Step::Living(HOUR).after(MILLI * 100));
    let tally = stage.together(10_000).await;
    figures(stage.provider.loads(), &tally)
}

async fn idle(kind: Kind) -> Vec<Figure> {
    let step = Step::Living(HOUR).after(MILLI * 100);
    let stage = before_expiry(kind, Duration::ZERO, step).await;
    sleep(SECOND).await;
    let tally = stage.together(10_000).await;
    figures(stage.provider.loads() - 1, &tally)
}

async fn early(kind: Kind) -> Vec<Figure> {
    let step = Step::Living(HOUR).after(SECOND * 2);
    let stage = before_expiry(kind, MINUTE * 12, step).await;
    let tally = stage.together(10_000).await;
    figures(stage.provider.loads() - 1, &tally)
}

async fn late(kind: Kind) -> Vec<Figure> {
    let step = Step::Living(HOUR).after(SECOND * 2);
    let stage = before_expiry(kind, SECOND * 30, step).await;
    let tally = stage.together(10_000).await;
    figures(stage.provider.loads() - 1, &tally)
}

async fn million(kind: Kind) -> Vec<Figure> {
    let stage = Stage::new(kind, |_| Step::Living(HOUR).after(SECOND));
    stage.ask().await;
    let tally = stage.traffic(50, SECOND * 20_000).await;
    figures(stage.provider.loads() - 1, &tally)
}

async fn cold_error(kind: Kind) -> Vec<Figure> {
    let stage = Stage::new(kind, |_| Step::Error.after(MILLI * 10));
    let tally = stage.together(10_000).await;
    figures(stage.provider.loads(), &tally)
}

async fn cold_hang(kind: Kind) -> Vec<Figure> {
    let stage = Stage::new(kind, |_| Step::Hang);
    let tally = stage.together(1_000).await;
    figures(stage.provider.loads(), &tally)
}

async fn outage(kind: Kind) -> Vec<Figure> {
    const BACK: Duration = Duration::from_secs(80 * 60);
    let stage = Stage::new(kind, |begun| match begun.number == 1 || begun.at >= BACK {
        true => Step::Living(HOUR),
        false => Step::Error.after(MILLI * 50),
    });
    stage.ask().await;
    let before = stage.traffic(10, HOUR - SECOND * 10).await;
    let after = stage.traffic(10, MINUTE * 20 + SECOND * 10).await;
    let loads = stage.provider.loads() - 1;
    let mut recovery = Duration::ZERO;
    loop {
        let tally = stage.ask().await;
        if tally.ok == 1 && tally.expired == 0 {
            break;
        }
        sleep(MILLI * 100).await;
        recovery += MILLI * 100;
    }
    vec![
        count(LOADS, loads),
        count("errors while valid", before.errors),
        count("waits while valid", before.waits),
        count("errors after", after.errors),
        count("waits after", after.waits),
        count("signed with expired after", after.expired),
        time(RECOVERY, recovery),
    ]
}

async fn blip(kind: Kind) -> Vec<Figure> {
    let stage = Stage::new(kind, |begun| match begun.number {
        2 => Step::Error.after(MILLI * 50),
        _ => Step::Living(MINUTE * 15),
    });
    stage.ask().await;
    let tally = stage.traffic(10, MINUTE * 25).await;
    figures(stage.provider.loads() - 1, &tally)
}

async fn impatient(kind: Kind) -> Vec<Figure> {
    let stage = Stage::new(kind, |_| Step::Living(HOUR).after(MILLI * 200));
    let mut served = 0;
    for _ in 0..100 {
        let tally = timeout(MILLI * 50, stage.ask()).await;
        served += tally.map_or(0, |tally| tally.ok);
    }
    vec![
        count(LOADS, stage.provider.loads()),
        count("served of 100", served),
    ]
}

async fn repeated(kind: Kind) -> Vec<Figure> {
    let expiry = TestClock::new().now() + HOUR;
    let stage = Stage::new(kind, move |_| Step::Expiring(expiry).after(MILLI * 50));
    stage.ask().await;
    sleep(HOUR - SECOND * 240).await;
    let tally = stage.traffic(100, SECOND * 225).await;
    figures(stage.provider.loads() - 1, &tally)
}

async fn frozen(kind: Kind) -> Vec<Figure> {
    let stage = Stage::new(kind, |_| Step::Living(HOUR).after(MILLI * 50));
    stage.ask().await;
    stage.wall.freeze(Duration::from_secs(7_200));
    let tally = stage.together(1_000).await;
    figures(stage.provider.loads() - 1, &tally)
}

async fn set_back(kind: Kind) -> Vec<Figure> {
    let stage = Stage::new(kind, |_| Step::Living(HOUR).after(MILLI * 50));
    stage.ask().await;
    stage.wall.jump(-86_400);
    let tally = stage.traffic(1, HOUR * 2).await;
    figures(stage.provider.loads() - 1, &tally)
}

async fn dead_on_arrival(kind: Kind) -> Vec<Figure> {
    let expiry = TestClock::new().now() - MINUTE;
    let stage = Stage::new(kind, move |_| Step::Expiring(expiry).after(MILLI * 10));
    let tally = stage.traffic(100, SECOND * 100).await;
    figures(stage.provider.loads(), &tally)
}

async fn frozen_load(kind: Kind) -> Vec<Figure> {
    let stage = Stage::new(kind, |begun| match begun.number {
        2 => Step::Hang,
        _ => Step::Living(HOUR).after(MILLI * 50),
    });
    stage.ask().await;
    // Late enough for either to have begun.
    sleep(HOUR - SECOND * 4).await;
    let mut early = JoinSet::new();
    early.spawn(stage.one());
    sleep(SECOND).await;
    stage.wall.freeze(Duration::from_secs(7_200));
    let tally = stage.together(1_000).await;
    figures(stage.provider.loads() - 1, &tally)
}

async fn panics(kind: Kind) -> Vec<Figure> {
    let stage = Stage::new(kind, |begun| match begun.number {
        1 | 2 => Step::Panic,
        _ => Step::Living(HOUR),
    });
    let mut all = Tally::default();
    for _ in 0..3 {
        let tally = stage.ask().await;
        all.ok += tally.ok;
        all.errors += tally.errors;
        all.panics += tally.panics;
        sleep(SECOND).await;
    }
    vec![
        count(PANICS, all.panics),
        count(ERRORS, all.errors),
        count("served of 3", all.ok),
    ]
}

async fn dropped(kind: Kind) -> Vec<Figure> {
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let stage = Stage::new(kind, |_| Step::Living(HOUR).after(SECOND));
    let _ = timeout(MILLI * 50, stage.ask()).await;
    drop(stage);
    sleep(MILLI).await;
    vec![count(TASKS, tasks() - before)]
}

async fn fleet(kind: Kind) -> Vec<Figure> {
    const FLEET: usize = 1_000;
    let fleet: Vec<_> = (0..FLEET)
        .map(|_| Stage::new(kind, |_| Step::Living(HOUR).after(MILLI * 100)))
        .collect();
    let mut loads = JoinSet::new();
    for stage in &fleet {
        loads.spawn(stage.one());
    }
    loads.join_all().await;
    sleep(HOUR - MINUTE * 16).await;
    let mut waiting = JoinSet::new();
    for _ in 0..16 * 60 {
        for stage in &fleet {
            sleep(MILLI).await;
            let mut one = Box::pin(stage.one());
            let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
            if one.as_mut().poll(&mut cx).is_pending() {
                waiting.spawn(one);
            }
        }
    }
    let waited = waiting.len();
    waiting.join_all().await;
    let mut seconds = std::collections::BTreeMap::<_, usize>::new();
    for begun in fleet.iter().flat_map(|stage| stage.provider.starts()) {
        *seconds.entry(begun.as_secs()).or_default() += usize::from(begun > MINUTE);
    }
    let peak = seconds.values().max().copied().unwrap_or(0);
    vec![count(PEAK, peak), count(WAITED, waited)]
}

async fn expired_hang(kind: Kind) -> Vec<Figure> {
    let stage = before_expiry(kind, Duration::ZERO, Step::Hang).await;
    sleep(SECOND).await;
    let tally = stage.traffic(10, MINUTE * 20).await;
    figures(stage.provider.loads() - 1, &tally)
}
