//! One frame, decoded by the library.

use structured_zstd::decoding::errors::FrameDecoderError;
use structured_zstd::decoding::{ContentChecksum, FrameDecoder};

use crate::codec::error::{Checksum, Corruption, Fault, Feature};
use crate::limits::LimitExceeded;

/// The least and the largest window that the library can be told.
const WINDOW_BYTES: std::ops::RangeInclusive<u64> = 1 << 10..=1 << 31;

/// The decoder of one frame after another.
pub(super) struct Frame {
    decoder: FrameDecoder,
    window_bytes: u64,
}

impl Frame {
    pub fn new(window_bytes: u64) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_content_checksum(ContentChecksum::Verify);
        // Always in the library's range, so never refused.
        let _ = decoder.set_max_window_size(window_bytes.clamp(*WINDOW_BYTES.start(), *WINDOW_BYTES.end()));
        Self { decoder, window_bytes }
    }

    /// Starts a frame with its whole header, magic number included.
    pub fn begin(&mut self, mut header: &[u8]) -> Result<(), Fault> {
        self.decoder.reset(&mut header).map_err(|error| self.fault(&error))
    }

    /// How many bytes from the start of `pending` the next step takes.
    pub fn input_needed(&self, pending: &[u8]) -> usize {
        self.decoder.input_needed(pending)
    }

    /// Takes the next step, a block or the checksum, when `source` holds it, and hands out what is decoded: how many
    /// bytes were read and written.
    pub fn decode(&mut self, source: &[u8], target: &mut [u8]) -> Result<(usize, usize), Fault> {
        self.decoder.decode_from_to(source, target).map_err(|error| self.fault(&error))
    }

    /// Whether the frame is decoded, checked and handed out.
    pub fn is_done(&self) -> bool {
        self.decoder.is_finished() && self.decoder.can_collect() == 0
    }

    fn fault(&self, error: &FrameDecoderError) -> Fault {
        use FrameDecoderError as E;
        match *error {
            E::WindowSizeTooBig { requested, .. } => Fault::Limit(LimitExceeded {
                name: "windowBytes",
                limit: self.window_bytes,
                found: requested,
            }),
            E::DictNotProvided { dict_id } => Fault::Unsupported(Feature::Dictionary(dict_id)),
            E::ChecksumMismatch { expected, calculated } => Fault::Checksum {
                checksum: Checksum::Xxh64,
                expected: format!("{expected:08x}"),
                found: format!("{calculated:08x}"),
            },
            E::FrameContentSizeMismatch { declared, produced } => {
                Corruption::UnpackedLength { expected: declared, found: produced }.into()
            }
            E::ReadFrameHeaderError(_) | E::FrameHeaderError(_) | E::FailedToInitialize(_) => {
                Corruption::Header.into()
            }
            _ => Corruption::Data.into(),
        }
    }
}
