//! The cost of a signature.

use std::hint::black_box;

use bytes::Bytes;
use http::request::Parts;

use crate::{
    Case, Floor, Hashing, Layered, NoOp, RustCrypto, Table,
    contenders::{http_sigv4, layer, send},
    least::least,
    peers::{AwsLc, Ring, aws_sigv4, reqsign},
    rounds::{Round, shortest, time},
};

/// What one signer takes for one case.
#[derive(Clone, Debug)]
pub struct Bar {
    /// The request.
    pub case: &'static str,
    /// Who signs.
    pub signer: &'static str,
    /// Nanoseconds.
    pub time: f64,
}

/// What everybody takes for every case.
///
/// Whatever shares a processor with this machine may slow down everything but the hashing for minutes. So
/// a report measures several times, with other things between, and the shortest time counts.
#[derive(Debug)]
pub struct SigningTimes(Vec<(Case, Raw)>);

impl SigningTimes {
    /// Measures everybody on some cases.
    pub fn measure(cases: &[Case]) -> Self {
        let cases = cases.iter().copied();
        Self(cases.map(|case| (case, Raw::measure(case))).collect())
    }

    /// Measures once more, and takes over what is shorter.
    pub fn measure_again(&mut self) {
        for (case, Raw(times)) in &mut self.0 {
            for (time, again) in times.iter_mut().zip(Raw::measure(*case).0) {
                *time = time.min(again);
            }
        }
    }

    /// Writes the table.
    pub fn table(&self) -> Table {
        let mut table = Table::new(&[
            "case",
            "floor ns",
            "by",
            "`Signer` ns",
            "layer ns",
            "least / floor",
            "`Signer` / floor",
            "layer / floor",
            "aws-sigv4 / layer",
            "reqsign-aws-v4 / layer",
        ]);
        for (case, raw) in &self.0 {
            let times = raw.times();
            table.push([
                case.name.to_owned(),
                format!("{:.0}", times.floor),
                times.floor_by.to_owned(),
                format!("{:.0}", times.signer),
                format!("{:.0}", times.layer),
                format!("{:.3}", times.least / times.floor),
                format!("{:.3}", times.signer / times.floor),
                format!("{:.3}", times.layer / times.floor),
                format!("{:.2}", times.aws_sigv4 / times.layer),
                format!("{:.2}", times.reqsign / times.layer),
            ]);
        }
        table
    }

    /// Returns what a plot shows.
    pub fn bars(&self) -> Vec<Bar> {
        let cases = self.0.iter();
        cases
            .flat_map(|(case, raw)| raw.times().bars(*case))
            .collect()
    }
}

/// In nanoseconds for one request.
struct Times {
    floor: f64,
    floor_by: &'static str,
    least: f64,
    signer: f64,
    layer: f64,
    aws_sigv4: f64,
    reqsign: f64,
}

impl Times {
    fn bars(&self, case: Case) -> [Bar; 5] {
        let bar = |signer, time| Bar {
            case: case.name,
            signer,
            time,
        };
        [
            bar("floor", self.floor),
            bar("http-sigv4", self.signer),
            bar("tower-sigv4", self.layer),
            bar("aws-sigv4", self.aws_sigv4),
            bar("reqsign-aws-v4", self.reqsign),
        ]
    }
}

/// The times of one case as they were measured, with the copying of the request.
#[derive(Debug)]
struct Raw([f64; 10]);

impl Raw {
    fn measure(case: Case) -> Self {
        let mut no_op = NoOp::new();
        let mut layered = Layered::new(NoOp::new(), &layer(case));
        Self(shortest([
            hashing::<RustCrypto>(case),
            hashing::<Ring>(case),
            hashing::<AwsLc>(case),
            signing_copies(case, |parts, _| parts),
            signing_copies(case, least(case)),
            signing_copies(case, http_sigv4(case)),
            signing_copies(case, aws_sigv4(case)),
            signing_copies(case, reqsign(case)),
            signing_copies(case, |parts, body| send(&mut no_op, parts, body)),
            signing_copies(case, |parts, body| send(&mut layered, parts, body)),
        ]))
    }

    fn times(&self) -> Times {
        let [
            sha2,
            ring,
            aws_lc,
            copy,
            least,
            signer,
            aws_sigv4,
            reqsign,
            no_op,
            layer,
        ] = self.0;
        let floors = [
            (RustCrypto::NAME, sha2),
            (Ring::NAME, ring),
            (AwsLc::NAME, aws_lc),
        ];
        let fastest = floors.into_iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let (floor_by, floor) = fastest.expect("three of them");
        Times {
            floor,
            floor_by,
            least: least - copy,
            signer: signer - copy,
            layer: layer - no_op,
            aws_sigv4: aws_sigv4 - copy,
            reqsign: reqsign - copy,
        }
    }
}

fn hashing<'a, H: Hashing>(case: Case) -> Round<'a>
where
    H::Key: 'a,
{
    let (floor, key) = (Floor::new(case), H::key(&[7; 32]));
    Box::new(move || {
        time(batch(case), || {
            black_box(floor.run::<H>(black_box(&key)));
        })
    })
}

/// Signs copies of a request that are made within the measurement, so that a copy is as warm as a
/// request that was just made.
fn signing_copies<'a, T>(case: Case, mut sign: impl FnMut(Parts, &Bytes) -> T + 'a) -> Round<'a> {
    let (mut copies, body) = (case.copies(), Bytes::from(case.body()));
    Box::new(move || {
        time(batch(case), || {
            let parts = copies.copy();
            black_box(sign(black_box(parts), black_box(&body)));
        })
    })
}

fn batch(case: Case) -> u32 {
    match case.body_len {
        0..=4096 => 500,
        4097..=100_000 => 50,
        _ => 5,
    }
}
