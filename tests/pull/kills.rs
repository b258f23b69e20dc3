//! Processes that are ended while they pull.

use std::process::{Command, Stdio};
use std::time::Duration;

use layerglass::digest::Digest;
use layerglass::fs::{PullFolder, block_on};
use layerglass::pull::{Body, Fetch, FetchError, Fetcher, PullRequest, RemoteInfo, pull};
use layerglass::reference::Source;

use crate::shelf::library;

const FOLDER: &str = "LAYERGLASS_TEST_PULL_FOLDER";
const SIZE: usize = 3 << 20;

/// Gives its bytes slowly.
struct Slow(Vec<u8>);

struct Dripping(Vec<u8>, usize);

impl Body for Dripping {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, FetchError> {
        std::thread::sleep(Duration::from_micros(200));
        let piece = self.0.get(self.1..(self.1 + 16_384).min(self.0.len())).unwrap_or_default().to_vec();
        self.1 += piece.len();
        Ok((!piece.is_empty()).then_some(piece))
    }
}

impl Fetcher for Slow {
    type Body = Dripping;

    async fn info(&self, _: &Source) -> Result<RemoteInfo, FetchError> {
        Ok(RemoteInfo::default())
    }

    async fn fetch(&self, _: &Source, offset: u64) -> Result<Fetch<Dripping>, FetchError> {
        Ok(Fetch { offset, body: Dripping(self.0.clone(), offset as usize) })
    }
}

fn bytes() -> Vec<u8> {
    (0..SIZE).map(|index| ((index * 31) >> 7) as u8).collect()
}

/// Not a test of its own: what the process below does until it is ended.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let bytes = bytes();
    let digest = Digest::sha256(&bytes);
    let place = PullFolder::open(folder).unwrap();
    loop {
        let request = PullRequest::new(library()).with_digest(digest);
        block_on(pull(&Slow(bytes.clone()), &place, &request, |_| {})).unwrap();
        place.remove(&digest).unwrap();
        // Without a digest beforehand, what comes is under a name of its own.
        block_on(pull(&Slow(bytes.clone()), &place, &PullRequest::new(library()), |_| {})).unwrap();
        place.remove(&digest).unwrap();
    }
}

#[test]
fn whenever_a_process_ends_the_file_is_whole_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = bytes();
    let digest = Digest::sha256(&bytes);
    for round in 0..12_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kills::child"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(40 + round * 37));
        assert!(child.try_wait().unwrap().is_none(), "the process works until it is ended");
        child.kill().unwrap();
        child.wait().unwrap();
        let place = PullFolder::open(folder.path()).unwrap();
        if let Ok(found) = std::fs::read(place.path_of(&digest)) {
            assert_eq!(Digest::sha256(&found), digest, "round {round}");
        }
        let parts = std::fs::read_dir(folder.path())
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(".tmp-"));
        assert!(parts.count() <= 1, "only what can be gone on with is left");
        let request = PullRequest::new(library()).with_digest(digest);
        let pulled = block_on(pull(&Slow(bytes.clone()), &place, &request, |_| {})).unwrap();
        assert_eq!(std::fs::read(pulled.placed.location).unwrap(), bytes);
        if round % 2 == 0 {
            place.remove(&digest).unwrap();
        }
    }
}
