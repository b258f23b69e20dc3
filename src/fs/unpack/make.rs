//! What an entry makes in the folder that it belongs into.

use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{self, AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::Whiteouts;
use super::attributes::{Attributes, Lacking, is_denied, is_overlay, set_below, strip, times};
use super::error::UnpackError;
use super::folders::{Blocked, make_folder, open_folder};
use super::place::{NO_DEVICE, OPAQUE, Place, Placer, Writing};
use super::remove::remove;
use crate::finding::{Finding, Severity};
use crate::layer::{clean_path, split_path};
use crate::tar::{Entry, EntryKind};

/// Of a file that is being written.
const FILE_MODE: Mode = Mode::from_bits_truncate(0o600);

impl Placer<'_> {
    /// The entry of the root itself.
    pub(super) fn root(&mut self, entry: &Entry, place: &Place<'_>) -> Result<(), Blocked> {
        if entry.kind != EntryKind::Directory {
            let message = "the root of a layer cannot be anything but a directory: it is not unpacked";
            self.find(place, Severity::Error, "root-not-a-directory", message);
            return Ok(());
        }
        self.folders.enter(b"", false)?;
        let attributes = self.attributes(entry, place);
        let fd = self.folders.current()?.fd.try_clone();
        let fd = fd.map_err(|error| UnpackError::io("open", self.folders.shown(b""), error))?;
        let lacking = self.give_folder(fd.as_fd(), &attributes, true, place)?;
        self.folders.settle(attributes.mode(lacking), attributes.mtime());
        Ok(())
    }

    fn attributes(&mut self, entry: &Entry, place: &Place<'_>) -> Attributes {
        let mut attributes = Attributes::of(entry);
        let before = attributes.xattrs.len();
        if self.whiteouts != Whiteouts::Keep {
            attributes.xattrs.retain(|(name, _)| !is_overlay(name));
        }
        if attributes.xattrs.len() < before {
            let message = "an attribute that would lead an overlay file system elsewhere is left out";
            self.find(place, Severity::Warning, "overlay-xattr", message);
        }
        attributes
    }

    pub(super) fn lay_down(
        &mut self,
        entry: &Entry,
        path: &[u8],
        above: &[u8],
        name: &[u8],
        place: &Place<'_>,
    ) -> Result<(), Blocked> {
        if entry.kind == EntryKind::Other {
            let message = format!("entry type {:?} is one that engines skip", char::from(entry.type_flag));
            self.find(place, Severity::Warning, "unknown-entry-type", &message);
            return Ok(());
        }
        self.folders.enter(above, true)?;
        self.folders.touch();
        let attributes = self.attributes(entry, place);
        let shown = self.folders.shown(path);
        let is_there = match entry.kind {
            // It becomes the current folder and notes itself.
            EntryKind::Directory => return self.directory(attributes, path, name, place, shown),
            EntryKind::File => self.file(entry, attributes, path, name, place, shown).map(|()| true),
            EntryKind::HardLink => self.hard_link(entry, name, place, &shown),
            EntryKind::Symlink => self.symlink(entry, &attributes, name, place, &shown),
            _ => self.special(entry, &attributes, name, place, &shown),
        }?;
        if is_there && self.folders.place(name) {
            self.duplicate(place);
        }
        Ok(())
    }

    fn duplicate(&mut self, place: &Place<'_>) {
        self.find(
            place,
            Severity::Warning,
            "duplicate-entry",
            "the layer holds the name twice: the later entry counts",
        );
    }

    /// Tries to make something; when the name is taken, removes what is there and tries again.
    fn replacing<T>(
        &mut self,
        name: &[u8],
        place: &Place<'_>,
        shown: &Path,
        make: impl Fn(BorrowedFd<'_>) -> Result<T, Errno>,
    ) -> Result<T, Blocked> {
        let folder = self.folders.current()?.fd.as_fd();
        let made = match make(folder) {
            Err(Errno::EXIST) => {
                remove(folder, name, None, shown)?;
                let made = make(folder);
                if self.is_first && self.folders.placed.is_none() {
                    self.duplicate(place);
                }
                self.folders.forget_links();
                made
            }
            made => made,
        };
        made.map_err(|error| match error {
            Errno::NAMETOOLONG => Blocked::NameTooLong,
            error => UnpackError::io("make", shown, error).into(),
        })
    }

    fn file(
        &mut self,
        entry: &Entry,
        attributes: Attributes,
        path: &[u8],
        name: &[u8],
        place: &Place<'_>,
        shown: PathBuf,
    ) -> Result<(), Blocked> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = self.replacing(name, place, &shown, |folder| fs::openat(folder, name, flags, FILE_MODE))?;
        let folder = self.folders.current()?;
        if folder.inherited.is_none() {
            let stat = fs::fstat(&fd).map_err(|error| UnpackError::io("look at", &shown, error))?;
            folder.inherited = Some((stat.st_uid, stat.st_gid));
        }
        let has = folder.inherited;
        self.counts.content_size = self.counts.content_size.saturating_add(entry.size);
        self.file = Some(Writing { fd, shown, path: path.to_vec(), attributes, has, position: 0, end: 0 });
        Ok(())
    }

    fn directory(
        &mut self,
        attributes: Attributes,
        path: &[u8],
        name: &[u8],
        place: &Place<'_>,
        shown: PathBuf,
    ) -> Result<(), Blocked> {
        let fail = |action| {
            let shown = shown.clone();
            move |error: Errno| UnpackError::io(action, shown.clone(), error)
        };
        let folder = self.folders.current()?.fd.as_fd();
        let (fd, is_new) = match make_folder(folder, name) {
            Ok(fd) => (fd, true),
            Err(Errno::NAMETOOLONG) => return Err(Blocked::NameTooLong),
            Err(Errno::EXIST) => match open_folder(folder, name).map_err(fail("open"))? {
                Some(fd) => (fd, false),
                None => {
                    let hides = self.whiteouts == Whiteouts::Overlay && is_mark(folder, name);
                    let fd = self.replacing(name, place, &shown, |folder| make_folder(folder, name))?;
                    if hides {
                        fs::fsetxattr(&fd, OPAQUE.0, OPAQUE.1, fs::XattrFlags::empty())
                            .map_err(fail("mark"))?;
                    }
                    (fd, true)
                }
            },
            Err(error) => return Err(fail("make")(error).into()),
        };
        let lacking = self.give_folder(fd.as_fd(), &attributes, !is_new, place)?;
        self.folders.place(name);
        self.folders.enter_new(path, fd, attributes.mode(lacking), attributes.mtime())
    }

    /// Owner and attributes of a folder. One that was there before keeps none of those that it had.
    fn give_folder(
        &mut self,
        fd: BorrowedFd<'_>,
        attributes: &Attributes,
        was_there: bool,
        place: &Place<'_>,
    ) -> Result<Lacking, UnpackError> {
        let shown = self.folders.shown(place.path);
        if was_there {
            strip(fd, &attributes.xattrs);
        }
        let lacking = attributes.give(fd, None).map_err(|error| UnpackError::io("own", shown, error))?;
        self.lacks(lacking, place);
        Ok(lacking)
    }

    /// Another name of a file that is there. Links to directories are refused, as file systems do.
    fn hard_link(
        &mut self,
        entry: &Entry,
        name: &[u8],
        place: &Place<'_>,
        shown: &Path,
    ) -> Result<bool, Blocked> {
        let missing = |placer: &mut Self, message: &str| {
            let target = String::from_utf8_lossy(&entry.link).into_owned();
            placer.findings.push(|| {
                Finding::new(Severity::Error, "hardlink-target-missing", message)
                    .at_path(place.path)
                    .at_offset(place.offset)
                    .differing(target, "nothing")
            });
        };
        let Ok(target) = clean_path(&entry.link) else {
            missing(self, "the hard link's target lies outside the root: it is not unpacked");
            return Ok(false);
        };
        let (above, target_name) = split_path(&target);
        let folder = match self.folders.look_up(above) {
            Ok(folder) => folder,
            Err(Blocked::Failed(error)) => return Err(error.into()),
            Err(_) => {
                missing(self, "the hard link's target does not exist: it is not unpacked");
                return Ok(false);
            }
        };
        let found = fs::statat(&folder, target_name, AtFlags::SYMLINK_NOFOLLOW);
        let is_directory = |stat: &fs::Stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
        let found = match found {
            Ok(stat) if target_name.is_empty() || is_directory(&stat) => {
                missing(self, "the hard link's target is a directory: it is not unpacked");
                return Ok(false);
            }
            Ok(stat) => stat,
            Err(_) => {
                missing(self, "the hard link's target does not exist: it is not unpacked");
                return Ok(false);
            }
        };
        let here = self.folders.current()?.fd.as_fd();
        // A name that is this file already stays.
        if let Ok(stat) = fs::statat(here, name, AtFlags::SYMLINK_NOFOLLOW)
            && (stat.st_dev, stat.st_ino) == (found.st_dev, found.st_ino)
        {
            return Ok(true);
        }
        let made = self.replacing(name, place, shown, |here| {
            match fs::linkat(&folder, target_name, here, name, AtFlags::empty()) {
                // It lay in the directory that had the link's name and has given way.
                Err(Errno::NOENT) => Ok(false),
                made => made.map(|()| true),
            }
        })?;
        if !made {
            missing(self, "the hard link's target lies in what the link replaces: it is not unpacked");
        }
        Ok(made)
    }

    fn symlink(
        &mut self,
        entry: &Entry,
        attributes: &Attributes,
        name: &[u8],
        place: &Place<'_>,
        shown: &Path,
    ) -> Result<bool, Blocked> {
        if entry.link.is_empty() || entry.link.contains(&0) {
            self.find(
                place,
                Severity::Error,
                "symlink-target",
                "no file system holds a link without a target: it is not unpacked",
            );
            return Ok(false);
        }
        self.replacing(name, place, shown, |folder| fs::symlinkat(&entry.link[..], folder, name))?;
        self.folders.forget_links();
        self.dress(attributes, name, false, place, shown)?;
        Ok(true)
    }

    fn special(
        &mut self,
        entry: &Entry,
        attributes: &Attributes,
        name: &[u8],
        place: &Place<'_>,
        shown: &Path,
    ) -> Result<bool, Blocked> {
        let (kind, device) = match entry.kind {
            EntryKind::CharDevice => (FileType::CharacterDevice, entry.device),
            EntryKind::BlockDevice => (FileType::BlockDevice, entry.device),
            _ => (FileType::Fifo, (0, 0)),
        };
        let number = fs::makedev(device.0, device.1);
        let make = |folder: BorrowedFd<'_>| match fs::mknodat(folder, name, kind, FILE_MODE, number) {
            // The system asks for the privilege before it looks at the name.
            Err(error) if kind != FileType::Fifo && is_denied(error) => Ok(false),
            made => made.map(|()| true),
        };
        if self.replacing(name, place, shown, make)? {
            self.dress(attributes, name, true, place, shown)?;
            return Ok(true);
        }
        self.counts.denied.devices += 1;
        self.find(place, Severity::Warning, "device-denied", "the device could not be made");
        // What was there before is not what the layer says either.
        let folder = self.folders.current()?.fd.as_fd();
        remove(folder, name, None, shown)?;
        self.folders.forget_links();
        Ok(false)
    }

    /// Owner, mode, attributes and times of what cannot be opened for itself.
    fn dress(
        &mut self,
        attributes: &Attributes,
        name: &[u8],
        has_mode: bool,
        place: &Place<'_>,
        shown: &Path,
    ) -> Result<(), Blocked> {
        let fail = |error: Errno| UnpackError::io("own", shown, error);
        let folder = self.folders.current()?.fd.as_fd();
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = fs::openat(folder, name, flags, Mode::empty()).map_err(fail)?;
        let mut lacking = attributes.give_place(fd.as_fd(), has_mode).map_err(fail)?;
        lacking.xattrs = set_below(folder, name, &attributes.xattrs);
        fs::utimensat(folder, name, &times(attributes.mtime()), AtFlags::SYMLINK_NOFOLLOW).map_err(fail)?;
        self.lacks(lacking, place);
        self.check_time(attributes, fd.as_fd(), place);
        Ok(())
    }
}

/// Whether a name is a deletion mark of an overlay file system.
fn is_mark(folder: BorrowedFd<'_>, name: &[u8]) -> bool {
    fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|stat| {
        FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice && stat.st_rdev == NO_DEVICE
    })
}
