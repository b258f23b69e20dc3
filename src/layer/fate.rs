//! What became of every copy of a file: whether it is still there, and who took it away.

use std::sync::Arc;

use super::merge::Merger;
use super::node::{Contents, NodeKind, row_contents};
use super::table::{FileTable, RowKind};
use super::tree::FileTree;
use crate::limits::{LimitExceeded, Limits};

/// What became of a copy of a file. Layers are positions, counted from the lowest; nodes are numbers in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// The merged tree still has it, under this name and perhaps more.
    Kept {
        /// The name: that of the copy's own entry, as long as it is there.
        node: u32,
    },
    /// The last of its names was taken, and something else stands there since.
    Overwritten {
        /// The name.
        node: u32,
        /// The layer that took it: an upper one, or its own by a later entry.
        by: u16,
        /// What stands there since is a file of the same contents.
        unchanged: bool,
    },
    /// The last of its names was taken, and nothing stands there.
    Removed {
        /// The name.
        node: u32,
        /// The layer that took it.
        by: u16,
    },
    /// It was never in a tree: its name climbs out of the root, is a deletion mark or bookkeeping, or cannot be reached.
    Unplaced,
}

/// One copy of a file, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileFate {
    /// The layer that holds it.
    pub layer: u16,
    /// The row of the layer's table.
    pub row: u32,
    /// What became of it.
    pub fate: Fate,
}

/// Lays layers one over the other, bottom first, and tells what became of every regular file in them, by layer and row.
///
/// A file is gone when all its names are; that counts which was taken last, and of several that one layer took the one of the
/// file's own entry. Whether something stands at the name is asked when that layer is done: a file that was deleted and written
/// again by the same layer was overwritten.
///
/// # Errors
/// There are more layers than the limit `layers` allows.
///
/// ```
/// use std::sync::Arc;
/// use layerglass::layer::{ContentHash, Fate, LayerScan, fates};
/// # use layerglass::tar::{Entry, EntryKind, Writer};
/// # let limits = Default::default();
/// # let table = |path: &str| {
/// #     let mut writer = Writer::new(Default::default());
/// #     let mut tar = writer.entry(&Entry::new(path, EntryKind::File)).unwrap().to_vec();
/// #     tar.extend(writer.finish().unwrap());
/// #     let mut scan = LayerScan::new(ContentHash::Xxh3, &limits);
/// #     scan.push(&tar);
/// #     Arc::new(scan.finish().table)
/// # };
/// let layers = [table("etc/motd"), table("bin/sh"), table("etc/.wh.motd")];
/// let (tree, fates) = fates(&layers, &limits)?;
/// let Fate::Removed { node, by } = fates[0].fate else { panic!("{:?}", fates[0]) };
/// assert_eq!((tree.node(node).unwrap().path(), by), (b"etc/motd".to_vec(), 2));
/// assert!(matches!(fates[1].fate, Fate::Kept { .. }));
/// # Ok::<(), layerglass::limits::LimitExceeded>(())
/// ```
pub fn fates(layers: &[Arc<FileTable>], limits: &Limits) -> Result<(FileTree, Vec<FileFate>), LimitExceeded> {
    let limit = limits.layers.min(u32::from(u16::MAX));
    LimitExceeded::check("layers", u64::from(limit), layers.len() as u64)?;
    let mut merger = Merger::new(layers, u16::MAX, limits);
    merger.fates = Some(FateLog::default());
    for layer in 0..layers.len() {
        merger.apply(layer as u16);
    }
    let log = merger.fates.take().unwrap_or_default();
    let tree = merger.finish();
    let fates = log.finish(&tree);
    Ok((tree, fates))
}

/// The life of an inode so far.
#[derive(Clone, Copy)]
struct Life {
    /// Its first name, which is that of its entry.
    first: u32,
    /// The layer that took that name, the last time.
    first_lost: u16,
    /// The name that was taken last.
    last: u32,
    end: Option<Fate>,
}

const UNNAMED: Life = Life { first: FileTree::NONE, first_lost: u16::MAX, last: FileTree::NONE, end: None };

/// Keeps book of names while layers are merged.
#[derive(Default)]
pub(super) struct FateLog {
    layer: u16,
    /// By inode.
    lives: Vec<Life>,
    /// Inodes that lost a name in this layer.
    touched: Vec<u32>,
}

impl FateLog {
    pub(super) fn begin(&mut self, layer: u16) {
        self.layer = layer;
        self.touched.clear();
    }

    /// A name leads to the inode from now on.
    pub(super) fn named(&mut self, inode: u32, node: u32) {
        let life = self.life(inode);
        if life.first == FileTree::NONE {
            life.first = node;
        }
    }

    /// A name leads to the inode no longer.
    pub(super) fn lost(&mut self, inode: u32, node: u32) {
        let layer = self.layer;
        let life = self.life(inode);
        if life.first == node {
            life.first_lost = layer;
        }
        life.last = node;
        self.touched.push(inode);
    }

    /// The layer is done: decides on what has no name any more.
    pub(super) fn settle(&mut self, tree: &FileTree) {
        let by = self.layer;
        for inode in std::mem::take(&mut self.touched) {
            let gone = tree.inode(inode).filter(|inode| inode.links == 0 && inode.kind == NodeKind::File);
            let Some(gone) = gone else { continue };
            let life = self.life(inode);
            let node = if life.first_lost == by { life.first } else { life.last };
            let successor = tree.inode(tree.data(node).current);
            life.end = Some(match successor {
                None => Fate::Removed { node, by },
                Some(successor) => {
                    let rows = tree.inode_row(gone).zip(tree.inode_row(successor));
                    let contents = rows.and_then(|(before, now)| row_contents(before, now));
                    let unchanged = matches!(contents, Some(Contents::Same | Contents::ProbablySame));
                    Fate::Overwritten { node, by, unchanged }
                }
            });
        }
    }

    fn life(&mut self, inode: u32) -> &mut Life {
        let at = inode as usize;
        if self.lives.len() <= at {
            self.lives.resize(at + 1, UNNAMED);
        }
        &mut self.lives[at]
    }

    fn finish(mut self, tree: &FileTree) -> Vec<FileFate> {
        // By inode: the name that it is told by. Its own goes first.
        let mut names = vec![FileTree::NONE; tree.inodes.len()];
        for (node, data) in (0..).zip(&tree.nodes) {
            let Some(name) = names.get_mut(data.current as usize) else { continue };
            let is_own = self.lives.get(data.current as usize).is_some_and(|life| life.first == node);
            if *name == FileTree::NONE || is_own {
                *name = node;
            }
        }
        // Inodes came about in the order of layers and rows.
        let mut inodes = (0..).zip(&tree.inodes).filter(|(_, inode)| inode.row != FileTree::NONE).peekable();
        let mut fates = Vec::new();
        for (layer, table) in (0..).zip(&tree.tables) {
            for row in table.rows().filter(|row| row.kind() == RowKind::File) {
                let place = (layer, row.index());
                while inodes.next_if(|(_, inode)| (inode.layer, inode.row) < place).is_some() {}
                let own = inodes.next_if(|(_, inode)| (inode.layer, inode.row) == place);
                let fate = own.map(|(inode, data): (u32, _)| match names.get(inode as usize) {
                    Some(&node) if data.links > 0 && node != FileTree::NONE => Fate::Kept { node },
                    _ => self.life(inode).end.unwrap_or(Fate::Unplaced),
                });
                fates.push(FileFate { layer, row: row.index(), fate: fate.unwrap_or(Fate::Unplaced) });
            }
        }
        fates
    }
}
