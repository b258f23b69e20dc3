//! From a path to the directory that it names, inside the tree.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::merge::Merger;
use super::node::NodeKind;
use super::table::Row;
use super::tree::{FileTree, Inode};
use crate::limits::LimitExceeded;

/// A link target longer than this cannot exist on Linux and is not followed.
const MAX_TARGET: usize = 4096;

/// Why a path cannot be reached.
#[derive(Clone, Debug)]
pub(super) enum Unreachable {
    Missing,
    NotADirectory,
    LinkLoop,
    Limit(LimitExceeded),
}

impl Merger<'_> {
    /// The directory that a clean path names, links followed. With `create`, missing directories are implied.
    pub(super) fn folder(&mut self, path: &[u8], create: Option<u16>) -> Result<u32, Unreachable> {
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
                    self.followed = true;
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
}

pub(super) fn hash(parent: u32, name: &[u8]) -> u64 {
    xxh3_64_with_seed(name, u64::from(parent))
}

pub(super) fn find(tree: &FileTree, index: &HashMap<u64, u32>, parent: u32, name: &[u8]) -> Option<u32> {
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
