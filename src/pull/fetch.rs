//! The seam to whatever transports images.

use std::future::Future;

use super::FetchError;
use crate::digest::Digest;
use crate::reference::Source;
use crate::store::{MaybeSend, MaybeSync};

/// What the other side says of an image before it is brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteInfo {
    /// Its digest.
    pub digest: Option<Digest>,
    /// Its bytes.
    pub size: Option<u64>,
}

/// Contents on their way.
#[derive(Clone, Debug)]
pub struct Fetch<B> {
    /// Where they begin: what was asked for, or 0 when the fetcher can only begin at the start.
    pub offset: u64,
    /// The contents from there on.
    pub body: B,
}

/// Transports images: a client of a registry or a library, or anything that has the bytes.
pub trait Fetcher: MaybeSend + MaybeSync {
    /// How contents come.
    type Body: Body;

    /// What the other side says of an image.
    ///
    /// # Errors
    /// There is none, or it cannot be asked.
    fn info(&self, source: &Source) -> impl Future<Output = Result<RemoteInfo, FetchError>> + MaybeSend;

    /// Begins to fetch an image, from an offset where it can.
    ///
    /// # Errors
    /// There is none, or it cannot be fetched.
    fn fetch(
        &self,
        source: &Source,
        offset: u64,
    ) -> impl Future<Output = Result<Fetch<Self::Body>, FetchError>> + MaybeSend;
}

/// Contents, piece by piece.
pub trait Body: MaybeSend {
    /// The next bytes; nothing at the end.
    ///
    /// # Errors
    /// The transport failed.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, FetchError>> + MaybeSend;
}

/// Contents that are there already.
impl Body for std::vec::IntoIter<Vec<u8>> {
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, FetchError>> + MaybeSend {
        std::future::ready(Ok(Iterator::next(self)))
    }
}
