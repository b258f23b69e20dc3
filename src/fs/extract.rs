//! Parts of images on disk: a file in any of its versions, a folder, a layer, the merged root.

use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::thread;

use super::convert::LayerFiles;
use super::image_file::ImageFile;
use super::write::{SinkOptions, WriteError};
use crate::archive::ExtractError;
use crate::codec::CodecError;
use crate::layer::{
    CopiedLayer, FileSource, LayerCopy, LayerCopyError, LayerForm, Squash, SquashError, SquashOptions,
    SquashReport,
};

/// Bytes that are read at once.
const PIECE: usize = 256 << 10;
/// Pieces that wait to be written at most.
const PIECES: usize = 4;

/// How the root of an image is extracted.
#[derive(Clone, Debug, Default)]
pub struct ExtractOptions {
    /// A folder of it, what is left out, times and owners.
    pub squash: SquashOptions,
    /// Only so many layers, from the lowest: the image as it was then. By default all of them.
    pub layers: Option<usize>,
    /// Where a file is decompressed that is compressed as a whole; by default the folder for temporary files.
    pub spool: Option<PathBuf>,
}

impl ImageFile {
    /// Writes the file system that an image's layers make, or a folder of it, as one plain tar, without deletion marks. The
    /// layers must have been [scanned](ImageFile::scan); they are read once more, and compared with what is declared of them.
    /// The same image and options give the same bytes.
    ///
    /// After an error what was written is of no worth.
    ///
    /// # Errors
    /// There is no such image or folder, a layer is not there, not scanned, damaged, or not the one that is declared; reading
    /// or writing failed.
    ///
    /// ```
    /// use layerglass::fs::{ExtractOptions, ImageFile, OpenOptions};
    /// let mut file = ImageFile::open("tests/fixtures/quirks.docker28.tar", &OpenOptions::default())?;
    /// file.scan()?;
    /// let mut tar = Vec::new();
    /// let report = file.extract_root(0, &ExtractOptions::default(), &mut tar)?;
    /// assert_eq!(report.whiteouts, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn extract_root(
        &self,
        image: usize,
        options: &ExtractOptions,
        mut to: impl Write,
    ) -> Result<SquashReport, WriteError> {
        let count = self.archive().image_layer_count(image).map_err(ExtractError::from)?;
        let layers = self.layer_files(options.spool.clone())?;
        self.squash_layers(&layers, image, 0..options.layers.unwrap_or(count), &options.squash, &mut to)
    }

    /// Writes one layer of an image, counted from its lowest, in the form that is asked for. It is compared with what is
    /// declared of it.
    ///
    /// # Errors
    /// There is no such layer, it is damaged or not the one that is declared, or reading or writing failed.
    ///
    /// ```
    /// use layerglass::fs::{ImageFile, OpenOptions};
    /// use layerglass::layer::LayerForm;
    /// let file = ImageFile::open("tests/fixtures/quirks.oci", &OpenOptions::default())?;
    /// let mut tar = Vec::new();
    /// let copied = file.extract_layer(0, 1, LayerForm::Plain, &mut tar)?;
    /// assert_eq!(copied.tar.digest.to_string(), file.archive().data().images[0].layers[1].diff_id.clone().unwrap());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn extract_layer(
        &self,
        image: usize,
        layer: usize,
        form: LayerForm,
        mut to: impl Write,
    ) -> Result<CopiedLayer, WriteError> {
        let layers = self.layer_files(None)?;
        let mut stored = layers.layer(self.archive().image_layer(image, layer)?)?;
        let expected = self.archive().expected_layer(image, layer)?;
        let stop = |stop| Stop::error(stop, layer);
        let copy = LayerCopy::new(form, &expected, self.limits()).map_err(|error| stop(error.into()))?;
        let mut sink = |bytes: &[u8]| to.write_all(bytes).map_err(Stop::Write);
        pass(&mut stored, copy, &mut sink).map_err(stop)
    }

    /// Writes the contents of a file as a layer of an image stores them: [`Archive::file_source`](crate::archive::Archive::file_source)
    /// tells where those of a path are, and [`Archive::versions`](crate::archive::Archive::versions) where those are that upper
    /// layers replaced or removed. Only the part of the layer from the last place before the file is read, and the contents are
    /// compared with what the scan found. Gives the number of bytes.
    ///
    /// # Errors
    /// There is no such file, it is no regular one, the layer is damaged or not the one that was scanned, or reading or writing
    /// failed.
    ///
    /// ```
    /// use layerglass::fs::{ImageFile, OpenOptions};
    /// let mut file = ImageFile::open("tests/fixtures/quirks.docker28.tar", &OpenOptions::default())?;
    /// file.scan()?;
    /// let mut contents = Vec::new();
    /// let source = file.archive().file_source(0, b"q/dir/keep")?;
    /// let size = file.extract_file(0, source, &mut contents)?;
    /// assert_eq!(size, contents.len() as u64);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn extract_file(
        &self,
        image: usize,
        source: FileSource,
        mut to: impl Write,
    ) -> Result<u64, WriteError> {
        let FileSource { layer, entry } = source;
        let mut file = self.open_file(self.archive().image_layer(image, layer)?, entry)?;
        let mut size = 0;
        while let Some(bytes) = file.next_piece()? {
            to.write_all(bytes).map_err(|error| Stop::error(Stop::Write(error), layer))?;
            size += bytes.len() as u64;
        }
        Ok(size)
    }

    /// The stored layers of the file.
    pub(super) fn layer_files(&self, spool: Option<PathBuf>) -> Result<LayerFiles<'_>, WriteError> {
        let folder = spool.unwrap_or_else(std::env::temp_dir);
        let options = SinkOptions { limits: *self.limits(), ..SinkOptions::default() };
        LayerFiles::spooled(self, &folder, &options)
    }

    /// Writes what some layers of an image make of each other.
    pub(super) fn squash_layers(
        &self,
        layers: &LayerFiles<'_>,
        image: usize,
        range: Range<usize>,
        options: &SquashOptions,
        to: &mut dyn Write,
    ) -> Result<SquashReport, WriteError> {
        let squash = self.archive().squash(image, range, options)?;
        self.run_squash(layers, image, squash, to)
    }

    /// The same once it is decided what to write.
    pub(super) fn run_squash(
        &self,
        layers: &LayerFiles<'_>,
        image: usize,
        mut squash: Squash,
        to: &mut dyn Write,
    ) -> Result<SquashReport, WriteError> {
        let mut take = |bytes: &[u8]| to.write_all(bytes).map_err(Stop::Write);
        let mut last = 0;
        while let Some(layer) = squash.next_layer().map_err(ExtractError::from)? {
            last = layer;
            let stored = layers.layer(self.archive().image_layer(image, layer)?)?;
            let expected = self.archive().expected_layer(image, layer)?;
            let stop = |stop| Stop::error(stop, layer);
            let copy = LayerCopy::new(LayerForm::Plain, &expected, self.limits());
            let copy = copy.map_err(|error| stop(error.into()))?;
            pass_beside(stored, copy, &mut |plain| squash.push(plain, &mut take)).map_err(stop)?;
        }
        squash.finish(&mut take).map_err(|stop| Stop::error(stop, last))
    }
}

/// Passes all of a layer.
fn pass(
    stored: &mut dyn Read,
    mut copy: LayerCopy,
    sink: &mut impl FnMut(&[u8]) -> Result<(), Stop>,
) -> Result<CopiedLayer, Stop> {
    let mut buffer = vec![0; PIECE];
    loop {
        let bytes = next(stored, &mut buffer)?;
        if bytes.is_empty() {
            return copy.finish(sink);
        }
        copy.push(bytes, sink)?;
    }
}

/// The same with reading, decompressing and hashing in a thread of its own.
fn pass_beside(
    mut stored: Box<dyn Read + Send + '_>,
    copy: LayerCopy,
    sink: &mut impl FnMut(&[u8]) -> Result<(), Stop>,
) -> Result<CopiedLayer, Stop> {
    thread::scope(|scope| {
        let (sender, pieces) = sync_channel::<Vec<u8>>(PIECES);
        let reader = scope.spawn(move || {
            let mut hand_on = |bytes: &[u8]| sender.send(bytes.to_vec()).map_err(|_| Stop::Ended);
            pass(&mut *stored, copy, &mut hand_on)
        });
        // When this ends early so does the other: nobody takes what it hands on.
        let taken = pieces.into_iter().try_for_each(|piece| sink(&piece));
        let passed = reader.join().unwrap_or(Err(Stop::Ended));
        taken.and(passed)
    })
}

/// The next bytes; none at the end.
fn next<'b>(stored: &mut dyn Read, buffer: &'b mut [u8]) -> Result<&'b [u8], Stop> {
    loop {
        match stored.read(buffer) {
            Ok(count) => return Ok(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Stop::Read(error)),
        }
    }
}

/// Why a layer is not passed to its end.
enum Stop {
    Read(io::Error),
    Write(io::Error),
    Copy(LayerCopyError),
    Codec(CodecError),
    Extract(ExtractError),
    /// The other thread has ended.
    Ended,
}

impl Stop {
    fn error(self, layer: usize) -> WriteError {
        let entry = layer.to_string();
        match self {
            Self::Read(source) => WriteError::Read { entry, source },
            Self::Write(source) => WriteError::io("write", "the output", source),
            Self::Copy(source) => WriteError::Layer { entry, source },
            Self::Codec(source) => WriteError::Layer { entry, source: source.into() },
            Self::Extract(source) => source.into(),
            Self::Ended => WriteError::Read { entry, source: io::ErrorKind::BrokenPipe.into() },
        }
    }
}

impl From<LayerCopyError> for Stop {
    fn from(error: LayerCopyError) -> Self {
        Self::Copy(error)
    }
}

impl From<CodecError> for Stop {
    fn from(error: CodecError) -> Self {
        Self::Codec(error)
    }
}

impl From<SquashError> for Stop {
    fn from(error: SquashError) -> Self {
        Self::Extract(error.into())
    }
}
