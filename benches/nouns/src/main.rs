//! References, configurations and short ids natively, beside the crate `oci-spec`. `cargo xtask bench --only nouns` runs
//! this and takes the rows that it prints.
//!
//! ```text
//! nouns FIXTURES ROUNDS
//! ```
//!
//! The contestants of a row take turns for so many rounds, and medians are printed, so that whatever else the machine
//! does hits all of them.

mod configs;
mod invalid;
mod references;
mod short_ids;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use serde_json::json;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [fixtures, rounds] = arguments.as_slice() else {
        eprintln!("run by `cargo xtask bench`");
        return ExitCode::FAILURE;
    };
    match run(Path::new(fixtures), rounds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(fixtures: &Path, rounds: &str) -> Result {
    let rounds = rounds.parse()?;
    references::run(rounds)?;
    configs::run(fixtures, rounds)?;
    short_ids::run(rounds)?;
    invalid::run(rounds)
}

/// One thing that is timed: does a short piece of its work and says how many operations that were.
type Contestant<'a> = &'a mut dyn FnMut() -> usize;

/// Slices of time that each contestant gets in a round. They are short, so that being put aside by the system falls on
/// few of them and does not reach the median.
const SLICES: usize = 100;

/// Nanoseconds that one operation of each contestant takes: medians over all slices, in which they take turns. A first
/// slice is not counted.
fn nanoseconds<const N: usize>(rounds: usize, mut contestants: [Contestant<'_>; N]) -> [f64; N] {
    let mut times = [const { Vec::new() }; N];
    for slice in 0..=rounds * SLICES {
        for (contestant, times) in contestants.iter_mut().zip(&mut times) {
            let started = Instant::now();
            let operations = contestant();
            let time = started.elapsed().as_nanos() as f64 / operations as f64;
            if slice > 0 {
                times.push(time);
            }
        }
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
    })
}

/// Time for people.
fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1e3 => format!("{nanoseconds:.0} ns"),
        ..1e6 => format!("{:.2} µs", nanoseconds / 1e3),
        _ => format!("{:.2} ms", nanoseconds / 1e6),
    }
}

/// A row beside another library: it is to take at least `least` times as long.
fn beside(what: &str, ours: f64, peer: &str, theirs: f64, least: f64) {
    let row = json!({
        "what": what, "ours": time(ours), "peer": peer, "theirs": time(theirs),
        "ratio": theirs / ours, "least": least,
    });
    println!("{row}");
}

/// A row beside a time that it must not take.
fn within(what: &str, ours: f64, remark: &str, limit: f64) {
    let row = json!({
        "what": what, "ours": time(ours), "peer": remark, "theirs": time(limit),
        "ratio": ours / limit, "most": 1,
    });
    println!("{row}");
}

/// Numbers in no order, the same every time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for index in (1..items.len()).rev() {
            items.swap(index, self.below(index + 1));
        }
    }
}
