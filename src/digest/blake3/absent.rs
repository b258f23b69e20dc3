//! BLAKE3 is not compiled in: nothing here has a value, so nothing can be hashed with it.

use crate::digest::{Algorithm, hasher};

/// What would say that BLAKE3 is compiled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Available {}

/// Every algorithm, by name.
pub const ALL: [Algorithm; 3] = [Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512];

impl Available {
    #[expect(unreachable_code, reason = "there is no value to come here with")]
    pub(in crate::digest) const fn state(self) -> hasher::State {
        hasher::State::Blake3(match self {})
    }
}

/// A hasher's state that never is.
#[derive(Clone)]
pub enum State {}

impl State {
    pub const fn algorithm(&self) -> Algorithm {
        match *self {}
    }

    pub const fn update(&mut self, _: &[u8]) {
        match *self {}
    }

    pub const fn finish(&self) -> [u8; 32] {
        match *self {}
    }
}
