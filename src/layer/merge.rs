//! The file system that layers make when they are laid one over the other.
//!
//! The rules are those of image-spec `layer.md` as the engines apply them: first a layer's deletion marks act on what
//! lower layers hold, whatever their place in the tar, then its entries are laid down in order. Symbolic links in the
//! folder part of a path are followed inside the tree, because an entry `lib/x` of a layer belongs into `usr/lib` where
//! a lower layer made `lib` a link.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::column::{Arena, Span};
use super::node::{Change, Node, NodeKind};
use super::path::{clean_path, split_path};
use super::table::{FileTable, Row, RowKind};
use super::whiteout::{Whiteout, is_aufs_link_target};
use crate::finding::{Finding, Findings, Severity};
use crate::json::size;
use crate::limits::{LimitExceeded, Limits};

/// A link target longer than this cannot exist on Linux and is not followed.
const MAX_TARGET: usize = 4096;

/// A path, present or not.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeData {
    pub(super) parent: u32,
    name: Span,
    /// Number of the inode after the last layer, and before it.
    pub(super) current: u32,
    pub(super) before: u32,
    /// Present children, as a list.
    first_child: u32,
    previous: u32,
    next: u32,
    /// Further node with the same hash.
    same_hash: u32,
}

/// What a path names: several names of one file share it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inode {
    pub(super) layer: u16,
    /// Row of the layer's table, or `NONE` for a directory that no layer lists.
    row: u32,
    pub(super) links: u32,
    pub(super) kind: NodeKind,
}

/// The merged file system of an image's layers, with what the last of them changed.
pub struct FileTree {
    tables: Vec<Arc<FileTable>>,
    nodes: Vec<NodeData>,
    names: Arena,
    inodes: Vec<Inode>,
    total_sizes: Vec<u64>,
    findings: Findings,
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
        let limit = limits.layers.min(u32::from(u16::MAX));
        LimitExceeded::check("layers", u64::from(limit), layers.len() as u64)?;
        let mut merger = Merger::new(layers, limits);
        for index in 0..layers.len() {
            merger.apply(index as u16);
        }
        Ok(merger.finish())
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

/// Why a path cannot be reached.
#[derive(Clone, Debug)]
enum Unreachable {
    Missing,
    NotADirectory,
    LinkLoop,
    Limit(LimitExceeded),
}

/// Builds a [`FileTree`].
struct Merger<'a> {
    layers: &'a [Arc<FileTable>],
    limits: &'a Limits,
    tree: FileTree,
    index: HashMap<u64, u32>,
    steps: u64,
    /// The folder resolved last, as it was spelled; forgotten when a link or a removal could change its meaning.
    cached: Option<(Vec<u8>, u32)>,
    /// Inodes of AUFS's put-aside link targets, by path.
    aufs: HashMap<Vec<u8>, u32>,
}

impl<'a> Merger<'a> {
    fn new(layers: &'a [Arc<FileTable>], limits: &'a Limits) -> Self {
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
            findings: Findings::new(limits.findings),
        };
        Self { layers, limits, tree, index: HashMap::new(), steps: 0, cached: None, aufs: HashMap::new() }
    }

    fn apply(&mut self, layer: u16) {
        let layers = self.layers;
        if layer > 0 && usize::from(layer) + 1 == layers.len() {
            for node in &mut self.tree.nodes {
                node.before = node.current;
            }
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
        self.aufs.clear();
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

    /// The directory that a clean path names, links followed. With `create`, missing directories are implied.
    fn folder(&mut self, path: &[u8], create: Option<u16>) -> Result<u32, Unreachable> {
        if path.is_empty() {
            return Ok(FileTree::ROOT);
        }
        if let Some((cached, node)) = &self.cached
            && cached == path
        {
            return Ok(*node);
        }
        let node = self.walk(path, create)?;
        let spelled = match self.cached.take() {
            Some((mut spelled, _)) => {
                spelled.clear();
                spelled.extend_from_slice(path);
                spelled
            }
            None => path.to_vec(),
        };
        self.cached = Some((spelled, node));
        Ok(node)
    }

    fn walk(&mut self, path: &[u8], create: Option<u16>) -> Result<u32, Unreachable> {
        let mut at = FileTree::ROOT;
        let mut links = 0_u64;
        // What is left to walk, innermost link target last.
        let mut pending: Vec<(Vec<u8>, usize)> = Vec::new();
        let mut start = 0;
        loop {
            self.steps += 1;
            LimitExceeded::check("mergeSteps", self.limits.merge_steps, self.steps)
                .map_err(Unreachable::Limit)?;
            let (text, position) = match pending.last_mut() {
                Some((text, position)) if *position > text.len() => {
                    pending.pop();
                    continue;
                }
                Some((text, position)) => (text.as_slice(), position),
                None if start > path.len() => return Ok(at),
                None => (path, &mut start),
            };
            let rest = &text[*position..];
            let part = &rest[..rest.iter().position(|&byte| byte == b'/').unwrap_or(rest.len())];
            *position += part.len() + 1;
            match part {
                b"" | b"." => continue,
                b".." => {
                    at = self.tree.nodes[at as usize].parent;
                    continue;
                }
                _ => {}
            }
            let found = find(&self.tree, &self.index, at, part);
            let present = found.filter(|&node| self.tree.nodes[node as usize].current != FileTree::NONE);
            let Some(node) = present else {
                let layer = create.ok_or(Unreachable::Missing)?;
                let part = part.to_vec();
                let node = self.child(at, &part);
                let implied = Inode { layer, row: FileTree::NONE, links: 0, kind: NodeKind::Directory };
                let inode = self.add_inode(implied);
                self.set_inode(node, inode);
                at = node;
                continue;
            };
            let inode = self.tree.inodes[self.tree.nodes[node as usize].current as usize];
            match inode.kind {
                NodeKind::Directory => at = node,
                NodeKind::Symlink => {
                    links += 1;
                    let target = self.tree.inode_row(&inode).and_then(Row::link).unwrap_or_default();
                    if links > u64::from(self.limits.symlinks)
                        || target.is_empty()
                        || target.len() > MAX_TARGET
                    {
                        return Err(Unreachable::LinkLoop);
                    }
                    if target.starts_with(b"/") {
                        at = FileTree::ROOT;
                    }
                    pending.push((target.to_vec(), 0));
                }
                _ => return Err(Unreachable::NotADirectory),
            }
        }
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
    fn child(&mut self, parent: u32, name: &[u8]) -> u32 {
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

    fn add_inode(&mut self, inode: Inode) -> u32 {
        self.tree.inodes.push(inode);
        (self.tree.inodes.len() - 1) as u32
    }

    /// Makes `node` name `inode`; an absent node becomes present.
    fn set_inode(&mut self, node: u32, inode: u32) {
        let old = self.tree.nodes[node as usize].current;
        self.tree.inodes[inode as usize].links += 1;
        self.tree.nodes[node as usize].current = inode;
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

    fn finish(mut self) -> FileTree {
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

fn hash(parent: u32, name: &[u8]) -> u64 {
    xxh3_64_with_seed(name, u64::from(parent))
}

fn find(tree: &FileTree, index: &HashMap<u64, u32>, parent: u32, name: &[u8]) -> Option<u32> {
    let mut node = index.get(&hash(parent, name)).copied()?;
    while node != FileTree::NONE {
        let data = tree.nodes[node as usize];
        if data.parent == parent && tree.names.get(data.name) == name {
            return Some(node);
        }
        node = data.same_hash;
    }
    None
}
