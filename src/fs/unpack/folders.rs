//! The folders that are open while a layer is unpacked, from the root down to the one that is worked in.
//!
//! Nothing here hands the system a path: each step opens one name below an open folder and follows no link. Links that the
//! tree holds are followed by hand, inside the root, as a process would whose root it is. So nothing that an archive says,
//! and nothing that another process puts into the way, leads outside.
//!
//! A folder gets its mode and its times when it is left: entries that are put into it would change the times, and a folder
//! that its owner may not write could not be filled. One that the layer does not name gets back the times that it had.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{self, AtFlags, FileType, Mode, OFlags, Timespec};
use rustix::io::Errno;

use super::attributes::{chmod_open, set_times};
use super::error::UnpackError;
use super::path_of;
use super::placed::Placed;
use crate::limits::{LimitExceeded, Limits};

/// Of a folder that is being filled.
const OPEN_MODE: Mode = Mode::RWXU;
/// Of a folder that only the names of others imply.
const IMPLIED_MODE: Mode = Mode::from_bits_truncate(0o755);
const IMPLIED_TIME: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };
/// A link target longer than this cannot exist on Linux and is not followed.
const MAX_TARGET: usize = 4096;

/// Why a folder cannot be entered.
#[derive(Debug)]
pub(super) enum Blocked {
    Missing,
    NotADirectory,
    LinkLoop,
    NameTooLong,
    Limit(LimitExceeded),
    /// The work cannot go on.
    Failed(UnpackError),
}

impl From<UnpackError> for Blocked {
    fn from(error: UnpackError) -> Self {
        Self::Failed(error)
    }
}

/// An open folder.
pub(super) struct Folder {
    pub fd: OwnedFd,
    /// Tells it from all others.
    pub id: (u64, u64),
    /// Where its name ends in the path that led to it.
    end: usize,
    via_link: bool,
    mtime: Timespec,
    /// It is to have this mode when it is left.
    mode: Option<Mode>,
    /// Its times are no longer those that it is to have.
    touched: bool,
    /// It is known to hold something of the layer.
    is_placed: bool,
    /// Owner and group that files made in it get by themselves.
    pub inherited: Option<(u32, u32)>,
}

/// What a name below a folder is.
enum Opened {
    Folder(OwnedFd),
    Link(Vec<u8>),
    Missing,
    NotADirectory,
}

pub(super) struct Folders {
    root: PathBuf,
    /// The root first.
    open: Vec<Folder>,
    /// The path of the last of them, as it was spelled.
    spelled: Vec<u8>,
    /// Paths through links may lead elsewhere by now.
    is_stale: bool,
    depth: usize,
    symlinks: u32,
    /// What the layer has put where; nothing while no lower layer has put anything anywhere.
    pub placed: Option<Placed>,
}

impl Folders {
    pub(super) fn new(root: &Path, limits: &Limits) -> Result<Self, UnpackError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd =
            fs::open(root, flags, Mode::empty()).map_err(|error| UnpackError::io("open", root, error))?;
        let mut folders = Self {
            root: root.to_owned(),
            open: Vec::new(),
            spelled: Vec::new(),
            is_stale: false,
            depth: limits.unpack_depth as usize,
            symlinks: limits.symlinks,
            placed: None,
        };
        folders.push(fd, 0, false)?;
        Ok(folders)
    }

    /// The path of something below the root, for messages.
    pub(super) fn shown(&self, path: &[u8]) -> PathBuf {
        self.root.join(path_of(path))
    }

    fn fail(&self, action: &'static str, path: &[u8]) -> impl Fn(Errno) -> UnpackError {
        let path = self.shown(path);
        move |error| UnpackError::io(action, path.clone(), error)
    }

    /// The folder that is worked in.
    pub(super) fn current(&mut self) -> Result<&mut Folder, UnpackError> {
        let root = &self.root;
        self.open.last_mut().ok_or_else(|| UnpackError::io("open", root, io::Error::other("it is closed")))
    }

    /// The current folder is about to change: its times are set again when it is left.
    pub(super) fn touch(&mut self) {
        if let Some(folder) = self.open.last_mut() {
            folder.touched = true;
        }
    }

    fn push(&mut self, fd: OwnedFd, end: usize, via_link: bool) -> Result<(), UnpackError> {
        let stat = fs::fstat(&fd).map_err(self.fail("look at", &self.spelled))?;
        let mtime = Timespec { tv_sec: stat.st_mtime, tv_nsec: stat.st_mtime_nsec as _ };
        let id = (stat.st_dev, stat.st_ino);
        let folder = Folder {
            fd,
            id,
            end,
            via_link,
            mtime,
            mode: None,
            touched: false,
            is_placed: false,
            inherited: None,
        };
        self.open.push(folder);
        Ok(())
    }

    /// Makes the folder of a clean path the current one. With `create` missing folders are implied.
    pub(super) fn enter(&mut self, path: &[u8], create: bool) -> Result<(), Blocked> {
        // Through a link an entry may even have replaced a folder that leads to the current one.
        if std::mem::take(&mut self.is_stale) && self.open.iter().any(|folder| folder.via_link) {
            self.leave_to(1)?;
        }
        if self.spelled == path && !self.open.is_empty() {
            return Ok(());
        }
        let is_above = |end: usize| end == 0 || path.get(end).is_none_or(|&byte| byte == b'/');
        let kept = self.open.iter().take_while(|folder| {
            self.spelled.get(..folder.end).is_some_and(|above| path.starts_with(above))
                && is_above(folder.end)
        });
        let kept = kept.count().max(1);
        self.leave_to(kept)?;
        while self.spelled.len() < path.len() {
            self.descend(path, create)?;
        }
        Ok(())
    }

    /// Opens the next folder of the path.
    fn descend(&mut self, path: &[u8], create: bool) -> Result<(), Blocked> {
        let start = if self.spelled.is_empty() { 0 } else { self.spelled.len() + 1 };
        let rest = path.get(start..).unwrap_or_default();
        let name = rest.split(|&byte| byte == b'/').next().unwrap_or_default();
        let end = start + name.len();
        let below = path.get(..end).unwrap_or_default();
        self.check_depth(self.open.len())?;
        let (fd, via_link) = match self.open_child(below, name)? {
            Opened::Folder(fd) => (fd, false),
            Opened::Missing if create => (self.imply(below, name)?, false),
            Opened::Missing => return Err(Blocked::Missing),
            Opened::NotADirectory => return Err(Blocked::NotADirectory),
            Opened::Link(_) => (self.follow(below, create)?, true),
        };
        self.spelled.clear();
        self.spelled.extend_from_slice(below);
        self.push(fd, end, via_link)?;
        Ok(())
    }

    fn open_child(&mut self, path: &[u8], name: &[u8]) -> Result<Opened, Blocked> {
        let shown = self.shown(path);
        let folder = self.current()?;
        open_at(folder.fd.as_fd(), name, &shown)
    }

    fn imply(&mut self, path: &[u8], name: &[u8]) -> Result<OwnedFd, Blocked> {
        let shown = self.shown(path);
        self.touch();
        imply_at(self.current()?.fd.as_fd(), name, &shown)
    }

    /// Notes that the layer puts this name into the current folder, and so that folder into the one above it.
    /// Says whether it has done so before.
    pub(super) fn place(&mut self, name: &[u8]) -> bool {
        let Some(placed) = &mut self.placed else { return false };
        let Some(last) = self.open.last() else { return false };
        let is_new = placed.insert(last.id, name);
        for at in (1..self.open.len()).rev() {
            let above = self.open.get(at - 1).map(|above| (above.id, above.end));
            let Some((folder, (id, start))) = self.open.get_mut(at).zip(above) else { break };
            if std::mem::replace(&mut folder.is_placed, true) {
                break;
            }
            let start = if start == 0 { 0 } else { start + 1 };
            placed.insert(id, self.spelled.get(start..folder.end).unwrap_or_default());
        }
        !is_new
    }

    fn check_depth(&self, depth: usize) -> Result<(), Blocked> {
        LimitExceeded::check("unpackDepth", self.depth as u64, depth as u64).map_err(Blocked::Limit)
    }

    /// The folder that a path leads to which holds links, from the root on. `..` in a link's target goes back to where the
    /// walk came from, never to what the system takes for the parent.
    fn follow(&self, path: &[u8], create: bool) -> Result<OwnedFd, Blocked> {
        let root = self.open.first().map(|root| root.fd.as_fd()).ok_or(Blocked::Missing)?;
        let shown = self.shown(path);
        let mut chain: Vec<OwnedFd> = Vec::new();
        let mut pending = parts_of(path);
        let mut links = 0;
        while let Some(part) = pending.pop() {
            match &part[..] {
                b"" | b"." => continue,
                b".." => {
                    chain.pop();
                    continue;
                }
                _ => {}
            }
            let at = chain.last().map_or(root, AsFd::as_fd);
            match open_at(at, &part, &shown)? {
                Opened::Folder(fd) => chain.push(fd),
                Opened::Link(target) => {
                    links += 1;
                    if links > self.symlinks || target.is_empty() || target.len() > MAX_TARGET {
                        return Err(Blocked::LinkLoop);
                    }
                    if target.starts_with(b"/") {
                        chain.clear();
                    }
                    pending.extend(parts_of(&target));
                }
                Opened::Missing if create => {
                    // The folder above is nobody's own: its times are kept at once.
                    let times = fs::fstat(at).map_err(|error| UnpackError::io("look at", &shown, error))?;
                    let fd = imply_at(at, &part, &shown)?;
                    let mtime = Timespec { tv_sec: times.st_mtime, tv_nsec: times.st_mtime_nsec as _ };
                    set_times(at, mtime).map_err(|error| UnpackError::io("date", &shown, error))?;
                    chain.push(fd);
                }
                Opened::Missing => return Err(Blocked::Missing),
                Opened::NotADirectory => return Err(Blocked::NotADirectory),
            }
            self.check_depth(chain.len())?;
        }
        match chain.pop() {
            Some(fd) => Ok(fd),
            None => {
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
                let again = fs::openat(root, ".", flags, Mode::empty());
                again.map_err(|error| UnpackError::io("open", &shown, error).into())
            }
        }
    }

    /// The folder of a clean path, without entering it and without making anything.
    pub(super) fn look_up(&self, path: &[u8]) -> Result<OwnedFd, Blocked> {
        if self.spelled == path
            && let Some(folder) = self.open.last()
        {
            let fd = folder.fd.try_clone();
            return fd.map_err(|error| UnpackError::io("open", self.shown(path), error).into());
        }
        self.follow(path, false)
    }

    /// Enters a folder that was just made or named below the current one: it gets this mode and these times when it is left.
    pub(super) fn enter_new(
        &mut self,
        path: &[u8],
        fd: OwnedFd,
        mode: Mode,
        mtime: Timespec,
    ) -> Result<(), Blocked> {
        self.check_depth(self.open.len())?;
        self.spelled.clear();
        self.spelled.extend_from_slice(path);
        self.push(fd, path.len(), false)?;
        self.settle(mode, mtime);
        Ok(())
    }

    /// What the current folder is to have when it is left.
    pub(super) fn settle(&mut self, mode: Mode, mtime: Timespec) {
        if let Some(folder) = self.open.last_mut() {
            (folder.mode, folder.mtime, folder.touched) = (Some(mode), mtime, true);
        }
    }

    /// A name in the current folder means something else now: where links led here, all is left before another folder is
    /// entered, because their paths may lead elsewhere.
    pub(super) fn forget_links(&mut self) {
        self.is_stale = true;
    }

    /// Leaves all folders but the first so many.
    fn leave_to(&mut self, kept: usize) -> Result<(), UnpackError> {
        while self.open.len() > kept {
            let Some(folder) = self.open.pop() else { break };
            let left = finish(&folder).map_err(self.fail("date", &self.spelled));
            let end = self.open.last().map_or(0, |above| above.end);
            self.spelled.truncate(end);
            left?;
        }
        Ok(())
    }

    /// Leaves all folders but the root, whose times are set as well.
    pub(super) fn leave_all(&mut self) -> Result<(), UnpackError> {
        self.leave_to(1)?;
        match self.open.last_mut() {
            Some(root) => {
                let done = finish(root);
                (root.touched, root.mode) = (false, None);
                done.map_err(self.fail("date", b""))
            }
            None => Ok(()),
        }
    }
}

/// The mode and the times of a folder that is left.
fn finish(folder: &Folder) -> Result<(), Errno> {
    if let Some(mode) = folder.mode {
        fs::fchmod(&folder.fd, mode)?;
    }
    if folder.touched { set_times(folder.fd.as_fd(), folder.mtime) } else { Ok(()) }
}

/// The parts of a path, the first one last.
fn parts_of(path: &[u8]) -> Vec<Vec<u8>> {
    path.split(|&byte| byte == b'/').rev().map(<[u8]>::to_vec).collect()
}

/// What there is of a name, opened when it is a folder.
fn open_at(folder: BorrowedFd<'_>, name: &[u8], shown: &Path) -> Result<Opened, Blocked> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match fs::openat(folder, name, flags, Mode::empty()) {
        Ok(fd) => Ok(Opened::Folder(fd)),
        Err(Errno::NOENT) => Ok(Opened::Missing),
        Err(Errno::NAMETOOLONG) => Err(Blocked::NameTooLong),
        Err(Errno::NOTDIR | Errno::LOOP) => match fs::readlinkat(folder, name, Vec::new()) {
            Ok(target) => Ok(Opened::Link(target.into_bytes())),
            Err(_) => Ok(Opened::NotADirectory),
        },
        // Its owner may give himself the right to read it.
        Err(Errno::ACCESS) => {
            let unlocked = unlock(folder, name).and_then(|()| fs::openat(folder, name, flags, Mode::empty()));
            unlocked.map(Opened::Folder).map_err(|error| UnpackError::io("open", shown, error).into())
        }
        Err(error) => Err(UnpackError::io("open", shown, error).into()),
    }
}

/// Gives the owner of a folder every right to it.
pub(super) fn unlock(folder: BorrowedFd<'_>, name: &[u8]) -> Result<(), Errno> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let fd = fs::openat(folder, name, flags, Mode::empty())?;
    let stat = fs::fstat(&fd)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
        return Err(Errno::NOTDIR);
    }
    chmod_open(fd.as_fd(), Mode::from_raw_mode(stat.st_mode) | OPEN_MODE)
}

/// Makes a folder that is only implied.
fn imply_at(folder: BorrowedFd<'_>, name: &[u8], shown: &Path) -> Result<OwnedFd, Blocked> {
    let fail = |error| match error {
        Errno::NAMETOOLONG => Blocked::NameTooLong,
        error => UnpackError::io("make", shown, error).into(),
    };
    let fd = make_folder(folder, name).map_err(fail)?;
    fs::fchmod(&fd, IMPLIED_MODE).map_err(fail)?;
    set_times(fd.as_fd(), IMPLIED_TIME).map_err(fail)?;
    Ok(fd)
}

/// Makes a folder that only its owner can enter, and opens it.
pub(super) fn make_folder(folder: BorrowedFd<'_>, name: &[u8]) -> Result<OwnedFd, Errno> {
    fs::mkdirat(folder, name, OPEN_MODE)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    fs::openat(folder, name, flags, Mode::empty())
}

/// Opens a folder that is there; nothing when the name is something else.
pub(super) fn open_folder(folder: BorrowedFd<'_>, name: &[u8]) -> Result<Option<OwnedFd>, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match fs::openat(folder, name, flags, Mode::empty()) {
        Ok(fd) => Ok(Some(fd)),
        Err(Errno::NOTDIR | Errno::LOOP) => Ok(None),
        Err(Errno::ACCESS) => {
            unlock(folder, name)?;
            fs::openat(folder, name, flags, Mode::empty()).map(Some)
        }
        Err(error) => Err(error),
    }
}

/// Whether a name is a folder, without following it.
pub(super) fn is_folder(folder: BorrowedFd<'_>, name: &[u8]) -> Result<bool, Errno> {
    let stat = fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
}
