//! Digests of a stream.

use std::fmt;

use sha2::digest::common::hazmat::{SerializableState, SerializedState};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::{Algorithm, Digest, blake3};
use crate::error::{ErrorKind, Reason};

/// First byte of a saved state: the version of its form.
const STATE_VERSION: u8 = 1;
/// Second byte of a saved state: the algorithm.
const SHA256: u8 = 0;
const SHA384: u8 = 1;
const SHA512: u8 = 2;

/// Bytes are no state that a hasher saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no saved state of a hasher")]
pub struct HasherStateError;

impl Reason for HasherStateError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "hasher-state"
    }
}

/// The SHA-256 of some bytes. Who needs no other algorithm does not get their code.
pub(super) fn sha256(bytes: &[u8]) -> Digest {
    digest(Algorithm::Sha256, &Sha256::digest(bytes))
}

/// What an algorithm computed.
fn digest(algorithm: Algorithm, computed: &[u8]) -> Digest {
    let mut bytes = [0; 64];
    for (byte, value) in bytes.iter_mut().zip(computed) {
        *byte = *value;
    }
    Digest { algorithm, bytes }
}

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
pub(super) enum State {
    Blake3(blake3::State),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Hasher {
    /// A hasher that has seen nothing.
    pub fn new(algorithm: Algorithm) -> Self {
        Self(match algorithm {
            Algorithm::Blake3(available) => available.state(),
            Algorithm::Sha256 => State::Sha256(Sha256::new()),
            Algorithm::Sha384 => State::Sha384(Sha384::new()),
            Algorithm::Sha512 => State::Sha512(Sha512::new()),
        })
    }

    /// The algorithm that it computes.
    pub const fn algorithm(&self) -> Algorithm {
        match &self.0 {
            State::Blake3(state) => state.algorithm(),
            State::Sha256(_) => Algorithm::Sha256,
            State::Sha384(_) => Algorithm::Sha384,
            State::Sha512(_) => Algorithm::Sha512,
        }
    }

    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Blake3(state) => state.update(bytes),
            State::Sha256(state) => state.update(bytes),
            State::Sha384(state) => state.update(bytes),
            State::Sha512(state) => state.update(bytes),
        }
    }

    /// What it has taken in so far, in a form from which [`Self::resume`] goes on: after a restart, or in another
    /// process of the same version. It is about as long as two blocks of the algorithm and tells the last bytes that
    /// were taken in.
    ///
    /// `None` for BLAKE3: its state is a tree that the crate behind it does not give away.
    pub fn save(&self) -> Option<Vec<u8>> {
        let saved = |tag: u8, state: &[u8]| Some([&[STATE_VERSION, tag], state].concat());
        match &self.0 {
            State::Blake3(_) => None,
            State::Sha256(hasher) => saved(SHA256, &hasher.serialize()),
            State::Sha384(hasher) => saved(SHA384, &hasher.serialize()),
            State::Sha512(hasher) => saved(SHA512, &hasher.serialize()),
        }
    }

    /// A hasher that goes on from a saved state.
    ///
    /// # Errors
    /// The bytes are none.
    pub fn resume(state: &[u8]) -> Result<Self, HasherStateError> {
        fn read<T: SerializableState>(bytes: &[u8]) -> Result<T, HasherStateError> {
            let state = SerializedState::<T>::try_from(bytes).map_err(|_| HasherStateError)?;
            T::deserialize(&state).map_err(|_| HasherStateError)
        }
        let (&[version, algorithm], bytes) = state.split_first_chunk().ok_or(HasherStateError)?;
        if !is_possible(algorithm, bytes) {
            return Err(HasherStateError);
        }
        Ok(Self(match (version, algorithm) {
            (STATE_VERSION, SHA256) => State::Sha256(read(bytes)?),
            (STATE_VERSION, SHA384) => State::Sha384(read(bytes)?),
            (STATE_VERSION, SHA512) => State::Sha512(read(bytes)?),
            _ => return Err(HasherStateError),
        }))
    }

    /// The digest of everything taken in.
    pub fn finish(self) -> Digest {
        let algorithm = self.algorithm();
        match self.0 {
            State::Blake3(state) => digest(algorithm, &state.finish()),
            State::Sha256(state) => digest(algorithm, &state.finalize()),
            State::Sha384(state) => digest(algorithm, &state.finalize()),
            State::Sha512(state) => digest(algorithm, &state.finalize()),
        }
    }
}

/// Whether the count of blocks in a state, which stands after the chaining value, is one that can be reached. With one
/// beyond, the length of the message would overflow.
fn is_possible(algorithm: u8, state: &[u8]) -> bool {
    let count = match algorithm {
        SHA256 => state.get(32..40),
        _ => state.get(64..80),
    };
    // Least byte first: less than 2^48 blocks.
    count.and_then(|count| count.get(6..)).is_some_and(|high| high.iter().all(|byte| *byte == 0))
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hasher({})", self.algorithm())
    }
}
