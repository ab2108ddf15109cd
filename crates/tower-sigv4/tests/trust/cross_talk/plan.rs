//! Everything that chance decides, drawn from a seed before anything runs.

use std::{ops::Range, time::Duration};

use fastrand::Rng;
use sigv4_testkit::Step;
use tower_sigv4::OnExpired;

use super::hostile::Hostile;
use crate::{
    common::HOST,
    harness::{HOUR, MILLI, SECOND},
};

/// How long a run is, in seconds: past two expiries.
const LENGTH: u64 = 2 * 3_600 + 120;

/// What the runs of a seed are about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum About {
    /// Outages of the provider, also past the expiry of credentials that rotate by the hour. A reload
    /// before its time brings the same once more.
    Outages,
    /// The same without outages that matter, but each load brings keys of its own.
    NewKeys,
    /// A wrong local clock that is also set, with credentials that do not expire.
    Clocks,
}

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) about: About,
    pub(super) on_expired: OnExpired,
    pub(super) layers: usize,
    /// By how much the local clock is off, and when it is set by how much.
    pub(super) clock_off: i64,
    pub(super) clock_set: Vec<(u64, i64)>,
    pub(super) hosts: Vec<Host>,
    pub(super) requests: Vec<Planned>,
    provider: Provider,
}

#[derive(Debug)]
pub(super) struct Host {
    pub(super) origin: String,
    pub(super) is_hostile: bool,
    /// How far its own clock is off.
    pub(super) clock_off: i64,
    pub(super) takes_expired: bool,
    /// Whether its rejections have a `Date`, and an error type.
    pub(super) has_dates: bool,
    pub(super) has_types: bool,
}

#[derive(Debug)]
pub(super) struct Planned {
    pub(super) number: usize,
    /// When it is sent, in seconds.
    pub(super) at: u64,
    pub(super) host: usize,
    pub(super) layer: usize,
    pub(super) retries: bool,
    pub(super) latency: Duration,
    /// What the application behind an honest host answers.
    pub(super) status: u16,
    pub(super) hostile: Option<Hostile>,
}

#[derive(Debug)]
struct Provider {
    latency: Duration,
    /// How long before the expiry the next credentials are there.
    lead: u64,
    outages: Vec<(Range<u64>, Step)>,
}

/// When credentials of an hour are due, before their expiry, with chance in the middle.
const DUE: u64 = 675;

impl Plan {
    pub(super) fn new(seed: u64) -> Self {
        let random = &mut Rng::with_seed(seed);
        let about = [About::Outages, About::Clocks, About::NewKeys][(seed % 3) as usize];
        let layers = random.usize(1..=3);
        let hosts = hosts(random);
        let requests = requests(random, &hosts, layers);
        let wrong = [3_600, -3_600, 600, -86_400, 86_400, -1_800, 100_000, 0];
        let draw_off = |random: &mut Rng| match about {
            About::Clocks => wrong[random.usize(..wrong.len())],
            _ => 0,
        };
        Self {
            about,
            on_expired: match random.bool() {
                true => OnExpired::ServeStale,
                false => OnExpired::Fail,
            },
            layers,
            clock_off: draw_off(random),
            clock_set: match random.bool() {
                true => vec![(random.u64(..LENGTH), draw_off(random))],
                false => Vec::new(),
            },
            hosts,
            requests,
            provider: Provider::draw(random, about),
        }
    }

    pub(super) fn request(&self, number: usize) -> &Planned {
        &self.requests[number]
    }

    /// The seconds in which there are requests, also such as are left out.
    pub(super) fn seconds(&self) -> impl Iterator<Item = u64> {
        let together = self.requests.chunk_by(|one, next| one.at == next.at);
        together.map(|together| together[0].at)
    }

    pub(super) fn requests_at(&self, second: u64) -> &[Planned] {
        let first = self.requests.partition_point(|planned| planned.at < second);
        let end = self
            .requests
            .partition_point(|planned| planned.at <= second);
        &self.requests[first..end]
    }

    /// Whether a reload may bring other keys than there would be without it.
    pub(super) fn gets_new_keys(&self) -> bool {
        self.about != About::Outages
    }

    pub(super) fn summary(&self) -> String {
        let Self {
            about,
            on_expired,
            layers,
            clock_off,
            clock_set,
            provider,
            hosts,
            ..
        } = self;
        format!(
            "{about:?}, {on_expired:?}, {layers} layers, clock {clock_off} s off, set {clock_set:?}, \
             {provider:#?}, {hosts:#?}"
        )
    }

    /// What a load does that starts so many seconds after the beginning: how long it takes, and what it
    /// brings. `None` for credentials.
    pub(super) fn load(&self, at: Duration) -> (Duration, Option<Step>) {
        let now = at.as_secs();
        let mut outages = self.provider.outages.iter();
        let outage = outages.find(|(when, _)| when.contains(&now));
        (self.provider.latency, outage.map(|(_, step)| step.clone()))
    }

    /// Which of the hours' credentials are there by then, and when they expire.
    pub(super) fn slot(&self, at: Duration) -> (u64, Duration) {
        let slot = (at.as_secs() + self.provider.lead) / 3_600;
        (slot, HOUR * u32::try_from(slot + 1).unwrap())
    }
}

impl Provider {
    fn draw(random: &mut Rng, about: About) -> Self {
        let failures = [Step::Error, Step::Misconfigured, Step::Panic];
        let mut outages = Vec::new();
        for hour in [3_600, 7_200] {
            if about == About::Outages && random.u8(..3) > 0 {
                // Before they are due, and to around the expiry.
                let start = hour - random.u64(DUE..DUE * 3);
                let end = hour - 20 + random.u64(..60) * random.u64(1..20);
                outages.push((start..end, failures[random.usize(..3)].clone()));
            }
        }
        for _ in 0..random.usize(..4) {
            let start = random.u64(1..LENGTH);
            let length = match random.u8(..3) {
                0 => random.u64(1..60),
                1 => random.u64(60..900),
                _ => random.u64(900..4_000),
            };
            let failure = failures[random.usize(..3)].clone();
            outages.push(match about {
                About::Outages => (start..start + length, failure),
                // Nobody waits for credentials that do not expire.
                About::Clocks if random.bool() => (start..start + length, Step::Hang),
                About::Clocks => (start..start + length, failure),
                // Only when there is no need to load.
                About::NewKeys => {
                    let hour = start / 3_600 * 3_600;
                    let start = hour + random.u64(100..1_500);
                    let step = [Step::Hang, failure][random.usize(..2)].clone();
                    (start..start + random.u64(1..900), step)
                }
            });
        }
        Self {
            // Less than a second: what starts at a full second has ended by the next.
            latency: MILLI * random.u32(1..950),
            lead: random.u64(300..DUE - 10),
            outages,
        }
    }
}

fn hosts(random: &mut Rng) -> Vec<Host> {
    let aws = format!("https://{HOST}");
    let origins = [
        "https://honest.example",
        "https://honest.example:8443",
        "http://honest.example",
        "https://other.example",
        "https://other.example:444",
        "https://hostile.example",
        "http://hostile.example:8080",
        &aws,
    ];
    let mut hosts: Vec<_> = origins
        .into_iter()
        .map(|origin| Host {
            origin: origin.into(),
            is_hostile: random.bool(),
            clock_off: [0, 0, 0, -1_800, 7_200, 60][random.usize(..6)],
            takes_expired: random.bool(),
            has_dates: random.u8(..5) > 0,
            has_types: random.bool(),
        })
        .collect();
    random.shuffle(&mut hosts);
    // There are some of both.
    hosts[0].is_hostile = false;
    hosts[1].is_hostile = false;
    hosts[2].is_hostile = true;
    hosts
}

fn requests(random: &mut Rng, hosts: &[Host], layers: usize) -> Vec<Planned> {
    let mut requests = Vec::new();
    for (index, host) in hosts.iter().enumerate() {
        // In seconds, on average.
        let between = match host.is_hostile {
            true => [8, 30, 120][random.usize(..3)],
            false => [30, 60, 120][random.usize(..3)],
        };
        let mut times = Vec::new();
        let mut at = random.u64(..between * 2);
        while at < LENGTH {
            times.push(at);
            at += random.u64(..between * 2);
        }
        // Most where it matters.
        times.extend([3_600, 7_200].iter().flat_map(|hour| hour - 15..hour + 30));
        for at in times {
            let statuses = [200, 200, 200, 200, 403, 400, 404, 500];
            requests.push(Planned {
                number: 0,
                at,
                host: index,
                layer: random.usize(..layers),
                // A repetition looks credentials up at another time than there would be a request.
                retries: !host.is_hostile && random.bool(),
                // Those that waited for one load are signed in any order, so that none of them may have
                // its answer by the time that the last is signed.
                latency: SECOND * [u32::from(!host.is_hostile), 1, 2, 7][random.usize(..4)],
                status: statuses[random.usize(..statuses.len())],
                hostile: host.is_hostile.then(|| Hostile::draw(random)),
            });
        }
    }
    requests.sort_by_key(|request| request.at);
    for (number, request) in requests.iter_mut().enumerate() {
        request.number = number;
    }
    requests
}
