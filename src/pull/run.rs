//! A pull from start to end.

use super::{Body, FetchError, Fetcher, Part, Place, Placed, PullError, RemoteInfo};
use crate::digest::{Algorithm, Digest, Hasher};
use crate::limits::{LimitExceeded, Limits};
use crate::reference::Source;

/// What is to be brought.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PullRequest {
    /// Where it is.
    pub source: Source,
    /// Its digest, where the caller knows it. A source that names a digest need not be given it again.
    pub digest: Option<Digest>,
    /// Its bytes, where the caller knows how many.
    pub size: Option<u64>,
    /// How it is hashed where no digest is known.
    pub algorithm: Algorithm,
    /// The limit `pullBytes` counts.
    pub limits: Limits,
}

impl PullRequest {
    /// Whatever is there.
    pub fn new(source: Source) -> Self {
        Self { source, digest: None, size: None, algorithm: Algorithm::Sha256, limits: Limits::default() }
    }

    /// The same, of which the digest is known.
    #[must_use]
    pub const fn with_digest(mut self, digest: Digest) -> Self {
        self.digest = Some(digest);
        self
    }

    /// The same, of which the bytes are known.
    #[must_use]
    pub const fn with_size(mut self, size: u64) -> Self {
        self.size = Some(size);
        self
    }
}

/// How contents came to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They were fetched, so many bytes of them now; the others were left of an earlier pull.
    Fetched {
        /// Bytes that came now.
        bytes: u64,
    },
    /// They were there already.
    Known,
    /// They are a local file and stay where they are. Who keeps a record of them must not delete the file with it.
    InPlace,
}

/// What was brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulled<L> {
    /// The contents.
    pub placed: Placed<L>,
    /// How they came to be there.
    pub outcome: Outcome,
}

/// How far a pull is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PullProgress {
    /// Bytes that are there.
    pub bytes: u64,
    /// Bytes of the whole, where that is known.
    pub total: Option<u64>,
}

/// What the other side says of an image.
///
/// # Errors
/// There is none, it cannot be asked, or the source is a local file.
pub async fn remote_info<F: Fetcher>(fetcher: &F, source: &Source) -> Result<RemoteInfo, PullError> {
    if matches!(source, Source::LocalFile { .. }) {
        return Err(PullError::WrongSource { name: source.to_string(), expected: "remote" });
    }
    fetcher.info(source).await.map_err(|error| failed(source, error))
}

/// The same of an image in a library of SIF images.
///
/// # Errors
/// As [`remote_info`], or the source is no library.
pub async fn library_info<F: Fetcher>(fetcher: &F, source: &Source) -> Result<RemoteInfo, PullError> {
    match source {
        Source::Library(_) => remote_info(fetcher, source).await,
        _ => Err(PullError::WrongSource { name: source.to_string(), expected: "library" }),
    }
}

fn failed(source: &Source, error: FetchError) -> PullError {
    let name = source.to_string();
    match error {
        FetchError::NotFound => PullError::NotFound { name },
        source => PullError::Fetch { name, source },
    }
}

/// The digest that a source itself names.
fn own_digest(source: &Source) -> Result<Option<Digest>, PullError> {
    match source {
        Source::Registry(name) | Source::Oras(name) => {
            let digest = name.digest().map(Digest::parse).transpose();
            digest.map_err(|reason| PullError::Digest { name: source.to_string(), reason })
        }
        Source::Library(name) => Ok(name.digest().copied()),
        _ => Ok(None),
    }
}

/// Brings an image into a place. `progress` is called as bytes come.
///
/// ```
/// use layerglass::digest::Digest;
/// use layerglass::fs::block_on;
/// use layerglass::pull::{Fetch, FetchError, Fetcher, MemoryPlace, PullRequest, RemoteInfo, pull};
/// use layerglass::reference::Source;
///
/// struct Shelf(Vec<u8>);
/// impl Fetcher for Shelf {
///     type Body = std::vec::IntoIter<Vec<u8>>;
///     async fn info(&self, _: &Source) -> Result<RemoteInfo, FetchError> {
///         Ok(RemoteInfo { digest: None, size: Some(self.0.len() as u64) })
///     }
///     async fn fetch(&self, _: &Source, offset: u64) -> Result<Fetch<Self::Body>, FetchError> {
///         let rest = self.0.get(offset as usize..).unwrap_or_default().to_vec();
///         Ok(Fetch { offset, body: vec![rest].into_iter() })
///     }
/// }
///
/// let place = MemoryPlace::new();
/// let request = PullRequest::new(Source::parse("library://demo/tool:1").unwrap());
/// let pulled = block_on(pull(&Shelf(b"image".to_vec()), &place, &request, |_| {}))?;
/// assert_eq!(pulled.placed.digest, Digest::sha256(b"image"));
/// assert_eq!(place.contents(&pulled.placed.digest).unwrap(), b"image");
/// # Ok::<(), layerglass::pull::PullError>(())
/// ```
///
/// # Errors
/// There is no such image, what came is not what was asked for, or fetching or placing failed. Nothing is placed then.
pub async fn pull<F: Fetcher, P: Place>(
    fetcher: &F,
    place: &P,
    request: &PullRequest,
    mut progress: impl FnMut(PullProgress),
) -> Result<Pulled<P::Location>, PullError> {
    let source = &request.source;
    let mut wish = Wish { name: source.to_string(), digest: None, size: None };
    wish.add(own_digest(source)?.as_ref(), request.size)?;
    wish.add(request.digest.as_ref(), None)?;
    if let Source::LocalFile { path } = source {
        let algorithm = wish.digest.map_or(request.algorithm, |digest| digest.algorithm());
        let placed = place.local(path, algorithm).await?;
        wish.add(Some(&placed.digest), Some(placed.size))?;
        return Ok(Pulled { placed, outcome: Outcome::InPlace });
    }
    if wish.digest.is_none() {
        let info = remote_info(fetcher, source).await?;
        wish.add(info.digest.as_ref(), info.size)?;
    }
    if let Some(digest) = &wish.digest
        && let Some(placed) = place.find(digest).await?
    {
        wish.add(None, Some(placed.size))?;
        return Ok(Pulled { placed, outcome: Outcome::Known });
    }
    let part = place.begin(wish.digest.as_ref()).await?;
    let (part, hasher, came) = receive(fetcher, part, request, &wish, &mut progress).await?;
    let digest = hasher.finish();
    if let Err(error) = wish.add(Some(&digest), Some(came.total)) {
        part.discard().await?;
        return Err(error);
    }
    let placed = part.commit(&digest).await?;
    Ok(Pulled { placed, outcome: Outcome::Fetched { bytes: came.now } })
}

/// What is known of the contents beforehand. Whatever is learned has to agree with it.
struct Wish {
    name: String,
    digest: Option<Digest>,
    size: Option<u64>,
}

impl Wish {
    fn add(&mut self, digest: Option<&Digest>, size: Option<u64>) -> Result<(), PullError> {
        if let Some(found) = size {
            let expected = *self.size.get_or_insert(found);
            if expected != found {
                return Err(PullError::SizeMismatch { name: self.name.clone(), expected, found });
            }
        }
        if let Some(&found) = digest {
            let expected = *self.digest.get_or_insert(found);
            if expected != found {
                let (expected, found) = (Box::new(expected), Box::new(found));
                return Err(PullError::DigestMismatch { name: self.name.clone(), expected, found });
            }
        }
        Ok(())
    }
}

/// Bytes that came.
#[derive(Default)]
struct Came {
    now: u64,
    total: u64,
}

async fn receive<F: Fetcher, P: Part>(
    fetcher: &F,
    mut part: P,
    request: &PullRequest,
    wish: &Wish,
    progress: &mut impl FnMut(PullProgress),
) -> Result<(P, Hasher, Came), PullError> {
    let source = &request.source;
    let algorithm = wish.digest.map_or(request.algorithm, |digest| digest.algorithm());
    let mut hasher = Hasher::new(algorithm);
    let mut left = part.resume(&mut |bytes| hasher.update(bytes)).await?;
    if wish.size.is_some_and(|size| left > size) {
        // More than there can be: nothing of it is of use.
        (left, hasher) = (0, Hasher::new(algorithm));
        part.restart().await?;
    }
    let mut came = Came { now: 0, total: left };
    if wish.size == Some(left) && left > 0 {
        // All was there, and only the last step was missing.
        return Ok((part, hasher, came));
    }
    let fetch = fetcher.fetch(source, left).await.map_err(|error| failed(source, error))?;
    if fetch.offset != left {
        if fetch.offset != 0 {
            let reason = format!("the contents begin at {}, but {left} was asked for", fetch.offset);
            return Err(failed(source, FetchError::Failed { reason }));
        }
        (came.total, hasher) = (0, Hasher::new(algorithm));
        part.restart().await?;
    }
    let mut body = fetch.body;
    while let Some(bytes) = body.next().await.map_err(|error| failed(source, error))? {
        let length = bytes.len() as u64;
        came.now = came.now.saturating_add(length);
        came.total = came.total.saturating_add(length);
        let error =
            match (LimitExceeded::check("pullBytes", request.limits.pull_bytes, came.total), wish.size) {
                (Err(limit), _) => Some(limit.into()),
                (Ok(()), Some(expected)) if came.total > expected => {
                    Some(PullError::SizeMismatch { name: wish.name.clone(), expected, found: came.total })
                }
                _ => None,
            };
        if let Some(error) = error {
            part.discard().await?;
            return Err(error);
        }
        hasher.update(&bytes);
        part.write(&bytes).await?;
        progress(PullProgress { bytes: came.total, total: wish.size });
    }
    Ok((part, hasher, came))
}
