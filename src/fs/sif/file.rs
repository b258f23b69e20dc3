//! One SIF file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::SifFileError;
use crate::limits::Limits;
use crate::reference::ImageNames;
use crate::sif::{Integrity, IntegrityReport, Opener, Sif, Want};
use crate::store::ImageRecord;

/// A SIF file on disk, opened.
///
/// ```
/// use layerglass::fs::SifFile;
/// let file = SifFile::open("tests/fixtures/quirks.sif", &Default::default())?;
/// assert_eq!(file.sif().header().architecture.name(), Some("amd64"));
/// let report = file.integrity(true, |_, _| {})?;
/// assert_eq!(report.size, 45056);
/// # Ok::<(), layerglass::fs::SifFileError>(())
/// ```
#[derive(Debug)]
pub struct SifFile {
    path: PathBuf,
    file: File,
    sif: Sif,
    limits: Limits,
}

impl SifFile {
    /// Opens a file. Header, table and documents are read.
    ///
    /// # Errors
    /// It cannot be read, or is no SIF file.
    pub fn open(path: impl AsRef<Path>, limits: &Limits) -> Result<Self, SifFileError> {
        let path = path.as_ref();
        let in_file = |source| SifFileError::Sif { path: path.to_owned(), source };
        let io = |source| SifFileError::io("open", path, source);
        let file = File::open(path).map_err(io)?;
        let metadata = file.metadata().map_err(io)?;
        if metadata.is_dir() {
            return Err(io(std::io::ErrorKind::IsADirectory.into()));
        }
        let mut opener = Opener::new(metadata.len(), limits);
        let mut want = opener.next(None).map_err(in_file)?;
        while let Some(range) = want {
            let bytes = read(&file, path, range)?;
            want = opener.next(Some(&bytes)).map_err(in_file)?;
        }
        let sif = opener.finish().map_err(in_file)?;
        Ok(Self { path: path.to_owned(), file, sif, limits: *limits })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it says.
    pub const fn sif(&self) -> &Sif {
        &self.sif
    }

    /// Compares it with what its signatures state; `identity` asks for the SHA-256 of the whole file too. `progress` is
    /// told how many bytes of how many have been read.
    ///
    /// # Errors
    /// It cannot be read or has become shorter, or `sifHashRatio` is passed.
    pub fn integrity(
        &self,
        identity: bool,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<IntegrityReport, SifFileError> {
        let in_file = |source| SifFileError::Sif { path: self.path.clone(), source };
        let mut integrity = Integrity::new(&self.sif, identity, &self.limits).map_err(in_file)?;
        let (total, mut done) = (integrity.total(), 0);
        let mut want = integrity.next(None).map_err(in_file)?;
        while let Some(range) = want {
            let bytes = read(&self.file, &self.path, range)?;
            want = integrity.next(Some(&bytes)).map_err(in_file)?;
            done += range.length;
            progress(done, total);
        }
        integrity.finish().map_err(in_file)
    }

    /// The record of the image in this file: identity by its SHA-256, size, path, names, and what containers run with.
    /// The whole file is read.
    ///
    /// # Errors
    /// Those of [`Self::integrity`], or its path is not UTF-8.
    pub fn record(&self, names: Option<ImageNames>) -> Result<ImageRecord, SifFileError> {
        let path = self.path.to_str().ok_or_else(|| SifFileError::Path { path: self.path.clone() })?;
        let report = self.integrity(true, |_, _| {})?;
        let sha256 = report.sha256.map(|digest| digest.hex()).unwrap_or_default();
        let mut record = ImageRecord::default();
        (record.id, record.sha256) = (sha256.clone(), sha256);
        (record.size, record.path, record.names) = (report.size, path.to_owned(), names);
        // What is no object of JSON is a finding of the file, and no configuration.
        let _ = record.set_oci_config(self.sif.oci_config(), &self.limits);
        Ok(record)
    }
}

/// The bytes of a range, fewer when the file ends in it.
fn read(mut file: &File, path: &Path, range: Want) -> Result<Vec<u8>, SifFileError> {
    let mut bytes = Vec::new();
    let read = file.seek(SeekFrom::Start(range.offset)).and_then(|_| {
        bytes.reserve(usize::try_from(range.length).unwrap_or_default());
        file.take(range.length).read_to_end(&mut bytes)
    });
    read.map_err(|source| SifFileError::io("read", path, source))?;
    Ok(bytes)
}
