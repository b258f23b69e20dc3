//! A folder of SIF files, with the records of their images, as singularity-cri keeps it.
//!
//! ```text
//! registry.json      a JSON object a line, one for each image
//! <64 digits>        files, named by their SHA-256
//! ```
//!
//! Every change is one atomic write of `registry.json` under the folder's lock. A file is deleted after its record is gone:
//! who is interrupted in between leaves a file that nothing names, never a record without its file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{SifFile, SifFileError};
use crate::fs::blocking::block_on;
use crate::fs::folder::FolderBackend;
use crate::limits::Limits;
use crate::reference::{ImageNames, NameSource};
use crate::store::{Backend, ImageRecord, RecordChange, RecordError, RecordProblem, Records};

/// A folder of SIF files, with the records of their images.
///
/// ```
/// use layerglass::fs::SifFolder;
/// # let folder = tempfile::tempdir().unwrap();
/// # let folder = folder.path();
/// let images = SifFolder::open(folder, &Default::default())?;
/// let image = images.add_local("tests/fixtures/quirks.sif")?;
/// images.borrow_image(&image.id, "container")?;
/// assert!(images.remove(&image.id).is_err(), "it is in use");
/// images.give_back(&image.id, "container")?;
/// images.remove(&image.id)?;
/// assert!(std::path::Path::new("tests/fixtures/quirks.sif").exists(), "a local file is never deleted");
/// # Ok::<(), layerglass::fs::SifFileError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SifFolder {
    backend: FolderBackend,
    limits: Limits,
}

/// What became of the file of an image that was removed.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileFate {
    /// It was deleted.
    Deleted,
    /// It was gone already.
    Absent,
    /// It is a local file, referenced in place.
    Local,
    /// Another image has the same file.
    Shared,
    /// It does not lie in the folder, whatever the record says of where it is from.
    Outside,
    /// It could not be deleted: the image is removed, and the file is left to be cleaned up.
    Left(io::Error),
}

/// An image that was removed.
#[derive(Debug)]
pub struct RemovedImage {
    /// Its record.
    pub record: ImageRecord,
    /// What became of its file.
    pub file: FileFate,
}

impl SifFolder {
    /// Name of the file of records.
    pub const REGISTRY: &str = "registry.json";

    /// Opens a folder, and makes it where there is none.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(root: impl AsRef<Path>, limits: &Limits) -> Result<Self, SifFileError> {
        Ok(Self { backend: FolderBackend::open(root)?.with_limits(limits), limits: *limits })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        self.backend.root()
    }

    /// The records, with what is wrong with lines of the file.
    ///
    /// # Errors
    /// The file cannot be read, or passes a limit.
    pub fn records(&self) -> Result<(Records, Vec<RecordProblem>), SifFileError> {
        let bytes = block_on(self.backend.get(Self::REGISTRY))?.unwrap_or_default();
        Ok(Records::read(&bytes, &self.limits)?)
    }

    /// Adds an image, or names and users of one that is known.
    ///
    /// # Errors
    /// Those of [`Records::add`], or the records cannot be written.
    pub fn add(&self, record: ImageRecord) -> Result<RecordChange, SifFileError> {
        self.change(|records| records.add(record))
    }

    /// Adds an image that is a file somewhere else. It is referenced in place, and never deleted.
    ///
    /// # Errors
    /// It cannot be read or is no SIF file, or the records cannot be written.
    pub fn add_local(&self, path: impl AsRef<Path>) -> Result<ImageRecord, SifFileError> {
        let path = path.as_ref();
        let whole = path.canonicalize().map_err(|source| SifFileError::io("open", path, source))?;
        let text = whole.to_str().ok_or_else(|| SifFileError::Path { path: whole.clone() })?;
        let names = ImageNames::parse(&format!("local.file{text}"))?;
        let record = SifFile::open(&whole, &self.limits)?.record(Some(names))?;
        self.add(record.clone())?;
        Ok(record)
    }

    /// Notes that somebody uses an image; false when that was known.
    ///
    /// # Errors
    /// There is no image of that exact id, or the records cannot be written.
    pub fn borrow_image(&self, id: &str, user: &str) -> Result<bool, SifFileError> {
        self.change(|records| records.borrow(id, user))
    }

    /// Notes that somebody no longer uses an image; false when nobody knew of that.
    ///
    /// # Errors
    /// There is no image of that exact id, or the records cannot be written.
    pub fn give_back(&self, id: &str, user: &str) -> Result<bool, SifFileError> {
        self.change(|records| records.give_back(id, user))
    }

    /// Removes an image: its record, then its file, unless that is a local one, that of another image, or not in this
    /// folder. A file that is gone already is no error.
    ///
    /// # Errors
    /// There is no image of that exact id, it has users, or the records cannot be written. Then nothing was changed.
    pub fn remove(&self, id: &str) -> Result<RemovedImage, SifFileError> {
        let _held = block_on(self.backend.lock())?;
        let (mut records, before) = self.read()?;
        let record = records.remove(id)?;
        self.write(&records, before)?;
        let is_local = record.names.as_ref().and_then(ImageNames::source) == Some(NameSource::LocalFile);
        let file = match self.own_file(&record.path) {
            _ if is_local => FileFate::Local,
            None => FileFate::Outside,
            Some(_) if records.iter().any(|other| other.path == record.path) => FileFate::Shared,
            Some(path) => match fs::remove_file(path) {
                Ok(()) => FileFate::Deleted,
                Err(error) if error.kind() == io::ErrorKind::NotFound => FileFate::Absent,
                Err(error) => FileFate::Left(error),
            },
        };
        Ok(RemovedImage { record, file })
    }

    /// The file of a record, if it lies in this very folder under a name of digits: a record can name any file.
    fn own_file(&self, path: &str) -> Option<PathBuf> {
        let path = Path::new(path);
        let name = path.file_name()?.to_str()?;
        let is_own = name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let folder = path.parent()?.canonicalize().ok()?;
        (is_own && folder == self.root()).then(|| folder.join(name))
    }

    fn read(&self) -> Result<(Records, Vec<u8>), SifFileError> {
        let bytes = block_on(self.backend.get(Self::REGISTRY))?.unwrap_or_default();
        let (records, _) = Records::read(&bytes, &self.limits)?;
        Ok((records, bytes))
    }

    fn write(&self, records: &Records, before: Vec<u8>) -> Result<(), SifFileError> {
        let after = records.to_bytes();
        if after == before { Ok(()) } else { Ok(block_on(self.backend.put(Self::REGISTRY, &after))?) }
    }

    fn change<T>(
        &self,
        change: impl FnOnce(&mut Records) -> Result<T, RecordError>,
    ) -> Result<T, SifFileError> {
        let _held = block_on(self.backend.lock())?;
        let (mut records, before) = self.read()?;
        let changed = change(&mut records)?;
        self.write(&records, before)?;
        Ok(changed)
    }
}

impl FileFate {
    /// The file is still there although nothing needs it.
    pub fn cleanup_pending(&self) -> bool {
        matches!(self, Self::Left(_))
    }
}
