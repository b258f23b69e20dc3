//! What became of one path, layer by layer.

use std::sync::Arc;

use serde::Serialize;

use super::merge::Merger;
use super::node::{Change, NodeKind};
use super::path::clean_path;
use super::table::{FileTable, Row, RowKind};
use super::tree::FileTree;
use crate::json::size;
use crate::limits::{LimitExceeded, Limits};

/// Where the contents of a file are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct FileSource {
    /// Which of the layers, counted from the lowest.
    pub layer: usize,
    /// Which entry of the layer's tar, counted from 0; see [`FileTable::row`].
    pub entry: u32,
}

/// What one layer did to a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileVersion {
    /// The layer, counted from the lowest.
    pub layer: usize,
    /// What it did.
    pub change: Change,
    /// The layer itself wrote something else there later: no container ever saw this.
    pub overwritten: bool,
    /// What there was then; nothing when it was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<NodeKind>,
    /// Bytes of the contents.
    #[serde(serialize_with = "size::serialize")]
    pub size: u64,
    /// Permission, set-id and sticky bits.
    pub mode: u32,
    /// Owner's number.
    pub uid: u32,
    /// Group's number.
    pub gid: u32,
    /// Seconds since 1970 of its last change.
    pub mtime: i64,
    /// SHA-256 of the contents in hex, if the scan computed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Where the contents of a regular file are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<FileSource>,
}

/// What the layers did to a path, the lowest first: the versions of a file, those included that upper layers replaced or
/// removed.
///
/// Links in the folder part are followed as they lay then; what the path ends in is not followed.
///
/// # Errors
/// There are more layers than the limit `layers` allows.
///
/// ```
/// use std::sync::Arc;
/// use layerglass::layer::{Change, ContentHash, LayerScan, versions};
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
/// let versions = versions(&layers, b"/etc/motd", &limits)?;
/// let changes: Vec<_> = versions.iter().map(|version| (version.layer, version.change)).collect();
/// assert_eq!(changes, [(0, Change::Added), (2, Change::Removed)]);
/// # Ok::<(), layerglass::limits::LimitExceeded>(())
/// ```
pub fn versions(
    layers: &[Arc<FileTable>],
    path: &[u8],
    limits: &Limits,
) -> Result<Vec<FileVersion>, LimitExceeded> {
    let limit = limits.layers.min(u32::from(u16::MAX));
    LimitExceeded::check("layers", u64::from(limit), layers.len() as u64)?;
    let clean = clean_path(path).unwrap_or_default();
    let mut merger = Merger::new(layers, u16::MAX, limits);
    let mut versions = Vec::new();
    let mut before = FileTree::NONE;
    for (layer, table) in layers.iter().enumerate() {
        merger.apply(layer as u16);
        let tree = &merger.tree;
        let node = tree.find(path, limits.symlinks);
        let now = node.map_or(FileTree::NONE, |node| tree.data(node.id()).current);
        let inode = tree.inode(now);
        let is_own = |row: Row<'_>| {
            inode.is_some_and(|inode| usize::from(inode.layer) == layer && inode.row == row.index())
        };
        let earlier = table.rows().filter(|row| {
            row.is_placed() && row.whiteout().is_none() && *row.path() == *clean && !is_own(*row)
        });
        for row in earlier.filter(|row| row.kind() == RowKind::File) {
            let kind = Some(NodeKind::File);
            let change = if before == FileTree::NONE { Change::Added } else { Change::Modified };
            versions.push(version(layer, change, kind, Some(row), Some(layer)).overwritten());
        }
        let change = match (before != FileTree::NONE, now != FileTree::NONE) {
            (false, true) => Change::Added,
            (true, false) => Change::Removed,
            (true, true) if before != now => Change::Modified,
            _ => continue,
        };
        before = now;
        let row = inode.and_then(|inode| tree.inode_row(inode));
        let stored = inode.map(|inode| usize::from(inode.layer));
        versions.push(version(layer, change, inode.map(|inode| inode.kind), row, stored));
    }
    Ok(versions)
}

fn version(
    layer: usize,
    change: Change,
    kind: Option<NodeKind>,
    row: Option<Row<'_>>,
    stored: Option<usize>,
) -> FileVersion {
    let file = row.filter(|row| row.kind() == RowKind::File);
    let hex = |hash: [u8; 32]| hash.iter().map(|byte| format!("{byte:02x}")).collect();
    FileVersion {
        layer,
        change,
        overwritten: false,
        kind,
        size: file.map_or(0, Row::size),
        mode: row.map_or(0, Row::mode),
        uid: row.map_or(0, Row::uid),
        gid: row.map_or(0, Row::gid),
        mtime: row.map_or(0, |row| row.mtime().secs),
        sha256: file.and_then(Row::sha256).map(hex),
        source: file.zip(stored).map(|(row, layer)| FileSource { layer, entry: row.index() }),
    }
}

impl FileVersion {
    fn overwritten(self) -> Self {
        Self { overwritten: true, ..self }
    }
}
