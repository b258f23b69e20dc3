//! SIF files: what they say, what is wrong with them, and whether they are what their signatures state.
#![cfg(not(target_arch = "wasm32"))]

mod damage;
mod integrity;
mod objects;
mod properties;
#[cfg(feature = "sif-signatures")]
mod signatures;
mod tools;

use std::path::PathBuf;

use layerglass::limits::Limits;
use layerglass::sif::{Integrity, IntegrityReport, Opener, Sif, SifError};

/// A file of the fixtures.
fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn try_open(file: &[u8], limits: &Limits) -> Result<Sif, SifError> {
    let mut opener = Opener::new(file.len() as u64, limits);
    let mut want = opener.next(None)?;
    while let Some(range) = want {
        assert!(range.length > 0 && range.offset + range.length <= file.len() as u64, "{range:?}");
        want = opener.next(Some(&file[range.offset as usize..][..range.length as usize]))?;
    }
    opener.finish()
}

fn open(file: &[u8]) -> Sif {
    try_open(file, &Limits::default()).expect("a SIF file")
}

/// Codes of the findings, in order.
fn codes(sif: &Sif) -> Vec<String> {
    sif.findings().as_slice().iter().map(|finding| finding.code.to_string()).collect()
}

fn check(file: &[u8], identity: bool) -> IntegrityReport {
    let mut integrity = Integrity::new(&open(file), identity, &Limits::default()).expect("a plan");
    let (total, mut read) = (integrity.total(), 0);
    let mut want = integrity.next(None).expect("a range");
    while let Some(range) = want {
        read += range.length;
        let bytes = &file[range.offset as usize..][..range.length as usize];
        want = integrity.next(Some(bytes)).expect("a range");
    }
    assert_eq!(read, total, "what it said it would read");
    integrity.finish().expect("a report")
}

/// Writes a number into a file.
fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    file[at..at + bytes.len()].copy_from_slice(bytes);
}

/// Where a field of a descriptor stands.
fn field(slot: usize, field: usize) -> usize {
    4096 + slot * 585 + field
}

/// Fields of a descriptor.
mod at {
    pub const TYPE: usize = 0;
    pub const USED: usize = 4;
    pub const ID: usize = 5;
    pub const GROUP: usize = 9;
    pub const LINK: usize = 13;
    pub const OFFSET: usize = 17;
    pub const SIZE: usize = 25;
    pub const CREATED: usize = 41;
    pub const MODIFIED: usize = 49;
    pub const UID: usize = 57;
    pub const NAME: usize = 73;
    pub const EXTRA: usize = 201;
}
