//! References: what is accepted stays the same when it is written and read again.
#![no_main]

use layerglass::reference::Reference;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(reference) = Reference::parse(text) {
        assert_eq!(reference.as_str(), text);
    }
    if let Ok(reference) = Reference::parse_normalized(text) {
        let again = Reference::parse_normalized(reference.as_str()).expect("a canonical name is a name");
        assert_eq!(again.as_str(), reference.as_str());
        // Only the familiar form of docker.io/library/<64 hexadecimal digits> reads as an id.
        if let Ok(familiar) = Reference::parse_normalized(reference.familiar()) {
            assert_eq!(familiar.as_str(), reference.as_str());
        }
        let _ = (reference.domain(), reference.path(), reference.tag(), reference.digest(), reference.kind());
        let _ = (reference.with_default_tag(), reference.without_tag_and_digest());
    }
});
