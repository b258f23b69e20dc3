//! Parts of images on disk: a file in any of its versions, a folder, a layer, the merged root.

use std::io::{self, Write};
use std::ops::Range;
use std::path::PathBuf;

use super::compress::{CopyOptions, copy_layer};
use super::convert::LayerFiles;
use super::image_file::ImageFile;
use super::write::{SinkOptions, WriteError};
use crate::archive::ExtractError;
use crate::layer::{CopiedLayer, FileSource, LayerForm, Squash, SquashError, SquashOptions, SquashReport};

/// What errors call the place that the caller writes to.
const OUTPUT: &str = "the output";

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
        let stored = layers.layer(self.archive().image_layer(image, layer)?)?;
        let expected = self.archive().expected_layer(image, layer)?;
        copy_layer(stored, form, &expected, &mut to, &self.copy_options())
            .map_err(|error| WriteError::layer(&layer.to_string(), OUTPUT, error))
    }

    fn copy_options(&self) -> CopyOptions {
        CopyOptions { limits: *self.limits(), ..CopyOptions::default() }
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
            to.write_all(bytes).map_err(|source| WriteError::io("write", OUTPUT, source))?;
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
        while let Some(layer) = squash.next_layer().map_err(ExtractError::from)? {
            let stored = layers.layer(self.archive().image_layer(image, layer)?)?;
            let expected = self.archive().expected_layer(image, layer)?;
            let mut feed = Feed { squash: &mut squash, take: &mut take, stopped: None };
            let copied = copy_layer(stored, LayerForm::Plain, &expected, &mut feed, &self.copy_options());
            // What the squash says counts: to whoever copied it is a write that failed.
            if let Some(stop) = feed.stopped {
                return Err(stop.into());
            }
            copied.map_err(|error| WriteError::layer(&layer.to_string(), OUTPUT, error))?;
        }
        Ok(squash.finish(&mut take)?)
    }
}

/// Hands the tar of a layer to the squash.
struct Feed<'a, F> {
    squash: &'a mut Squash,
    take: &'a mut F,
    /// Why it takes no more.
    stopped: Option<Stop>,
}

impl<F: FnMut(&[u8]) -> Result<(), Stop>> Write for Feed<'_, F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.squash.push(bytes, self.take) {
            Ok(()) => Ok(bytes.len()),
            Err(stop) => {
                self.stopped = Some(stop);
                Err(io::ErrorKind::Other.into())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Why layers are not made one.
enum Stop {
    Write(io::Error),
    Squash(SquashError),
}

impl From<SquashError> for Stop {
    fn from(error: SquashError) -> Self {
        Self::Squash(error)
    }
}

impl From<Stop> for WriteError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Write(source) => Self::io("write", OUTPUT, source),
            Stop::Squash(error) => ExtractError::from(error).into(),
        }
    }
}
