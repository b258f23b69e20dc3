//! What differs between two merged file systems.

use std::collections::BTreeMap;

use super::node::{Node, NodeKind};
use super::table::Row;
use super::tree::FileTree;

/// How a path differs between two trees.
#[derive(Clone, Copy)]
pub enum Difference<'t> {
    /// It is only in the second tree.
    Added(Node<'t>),
    /// It is in both, and not the same. This is the second one's.
    Changed(Node<'t>),
    /// It is only in the first tree, and the folder that held it is in both.
    Deleted,
}

impl Difference<'_> {
    /// The letter for it: `A`, `C` or `D`, as Docker's `diff` and vic's change types have it.
    pub const fn letter(&self) -> char {
        match self {
            Self::Added(_) => 'A',
            Self::Changed(_) => 'C',
            Self::Deleted => 'D',
        }
    }
}

/// The paths in which `after` differs from `before`, sorted by their components. What was written again just as it was is
/// no difference; contents are compared by their hashes.
pub fn differences<'t>(before: &FileTree, after: &'t FileTree) -> Vec<(Vec<u8>, Difference<'t>)> {
    let old = present(before);
    let new = present(after);
    let mut found = BTreeMap::new();
    for (key, node) in &new {
        match old.get(key) {
            None => drop(found.insert(key.clone(), Difference::Added(*node))),
            Some(before) if is_same(*before, *node) => {}
            Some(_) => drop(found.insert(key.clone(), Difference::Changed(*node))),
        }
    }
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        // With a folder goes what is in it.
        let slash = key.iter().rposition(|byte| *byte == 0);
        let folder = slash.and_then(|slash| new.get(key.get(..slash)?));
        if slash.is_none() || folder.is_some_and(|folder| folder.kind() == NodeKind::Directory) {
            found.insert(key.clone(), Difference::Deleted);
        }
    }
    found.into_iter().map(|(key, difference)| (path_of(key), difference)).collect()
}

/// All present nodes, by paths in which a NUL, which no name can hold, stands between the components: so they sort.
fn present(tree: &FileTree) -> BTreeMap<Vec<u8>, Node<'_>> {
    let key = |node: &Node<'_>| node.path().iter().map(|&byte| if byte == b'/' { 0 } else { byte }).collect();
    tree.nodes().filter(|node| node.is_present()).map(|node| (key(&node), node)).collect()
}

fn path_of(mut key: Vec<u8>) -> Vec<u8> {
    key.iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = b'/');
    key
}

fn is_same(before: Node<'_>, after: Node<'_>) -> bool {
    match (before.row(), after.row()) {
        (Some(old), Some(new)) => before.kind() == after.kind() && is_same_row(old, new, after.kind()),
        (None, None) => true,
        _ => false,
    }
}

fn is_same_row(old: Row<'_>, new: Row<'_>, kind: NodeKind) -> bool {
    let attributes = |row: Row<'_>| (row.mode(), row.uid(), row.gid(), row.size(), row.mtime(), row.device());
    fn xattrs<'a>(row: Row<'a>) -> BTreeMap<&'a [u8], &'a [u8]> {
        row.xattrs().collect()
    }
    let contents = kind != NodeKind::File || (new.xxh3().is_some() && old.xxh3() == new.xxh3());
    contents && attributes(old) == attributes(new) && old.link() == new.link() && xattrs(old) == xattrs(new)
}
