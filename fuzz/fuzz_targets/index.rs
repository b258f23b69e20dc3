//! Indexes and manifest lists: whatever their entries say, one is chosen without harm.
#![no_main]

use layerglass::image::{Platform, PlatformMatcher};
use layerglass::limits::Limits;
use layerglass::manifest::{Document, media_type};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let limits = Limits::default();
    let host = Platform::new("linux", "arm64");
    for known in [None, Some(media_type::OCI_INDEX), Some(media_type::DOCKER_LIST)] {
        let Ok(Document::Index(index)) = Document::parse(input, known, &limits) else { continue };
        assert_eq!(index.raw(), input);
        let mut entries: Vec<_> = index.manifests().iter().collect();
        for entry in &entries {
            assert!(i64::try_from(entry.size).is_ok());
            if let Ok(digest) = entry.parsed_digest() {
                assert_eq!(digest.to_string(), entry.digest);
            }
        }
        for matcher in [
            PlatformMatcher::only(&host),
            PlatformMatcher::only_os(&host),
            PlatformMatcher::containers_image(&host),
            PlatformMatcher::satisfying(&host),
        ] {
            matcher.sort_by_key(&mut entries, |entry| entry.platform.clone().unwrap_or_default());
            assert_eq!(entries.len(), index.manifests().len());
        }
    }
});
