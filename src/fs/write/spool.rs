//! Files without a name, which go with the process that has them.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{self, AtFlags, CWD, Mode, OFlags};
use rustix::io::Errno;

/// A file without a name on the disk of a folder.
pub(in crate::fs) fn unnamed(folder: &Path) -> io::Result<File> {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let mode = Mode::RUSR | Mode::WUSR;
    match fs::open(folder, OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC, mode) {
        Ok(file) => return Ok(file.into()),
        // Not every file system can; then it has a name for a moment.
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::NOENT | Errno::INVAL) => {}
        Err(error) => return Err(error.into()),
    }
    let number = LAST.fetch_add(1, Ordering::Relaxed);
    let path = folder.join(format!(".layerglass-spool-{}-{number}", std::process::id()));
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = fs::openat(CWD, &path, flags, mode)?;
    fs::unlinkat(CWD, &path, AtFlags::empty())?;
    Ok(file.into())
}

/// A range of a file, whatever else reads it.
pub(in crate::fs) struct Range {
    pub(in crate::fs) file: Arc<File>,
    pub(in crate::fs) offset: u64,
    pub(in crate::fs) length: u64,
}

impl Read for Range {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.length).map_or(buffer.len(), |length| length.min(buffer.len()));
        let Some(buffer) = buffer.get_mut(..wanted) else { return Ok(0) };
        let count = self.file.read_at(buffer, self.offset)?;
        self.offset += count as u64;
        self.length -= count as u64;
        Ok(count)
    }
}
