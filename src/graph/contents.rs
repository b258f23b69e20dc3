//! Who keeps what is in the layers.

use std::future::Future;

use crate::error::{ErrorKind, Reason};
use crate::store::{BackendError, MaybeSend, MaybeSync};

/// Bytes that a source of bytes in memory gives at once.
const PIECE: usize = 1 << 20;

/// Why the contents of a layer cannot be written, read or removed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentsError {
    /// The storage failed.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// Whoever keeps the contents failed.
    #[error("cannot {operation} the contents of `{place}`: {reason}")]
    Failed {
        /// What was tried, such as `write`.
        operation: &'static str,
        /// Which layer's.
        place: String,
        /// What went wrong.
        reason: String,
    },
    /// What was written is no layer.
    #[error("the contents of `{place}` are no layer: {reason}")]
    Invalid {
        /// Which layer's.
        place: String,
        /// What is wrong with them.
        reason: String,
    },
    /// There are none.
    #[error("there are no contents of `{place}`")]
    Missing {
        /// Which layer's.
        place: String,
    },
    /// A part of them is missing or of another length.
    #[error("the contents of `{place}` are damaged: {reason}")]
    Corrupt {
        /// Which layer's.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// Contents are not kept here.
    #[error("the contents of layers are not kept here")]
    NotKept,
}

impl Reason for ContentsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Backend(error) => error.kind(),
            Self::Failed { .. } => ErrorKind::Io,
            Self::Invalid { .. } => ErrorKind::Invalid,
            Self::Missing { .. } => ErrorKind::NotFound,
            Self::Corrupt { .. } => ErrorKind::Corrupt,
            Self::NotKept => ErrorKind::Unsupported,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Backend(error) => error.code(),
            Self::Failed { .. } => "contents-failed",
            Self::Invalid { .. } => "contents-invalid",
            Self::Missing { .. } => "contents-missing",
            Self::Corrupt { .. } => "contents-corrupt",
            Self::NotKept => "contents-not-kept",
        }
    }

    fn path(&self) -> Option<String> {
        match self {
            Self::Backend(error) => error.path(),
            Self::Failed { place, .. }
            | Self::Invalid { place, .. }
            | Self::Missing { place }
            | Self::Corrupt { place, .. } => Some(place.clone()),
            Self::NotKept => None,
        }
    }
}

/// Why a source of bytes ended before its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the layer could not be read to its end: {reason}")]
pub struct SourceError {
    /// What went wrong.
    pub reason: String,
}

impl Reason for SourceError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Io
    }

    fn code(&self) -> &'static str {
        "layer-source"
    }
}

/// Where the bytes of a layer come from, piece by piece.
pub trait LayerSource: MaybeSend {
    /// The next bytes; nothing at the end.
    ///
    /// # Errors
    /// Why there are no more though it is not the end.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, SourceError>> + MaybeSend;
}

/// Bytes in memory.
impl LayerSource for &[u8] {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SourceError> {
        let (piece, rest) = self.split_at(self.len().min(PIECE));
        *self = rest;
        Ok((!piece.is_empty()).then(|| piece.to_vec()))
    }
}

/// Who keeps what is in the layers of a graph. A place is the id of a layer, or store and id with a slash between them.
///
/// What is being written is nowhere to be seen until [`commit`](Self::commit), and gone after [`abort`](Self::abort).
pub trait LayerContents: MaybeSend + MaybeSync {
    /// Contents that are being written.
    type Writing: MaybeSend;
    /// Contents that are being read.
    type Reading: MaybeSend;

    /// The name of what keeps them, such as `vfs`: part of the name of the file of names of a graph.
    fn driver(&self) -> &str;

    /// Begins to write the contents of a layer that stands on another one. `token` names nothing else, ever.
    ///
    /// # Errors
    /// Why that cannot be done.
    fn begin(
        &self,
        token: &str,
        place: &str,
        parent: Option<&str>,
    ) -> impl Future<Output = Result<Self::Writing, ContentsError>> + MaybeSend;

    /// Writes more.
    ///
    /// # Errors
    /// Why that cannot be done.
    fn write(
        &self,
        writing: &mut Self::Writing,
        bytes: &[u8],
    ) -> impl Future<Output = Result<(), ContentsError>> + MaybeSend;

    /// Ends writing: all is written and lasts. Gives the bytes that the layer adds to those below it, as the kept form
    /// counts them.
    ///
    /// # Errors
    /// What was written is no layer, or why it could not be written.
    fn finish(
        &self,
        writing: &mut Self::Writing,
    ) -> impl Future<Output = Result<u64, ContentsError>> + MaybeSend;

    /// Puts what was written in its place, at once.
    ///
    /// # Errors
    /// Why that cannot be done.
    fn commit(&self, writing: Self::Writing) -> impl Future<Output = Result<(), ContentsError>> + MaybeSend;

    /// Throws away what was written.
    ///
    /// # Errors
    /// Why that cannot be done.
    fn abort(&self, writing: Self::Writing) -> impl Future<Output = Result<(), ContentsError>> + MaybeSend;

    /// Whether a layer has contents, be they empty.
    ///
    /// # Errors
    /// Why that cannot be told.
    fn contains(&self, place: &str) -> impl Future<Output = Result<bool, ContentsError>> + MaybeSend;

    /// The bytes that a layer adds to those below it, counted anew; nothing where that cannot be told.
    ///
    /// # Errors
    /// Why they cannot be counted.
    fn size(
        &self,
        place: &str,
        parent: Option<&str>,
    ) -> impl Future<Output = Result<Option<u64>, ContentsError>> + MaybeSend;

    /// Begins to read a layer as a tar.
    ///
    /// # Errors
    /// There are none, or why they cannot be read.
    fn open(
        &self,
        place: &str,
        parent: Option<&str>,
    ) -> impl Future<Output = Result<Self::Reading, ContentsError>> + MaybeSend;

    /// Reads more; nothing at the end.
    ///
    /// # Errors
    /// Why that cannot be done.
    fn read(
        &self,
        reading: &mut Self::Reading,
    ) -> impl Future<Output = Result<Option<Vec<u8>>, ContentsError>> + MaybeSend;

    /// Removes the contents of a layer; none are no error.
    ///
    /// # Errors
    /// Why that cannot be done.
    fn remove(&self, place: &str) -> impl Future<Output = Result<(), ContentsError>> + MaybeSend;

    /// Where the contents of a layer are, in words that its keeper understands, such as a path.
    fn locate(&self, place: &str) -> Option<String>;

    /// Removes what writing left behind that was interrupted, and says what that was. It is called when nobody writes.
    ///
    /// # Errors
    /// Why that cannot be done.
    fn sweep(&self) -> impl Future<Output = Result<Vec<String>, ContentsError>> + MaybeSend;
}

/// For graphs whose layers are kept elsewhere, or nowhere: every layer is taken to be there, and none can be written.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoContents;

impl LayerContents for NoContents {
    type Writing = ();
    type Reading = ();

    fn driver(&self) -> &str {
        "none"
    }

    async fn begin(&self, _: &str, _: &str, _: Option<&str>) -> Result<(), ContentsError> {
        Err(ContentsError::NotKept)
    }

    async fn write(&self, (): &mut (), _: &[u8]) -> Result<(), ContentsError> {
        Err(ContentsError::NotKept)
    }

    async fn finish(&self, (): &mut ()) -> Result<u64, ContentsError> {
        Err(ContentsError::NotKept)
    }

    async fn commit(&self, (): ()) -> Result<(), ContentsError> {
        Err(ContentsError::NotKept)
    }

    async fn abort(&self, (): ()) -> Result<(), ContentsError> {
        Ok(())
    }

    async fn contains(&self, _: &str) -> Result<bool, ContentsError> {
        Ok(true)
    }

    async fn size(&self, _: &str, _: Option<&str>) -> Result<Option<u64>, ContentsError> {
        Ok(None)
    }

    async fn open(&self, place: &str, _: Option<&str>) -> Result<(), ContentsError> {
        Err(ContentsError::Missing { place: place.to_owned() })
    }

    async fn read(&self, (): &mut ()) -> Result<Option<Vec<u8>>, ContentsError> {
        Ok(None)
    }

    async fn remove(&self, _: &str) -> Result<(), ContentsError> {
        Ok(())
    }

    fn locate(&self, _: &str) -> Option<String> {
        None
    }

    async fn sweep(&self) -> Result<Vec<String>, ContentsError> {
        Ok(Vec::new())
    }
}
