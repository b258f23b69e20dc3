//! Digests of a stream.

use std::fmt;

use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::{Algorithm, Digest};

/// Computes a digest of bytes that come piece by piece.
///
/// ```
/// use layerglass::digest::{Algorithm, Digest, Hasher};
/// let mut hasher = Hasher::new(Algorithm::Sha256);
/// hasher.update(b"ab");
/// hasher.update(b"c");
/// assert_eq!(hasher.finish(), Digest::sha256(b"abc"));
/// ```
#[derive(Clone)]
pub struct Hasher(State);

#[derive(Clone)]
enum State {
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Hasher {
    /// A hasher that has seen nothing.
    pub fn new(algorithm: Algorithm) -> Self {
        Self(match algorithm {
            Algorithm::Sha256 => State::Sha256(Sha256::new()),
            Algorithm::Sha384 => State::Sha384(Sha384::new()),
            Algorithm::Sha512 => State::Sha512(Sha512::new()),
        })
    }

    /// The algorithm that it computes.
    pub const fn algorithm(&self) -> Algorithm {
        match self.0 {
            State::Sha256(_) => Algorithm::Sha256,
            State::Sha384(_) => Algorithm::Sha384,
            State::Sha512(_) => Algorithm::Sha512,
        }
    }

    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Sha256(state) => state.update(bytes),
            State::Sha384(state) => state.update(bytes),
            State::Sha512(state) => state.update(bytes),
        }
    }

    /// The digest of everything taken in.
    pub fn finish(self) -> Digest {
        let algorithm = self.algorithm();
        let mut bytes = [0; 64];
        let fill = |bytes: &mut [u8; 64], computed: &[u8]| {
            for (byte, value) in bytes.iter_mut().zip(computed) {
                *byte = *value;
            }
        };
        match self.0 {
            State::Sha256(state) => fill(&mut bytes, &state.finalize()),
            State::Sha384(state) => fill(&mut bytes, &state.finalize()),
            State::Sha512(state) => fill(&mut bytes, &state.finalize()),
        }
        Digest { algorithm, bytes }
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hasher({})", self.algorithm())
    }
}
