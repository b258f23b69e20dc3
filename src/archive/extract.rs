//! Parts of images: one file in any of its versions, a folder, or the merged root as a tar.

use std::ops::Range;
use std::sync::Arc;

use super::dialect::FileKind;
use super::error::ArchiveError;
use super::model::Archive;
use crate::codec::Compression;
use crate::digest::{Algorithms, Digest};
use crate::error::{ErrorKind, Reason};
use crate::layer::{
    ExpectedLayer, FileSource, FileTable, FileTree, FileVersion, RowKind, Squash, SquashError, SquashOptions,
    versions,
};

/// Why a part of an image cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractError {
    /// The archive cannot answer.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The layers cannot be made one.
    #[error(transparent)]
    Squash(#[from] SquashError),
    /// There is no such file.
    #[error("there is no file {} in image {image}", String::from_utf8_lossy(path))]
    NoFile {
        /// The image's number.
        image: usize,
        /// The path asked for.
        path: Vec<u8>,
    },
    /// The image has no such layer.
    #[error("image {image} has no layer {layer}: it has {count}")]
    NoLayer {
        /// The image's number.
        image: usize,
        /// The position asked for, counted from 0.
        layer: usize,
        /// How many it has.
        count: usize,
    },
}

impl Reason for ExtractError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Archive(error) => error.kind(),
            Self::Squash(error) => error.kind(),
            Self::NoFile { .. } | Self::NoLayer { .. } => ErrorKind::NotFound,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Archive(error) => error.code(),
            Self::Squash(error) => error.code(),
            Self::NoFile { .. } => "extract-no-file",
            Self::NoLayer { .. } => "extract-no-layer",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Squash(error) => error.offset(),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Squash(error) => error.path(),
            Self::NoFile { path, .. } => Some(String::from_utf8_lossy(path).into_owned()),
            _ => None,
        }
    }
}

impl Archive {
    /// The stored layer that an image has at a position, counted from its lowest layer: a position in
    /// [`ArchiveData::layers`](super::ArchiveData::layers).
    ///
    /// # Errors
    /// There is no such image, it has no such layer, or the file does not hold it.
    pub fn image_layer(&self, image: usize, layer: usize) -> Result<usize, ExtractError> {
        let layers = &self.image(image)?.layers;
        let count = layers.len();
        let found = layers.get(layer).ok_or(ExtractError::NoLayer { image, layer, count })?;
        Ok(found.layer.ok_or(ArchiveError::Absent { what: "layer", index: image })?)
    }

    /// What reading a layer of an image has to find: what is declared of it, and what a scan found where nothing is declared.
    ///
    /// # Errors
    /// As [`Archive::image_layer`].
    pub fn expected_layer(&self, image: usize, layer: usize) -> Result<ExpectedLayer, ExtractError> {
        let stored = self.image_layer(image, layer)?;
        let declared = self.image(image)?.layers.get(layer);
        // A packed root file system was scanned as it came out: what is stored has another digest.
        let is_packed = self.kind == FileKind::Rootfs && self.compression != Compression::None;
        let record = self.layers.get(stored);
        let report = record.and_then(|record| record.report.as_ref());
        let digest = |text: Option<&String>| Digest::parse_with(text?, Algorithms::ALL).ok();
        let stored = digest(declared.and_then(|layer| layer.digest.as_ref()))
            .or_else(|| digest(record.and_then(|record| record.digest.as_ref())));
        let diff_id =
            declared.and_then(|layer| layer.diff_id.as_ref()).and_then(|diff_id| diff_id.digest().ok());
        Ok(ExpectedLayer {
            digest: stored.or_else(|| report.filter(|_| !is_packed).map(|report| report.digest)),
            diff_id: diff_id.or_else(|| report.and_then(|report| report.diff_id)),
            size: None,
        })
    }

    /// The scanned files of an image's layers before `end`, bottom first.
    ///
    /// # Errors
    /// There is no such image, or a layer has not been scanned.
    pub fn tables(&self, image: usize, end: usize) -> Result<Vec<Arc<FileTable>>, ArchiveError> {
        let layers = self.image(image)?.layers.iter().take(end).enumerate();
        let table = |(position, layer): (usize, &super::image::LayerUse)| {
            let table = layer.layer.and_then(|layer| self.table(layer));
            table.cloned().ok_or(ArchiveError::LayerNotScanned { image, layer: position })
        };
        layers.map(table).collect()
    }

    /// Makes one tar of some of an image's layers: of all of them, its root file system. Numbers of layers are positions
    /// among the image's; see [`Archive::image_layer`].
    ///
    /// # Errors
    /// There is no such image, one of the layers up to the range's end has not been scanned, or as [`Squash::new`].
    pub fn squash(
        &self,
        image: usize,
        range: Range<usize>,
        options: &SquashOptions,
    ) -> Result<Squash, ExtractError> {
        let tables = self.tables(image, range.end)?;
        Ok(Squash::new(&tables, range, options, &self.limits)?)
    }

    /// Number of an image's layers.
    ///
    /// # Errors
    /// There is no such image.
    pub fn image_layer_count(&self, image: usize) -> Result<usize, ArchiveError> {
        Ok(self.image(image)?.layers.len())
    }

    /// What an image's layers did to a path, the lowest first: with it any version of a file can be read, those included that
    /// upper layers replaced or removed.
    ///
    /// # Errors
    /// There is no such image, a layer has not been scanned, or a limit is passed.
    pub fn versions(&self, image: usize, path: &[u8]) -> Result<Vec<FileVersion>, ArchiveError> {
        let tables = self.tables(image, usize::MAX)?;
        Ok(versions(&tables, path, &self.limits)?)
    }

    /// Where the contents of a file are that a container of the image sees at a path. Links are followed, the last one
    /// included.
    ///
    /// # Errors
    /// There is no such image, a layer has not been scanned, or there is no regular file at the path.
    pub fn file_source(&self, image: usize, path: &[u8]) -> Result<FileSource, ExtractError> {
        let tree =
            FileTree::merge(&self.tables(image, usize::MAX)?, &self.limits).map_err(ArchiveError::from)?;
        let node = tree.resolve(path, self.limits.symlinks);
        let source = node.and_then(|node| {
            let row = node.row().filter(|row| row.kind() == RowKind::File)?;
            Some(FileSource { layer: usize::from(node.layer()), entry: row.index() })
        });
        source.ok_or_else(|| ExtractError::NoFile { image, path: path.to_vec() })
    }
}
