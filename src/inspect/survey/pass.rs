//! One pass over a layer that shows the contents of some of its files.

use crate::codec::{CodecError, Compression, Decoder};
use crate::limits::Limits;
use crate::tar::{Event, Reader, TarError};

/// Takes the stored bytes of a layer from their beginning and shows the contents of some entries of its tar.
pub(super) struct LayerPass {
    limits: Limits,
    /// What unpacks an image's file that is compressed as a whole.
    packed: Option<Box<Packed>>,
    /// Until it is known what the layer is compressed with.
    prefix: Vec<u8>,
    decoder: Option<Decoder>,
    collector: Collector,
    /// Stored bytes so far.
    pub(super) pushed: u64,
}

/// Why a layer is read no further.
enum Stop {
    Codec(CodecError),
    Tar(TarError),
}

impl From<CodecError> for Stop {
    fn from(error: CodecError) -> Self {
        Self::Codec(error)
    }
}

/// A layer within a file that is compressed as a whole: the file is pushed from its beginning.
pub(super) struct Packed {
    decoder: Decoder,
    /// Unpacked bytes before the layer.
    skip: u64,
    /// Those of the layer that are still to come.
    left: u64,
}

impl Packed {
    /// A layer that lies at that place of what the file decompresses to.
    pub(super) fn new(compression: Compression, offset: u64, length: u64, limits: &Limits) -> Self {
        Self { decoder: Decoder::new(compression, limits), skip: offset, left: length }
    }

    /// The part of a piece that is the layer's.
    fn part<'p>(skip: &mut u64, left: &mut u64, piece: &'p [u8]) -> &'p [u8] {
        let before = usize::try_from(*skip).unwrap_or(usize::MAX).min(piece.len());
        *skip -= before as u64;
        let rest = piece.get(before..).unwrap_or_default();
        let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
        *left -= taken as u64;
        rest.get(..taken).unwrap_or_default()
    }
}

struct Collector {
    reader: Reader,
    /// Rows that are still to come with their sizes, the next one last.
    rows: Vec<(u32, u64)>,
    /// The entry that comes next.
    entry: u32,
    held: Option<Vec<u8>>,
}

impl LayerPass {
    /// Rows are ascending, with their sizes.
    pub(super) fn new(mut rows: Vec<(u32, u64)>, packed: Option<Box<Packed>>, limits: &Limits) -> Self {
        rows.reverse();
        let collector = Collector { reader: Reader::new(limits), rows, entry: 0, held: None };
        Self { limits: *limits, packed, prefix: Vec::new(), decoder: None, collector, pushed: 0 }
    }

    /// Have all rows been shown?
    pub(super) const fn is_enough(&self) -> bool {
        self.collector.rows.is_empty()
    }

    /// Takes the next stored bytes and shows the contents of each row that they complete. After an error nothing more comes.
    pub(super) fn push(&mut self, bytes: &[u8], visit: &mut dyn FnMut(&[u8])) -> Result<(), String> {
        self.pushed = self.pushed.saturating_add(bytes.len() as u64);
        let pushed = match self.packed.take() {
            None => self.push_layer(bytes, visit),
            Some(mut packed) => {
                let Packed { decoder, skip, left } = packed.as_mut();
                let pushed = decoder.push::<Stop>(bytes, &mut |piece| {
                    self.push_layer(Packed::part(skip, left, piece), visit)
                });
                self.packed = Some(packed);
                pushed
            }
        };
        pushed.map_err(|stop| {
            self.collector.rows.clear();
            match stop {
                Stop::Codec(error) => error.to_string(),
                Stop::Tar(error) => error.to_string(),
            }
        })
    }

    /// Takes the layer's own bytes.
    fn push_layer(&mut self, bytes: &[u8], visit: &mut dyn FnMut(&[u8])) -> Result<(), Stop> {
        let prefix;
        let (decoder, bytes) = match &mut self.decoder {
            Some(decoder) => (decoder, bytes),
            place => {
                self.prefix.extend_from_slice(bytes);
                // What is shorter is no tar.
                if self.prefix.len() < Compression::PREFIX_LEN {
                    return Ok(());
                }
                prefix = std::mem::take(&mut self.prefix);
                let compression = Compression::detect(&prefix).unwrap_or(Compression::None);
                (&mut *place.insert(Decoder::new(compression, &self.limits)), prefix.as_slice())
            }
        };
        decoder.push::<Stop>(bytes, &mut |piece| self.collector.push(piece, visit))
    }
}

impl Collector {
    fn push(&mut self, mut piece: &[u8], visit: &mut dyn FnMut(&[u8])) -> Result<(), Stop> {
        while let Some(&(row, size)) = self.rows.last() {
            let Some(event) = self.reader.next(&mut piece).map_err(Stop::Tar)? else { break };
            match (event, &mut self.held) {
                (Event::Entry(_), held) => {
                    *held = (self.entry == row).then(Vec::new);
                    self.entry = self.entry.saturating_add(1);
                }
                // Never more than the scan found.
                (Event::Data(data), Some(held)) => {
                    let left = size.saturating_sub(held.len() as u64);
                    held.extend_from_slice(
                        data.get(..usize::try_from(left).unwrap_or(usize::MAX)).unwrap_or(data),
                    );
                }
                (Event::Hole(length), Some(held)) => {
                    let length = length.min(size.saturating_sub(held.len() as u64));
                    held.resize(held.len().saturating_add(usize::try_from(length).unwrap_or(0)), 0);
                }
                (Event::EntryEnd, held) => {
                    if let Some(contents) = held.take() {
                        visit(&contents);
                        self.rows.pop();
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}
