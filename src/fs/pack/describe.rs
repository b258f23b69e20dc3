//! From what the system says of a file to an entry of a tar.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use rustix::fs::{self, FileType, SeekFrom, Stat};
use rustix::io::Errno;

use super::{PackOptions, PackOwners, PackTimes};
use crate::tar::{Entry, EntryKind, Fragment, Timestamp};

/// Bytes of the names of a file's attributes, and of one value: what Linux allows.
const XATTR_BYTES: usize = 64 << 10;
const OPAQUE: &[u8] = b"trusted.overlay.opaque";

/// Extended attributes that a layer may set, sorted, with those that a tar cannot hold counted only.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Xattrs {
    pub list: Vec<(Vec<u8>, Vec<u8>)>,
    pub left_out: usize,
    /// Overlay file systems take the folder to hide the one below.
    pub is_opaque: bool,
}

/// The kind of entry; none for sockets.
pub(super) fn kind(stat: &Stat) -> Option<EntryKind> {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Some(EntryKind::File),
        FileType::Directory => Some(EntryKind::Directory),
        FileType::Symlink => Some(EntryKind::Symlink),
        FileType::CharacterDevice => Some(EntryKind::CharDevice),
        FileType::BlockDevice => Some(EntryKind::BlockDevice),
        FileType::Fifo => Some(EntryKind::Fifo),
        _ => None,
    }
}

pub(super) fn mtime(stat: &Stat) -> Timestamp {
    Timestamp { secs: stat.st_mtime, nanos: u32::try_from(stat.st_mtime_nsec).unwrap_or(0) }
}

/// An entry with all but contents and link.
pub(super) fn entry(path: &[u8], kind: EntryKind, stat: &Stat, options: &PackOptions) -> Entry {
    let mut name = path.to_vec();
    if kind == EntryKind::Directory {
        name.push(b'/');
    }
    let mut entry = Entry::new(name, kind);
    entry.mode = stat.st_mode & 0o7777;
    (entry.uid, entry.gid) = match options.owners {
        PackOwners::Keep => (stat.st_uid.into(), stat.st_gid.into()),
        PackOwners::Set { uid, gid } => (uid.into(), gid.into()),
    };
    entry.mtime = match options.times {
        PackTimes::Keep => mtime(stat),
        PackTimes::NotAfter(latest) => mtime(stat).min(latest),
        PackTimes::Set(time) => time,
    };
    if matches!(kind, EntryKind::CharDevice | EntryKind::BlockDevice) {
        entry.device = (fs::major(stat.st_rdev), fs::minor(stat.st_rdev));
    }
    entry
}

/// The attributes of a name in an open folder, which is not followed.
pub(super) fn xattrs(folder: BorrowedFd<'_>, name: &[u8]) -> Result<Xattrs, Errno> {
    let path = [format!("/proc/self/fd/{}/", folder.as_raw_fd()).as_bytes(), name].concat();
    let mut found = Xattrs::default();
    let names = match sized(|buffer| fs::llistxattr(&path[..], buffer)) {
        Ok(names) => names,
        Err(Errno::OPNOTSUPP) => return Ok(found),
        Err(error) => return Err(error),
    };
    for key in names.split(|&byte| byte == 0) {
        let is_ours =
            key.starts_with(b"user.") || key.starts_with(b"trusted.") || key == b"security.capability";
        let is_overlay = key.starts_with(b"trusted.overlay.") || key.starts_with(b"user.overlay.");
        if !is_ours {
            continue;
        }
        let value = match sized(|buffer| fs::lgetxattr(&path[..], key, buffer)) {
            Ok(value) => value,
            // Gone meanwhile.
            Err(Errno::NODATA) => continue,
            Err(error) => return Err(error),
        };
        if is_overlay {
            found.is_opaque |= key == OPAQUE && value == b"y";
        } else if value.is_empty() || key.contains(&b'=') {
            found.left_out += 1;
        } else {
            found.list.push((key.to_vec(), value));
        }
    }
    found.list.sort();
    Ok(found)
}

/// What the system puts into a buffer: into a small one where that is enough, as it mostly is.
fn sized(call: impl Fn(&mut [u8]) -> Result<usize, Errno>) -> Result<Vec<u8>, Errno> {
    let mut small = [0_u8; 512];
    match call(&mut small) {
        Ok(length) => Ok(small.get(..length).unwrap_or_default().to_vec()),
        Err(Errno::RANGE) => {
            let mut large = vec![0_u8; XATTR_BYTES];
            let length = call(&mut large)?;
            large.truncate(length);
            Ok(large)
        }
        Err(error) => Err(error),
    }
}

/// Where the file system keeps bytes of a file; none when it keeps all, or does not tell, or in too many pieces.
pub(super) fn fragments(file: impl AsFd, size: u64, limit: u32) -> Option<Vec<Fragment>> {
    let file = file.as_fd();
    let mut fragments = Vec::new();
    let mut position = 0;
    while position < size {
        let start = match fs::seek(file, SeekFrom::Data(position)) {
            Ok(start) if start < size => start,
            Ok(_) | Err(Errno::NXIO) => break,
            Err(_) => return None,
        };
        let end = fs::seek(file, SeekFrom::Hole(start)).ok()?.min(size);
        if end <= start || fragments.len() >= limit as usize {
            return None;
        }
        fragments.push(Fragment { offset: start, length: end - start });
        position = end;
    }
    let kept: u64 = fragments.iter().map(|fragment| fragment.length).sum();
    (kept < size).then_some(fragments)
}

/// Docker's rule for times: one without a fraction of a second comes from an archive that had none.
pub(super) fn is_same_time(one: Timestamp, other: Timestamp) -> bool {
    one.secs == other.secs && (one.nanos == other.nanos || one.nanos == 0 || other.nanos == 0)
}
