//! Removing what nothing refers to.

use super::change::Change;
use super::problem::Problems;
use super::table::{Set, Table};
use super::{Backend, DeleteReport, ImageStore, LayerStore, StoreError, key, leases};
use crate::image::ImageId;

/// What is removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GcOptions {
    /// Only say what would be removed.
    pub dry_run: bool,
    /// Images without name and user from which no image with a name or user was made, as well.
    pub unnamed_images: bool,
    /// Records that repairs set aside, as well.
    pub damaged: bool,
}

impl GcOptions {
    /// Debris, and images that nothing refers to.
    pub fn with_unnamed_images() -> Self {
        Self { unnamed_images: true, ..Self::default() }
    }

    /// The same, only saying what would be removed.
    #[must_use]
    pub const fn dry(mut self) -> Self {
        self.dry_run = true;
        self
    }

    /// The same with the records that repairs set aside.
    #[must_use]
    pub const fn and_damaged(mut self) -> Self {
        self.damaged = true;
        self
    }
}

/// What was removed, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GcReport {
    /// Images, and what that freed.
    pub images: DeleteReport,
    /// Other records, by key.
    pub debris: Vec<String>,
    /// Bytes of all that.
    #[serde(serialize_with = "crate::json::size::serialize")]
    pub bytes: u64,
    /// Nothing was removed.
    pub dry_run: bool,
}

impl<B: Backend, L: LayerStore> ImageStore<B, L> {
    /// Removes what nothing refers to: metadata, marks and users of images that are not there, leases that have ended,
    /// and what the options add to that.
    ///
    /// # Errors
    /// Why the storage failed. What was removed before that is removed.
    pub async fn gc(&self, options: GcOptions) -> Result<GcReport, Box<StoreError>> {
        let writer = if options.dry_run { self.reader().await? } else { self.writer().await? };
        self.read_all(&mut Problems::new(&self.limits)).await?;
        let mut report = GcReport { dry_run: options.dry_run, ..GcReport::default() };
        let mut changes = Vec::new();
        for key in self.debris(options.damaged).await? {
            let bytes = self.backend.get(&key).await?.unwrap_or_default();
            report.bytes += bytes.len() as u64;
            let kept = key::users_id(&key)
                .filter(|id| self.is_known(id))
                .and_then(|_| leases::write(&self.lasting(&bytes)?));
            match kept {
                Some(kept) => changes.push(Change::put(key.as_str(), kept)),
                None => changes.push(Change::delete(key.as_str())),
            }
            report.debris.push(key);
        }
        if options.unnamed_images {
            report.images.deleted = self.unnamed().await?;
            for id in &report.images.deleted {
                report.bytes +=
                    self.backend.get(&key::content(id)).await?.map_or(0, |bytes| bytes.len() as u64);
            }
        }
        if !options.dry_run {
            report.images.cleanup_pending = match self.commit(&changes).await {
                // Where there is no room to note all of it, what goes goes one by one: none of it is part of another.
                Err(error) if error.is_full() => {
                    changes.retain(|change| change.bytes.is_none());
                    report.debris.retain(|key| changes.iter().any(|change| change.key == *key));
                    self.make(&changes).await?;
                    false
                }
                committed => committed?.is_pending(),
            };
            if !report.images.deleted.is_empty() {
                self.delete_these(&mut report.images).await?;
            }
        }
        writer.done();
        Ok(report)
    }

    fn is_known(&self, id: &ImageId) -> bool {
        let index = self.index();
        index.images.contains_key(id) || index.damaged.contains_key(id)
    }

    /// The keys of what nothing refers to.
    async fn debris(&self, damaged: bool) -> Result<Set<String>, Box<StoreError>> {
        let mut debris = Set::new();
        for key in self.backend.list(key::METADATA).await? {
            if key::metadata_id(&key).is_some_and(|(id, _)| !self.is_known(&id)) {
                debris.insert(key);
            }
        }
        for key in self.backend.list(key::CHILDREN).await? {
            if key::child_ids(&key).is_some_and(|(parent, child)| self.parent(&child) != Some(parent)) {
                debris.insert(key);
            }
        }
        for key in self.backend.list(key::USERS).await? {
            let Some(id) = key::users_id(&key) else { continue };
            let bytes = self.backend.get(&key).await?.unwrap_or_default();
            // A damaged record protects its image until it is repaired.
            let has_ended = self.lasting(&bytes).is_some_and(|lasting| {
                leases::read(&bytes, &self.limits).is_ok_and(|all| all.len() > lasting.len())
            });
            if !self.is_known(&id) || has_ended {
                debris.insert(key);
            }
        }
        if damaged {
            debris.extend(self.backend.list(key::DAMAGED).await?);
        }
        Ok(debris)
    }

    /// The users of a record whose leases last; nothing when it is damaged.
    fn lasting(&self, record: &[u8]) -> Option<leases::Users> {
        let now = self.env.now().seconds;
        let mut users = leases::read(record, &self.limits).ok()?;
        users.retain(|_, lease| lease.lasts(now));
        Some(users)
    }

    /// The images that nothing refers to, each before what it was made from.
    async fn unnamed(&self) -> Result<Vec<ImageId>, Box<StoreError>> {
        let mut kept = Set::new();
        for id in self.list() {
            let is_used = match self.users_now(&id).await {
                Ok(users) => !users.is_empty(),
                Err(error) if matches!(*error, StoreError::Record { .. }) => true,
                Err(error) => return Err(error),
            };
            if is_used || !self.names_of(&id).is_empty() {
                self.keep(Some(id), &mut kept);
            }
        }
        // What cannot be used now, for want of its layers or for damage, may be put right: its parents stay.
        for problem in self.damaged() {
            if let Some(id) = problem.id {
                self.keep(self.stored_parent(&id).await, &mut kept);
            }
        }
        let mut depths = Table::new();
        let mut unnamed = Set::new();
        for id in self.list().into_iter().filter(|id| !kept.contains(id)) {
            unnamed.insert((self.depth(id, &mut depths), id));
        }
        let mut unnamed: Vec<ImageId> = unnamed.into_iter().map(|(_, id)| id).collect();
        unnamed.reverse();
        Ok(unnamed)
    }

    /// Adds an image and its ancestors. Where one is kept already, so are those above it.
    fn keep(&self, id: Option<ImageId>, kept: &mut Set<ImageId>) {
        let index = self.index();
        let mut next = id;
        while let Some(id) = next.filter(|id| kept.insert(*id)) {
            next = index.images.get(&id).and_then(|known| known.parent);
        }
    }

    /// How many ancestors an image has. Each chain is gone up once, however many ask for it.
    fn depth(&self, id: ImageId, depths: &mut Table<ImageId, usize>) -> usize {
        let index = self.index();
        let mut path = Vec::new();
        let mut next = Some(id);
        let mut depth = 0;
        while let Some(id) = next {
            if let Some(known) = depths.get(&id) {
                depth = known + 1;
                break;
            }
            // So that a circle, which only others can have made, ends.
            depths.insert(id, 0);
            path.push(id);
            next = index.images.get(&id).and_then(|known| known.parent);
        }
        for id in path.into_iter().rev() {
            depths.insert(id, depth);
            depth += 1;
        }
        depth.saturating_sub(1)
    }
}
