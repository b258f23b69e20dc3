//! From the paths that packages list to the nodes of the tree.

use super::draft::PathList;
use crate::layer::{FileTree, Node, NodeKind};
use crate::limits::Limits;

/// A link's target longer than this is not followed, as on Linux.
const TARGET_BYTES: usize = 4096;

/// The present nodes of a tree by folder and name.
pub(super) struct Places<'t> {
    tree: &'t FileTree,
    /// By parent and name.
    children: Vec<(u32, u32)>,
    symlinks: u32,
    /// How many path components may still be looked up.
    steps: u64,
    /// How many paths may still be looked up.
    paths: u64,
    limit: &'static str,
}

/// What paths lead to.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// Files and links.
    pub(super) nodes: Vec<u32>,
    /// How many paths lead to nothing.
    pub(super) missing: u32,
}

impl<'t> Places<'t> {
    pub(super) fn new(tree: &'t FileTree, limits: &Limits) -> Self {
        let present = tree.nodes().filter(|node| node.is_present());
        let mut children: Vec<(u32, u32)> = present.map(|node| (node.parent().id(), node.id())).collect();
        children.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| name(tree, a.1).cmp(name(tree, b.1))));
        let (symlinks, steps, paths) = (limits.symlinks, limits.merge_steps, limits.package_paths);
        Self { tree, children, symlinks, steps, paths, limit: "" }
    }

    /// The limit that was passed, if one was: what was looked up after that was not found.
    pub(super) fn passed(&self) -> Option<&'static str> {
        (!self.limit.is_empty()).then_some(self.limit)
    }

    /// Looks up all paths of a list.
    pub(super) fn look_up(&mut self, list: &PathList) -> Found {
        let mut found = Found::default();
        let folders: Vec<Option<u32>> = list.folders().map(|folder| self.folder(folder)).collect();
        for (folder, name) in list.names() {
            if self.paths == 0 {
                self.limit = "packagePaths";
                break;
            }
            self.paths -= 1;
            let folder = folders.get(folder as usize).copied().flatten();
            match folder.and_then(|folder| self.child(folder, name)) {
                Some(node) if node.kind() == NodeKind::Directory => {}
                Some(node) => found.nodes.push(node.id()),
                None => found.missing = found.missing.saturating_add(1),
            }
        }
        found
    }

    /// The folder that a path leads to, links followed.
    pub(super) fn folder(&mut self, path: &[u8]) -> Option<u32> {
        let mut at = self.tree.node(FileTree::ROOT)?;
        let mut links = 0;
        // What is left to walk, the next part last.
        let mut parts: Vec<Vec<u8>> = split(path);
        while let Some(part) = parts.pop() {
            if self.steps == 0 {
                self.limit = "mergeSteps";
                return None;
            }
            self.steps -= 1;
            if part == b".." {
                at = at.parent();
                continue;
            }
            let child = self.child(at.id(), &part)?;
            match child.kind() {
                NodeKind::Directory => at = child,
                NodeKind::Symlink => {
                    let target = child.row()?.link()?;
                    links += 1;
                    if links > self.symlinks || target.len() > TARGET_BYTES {
                        return None;
                    }
                    if target.starts_with(b"/") {
                        at = self.tree.node(FileTree::ROOT)?;
                    }
                    parts.extend(split(target));
                }
                _ => return None,
            }
        }
        Some(at.id())
    }

    /// The node of that name in a folder.
    fn child(&self, folder: u32, wanted: &[u8]) -> Option<Node<'t>> {
        let order = |&(parent, node): &(u32, u32)| {
            parent.cmp(&folder).then_with(|| name(self.tree, node).cmp(wanted))
        };
        let place = self.children.binary_search_by(order).ok()?;
        self.tree.node(self.children.get(place)?.1)
    }
}

fn name(tree: &FileTree, node: u32) -> &[u8] {
    tree.node(node).map_or(&[], Node::name)
}

/// The parts of a path that mean something, the first one last.
fn split(path: &[u8]) -> Vec<Vec<u8>> {
    let parts = path.split(|&byte| byte == b'/').filter(|part| !matches!(*part, b"" | b"."));
    parts.rev().map(<[u8]>::to_vec).collect()
}

/// Sorts nodes, removes repeated ones, and returns the bytes of their regular files, each once however many names it has.
pub(super) fn settle(tree: &FileTree, nodes: &mut Vec<u32>) -> u64 {
    nodes.sort_unstable();
    nodes.dedup();
    let files = nodes.iter().filter_map(|&id| tree.node(id)).filter(|node| node.kind() == NodeKind::File);
    let rows = files.filter_map(|node| node.row().map(|row| (node.layer(), row.index(), row.size())));
    let mut rows: Vec<(u16, u32, u64)> = rows.collect();
    rows.sort_unstable();
    rows.dedup();
    rows.iter().map(|&(.., size)| size).fold(0, u64::saturating_add)
}
