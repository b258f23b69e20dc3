//! Short ids beside a plain sorted set.

use std::collections::BTreeSet;

use layerglass::digest::{Algorithm, Digest, ShortIdError, ShortIds};

/// Numbers in no order, the same every time.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// Digests as they can be chosen to be hard to tell apart: `same` bytes are the same in all of them, and few values
/// follow.
fn digest(algorithm: Algorithm, same: usize, state: &mut u64) -> Digest {
    let mut bytes = vec![0xab; algorithm.size()];
    let chosen = random(state) % 700;
    bytes[same..same + 2].copy_from_slice(&(chosen as u16).to_be_bytes());
    Digest::from_bytes(algorithm, &bytes).unwrap()
}

#[test]
fn a_set_that_grows_and_shrinks_finds_what_is_in_it() {
    for same in [0, 3, 7, 8, 20, 30] {
        let mut state = same as u64 + 1;
        let mut ids = ShortIds::new();
        let mut model = BTreeSet::new();
        for round in 0..4000 {
            let algorithm = [Algorithm::Sha256, Algorithm::Sha512][random(&mut state) as usize % 2];
            let digest = digest(algorithm, same, &mut state);
            // First more come than go, then the other way round.
            if random(&mut state) % 3 < if round < 2000 { 2 } else { 1 } {
                assert_eq!(ids.insert(digest), model.insert(digest));
            } else {
                assert_eq!(ids.remove(&digest), model.remove(&digest));
            }
            assert_eq!(ids.contains(&digest), model.contains(&digest));
            assert_eq!(ids.len(), model.len());
            if round % 200 == 0 {
                assert!(ids.iter().eq(model.iter().copied()), "{same} {round}");
                let again: ShortIds = ids.iter().chain(ids.iter()).collect();
                assert!(again.iter().eq(model.iter().copied()), "{same} {round}");
                for end in [1, same * 2, same * 2 + 2, same * 2 + 3, same * 2 + 4, 64] {
                    check(&ids, &model, digest.hex().get(..end).unwrap_or_default());
                    check(&again, &model, digest.hex().get(..end).unwrap_or_default());
                }
            }
        }
    }
}

fn check(ids: &ShortIds, model: &BTreeSet<Digest>, prefix: &str) {
    let expected: Vec<Digest> =
        model.iter().filter(|digest| digest.hex().starts_with(prefix)).copied().collect();
    // All digits of one digest are not the beginning of another.
    let whole: Vec<Digest> = expected.iter().filter(|digest| digest.hex() == prefix).copied().collect();
    let expected = if whole.len() == 1 { whole } else { expected };
    match (ids.lookup(prefix), expected.as_slice()) {
        (Err(ShortIdError::Empty), _) => assert_eq!(prefix, ""),
        (Err(ShortIdError::NotFound { .. }), found) => assert!(found.is_empty(), "{prefix}"),
        (Ok(digest), found) => assert_eq!([digest], found, "{prefix}"),
        (Err(ShortIdError::Ambiguous { candidates, .. }), found) => {
            assert!(found.len() > 1, "{prefix}");
            assert_eq!(candidates, found[..found.len().min(100)], "{prefix}");
        }
        (Err(other), _) => panic!("{other}"),
    }
}
