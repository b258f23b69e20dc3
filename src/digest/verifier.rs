//! Checking a stream against a digest.

use std::io;

use super::{Digest, Hasher};

/// A sink that tells whether what was written to it has the digest it should have.
///
/// ```
/// use layerglass::digest::{Digest, Verifier};
/// use std::io::Write;
/// let mut verifier = Verifier::new(Digest::sha256(b"abc"));
/// verifier.write_all(b"abc").unwrap();
/// assert!(verifier.is_verified());
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    expected: Digest,
    hasher: Hasher,
}

impl Verifier {
    /// A sink for what should have that digest.
    pub fn new(expected: Digest) -> Self {
        Self { expected, hasher: Hasher::new(expected.algorithm()) }
    }

    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    /// Whether everything taken in so far has the digest.
    pub fn is_verified(&self) -> bool {
        self.hasher.clone().finish() == self.expected
    }

    /// The digest of everything taken in, for telling what was found instead.
    pub fn finish(self) -> Digest {
        self.hasher.finish()
    }
}

impl io::Write for Verifier {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
