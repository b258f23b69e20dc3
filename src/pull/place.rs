//! The seam to where images are kept.

use std::future::Future;

use super::PlaceError;
use crate::digest::{Algorithm, Digest};
use crate::store::{MaybeSend, MaybeSync};

/// Contents in their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<L> {
    /// Their digest.
    pub digest: Digest,
    /// Their bytes.
    pub size: u64,
    /// Where they are.
    pub location: L,
}

/// Where images are kept, by their digests.
pub trait Place: MaybeSend + MaybeSync {
    /// How it says where something is.
    type Location: MaybeSend;
    /// Contents that are coming.
    type Part: Part<Location = Self::Location>;

    /// Contents of that digest, if they are there whole and undamaged.
    ///
    /// # Errors
    /// Why that cannot be told.
    fn find(
        &self,
        digest: &Digest,
    ) -> impl Future<Output = Result<Option<Placed<Self::Location>>, PlaceError>> + MaybeSend;

    /// Makes room for contents. Where their digest is known, what an earlier pull left of them is taken up.
    ///
    /// # Errors
    /// Why there is no room.
    fn begin(
        &self,
        expected: Option<&Digest>,
    ) -> impl Future<Output = Result<Self::Part, PlaceError>> + MaybeSend;

    /// A local file, hashed where it lies.
    ///
    /// # Errors
    /// There is none, it cannot be read, or the place knows no local files.
    fn local(
        &self,
        path: &str,
        algorithm: Algorithm,
    ) -> impl Future<Output = Result<Placed<Self::Location>, PlaceError>> + MaybeSend;
}

/// Contents that are coming. Nobody sees them before [`Self::commit`]. Dropped, they are kept for another pull where the
/// place can tell whose they are, else removed.
pub trait Part: MaybeSend {
    /// How the place says where something is.
    type Location;

    /// Hands over what is there already, and gives its length.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn resume(
        &mut self,
        take: &mut (dyn FnMut(&[u8]) + Send),
    ) -> impl Future<Output = Result<u64, PlaceError>> + MaybeSend;

    /// Forgets what is there.
    ///
    /// # Errors
    /// Why it cannot be removed.
    fn restart(&mut self) -> impl Future<Output = Result<(), PlaceError>> + MaybeSend;

    /// Takes more.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn write(&mut self, bytes: &[u8]) -> impl Future<Output = Result<(), PlaceError>> + MaybeSend;

    /// Puts all that came where it belongs, in one step that lasts.
    ///
    /// # Errors
    /// Why it cannot be placed.
    fn commit(
        self,
        digest: &Digest,
    ) -> impl Future<Output = Result<Placed<Self::Location>, PlaceError>> + MaybeSend;

    /// Removes all that came.
    ///
    /// # Errors
    /// Why it cannot be removed.
    fn discard(self) -> impl Future<Output = Result<(), PlaceError>> + MaybeSend;
}
