//! The small files of an archive: those that have been read, and those that are wanted next.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use super::listing::Listing;
use crate::limits::{LimitExceeded, Limits};

/// A small file's state.
#[derive(Debug)]
pub(super) enum Document<'a> {
    /// Here it is.
    Read(&'a [u8]),
    /// It has been asked for; look again when it is there.
    Wanted,
    /// No file has this name.
    Missing,
    /// It passes a limit.
    Refused(LimitExceeded),
    /// It went by in a stream and did not look like a document.
    Unkept,
}

/// Contents of the small files, by member.
#[derive(Debug, Default)]
pub(super) struct Documents {
    read: HashMap<usize, Vec<u8>>,
    wanted: RefCell<BTreeSet<usize>>,
    /// Nothing more can be read.
    sealed: bool,
}

impl Documents {
    pub(super) fn insert(&mut self, member: usize, contents: Vec<u8>) {
        self.wanted.borrow_mut().remove(&member);
        self.read.insert(member, contents);
    }

    pub(super) fn contents(&self, member: usize) -> Option<&[u8]> {
        self.read.get(&member).map(Vec::as_slice)
    }

    /// The file at `path`; asks for it when it has not been read.
    pub(super) fn get(&self, listing: &Listing, path: &str, limits: &Limits) -> Document<'_> {
        match listing.file(path, limits) {
            Some(member) => self.member(listing, member, limits),
            None => Document::Missing,
        }
    }

    /// The file that is this member; asks for it when it has not been read.
    pub(super) fn member(&self, listing: &Listing, member: usize, limits: &Limits) -> Document<'_> {
        if let Some(contents) = self.contents(member) {
            return Document::Read(contents);
        }
        let size = listing.get(member).map_or(0, |member| member.size);
        if let Err(limit) = LimitExceeded::check("jsonBytes", limits.json_bytes, size) {
            return Document::Refused(limit);
        }
        if self.sealed {
            return Document::Unkept;
        }
        self.wanted.borrow_mut().insert(member);
        Document::Wanted
    }

    /// From now on what has not been read cannot be.
    pub(super) fn seal(&mut self) {
        self.sealed = true;
    }

    /// Takes the list of files to be read next.
    pub(super) fn take_wanted(&self) -> Vec<usize> {
        std::mem::take(&mut *self.wanted.borrow_mut()).into_iter().collect()
    }
}
