//! Several layers made one, on its way: it is fed stored layers, and gives the bytes of the new one.

use wasm_bindgen::JsValue;

use crate::codec::{CodecError, Compression, Decoder, Encoder, Encoding};
use crate::digest::{Algorithm, Digest, Hasher};
use crate::js::error::to_thrown;
use crate::js::jobs::Opened;
use crate::js::opener::RangeData;
use crate::layer::{Squash, SquashError, SquashReport};

/// A layer that is made of several.
pub(super) struct Squashed {
    opened: Opened,
    /// The stored layers, lowest first.
    layers: Vec<usize>,
    squash: Option<Squash>,
    /// The layer that is fed.
    decoder: Option<(usize, Decoder)>,
    compression: Compression,
    encoder: Option<Encoder>,
    tar: (Hasher, u64),
    /// Absent where nothing is compressed.
    stored: Option<(Hasher, u64)>,
    report: Option<SquashReport>,
}

/// A layer that was made.
pub(super) struct Made {
    pub(super) report: SquashReport,
    /// Digest and size of the tar.
    pub(super) tar: (Digest, u64),
    /// Digest and size of the bytes that came out.
    pub(super) stored: (Digest, u64),
    pub(super) compression: Compression,
}

/// Why it cannot be made, wherever that is found.
enum Failure {
    Squash(SquashError),
    Codec(CodecError),
}

impl From<SquashError> for Failure {
    fn from(error: SquashError) -> Self {
        Self::Squash(error)
    }
}

impl From<CodecError> for Failure {
    fn from(error: CodecError) -> Self {
        Self::Codec(error)
    }
}

impl Squashed {
    pub(super) fn new(
        opened: &Opened,
        layers: &[usize],
        squash: Squash,
        encoding: Option<Encoding>,
    ) -> Result<Self, JsValue> {
        let encoding = encoding.filter(|encoding| encoding.compression != Compression::None);
        let encoder = encoding.map(|encoding| Encoder::new(&encoding)).transpose().map_err(to_thrown)?;
        Ok(Self {
            opened: opened.clone(),
            layers: layers.to_vec(),
            squash: Some(squash),
            decoder: None,
            compression: encoding.map_or(Compression::None, |encoding| encoding.compression),
            stored: encoder.is_some().then(|| (Hasher::new(Algorithm::Sha256), 0)),
            encoder,
            tar: (Hasher::new(Algorithm::Sha256), 0),
            report: None,
        })
    }

    /// The range that is to be fed next; nothing when all has been written to `out`.
    pub(super) fn next(&mut self, out: &mut Vec<u8>) -> Result<Option<RangeData>, JsValue> {
        let Some(mut squash) = self.squash.take() else { return Ok(None) };
        if let Some(place) = squash.next_layer().map_err(to_thrown)? {
            let layer = self.layers.get(place).copied().unwrap_or(usize::MAX);
            let compression = self.opened.compression(layer)?;
            self.decoder = Some((layer, Decoder::new(compression, &self.opened.limits)));
            self.squash = Some(squash);
            return self.opened.range(layer).map(Some);
        }
        let mut tar = Vec::new();
        let report = squash.finish(&mut |piece| {
            tar.extend_from_slice(piece);
            Ok::<(), SquashError>(())
        });
        self.report = Some(report.map_err(to_thrown)?);
        self.give(&tar, out)?;
        if let Some(encoder) = self.encoder.take() {
            let before = out.len();
            encoder.finish(out).map_err(to_thrown)?;
            self.count(out.get(before..).unwrap_or_default());
        }
        Ok(None)
    }

    /// Takes stored bytes of the layer that is fed.
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), JsValue> {
        let (Some((_, decoder)), Some(squash)) = (&mut self.decoder, &mut self.squash) else { return Ok(()) };
        let mut tar = Vec::new();
        let pushed = decoder.push::<Failure>(bytes, &mut |piece| {
            squash.push::<Failure>(piece, &mut |piece| {
                tar.extend_from_slice(piece);
                Ok(())
            })
        });
        pushed.map_err(|failure| self.thrown(failure))?;
        self.give(&tar, out)
    }

    /// The layer has been fed.
    pub(super) fn end(&mut self) -> Result<(), JsValue> {
        let ended = match &mut self.decoder {
            Some((_, decoder)) => decoder.finish(),
            None => Ok(()),
        };
        ended.map_err(|error| self.thrown(error.into()))?;
        self.decoder = None;
        Ok(())
    }

    /// What was made, when all has been written.
    pub(super) fn made(self) -> Option<Made> {
        let report = self.report?;
        let tar = (self.tar.0.finish(), self.tar.1);
        let stored = self.stored.map_or(tar, |(hasher, size)| (hasher.finish(), size));
        Some(Made { report, tar, stored, compression: self.compression })
    }

    fn give(&mut self, tar: &[u8], out: &mut Vec<u8>) -> Result<(), JsValue> {
        self.tar.0.update(tar);
        self.tar.1 += tar.len() as u64;
        let before = out.len();
        match &mut self.encoder {
            Some(encoder) => encoder.push(tar, out).map_err(to_thrown)?,
            None => out.extend_from_slice(tar),
        }
        self.count(out.get(before..).unwrap_or_default());
        Ok(())
    }

    fn count(&mut self, bytes: &[u8]) {
        if let Some((hasher, size)) = &mut self.stored {
            hasher.update(bytes);
            *size += bytes.len() as u64;
        }
    }

    fn thrown(&self, failure: Failure) -> JsValue {
        match failure {
            Failure::Squash(error) => to_thrown(error),
            Failure::Codec(error) => {
                let thrown = to_thrown(error);
                if let Some((layer, _)) = &self.decoder
                    && let Ok(entry) = self.opened.entry(*layer)
                {
                    // The object is ours and takes it.
                    let _ = js_sys::Reflect::set(&thrown, &"path".into(), &entry.into());
                }
                thrown
            }
        }
    }
}
