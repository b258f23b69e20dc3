//! Files below a folder, by names that are not to be trusted.

use std::fs::File;
use std::io;
use std::path::Path;

/// A folder out of which no name leads.
pub(in crate::fs) struct Folder(Inner);

impl Folder {
    /// Opens a folder.
    pub(in crate::fs) fn open(path: &Path) -> io::Result<Self> {
        Inner::open(path).map(Self)
    }

    /// Opens a regular file for reading. Links are followed within the folder, which stands in for the root.
    pub(in crate::fs) fn file(&self, name: &[u8]) -> io::Result<File> {
        let file = self.0.file(name)?;
        if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no regular file")) }
    }
}

#[cfg(target_os = "linux")]
struct Inner(File);

#[cfg(target_os = "linux")]
impl Inner {
    fn open(path: &Path) -> io::Result<Self> {
        use rustix::fs::{Mode, OFlags, open};
        let folder = open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        Ok(Self(folder.into()))
    }

    fn file(&self, name: &[u8]) -> io::Result<File> {
        use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
        use rustix::io::Errno;
        // A pipe would be waited for.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        match openat2(&self.0, name, flags, Mode::empty(), resolve) {
            Ok(file) => Ok(file.into()),
            // Old kernels do not know the call, and some sandboxes forbid it.
            Err(Errno::NOSYS | Errno::PERM) => self.step_by_step(name),
            Err(error) => Err(error.into()),
        }
    }

    /// Follows no link at all.
    fn step_by_step(&self, name: &[u8]) -> io::Result<File> {
        use rustix::fs::{Mode, OFlags, openat};
        let name = crate::layer::clean_path(name).map_err(|_| io::ErrorKind::InvalidInput)?;
        let mut folder = self.0.try_clone()?;
        let mut parts = name.split(|byte| *byte == b'/').peekable();
        while let Some(part) = parts.next() {
            let kind = if parts.peek().is_some() { OFlags::DIRECTORY } else { OFlags::NONBLOCK };
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | kind;
            folder = openat(&folder, part, flags, Mode::empty())?.into();
        }
        Ok(folder)
    }
}

#[cfg(not(target_os = "linux"))]
struct Inner(std::path::PathBuf);

#[cfg(not(target_os = "linux"))]
impl Inner {
    fn open(path: &Path) -> io::Result<Self> {
        path.canonicalize().map(Self)
    }

    fn file(&self, name: &[u8]) -> io::Result<File> {
        let name = str::from_utf8(name).map_err(|_| io::ErrorKind::InvalidInput)?;
        let path = self.0.join(name.trim_start_matches('/')).canonicalize()?;
        if path.starts_with(&self.0) { File::open(path) } else { Err(io::ErrorKind::PermissionDenied.into()) }
    }
}
