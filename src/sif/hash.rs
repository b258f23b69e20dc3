//! The hashes that signatures of SIF files state.

use std::fmt;

use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};

use super::text::{hex, unhex};

/// A hash function that signatures state digests of (integrity/digest.go of the SIF library).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatedAlgorithm {
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SHA-512/224.
    Sha512With224,
    /// SHA-512/256.
    Sha512With256,
}

impl StatedAlgorithm {
    const ALL: [Self; 6] =
        [Self::Sha224, Self::Sha256, Self::Sha384, Self::Sha512, Self::Sha512With224, Self::Sha512With256];

    /// Its name in signatures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
            Self::Sha512With224 => "sha512_224",
            Self::Sha512With256 => "sha512_256",
        }
    }

    /// Bytes that it computes.
    pub const fn size(self) -> usize {
        match self {
            Self::Sha224 | Self::Sha512With224 => 28,
            Self::Sha256 | Self::Sha512With256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// A digest that a signature states.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatedDigest {
    algorithm: StatedAlgorithm,
    value: Vec<u8>,
}

impl StatedDigest {
    /// Reads `algorithm:digits`; `None` for what is none, or one of another algorithm.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, digits) = text.split_once(':')?;
        let algorithm = StatedAlgorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name)?;
        Self::from_bytes(algorithm, unhex(digits)?)
    }

    /// A digest from its bytes; `None` unless there are as many as the algorithm computes.
    pub fn from_bytes(algorithm: StatedAlgorithm, value: Vec<u8>) -> Option<Self> {
        (value.len() == algorithm.size()).then_some(Self { algorithm, value })
    }

    /// The algorithm.
    pub const fn algorithm(&self) -> StatedAlgorithm {
        self.algorithm
    }

    /// The digest of some bytes by the same algorithm.
    pub(super) fn same_of(&self, bytes: &[u8]) -> Self {
        let mut hasher = StatedHasher::new(self.algorithm);
        hasher.update(bytes);
        hasher.finish()
    }
}

impl fmt::Display for StatedDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.name(), hex(&self.value))
    }
}

/// Computes a digest piece by piece.
#[derive(Clone)]
pub(super) enum StatedHasher {
    Sha224(Sha224),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
    Sha512With224(Sha512_224),
    Sha512With256(Sha512_256),
}

impl StatedHasher {
    pub fn new(algorithm: StatedAlgorithm) -> Self {
        match algorithm {
            StatedAlgorithm::Sha224 => Self::Sha224(Sha224::new()),
            StatedAlgorithm::Sha256 => Self::Sha256(Sha256::new()),
            StatedAlgorithm::Sha384 => Self::Sha384(Sha384::new()),
            StatedAlgorithm::Sha512 => Self::Sha512(Sha512::new()),
            StatedAlgorithm::Sha512With224 => Self::Sha512With224(Sha512_224::new()),
            StatedAlgorithm::Sha512With256 => Self::Sha512With256(Sha512_256::new()),
        }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha224(state) => state.update(bytes),
            Self::Sha256(state) => state.update(bytes),
            Self::Sha384(state) => state.update(bytes),
            Self::Sha512(state) => state.update(bytes),
            Self::Sha512With224(state) => state.update(bytes),
            Self::Sha512With256(state) => state.update(bytes),
        }
    }

    pub fn finish(self) -> StatedDigest {
        let (algorithm, value) = match self {
            Self::Sha224(state) => (StatedAlgorithm::Sha224, state.finalize().to_vec()),
            Self::Sha256(state) => (StatedAlgorithm::Sha256, state.finalize().to_vec()),
            Self::Sha384(state) => (StatedAlgorithm::Sha384, state.finalize().to_vec()),
            Self::Sha512(state) => (StatedAlgorithm::Sha512, state.finalize().to_vec()),
            Self::Sha512With224(state) => (StatedAlgorithm::Sha512With224, state.finalize().to_vec()),
            Self::Sha512With256(state) => (StatedAlgorithm::Sha512With256, state.finalize().to_vec()),
        };
        StatedDigest { algorithm, value }
    }
}
