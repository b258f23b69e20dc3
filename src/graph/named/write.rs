//! Layers that come, and who uses them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::contents::{LayerContents, LayerSource};
use super::super::id::shown;
use super::super::{GraphError, SCRATCH, check_id};
use super::{NamedStores, StoredLayer, USERS, place, spot};
use crate::digest::Digest;
use crate::json::{self, write_array, write_string};
use crate::limits::LimitExceeded;
use crate::store::Backend;

/// Bytes that the name of a user may have.
const MAX_USER: usize = 1024;

/// What a layer is written with beside its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteLayer {
    /// The id of what it stands on.
    pub parent: String,
    /// What is kept beside it, by name.
    pub metadata: BTreeMap<String, Vec<u8>>,
    /// SHA-256 of the bytes that are given, compressed or not. Others are refused.
    pub checksum: Option<Digest>,
}

impl WriteLayer {
    /// On a layer; [`SCRATCH`] for the first of a branch.
    pub fn on(parent: impl Into<String>) -> Self {
        Self { parent: parent.into(), ..Self::default() }
    }

    /// The same with more metadata.
    #[must_use]
    pub fn with_metadata(mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.metadata.insert(name.into(), value.into());
        self
    }

    /// The same with a checksum.
    #[must_use]
    pub const fn with_checksum(mut self, checksum: Digest) -> Self {
        self.checksum = Some(checksum);
        self
    }
}

/// What writing a layer did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The layer.
    pub layer: StoredLayer,
    /// Whether it was there already. Then nothing was read, and its metadata is what it was.
    pub existed: bool,
}

impl<B: Backend, C: LayerContents> NamedStores<B, C> {
    /// Writes a layer. One of that id that is there already, with the same parent and checksum, is left as it is and its bytes
    /// are not read.
    ///
    /// # Errors
    /// There is no such store or parent, a name or an id is none, the id has another parent or checksum already, the bytes do
    /// not have the checksum, the source ended early, or the storage failed. Then nothing of it is there, and it can be tried
    /// again.
    pub async fn write(
        &self,
        store: &str,
        id: &str,
        layer: WriteLayer,
        source: impl LayerSource,
    ) -> Result<Written, GraphError> {
        let WriteLayer { parent, metadata, checksum } = layer;
        check_id(id)?;
        if id == SCRATCH {
            return Err(GraphError::Reserved { id: id.to_owned() });
        }
        if parent == id {
            return Err(GraphError::OwnParent { id: id.to_owned() });
        }
        if let Some(name) = metadata.keys().find(|name| check_id(name).is_err()) {
            return Err(GraphError::Name { what: "the name of metadata", name: shown(name) });
        }
        self.shop.settle().await;
        self.check_store(store).await?;
        let depth = self.depth_on(store, &parent).await?;
        if let Some(layer) = self.existing(store, id, &parent, checksum.as_ref()).await? {
            return Ok(Written { layer, existed: true });
        }
        let spot = spot(store, id);
        let arrived = self.shop.receive(&spot, Some(&place(store, &parent)), source).await?;
        let found = arrived.checksum;
        let (held, refused) = match self.shop.writer().await {
            Ok(held) => {
                let checked = async {
                    if let Some(expected) = checksum.filter(|expected| *expected != found) {
                        let (expected, found) = (Box::new(expected), Box::new(found));
                        return Err(GraphError::Checksum { id: id.to_owned(), expected, found });
                    }
                    // Others may have been at work meanwhile.
                    self.check_store(store).await?;
                    self.depth_on(store, &parent).await?;
                    self.existing(store, id, &parent, Some(&found)).await
                };
                (Some(held), checked.await)
            }
            Err(error) => (None, Err(error)),
        };
        match refused {
            Ok(None) => {}
            Ok(Some(layer)) => {
                let _ = self.shop.contents.abort(arrived.writing).await;
                return Ok(Written { layer, existed: true });
            }
            Err(error) => {
                let _ = self.shop.contents.abort(arrived.writing).await;
                return Err(error);
            }
        }
        let layer = StoredLayer {
            store: store.to_owned(),
            id: id.to_owned(),
            parent: Some(parent),
            checksum: Some(found),
            size: arrived.size,
            depth,
            metadata,
        };
        let record =
            |(name, value): (&String, &Vec<u8>)| (spot.key(&format!("imageMetadata/{name}")), value.clone());
        let records: Vec<_> = layer.metadata.iter().map(record).collect();
        self.shop.appear(&spot, Some(arrived.writing), &records, &layer.to_record()).await?;
        drop(held);
        Ok(Written { layer, existed: false })
    }

    /// The depth of a layer on that parent, which has to be there and whole.
    async fn depth_on(&self, store: &str, parent: &str) -> Result<u32, GraphError> {
        let below = self.manifest(store, parent).await.map_err(|error| match error {
            GraphError::NotFound { .. } => GraphError::not_found("parent", parent),
            error => error,
        })?;
        let depth = below.depth.saturating_add(1);
        LimitExceeded::check("layers", self.shop.limits.layers.into(), depth.into())?;
        Ok(depth)
    }

    /// The layer of that id, if it is there and the same. One that is damaged is written anew.
    async fn existing(
        &self,
        store: &str,
        id: &str,
        parent: &str,
        checksum: Option<&Digest>,
    ) -> Result<Option<StoredLayer>, GraphError> {
        let layer = match self.read(store, id).await {
            Ok(layer) => layer,
            Err(GraphError::NotFound { .. } | GraphError::Corrupt { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let conflict = |what, expected: &dyn ToString, found: Option<String>| GraphError::Conflict {
            id: id.to_owned(),
            what,
            expected: expected.to_string(),
            found: found.unwrap_or_default(),
        };
        if layer.parent.as_deref() != Some(parent) {
            return Err(conflict("parent", &shown(parent), layer.parent));
        }
        match checksum.filter(|checksum| layer.checksum != Some(**checksum)) {
            Some(checksum) => {
                Err(conflict("checksum", checksum, layer.checksum.map(|checksum| checksum.to_string())))
            }
            None => Ok(Some(layer)),
        }
    }

    /// Borrows a layer for a user, who then stands in the way of its deletion. A user counts once.
    ///
    /// # Errors
    /// There is no such layer, the user has no usable name, or the storage failed.
    pub async fn lease(&self, store: &str, id: &str, user: &str) -> Result<(), GraphError> {
        if !(1..=MAX_USER).contains(&user.len()) {
            return Err(GraphError::Name { what: "the name of a user", name: shown(user) });
        }
        let held = self.shop.writer().await?;
        self.check_store(store).await?;
        self.manifest(store, id).await?;
        let mut users = self.users(store, id).await?;
        if users.insert(user.to_owned()) {
            self.write_users(store, id, &users).await?;
        }
        drop(held);
        Ok(())
    }

    /// Gives a layer back for a user. False when the user did not have it.
    ///
    /// # Errors
    /// The storage failed.
    pub async fn return_lease(&self, store: &str, id: &str, user: &str) -> Result<bool, GraphError> {
        check_id(id)?;
        super::check_store_name(store)?;
        let held = self.shop.writer().await?;
        let mut users = self.users(store, id).await?;
        let was_there = users.remove(user);
        if was_there {
            self.write_users(store, id, &users).await?;
        }
        drop(held);
        Ok(was_there)
    }

    pub(super) async fn users(&self, store: &str, id: &str) -> Result<BTreeSet<String>, GraphError> {
        let Some(record) = self.shop.backend.get(&users_key(store, id)).await? else {
            return Ok(BTreeSet::new());
        };
        let mut users: Vec<String> = Vec::new();
        // A record that cannot be read is a user whom nobody knows: the layer counts as used.
        let is_read = matches!(json::decode(&record, &mut users, &self.shop.limits), Ok(Ok(())));
        if !is_read {
            users = vec!["(unreadable)".to_owned()];
        }
        Ok(users.into_iter().collect())
    }

    async fn write_users(&self, store: &str, id: &str, users: &BTreeSet<String>) -> Result<(), GraphError> {
        let key = users_key(store, id);
        if users.is_empty() {
            return Ok(self.shop.backend.delete(&key).await?);
        }
        let quoted = users.iter().map(|user| {
            let mut out = Vec::new();
            write_string(&mut out, user, json::Escapes::Current);
            out
        });
        Ok(self.shop.backend.put(&key, &write_array(quoted)).await?)
    }
}

fn users_key(store: &str, id: &str) -> String {
    format!("{USERS}{}", place(store, id))
}
