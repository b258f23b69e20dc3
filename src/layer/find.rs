//! From a path to what it names in a merged tree.

use super::node::{Node, NodeKind};
use super::table::Row;
use super::tree::FileTree;

/// A link target longer than this cannot exist on Linux and is not followed.
const MAX_TARGET: usize = 4096;

impl FileTree {
    /// What a path names, if it is there. Links in the folder part are followed within the tree, at most `symlinks` of them
    /// (see [`Limits`](crate::limits::Limits)); what the path ends in is not followed.
    pub fn find(&self, path: &[u8], symlinks: u32) -> Option<Node<'_>> {
        self.walk(path, symlinks, false)
    }

    /// What a path names when what it ends in is followed as well, if it is a link.
    pub fn resolve(&self, path: &[u8], symlinks: u32) -> Option<Node<'_>> {
        self.walk(path, symlinks, true)
    }

    fn walk(&self, path: &[u8], symlinks: u32, follow_last: bool) -> Option<Node<'_>> {
        let mut at = Self::ROOT;
        let mut links = 0;
        // What is left to walk, the next component last.
        let mut pending: Vec<&[u8]> = path.rsplit(|&byte| byte == b'/').collect();
        while let Some(part) = pending.pop() {
            match part {
                b"" | b"." => continue,
                b".." => {
                    at = self.data(at).parent;
                    continue;
                }
                _ => {}
            }
            let node = self.node(self.present_child(at, part)?)?;
            if node.kind() != NodeKind::Symlink || pending.is_empty() && !follow_last {
                at = node.id();
                continue;
            }
            links += 1;
            let target = node.row().and_then(Row::link).unwrap_or_default();
            if links > symlinks || target.is_empty() || target.len() > MAX_TARGET {
                return None;
            }
            if target.starts_with(b"/") {
                at = Self::ROOT;
            }
            pending.extend(target.rsplit(|&byte| byte == b'/'));
        }
        self.node(at)
    }

    fn present_child(&self, parent: u32, name: &[u8]) -> Option<u32> {
        let mut child = self.data(parent).first_child;
        while child != Self::NONE {
            if self.name(child) == name {
                return Some(child);
            }
            child = self.data(child).next;
        }
        None
    }
}
