//! One process, how it is stopped, and what came of it.

use std::{
    env::current_exe,
    fs,
    ops::AddAssign,
    path::PathBuf,
    process::Stdio,
    sync::{Arc, atomic::Ordering},
    time::{Duration, SystemTime},
};

use tokio::{
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::{
    process::{self, FAILED},
    servers::{End, Servers},
};

/// How the time passes in which the process is stopped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Freeze {
    /// As it does: the process is stopped for seconds, and so long do its credentials live.
    Real,
    /// By its wall clock alone, for hours, as in a frozen machine.
    OfTheMachine,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    freeze: Freeze,
    end: End,
    policy: &'static str,
    /// In seconds. A load that is older is not trusted any more.
    load_timeout: u64,
}

/// The requests of a scenario.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outcome {
    /// Signed before the thaw, and after it.
    pub(crate) before: usize,
    pub(crate) after: usize,
    pub(crate) signed_with_expired: usize,
    /// Not sent.
    pub(crate) failed: usize,
    pub(crate) loads: usize,
}

impl AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        self.before += other.before;
        self.after += other.after;
        self.signed_with_expired += other.signed_with_expired;
        self.failed += other.failed;
        self.loads += other.loads;
    }
}

/// How long the first credentials live if time is real: they are due half-way or later, and a load
/// then starts three seconds before their expiry at the latest.
const LIFE: u64 = 12;
const HOUR: u64 = 3_600;

impl Scenario {
    pub(crate) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for policy in ["serve stale", "fail"] {
            for end in [End::Idle, End::Fails, End::Closes, End::Stale, End::Hangs] {
                // One that hangs cannot be told from a slow one before its time is over.
                let load_timeouts = match end {
                    End::Hangs => &[2][..],
                    _ => &[2, 30],
                };
                all.extend(load_timeouts.iter().map(|&load_timeout| Self {
                    freeze: Freeze::Real,
                    end,
                    policy,
                    load_timeout,
                }));
                all.push(Self {
                    freeze: Freeze::OfTheMachine,
                    end,
                    policy,
                    load_timeout: 30,
                });
            }
        }
        all
    }

    pub(crate) async fn run(self) -> Outcome {
        let now = seconds_now();
        let first = match self.freeze {
            Freeze::Real => now + LIFE,
            Freeze::OfTheMachine => now + HOUR,
        };
        // By the time of the thaw the second have expired as well.
        let servers = Servers::new(self.end, [first, first + 1, now + 24 * HOUR]);
        let clock = Clock::new();
        let process = self.start(&servers, &clock).await;
        sleep(Duration::from_secs(2)).await;
        if self.freeze == Freeze::OfTheMachine && self.end != End::Idle {
            // They are due from here on.
            clock.set(HOUR - 120);
        }
        if self.end != End::Idle {
            let in_flight = timeout(Duration::from_secs(60), servers.in_flight.notified());
            in_flight.await.expect("a load in the background");
        }
        signal(&process, "STOP").await;
        assert!(clock.now() < first, "{self:?}: was stopped too late");
        // What was sent before arrives.
        sleep(Duration::from_secs(1)).await;
        let before = servers.requests.lock().unwrap().len();
        servers.stopped.notify_one();
        match self.freeze {
            Freeze::Real => sleep(Duration::from_secs(first + 2 - clock.now())).await,
            Freeze::OfTheMachine => clock.set(3 * HOUR),
        }
        assert!(clock.now() > first + 1);
        signal(&process, "CONT").await;

        let output = process.wait_with_output().await.unwrap();
        assert!(output.status.success(), "{self:?}: {output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let (reasons, failed) = text.split_once(FAILED).expect("the last line");
        let failed = failed.lines().next().unwrap().trim().parse().unwrap();
        assert_eq!(failed, 0, "{self:?}: {reasons}");
        let requests = servers.requests.lock().unwrap();
        let expired = requests
            .iter()
            .filter(|(at, load)| servers.is_expired(*load, *at));
        Outcome {
            before,
            after: requests.len() - before,
            signed_with_expired: expired.count(),
            failed,
            loads: servers.loads.load(Ordering::SeqCst),
        }
    }

    async fn start(self, servers: &Arc<Servers>, clock: &Clock) -> Child {
        let [credentials, service] = servers.serve().await;
        Command::new(current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture"])
            .arg("after_a_thaw_nothing_is_signed_with_what_has_expired")
            .env(process::MARK, "1")
            .env(process::CREDENTIALS, credentials)
            .env(process::SERVICE, service)
            .env(process::POLICY, self.policy)
            .env(process::LOAD_TIMEOUT, self.load_timeout.to_string())
            .env(process::CLOCK, &clock.file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    }
}

async fn signal(process: &Child, name: &str) {
    let id = process.id().expect("a process that runs").to_string();
    let kill = Command::new("kill").args(["-s", name, &id]).status();
    assert!(kill.await.unwrap().success(), "kill -s {name}");
}

fn seconds_now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.unwrap().as_secs()
}

/// The wall clock of a process: the system's, and so many seconds ahead as stand in a file.
struct Clock {
    file: PathBuf,
}

impl Clock {
    fn new() -> Self {
        let name = format!("freeze-{:016x}", fastrand::u64(..));
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let clock = Self { file };
        clock.set(0);
        clock
    }

    fn set(&self, seconds: u64) {
        // In one step, as the process reads it at any time.
        let new = self.file.with_extension("new");
        fs::write(&new, seconds.to_string()).unwrap();
        fs::rename(&new, &self.file).unwrap();
    }

    fn now(&self) -> u64 {
        let now = process::now(&self.file).duration_since(SystemTime::UNIX_EPOCH);
        now.unwrap().as_secs()
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}
