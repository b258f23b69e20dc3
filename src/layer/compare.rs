//! Two merged file systems laid beside each other.
//!
//! The tree of both is made of the nodes of each: no path is put together, and the layers' tables are shared. So time and
//! memory grow with the number of paths, not with their lengths.

use serde::Serialize;

use super::merge::Merger;
use super::node::{Aspect, NodeKind, row_aspects};
use super::table::Row;
use super::tree::{FileTree, Inode};
use crate::json::size;
use crate::limits::{LimitExceeded, Limits};

/// How many paths of two trees differ in which way, the root not counted, and the bytes of their contents.
///
/// The bytes of a file that several paths name count once, where the least happened to it: a further name that went away
/// takes no bytes with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PathCounts {
    /// Paths of the second tree alone.
    pub added: u32,
    /// Paths of the first tree alone.
    pub removed: u32,
    /// Paths whose contents, kind, or link target or device number differ.
    pub changed: u32,
    /// Paths of which only the mode, the owner, the time or extended attributes differ.
    pub metadata: u32,
    /// Paths that are the same.
    pub same: u32,
    /// Bytes of the added files.
    #[serde(serialize_with = "size::serialize")]
    pub added_bytes: u64,
    /// Bytes of the removed files.
    #[serde(serialize_with = "size::serialize")]
    pub removed_bytes: u64,
    /// Bytes of the changed paths' files in the first tree.
    #[serde(serialize_with = "size::serialize")]
    pub changed_bytes_before: u64,
    /// Bytes of the changed paths' files in the second tree.
    #[serde(serialize_with = "size::serialize")]
    pub changed_bytes_after: u64,
}

/// What [`FileTree::compare`] makes.
pub struct TreeComparison {
    /// The paths of both trees, in which [`Node::change`](super::Node::change) and [`Node::aspects`](super::Node::aspects)
    /// tell how the second differs from the first. What was written again just as it was is unchanged. Its tables are those
    /// of the first tree and then those of the second.
    pub tree: FileTree,
    /// How many paths differ.
    pub counts: PathCounts,
}

/// What became of a path, the least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Same,
    Metadata,
    Changed,
    /// It is in one tree alone.
    Alone,
}

/// Where the nodes and inodes of one tree went in the tree of both.
struct Places {
    nodes: Vec<u32>,
    inodes: Vec<u32>,
}

impl FileTree {
    /// Compares this tree with `after`, path by path; neither is looked at for what its own last layer changed.
    ///
    /// Contents are compared by SHA-256 where both have it, else by XXH3. Files that one entry of one scanned layer made are
    /// the same without a look. A directory that no layer lists has no attributes and differs from no directory. Names of
    /// owners, and by how many names a file is known, are not compared.
    ///
    /// # Errors
    /// The two have more than 65,535 layers together, for which the limit `layers` was raised.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use layerglass::layer::{Change, ContentHash, FileTree, LayerScan};
    /// # use layerglass::tar::{Entry, EntryKind, Writer};
    /// # let limits = Default::default();
    /// # let tree = |paths: &[&str]| {
    /// #     let mut writer = Writer::new(Default::default());
    /// #     let mut tar = Vec::new();
    /// #     for path in paths { tar.extend(writer.entry(&Entry::new(*path, EntryKind::File)).unwrap()); }
    /// #     tar.extend(writer.finish().unwrap());
    /// #     let mut scan = LayerScan::new(ContentHash::Xxh3, &limits);
    /// #     scan.push(&tar);
    /// #     FileTree::merge(&[Arc::new(scan.finish().table)], &limits).unwrap()
    /// # };
    /// let before = tree(&["etc/motd", "bin/sh"]);
    /// let after = tree(&["bin/sh", "bin/ls"]);
    /// let found = before.compare(&after, &limits)?;
    /// let removed = found.tree.nodes().find(|node| node.change() == Change::Removed && node.name() == b"motd");
    /// assert_eq!(removed.unwrap().path(), b"etc/motd");
    /// assert_eq!((found.counts.added, found.counts.removed, found.counts.same), (1, 2, 2));
    /// # Ok::<(), layerglass::limits::LimitExceeded>(())
    /// ```
    pub fn compare(&self, after: &Self, limits: &Limits) -> Result<TreeComparison, LimitExceeded> {
        let base = self.tables.len();
        let layers = (base + after.tables.len()) as u64;
        LimitExceeded::check("layers", u64::from(u16::MAX), layers)?;
        let base = base as u16;
        let tables: Vec<_> = self.tables.iter().chain(&after.tables).cloned().collect();
        let mut merger = Merger::new(&tables, 0, limits);
        merger.tree.compared = base;
        let new = merger.lay_beside(after, base, true);
        let old = merger.lay_beside(self, 0, false);
        let mut fates = vec![Fate::Same; merger.tree.nodes.len()];
        let mut counts = PathCounts::default();
        for (id, fate) in fates.iter_mut().enumerate() {
            let data = merger.tree.nodes[id];
            *fate = match (data.before, data.current) {
                // Absent in both, which no node of this tree is.
                (Self::NONE, Self::NONE) => Fate::Same,
                (Self::NONE, _) | (_, Self::NONE) => Fate::Alone,
                (before, current) => merger.tree.fate(before, current),
            };
            if id == Self::ROOT as usize {
                *fate = Fate::Same;
            }
            if *fate == Fate::Same && data.current != Self::NONE {
                merger.tree.nodes[id].before = data.current;
            }
            match fate {
                _ if id == Self::ROOT as usize => {}
                Fate::Same => counts.same += 1,
                Fate::Metadata => counts.metadata += 1,
                Fate::Changed => counts.changed += 1,
                Fate::Alone if data.current == Self::NONE => counts.removed += 1,
                Fate::Alone => counts.added += 1,
            }
        }
        (counts.changed_bytes_before, counts.removed_bytes) = self.bytes_by_fate(&old, &fates);
        (counts.changed_bytes_after, counts.added_bytes) = after.bytes_by_fate(&new, &fates);
        Ok(TreeComparison { tree: merger.finish(), counts })
    }

    /// How two of the inodes differ.
    fn fate(&self, before: u32, current: u32) -> Fate {
        let (Some(old), Some(new)) = (self.inode(before), self.inode(current)) else { return Fate::Changed };
        if old.kind != new.kind {
            return Fate::Changed;
        }
        let (Some(old_row), Some(new_row)) = (self.inode_row(old), self.inode_row(new)) else {
            return Fate::Same;
        };
        if old_row.is_entry(new_row) {
            return Fate::Same;
        }
        let aspects = row_aspects(old_row, new_row);
        let is_other = |aspect: &Aspect| matches!(aspect, Aspect::Type | Aspect::Contents | Aspect::Target);
        match aspects.iter().any(is_other) {
            true => Fate::Changed,
            false if aspects.is_empty() => Fate::Same,
            false => Fate::Metadata,
        }
    }

    /// Bytes of the files that changed and of those that are in this tree alone.
    fn bytes_by_fate(&self, places: &Places, fates: &[Fate]) -> (u64, u64) {
        let mut least = vec![Fate::Alone; self.inodes.len()];
        let mut named = vec![false; self.inodes.len()];
        for (data, &place) in self.nodes.iter().zip(&places.nodes) {
            let Some(&fate) = fates.get(place as usize) else { continue };
            let inode = data.current as usize;
            if let (Some(least), Some(named)) = (least.get_mut(inode), named.get_mut(inode)) {
                (*least, *named) = ((*least).min(fate), true);
            }
        }
        let (mut changed, mut alone) = (0_u64, 0_u64);
        for ((inode, fate), _) in self.inodes.iter().zip(least).zip(named).filter(|(_, named)| *named) {
            let sum = match fate {
                Fate::Changed => &mut changed,
                Fate::Alone => &mut alone,
                Fate::Same | Fate::Metadata => continue,
            };
            let row = self.inode_row(inode).filter(|_| inode.kind == NodeKind::File);
            *sum = sum.saturating_add(row.map_or(0, Row::size));
        }
        (changed, alone)
    }
}

impl Merger<'_> {
    /// Takes the present paths of `tree`, whose tables are those from `base` on: as what is there, or as what was before.
    fn lay_beside(&mut self, tree: &FileTree, base: u16, is_after: bool) -> Places {
        let mut places = Places {
            nodes: vec![FileTree::NONE; tree.nodes.len()],
            inodes: vec![FileTree::NONE; tree.inodes.len()],
        };
        for (id, data) in tree.nodes.iter().enumerate().filter(|(_, data)| data.current != FileTree::NONE) {
            let node = if id == FileTree::ROOT as usize {
                FileTree::ROOT
            } else {
                // A parent's number is below its children's, and what is present lies in what is present.
                let parent = places.nodes[data.parent as usize];
                self.child(parent, tree.name(id as u32))
            };
            places.nodes[id] = node;
            let Some(&own) = tree.inode(data.current) else { continue };
            let place = &mut places.inodes[data.current as usize];
            if *place == FileTree::NONE {
                *place = self.add_inode(Inode { layer: own.layer.saturating_add(base), links: 0, ..own });
            }
            if is_after {
                self.set_inode(node, *place);
            } else {
                self.tree.nodes[node as usize].before = *place;
            }
        }
        places
    }
}
