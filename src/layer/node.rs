//! One path of a file tree.

use std::collections::BTreeSet;

use serde::Serialize;

use super::table::{Row, RowKind};
use super::tree::FileTree;

/// What kind of thing a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    /// Regular file; hard links are files too.
    File,
    /// Directory.
    Directory,
    /// Symbolic link.
    Symlink,
    /// Character device.
    Char,
    /// Block device.
    Block,
    /// Named pipe.
    Fifo,
}

impl NodeKind {
    /// The kind that a row makes; `None` for links to other rows and for what engines skip.
    pub(super) fn of(kind: RowKind) -> Option<Self> {
        Some(match kind {
            RowKind::File => Self::File,
            RowKind::Directory => Self::Directory,
            RowKind::Symlink => Self::Symlink,
            RowKind::CharDevice => Self::Char,
            RowKind::BlockDevice => Self::Block,
            RowKind::Fifo => Self::Fifo,
            RowKind::HardLink | RowKind::Other => return None,
        })
    }
}

/// What the last layer of a tree did to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Nothing.
    Unchanged,
    /// It was not there before.
    Added,
    /// It was written again; [`Node::aspects`] says what differs.
    Modified,
    /// It is gone.
    Removed,
}

/// A way in which a modified path differs from before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Aspect {
    /// Another kind of thing.
    Type,
    /// Other bytes.
    Contents,
    /// Another number of bytes.
    Size,
    /// Other permission bits.
    Mode,
    /// Another owner or group.
    Owner,
    /// Another time of last change.
    Time,
    /// Other extended attributes.
    Xattrs,
    /// Another link target or device number.
    Target,
}

/// How the contents of a modified file compare with those of before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contents {
    /// Equal by SHA-256.
    Same,
    /// Equal by XXH3 with 128 bits.
    ProbablySame,
    /// Not equal.
    Different,
    /// One of the two has no hash.
    Unknown,
}

/// One path of a [`FileTree`].
#[derive(Clone, Copy)]
pub struct Node<'a> {
    pub(super) tree: &'a FileTree,
    pub(super) id: u32,
}

impl<'a> Node<'a> {
    /// Its number within the tree; the root is 0.
    pub fn id(self) -> u32 {
        self.id
    }

    /// The directory that holds it; the root holds itself.
    pub fn parent(self) -> Node<'a> {
        Node { id: self.tree.data(self.id).parent, ..self }
    }

    /// Its last component.
    pub fn name(self) -> &'a [u8] {
        self.tree.name(self.id)
    }

    /// Its path from the root, without a leading slash.
    pub fn path(self) -> Vec<u8> {
        let mut parts = Vec::new();
        let mut node = self;
        while node.id != FileTree::ROOT {
            parts.push(node.name());
            node = node.parent();
        }
        parts.reverse();
        parts.join(&b'/')
    }

    /// Is it there after the last layer?
    pub fn is_present(self) -> bool {
        self.tree.data(self.id).current != FileTree::NONE
    }

    /// What it is; for a removed path, what it was.
    pub fn kind(self) -> NodeKind {
        self.inode().map_or(NodeKind::Directory, |inode| inode.kind)
    }

    /// The row of the layer's table that its attributes come from; `None` for a directory that no layer lists.
    pub fn row(self) -> Option<Row<'a>> {
        self.inode().and_then(|inode| self.tree.inode_row(inode))
    }

    /// Position of the layer that wrote it last; for a removed path, of the one that had written it. In the tree of a
    /// [comparison](super::TreeComparison) it is counted in the image that the path is of: the first one's for a removed
    /// path, else the second one's.
    pub fn layer(self) -> u16 {
        let layer = self.inode().map_or(0, |inode| inode.layer);
        layer.checked_sub(self.tree.compared).unwrap_or(layer)
    }

    /// Permission, set-id and sticky bits; 0o755 for a directory that no layer lists.
    pub fn mode(self) -> u32 {
        self.row().map_or(0o755, Row::mode)
    }

    /// Owner's number; 0 for a directory that no layer lists.
    pub fn uid(self) -> u32 {
        self.row().map_or(0, Row::uid)
    }

    /// Group's number; 0 for a directory that no layer lists.
    pub fn gid(self) -> u32 {
        self.row().map_or(0, Row::gid)
    }

    /// Owner's name, often empty.
    pub fn owner(self) -> &'a [u8] {
        self.row().map_or(&[], Row::owner)
    }

    /// Group's name, often empty.
    pub fn group(self) -> &'a [u8] {
        self.row().map_or(&[], Row::group)
    }

    /// Names that share its contents.
    pub fn links(self) -> u32 {
        self.inode().map_or(1, |inode| inode.links.max(1))
    }

    /// Bytes of all regular files at and below it; a file with several names counts once for each.
    pub fn total_size(self) -> u64 {
        self.tree.total_size(self.id)
    }

    /// What the last layer did to it.
    pub fn change(self) -> Change {
        let data = self.tree.data(self.id);
        match (data.before != FileTree::NONE, data.current != FileTree::NONE) {
            (true, false) => Change::Removed,
            (false, true) => Change::Added,
            (true, true) if data.before != data.current => Change::Modified,
            _ => Change::Unchanged,
        }
    }

    /// What differs from before, for a modified path. Empty when it was written again just as it was.
    pub fn aspects(self) -> Vec<Aspect> {
        let mut aspects = Vec::new();
        let data = self.tree.data(self.id);
        let kind = |inode| self.tree.inode(inode).map(|inode| inode.kind);
        if self.change() == Change::Modified && kind(data.before) != kind(data.current) {
            aspects.push(Aspect::Type);
        }
        let Some((before, now)) = self.versions() else { return aspects };
        aspects.extend(row_aspects(before, now));
        aspects
    }

    /// For a modified regular file: how its contents compare with those of before.
    pub fn contents(self) -> Option<Contents> {
        let (before, now) = self.versions()?;
        row_contents(before, now)
    }

    fn versions(self) -> Option<(Row<'a>, Row<'a>)> {
        let data = self.tree.data(self.id);
        let row = |inode| self.tree.inode(inode).and_then(|inode| self.tree.inode_row(inode));
        if self.change() == Change::Modified { Some((row(data.before)?, row(data.current)?)) } else { None }
    }

    fn inode(self) -> Option<&'a super::tree::Inode> {
        let data = self.tree.data(self.id);
        self.tree.inode(if data.current == FileTree::NONE { data.before } else { data.current })
    }
}

/// How the contents of two entries compare, if both are regular files.
pub(super) fn row_contents(before: Row<'_>, now: Row<'_>) -> Option<Contents> {
    if before.kind() != RowKind::File || now.kind() != RowKind::File {
        return None;
    }
    if before.size() != now.size() {
        return Some(Contents::Different);
    }
    if let (Some(before), Some(now)) = (before.sha256(), now.sha256()) {
        return Some(if before == now { Contents::Same } else { Contents::Different });
    }
    Some(match (before.xxh3(), now.xxh3()) {
        (Some(before), Some(now)) if before == now => Contents::ProbablySame,
        (Some(_), Some(_)) => Contents::Different,
        _ => Contents::Unknown,
    })
}

/// In what two entries differ, but for their kind.
pub(super) fn row_aspects(before: Row<'_>, now: Row<'_>) -> Vec<Aspect> {
    let other_contents = matches!(row_contents(before, now), Some(Contents::Different | Contents::Unknown));
    let checks = [
        (other_contents, Aspect::Contents),
        (before.size() != now.size(), Aspect::Size),
        (before.mode() != now.mode(), Aspect::Mode),
        ((before.uid(), before.gid()) != (now.uid(), now.gid()), Aspect::Owner),
        (before.mtime() != now.mtime(), Aspect::Time),
        (!same_xattrs(before, now), Aspect::Xattrs),
        ((before.link(), before.device()) != (now.link(), now.device()), Aspect::Target),
    ];
    checks.into_iter().filter(|(differs, _)| *differs).map(|(_, aspect)| aspect).collect()
}

fn same_xattrs(before: Row<'_>, now: Row<'_>) -> bool {
    fn sorted(row: Row<'_>) -> BTreeSet<(&[u8], &[u8])> {
        let mut set = BTreeSet::new();
        set.extend(row.xattrs());
        set
    }
    sorted(before) == sorted(now)
}
