//! Putting right what is wrong: first a plan, then doing it.

use super::change::Change;
use super::problem::Problems;
use super::table::Set;
use super::{
    Backend, BackendError, ImageStore, LayerStore, Problem, ProblemKind, StoreChange, StoreError, key,
};
use crate::image::ImageId;
use crate::limits::LimitExceeded;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum RepairAction {
    /// Move a record that cannot be used to `layerglass/damaged/`, where it is in nobody's way and nothing is lost.
    SetAside {
        /// Its key.
        key: String,
    },
    /// Delete a record that cannot even be read.
    Delete {
        /// Its key.
        key: String,
    },
    /// Forget what an image was made from; the record is set aside.
    ClearParent {
        /// The image.
        id: ImageId,
    },
    /// Take away the names of an image that is not there.
    Untag {
        /// The image.
        id: ImageId,
    },
}

/// What would be done about problems. Nothing is changed until it is applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RepairPlan {
    /// What is to be done.
    pub actions: Vec<RepairAction>,
    /// What nothing here can put right, such as layers that are not there.
    pub unrepaired: Vec<Problem>,
}

impl RepairPlan {
    /// A plan for problems that opening or verifying reported.
    pub fn for_problems(problems: &[Problem]) -> Self {
        let mut plan = Self::default();
        for problem in problems {
            let key = problem.key.clone();
            match (problem.kind, problem.id) {
                (ProblemKind::ContentCorrupt | ProblemKind::ContentInvalid, id) => {
                    plan.actions.push(RepairAction::SetAside { key });
                    plan.actions.extend(id.map(|id| RepairAction::Untag { id }));
                }
                (ProblemKind::ContentUnreadable, id) => {
                    plan.actions.push(RepairAction::Delete { key });
                    plan.actions.extend(id.map(|id| RepairAction::Untag { id }));
                }
                (
                    ProblemKind::ParentInvalid | ProblemKind::ParentMissing | ProblemKind::ParentCycle,
                    Some(id),
                ) => plan.actions.push(RepairAction::ClearParent { id }),
                (ProblemKind::NameDangling, Some(id)) => plan.actions.push(RepairAction::Untag { id }),
                (
                    ProblemKind::MetadataOrphan
                    | ProblemKind::NamesUnreadable
                    | ProblemKind::UsersInvalid
                    | ProblemKind::UsersOrphan
                    | ProblemKind::JournalInvalid,
                    _,
                ) => plan.actions.push(RepairAction::SetAside { key }),
                _ => plan.unrepaired.push(problem.clone()),
            }
        }
        plan.actions = Set::from_iter(plan.actions).into_iter().collect();
        plan
    }
}

/// What a repair did.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RepairReport {
    /// What was done. What no longer needed doing is left out.
    pub done: Vec<RepairAction>,
    /// What is still wrong.
    pub problems: Vec<Problem>,
    /// Everything is committed, and something is left to be cleaned up by whoever works with the store next.
    pub cleanup_pending: bool,
}

impl<B: Backend, L: LayerStore> ImageStore<B, L> {
    /// Does what a plan says, all of it or nothing, and reads everything anew.
    ///
    /// # Errors
    /// Why the storage failed.
    pub async fn repair(&self, plan: &RepairPlan) -> Result<RepairReport, Box<StoreError>> {
        let writer = self.writer().await?;
        let mut report = RepairReport::default();
        let mut changes = Vec::new();
        let mut names = self.refresh_names().await?;
        let mut untagged = false;
        // All of it is committed in one record.
        let mut held = 0;
        for action in &plan.actions {
            let before = changes.len();
            match action {
                RepairAction::SetAside { key } => changes.extend(self.aside_changes(key, &mut held).await?),
                RepairAction::Delete { key } => changes.push(Change::delete(key.as_str())),
                RepairAction::ClearParent { id } => {
                    changes.extend(self.aside_changes(&key::metadata(id, key::PARENT), &mut held).await?);
                }
                RepairAction::Untag { id } => {
                    if !names.names.untag_all(id).is_empty() {
                        untagged = true;
                        report.done.push(action.clone());
                    }
                }
            }
            if changes.len() > before {
                report.done.push(action.clone());
            }
        }
        if untagged {
            changes.extend(self.names_changes(&mut names).await?);
        }
        let is_pending = self.commit(&changes).await?.is_pending();
        // What is read next is to be what was committed.
        report.cleanup_pending = is_pending && self.finish().await.is_err();
        let mut problems = Problems::new(&self.limits);
        self.read_all(&mut problems).await?;
        report.problems = problems.finish();
        self.listeners.note([StoreChange::Reloaded]);
        writer.done();
        Ok(report)
    }

    /// Moves records out of the way: one, or all below a key that ends in a slash.
    async fn aside_changes(&self, key: &str, held: &mut u64) -> Result<Vec<Change>, Box<StoreError>> {
        let keys = if key.ends_with('/') { self.backend.list(key).await? } else { vec![key.to_owned()] };
        let mut changes = Vec::new();
        for key in keys {
            if let Some(bytes) = self.backend.get(&key).await? {
                *held += bytes.len() as u64;
                LimitExceeded::check("recordBytes", self.limits.record_bytes, *held)
                    .map_err(BackendError::from)?;
                changes.push(Change::put(self.aside_key(&key, &bytes).await?, bytes));
                changes.push(Change::delete(key));
            }
        }
        Ok(changes)
    }
}
