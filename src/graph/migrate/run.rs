//! Migrating.

use std::collections::BTreeMap;

use super::plan::{Found, Source, check, config};
use super::{
    IMAGES, ImageOutcome, MigratedImage, Migration, MigrationError, MigrationLayer, MigrationLayers,
    MigrationReport,
};
use crate::image::{HistoryEntry, ImageId, RootFs};
use crate::store::{Backend, CreateOptions, LayerStore, StoreError};

impl<S: Backend, B: Backend, L: LayerStore> Migration<'_, S, B, L> {
    /// Migrates what was not migrated before, and tells of each layer as soon as it is done. What cannot be migrated is left
    /// out with all that stands on it.
    ///
    /// # Errors
    /// Why the graph or the store cannot be read or written. What was done until then stays, and the rest can be tried again.
    pub async fn run(
        &self,
        layers: &impl MigrationLayers,
        mut progress: impl FnMut(&MigratedImage),
    ) -> Result<MigrationReport, MigrationError> {
        let source = self.read().await?;
        let mut report = MigrationReport::default();
        let mut images: BTreeMap<&str, ImageId> = BTreeMap::new();
        for id in &source.order {
            let outcome = match self.migrated(id).await? {
                Some(image) => ImageOutcome::Done { image },
                None => match self.one(&source, id, &images, layers).await? {
                    Ok(image) => ImageOutcome::Migrated { image },
                    Err(reason) => ImageOutcome::Failed { reason },
                },
            };
            if let ImageOutcome::Done { image } | ImageOutcome::Migrated { image } = &outcome {
                images.insert(id, *image);
            }
            let migrated = MigratedImage { id: id.clone(), outcome };
            progress(&migrated);
            report.images.push(migrated);
        }
        let skipped = source.skipped.iter().cloned();
        report.images.extend(skipped.map(|id| MigratedImage { id, outcome: ImageOutcome::Skipped }));
        self.names(&mut report).await?;
        Ok(report)
    }

    async fn one(
        &self,
        source: &Source,
        id: &str,
        images: &BTreeMap<&str, ImageId>,
        layers: &impl MigrationLayers,
    ) -> Result<Result<ImageId, String>, MigrationError> {
        let found = match check(source, id, |parent| !images.contains_key(parent)) {
            Ok(found) => found,
            Err(reason) => return Ok(Err(reason)),
        };
        let parent_image = found.parent.as_deref().and_then(|parent| images.get(parent)).copied();
        let (rootfs, history) = match parent_image {
            None => (RootFs::new(), Vec::new()),
            Some(parent) => {
                let config = self.target.get(&parent).await?;
                (config.rootfs().clone(), config.history().to_vec())
            }
        };
        let below = rootfs.chain_id();
        let parent = found.parent.as_deref();
        let layer = MigrationLayer { id, parent, below: below.as_ref(), noted: found.noted.as_ref() };
        let (diff_id, held) = match layers.register(layer).await {
            Ok(registered) => registered,
            Err(reason) => return Ok(Err(reason)),
        };
        let made = self.make(id, found, diff_id, rootfs, history, parent_image).await;
        layers.release(held).await;
        made
    }

    async fn make(
        &self,
        id: &str,
        found: &Found,
        diff_id: crate::image::DiffId,
        mut rootfs: RootFs,
        mut history: Vec<HistoryEntry>,
        parent: Option<ImageId>,
    ) -> Result<Result<ImageId, String>, MigrationError> {
        let config = match config(found, diff_id, &mut rootfs, &mut history, &self.limits) {
            Ok(config) => config,
            Err(reason) => return Ok(Err(reason)),
        };
        let options = parent.map(CreateOptions::with_parent).unwrap_or_default();
        let image = match self.target.create(&config, options).await {
            Ok(image) => image,
            // The storage ends the work; what is wrong with one image does not.
            Err(error) if matches!(*error, StoreError::Backend(_)) => return Err(error.into()),
            Err(error) => return Ok(Err(error.to_string())),
        };
        self.target.backend().put(&format!("{IMAGES}{id}"), image.to_string().as_bytes()).await?;
        Ok(Ok(image))
    }
}
