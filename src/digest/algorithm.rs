//! Hash algorithms that digests use.

use std::fmt;
use std::str::FromStr;

use super::{DigestError, blake3};

/// A hash algorithm with the name that digests carry. Algorithms are ordered as their names are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// `blake3`, registered by image-spec (descriptor.md). Only the feature of that name makes what it holds, so that
    /// there is never a digest whose bytes cannot be checked; with the feature it is `Algorithm::BLAKE3`.
    Blake3(blake3::Available),
    /// `sha256`, what nearly everything uses.
    #[default]
    Sha256,
    /// `sha384`, known to `go-digest` 1.0.
    Sha384,
    /// `sha512`
    Sha512,
}

impl Algorithm {
    /// Every algorithm that is compiled in.
    pub const ALL: [Self; blake3::ALL.len()] = blake3::ALL;

    /// The algorithm of that exact name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Its name in digests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blake3(_) => "blake3",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// Bytes that it computes.
    pub const fn size(self) -> usize {
        match self {
            Self::Blake3(_) | Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// Its place in [`Self::ALL`].
    pub(super) fn index(self) -> usize {
        Self::ALL.into_iter().take_while(|other| *other != self).count()
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = DigestError;

    fn from_str(name: &str) -> Result<Self, DigestError> {
        Self::from_name(name).ok_or_else(|| DigestError::unsupported(name))
    }
}
