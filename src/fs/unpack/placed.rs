//! What a layer has put where, so that its own deletion marks, which may come later, spare it.

use std::collections::HashSet;

use xxhash_rust::xxh3::Xxh3;

/// Names in folders. Only their hashes are kept, so that a layer of millions of entries takes little memory; two names of the
/// same hash would at worst spare something that a mark deletes.
#[derive(Default)]
pub(super) struct Placed(HashSet<u128>);

impl Placed {
    /// Says whether it was not there yet.
    pub(super) fn insert(&mut self, folder: (u64, u64), name: &[u8]) -> bool {
        self.0.insert(key(folder, name))
    }

    pub(super) fn contains(&self, folder: (u64, u64), name: &[u8]) -> bool {
        self.0.contains(&key(folder, name))
    }
}

fn key(folder: (u64, u64), name: &[u8]) -> u128 {
    let mut hash = Xxh3::new();
    hash.update(&folder.0.to_le_bytes());
    hash.update(&folder.1.to_le_bytes());
    hash.update(name);
    hash.digest128()
}
