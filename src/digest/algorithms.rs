//! Which algorithms are accepted.

use std::fmt;

use super::Algorithm;

/// A set of algorithms, for parsers to accept.
///
/// In Go it depends on what a program links which digests it takes. Here it is said in each place, and the default does
/// not change with the features that are compiled in.
///
/// ```
/// use layerglass::digest::{Algorithm, Algorithms, Digest, DigestError};
/// let text = Digest::of(Algorithm::Sha384, b"").to_string();
/// let rules = Algorithms::DEFAULT.without(Algorithm::Sha384);
/// assert!(matches!(Digest::parse_with(&text, rules), Err(DigestError::Unsupported { .. })));
/// assert!(Digest::parse(&text).is_ok());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Algorithms(u8);

impl Algorithms {
    /// No algorithm.
    pub const NONE: Self = Self(0);

    /// The SHA-2 family: `sha256`, `sha384` and `sha512`, as `go-digest` 1.0 knows them.
    pub const DEFAULT: Self =
        Self::NONE.with(Algorithm::Sha256).with(Algorithm::Sha384).with(Algorithm::Sha512);

    /// Every algorithm that is compiled in.
    pub const ALL: Self = {
        let mut all = Self::DEFAULT;
        let mut rest: &[Algorithm] = &Algorithm::ALL;
        while let [algorithm, others @ ..] = rest {
            all = all.with(*algorithm);
            rest = others;
        }
        all
    };

    /// Whether an algorithm is in it.
    pub const fn contains(self, algorithm: Algorithm) -> bool {
        self.0 & bit(algorithm) != 0
    }

    /// The same and an algorithm.
    #[must_use]
    pub const fn with(self, algorithm: Algorithm) -> Self {
        Self(self.0 | bit(algorithm))
    }

    /// The same but for an algorithm.
    #[must_use]
    pub const fn without(self, algorithm: Algorithm) -> Self {
        Self(self.0 & !bit(algorithm))
    }

    /// Those in it, by name.
    pub fn iter(self) -> impl Iterator<Item = Algorithm> {
        Algorithm::ALL.into_iter().filter(move |algorithm| self.contains(*algorithm))
    }
}

const fn bit(algorithm: Algorithm) -> u8 {
    match algorithm {
        Algorithm::Sha256 => 1,
        Algorithm::Sha384 => 2,
        Algorithm::Sha512 => 4,
        Algorithm::Blake3(_) => 8,
    }
}

impl Default for Algorithms {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl FromIterator<Algorithm> for Algorithms {
    fn from_iter<I: IntoIterator<Item = Algorithm>>(algorithms: I) -> Self {
        algorithms.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for Algorithms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
