//! What is there to be migrated, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use super::super::legacy::{ROOT, parent_of};
use super::super::tree::Tree;
use super::{
    ImageOutcome, MigratedImage, Migration, MigrationError, MigrationLayer, MigrationLayers, MigrationReport,
};
use crate::image::{DiffId, HistoryEntry, ImageId, RootFs, v1};
use crate::limits::LimitExceeded;
use crate::store::{Backend, LayerStore};

/// A layer of the graph as far as it can be read.
pub(super) struct Found {
    pub(super) parent: Option<String>,
    pub(super) document: Vec<u8>,
    /// The diff id that Docker noted.
    pub(super) noted: Option<DiffId>,
}

/// All layers of the graph.
pub(super) struct Source {
    pub(super) layers: BTreeMap<String, Result<Found, String>>,
    /// Each after what it stands on.
    pub(super) order: Vec<String>,
    /// Names that are no ids.
    pub(super) skipped: BTreeSet<String>,
}

impl<S: Backend, B: Backend, L: LayerStore> Migration<'_, S, B, L> {
    pub(super) async fn read(&self) -> Result<Source, MigrationError> {
        let (mut ids, mut skipped) = (BTreeSet::new(), BTreeSet::new());
        for key in self.source.list(ROOT).await? {
            let Some((id, name)) = key.strip_prefix(ROOT).and_then(|rest| rest.split_once('/')) else {
                continue;
            };
            if name == "json" {
                let place = if v1::is_valid_id(id) { &mut ids } else { &mut skipped };
                place.insert(id.to_owned());
            }
        }
        let records = u64::from(self.limits.records);
        LimitExceeded::check("records", records, ids.len() as u64)
            .map_err(crate::store::BackendError::from)?;
        let (mut layers, mut tree) = (BTreeMap::new(), Tree::default());
        for id in ids {
            let found = self.layer(&id).await?;
            let parent = found.as_ref().ok().and_then(|found| found.parent.clone());
            tree.note(&id, parent.as_deref());
            layers.insert(id, found);
        }
        let order = order(&layers, &tree);
        Ok(Source { layers, order, skipped })
    }

    async fn layer(&self, id: &str) -> Result<Result<Found, String>, MigrationError> {
        let get = |name: &str| {
            let key = format!("{ROOT}{id}/{name}");
            async move { self.source.get(&key).await }
        };
        let (document, record) = (get("json").await?.unwrap_or_default(), get("parent").await?);
        let noted =
            get(".migration-diffid").await?.map(|text| String::from_utf8_lossy(&text).trim().to_owned());
        let noted = noted.map(DiffId::new).filter(|diff_id| diff_id.digest().is_ok());
        // Docker does not look at the id in the document.
        let parsed = v1::parse(&document, &self.limits)
            .and_then(|_| parent_of(&document, record.as_deref(), &self.limits));
        Ok(parsed.map(|parent| Found { parent, document, noted }).map_err(|error| error.to_string()))
    }

    /// What a migration would do. Nothing is written and nothing registered.
    ///
    /// # Errors
    /// Why the graph or the store cannot be read.
    pub async fn plan(&self, layers: &impl MigrationLayers) -> Result<MigrationReport, MigrationError> {
        let source = self.read().await?;
        let mut report = MigrationReport { dry_run: true, ..MigrationReport::default() };
        // What each layer that is or would be migrated becomes, as far as that is known.
        let mut known: BTreeMap<&str, Option<Predicted>> = BTreeMap::new();
        for id in &source.order {
            let outcome = match self.migrated(id).await? {
                Some(image) => {
                    let config = self.target.get(&image).await?;
                    let (rootfs, history) = (config.rootfs().clone(), config.history().to_vec());
                    known.insert(id, Some(Predicted { image, rootfs, history }));
                    ImageOutcome::Done { image }
                }
                None => match self.would(&source, id, &known, layers).await {
                    Ok(predicted) => {
                        let image = predicted.as_ref().map(|predicted| predicted.image);
                        known.insert(id, predicted);
                        ImageOutcome::Planned { image }
                    }
                    Err(reason) => ImageOutcome::Failed { reason },
                },
            };
            report.images.push(MigratedImage { id: id.clone(), outcome });
        }
        let skipped = source.skipped.into_iter();
        report.images.extend(skipped.map(|id| MigratedImage { id, outcome: ImageOutcome::Skipped }));
        self.names(&mut report).await?;
        Ok(report)
    }

    async fn would(
        &self,
        source: &Source,
        id: &str,
        known: &BTreeMap<&str, Option<Predicted>>,
        layers: &impl MigrationLayers,
    ) -> Result<Option<Predicted>, String> {
        let found = check(source, id, |parent| !known.contains_key(parent))?;
        let parent = found.parent.as_deref();
        layers.check(MigrationLayer { id, parent, below: None, noted: found.noted.as_ref() }).await?;
        let below = match parent {
            None => Some(Predicted::default()),
            Some(parent) => known.get(parent).cloned().flatten(),
        };
        let (Some(below), Some(noted)) = (below, &found.noted) else { return Ok(None) };
        below.with(found, noted.clone(), &self.limits).map(Some)
    }
}

/// An image that would be made.
#[derive(Clone)]
pub(super) struct Predicted {
    image: ImageId,
    rootfs: RootFs,
    history: Vec<HistoryEntry>,
}

impl Default for Predicted {
    fn default() -> Self {
        Self { image: ImageId::of(b""), rootfs: RootFs::new(), history: Vec::new() }
    }
}

impl Predicted {
    fn with(
        mut self,
        found: &Found,
        diff_id: DiffId,
        limits: &crate::limits::Limits,
    ) -> Result<Self, String> {
        let config = config(found, diff_id, &mut self.rootfs, &mut self.history, limits)?;
        self.image = ImageId::of(&config);
        Ok(self)
    }
}

/// The configuration of a layer on what is below it, which it is added to.
pub(super) fn config(
    found: &Found,
    diff_id: DiffId,
    rootfs: &mut RootFs,
    history: &mut Vec<HistoryEntry>,
    limits: &crate::limits::Limits,
) -> Result<Vec<u8>, String> {
    let fields = v1::parse(&found.document, limits).map_err(|error| error.to_string())?;
    rootfs.push(diff_id);
    history.push(v1::history(&fields, false));
    v1::to_config(&found.document, rootfs, history, limits).map_err(|error| error.to_string())
}

/// A layer that can be migrated as far as can be told without its contents.
pub(super) fn check<'s>(
    source: &'s Source,
    id: &str,
    has_failed: impl Fn(&str) -> bool,
) -> Result<&'s Found, String> {
    let found = match source.layers.get(id) {
        Some(found) => found.as_ref().map_err(Clone::clone)?,
        None => return Err("it is not there".to_owned()),
    };
    match found.parent.as_deref() {
        Some(parent) if parent == id => Err("it stands on itself".to_owned()),
        Some(parent) if !source.layers.contains_key(parent) => {
            Err(format!("`{:.200}`, which it stands on, is not there", parent))
        }
        Some(parent) if has_failed(parent) => {
            Err(format!("`{parent}`, which it stands on, cannot be migrated"))
        }
        _ => Ok(found),
    }
}

/// The layers, each after what it stands on. Those that stand on themselves come last, as they are.
fn order(layers: &BTreeMap<String, Result<Found, String>>, tree: &Tree) -> Vec<String> {
    let mut order = Vec::with_capacity(layers.len());
    let is_bottom = |id: &&String| tree.parent(id).is_none_or(|parent| !tree.contains(parent));
    let mut waiting: Vec<String> = layers.keys().filter(is_bottom).cloned().collect();
    waiting.reverse();
    let mut seen = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        let children: Vec<String> =
            tree.children(&id).map(|children| children.map(str::to_owned).collect()).unwrap_or_default();
        waiting.extend(children.into_iter().rev());
        if seen.insert(id.clone()) {
            order.push(id);
        }
    }
    order.extend(layers.keys().filter(|id| !seen.contains(*id)).cloned());
    order
}
