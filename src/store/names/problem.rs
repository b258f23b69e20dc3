//! What is wrong with single entries of a file of names.

use crate::error::{ErrorKind, Reason};
use crate::image::ImageId;
use crate::reference::ReferenceError;

/// One entry of a file of names that stands for no image. Texts of the file are cut after 200 characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NamesProblem {
    /// Something follows the document. Docker does not look at it, and it is not kept.
    #[error("more data after the names at byte {offset}")]
    TrailingData {
        /// Where it starts.
        offset: u64,
    },
    /// The file has a member that Docker does not know.
    #[error("the file of names has a member `{key}` that is not known")]
    UnknownMember {
        /// Its key.
        key: String,
    },
    /// A repository or an entry stands there twice. The last one counts, as in Docker, and the others are not kept.
    #[error("`{}` stands there more than once", place(repository, entry.as_deref()))]
    Repeated {
        /// The repository; empty for all repositories.
        repository: String,
        /// The entry; none when it is the whole repository.
        entry: Option<String>,
    },
    /// A repository is something other than an object.
    #[error("the repository `{repository}` is {found}, expected object")]
    RepositoryType {
        /// The repository.
        repository: String,
        /// What it is.
        found: &'static str,
    },
    /// The key of a repository is no name.
    #[error("`{repository}` is no name of a repository")]
    RepositoryName {
        /// The repository.
        repository: String,
        /// One of its entries.
        entry: String,
        /// What is wrong with the name; none when it has a tag or a digest.
        error: Option<ReferenceError>,
    },
    /// The key of an entry is no name.
    #[error("`{entry}` in the repository `{repository}` is no name: {error}")]
    EntryName {
        /// The repository.
        repository: String,
        /// The entry.
        entry: String,
        /// What is wrong with it.
        error: ReferenceError,
    },
    /// An entry has both a tag and a digest, or neither.
    #[error("`{entry}` in the repository `{repository}` should have either a tag or a digest")]
    EntryParts {
        /// The repository.
        repository: String,
        /// The entry.
        entry: String,
    },
    /// An entry belongs to another repository. Docker does not find it.
    #[error("`{entry}` stands in the repository `{repository}` and belongs to `{owner}`")]
    OtherRepository {
        /// The repository.
        repository: String,
        /// The entry.
        entry: String,
        /// Where it belongs.
        owner: String,
    },
    /// The key of an entry is not the form that Docker looks for.
    #[error("`{entry}` in the repository `{repository}` should be spelled `{expected}`")]
    Spelling {
        /// The repository.
        repository: String,
        /// The entry.
        entry: String,
        /// How it should be spelled.
        expected: String,
    },
    /// What an entry stands for is no image id: no text, or no digest.
    #[error("`{entry}` in the repository `{repository}` stands for {found}, which is no image id")]
    NotAnId {
        /// The repository.
        repository: String,
        /// The entry.
        entry: String,
        /// What stands there.
        found: String,
    },
    /// An entry of the old form is a name that stands for another image already.
    #[error("`{entry}` in the repository `{repository}` is a second `{name}`, for {id}")]
    Taken {
        /// The repository.
        repository: String,
        /// The entry.
        entry: String,
        /// The name.
        name: String,
        /// What the entry stands for.
        id: ImageId,
    },
}

/// A place in the file, such as `Repositories.busybox.busybox:1`.
pub(super) fn place(repository: &str, entry: Option<&str>) -> String {
    let mut place = "Repositories".to_owned();
    for key in [Some(repository).filter(|key| !key.is_empty()), entry].into_iter().flatten() {
        place.push('.');
        place.push_str(key);
    }
    place
}

impl NamesProblem {
    /// Whether what is wrong is still in the file after it was written again. What is not was not seen by Docker either.
    pub fn is_kept(&self) -> bool {
        !matches!(self, Self::TrailingData { .. } | Self::Repeated { .. })
    }
}

impl Reason for NamesProblem {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Taken { .. } | Self::Repeated { .. } => ErrorKind::Conflict,
            _ => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::TrailingData { .. } => "names-trailing-data",
            Self::UnknownMember { .. } => "names-unknown-member",
            Self::Repeated { .. } => "names-repeated",
            Self::RepositoryType { .. } => "names-repository-type",
            Self::RepositoryName { .. } => "names-repository-name",
            Self::EntryName { .. } => "names-entry-name",
            Self::EntryParts { .. } => "names-entry-parts",
            Self::OtherRepository { .. } => "names-other-repository",
            Self::Spelling { .. } => "names-spelling",
            Self::NotAnId { .. } => "names-not-an-id",
            Self::Taken { .. } => "names-taken",
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::TrailingData { offset } => Some(*offset),
            _ => None,
        }
    }

    fn expected(&self) -> Option<String> {
        match self {
            Self::RepositoryType { .. } => Some("object".to_owned()),
            Self::OtherRepository { owner, .. } => Some(owner.clone()),
            Self::Spelling { expected, .. } => Some(expected.clone()),
            _ => None,
        }
    }

    fn found(&self) -> Option<String> {
        match self {
            Self::RepositoryType { found, .. } => Some((*found).to_owned()),
            Self::NotAnId { found, .. } => Some(found.clone()),
            Self::Taken { id, .. } => Some(id.to_string()),
            _ => None,
        }
    }

    fn path(&self) -> Option<String> {
        Some(match self {
            Self::TrailingData { .. } => return None,
            Self::UnknownMember { key } => key.clone(),
            Self::Repeated { repository, entry } => place(repository, entry.as_deref()),
            Self::RepositoryType { repository, .. } => place(repository, None),
            Self::RepositoryName { repository, entry, .. }
            | Self::EntryName { repository, entry, .. }
            | Self::EntryParts { repository, entry }
            | Self::OtherRepository { repository, entry, .. }
            | Self::Spelling { repository, entry, .. }
            | Self::NotAnId { repository, entry, .. }
            | Self::Taken { repository, entry, .. } => place(repository, Some(entry)),
        })
    }
}
