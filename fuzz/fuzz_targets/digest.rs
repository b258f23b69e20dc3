//! Digests: what is accepted is written as it was read. Short ids and saved states: nothing does harm.
#![no_main]

use layerglass::digest::{Algorithms, Digest, Hasher, ShortIds};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Ok(mut hasher) = Hasher::resume(input) {
        let saved = hasher.save().expect("what was saved can be saved again");
        let again = Hasher::resume(&saved).expect("a state").save();
        assert_eq!(again.as_ref(), Some(&saved));
        hasher.update(input);
        hasher.finish();
    }
    let Ok(text) = std::str::from_utf8(input) else { return };
    let accepted = Digest::parse_with(text, Algorithms::ALL);
    if let Ok(digest) = accepted {
        assert_eq!(digest.to_string(), text);
        assert_eq!(Digest::from_bytes(digest.algorithm(), digest.as_bytes()), Some(digest));
        assert!(Digest::parse_with(text, Algorithms::ALL.without(digest.algorithm())).is_err());
    }
    let ids: ShortIds =
        text.lines().filter_map(|line| Digest::parse_with(line, Algorithms::ALL).ok()).collect();
    for digest in ids.iter() {
        assert_eq!(ids.lookup(&digest.to_string()), Ok(digest));
    }
    for (digest, code) in ids.short_codes(1) {
        assert_eq!(ids.lookup(&code), Ok(digest));
    }
    let _ = ids.lookup(text.lines().next().unwrap_or_default());
});
