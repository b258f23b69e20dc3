//! The checks over the contents of xz blocks.

use sha2::{Digest as _, Sha256};

use super::crc32::Crc;
use super::error::{Checksum, Fault, Feature};

/// Which check a stream has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CheckKind {
    None,
    Crc32,
    Crc64,
    Sha256,
}

impl CheckKind {
    pub fn from_id(id: u8) -> Result<Self, Fault> {
        match id {
            0 => Ok(Self::None),
            1 => Ok(Self::Crc32),
            4 => Ok(Self::Crc64),
            10 => Ok(Self::Sha256),
            _ => Err(Fault::Unsupported(Feature::Check(id))),
        }
    }

    /// Bytes of the stored check.
    pub fn size(self) -> usize {
        match self {
            Self::None => 0,
            Self::Crc32 => 4,
            Self::Crc64 => 8,
            Self::Sha256 => 32,
        }
    }
}

/// The check of one block while its contents come out.
pub(super) enum Check {
    None,
    Crc32(Crc),
    Crc64(Crc64),
    Sha256(Sha256),
}

impl Check {
    pub fn new(kind: CheckKind) -> Self {
        match kind {
            CheckKind::None => Self::None,
            CheckKind::Crc32 => Self::Crc32(Crc::new()),
            CheckKind::Crc64 => Self::Crc64(Crc64::new()),
            CheckKind::Sha256 => Self::Sha256(Sha256::new()),
        }
    }

    pub fn update(&mut self, contents: &[u8]) {
        match self {
            Self::None => {}
            Self::Crc32(crc) => crc.update(contents),
            Self::Crc64(crc) => crc.update(contents),
            Self::Sha256(sha) => sha.update(contents),
        }
    }

    /// Compares with the stored bytes.
    pub fn verify(self, stored: &[u8]) -> Result<(), Fault> {
        let (checksum, found) = match self {
            Self::None => return Ok(()),
            Self::Crc32(crc) => (Checksum::Crc32, crc.sum().to_le_bytes().to_vec()),
            Self::Crc64(crc) => (Checksum::Crc64, crc.sum().to_le_bytes().to_vec()),
            Self::Sha256(sha) => (Checksum::Sha256, sha.finalize().to_vec()),
        };
        compare(checksum, stored, &found)
    }
}

/// Compares a stored CRC-32 with the one over `bytes`.
pub(super) fn verify_crc32(checksum: Checksum, bytes: &[u8], stored: &[u8]) -> Result<(), Fault> {
    let mut crc = Crc::new();
    crc.update(bytes);
    compare(checksum, stored, &crc.sum().to_le_bytes())
}

fn compare(checksum: Checksum, stored: &[u8], found: &[u8]) -> Result<(), Fault> {
    if stored == found {
        return Ok(());
    }
    // CRCs are stored with the low byte first and written as numbers; a SHA-256 is written as it is stored.
    let text = |bytes: &[u8]| -> String {
        let digit = |byte: &u8| format!("{byte:02x}");
        match checksum {
            Checksum::Sha256 => bytes.iter().map(digit).collect(),
            _ => bytes.iter().rev().map(digit).collect(),
        }
    };
    Err(Fault::Checksum { checksum, expected: text(stored), found: text(found) })
}

/// CRC-64 of ECMA-182, reflected, as xz has it. Eight bytes a step.
pub(super) struct Crc64 {
    /// Made when first needed: as a constant it would be the largest table in the wasm file.
    tables: Box<[[u64; 256]; 8]>,
    crc: u64,
}

impl Crc64 {
    const POLYNOMIAL: u64 = 0xc96c_5795_d787_0f42;

    fn new() -> Self {
        let mut tables = Box::new([[0; 256]; 8]);
        let mut previous = [0; 256];
        for (byte, slot) in (0_u64..).zip(previous.iter_mut()) {
            *slot = (0..8).fold(byte, |crc, _| (crc >> 1) ^ (Self::POLYNOMIAL * (crc & 1)));
        }
        let first = previous;
        for table in tables.iter_mut() {
            *table = previous;
            for slot in &mut previous {
                *slot = (*slot >> 8) ^ first[(*slot & 0xff) as usize];
            }
        }
        Self { tables, crc: !0 }
    }

    fn update(&mut self, bytes: &[u8]) {
        let tables = &self.tables;
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            let word = (self.crc ^ u64::from_le_bytes(*word)).to_le_bytes();
            self.crc =
                (tables.iter().rev().zip(word)).fold(0, |crc, (table, byte)| crc ^ table[byte as usize]);
        }
        for &byte in rest {
            self.crc = (self.crc >> 8) ^ tables[0][usize::from(self.crc as u8 ^ byte)];
        }
    }

    fn sum(&self) -> u64 {
        !self.crc
    }
}
