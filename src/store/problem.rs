//! What is wrong in a store.

use super::StoreError;
use crate::error::Reason;
use crate::image::ImageId;
use crate::limits::Limits;

/// What kind of thing is wrong. The name is stable and the same in JavaScript.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ProblemKind {
    /// A configuration's bytes do not have the digest that is their name: damaged, cut short or foreign.
    ContentCorrupt,
    /// A configuration has its digest, and is none.
    ContentInvalid,
    /// A configuration cannot be read.
    ContentUnreadable,
    /// There is no layer store for the image's operating system.
    OsUnsupported,
    /// The image's layers are not there.
    LayerMissing,
    /// The layer store failed.
    LayerFailed,
    /// The record of an image's parent is no id.
    ParentInvalid,
    /// The parent of an image is not there.
    ParentMissing,
    /// An image is its own ancestor.
    ParentCycle,
    /// Metadata of an image that is not there.
    MetadataOrphan,
    /// Metadata cannot be read.
    MetadataUnreadable,
    /// The file of names cannot be read; no name is known.
    NamesUnreadable,
    /// An entry of the file of names is none.
    NameInvalid,
    /// A name of an image that is not there.
    NameDangling,
    /// The record of an image's users cannot be read; the image counts as used.
    UsersInvalid,
    /// Users of an image that is not there.
    UsersOrphan,
    /// The record of changes to be made cannot be read; they are not made.
    JournalInvalid,
    /// An operation is committed, and its changes could not yet be made.
    JournalPending,
    /// Something stands under a key where nothing of the kind belongs.
    Foreign,
    /// There are further problems, which are not told one by one; the reason says how many. It stands last.
    More,
}

impl ProblemKind {
    /// What it is that keeps an image from its layers.
    pub(super) const fn of_layers(error: &StoreError) -> Self {
        match error {
            StoreError::Os { .. } => Self::OsUnsupported,
            StoreError::LayerMissing { .. } => Self::LayerMissing,
            _ => Self::LayerFailed,
        }
    }
}

/// One thing that is wrong in a store. The store works without it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// What kind of thing.
    pub kind: ProblemKind,
    /// Under which key.
    pub key: String,
    /// With which image, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<ImageId>,
    /// A full sentence.
    pub reason: String,
}

impl Problem {
    pub(super) fn new(kind: ProblemKind, key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { kind, key: key.into(), id: None, reason: reason.into() }
    }

    pub(super) fn from_reason(kind: ProblemKind, key: impl Into<String>, reason: &impl Reason) -> Self {
        Self::new(kind, key, reason.to_string())
    }

    pub(super) fn of(mut self, id: ImageId) -> Self {
        self.id = Some(id);
        self
    }
}

/// What is found to be wrong, as far as it is told one by one.
#[derive(Debug)]
pub(super) struct Problems {
    told: Vec<Problem>,
    more: usize,
    limit: usize,
}

impl Problems {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { told: Vec::new(), more: 0, limit: limits.store_problems as usize }
    }

    pub(super) fn push(&mut self, problem: Problem) {
        if self.told.len() < self.limit { self.told.push(problem) } else { self.more += 1 }
    }

    pub(super) fn append(&mut self, others: Self) {
        self.extend(others.told);
        self.more += others.more;
    }

    /// By key; last, how many more there are.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        self.told.sort_by(|a, b| (&a.key, a.kind).cmp(&(&b.key, b.kind)));
        if self.more > 0 {
            let reason = format!("{} further problems are not told one by one", self.more);
            self.told.push(Problem::new(ProblemKind::More, "", reason));
        }
        self.told
    }
}

impl Extend<Problem> for Problems {
    fn extend<I: IntoIterator<Item = Problem>>(&mut self, problems: I) {
        problems.into_iter().for_each(|problem| self.push(problem));
    }
}
