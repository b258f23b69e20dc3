//! A header block that is filled in field by field.

use std::ops::Range;

use crate::tar::BLOCK;

pub(super) const NAME: Range<usize> = 0..100;
pub(super) const MODE: Range<usize> = 100..108;
pub(super) const UID: Range<usize> = 108..116;
pub(super) const GID: Range<usize> = 116..124;
pub(super) const SIZE: Range<usize> = 124..136;
pub(super) const MTIME: Range<usize> = 136..148;
const CHECKSUM: Range<usize> = 148..156;
const TYPE: usize = 156;
pub(super) const LINK: Range<usize> = 157..257;
const MAGIC: Range<usize> = 257..265;
pub(super) const OWNER: Range<usize> = 265..297;
pub(super) const GROUP: Range<usize> = 297..329;
pub(super) const MAJOR: Range<usize> = 329..337;
pub(super) const MINOR: Range<usize> = 337..345;
pub(super) const PREFIX: Range<usize> = 345..500;

/// The magics of POSIX and of GNU, with their versions.
pub(super) const USTAR: &[u8; 8] = b"ustar\x0000";
pub(super) const GNU: &[u8; 8] = b"ustar  \0";

/// A block whose checksum is still to be computed.
pub(super) struct Block([u8; BLOCK]);

impl Block {
    pub fn new(magic: &[u8; 8], type_flag: u8) -> Self {
        let mut block = Self([0; BLOCK]);
        block.0[MAGIC].copy_from_slice(magic);
        block.0[TYPE] = type_flag;
        block
    }

    /// As much of a text as the field holds.
    pub fn text(&mut self, field: Range<usize>, text: &[u8]) {
        for (slot, byte) in self.0[field].iter_mut().zip(text) {
            *slot = *byte;
        }
    }

    pub fn byte(&mut self, at: usize, byte: u8) {
        self.0[at] = byte;
    }

    /// A number in octal, zero where it does not fit; says whether it did.
    pub fn octal(&mut self, field: Range<usize>, value: i64) -> bool {
        let digits = field.len() - 1;
        let fitting = u64::try_from(value).ok().filter(|value| value >> (3 * digits) == 0);
        let text = format!("{:0digits$o}", fitting.unwrap_or(0));
        self.text(field, text.as_bytes());
        fitting.is_some()
    }

    /// A number in octal, or in base 256 where that does not hold it, as GNU tar writes it. False when neither does.
    pub fn number(&mut self, field: Range<usize>, value: i64) -> bool {
        if self.octal(field.clone(), value) {
            return true;
        }
        let bytes = value.to_be_bytes();
        let filler = if value < 0 { 0xff } else { 0 };
        let field = &mut self.0[field];
        let length = field.len();
        if length < bytes.len() + 1 {
            // Eight bytes hold 63 bits, the first being the mark, and the sign with it.
            let bits = 8 * length as u32 - 2;
            if value >> bits != if value < 0 { -1 } else { 0 } {
                return false;
            }
        }
        for (slot, byte) in field.iter_mut().rev().zip(bytes.iter().rev().chain(std::iter::repeat(&filler))) {
            *slot = *byte;
        }
        if let Some(first) = field.first_mut() {
            *first |= 0x80;
        }
        true
    }

    /// The first 24 bytes, which a pair of a sparse map takes.
    pub fn start(&self) -> &[u8] {
        &self.0[..24]
    }

    pub fn sealed(mut self) -> [u8; BLOCK] {
        self.0[CHECKSUM].fill(b' ');
        let sum: u64 = self.0.iter().map(|&byte| u64::from(byte)).sum();
        self.text(CHECKSUM, format!("{sum:06o}\0").as_bytes());
        self.0
    }
}
