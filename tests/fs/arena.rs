//! Layers made by hand, and a folder for them with another beside it that must stay as it is.

use std::fs;
use std::path::PathBuf;

use layerglass::fs::{UnpackError, UnpackOptions, UnpackReport, Unpacker};
use layerglass::tar::{Entry, EntryKind, WriteFormat, Writer};

use crate::listing;

/// Builds a layer.
pub struct Layer(Vec<u8>, Writer);

impl Layer {
    pub fn new() -> Self {
        Self(Vec::new(), Writer::new(WriteFormat::Pax))
    }

    pub fn entry(mut self, entry: &Entry, contents: &[u8]) -> Self {
        self.0.extend_from_slice(self.1.entry(entry).expect("an entry"));
        self.1.contents(contents.len() as u64).expect("its contents");
        self.0.extend_from_slice(contents);
        self.0.extend_from_slice(self.1.padding().expect("complete"));
        self
    }

    pub fn file(self, path: impl Into<Vec<u8>>, contents: &str) -> Self {
        let mut entry = Entry::new(path, EntryKind::File);
        entry.size = contents.len() as u64;
        self.entry(&entry, contents.as_bytes())
    }

    pub fn folder(self, path: impl Into<Vec<u8>>) -> Self {
        self.entry(&Entry::new(path, EntryKind::Directory), b"")
    }

    pub fn symlink(self, path: impl Into<Vec<u8>>, target: &str) -> Self {
        let mut entry = Entry::new(path, EntryKind::Symlink);
        entry.link = target.into();
        self.entry(&entry, b"")
    }

    pub fn hard_link(self, path: impl Into<Vec<u8>>, target: &str) -> Self {
        let mut entry = Entry::new(path, EntryKind::HardLink);
        entry.link = target.into();
        self.entry(&entry, b"")
    }

    pub fn end(mut self) -> Vec<u8> {
        self.0.extend_from_slice(self.1.finish().expect("complete"));
        self.0
    }
}

/// A folder with another beside it that must stay as it is.
pub struct Arena {
    folder: tempfile::TempDir,
    outside: Vec<String>,
}

impl Arena {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("outside/sub")).expect("made");
        fs::create_dir(folder.path().join("root")).expect("made");
        fs::write(folder.path().join("outside/secret"), "secret").expect("made");
        let outside = listing::lines(&folder.path().join("outside"));
        Self { folder, outside }
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    pub fn outside(&self) -> String {
        self.folder.path().join("outside").to_str().expect("text").to_owned()
    }

    pub fn try_unpack(
        &self,
        layers: &[Vec<u8>],
        options: &UnpackOptions,
    ) -> Result<Vec<UnpackReport>, UnpackError> {
        let mut unpacker = Unpacker::new(self.root(), options)?;
        let reports = layers.iter().map(|layer| unpacker.layer(&layer[..])).collect();
        self.check();
        reports
    }

    pub fn unpack(&self, layers: &[Vec<u8>]) -> Vec<UnpackReport> {
        self.try_unpack(layers, &UnpackOptions::default()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Nothing has happened outside, and nothing stands beside the two folders.
    #[track_caller]
    pub fn check(&self) {
        assert_eq!(listing::lines(&self.folder.path().join("outside")), self.outside);
        let mut beside: Vec<_> =
            fs::read_dir(self.folder.path()).expect("read").map(|entry| entry.unwrap().file_name()).collect();
        beside.sort();
        assert_eq!(beside, ["outside", "root"]);
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

/// The codes of all findings.
pub fn codes(reports: &[UnpackReport]) -> Vec<&str> {
    reports.iter().flat_map(|report| &report.findings).map(|finding| &*finding.code).collect()
}
