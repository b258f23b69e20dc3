//! What a user's text stands for: a name, an id, or the first digits of one.

use super::Names;
use crate::digest::{Digest, ShortIdError, ShortIds};
use crate::error::{ErrorKind, Reason};
use crate::image::ImageId;
use crate::reference::{Kind, Reference, ReferenceError};
use crate::store::raw::shown;

/// Candidates that an ambiguous search lists at most.
const MAX_CANDIDATES: usize = 100;

/// Where a text is looked for, and in which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ResolveOrder {
    /// A whole id, then names, then the first digits of an id: Docker's order.
    #[default]
    NamesFirst,
    /// The first digits of an id, then names: singularity's order. A name that reads as digits of several ids is
    /// ambiguous; with its tag it is not.
    IdsFirst,
    /// Names alone.
    NamesOnly,
    /// Ids and their first digits alone.
    IdsOnly,
}

/// How a text is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResolveOptions {
    /// Where, in which order.
    pub order: ResolveOrder,
    /// Whether `name:digits`, where there is no such tag, is an image of that repository whose id starts with the digits.
    /// Docker had this up to version 1.9.
    pub repository_ids: bool,
}

/// Why a text stands for no single image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// Nothing was asked for.
    #[error("an empty text stands for no image")]
    Empty,
    /// It is neither a name nor an id.
    #[error(transparent)]
    Invalid(#[from] ReferenceError),
    /// No image has such a name or id.
    #[error("there is no image `{text}`")]
    NotFound {
        /// What was asked for, cut after 200 characters.
        text: String,
    },
    /// The name stands for an image that is not there.
    #[error("`{reference}` stands for {id}, which is not there")]
    Dangling {
        /// The name, in full.
        reference: Reference,
        /// What it stands for.
        id: ImageId,
    },
    /// Several ids start like that.
    #[error("`{text}` is ambiguous: several ids start with it")]
    Ambiguous {
        /// What was asked for, cut after 200 characters.
        text: String,
        /// Those ids, sorted, the first hundred of them.
        candidates: Vec<ImageId>,
    },
}

impl Reason for ResolveError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Empty => ErrorKind::Invalid,
            Self::Invalid(error) => error.kind(),
            Self::NotFound { .. } | Self::Dangling { .. } => ErrorKind::NotFound,
            Self::Ambiguous { .. } => ErrorKind::Ambiguous,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "resolve-empty",
            Self::Invalid(error) => error.code(),
            Self::NotFound { .. } => "resolve-not-found",
            Self::Dangling { .. } => "resolve-dangling",
            Self::Ambiguous { .. } => "resolve-ambiguous",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Invalid(error) => error.offset(),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::Dangling { id, .. } => Some(id.to_string()),
            Self::Ambiguous { candidates, .. } => {
                Some(candidates.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
            }
            _ => None,
        }
    }
}

/// The image that a text stands for. `ids` are those of the images that are there.
///
/// A name that stands for an image that is not there is an error, never the first digits of another.
///
/// # Errors
/// Why there is no single one.
///
/// ```
/// use layerglass::{digest::ShortIds, image::ImageId, reference::Reference};
/// use layerglass::store::{Names, ResolveOptions, resolve};
/// let (one, other) = (ImageId::of(b"1"), ImageId::of(b"2"));
/// let ids: ShortIds = [one.digest(), other.digest()].into_iter().collect();
/// let mut names = Names::default();
/// names.tag(&Reference::parse_normalized("cafe").unwrap(), one, false).unwrap();
/// assert_eq!(resolve("cafe", &names, &ids, ResolveOptions::default()), Ok(one));
/// assert_eq!(resolve(&other.short(), &names, &ids, ResolveOptions::default()), Ok(other));
/// ```
pub fn resolve(
    text: &str,
    names: &Names,
    ids: &ShortIds,
    options: ResolveOptions,
) -> Result<ImageId, ResolveError> {
    if text.is_empty() {
        return Err(ResolveError::Empty);
    }
    let search = Search { text, names, ids, options };
    let found = match options.order {
        ResolveOrder::NamesFirst => match search.whole_id()? {
            Some(id) => Some(id),
            None => match search.name()? {
                Some(id) => Some(id),
                None => search.digits()?,
            },
        },
        ResolveOrder::IdsFirst => match search.digits()? {
            Some(id) => Some(id),
            None => search.name()?,
        },
        ResolveOrder::NamesOnly => search.name()?,
        ResolveOrder::IdsOnly => search.digits()?,
    };
    found.ok_or_else(|| ResolveError::NotFound { text: shown(text) })
}

struct Search<'s> {
    text: &'s str,
    names: &'s Names,
    ids: &'s ShortIds,
    options: ResolveOptions,
}

impl Search<'_> {
    /// A whole id. What has the form of one stands for nothing else.
    fn whole_id(&self) -> Result<Option<ImageId>, ResolveError> {
        let reference = Reference::parse_any(self.text)?;
        let Some(digest) = reference.digest().filter(|_| reference.kind() == Kind::Digest) else {
            return Ok(None);
        };
        match Digest::parse(digest).ok().filter(|digest| self.ids.contains(digest)) {
            Some(digest) => Ok(Some(digest.into())),
            None => Err(ResolveError::NotFound { text: shown(self.text) }),
        }
    }

    /// The image of a name.
    fn name(&self) -> Result<Option<ImageId>, ResolveError> {
        let name = Reference::parse_normalized(self.text)?;
        match self.names.get(&name) {
            Some(id) if self.ids.contains(&id.digest()) => Ok(Some(id)),
            Some(id) => Err(ResolveError::Dangling { reference: name.with_default_tag(), id }),
            None if self.options.repository_ids => self.in_repository(&name),
            None => Ok(None),
        }
    }

    /// The image of a repository whose id starts with the tag.
    fn in_repository(&self, name: &Reference) -> Result<Option<ImageId>, ResolveError> {
        let Some(tag) = name.tag().filter(|_| name.digest().is_none()) else { return Ok(None) };
        let digests = self.names.repository(name).into_iter().map(|(_, id)| id.digest());
        let images: ShortIds = digests.filter(|digest| self.ids.contains(digest)).collect();
        self.only(images.lookup(tag))
    }

    /// The image whose id starts like that.
    fn digits(&self) -> Result<Option<ImageId>, ResolveError> {
        self.only(self.ids.lookup(self.text))
    }

    fn only(&self, found: Result<Digest, ShortIdError>) -> Result<Option<ImageId>, ResolveError> {
        match found {
            Ok(digest) => Ok(Some(digest.into())),
            Err(ShortIdError::Ambiguous { candidates, .. }) => {
                let candidates = candidates.into_iter().take(MAX_CANDIDATES).map(ImageId::from).collect();
                Err(ResolveError::Ambiguous { text: shown(self.text), candidates })
            }
            Err(_) => Ok(None),
        }
    }
}
