//! Searching a million ids by their first digits.

use std::hint::black_box;

use layerglass::digest::{Digest, ShortIds};

use crate::{Random, Result, SLICES, nanoseconds, within};

const IDS: usize = 1_000_000;
/// Operations in one slice of time.
const SLICE: usize = 1000;
const LIMIT: f64 = 1e3;

pub fn run(rounds: usize) -> Result {
    let digests: Vec<Digest> = (0..IDS).map(|number| Digest::sha256(&number.to_le_bytes())).collect();
    let mut growing = ShortIds::new();
    let mut rest = digests.chunks(SLICE);
    let [insert] = nanoseconds(
        IDS / SLICE / SLICES - 1,
        [&mut || {
            let slice = rest.next().unwrap_or_default();
            for digest in slice {
                growing.insert(*digest);
            }
            slice.len()
        }],
    );
    let ids: ShortIds = digests.iter().copied().collect();
    // As many as there are ids and in no order, so that the ids are not in the processor's cache. The questions are: who
    // asks has just read them.
    let mut random = Random(2);
    let mut asked = digests.clone();
    random.shuffle(&mut asked);
    let hits: Vec<String> = asked
        .iter()
        .map(|digest| {
            let mut hex = digest.hex();
            hex.truncate(7 + random.below(6));
            hex
        })
        .filter(|hex| ids.lookup(hex).is_ok())
        .collect();
    let misses: Vec<String> = (0..IDS)
        .map(|_| format!("{:016x}", random.next())[..7 + random.below(6)].to_owned())
        .filter(|hex| ids.lookup(hex).is_err())
        .collect();
    let search = |queries: &[String]| {
        for query in queries {
            let _ = black_box(ids.lookup(black_box(query)));
        }
        queries.len()
    };
    let (mut next_hits, mut next_misses) = (hits.chunks(SLICE).cycle(), misses.chunks(SLICE).cycle());
    let [hit, miss] = nanoseconds(
        rounds,
        [&mut || search(next_hits.next().unwrap_or_default()), &mut || {
            search(next_misses.next().unwrap_or_default())
        }],
    );
    within("a unique prefix among 1,000,000 ids, native", hit, "limit; 7 to 12 digits, in no order", LIMIT);
    within("a prefix of none of 1,000,000 ids, native", miss, "limit; 7 to 12 digits, in no order", LIMIT);
    within("insertion of an id, up to 1,000,000, native", insert, "limit", LIMIT);
    Ok(())
}
