//! Through a folder in the order of its names, beside another one with which it is compared.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{self, AtFlags, Dir, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::describe::{self, Xattrs};
use super::error::PackError;
use super::output::Output;
use super::{PackOptions, PackReport};
use crate::finding::{Finding, Findings, Severity};
use crate::fs::unpack::{Whiteouts, path_of};
use crate::limits::LimitExceeded;
use crate::tar::{Entry, EntryKind};

const BUFFER_BYTES: usize = 256 << 10;
const MARK: &[u8] = b".wh.";
const OPAQUE_MARK: &[u8] = b".wh..wh..opq";

pub(super) struct Packer<'a, W> {
    root: &'a Path,
    options: &'a PackOptions,
    out: Output<W>,
    /// The first name of each file that has several.
    links: HashMap<(u64, u64), Vec<u8>>,
    /// Folders that have not changed themselves: they are packed as soon as something below them is.
    pending: Vec<Entry>,
    entries: u64,
    content_size: u64,
    findings: Findings,
    buffer: Vec<u8>,
}

/// A name in two folders.
struct Pair<'f> {
    name: &'f [u8],
    new: BorrowedFd<'f>,
    stat: Stat,
    base: Option<(BorrowedFd<'f>, Stat)>,
}

impl<'a, W: Write> Packer<'a, W> {
    pub(super) fn new(root: &'a Path, options: &'a PackOptions, to: W) -> Self {
        Self {
            root,
            options,
            out: Output::new(to, options.format, options.limits.unpacked_bytes),
            links: HashMap::new(),
            pending: Vec::new(),
            entries: 0,
            content_size: 0,
            findings: Findings::new(options.limits.findings),
            buffer: vec![0; BUFFER_BYTES],
        }
    }

    pub(super) fn run(mut self, base: Option<&Path>) -> Result<PackReport, PackError> {
        let root = open_root(self.root)?;
        let base = base.map(open_root).transpose()?;
        self.folder(root.as_fd(), base.as_ref().map(AsFd::as_fd), &mut Vec::new(), 0)?;
        let (diff_id, tar_size) = self.out.finish()?;
        let (findings, more_findings) = self.findings.into_parts();
        let (entries, content_size) = (self.entries, self.content_size);
        Ok(PackReport { diff_id, tar_size, entries, content_size, findings, more_findings })
    }

    fn shown(&self, path: &[u8]) -> PathBuf {
        self.root.join(path_of(path))
    }

    fn fail(&self, action: &'static str, path: &[u8]) -> impl Fn(Errno) -> PackError {
        let path = self.shown(path);
        move |error| PackError::io(action, path.clone(), error)
    }

    fn find(&mut self, path: &[u8], code: &'static str, message: &str) {
        self.findings.push(|| Finding::new(Severity::Warning, code, message).at_path(path));
    }

    fn folder(
        &mut self,
        new: BorrowedFd<'_>,
        base: Option<BorrowedFd<'_>>,
        path: &mut Vec<u8>,
        depth: u32,
    ) -> Result<(), PackError> {
        let limit = self.options.limits.unpack_depth;
        LimitExceeded::check("unpackDepth", limit.into(), depth.into())?;
        let mut names = names_of(new).map_err(self.fail("list", path))?;
        let mut gone = match base {
            Some(base) => names_of(base).map_err(self.fail("list", path))?,
            None => Vec::new(),
        };
        gone.retain(|name| names.binary_search(name).is_err());
        let length = path.len();
        names.extend_from_slice(&gone);
        names.sort_unstable();
        for name in names {
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(&name);
            if gone.binary_search(&name).is_ok() {
                path.truncate(path.len() - name.len());
                self.mark(path, &[MARK, &name].concat())?;
            } else {
                self.name(new, base, &name, path, depth)?;
            }
            path.truncate(length);
        }
        Ok(())
    }

    fn name(
        &mut self,
        new: BorrowedFd<'_>,
        base: Option<BorrowedFd<'_>>,
        name: &[u8],
        path: &mut Vec<u8>,
        depth: u32,
    ) -> Result<(), PackError> {
        let stat = fs::statat(new, name, AtFlags::SYMLINK_NOFOLLOW).map_err(self.fail("look at", path))?;
        let Some(kind) = describe::kind(&stat) else {
            self.find(path, "socket", "a layer holds no sockets: it is left out");
            return Ok(());
        };
        match self.options.whiteouts {
            Whiteouts::Overlay if kind == EntryKind::CharDevice && stat.st_rdev == 0 => {
                let above = path.get(..path.len() - name.len()).unwrap_or_default();
                return self.mark(above, &[MARK, name].concat());
            }
            Whiteouts::Apply | Whiteouts::Overlay if name.starts_with(MARK) => {
                let message = "its name would be taken for a deletion mark: it is left out";
                self.find(path, "whiteout-like", message);
                return Ok(());
            }
            _ => {}
        }
        let found = match base {
            Some(base) => match fs::statat(base, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(found) => Some((base, found)),
                Err(Errno::NOENT) => None,
                Err(error) => return Err(self.fail("look at", path)(error)),
            },
            None => None,
        };
        let pair = Pair { name, new, stat, base: found };
        let xattrs = describe::xattrs(new, name).map_err(self.fail("read attributes of", path))?;
        if kind != EntryKind::Directory {
            if !self.is_same(&pair, kind, &xattrs, path)? {
                self.leaf(&pair, kind, xattrs, path)?;
            }
            return Ok(());
        }
        let is_same = self.is_same(&pair, kind, &xattrs, path)?;
        let is_opaque = self.options.whiteouts == Whiteouts::Overlay && xattrs.is_opaque;
        let entry = self.described(kind, &pair.stat, xattrs, path);
        let pending = self.pending.len();
        if is_same {
            self.pending.push(entry)
        } else {
            self.emit(&entry)?
        }
        if is_opaque {
            self.mark(&[path, &b"/"[..]].concat(), OPAQUE_MARK)?;
        }
        let below = open(new, name).map_err(self.fail("open", path))?;
        let base = match pair.base {
            Some((base, found)) if describe::kind(&found) == Some(EntryKind::Directory) => {
                Some(open(base, name).map_err(self.fail("open", path))?)
            }
            _ => None,
        };
        self.folder(below.as_fd(), base.as_ref().map(AsFd::as_fd), path, depth + 1)?;
        self.pending.truncate(pending);
        Ok(())
    }

    /// An entry with its attributes.
    fn described(&mut self, kind: EntryKind, stat: &Stat, xattrs: Xattrs, path: &[u8]) -> Entry {
        if xattrs.left_out > 0 {
            self.find(path, "xattr-left-out", "an extended attribute that no tar can hold is left out");
        }
        let mut entry = describe::entry(path, kind, stat, self.options);
        entry.xattrs = xattrs.list;
        entry
    }

    fn emit(&mut self, entry: &Entry) -> Result<(), PackError> {
        for folder in std::mem::take(&mut self.pending) {
            self.write(&folder)?;
        }
        self.write(entry)
    }

    fn write(&mut self, entry: &Entry) -> Result<(), PackError> {
        self.entries += 1;
        LimitExceeded::check("layerEntries", self.options.limits.layer_entries, self.entries)?;
        self.out.entry(entry)
    }

    /// A deletion mark in a folder, which ends in a slash or is the root. It is nobody's and of no time.
    fn mark(&mut self, above: &[u8], name: &[u8]) -> Result<(), PackError> {
        let mut entry = Entry::new([above, name].concat(), EntryKind::File);
        entry.mode = 0;
        self.emit(&entry)?;
        self.out.padding()
    }

    fn leaf(
        &mut self,
        pair: &Pair<'_>,
        kind: EntryKind,
        xattrs: Xattrs,
        path: &[u8],
    ) -> Result<(), PackError> {
        let inode = (pair.stat.st_dev, pair.stat.st_ino);
        if pair.stat.st_nlink > 1 {
            if let Some(first) = self.links.get(&inode).cloned() {
                let mut entry = self.described(EntryKind::HardLink, &pair.stat, Xattrs::default(), path);
                entry.link = first;
                return self.emit(&entry);
            }
            self.links.insert(inode, path.to_vec());
        }
        if kind == EntryKind::File {
            return self.file(pair, xattrs, path);
        }
        let mut entry = self.described(kind, &pair.stat, xattrs, path);
        if kind == EntryKind::Symlink {
            let target = fs::readlinkat(pair.new, pair.name, Vec::new());
            entry.link = target.map_err(self.fail("read", path))?.into_bytes();
        }
        self.emit(&entry)
    }

    fn file(&mut self, pair: &Pair<'_>, xattrs: Xattrs, path: &[u8]) -> Result<(), PackError> {
        let changed = |packer: &Self| PackError::Changed { path: packer.shown(path) };
        let file = open_file(pair.new, pair.name).map_err(self.fail("open", path))?;
        let stat = fs::fstat(&file).map_err(self.fail("look at", path))?;
        if describe::kind(&stat) != Some(EntryKind::File) {
            return Err(changed(self));
        }
        let mut entry = self.described(EntryKind::File, &stat, xattrs, path);
        entry.size = u64::try_from(stat.st_size).unwrap_or(0);
        if self.options.sparse {
            entry.sparse = describe::fragments(&file, entry.size, self.options.limits.sparse_fragments);
        }
        self.content_size = self.content_size.saturating_add(entry.size);
        self.emit(&entry)?;
        let whole = [crate::tar::Fragment { offset: 0, length: entry.size }];
        for fragment in entry.sparse.as_deref().unwrap_or(&whole) {
            let (mut offset, end) = (fragment.offset, fragment.offset + fragment.length);
            while offset < end {
                let length = usize::try_from(end - offset).unwrap_or(usize::MAX).min(self.buffer.len());
                let buffer = self.buffer.get_mut(..length).unwrap_or_default();
                match rustix::io::pread(&file, buffer, offset) {
                    Ok(0) => return Err(changed(self)),
                    Ok(count) => {
                        self.out.contents(self.buffer.get(..count).unwrap_or_default())?;
                        offset += count as u64;
                    }
                    Err(Errno::INTR) => {}
                    Err(error) => return Err(self.fail("read", path)(error)),
                }
            }
        }
        self.out.padding()?;
        let after = fs::fstat(&file).map_err(self.fail("look at", path))?;
        if (after.st_size, describe::mtime(&after)) != (stat.st_size, describe::mtime(&stat)) {
            return Err(changed(self));
        }
        Ok(())
    }

    fn is_same(
        &self,
        pair: &Pair<'_>,
        kind: EntryKind,
        xattrs: &Xattrs,
        path: &[u8],
    ) -> Result<bool, PackError> {
        let Some((base, found)) = &pair.base else { return Ok(false) };
        let stat = &pair.stat;
        let is_device = matches!(kind, EntryKind::CharDevice | EntryKind::BlockDevice);
        let is_timed = kind != EntryKind::Directory;
        if stat.st_mode != found.st_mode
            || (stat.st_uid, stat.st_gid) != (found.st_uid, found.st_gid)
            || (is_device && stat.st_rdev != found.st_rdev)
            || (is_timed && !describe::is_same_time(describe::mtime(stat), describe::mtime(found)))
            || (is_timed && stat.st_size != found.st_size)
        {
            return Ok(false);
        }
        let fail = self.fail("compare", path);
        if *xattrs != describe::xattrs(*base, pair.name).map_err(&fail)? {
            return Ok(false);
        }
        let is_one = (stat.st_dev, stat.st_ino) == (found.st_dev, found.st_ino);
        match kind {
            EntryKind::Symlink => {
                let target = |folder| fs::readlinkat(folder, pair.name, Vec::new()).map_err(&fail);
                Ok(target(pair.new)? == target(*base)?)
            }
            EntryKind::File if self.options.compare_contents && !is_one => {
                let file = |folder| open_file(folder, pair.name).map(File::from).map_err(&fail);
                same_bytes(file(pair.new)?, file(*base)?)
                    .map_err(|error| PackError::io("compare", self.shown(path), error))
            }
            _ => Ok(true),
        }
    }
}

fn same_bytes(one: File, other: File) -> io::Result<bool> {
    let mut pieces = [Vec::with_capacity(BUFFER_BYTES), Vec::with_capacity(BUFFER_BYTES)];
    loop {
        for (file, piece) in [&one, &other].into_iter().zip(&mut pieces) {
            piece.clear();
            file.take(BUFFER_BYTES as u64).read_to_end(piece)?;
        }
        let [left, right] = &pieces;
        if left != right || left.is_empty() {
            return Ok(left == right);
        }
    }
}

/// The folder to start from. A link that leads to it is followed: the caller named it.
fn open_root(path: &Path) -> Result<OwnedFd, PackError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    fs::open(path, flags, Mode::empty()).map_err(|error| PackError::io("open", path, error))
}

fn open(folder: BorrowedFd<'_>, name: &[u8]) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    fs::openat(folder, name, flags, Mode::empty())
}

/// A file that became a pipe meanwhile does not make this wait.
fn open_file(folder: BorrowedFd<'_>, name: &[u8]) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    fs::openat(folder, name, flags, Mode::empty())
}

/// The names in a folder, sorted by their bytes.
fn names_of(folder: BorrowedFd<'_>) -> Result<Vec<Vec<u8>>, Errno> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let name = entry?.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}
