//! One layer on its way from where it is stored to where it is wanted, in whatever form.

use super::copy_error::LayerCopyError;
use crate::codec::{CodecError, Compression, Decoder, Encoder, Encoding, Trailing};
use crate::digest::{Algorithm, Digest, Hasher};
use crate::limits::Limits;

/// The form in which a layer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerForm {
    /// The bytes as they are stored; digests stay.
    Stored,
    /// The tar.
    Plain,
    /// The tar, compressed anew. With no compression this is [`LayerForm::Plain`].
    Encoded(Encoding),
}

/// What is known of a layer before it is read. Whatever is known is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExpectedLayer {
    /// Digest of the stored bytes.
    pub digest: Option<Digest>,
    /// Digest of the tar.
    pub diff_id: Option<Digest>,
    /// Number of stored bytes.
    pub size: Option<u64>,
}

/// A digest and the number of bytes that have it, as in a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizedDigest {
    /// The digest.
    pub digest: Digest,
    /// The number of bytes.
    pub size: u64,
}

/// What was found of a layer on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopiedLayer {
    /// The stored bytes that were read.
    pub stored: SizedDigest,
    /// What they are compressed with.
    pub stored_compression: Compression,
    /// The tar: its diff id and length.
    pub tar: SizedDigest,
    /// The bytes that were written.
    pub written: SizedDigest,
    /// What those are compressed with.
    pub compression: Compression,
    /// What lies behind the compressed data, which is no part of the tar. Only [`LayerForm::Stored`] keeps it.
    pub trailing: Option<Trailing>,
}

/// Takes the stored bytes of a layer, gives out the wanted form, and checks both sides.
///
/// The compression is told by the bytes. Digests are SHA-256, or of the algorithm of the expected digest. Whether the
/// layer is the expected one is known at its end only: what was given out before is of no worth until
/// [`LayerCopy::finish`] says so.
///
/// ```
/// use layerglass::codec::{Compression, Encoding};
/// use layerglass::digest::Digest;
/// use layerglass::layer::{ExpectedLayer, LayerCopy, LayerCopyError, LayerForm};
///
/// let tar = [0; 1024];
/// let expected = ExpectedLayer { diff_id: Some(Digest::sha256(&tar)), ..ExpectedLayer::default() };
/// let mut copy = LayerCopy::new(LayerForm::Encoded(Encoding::GZIP), &expected, &Default::default())?;
/// let mut gzip = Vec::new();
/// let mut sink = |bytes: &[u8]| {
///     gzip.extend_from_slice(bytes);
///     Ok::<_, LayerCopyError>(())
/// };
/// copy.push(&tar, &mut sink)?;
/// let copied = copy.finish(&mut sink)?;
/// assert_eq!(copied.tar.size, 1024);
/// assert_eq!(copied.written.digest, Digest::sha256(&gzip));
/// assert_eq!(copied.compression, Compression::Gzip);
/// # Ok::<(), LayerCopyError>(())
/// ```
pub struct LayerCopy {
    form: LayerForm,
    expected: ExpectedLayer,
    limits: Limits,
    stored: Hasher,
    stored_size: u64,
    /// First bytes, until they are enough to tell the compression.
    prefix: Vec<u8>,
    inner: Option<Inner>,
    failed: Option<LayerCopyError>,
}

/// What is known once the compression is.
struct Inner {
    decoder: Decoder,
    /// Absent where the stored bytes are the tar, and are hashed already.
    tar: Option<Hasher>,
    encoder: Option<Encoder>,
    encoded: Vec<u8>,
    /// Absent where nothing is compressed anew.
    written: Option<Hasher>,
    written_size: u64,
}

impl LayerCopy {
    /// A copy at the start of a layer. Of the limits, those of [`Decoder::new`] apply.
    ///
    /// # Errors
    /// [`LayerCopyError::Encode`] when the wanted form cannot be written.
    pub fn new(form: LayerForm, expected: &ExpectedLayer, limits: &Limits) -> Result<Self, LayerCopyError> {
        if let LayerForm::Encoded(encoding) = form {
            encoding.check()?;
        }
        Ok(Self {
            form: form.settled(),
            expected: *expected,
            limits: *limits,
            stored: Hasher::new(expected.stored_algorithm()),
            stored_size: 0,
            prefix: Vec::new(),
            inner: None,
            failed: None,
        })
    }

    /// Takes the next stored bytes and gives what can be written by then to `sink`.
    ///
    /// # Errors
    /// The sink's error as it is; else [`LayerCopyError::Size`] as soon as there are more bytes than expected, or why
    /// they do not decompress. An error of the copy stays.
    pub fn push<E: From<LayerCopyError>>(
        &mut self,
        bytes: &[u8],
        sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if let Some(error) = &self.failed {
            return Err(error.clone().into());
        }
        self.stored.update(bytes);
        self.stored_size += bytes.len() as u64;
        if let Err(error) = self.expected.check_so_far(self.stored_size) {
            return Err(self.fail(error).into());
        }
        if self.inner.is_some() {
            return self.pass(bytes, sink);
        }
        self.prefix.extend_from_slice(bytes);
        let Some(compression) = Compression::detect(&self.prefix) else { return Ok(()) };
        self.begin(compression, sink)
    }

    /// Ends the layer: gives the rest to `sink`, and compares with what is expected.
    ///
    /// # Errors
    /// As [`LayerCopy::push`]; and [`LayerCopyError::Size`], [`LayerCopyError::Digest`] or [`LayerCopyError::DiffId`]
    /// when this is not the expected layer.
    pub fn finish<E: From<LayerCopyError>>(
        mut self,
        sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<CopiedLayer, E> {
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        if self.inner.is_none() {
            self.begin(Compression::None, sink)?;
        }
        let Some(inner) = self.inner else { return Err(LayerCopyError::Stopped.into()) };
        let Inner { mut decoder, tar, encoder, mut encoded, mut written, mut written_size } = inner;
        decoder.finish().map_err(LayerCopyError::from)?;
        if let Some(encoder) = encoder {
            encoded.clear();
            encoder.finish(&mut encoded).map_err(LayerCopyError::from)?;
            if let Some(written) = &mut written {
                written.update(&encoded);
            }
            written_size += encoded.len() as u64;
            sink(&encoded)?;
        }
        let stored = SizedDigest { digest: self.stored.finish(), size: self.stored_size };
        let tar = match tar {
            Some(tar) => SizedDigest { digest: tar.finish(), size: decoder.total_out() },
            None => stored,
        };
        let (written, compression) = match (self.form, written) {
            (LayerForm::Encoded(encoding), Some(written)) => {
                (SizedDigest { digest: written.finish(), size: written_size }, encoding.compression)
            }
            (LayerForm::Stored, _) => (stored, decoder.compression()),
            _ => (tar, Compression::None),
        };
        let copied = CopiedLayer {
            stored,
            stored_compression: decoder.compression(),
            tar,
            written,
            compression,
            trailing: decoder.trailing(),
        };
        self.expected.check(&copied)?;
        Ok(copied)
    }

    fn begin<E: From<LayerCopyError>>(
        &mut self,
        compression: Compression,
        sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let encoder = match self.form {
            LayerForm::Encoded(encoding) => Some(Encoder::new(&encoding).map_err(LayerCopyError::from)?),
            LayerForm::Stored | LayerForm::Plain => None,
        };
        self.inner = Some(Inner {
            decoder: Decoder::new(compression, &self.limits),
            tar: self.expected.hashes_tar(compression).then(|| Hasher::new(self.expected.tar_algorithm())),
            written: encoder.is_some().then(|| Hasher::new(Algorithm::Sha256)),
            encoder,
            encoded: Vec::new(),
            written_size: 0,
        });
        let prefix = std::mem::take(&mut self.prefix);
        self.pass(&prefix, sink)
    }

    fn pass<E: From<LayerCopyError>>(
        &mut self,
        bytes: &[u8],
        sink: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(Inner { decoder, tar, encoder, encoded, written, written_size }) = &mut self.inner else {
            return Ok(());
        };
        let form = self.form;
        let outcome = decoder.push::<Stop<E>>(bytes, &mut |piece| {
            if let Some(tar) = tar {
                tar.update(piece);
            }
            match (form, encoder.as_mut()) {
                (LayerForm::Stored, _) => {}
                (_, None) => sink(piece).map_err(Stop::Sink)?,
                (_, Some(encoder)) => {
                    encoded.clear();
                    encoder.push(piece, encoded).map_err(|error| Stop::Copy(error.into()))?;
                    if let Some(written) = written {
                        written.update(encoded);
                    }
                    *written_size += encoded.len() as u64;
                    if !encoded.is_empty() {
                        sink(encoded).map_err(Stop::Sink)?;
                    }
                }
            }
            Ok(())
        });
        match outcome {
            Ok(()) if form == LayerForm::Stored && !bytes.is_empty() => sink(bytes).inspect_err(|_| {
                self.failed = Some(LayerCopyError::Stopped);
            }),
            Ok(()) => Ok(()),
            Err(Stop::Copy(error)) => Err(self.fail(error).into()),
            Err(Stop::Sink(error)) => {
                self.failed = Some(LayerCopyError::Stopped);
                Err(error)
            }
        }
    }

    fn fail(&mut self, error: LayerCopyError) -> LayerCopyError {
        self.failed = Some(error.clone());
        error
    }
}

impl std::fmt::Debug for LayerCopy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LayerCopy")
            .field("form", &self.form)
            .field("expected", &self.expected)
            .field("stored_size", &self.stored_size)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

/// Why the decoder was stopped.
enum Stop<E> {
    Copy(LayerCopyError),
    Sink(E),
}

impl<E> From<CodecError> for Stop<E> {
    fn from(error: CodecError) -> Self {
        Self::Copy(error.into())
    }
}

impl LayerForm {
    /// Without the two names that there are for the tar.
    pub(crate) fn settled(self) -> Self {
        match self {
            Self::Encoded(encoding) if encoding.compression == Compression::None => Self::Plain,
            form => form,
        }
    }
}

impl ExpectedLayer {
    /// What the stored bytes are hashed by.
    pub(crate) fn stored_algorithm(&self) -> Algorithm {
        self.digest.as_ref().map_or(Algorithm::Sha256, Digest::algorithm)
    }

    /// What the tar is hashed by.
    pub(crate) fn tar_algorithm(&self) -> Algorithm {
        self.diff_id.as_ref().map_or(Algorithm::Sha256, Digest::algorithm)
    }

    /// Whether the tar's digest is another than that of the stored bytes.
    pub(crate) fn hashes_tar(&self, compression: Compression) -> bool {
        compression != Compression::None || self.tar_algorithm() != self.stored_algorithm()
    }

    /// That no more bytes came than there should be.
    pub(crate) fn check_so_far(&self, size: u64) -> Result<(), LayerCopyError> {
        match self.size {
            Some(expected) if size > expected => Err(LayerCopyError::Size { expected, found: size }),
            _ => Ok(()),
        }
    }

    /// That this is the layer.
    pub(crate) fn check(&self, copied: &CopiedLayer) -> Result<(), LayerCopyError> {
        if let Some(expected) = self.size
            && copied.stored.size != expected
        {
            return Err(LayerCopyError::Size { expected, found: copied.stored.size });
        }
        if let Some(expected) = self.digest
            && copied.stored.digest != expected
        {
            let (expected, found) = (Box::new(expected), Box::new(copied.stored.digest));
            return Err(LayerCopyError::Digest { expected, found });
        }
        if let Some(expected) = self.diff_id
            && copied.tar.digest != expected
        {
            let (expected, found) = (Box::new(expected), Box::new(copied.tar.digest));
            return Err(LayerCopyError::DiffId { expected, found });
        }
        Ok(())
    }
}
