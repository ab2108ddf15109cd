//! Measures everything and writes it down; see scripts/bench-report.
//!
//! Its arguments are the file to write and the file that holds what the machine is. Everybody is
//! measured before anything is written, so no report is written that a peer is missing from.

use std::{env, fs, path::Path, thread, time::Duration};

use benches::{Case, SigningTimes, client, frames, plot, tail, threads};

fn main() {
    let mut arguments = env::args().skip(1).filter(|text| text != "--bench");
    let (Some(report), Some(machine)) = (arguments.next(), arguments.next()) else {
        panic!("expected the file to write, and the file with what the machine is");
    };
    let machine = fs::read_to_string(machine).expect("a readable file");
    let mut signing = [&Case::ALL[..], &Case::ONE_URL].map(SigningTimes::measure);
    let client = client();
    signing.iter_mut().for_each(SigningTimes::measure_again);
    let threads = threads();
    signing.iter_mut().for_each(SigningTimes::measure_again);
    let (tail, frames) = (tail(), frames());
    for _ in 0..MORE_PASSES {
        thread::sleep(PAUSE);
        signing.iter_mut().for_each(SigningTimes::measure_again);
    }
    let [bars, _] = signing.each_ref().map(SigningTimes::bars);
    let [signing, one_url] = signing.each_ref().map(SigningTimes::table);
    let report = Path::new(&report);
    let drawing = report.with_extension("svg");
    fs::write(&drawing, plot(&bars)).expect("a writable file");
    let text = format!(
        "{INTRODUCTION}{machine}\n## A signature\n\n{SIGNING}\n{signing}\n\
         ![Nanoseconds for a request]({})\n\n\
         ### The same URL again\n\n{ONE_URL}\n{one_url}\n\
         ## A client\n\n{CLIENT}\n{client}\n## Two threads\n\n{THREADS}\n{threads}\n\
         ## The slowest calls\n\n{TAIL}\n{tail}\n## A body in frames\n\n{FRAMES}\n{frames}",
        drawing.file_name().expect("a name").to_string_lossy(),
    );
    fs::write(report, text).expect("a writable file");
}

/// How often signatures are measured once more at the end, and how long after each other.
const MORE_PASSES: usize = 6;
const PAUSE: Duration = Duration::from_secs(15);

const INTRODUCTION: &str = "\
# Performance

Written by `scripts/bench-report`. All that stands in one table was measured in turns by one program: the
ratios are what counts, as times depend on the machine and on what else it does. Of each, the shortest
of the rounds counts.

";

const SIGNING: &str = "\
The *floor* is what no signer can do without: SHA-256 of the body and of the canonical request and one
HMAC of the string to sign, with the key ready, by the fastest of `sha2`, `ring` and `aws-lc-rs`.
The *least* is the floor by `sha2`, and the values of two or three headers in one piece of memory, checked and
inserted: what every signer has to do whose requests are those of the crate `http`, even if it had all
texts ready. `Signer` is http-sigv4's; the layer is tower-sigv4's around a client that answers at once. Each signs a
fresh copy of the request, with room for its headers; what the copy costs is taken off, and what the
client costs. All of it was measured nine times within some minutes, and the shortest times count: on a
virtual machine, a neighbour of the same core may slow down all but the hashing by half for minutes.
";

const ONE_URL: &str = "\
Within one second, these requests differ in nothing but the body. A signing key keeps the hash of what is in
front of its digest, so the floor of hashing everything is none here. Above, each request has another URL
than the one before.
";

const CLIENT: &str = "\
A hyper-util client on one thread and a server on another, sixteen requests under way together, `GET`
with a 900-byte token, each signed for another URL than the one before. As many bytes are sent each time: a
request that is not signed carries a signature that was made before. *Hashing alone* is such a client that
hashes, for each request, what a signer has to, and throws it away.
";

const THREADS: &str = "\
`GET` with a 900-byte token, signed by one thread and by two at once, with the copying of the request.
The hashing alone shares nothing at all, so its row is what the machine gives to a second thread.
";

const TAIL: &str = "\
Calls through the layer, each measured by itself, `GET` with a 900-byte token: 200,000 of each, in turns.
The hashing alone shows what of the slowest calls is the machine's, where other programs take the
processor.
";

const FRAMES: &str = "\
A body that the layer collects and hashes while it arrives, with everything else that a request takes,
beside SHA-256 of the same bytes in one piece: by `sha2`, which the layer hashes with unless feature
`aws-lc-rs` is on, and by the fastest of the three libraries.
";
