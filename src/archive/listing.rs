//! The members of an archive file or folder.

use std::collections::HashMap;

use crate::layer::{PathProblem, clean_path};
use crate::limits::{LimitExceeded, Limits};
use crate::tar::{Entry, EntryKind};

/// What a member is, as far as reading images goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MemberKind {
    File,
    Directory,
    /// A symbolic link, its target relative to its own folder.
    Symlink(Vec<u8>),
    /// A hard link, its target relative to the root.
    HardLink(Vec<u8>),
    Other,
}

/// One member.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// Clean path; as written when it has none.
    pub(super) path: Vec<u8>,
    pub(super) kind: MemberKind,
    pub(super) size: u64,
    /// Which file of a folder it is; 0 for an archive.
    pub(super) file: u32,
    /// Offset of its contents in that file.
    pub(super) offset: u64,
    /// Its contents are not a plain range of the archive.
    pub(super) is_sparse: bool,
}

/// Why a path leads to no regular file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unresolved {
    /// Nothing has that name, or what a link leads to.
    Missing,
    /// The links go in a circle, or there are more than the limit `symlinks` allows.
    Circle,
    /// The path or the target of a link climbs out of the archive.
    Outside,
    /// It is a folder, a device or a pipe.
    NotAFile,
}

/// All members, by order and by path.
#[derive(Clone, Debug, Default)]
pub(super) struct Listing {
    members: Vec<Member>,
    by_path: HashMap<Vec<u8>, usize>,
    /// Paths that occur more than once: the last one counts.
    pub(super) repeated: Vec<Vec<u8>>,
}

impl Member {
    /// A member of a tar.
    pub(super) fn of_entry(entry: &Entry) -> Self {
        let kind = match entry.kind {
            EntryKind::File => MemberKind::File,
            EntryKind::Directory => MemberKind::Directory,
            EntryKind::Symlink => MemberKind::Symlink(entry.link.clone()),
            EntryKind::HardLink => MemberKind::HardLink(entry.link.clone()),
            _ => MemberKind::Other,
        };
        let path = clean_path(&entry.path).map_or_else(|_| entry.path.clone(), std::borrow::Cow::into_owned);
        Self {
            path,
            kind,
            size: entry.size,
            file: 0,
            offset: entry.data_offset,
            is_sparse: entry.sparse.is_some(),
        }
    }

    /// The path as text.
    pub(super) fn display(&self) -> String {
        String::from_utf8_lossy(&self.path).into_owned()
    }
}

impl Listing {
    /// Adds a member.
    pub(super) fn push(&mut self, member: Member, limits: &Limits) -> Result<usize, LimitExceeded> {
        let index = self.members.len();
        LimitExceeded::check("archiveEntries", limits.archive_entries, index as u64 + 1)?;
        let previous = self.by_path.insert(member.path.clone(), index);
        if previous.is_some_and(|previous| self.members[previous].kind == MemberKind::File)
            && self.repeated.len() < limits.findings as usize
        {
            self.repeated.push(member.path.clone());
        }
        self.members.push(member);
        Ok(index)
    }

    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<&Member> {
        self.members.get(index)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Member)> {
        self.members.iter().enumerate()
    }

    /// The regular file that a path names, links followed; their targets stay inside the archive.
    pub(super) fn file(&self, path: &str, limits: &Limits) -> Option<usize> {
        self.resolve(path, limits).ok()
    }

    /// The same, or why there is none.
    pub(super) fn resolve(&self, path: &str, limits: &Limits) -> Result<usize, Unresolved> {
        let clean = |path: &[u8]| match clean_path(path) {
            Ok(path) => Ok(path.into_owned()),
            Err(PathProblem::Escapes) => Err(Unresolved::Outside),
            Err(PathProblem::Nul) => Err(Unresolved::Missing),
        };
        let mut path = clean(path.as_bytes())?;
        for _ in 0..=limits.symlinks {
            let index = *self.by_path.get(&path).ok_or(Unresolved::Missing)?;
            let member = self.members.get(index).ok_or(Unresolved::Missing)?;
            path = match &member.kind {
                MemberKind::File => return Ok(index),
                MemberKind::Symlink(target) => {
                    let mut joined = match path.iter().rposition(|&byte| byte == b'/') {
                        Some(slash) if !target.starts_with(b"/") => path[..=slash].to_vec(),
                        _ => Vec::new(),
                    };
                    joined.extend_from_slice(target);
                    clean(&joined)?
                }
                MemberKind::HardLink(target) => clean(target)?,
                MemberKind::Directory | MemberKind::Other => return Err(Unresolved::NotAFile),
            };
        }
        Err(Unresolved::Circle)
    }

    /// Is there a member of any kind at this path?
    pub(super) fn has(&self, path: &str) -> bool {
        self.by_path.contains_key(path.as_bytes())
    }
}
