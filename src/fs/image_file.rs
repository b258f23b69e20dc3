//! An image file or folder on disk.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use super::error::FileError;
use super::files::{Files, failed};
use crate::archive::{Archive, ArchiveError, Opener, Pass};
use crate::codec::Compression;
use crate::finding::ErrorData;
use crate::layer::{ContentHash, LayerScan, ScannedLayer};
use crate::limits::Limits;

/// How files are opened and scanned.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenOptions {
    /// Limits on what the file may hold.
    pub limits: Limits,
    /// Which hash of every file's contents scans compute.
    pub contents: ContentHash,
    /// Threads that scan layers; by default as many as there are cores.
    pub threads: Option<NonZero<usize>>,
}

/// An image file or folder on disk, opened.
///
/// ```
/// use layerglass::fs::{ImageFile, OpenOptions};
/// let mut file = ImageFile::open("tests/fixtures/quirks.docker28.tar", &OpenOptions::default())?;
/// file.scan()?;
/// let tree = file.archive().tree(0, usize::MAX)?;
/// assert_eq!(tree.totals().entries, 61);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ImageFile {
    pub(super) path: PathBuf,
    pub(super) files: Files,
    archive: Archive,
    options: OpenOptions,
}

impl ImageFile {
    /// Opens a file or folder. Only headers and documents are read, unless the file as a whole is compressed: then it
    /// is read once, and its layers are scanned on the way.
    ///
    /// # Errors
    /// The file cannot be read, or is of no known kind.
    pub fn open(path: impl AsRef<Path>, options: &OpenOptions) -> Result<Self, FileError> {
        let path = path.as_ref();
        let in_file = |source: ArchiveError| FileError::Archive { path: path.to_owned(), source };
        let metadata = path.metadata().map_err(|source| failed("open", path, source))?;
        let (files, mut opener) = if metadata.is_dir() {
            let (files, listed) = Files::below(path, &options.limits)?;
            (files, Opener::for_folder(listed, &options.limits).map_err(in_file)?)
        } else {
            (Files::one(path), Opener::new(metadata.len(), &options.limits))
        };
        let mut want = opener.next(None).map_err(in_file)?;
        while let Some(range) = want {
            let bytes = files.read(range.file, range.offset, range.length)?;
            want = opener.next(Some(&bytes)).map_err(in_file)?;
        }
        let archive = if opener.compression() == Compression::None {
            opener.finish().map_err(in_file)?
        } else {
            let mut pass = Pass::new(options.contents, &options.limits);
            files.stream(0, 0, u64::MAX, |bytes| pass.push(bytes).map_err(in_file))?;
            pass.finish().map_err(in_file)?
        };
        Ok(Self { path: path.to_owned(), files, archive, options: *options })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How it was opened.
    pub(super) const fn options(&self) -> &OpenOptions {
        &self.options
    }

    /// What is known of it.
    pub fn archive(&self) -> &Archive {
        &self.archive
    }

    /// Limits on what it may hold.
    #[cfg(target_os = "linux")]
    pub(super) fn archive_mut(&mut self) -> &mut Archive {
        &mut self.archive
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.options.limits
    }

    /// What is known of it, without the file.
    pub fn into_archive(self) -> Archive {
        self.archive
    }

    /// Scans all layers that have not been scanned, several at a time, the largest first.
    ///
    /// A layer that cannot be read is marked as failed, and the others are scanned all the same.
    ///
    /// # Errors
    /// None of the layers' contents; only a layer number out of range, which does not occur.
    pub fn scan(&mut self) -> Result<(), FileError> {
        let sources = (0..self.archive.layer_count()).filter(|&layer| self.archive.table(layer).is_none());
        let mut queue: Vec<_> =
            sources.filter_map(|layer| Some((layer, self.archive.layer_source(layer).ok()?))).collect();
        queue.sort_by_key(|(_, source)| source.length);
        let threads = self.options.threads.or_else(|| thread::available_parallelism().ok());
        let threads = threads.map_or(1, NonZero::get).min(queue.len());
        let (files, options) = (&self.files, &self.options);
        let queue = Mutex::new(queue);
        let work = || {
            let mut done = Vec::new();
            while let Some((layer, source)) = queue.lock().ok().and_then(|mut queue| queue.pop()) {
                let mut scan = LayerScan::new(options.contents, &options.limits);
                let read = files.stream(source.file, source.offset, source.length, |bytes| {
                    scan.push(bytes);
                    Ok(())
                });
                done.push((layer, read.map(|()| scan.finish())));
            }
            done
        };
        let scanned: Vec<(usize, Result<ScannedLayer, FileError>)> = thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers.into_iter().filter_map(|worker| worker.join().ok()).flatten().collect()
        });
        for (layer, result) in scanned {
            let added = match result {
                Ok(layer_data) => self.archive.add_scan(layer, layer_data),
                Err(error) => self.archive.fail_scan(layer, ErrorData::of(&error)),
            };
            added.map_err(|source| FileError::Archive { path: self.path.clone(), source })?;
        }
        Ok(())
    }
}
