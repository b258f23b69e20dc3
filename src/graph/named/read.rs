//! Reading layers.

use std::collections::{BTreeMap, BTreeSet};

use super::super::contents::LayerContents;
use super::super::legacy::GraphProblem;
use super::super::tree::Tree;
use super::super::{Damage, GraphError, SCRATCH, check_id};
use super::{LayerUsage, NamedStores, StoreUsage, StoredLayer, place, spot};
use crate::limits::LimitExceeded;
use crate::store::Backend;

/// What is known of the layers of a store, and what is wrong with the others.
pub(super) struct Known {
    /// Also those that cannot be used, as far as they can be read.
    pub(super) layers: BTreeMap<String, StoredLayer>,
    pub(super) tree: Tree,
    problems: Vec<GraphProblem>,
}

impl<B: Backend, C: LayerContents> NamedStores<B, C> {
    /// What the record of a layer says, without metadata.
    pub(super) async fn manifest(&self, store: &str, id: &str) -> Result<StoredLayer, GraphError> {
        let missing = || GraphError::not_found("layer", id);
        check_id(id).and(super::check_store_name(store)).map_err(|_| missing())?;
        let record = self.shop.backend.get(&spot(store, id).key("manifest")).await?.ok_or_else(missing)?;
        let layer = StoredLayer::read(store, id, &record, &self.shop.limits)?;
        if !self.shop.contents.contains(&place(store, id)).await? {
            return Err(GraphError::corrupt(id, Damage::Incomplete { missing: "contents" }));
        }
        Ok(layer)
    }

    /// A layer of a store.
    ///
    /// # Errors
    /// There is no such store or layer, the layer is damaged, or the storage failed.
    pub async fn get(&self, store: &str, id: &str) -> Result<StoredLayer, GraphError> {
        self.shop.settle().await;
        self.check_store(store).await?;
        self.read(store, id).await
    }

    pub(super) async fn read(&self, store: &str, id: &str) -> Result<StoredLayer, GraphError> {
        let mut layer = self.manifest(store, id).await?;
        let folder = spot(store, id).key("imageMetadata/");
        for key in self.shop.backend.list(&folder).await? {
            let Some(name) = key.strip_prefix(&folder).filter(|name| check_id(name).is_ok()) else {
                continue;
            };
            // Gone meanwhile, with the layer.
            let Some(value) = self.shop.backend.get(&key).await? else {
                return Err(GraphError::not_found("layer", id));
            };
            layer.metadata.insert(name.to_owned(), value);
        }
        Ok(layer)
    }

    /// Layers by their ids, each with what came of it, in the order in which they were asked for.
    ///
    /// # Errors
    /// There is no such store, or the storage failed.
    pub async fn get_many(
        &self,
        store: &str,
        ids: &[impl AsRef<str>],
    ) -> Result<Vec<(String, Result<StoredLayer, GraphError>)>, GraphError> {
        self.shop.settle().await;
        self.check_store(store).await?;
        let mut found = Vec::with_capacity(ids.len());
        for id in ids.iter().map(AsRef::as_ref) {
            found.push((id.to_owned(), self.read(store, id).await));
        }
        Ok(found)
    }

    /// All layers of a store that can be used, sorted by id, without the root.
    ///
    /// # Errors
    /// There is no such store, or the storage failed.
    pub async fn list(&self, store: &str) -> Result<Vec<StoredLayer>, GraphError> {
        self.shop.settle().await;
        self.check_store(store).await?;
        let known = self.known(store).await?;
        let mut layers = Vec::new();
        for id in known.layers.keys().filter(|id| *id != SCRATCH && known.tree.chain(id).is_ok()) {
            match self.read(store, id).await {
                Ok(layer) => layers.push(layer),
                // Gone since it was listed.
                Err(GraphError::NotFound { .. } | GraphError::Corrupt { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(layers)
    }

    /// Reads every record of a store. One that is damaged takes only those with it that stand on it.
    pub(super) async fn known(&self, store: &str) -> Result<Known, GraphError> {
        let mut known = Known { layers: BTreeMap::new(), tree: Tree::default(), problems: Vec::new() };
        let ids: BTreeSet<String> = self.ids(store).await?;
        LimitExceeded::check("records", self.shop.limits.records.into(), ids.len() as u64)?;
        for id in ids {
            let error = match self.manifest(store, &id).await {
                Ok(layer) => {
                    known.tree.note(&id, layer.parent.as_deref());
                    known.layers.insert(id, layer);
                    continue;
                }
                Err(GraphError::NotFound { .. }) => {
                    GraphError::corrupt(&id, Damage::Incomplete { missing: "manifest" })
                }
                Err(error @ GraphError::Corrupt { .. }) => error,
                Err(error) => return Err(error),
            };
            known.problems.push(GraphProblem::new(&id, &error));
        }
        for id in known.layers.keys() {
            if let Err(error) = known.tree.chain(id) {
                known.problems.push(GraphProblem::new(id, &error));
            }
        }
        known.problems.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(known)
    }

    /// What is wrong in a store: layers that are damaged or not whole, and those that stand on them.
    pub(super) async fn problems(&self, store: &str) -> Result<Vec<GraphProblem>, GraphError> {
        Ok(self.known(store).await?.problems)
    }

    /// Which layer of a store stands on which, with those that cannot be used.
    ///
    /// # Errors
    /// There is no such store, or the storage failed.
    pub async fn tree(&self, store: &str) -> Result<Tree, GraphError> {
        self.shop.settle().await;
        self.check_store(store).await?;
        Ok(self.known(store).await?.tree)
    }

    /// What a store takes up.
    ///
    /// # Errors
    /// There is no such store, or the storage failed.
    pub async fn usage(&self, store: &str) -> Result<StoreUsage, GraphError> {
        self.shop.settle().await;
        self.check_store(store).await?;
        let known = self.known(store).await?;
        let size = known.layers.values().fold(0_u64, |sum, layer| sum.saturating_add(layer.size));
        Ok(StoreUsage { layers: known.layers.len().saturating_sub(1), size })
    }

    /// What a layer takes up.
    ///
    /// # Errors
    /// There is no such store or layer, it or one below it is damaged, or the storage failed.
    pub async fn layer_usage(&self, store: &str, id: &str) -> Result<LayerUsage, GraphError> {
        self.shop.settle().await;
        self.check_store(store).await?;
        self.manifest(store, id).await?;
        let known = self.known(store).await?;
        let mut usage = LayerUsage::default();
        let mut is_shared = false;
        for (position, at) in known.tree.chain(id)?.iter().enumerate() {
            let own = known.layers.get(at).map_or(0, |layer| layer.size);
            usage.with_parents = usage.with_parents.saturating_add(own);
            if position == 0 {
                usage.own = own;
                continue;
            }
            // What is below a layer that others stand on is theirs as well.
            is_shared |= known.tree.children(at)?.count() > 1;
            if is_shared {
                usage.shared = usage.shared.saturating_add(own);
            }
        }
        Ok(usage)
    }

    /// Begins to read the tar of a layer: pieces come from [`LayerContents::read`] of [`contents`](Self::contents).
    ///
    /// # Errors
    /// There is no such layer, it is damaged, or the storage failed.
    pub async fn open_layer(&self, store: &str, id: &str) -> Result<C::Reading, GraphError> {
        let layer = self.get(store, id).await?;
        let parent = layer.parent.map(|parent| place(store, &parent));
        Ok(self.shop.contents.open(&place(store, id), parent.as_deref()).await?)
    }
}
