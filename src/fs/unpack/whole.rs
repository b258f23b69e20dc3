//! Unpacking an image of an opened file: all its layers, wholly or not at all.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::error::UnpackError;
use super::staged::Staged;
use super::{UnpackOptions, UnpackReport, Unpacker};
use crate::archive::{FileKind, ImageLayerData, LayerSource};
use crate::codec::{CodecError, Compression, Decoder};
use crate::fs::{FileError, ImageFile};
use crate::limits::Limits;

impl ImageFile {
    /// Unpacks all layers of an image into a folder, which is made, or is empty. Every digest that the image declares of its
    /// layers is computed on the way and compared.
    ///
    /// The folder appears when all is done: it is filled under another name beside its place and then renamed. After an error
    /// nothing of it is left. What a process left behind that was killed is removed by the next one that unpacks to the same
    /// place.
    ///
    /// A file that is compressed as a whole is first decompressed into a file without a name beside the folder.
    ///
    /// Gives what there is to say of each layer, the lowest first.
    ///
    /// # Errors
    /// A layer is not in the file, is damaged or not the one that is declared, or cannot be written; there is something at the
    /// place.
    ///
    /// ```
    /// use layerglass::fs::{ImageFile, OpenOptions, UnpackOptions};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let target = folder.path().join("rootfs");
    /// let file = ImageFile::open("tests/fixtures/quirks.docker28.tar", &OpenOptions::default())?;
    /// let reports = file.unpack(0, &target, &UnpackOptions::default())?;
    /// assert_eq!(reports.len(), file.archive().data().images[0].layers.len());
    /// assert!(target.join("q/dir/keep").is_file());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn unpack(
        &self,
        image: usize,
        folder: impl AsRef<Path>,
        options: &UnpackOptions,
    ) -> Result<Vec<UnpackReport>, UnpackError> {
        let data = self.archive().data();
        let count = data.images.len();
        let image = data.images.get(image).ok_or(UnpackError::NoImage { image, count })?;
        let mut sources = Vec::new();
        for (layer, described) in image.layers.iter().enumerate() {
            let blob = described.blob.ok_or(UnpackError::Absent { layer })?;
            let source = self.archive().layer_source(blob);
            let source = source.map_err(|source| self.in_file(source))?;
            sources.push((described, source));
        }
        let staged = Staged::begin(folder.as_ref())?;
        let is_packed = data.compression != Compression::None && data.kind != FileKind::Rootfs;
        let spool = if is_packed { Some(self.spool(&staged, options)?) } else { None };
        let mut unpacker = Unpacker::new(staged.path(), options)?;
        let mut reports = Vec::new();
        for (layer, (described, source)) in sources.into_iter().enumerate() {
            let report = match &spool {
                Some(spool) => unpacker.layer(range(spool, &source)?)?,
                None if data.kind == FileKind::Rootfs => {
                    unpacker.layer(self.files.range(0, 0, u64::MAX)?.1)?
                }
                None => unpacker.layer(self.files.range(source.file, source.offset, source.length)?.1)?,
            };
            check(layer, described, &report)?;
            reports.push(report);
        }
        drop(unpacker);
        staged.commit(options.sync)?;
        Ok(reports)
    }

    fn in_file(&self, source: crate::archive::ArchiveError) -> UnpackError {
        FileError::Archive { path: self.path().to_owned(), source }.into()
    }

    /// What the file holds when it is decompressed.
    fn spool(&self, staged: &Staged, options: &UnpackOptions) -> Result<File, UnpackError> {
        let mut spool = staged.spool()?;
        self.decompress(&mut spool, &options.limits, &staged.path())?;
        Ok(spool)
    }

    /// Writes what the file holds when it is decompressed.
    pub(in crate::fs) fn decompress(
        &self,
        spool: &mut File,
        limits: &Limits,
        shown: &Path,
    ) -> Result<(), UnpackError> {
        let path = self.path();
        let mut decoder = Decoder::new(self.archive().data().compression, limits);
        let mut stored = BufReader::with_capacity(256 << 10, self.files.range(0, 0, u64::MAX)?.1);
        loop {
            let bytes = match io::BufRead::fill_buf(&mut stored) {
                Ok([]) => break,
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(UnpackError::io("read", path, source)),
            };
            let count = bytes.len();
            decoder.push::<Stop>(bytes, &mut |plain| Ok(spool.write_all(plain)?)).map_err(
                |stop| match stop {
                    Stop::Codec(error) => UnpackError::Codec(error),
                    Stop::Write(error) => UnpackError::io("write", shown, error),
                },
            )?;
            io::BufRead::consume(&mut stored, count);
        }
        decoder.finish()?;
        Ok(())
    }
}

enum Stop {
    Codec(CodecError),
    Write(io::Error),
}

impl From<CodecError> for Stop {
    fn from(error: CodecError) -> Self {
        Self::Codec(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

fn range<'f>(mut spool: &'f File, source: &LayerSource) -> Result<io::Take<&'f File>, UnpackError> {
    let sought = spool.seek(SeekFrom::Start(source.offset));
    sought.map_err(|source| UnpackError::Read { source })?;
    Ok(spool.take(source.length))
}

/// The digests that are declared of a layer, of its stored bytes and of its tar, are those that were computed.
fn check(layer: usize, described: &ImageLayerData, report: &UnpackReport) -> Result<(), UnpackError> {
    let declared = [(&described.digest, report.digest), (&described.check.declared, report.diff_id)];
    for (expected, found) in declared {
        // What is declared in another algorithm is not computed here.
        let Some(expected) = expected.as_ref().filter(|expected| expected.starts_with("sha256:")) else {
            continue;
        };
        let found = found.to_string();
        if *expected != found {
            return Err(UnpackError::Digest { layer, expected: expected.clone(), found });
        }
    }
    Ok(())
}
