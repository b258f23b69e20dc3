//! What rows are sorted by.

use std::cmp::Ordering;

use crate::layer::node::{Node, NodeKind};
use crate::layer::tree::FileTree;

/// What rows are sorted by: siblings in an outline, all rows in a flat list. Equal ones follow by name in an outline,
/// by path in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    /// By the bytes of the name; in an outline directories come first.
    #[default]
    Name,
    /// By the bytes of each component of the path, so that what is in a directory follows it.
    Path,
    /// Bytes at and below.
    Size,
    /// Time of last change.
    Mtime,
    /// Permission bits, as a number.
    Mode,
    /// Number of the owner, then of the group.
    Owner,
    /// Position of the layer that wrote it.
    Layer,
    /// Unchanged, added, modified, removed.
    Change,
}

impl SortKey {
    /// Every key with its name.
    pub const ALL: [(&'static str, Self); 8] = [
        ("name", Self::Name),
        ("path", Self::Path),
        ("size", Self::Size),
        ("mtime", Self::Mtime),
        ("mode", Self::Mode),
        ("owner", Self::Owner),
        ("layer", Self::Layer),
        ("change", Self::Change),
    ];

    /// The key of that name: `name`, `path`, `size`, `mtime`, `mode`, `owner`, `layer` or `change`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, key)| key)
    }

    /// What a node is compared by before its name.
    fn value(self, node: Node<'_>) -> (u64, u32) {
        let row = node.row();
        match self {
            Self::Name => (u64::from(node.kind() != NodeKind::Directory), 0),
            Self::Path => (0, 0),
            Self::Size => (node.total_size(), 0),
            Self::Mtime => row.map_or((0, 0), |row| {
                let mtime = row.mtime();
                // Flipping the sign bit makes the order of signed numbers that of unsigned ones.
                ((mtime.secs as u64) ^ (1 << 63), mtime.nanos)
            }),
            Self::Mode => (u64::from(node.mode()), 0),
            Self::Owner => (u64::from(node.uid()) << 32 | u64::from(node.gid()), 0),
            Self::Layer => (u64::from(node.layer()), 0),
            Self::Change => (node.change() as u64, 0),
        }
    }
}

/// How rows are sorted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Order {
    pub(super) key: SortKey,
    pub(super) descending: bool,
}

/// What a row is sorted by. It is looked up once: a comparison would look up two.
struct Entry<'a> {
    value: (u64, u32),
    name: &'a [u8],
    /// Where it stood before.
    at: u32,
    id: u32,
}

impl Order {
    /// By name, and nothing else.
    pub(super) const NAMES: Self = Self { key: SortKey::Path, descending: false };

    /// Sorts siblings: by the value, then by the name.
    pub(super) fn siblings(self, tree: &FileTree, ids: &mut [u32]) {
        self.sort(ids, |id| (self.key.value(Node { tree, id }), tree.name(id)));
    }

    /// Sorts nodes from anywhere, which are in the order of their paths.
    pub(super) fn list(self, tree: &FileTree, ids: &mut [u32]) {
        match self.key {
            SortKey::Name => self.sort(ids, |id| ((0, 0), tree.name(id))),
            SortKey::Path if self.descending => ids.reverse(),
            SortKey::Path => {}
            key => self.sort(ids, |id| (key.value(Node { tree, id }), &[])),
        }
    }

    /// Sorts by value, then by name, then as it was. Names go the other way too when names were asked for.
    fn sort<'t>(self, ids: &mut [u32], by: impl Fn(u32) -> ((u64, u32), &'t [u8])) {
        let mut entries: Vec<Entry<'t>> = Vec::with_capacity(ids.len());
        entries.extend((0..).zip(&*ids).map(|(at, &id)| {
            let (value, name) = by(id);
            Entry { value, name, at, id }
        }));
        sort_entries(&mut entries, self);
        ids.iter_mut().zip(entries).for_each(|(slot, entry)| *slot = entry.id);
    }
}

/// Apart from what differs between lists, so that the sort is there once.
fn sort_entries(entries: &mut [Entry<'_>], Order { key, descending }: Order) {
    let turned = |order: Ordering, turn: bool| if turn { order.reverse() } else { order };
    let by_name = matches!(key, SortKey::Name | SortKey::Path);
    entries.sort_unstable_by(|a, b| {
        turned(a.value.cmp(&b.value), descending)
            .then_with(|| turned(a.name.cmp(b.name), descending && by_name))
            .then_with(|| a.at.cmp(&b.at))
    });
}
