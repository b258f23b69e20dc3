//! Reading what an inspection needs of an image's layers, which have been scanned.
//!
//! Nothing here reads by itself: a [`Survey`] says which ranges of the image's file it wants, and is pushed their bytes. Many
//! small files of a layer are read in one pass over it; of large ones parts are read, each from the nearest place that the
//! scan kept. A file that is compressed as a whole is unpacked from its beginning for each layer. What cannot be read becomes a finding of whoever wanted it.

mod files;
mod issues;
mod packages;
mod pass;

pub use issues::LintSurvey;
pub use packages::PackageSurvey;

use self::pass::{LayerPass, Packed};
use crate::archive::{Archive, FileKind, LayerSource, Want};
use crate::codec::Compression;
use crate::limits::Limits;

/// A reading of many files of an image.
///
/// ```
/// use layerglass::archive::Archive;
/// use layerglass::inspect::survey::Survey;
///
/// fn read(survey: &mut dyn Survey, archive: &Archive, file: &[u8]) {
///     while let Some(want) = survey.next(archive) {
///         let start = want.offset as usize;
///         survey.push(&file[start..start + want.length as usize]); // or piece by piece, until `is_enough`
///         survey.end(None);
///     }
/// }
/// ```
pub trait Survey {
    /// The range that is to be pushed next, from its beginning; nothing when all has been read.
    fn next(&mut self, archive: &Archive) -> Option<Want>;

    /// Takes bytes of the range.
    fn push(&mut self, bytes: &[u8]);

    /// Is no more of the range needed?
    fn is_enough(&self) -> bool;

    /// The range has been pushed, or why it could not be read to its end.
    fn end(&mut self, failed: Option<String>);

    /// Stored bytes that lie behind, and all of them.
    fn progress(&self) -> Progress;
}

/// How far a survey has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Stored bytes of layers that lie behind.
    pub bytes: u64,
    /// Stored bytes of all layers that hold something of use.
    pub total: u64,
}

/// A layer of an image, and what has to be pushed for it.
struct Stored {
    layer: usize,
    want: Want,
    /// In a file that is compressed as a whole, that from its beginning, and where the layer lies in what it unpacks to.
    packed: Option<(Compression, LayerSource)>,
}

impl Stored {
    /// Where the stored bytes of a layer of an image lie, or why they cannot be read.
    fn of(archive: &Archive, image: usize, position: u16) -> Result<Self, String> {
        let layer = archive.image_layer(image, usize::from(position)).map_err(|error| error.to_string())?;
        let source = archive.layer_source(layer).map_err(|error| error.to_string())?;
        let LayerSource { file, offset, length } = source;
        let compression = archive.compression();
        if compression == Compression::None || archive.kind() == FileKind::Rootfs {
            return Ok(Self { layer, want: Want { file, offset, length }, packed: None });
        }
        let want = Want { file, offset: 0, length: archive.stored_size() };
        Ok(Self { layer, want, packed: Some((compression, source)) })
    }

    /// A pass over it that shows these rows.
    fn pass(&self, rows: Vec<(u32, u64)>, limits: &Limits) -> LayerPass {
        let packed = self.packed.as_ref().map(|(compression, source)| {
            Box::new(Packed::new(*compression, source.offset, source.length, limits))
        });
        LayerPass::new(rows, packed, limits)
    }
}
