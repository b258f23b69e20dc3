//! Manifests, indexes and the lists of docker-save archives.
#![no_main]

use layerglass::limits::Limits;
use layerglass::manifest::{DockerArchiveManifest, Document, Repositories};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let limits = Limits::default();
    if let Ok(document) = Document::parse(input, None, &limits) {
        assert_eq!(document.raw(), input);
        let _ = document.kind();
    }
    let _ = DockerArchiveManifest::parse(input, &limits);
    if let Ok(repositories) = Repositories::parse(input, &limits) {
        let _ = repositories.iter().count();
    }
});
