//! The merged file system: its paths, what they name, and what the last layer changed.

use std::sync::Arc;

use serde::Serialize;

use super::column::{Arena, Span};
use super::merge::Merger;
use super::node::{Change, Node, NodeKind};
use super::table::{FileTable, Row};
use crate::finding::{Finding, Findings};
use crate::json::size;
use crate::limits::{LimitExceeded, Limits};

/// A path, present or not.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeData {
    pub(super) parent: u32,
    pub(super) name: Span,
    /// Number of the inode after the last layer, and before it.
    pub(super) current: u32,
    pub(super) before: u32,
    /// Present children, as a list.
    pub(super) first_child: u32,
    pub(super) previous: u32,
    pub(super) next: u32,
    /// Further node with the same hash.
    pub(super) same_hash: u32,
}

/// What a path names: several names of one file share it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inode {
    pub(super) layer: u16,
    /// Row of the layer's table, or `NONE` for a directory that no layer lists.
    pub(super) row: u32,
    pub(super) links: u32,
    pub(super) kind: NodeKind,
}

/// The merged file system of an image's layers, with what the last of them changed.
pub struct FileTree {
    pub(super) tables: Vec<Arc<FileTable>>,
    pub(super) nodes: Vec<NodeData>,
    pub(super) names: Arena,
    pub(super) inodes: Vec<Inode>,
    pub(super) total_sizes: Vec<u64>,
    /// By layer: does a name in it lead through a symbolic link?
    pub(super) follows: Vec<bool>,
    pub(super) findings: Findings,
    /// In the tree of a comparison the number of the first image's layers, whose tables come first; else 0.
    pub(super) compared: u16,
}

/// Totals of a file tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TreeTotals {
    /// Present paths, the root not counted.
    pub entries: u32,
    /// Regular files, each name counted.
    pub files: u32,
    /// Directories.
    pub directories: u32,
    /// Symbolic links.
    pub symlinks: u32,
    /// Character and block devices.
    pub devices: u32,
    /// Bytes of regular files, those with several names counted once.
    #[serde(serialize_with = "size::serialize")]
    pub file_bytes: u64,
    /// Paths that the last layer added.
    pub added: u32,
    /// Paths that the last layer wrote again.
    pub modified: u32,
    /// Paths that the last layer removed.
    pub removed: u32,
    /// What was unusual while the layers were merged.
    pub findings: Vec<Finding>,
}

impl FileTree {
    /// Number of the root.
    pub const ROOT: u32 = 0;
    pub(super) const NONE: u32 = u32::MAX;

    /// Lays `layers` one over the other, bottom first.
    ///
    /// # Errors
    /// There are more layers than the limit `layers` allows.
    pub fn merge(layers: &[Arc<FileTable>], limits: &Limits) -> Result<Self, LimitExceeded> {
        Self::merge_since(layers, layers.len().saturating_sub(1), limits)
    }

    /// The same with what all layers from `since` on changed, instead of the last one alone.
    ///
    /// # Errors
    /// There are more layers than the limit `layers` allows.
    pub fn merge_since(
        layers: &[Arc<FileTable>],
        since: usize,
        limits: &Limits,
    ) -> Result<Self, LimitExceeded> {
        let limit = limits.layers.min(u32::from(u16::MAX));
        LimitExceeded::check("layers", u64::from(limit), layers.len() as u64)?;
        let mut merger = Merger::new(layers, u16::try_from(since).unwrap_or(u16::MAX), limits);
        for index in 0..layers.len() {
            merger.apply(index as u16);
        }
        Ok(merger.finish())
    }

    /// The tables of the layers that it was made of, bottom first.
    pub fn tables(&self) -> &[Arc<FileTable>] {
        &self.tables
    }

    /// The node with this number.
    pub fn node(&self, id: u32) -> Option<Node<'_>> {
        ((id as usize) < self.nodes.len()).then_some(Node { tree: self, id })
    }

    /// All nodes but the root: every path that is present, or was before the last layer. Parents come first.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        let all = (1..self.nodes.len() as u32).map(|id| Node { tree: self, id });
        all.filter(|node| {
            let data = self.data(node.id);
            data.current != Self::NONE || data.before != Self::NONE
        })
    }

    /// Number of nodes, absent ones included: every id is below it.
    pub(super) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn data(&self, id: u32) -> NodeData {
        self.nodes[id as usize]
    }

    pub(super) fn name(&self, id: u32) -> &[u8] {
        self.names.get(self.data(id).name)
    }

    pub(super) fn inode(&self, inode: u32) -> Option<&Inode> {
        self.inodes.get(inode as usize)
    }

    pub(super) fn inode_row(&self, inode: &Inode) -> Option<Row<'_>> {
        self.tables.get(usize::from(inode.layer))?.row(inode.row)
    }

    pub(super) fn total_size(&self, id: u32) -> u64 {
        self.total_sizes.get(id as usize).copied().unwrap_or(0)
    }

    /// Counts and sizes.
    pub fn totals(&self) -> TreeTotals {
        let mut totals = TreeTotals {
            entries: 0,
            files: 0,
            directories: 0,
            symlinks: 0,
            devices: 0,
            file_bytes: 0,
            added: 0,
            modified: 0,
            removed: 0,
            findings: self.findings.as_slice().to_vec(),
        };
        for node in self.nodes() {
            match node.change() {
                Change::Unchanged => {}
                Change::Added => totals.added += 1,
                Change::Modified => totals.modified += 1,
                Change::Removed => totals.removed += 1,
            }
            if !node.is_present() {
                continue;
            }
            totals.entries += 1;
            match node.kind() {
                NodeKind::File => totals.files += 1,
                NodeKind::Directory => totals.directories += 1,
                NodeKind::Symlink => totals.symlinks += 1,
                NodeKind::Char | NodeKind::Block => totals.devices += 1,
                NodeKind::Fifo => {}
            }
        }
        let files = self.inodes.iter().filter(|inode| inode.links > 0 && inode.kind == NodeKind::File);
        totals.file_bytes = files.filter_map(|inode| self.inode_row(inode)).map(Row::size).sum();
        totals
    }
}
