//! The JSON reader.
#![no_main]

use layerglass::json::{parse, parse_first, parse_members};
use layerglass::limits::Limits;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let limits = Limits::default();
    let value = parse(input, &limits);
    if let Ok(value) = &value {
        assert_eq!(parse_first(input, &limits).as_ref(), Ok(value));
    }
    if let Ok(Some(members)) = parse_members(input, &limits) {
        for member in members {
            let bytes = input.get(member.span).expect("a member lies in its document");
            assert_eq!(parse(bytes, &limits), Ok(member.value));
        }
    }
});
