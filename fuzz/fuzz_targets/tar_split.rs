//! What is kept of a tar: any tar that is taken apart can be put together again, pieces of any length give what the whole
//! gives, and lines of others are read or refused.
#![no_main]

#[path = "../../tests/support/tar_split.rs"]
mod tar_split;

use libfuzzer_sys::fuzz_target;
use tar_split::{assert_kept, read, split};

fuzz_target!(|input: &[u8]| {
    let piece = input.first().map_or(1, |&byte| usize::from(byte) * 3 + 1);
    assert_eq!(read(input, piece), read(input, input.len().max(1)));

    let Some((lines, size)) = split(input, input.len().max(1)) else {
        assert_eq!(split(input, piece), None);
        return;
    };
    assert_eq!(split(input, piece).map(|(_, size)| size), Some(size));
    assert_kept(input, &lines);
});
