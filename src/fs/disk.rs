//! Disks of virtual machines on disk, and the ones that they build upon.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::error::{ErrorKind, Reason};
use crate::limits::{LimitExceeded, Limits};
use crate::vm::{Detail, Disk, DiskError, DiskProbe};

/// Why a disk of a virtual machine, or one that it builds upon, cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiskFileError {
    /// The operating system refused.
    #[error("cannot read `{}`: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// What is in the file is wrong.
    #[error("`{}`: {source}", path.display())]
    Disk {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        source: DiskError,
    },
    /// A disk builds upon a file outside of the folder that was allowed.
    #[error("`{}` builds upon `{name}`, which is outside of `{}`", path.display(), allowed.display())]
    Outside {
        /// The disk.
        path: PathBuf,
        /// What it builds upon, as it is written there.
        name: String,
        /// The folder.
        allowed: PathBuf,
    },
    /// A disk builds upon something that is no file.
    #[error("`{}` builds upon `{name}`, which is not the name of a file", path.display())]
    NotAFile {
        /// The disk.
        path: PathBuf,
        /// What it builds upon, as it is written there.
        name: String,
    },
}

impl Reason for DiskFileError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => ErrorKind::NotFound,
            Self::Io { .. } => ErrorKind::Io,
            Self::Disk { source, .. } => source.kind(),
            Self::Outside { .. } => ErrorKind::Invalid,
            Self::NotAFile { .. } => ErrorKind::Unsupported,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "file-io",
            Self::Disk { source, .. } => source.code(),
            Self::Outside { .. } => "disk-outside",
            Self::NotAFile { .. } => "disk-not-a-file",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Disk { source, .. } => source.offset(),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::Disk { source, .. } => source.expected(),
            Self::Outside { allowed, .. } => Some(allowed.display().to_string()),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Disk { source, .. } => source.found(),
            Self::Outside { name, .. } | Self::NotAFile { name, .. } => Some(name.clone()),
            Self::Io { .. } => None,
        }
    }

    fn path(&self) -> Option<String> {
        let (Self::Io { path, .. }
        | Self::Disk { path, .. }
        | Self::Outside { path, .. }
        | Self::NotAFile { path, .. }) = self;
        Some(path.display().to_string())
    }
}

/// What a file of a virtual machine is. Only headers are read.
///
/// ```
/// let disk = layerglass::fs::probe_disk("tests/fixtures/disk/overlay.qcow2", &Default::default())?;
/// assert_eq!(disk.detail.name(), "qcow2");
/// # Ok::<(), layerglass::fs::DiskFileError>(())
/// ```
///
/// # Errors
/// The file cannot be read, or its headers are wrong.
pub fn probe_disk(path: impl AsRef<Path>, limits: &Limits) -> Result<Disk, DiskFileError> {
    let path = path.as_ref();
    let io = |source| DiskFileError::Io { path: path.to_owned(), source };
    let wrong = |source| DiskFileError::Disk { path: path.to_owned(), source };
    let metadata = path.metadata().map_err(io)?;
    if !metadata.is_file() {
        // Opening a pipe waits for its other end.
        return Err(io(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")));
    }
    let mut file = File::open(path).map_err(io)?;
    let mut probe = DiskProbe::new(metadata.len(), limits);
    let mut want = probe.next(None).map_err(wrong)?;
    let mut bytes = Vec::new();
    while let Some(range) = want {
        bytes.clear();
        file.seek(SeekFrom::Start(range.offset)).map_err(io)?;
        Read::by_ref(&mut file).take(range.length).read_to_end(&mut bytes).map_err(io)?;
        want = probe.next(Some(&bytes)).map_err(wrong)?;
    }
    probe.finish().map_err(wrong)
}

/// One disk of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainDisk {
    /// The file, without links in its path.
    pub path: PathBuf,
    /// What it is. Nothing where the disk above says that it is raw: what a guest has written into a raw disk must not
    /// decide what it is.
    pub disk: Option<Disk>,
}

/// A disk, the one it builds upon, the one that builds upon, and so on. Names are followed as long as they lead to files
/// below `allowed`, links included; whoever can move files there meanwhile can lead the reader elsewhere.
///
/// # Errors
/// A file cannot be read or its headers are wrong; a name leads out of `allowed`, is none of a file, comes back to a disk
/// of the chain ([`DiskError::Cycle`]), or the chain is longer than `backing_files`.
pub fn disk_chain(
    path: impl AsRef<Path>,
    allowed: impl AsRef<Path>,
    limits: &Limits,
) -> Result<Vec<ChainDisk>, DiskFileError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| DiskFileError::Io { path, source }
    };
    let allowed = allowed.as_ref().canonicalize().map_err(io(allowed.as_ref()))?;
    let mut path = path.as_ref().canonicalize().map_err(io(path.as_ref()))?;
    let mut chain = Vec::<ChainDisk>::new();
    let mut is_raw = false;
    loop {
        if is_raw {
            chain.push(ChainDisk { path, disk: None });
            return Ok(chain);
        }
        let disk = probe_disk(&path, limits)?;
        let below = below(&disk);
        chain.push(ChainDisk { path: path.clone(), disk: Some(disk) });
        let Some((name, format)) = below else { return Ok(chain) };
        let in_chain = |source| DiskFileError::Disk { path: path.clone(), source };
        LimitExceeded::check("backingFiles", limits.backing_files.into(), chain.len() as u64 + 1)
            .map_err(|error| in_chain(error.into()))?;
        if !is_file_name(&name) {
            return Err(DiskFileError::NotAFile { path, name });
        }
        let next = path.parent().unwrap_or(&allowed).join(&name);
        let next = next.canonicalize().map_err(io(&next))?;
        if !next.starts_with(&allowed) {
            return Err(DiskFileError::Outside { path, name, allowed });
        }
        if chain.iter().any(|known| known.path == next) {
            let error = DiskError::Cycle { what: "backing files", at: next.display().to_string() };
            return Err(in_chain(error));
        }
        is_raw = format.as_deref() == Some("raw");
        path = next;
    }
}

/// The name of the disk below, and its format where that is known.
fn below(disk: &Disk) -> Option<(String, Option<String>)> {
    match &disk.detail {
        Detail::Qcow2(disk) => {
            disk.backing.as_ref().map(|backing| (backing.name.clone(), backing.format.clone()))
        }
        Detail::Vmdk(disk) => {
            disk.parent_content_id.as_ref().and(disk.parent.clone()).map(|name| (name, None))
        }
        Detail::Vhd(disk) => disk.parent.clone().map(|name| (name, None)),
        _ => None,
    }
}

/// QEMU takes a name with a colon before any slash for a protocol, such as `nbd:…` and `json:…`.
fn is_file_name(name: &str) -> bool {
    let start = name.split('/').next().unwrap_or_default();
    !name.is_empty() && !start.contains(':') && !name.contains('\0')
}
