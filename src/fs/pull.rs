//! A folder as the place of images that are single files, such as SIF: each under the digits of its digest.
//!
//! What is coming is written to a file whose name begins with `.tmp-pull-`, synced and renamed, and then the folder is
//! synced. Where the digest is known beforehand, the file is named after it, and an interrupted pull goes on with it; a
//! lock keeps two processes from writing to one.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::folder::write::{is_at, make_folders, sync_folder};
use crate::digest::{Algorithm, Digest, Hasher};
use crate::pull::{Part, Place, PlaceError, Placed};

const TEMPORARY: &str = ".tmp-pull-";
/// How often a file is opened again that another process renames or removes at that moment.
const ATTEMPTS: u32 = 16;

/// A folder of images that are single files.
///
/// ```
/// use layerglass::fs::{PullFolder, block_on};
/// use layerglass::pull::{FetchError, Fetch, Fetcher, PullRequest, RemoteInfo, pull};
/// use layerglass::reference::Source;
/// # struct Nothing;
/// # impl Fetcher for Nothing {
/// #     type Body = std::vec::IntoIter<Vec<u8>>;
/// #     async fn info(&self, _: &Source) -> Result<RemoteInfo, FetchError> { Err(FetchError::NotFound) }
/// #     async fn fetch(&self, _: &Source, _: u64) -> Result<Fetch<Self::Body>, FetchError> { Err(FetchError::NotFound) }
/// # }
/// # let (folder, fetcher) = (tempfile::tempdir().unwrap(), Nothing);
/// let place = PullFolder::open(folder.path().join("images"))?;
/// // A local file is hashed and stays where it is.
/// let file = std::fs::canonicalize("tests/fixtures/quirks.sif").unwrap();
/// let source = Source::LocalFile { path: file.display().to_string() };
/// let pulled = block_on(pull(&fetcher, &place, &PullRequest::new(source), |_| {}))?;
/// assert_eq!(pulled.placed.location, file);
/// # Ok::<(), layerglass::pull::PullError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PullFolder {
    root: PathBuf,
}

impl PullFolder {
    /// Opens a folder, makes it where there is none, and removes what interrupted pulls left that nobody can go on with.
    ///
    /// # Errors
    /// It cannot be made or listed.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, PlaceError> {
        let root = root.as_ref();
        make_folders(root).map_err(|error| failed("make", root, &error))?;
        let root = root.canonicalize().map_err(|error| failed("open", root, &error))?;
        for entry in fs::read_dir(&root).map_err(|error| failed("list", &root, &error))? {
            let path = entry.map_err(|error| failed("list", &root, &error))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_nobodys = name.starts_with(TEMPORARY) && !name.ends_with(".part");
            // Whoever still writes to it holds its lock.
            if is_nobodys && File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
                fs::remove_file(&path).map_err(|error| failed("remove", &path, &error))?;
            }
        }
        Ok(Self { root })
    }

    /// Where contents of a digest are, or would be: SHA-256 by its digits, others with the algorithm before them.
    pub fn path_of(&self, digest: &Digest) -> PathBuf {
        self.root.join(match digest.algorithm() {
            Algorithm::Sha256 => digest.hex(),
            other => format!("{}-{}", other.name(), digest.hex()),
        })
    }

    /// Removes contents of a digest, with what an interrupted pull left of them. False when there are none. Local files
    /// are never in the folder, and so never removed.
    ///
    /// # Errors
    /// They cannot be removed.
    pub fn remove(&self, digest: &Digest) -> Result<bool, PlaceError> {
        let mut was_there = false;
        for path in [self.path_of(digest), self.part_path(digest)] {
            match fs::remove_file(&path) {
                Ok(()) => was_there = true,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed("remove", &path, &error)),
            }
        }
        sync_folder(&self.root).map_err(|error| failed("sync", &self.root, &error))?;
        Ok(was_there)
    }

    fn part_path(&self, digest: &Digest) -> PathBuf {
        self.root.join(format!("{TEMPORARY}{}-{}.part", digest.algorithm().name(), digest.hex()))
    }

    fn begin_part(&self, expected: Option<&Digest>) -> io::Result<FilePart> {
        let whole = self.root.clone();
        if let Some(digest) = expected {
            let path = self.part_path(digest);
            for _ in 0..ATTEMPTS {
                let file = options().create(true).truncate(false).open(&path)?;
                match file.try_lock() {
                    // The former holder may have renamed or removed it before it let go.
                    Ok(()) if !is_at(&file, &path) => {}
                    Ok(()) => return Ok(FilePart { root: whole, path: Some(path), file, keep: true }),
                    Err(TryLockError::WouldBlock) => break,
                    Err(TryLockError::Error(error)) => return Err(error),
                }
            }
        }
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = self.root.join(format!("{TEMPORARY}{}-{number}", std::process::id()));
            match options().create_new(true).open(&path) {
                Ok(file) => {
                    file.lock()?;
                    if is_at(&file, &path) {
                        return Ok(FilePart { root: whole, path: Some(path), file, keep: false });
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn failed(action: &'static str, path: &Path, error: &io::Error) -> PlaceError {
    PlaceError::Failed { action, path: path.display().to_string(), reason: error.to_string() }
}

/// Hashes a regular file. Nothing where there is none.
pub(super) fn hashed(path: &Path, algorithm: Algorithm) -> io::Result<Option<(Digest, u64)>> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut hasher = Hasher::new(algorithm);
    let size = each_piece(&mut File::open(path)?, &mut |bytes| hasher.update(bytes))?;
    Ok(Some((hasher.finish(), size)))
}

fn each_piece(file: &mut File, take: &mut dyn FnMut(&[u8])) -> io::Result<u64> {
    let mut buffer = vec![0; 256 << 10];
    let mut size = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(size),
            Ok(count) => {
                size += count as u64;
                take(buffer.get(..count).unwrap_or_default());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

impl Place for PullFolder {
    type Location = PathBuf;
    type Part = FilePart;

    async fn find(&self, digest: &Digest) -> Result<Option<Placed<PathBuf>>, PlaceError> {
        let path = self.path_of(digest);
        let found = hashed(&path, digest.algorithm()).map_err(|error| failed("read", &path, &error))?;
        // Damaged contents are as good as none: what is fetched takes their place.
        let whole = found.filter(|(found, _)| found == digest);
        Ok(whole.map(|(digest, size)| Placed { digest, size, location: path }))
    }

    async fn begin(&self, expected: Option<&Digest>) -> Result<FilePart, PlaceError> {
        self.begin_part(expected).map_err(|error| failed("write", &self.root, &error))
    }

    async fn local(&self, path: &str, algorithm: Algorithm) -> Result<Placed<PathBuf>, PlaceError> {
        let location = PathBuf::from(path);
        match hashed(&location, algorithm) {
            Ok(Some((digest, size))) => Ok(Placed { digest, size, location }),
            Ok(None) => Err(PlaceError::NotFound { path: path.to_owned() }),
            Err(error) => Err(failed("read", &location, &error)),
        }
    }
}

/// Contents that are coming into a folder.
#[derive(Debug)]
pub struct FilePart {
    root: PathBuf,
    /// Nothing once it is placed or removed.
    path: Option<PathBuf>,
    file: File,
    /// Whether another pull can go on with it.
    keep: bool,
}

impl FilePart {
    fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or(&self.root)
    }

    fn failed(&self, action: &'static str) -> impl Fn(io::Error) -> PlaceError + use<> {
        let path = self.path().to_owned();
        move |error| failed(action, &path, &error)
    }
}

impl Part for FilePart {
    type Location = PathBuf;

    async fn resume(&mut self, take: &mut (dyn FnMut(&[u8]) + Send)) -> Result<u64, PlaceError> {
        let failed = self.failed("read");
        self.file.seek(SeekFrom::Start(0)).map_err(&failed)?;
        each_piece(&mut self.file, &mut |bytes| take(bytes)).map_err(failed)
    }

    async fn restart(&mut self) -> Result<(), PlaceError> {
        let failed = self.failed("write");
        self.file.set_len(0).map_err(&failed)?;
        self.file.seek(SeekFrom::Start(0)).map(drop).map_err(failed)
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), PlaceError> {
        self.file.write_all(bytes).map_err(self.failed("write"))
    }

    async fn commit(mut self, digest: &Digest) -> Result<Placed<PathBuf>, PlaceError> {
        let location = PullFolder { root: self.root.clone() }.path_of(digest);
        let failed = self.failed("place");
        self.file.sync_all().map_err(&failed)?;
        let size = self.file.metadata().map_err(&failed)?.len();
        fs::rename(self.path(), &location).map_err(&failed)?;
        self.path = None;
        sync_folder(&self.root).map_err(failed)?;
        Ok(Placed { digest: *digest, size, location })
    }

    async fn discard(mut self) -> Result<(), PlaceError> {
        let failed = self.failed("remove");
        match self.path.take().map(fs::remove_file) {
            None | Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(failed(error)),
        }
    }
}

impl Drop for FilePart {
    fn drop(&mut self) {
        let path = self.path.take().filter(|_| !self.keep);
        // What cannot be removed now is removed when the folder is opened again.
        let _ = path.map(fs::remove_file);
    }
}
