//! From the events of a tar to files in a folder.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;

use rustix::fs::{self, FileType, Mode};
use rustix::io::Errno;

use super::Whiteouts;
use super::attributes::{Attributes, Lacking, is_usual, set_times};
use super::error::UnpackError;
use super::folders::{Blocked, Folders, open_folder};
use super::remove::{clear, remove};
use super::report::Denied;
use crate::finding::{Finding, Findings, Severity};
use crate::layer::{PathProblem, Whiteout, clean_path, split_path};
use crate::limits::{LimitExceeded, Limits};
use crate::tar::{Entry, Event};

/// What overlay file systems take for a deletion mark, and their mark of a folder that hides the one below.
pub(super) const NO_DEVICE: u64 = 0;
pub(super) const OPAQUE: (&str, &[u8]) = ("trusted.overlay.opaque", b"y");

/// Counts of one layer.
#[derive(Default)]
pub(super) struct Counts {
    pub entries: u64,
    pub content_size: u64,
    pub whiteouts: u64,
    pub denied: Denied,
}

/// A file whose contents arrive.
pub(super) struct Writing {
    pub fd: OwnedFd,
    pub shown: PathBuf,
    pub path: Vec<u8>,
    pub attributes: Attributes,
    pub has: Option<(u32, u32)>,
    /// Bytes written or left out so far, and how many of them are surely there.
    pub position: u64,
    pub end: u64,
}

/// Where an entry stands in its tar, for findings.
pub(super) struct Place<'a> {
    pub path: &'a [u8],
    pub offset: u64,
}

/// Lays one layer down.
pub(super) struct Placer<'a> {
    pub folders: &'a mut Folders,
    pub whiteouts: Whiteouts,
    pub limits: &'a Limits,
    pub findings: Findings,
    pub counts: Counts,
    /// Nothing was in the folder before this layer.
    pub is_first: bool,
    pub file: Option<Writing>,
}

impl<'a> Placer<'a> {
    pub(super) fn new(
        folders: &'a mut Folders,
        whiteouts: Whiteouts,
        limits: &'a Limits,
        is_first: bool,
    ) -> Self {
        let findings = Findings::new(limits.findings);
        Self { folders, whiteouts, limits, findings, counts: Counts::default(), is_first, file: None }
    }

    pub(super) fn event(&mut self, event: &Event<'_, '_>) -> Result<(), UnpackError> {
        match event {
            Event::Entry(entry) => self.entry(entry),
            Event::Data(data) => self.data(data),
            Event::Hole(length) => {
                if let Some(file) = &mut self.file {
                    file.position = file.position.saturating_add(*length);
                }
                Ok(())
            }
            Event::EntryEnd => self.end(),
        }
    }

    pub(super) fn find(&mut self, place: &Place<'_>, severity: Severity, code: &'static str, message: &str) {
        self.findings
            .push(|| Finding::new(severity, code, message).at_path(place.path).at_offset(place.offset));
    }

    fn entry(&mut self, entry: &Entry) -> Result<(), UnpackError> {
        self.counts.entries += 1;
        LimitExceeded::check("layerEntries", self.limits.layer_entries, self.counts.entries)?;
        let place = Place { path: &entry.path, offset: entry.header_offset };
        let path = match clean_path(&entry.path) {
            Ok(path) => path,
            Err(problem) => {
                let (code, message) = match problem {
                    PathProblem::Escapes => ("path-escapes", "the name climbs out of the root"),
                    PathProblem::Nul => ("path-nul", "the name holds a NUL byte"),
                };
                self.find(&place, Severity::Error, code, &format!("{message}: it is not unpacked"));
                return Ok(());
            }
        };
        let place = Place { path: &path, ..place };
        if path.len() as u64 > self.limits.path_bytes {
            self.find(&place, Severity::Error, "path-too-long", "the name passes the limit `pathBytes`");
            return Ok(());
        }
        let (above, name) = split_path(&path);
        let whiteout = if self.whiteouts == Whiteouts::Keep { None } else { Whiteout::of(&path) };
        let done = match whiteout {
            Some(whiteout) => self.whiteout(above, &whiteout, &place),
            None if name.is_empty() => self.root(entry, &place),
            None => self.lay_down(entry, &path, above, name, &place),
        };
        match done {
            Ok(()) => Ok(()),
            Err(Blocked::Failed(error)) => Err(error),
            Err(blocked) => {
                self.blocked(&blocked, &place);
                Ok(())
            }
        }
    }

    fn blocked(&mut self, blocked: &Blocked, place: &Place<'_>) {
        let (code, message) = match blocked {
            Blocked::Missing => ("parent-missing", "a part of the entry's path does not exist".to_owned()),
            Blocked::NotADirectory => {
                ("parent-not-a-directory", "a part of the entry's path is not a directory".to_owned())
            }
            Blocked::LinkLoop => (
                "symlink-loop",
                "a part of the entry's path is a symbolic link that leads nowhere".to_owned(),
            ),
            Blocked::NameTooLong => {
                ("name-too-long", "the file system holds no name of this length".to_owned())
            }
            Blocked::Limit(limit) => ("limit", limit.to_string()),
            Blocked::Failed(_) => return,
        };
        self.find(place, Severity::Error, code, &format!("{message}: it is not unpacked"));
    }

    fn whiteout(&mut self, above: &[u8], mark: &Whiteout<'_>, place: &Place<'_>) -> Result<(), Blocked> {
        let name = match mark {
            Whiteout::Remove(name) => Some(*name),
            Whiteout::Opaque => None,
            Whiteout::Metadata => return Ok(()),
            Whiteout::Malformed => {
                let message = "the deletion mark names nothing below its folder: it is passed over";
                self.find(place, Severity::Error, "whiteout-malformed", message);
                return Ok(());
            }
        };
        self.counts.whiteouts += 1;
        if self.whiteouts == Whiteouts::Overlay {
            self.folders.enter(above, true)?;
            return self.overlay_mark(name, place);
        }
        if self.is_first {
            return Ok(());
        }
        match self.folders.enter(above, false) {
            Ok(()) => {}
            // There is nothing that it could delete.
            Err(Blocked::Missing | Blocked::NotADirectory | Blocked::LinkLoop | Blocked::NameTooLong) => {
                return Ok(());
            }
            Err(blocked) => return Err(blocked),
        }
        let shown = self.folders.shown(place.path);
        let fd = self.folders.current()?.fd.try_clone();
        let fd = fd.map_err(|error| UnpackError::io("open", &shown, error))?;
        let spared = self.folders.placed.as_ref();
        let removed = match name {
            Some(name) => remove(fd.as_fd(), name, spared, &shown)?,
            None => clear(fd.as_fd(), spared, &shown)?,
        };
        if removed {
            self.folders.touch();
            self.folders.forget_links();
        }
        Ok(())
    }

    /// A deletion mark as overlay file systems have it.
    fn overlay_mark(&mut self, name: Option<&[u8]>, place: &Place<'_>) -> Result<(), Blocked> {
        let shown = self.folders.shown(place.path);
        let fail = |error| UnpackError::io("mark", &shown, error);
        let folder = self.folders.current()?;
        let Some(name) = name else {
            fs::fsetxattr(&folder.fd, OPAQUE.0, OPAQUE.1, fs::XattrFlags::empty()).map_err(fail)?;
            return Ok(());
        };
        match fs::mknodat(&folder.fd, name, FileType::CharacterDevice, Mode::empty(), NO_DEVICE) {
            // What the layer puts there hides what is below by itself; a folder has to be told to.
            Err(Errno::EXIST) => {
                if let Some(below) = open_folder(folder.fd.as_fd(), name).map_err(fail)? {
                    fs::fsetxattr(&below, OPAQUE.0, OPAQUE.1, fs::XattrFlags::empty()).map_err(fail)?;
                }
            }
            Err(Errno::NAMETOOLONG) => return Err(Blocked::NameTooLong),
            other => {
                other.map_err(fail)?;
                self.folders.touch();
            }
        }
        Ok(())
    }

    fn data(&mut self, mut data: &[u8]) -> Result<(), UnpackError> {
        let Some(file) = &mut self.file else { return Ok(()) };
        while !data.is_empty() {
            match rustix::io::pwrite(&file.fd, data, file.position) {
                Ok(count) => {
                    data = data.get(count..).unwrap_or_default();
                    file.position = file.position.saturating_add(count as u64);
                    file.end = file.position;
                }
                Err(Errno::INTR) => {}
                Err(error) => return Err(UnpackError::io("write", &file.shown, error)),
            }
        }
        Ok(())
    }

    /// The contents are complete: owner, mode, attributes, and the times last.
    fn end(&mut self) -> Result<(), UnpackError> {
        let Some(file) = self.file.take() else { return Ok(()) };
        let fail = |action| {
            let shown = file.shown.clone();
            move |error: Errno| UnpackError::io(action, shown.clone(), error)
        };
        if file.position > file.end {
            fs::ftruncate(&file.fd, file.position).map_err(fail("write"))?;
        }
        let attributes = &file.attributes;
        let lacking = attributes.give(file.fd.as_fd(), file.has).map_err(fail("own"))?;
        fs::fchmod(&file.fd, attributes.mode(lacking)).map_err(fail("set the mode of"))?;
        set_times(file.fd.as_fd(), attributes.mtime()).map_err(fail("date"))?;
        let place = Place { path: &file.path, offset: 0 };
        self.lacks(lacking, &place);
        self.check_time(attributes, file.fd.as_fd(), &place);
        Ok(())
    }

    pub(super) fn lacks(&mut self, lacking: Lacking, place: &Place<'_>) {
        if lacking.owner {
            self.counts.denied.owners += 1;
            self.find(place, Severity::Warning, "owner-denied", "its owner could not be set");
        }
        if lacking.xattrs {
            self.counts.denied.xattrs += 1;
            self.find(place, Severity::Warning, "xattr-denied", "an extended attribute could not be set");
        }
        if lacking.time {
            self.counts.denied.times += 1;
            self.find(place, Severity::Warning, "time-denied", "the file system cannot hold its time");
        }
    }

    /// File systems cut times that they cannot hold, without a word.
    pub(super) fn check_time(&mut self, attributes: &Attributes, fd: BorrowedFd<'_>, place: &Place<'_>) {
        if !is_usual(attributes.mtime)
            && fs::fstat(fd).is_ok_and(|stat| stat.st_mtime != attributes.mtime.secs)
        {
            self.lacks(Lacking { time: true, ..Lacking::default() }, place);
        }
    }
}
