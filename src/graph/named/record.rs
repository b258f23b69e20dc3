//! The record that says what a layer is.
//!
//! ```text
//! {"parent":"<id>","checksum":"sha256:<digits>","size":<bytes>,"depth":<layers>}
//! ```
//!
//! The root has neither parent nor checksum, and depth 0.

use std::collections::BTreeMap;

use super::super::id::check_id;
use super::super::{Damage, GraphError, SCRATCH};
use crate::digest::Digest;
use crate::json::{self, Escapes, ObjectWriter, decode_struct};
use crate::limits::Limits;

/// A layer of a named store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLayer {
    /// The store that it is in.
    pub store: String,
    /// Its id.
    pub id: String,
    /// The id of what it stands on; nothing for the root.
    pub parent: Option<String>,
    /// SHA-256 of the bytes that it was written from, compressed or not; nothing for the root.
    pub checksum: Option<Digest>,
    /// Its own bytes, as its keeper counts them.
    pub size: u64,
    /// Layers below it without the root, and itself: 0 for the root.
    pub depth: u32,
    /// What callers keep beside it, by name.
    pub metadata: BTreeMap<String, Vec<u8>>,
}

#[derive(Default)]
struct Wire {
    parent: String,
    checksum: String,
    size: Option<i64>,
    depth: Option<i64>,
}

decode_struct!(Wire {
    "parent" => parent,
    "checksum" => checksum,
    "size" => size,
    "depth" => depth,
});

impl StoredLayer {
    pub(super) fn root(store: &str, size: u64) -> Self {
        Self {
            store: store.to_owned(),
            id: SCRATCH.to_owned(),
            parent: None,
            checksum: None,
            size,
            depth: 0,
            metadata: BTreeMap::new(),
        }
    }

    pub(super) fn to_record(&self) -> Vec<u8> {
        let mut object = ObjectWriter::new(Escapes::Older);
        if let Some(parent) = &self.parent {
            object.string("parent", parent);
        }
        if let Some(checksum) = &self.checksum {
            object.string("checksum", &checksum.to_string());
        }
        object.raw("size", self.size.to_string().as_bytes());
        object.integer("depth", self.depth.into());
        object.finish()
    }

    /// A layer of its record, without metadata.
    pub(super) fn read(store: &str, id: &str, record: &[u8], limits: &Limits) -> Result<Self, GraphError> {
        let damaged = |reason: String| GraphError::corrupt(id, Damage::Record { reason });
        let mut wire = Wire::default();
        match json::decode(record, &mut wire, limits) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(damaged(error.to_string())),
            Err(error) => return Err(damaged(error.to_string())),
        }
        let number = |name, value: Option<i64>| {
            value
                .and_then(|value| u64::try_from(value).ok())
                .ok_or_else(|| damaged(format!("`{name}` is no count")))
        };
        let (size, depth) = (number("size", wire.size)?, number("depth", wire.depth)?);
        let is_root = id == SCRATCH;
        if is_root != wire.parent.is_empty() || is_root != wire.checksum.is_empty() {
            return Err(damaged("parent and checksum are what a layer has and the root has not".to_owned()));
        }
        let (mut parent, mut checksum) = (None, None);
        if !is_root {
            check_id(&wire.parent).map_err(|error| damaged(error.to_string()))?;
            parent = Some(wire.parent);
            checksum = Some(Digest::parse(&wire.checksum).map_err(|error| damaged(error.to_string()))?);
        }
        let depth = u32::try_from(depth).map_err(|_| damaged("`depth` is no depth".to_owned()))?;
        let (store, id) = (store.to_owned(), id.to_owned());
        Ok(Self { store, id, parent, checksum, size, depth, metadata: BTreeMap::new() })
    }
}
