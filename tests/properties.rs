//! What holds for every digest, id, platform, source and configuration, whatever is in it.
#![cfg(not(target_arch = "wasm32"))]

use layerglass::digest::{Algorithm, Algorithms, Digest, ShortIds};
use layerglass::error::Reason;
use layerglass::image::{CanonicalRules, HistoryEntry, ImageConfig, ImageId, Platform, Timestamp, random_id};
use layerglass::limits::Limits;
use layerglass::reference::{LibraryName, Source};
use proptest::prelude::*;

fn host() -> Platform {
    Platform::new("linux", "amd64")
}

/// A configuration with and without what Docker knows, in some order.
fn config() -> impl Strategy<Value = String> {
    let member = prop_oneof![
        "\"(author|comment|Comment|os|architecture)\": ?\"[a-z<&>\u{2028}\u{e9}]{0,5}\"",
        "\"(x|config|history|size|Size)\":( null|null)",
        "\"(x|y)\":[0-9]{1,30}",
        Just(r#""config":{"Cmd":["a"],"x":1e2}"#.to_owned()),
        Just(r#""created":"2020-01-02T03:04:05.60+01:00""#.to_owned()),
    ];
    (prop::collection::vec(member, 0..6), any::<bool>()).prop_map(|(members, pretty)| {
        let between = if pretty { ",\n  " } else { "," };
        let rootfs = r#""rootfs":{"type":"layers","diff_ids":[]}"#.to_owned();
        format!("{{{}}}", members.into_iter().chain([rootfs]).collect::<Vec<_>>().join(between))
    })
}

proptest! {
    #[test]
    fn digests_are_printed_as_they_were_read(bytes in prop::collection::vec(any::<u8>(), 0..9), which in any::<usize>()) {
        let algorithm = Algorithm::ALL[which % Algorithm::ALL.len()];
        let digest = Digest::of(algorithm, &bytes);
        let text = digest.to_string();
        prop_assert_eq!(Digest::parse_with(&text, Algorithms::ALL), Ok(digest));
        let ids: ShortIds = [digest, Digest::sha256(b"other")].into_iter().collect();
        for (digest, code) in ids.short_codes(1) {
            prop_assert_eq!(ids.lookup(&code), Ok(digest));
        }
    }

    #[test]
    fn any_text_is_a_digest_or_has_a_fault_inside(text in "(sha256:|sha512:|blake3:)?[a-f0-9A-G:+ \u{e9}]{0,70}") {
        match Digest::parse_with(&text, Algorithms::ALL) {
            Ok(digest) => prop_assert_eq!(digest.to_string(), text),
            Err(error) => prop_assert!(error.offset().unwrap() as usize <= text.len()),
        }
    }

    #[test]
    fn sources_are_read_as_they_were_printed(
        text in "(docker|docker-daemon|docker-archive|oci|oci-archive|dir|oras|library|local\\.file):?(//?)?[a-zA-Z0-9:@/._-]{0,20}",
    ) {
        match Source::parse(&text) {
            Ok(source) => prop_assert_eq!(Source::parse(&source.to_string()), Ok(source)),
            Err(error) => prop_assert!(error.offset().is_some_and(|offset| offset as usize <= text.len()), "{}", error),
        }
        if let Ok(name) = LibraryName::parse(&text) {
            prop_assert_eq!(LibraryName::parse(&name.to_string()), Ok(name));
        }
    }

    #[test]
    fn platforms_are_read_as_they_were_printed(
        text in "[a-zA-Z0-9_-]{1,8}(\\([0-9.%ABC+]{0,8}\\))?(/(x86_64|arm|arm64|aarch64|armhf|[a-z0-9]{1,4})(/v?[0-9]{1,2})?)?",
        version in ".{0,6}",
    ) {
        if let Ok(platform) = Platform::parse(&text, &host()) {
            let normal = platform.normalize();
            prop_assert_eq!(Platform::parse(&platform.full_specifier(), &host()).map(|p| p.normalize()), Ok(normal.clone()));
            prop_assert_eq!(normal.normalize(), normal);
        }
        let platform = Platform { os_version: version, ..Platform::new("windows", "amd64") };
        prop_assert_eq!(Platform::parse(&platform.full_specifier(), &host()), Ok(platform));
        if let Some(platform) = Platform::parse_loose(&text) {
            prop_assert_eq!(Platform::parse_loose(&platform.loose()), Some(platform));
        }
    }

    #[test]
    fn reading_changes_neither_bytes_nor_id(text in config()) {
        let Ok(config) = ImageConfig::parse(text.as_str(), &Limits::default()) else { return Ok(()) };
        prop_assert_eq!(config.raw(), text.as_bytes());
        prop_assert_eq!(config.id(), ImageId::of(text.as_bytes()));
        prop_assert_eq!(config.id().digest(), Digest::sha256(text.as_bytes()));
        for rules in [CanonicalRules::Docker2020, CanonicalRules::Current] {
            let canonical = config.fields().canonical_json(rules);
            let again = ImageConfig::parse(canonical.clone(), &Limits::default()).unwrap();
            prop_assert_eq!(again.fields().canonical_json(rules), canonical, "a fixed point");
        }
    }
}

#[test]
fn ids_are_read_with_and_without_their_algorithm() {
    let id = ImageId::of(b"{}");
    assert_eq!(id.hex().len(), ImageId::HEX_LEN);
    assert_eq!(ImageId::parse(&id.hex()), Ok(id));
    assert_eq!(id.to_string().parse(), Ok(id));
    assert_eq!(id.short(), id.hex()[..12]);
    let upper = id.hex().to_uppercase();
    for (text, code, offset) in
        [("", "digest-format", 0), (upper.as_str(), "digest-format", 64), ("sha256:ab", "digest-length", 7)]
    {
        let error = ImageId::parse(text).unwrap_err();
        assert_eq!((error.code(), error.offset()), (code, Some(offset)));
    }
}

#[test]
fn a_random_id_is_no_number() {
    let mut byte = 0x10;
    let counting = |bytes: &mut [u8]| {
        bytes.fill(byte);
        byte += 1;
    };
    assert_eq!(random_id(counting), Some("1a".repeat(32)));
    assert_eq!(random_id(|bytes| bytes.fill(0x99)), None, "a source that is not random ends");
    let last = |bytes: &mut [u8]| bytes[6] = 0xab;
    assert_eq!(random_id(last), None, "only the first twelve digits count");
}

#[test]
fn a_step_has_the_time_it_is_given() {
    let now = Timestamp::parse("2015-10-31T22:22:54Z").unwrap();
    let entry = HistoryEntry::new(now.clone(), "a", "run", "c", true);
    let fields = HistoryEntry {
        created: Some(now),
        author: "a".into(),
        created_by: "run".into(),
        comment: "c".into(),
        empty_layer: true,
    };
    assert_eq!(entry, fields);
}
