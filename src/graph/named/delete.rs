//! Layers and stores that go.

use std::collections::BTreeSet;

use super::super::contents::LayerContents;
use super::super::{Damage, GraphError, SCRATCH, check_id};
use super::read::Known;
use super::{NamedStores, StoredLayer, spot};
use crate::store::Backend;

/// What deleting a branch did.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BranchDelete {
    /// The ids of the layers that are gone, each before what it stood on.
    pub deleted: Vec<String>,
    /// They are gone, and something of them is left to be cleared up by whoever writes next.
    pub cleanup_pending: bool,
}

impl<B: Backend, C: LayerContents> NamedStores<B, C> {
    /// Deletes a layer, damaged or not. Gives what was known of it.
    ///
    /// # Errors
    /// There is no such store or layer, it is the root, others stand on it, somebody uses it, or the storage failed.
    pub async fn delete(&self, store: &str, id: &str) -> Result<BranchDelete, GraphError> {
        let held = self.shop.writer().await?;
        self.check_store(store).await?;
        let known = self.known(store).await?;
        self.check_deletable(store, id, &known).await?;
        let cleanup_pending = self.shop.disappear(&spot(store, id)).await?;
        drop(held);
        Ok(BranchDelete { deleted: vec![id.to_owned()], cleanup_pending })
    }

    async fn check_deletable(&self, store: &str, id: &str, known: &Known) -> Result<(), GraphError> {
        if id == SCRATCH {
            return Err(GraphError::Reserved { id: id.to_owned() });
        }
        let is_there = check_id(id).is_ok() && self.ids(store).await?.contains(id);
        if !is_there {
            return Err(GraphError::not_found("layer", id));
        }
        let on_it = |(child, layer): (&String, &StoredLayer)| {
            (layer.parent.as_deref() == Some(id)).then(|| child.clone())
        };
        let children: Vec<String> = known.layers.iter().filter_map(on_it).collect();
        if !children.is_empty() {
            return Err(GraphError::HasChildren { id: id.to_owned(), children });
        }
        self.check_unused(store, id).await
    }

    async fn check_unused(&self, store: &str, id: &str) -> Result<(), GraphError> {
        let users: Vec<String> = self.users(store, id).await?.into_iter().collect();
        if users.is_empty() { Ok(()) } else { Err(GraphError::InUse { id: id.to_owned(), users }) }
    }

    /// Deletes a layer and those below it, up to one on which others stand too, that somebody uses, that is to be kept, or
    /// that is the root. All go together.
    ///
    /// # Errors
    /// There is no such store or layer, nothing of the branch can be deleted, or the storage failed.
    pub async fn delete_branch(
        &self,
        store: &str,
        leaf: &str,
        keep: &BTreeSet<String>,
    ) -> Result<BranchDelete, GraphError> {
        let held = self.shop.writer().await?;
        self.check_store(store).await?;
        let known = self.known(store).await?;
        self.check_deletable(store, leaf, &known).await?;
        if keep.contains(leaf) {
            return Err(GraphError::Kept { id: leaf.to_owned() });
        }
        let mut deleted: Vec<String> = Vec::new();
        let mut next = Some(leaf);
        while let Some(id) = next {
            // Each layer stands only on one, so a branch that comes back to itself is not entered twice.
            let is_free = id != SCRATCH
                && !keep.contains(id)
                && !deleted.iter().any(|gone| gone == id)
                && known.tree.children(id).map_or(0, Iterator::count) <= usize::from(!deleted.is_empty());
            if !is_free || (!deleted.is_empty() && self.check_unused(store, id).await.is_err()) {
                break;
            }
            deleted.push(id.to_owned());
            next = known.tree.parent(id).filter(|parent| known.layers.contains_key(*parent));
        }
        let spots: Vec<_> = deleted.iter().map(|id| spot(store, id)).collect();
        let cleanup_pending = self.shop.drop_all(store, &spots).await?;
        drop(held);
        Ok(BranchDelete { deleted, cleanup_pending })
    }

    /// Deletes a store with its root; with `force` also one that holds layers, all of which go with it. True when something is
    /// left to be cleared up by whoever writes next.
    ///
    /// # Errors
    /// There is no such store, it is not empty, somebody uses one of its layers, or the storage failed.
    pub async fn delete_store(&self, store: &str, force: bool) -> Result<bool, GraphError> {
        let held = self.shop.writer().await?;
        // A store whose root is damaged can be deleted as well.
        let ids = match super::check_store_name(store) {
            Ok(()) => self.ids(store).await?,
            Err(_) => BTreeSet::new(),
        };
        if ids.is_empty() {
            return Err(GraphError::not_found("store", store));
        }
        let layers = ids.iter().filter(|id| *id != SCRATCH).count();
        if layers > 0 && !force {
            return Err(GraphError::NotEmpty { store: store.to_owned(), layers });
        }
        for id in &ids {
            self.check_unused(store, id).await?;
        }
        let root = ids.contains(SCRATCH).then_some(SCRATCH);
        let others = ids.iter().map(String::as_str).filter(|id| *id != SCRATCH);
        let spots: Vec<_> = root.into_iter().chain(others).map(|id| spot(store, id)).collect();
        let is_pending = self.shop.drop_all(store, &spots).await?;
        drop(held);
        Ok(is_pending)
    }

    /// Removes what is not whole in a store: layers without a manifest or without contents, except the root. Gives their ids,
    /// sorted. Layers that stand on one of them stay and are reported by [`get_store`](Self::get_store).
    ///
    /// # Errors
    /// There is no such store, or the storage failed.
    pub async fn clean_up(&self, store: &str) -> Result<Vec<String>, GraphError> {
        let held = self.shop.writer().await?;
        self.check_store(store).await?;
        let mut gone = Vec::new();
        for id in self.ids(store).await? {
            let is_broken = match self.manifest(store, &id).await {
                Err(GraphError::NotFound { .. }) => true,
                Err(GraphError::Corrupt { fault, .. }) => matches!(*fault, Damage::Incomplete { .. }),
                Err(error) => return Err(error),
                Ok(_) => false,
            };
            if is_broken && id != SCRATCH && self.users(store, &id).await?.is_empty() {
                self.shop.disappear(&spot(store, &id)).await?;
                gone.push(id);
            }
        }
        drop(held);
        Ok(gone)
    }
}
