//! The file system that layers make when they are laid one over the other.
//!
//! The rules are those of image-spec `layer.md` as the engines apply them: first a layer's deletion marks act on what
//! lower layers hold, whatever their place in the tar, then its entries are laid down in order. Symbolic links in the
//! folder part of a path are followed inside the tree, because an entry `lib/x` of a layer belongs into `usr/lib` where
//! a lower layer made `lib` a link.

use std::collections::HashMap;
use std::sync::Arc;

use super::column::{Arena, Span};
use super::fate::FateLog;
use super::node::NodeKind;
use super::path::{clean_path, split_path};
use super::resolve::{Unreachable, find, hash};
use super::table::{FileTable, Row, RowKind};
use super::tree::{FileTree, Inode, NodeData};
use super::whiteout::{Whiteout, is_aufs_link_target};
use crate::finding::{Finding, Findings, Severity};
use crate::limits::Limits;

/// Builds a [`FileTree`].
pub(super) struct Merger<'a> {
    layers: &'a [Arc<FileTable>],
    /// The layer before which things are remembered as they were.
    since: u16,
    pub(super) limits: &'a Limits,
    pub(super) tree: FileTree,
    pub(super) index: HashMap<u64, u32>,
    pub(super) steps: u64,
    /// The folder resolved last, as it was spelled; forgotten when a link or a removal could change its meaning.
    pub(super) cached: Option<(Vec<u8>, u32)>,
    /// A symbolic link has been followed since the layer began.
    pub(super) followed: bool,
    /// Inodes of AUFS's put-aside link targets, by path.
    aufs: HashMap<Vec<u8>, u32>,
    /// What became of each file, where that is asked for.
    pub(super) fates: Option<FateLog>,
}

impl<'a> Merger<'a> {
    pub(super) fn new(layers: &'a [Arc<FileTable>], since: u16, limits: &'a Limits) -> Self {
        let root = NodeData {
            parent: FileTree::ROOT,
            name: Span::default(),
            current: 0,
            before: FileTree::NONE,
            first_child: FileTree::NONE,
            previous: FileTree::NONE,
            next: FileTree::NONE,
            same_hash: FileTree::NONE,
        };
        let implied = Inode { layer: 0, row: FileTree::NONE, links: 1, kind: NodeKind::Directory };
        let tree = FileTree {
            tables: layers.to_vec(),
            nodes: vec![root],
            names: Arena::default(),
            inodes: vec![implied],
            total_sizes: Vec::new(),
            follows: Vec::new(),
            findings: Findings::new(limits.findings),
            compared: 0,
        };
        Self {
            layers,
            since,
            limits,
            tree,
            index: HashMap::new(),
            steps: 0,
            cached: None,
            followed: false,
            aufs: HashMap::new(),
            fates: None,
        }
    }

    pub(super) fn apply(&mut self, layer: u16) {
        let layers = self.layers;
        if layer > 0 && layer == self.since {
            for node in &mut self.tree.nodes {
                node.before = node.current;
            }
        }
        (self.cached, self.followed) = (None, false);
        if let Some(fates) = &mut self.fates {
            fates.begin(layer);
        }
        let table = &layers[usize::from(layer)];
        // Where a directory takes the place of a link, marks below it must not reach through the link.
        for row in table.rows().filter(|row| row.kind() == RowKind::Directory && row.is_placed()) {
            let (folder, name) = split_path(row.path());
            if let Ok(folder) = self.folder(folder, None)
                && let Some(node) = self.present_child(folder, name)
                && !self.is_directory(node)
            {
                self.kill(node);
            }
        }
        for row in table.rows() {
            match row.whiteout() {
                Some(Whiteout::Remove(name)) => self.remove(split_path(row.path()).0, name),
                Some(Whiteout::Opaque) => self.clear(split_path(row.path()).0),
                _ => {}
            }
        }
        for row in table.rows() {
            if row.is_placed() && self.is_entry(row, layer) {
                self.lay_down(row, layer);
            }
        }
        if let Some(fates) = &mut self.fates {
            fates.settle(&self.tree);
        }
        self.aufs.clear();
        self.tree.follows.push(self.followed);
    }

    /// False for deletion marks and bookkeeping; link targets put aside by AUFS are remembered.
    fn is_entry(&mut self, row: Row<'_>, layer: u16) -> bool {
        match row.whiteout() {
            None => true,
            Some(Whiteout::Metadata) => {
                if is_aufs_link_target(row.path())
                    && let Some(kind) = NodeKind::of(row.kind())
                {
                    let inode = self.add_inode(Inode { layer, row: row.index(), links: 0, kind });
                    self.aufs.insert(row.path().to_vec(), inode);
                }
                false
            }
            Some(_) => false,
        }
    }

    fn remove(&mut self, folder: &[u8], name: &[u8]) {
        if let Ok(folder) = self.folder(folder, None)
            && let Some(node) = self.present_child(folder, name)
        {
            self.kill(node);
        }
    }

    fn clear(&mut self, folder: &[u8]) {
        if let Ok(folder) = self.folder(folder, None) {
            while self.tree.nodes[folder as usize].first_child != FileTree::NONE {
                self.kill(self.tree.nodes[folder as usize].first_child);
            }
        }
    }

    fn lay_down(&mut self, row: Row<'_>, layer: u16) {
        let inode = Inode { layer, row: row.index(), links: 0, kind: NodeKind::Directory };
        if row.path().is_empty() {
            if row.kind() == RowKind::Directory {
                let inode = self.add_inode(inode);
                self.set_inode(FileTree::ROOT, inode);
            }
            return;
        }
        let (folder, name) = split_path(row.path());
        let folder = match self.folder(folder, Some(layer)) {
            Ok(folder) => folder,
            Err(problem) => return self.report(row, &problem),
        };
        let node = self.child(folder, name);
        let present = self.tree.nodes[node as usize].current != FileTree::NONE;
        match row.kind() {
            RowKind::Directory => {
                if present && !self.is_directory(node) {
                    self.kill(node);
                }
                let inode = self.add_inode(inode);
                self.set_inode(node, inode);
            }
            RowKind::HardLink => match self.link_target(row) {
                Ok(target) if self.tree.nodes[node as usize].current == target => {}
                Ok(target) => {
                    if present {
                        self.kill(node);
                    }
                    self.set_inode(node, target);
                }
                Err(problem) => self.report(row, &problem),
            },
            kind => {
                let Some(kind) = NodeKind::of(kind) else { return };
                if present {
                    self.kill(node);
                }
                if kind == NodeKind::Symlink {
                    self.cached = None;
                }
                let inode = self.add_inode(Inode { kind, ..inode });
                self.set_inode(node, inode);
            }
        }
    }

    /// The inode that a hard link names. Links to directories are refused, as file systems do.
    fn link_target(&mut self, row: Row<'_>) -> Result<u32, Unreachable> {
        let target = clean_path(row.link().unwrap_or_default()).map_err(|_| Unreachable::Missing)?;
        if let Some(&inode) = self.aufs.get(&*target) {
            return Ok(inode);
        }
        let (folder, name) = split_path(&target);
        let folder = self.folder(folder, None)?;
        let node = self.present_child(folder, name).ok_or(Unreachable::Missing)?;
        if self.is_directory(node) {
            return Err(Unreachable::NotADirectory);
        }
        Ok(self.tree.nodes[node as usize].current)
    }

    fn report(&mut self, row: Row<'_>, problem: &Unreachable) {
        let link = row.kind() == RowKind::HardLink;
        self.tree.findings.push(|| {
            let (code, message) = match problem {
                Unreachable::Missing => {
                    ("hardlink-target-missing", "the hard link's target does not exist".to_owned())
                }
                Unreachable::NotADirectory if link => (
                    "hardlink-target",
                    "the hard link's target is a directory, or lies below a file".to_owned(),
                ),
                Unreachable::NotADirectory => {
                    ("parent-not-a-directory", "a part of the entry's path is not a directory".to_owned())
                }
                Unreachable::LinkLoop => (
                    "symlink-loop",
                    "a part of the entry's path is a symbolic link that leads nowhere".to_owned(),
                ),
                Unreachable::Limit(limit) => ("limit", limit.to_string()),
            };
            let finding = Finding::new(Severity::Error, code, message).at_path(row.path());
            match row.link() {
                Some(target) if link => finding.differing(String::from_utf8_lossy(target), "nothing"),
                _ => finding,
            }
        });
    }

    fn is_directory(&self, node: u32) -> bool {
        let inode = self.tree.nodes[node as usize].current;
        self.tree.inodes.get(inode as usize).is_some_and(|inode| inode.kind == NodeKind::Directory)
    }

    fn present_child(&self, parent: u32, name: &[u8]) -> Option<u32> {
        let node = find(&self.tree, &self.index, parent, name)?;
        (self.tree.nodes[node as usize].current != FileTree::NONE).then_some(node)
    }

    /// The node of this name, made if there is none yet. It need not be present.
    pub(super) fn child(&mut self, parent: u32, name: &[u8]) -> u32 {
        if let Some(node) = find(&self.tree, &self.index, parent, name) {
            return node;
        }
        let id = self.tree.nodes.len() as u32;
        let same_hash = self.index.insert(hash(parent, name), id).unwrap_or(FileTree::NONE);
        let name = self.tree.names.push(name);
        self.tree.nodes.push(NodeData {
            parent,
            name,
            current: FileTree::NONE,
            before: FileTree::NONE,
            first_child: FileTree::NONE,
            previous: FileTree::NONE,
            next: FileTree::NONE,
            same_hash,
        });
        id
    }

    pub(super) fn add_inode(&mut self, inode: Inode) -> u32 {
        self.tree.inodes.push(inode);
        (self.tree.inodes.len() - 1) as u32
    }

    /// Makes `node` name `inode`; an absent node becomes present.
    pub(super) fn set_inode(&mut self, node: u32, inode: u32) {
        let old = self.tree.nodes[node as usize].current;
        self.tree.inodes[inode as usize].links += 1;
        self.tree.nodes[node as usize].current = inode;
        if let Some(fates) = &mut self.fates {
            fates.named(inode, node);
        }
        if old != FileTree::NONE {
            let links = &mut self.tree.inodes[old as usize].links;
            *links = links.saturating_sub(1);
            return;
        }
        let parent = self.tree.nodes[node as usize].parent;
        let next = self.tree.nodes[parent as usize].first_child;
        self.tree.nodes[node as usize].previous = FileTree::NONE;
        self.tree.nodes[node as usize].next = next;
        if next != FileTree::NONE {
            self.tree.nodes[next as usize].previous = node;
        }
        self.tree.nodes[parent as usize].first_child = node;
    }

    /// Makes a node and all below it absent.
    fn kill(&mut self, node: u32) {
        self.cached = None;
        let mut stack = vec![node];
        while let Some(node) = stack.pop() {
            let NodeData { parent, current, first_child, previous, next, .. } =
                self.tree.nodes[node as usize];
            if first_child != FileTree::NONE {
                // The children first; each takes itself off the list.
                stack.push(node);
                stack.push(first_child);
                continue;
            }
            if let Some(inode) = self.tree.inodes.get_mut(current as usize) {
                inode.links = inode.links.saturating_sub(1);
                if let Some(fates) = &mut self.fates {
                    fates.lost(current, node);
                }
            }
            if previous == FileTree::NONE {
                self.tree.nodes[parent as usize].first_child = next;
            } else {
                self.tree.nodes[previous as usize].next = next;
            }
            if next != FileTree::NONE {
                self.tree.nodes[next as usize].previous = previous;
            }
            self.tree.nodes[node as usize].current = FileTree::NONE;
        }
    }

    pub(super) fn finish(mut self) -> FileTree {
        let mut sizes = vec![0_u64; self.tree.nodes.len()];
        // A parent's number is below its children's.
        for id in (1..self.tree.nodes.len()).rev() {
            let node = self.tree.nodes[id];
            let is_absent = node.current == FileTree::NONE;
            let inode = self.tree.inode(if is_absent { node.before } else { node.current });
            let own = inode.filter(|inode| inode.kind == NodeKind::File);
            let own = own.and_then(|inode| self.tree.inode_row(inode)).map_or(0, Row::size);
            sizes[id] = sizes[id].saturating_add(own);
            let parent = node.parent as usize;
            // What was removed counts in what was removed around it, not in what is still there.
            if !is_absent || self.tree.nodes[parent].current == FileTree::NONE {
                sizes[parent] = sizes[parent].saturating_add(sizes[id]);
            }
        }
        self.tree.total_sizes = sizes;
        self.tree
    }
}
