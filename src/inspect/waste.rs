//! What of an image is of no use: bytes that are stored, and that no container sees or that it has twice.
//!
//! Bytes are those of regular files' contents, unpacked. A copy is one entry of one layer with its contents; further names of
//! it, hard links, cost nothing. Of every copy exactly one of these is true:
//!
//! - **overwritten**: the last of its names was taken, and something else stands at that name once the layer that took it is
//!   done. That layer may be its own, which wrote the path twice. Where only the mode, owner or time was to change, the layer
//!   stores the contents again: such a copy is `unchanged`.
//! - **removed**: the last of its names was taken, by a deletion mark, an opaque folder, or because a file or link took the
//!   place of a folder around it, and nothing stands at that name. So is, by its own layer, what never had a place in a tree,
//!   such as an entry whose name climbs out of the root or contents in a deletion mark.
//! - **duplicate**: the merged tree has it, and another copy with equal contents that counts instead: the one of the lowest
//!   layer, there the first. Contents are equal by SHA-256 where both have been hashed so, else by their size and XXH3 with 128
//!   bits.
//! - of use: all others.
//!
//! So a file of which one name was removed is no waste as long as another name leads to it. Empty files weigh nothing and are
//! no items. Making all layers one frees what is overwritten and removed, exactly; duplicates stay.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use crate::image::ImageConfig;
use crate::json::size;
use crate::layer::{Fate, FileTable, FileTree, Row, fates};
use crate::limits::{LimitExceeded, Limits};

/// Why bytes of a layer are of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WasteKind {
    /// A later layer, or a later entry of the same layer, wrote the path again.
    Overwritten,
    /// A later layer deleted it.
    Removed,
    /// The merged tree holds the same contents under another path as well.
    Duplicate,
}

/// One copy of a file that is of no use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WasteItem {
    /// Why.
    pub kind: WasteKind,
    /// Its path in the tree, lossily converted: of several names the one that was taken last.
    pub path: String,
    /// Position of the layer that holds it.
    pub layer: u16,
    /// Bytes of its contents, which would be free without it; never 0.
    #[serde(serialize_with = "size::serialize")]
    pub bytes: u64,
    /// Position of the layer that overwrote or deleted it; for a duplicate, of the layer that holds the copy which counts.
    pub by: u16,
    /// For a duplicate: path of the copy which counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// For an overwritten file: the contents that stand there once the layer is done are the same.
    pub unchanged: bool,
}

/// What of one layer is of no use, and what it made useless in others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerWaste {
    /// Position in the image's layers.
    pub layer: u16,
    /// The command that made the layer, where the history tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Bytes of contents in it.
    #[serde(serialize_with = "size::serialize")]
    pub content_size: u64,
    /// Of them, those that are overwritten.
    #[serde(serialize_with = "size::serialize")]
    pub overwritten: u64,
    /// Those that are deleted later.
    #[serde(serialize_with = "size::serialize")]
    pub removed: u64,
    /// Those that are there once more.
    #[serde(serialize_with = "size::serialize")]
    pub duplicate: u64,
    /// Bytes, in any layer, that this layer overwrote or deleted.
    #[serde(serialize_with = "size::serialize")]
    pub caused: u64,
}

/// The waste of an image. No copy is counted twice: the kinds add up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Waste {
    /// Bytes of contents in all layers.
    #[serde(serialize_with = "size::serialize")]
    pub content_size: u64,
    /// Of them, those that are overwritten.
    #[serde(serialize_with = "size::serialize")]
    pub overwritten: u64,
    /// Those that are deleted.
    #[serde(serialize_with = "size::serialize")]
    pub removed: u64,
    /// Those that are there once more.
    #[serde(serialize_with = "size::serialize")]
    pub duplicate: u64,
    /// All three together.
    #[serde(serialize_with = "size::serialize")]
    pub wasted: u64,
    /// Bytes of contents that are left when all layers are made one: duplicates stay.
    #[serde(serialize_with = "size::serialize")]
    pub squashed: u64,
    /// All layers, the lowest first.
    pub layers: Vec<LayerWaste>,
    /// The largest first; of equal ones by layer and place in it.
    pub items: Vec<WasteItem>,
    /// Items beyond the limit `wasteItems`.
    #[serde(serialize_with = "size::serialize")]
    pub more_items: u64,
    /// Their bytes.
    #[serde(serialize_with = "size::serialize")]
    pub more_bytes: u64,
}

/// A copy of no use, before it is told.
struct Found {
    kind: WasteKind,
    layer: u16,
    row: u32,
    bytes: u64,
    by: u16,
    /// The name in the tree; none for what never had one.
    node: Option<u32>,
    /// The name of the copy that counts.
    same_as: Option<u32>,
    unchanged: bool,
}

/// A copy that the merged tree has.
struct Kept<'t> {
    layer: u16,
    node: u32,
    row: Row<'t>,
}

/// Finds the waste of an image from the tables that scans of its layers left, bottom first. The config tells the commands.
///
/// # Errors
/// There are more layers than the limit `layers` allows.
///
/// ```
/// use std::sync::Arc;
/// use layerglass::inspect::waste::waste;
/// use layerglass::layer::{ContentHash, LayerScan};
/// # use layerglass::tar::{Entry, EntryKind, Writer};
/// # let limits = Default::default();
/// # let table = |files: &[(&str, &str)]| {
/// #     let (mut writer, mut tar) = (Writer::new(Default::default()), Vec::new());
/// #     for (path, contents) in files {
/// #         let mut entry = Entry::new(*path, EntryKind::File);
/// #         entry.size = contents.len() as u64;
/// #         tar.extend_from_slice(writer.entry(&entry).unwrap());
/// #         writer.contents(entry.size).unwrap();
/// #         tar.extend(contents.as_bytes());
/// #         tar.extend_from_slice(writer.padding().unwrap());
/// #     }
/// #     tar.extend_from_slice(writer.finish().unwrap());
/// #     let mut scan = LayerScan::new(ContentHash::Xxh3, &limits);
/// #     scan.push(&tar);
/// #     Arc::new(scan.finish().table)
/// # };
/// let layers = [
///     table(&[("etc/motd", "hello"), ("tmp/archive", "0123456789"), ("a", "same")]),
///     table(&[("etc/motd", "hello!"), ("tmp/.wh.archive", ""), ("b", "same")]),
/// ];
/// let waste = waste(&layers, None, &limits)?;
/// assert_eq!((waste.overwritten, waste.removed, waste.duplicate), (5, 10, 4));
/// assert_eq!((waste.content_size, waste.squashed), (29, 14));
/// assert_eq!(waste.layers[1].caused, 15);
/// assert_eq!(waste.items[0].path, "tmp/archive");
/// # Ok::<(), layerglass::limits::LimitExceeded>(())
/// ```
pub fn waste(
    layers: &[Arc<FileTable>],
    config: Option<&ImageConfig>,
    limits: &Limits,
) -> Result<Waste, LimitExceeded> {
    let (tree, fates) = fates(layers, limits)?;
    let mut waste = Waste { layers: by_layer(layers.len(), config), ..Waste::default() };
    let (mut found, mut kept) = (Vec::new(), Vec::new());
    for fate in &fates {
        let table = tree.tables().get(usize::from(fate.layer));
        let Some(row) = table.and_then(|table| table.row(fate.row)) else { continue };
        let (layer, bytes) = (fate.layer, row.size());
        if let Some(holder) = waste.layers.get_mut(usize::from(layer)) {
            holder.content_size = holder.content_size.saturating_add(bytes);
        }
        let (kind, node, by, unchanged) = match fate.fate {
            Fate::Kept { node } => {
                kept.push(Kept { layer, node, row });
                continue;
            }
            Fate::Overwritten { node, by, unchanged } => (WasteKind::Overwritten, Some(node), by, unchanged),
            Fate::Removed { node, by } => (WasteKind::Removed, Some(node), by, false),
            Fate::Unplaced => (WasteKind::Removed, None, layer, false),
        };
        found.push(Found { kind, layer, row: fate.row, bytes, by, node, same_as: None, unchanged });
    }
    duplicates(&kept, &mut found);
    found.retain(|found| found.bytes > 0);
    waste.sum(&found);
    found.sort_by_key(|found| (std::cmp::Reverse(found.bytes), found.layer, found.row));
    let told = found.len().min(limits.waste_items as usize);
    for rest in found.drain(told..) {
        waste.more_items += 1;
        waste.more_bytes = waste.more_bytes.saturating_add(rest.bytes);
    }
    waste.items = found.iter().map(|found| found.item(&tree)).collect();
    Ok(waste)
}

/// The layers with their commands.
fn by_layer(count: usize, config: Option<&ImageConfig>) -> Vec<LayerWaste> {
    let history = config.map(ImageConfig::history).unwrap_or_default();
    let steps = config.map(ImageConfig::layer_history).unwrap_or_default();
    let command = |layer: u16| {
        let step = steps.get(usize::from(layer)).copied().flatten();
        let command = step.and_then(|step| history.get(step)).map(|entry| entry.created_by.clone());
        command.filter(|command| !command.is_empty())
    };
    (0..)
        .take(count)
        .map(|layer| LayerWaste { layer, command: command(layer), ..Default::default() })
        .collect()
}

/// Of equal contents all copies but the first. Copies come by layer and row.
fn duplicates(kept: &[Kept<'_>], found: &mut Vec<Found>) {
    let mut by_sha256: HashMap<(u64, [u8; 32]), &Kept<'_>> = HashMap::new();
    // The first of each hash, and the first that has no SHA-256.
    let (mut by_xxh3, mut unsure) = (HashMap::new(), HashMap::new());
    for copy in kept.iter().filter(|copy| copy.row.size() > 0) {
        let size = copy.row.size();
        // What has no hash is like nothing else.
        let Some(hash) = copy.row.xxh3().map(|hash| (size, hash)) else { continue };
        let first = match copy.row.sha256() {
            Some(sha256) => by_sha256.get(&(size, sha256)).or_else(|| unsure.get(&hash)).copied(),
            None => by_xxh3.get(&hash).copied(),
        };
        let Some(first) = first else {
            by_xxh3.entry(hash).or_insert(copy);
            match copy.row.sha256() {
                Some(sha256) => by_sha256.insert((size, sha256), copy),
                None => unsure.insert(hash, copy),
            };
            continue;
        };
        found.push(Found {
            kind: WasteKind::Duplicate,
            layer: copy.layer,
            row: copy.row.index(),
            bytes: copy.row.size(),
            by: first.layer,
            node: Some(copy.node),
            same_as: Some(first.node),
            unchanged: false,
        });
    }
}

impl Waste {
    /// Adds everything up.
    fn sum(&mut self, found: &[Found]) {
        for copy in found {
            if let Some(holder) = self.layers.get_mut(usize::from(copy.layer)) {
                let sum = match copy.kind {
                    WasteKind::Overwritten => &mut holder.overwritten,
                    WasteKind::Removed => &mut holder.removed,
                    WasteKind::Duplicate => &mut holder.duplicate,
                };
                *sum = sum.saturating_add(copy.bytes);
            }
            if copy.kind != WasteKind::Duplicate
                && let Some(cause) = self.layers.get_mut(usize::from(copy.by))
            {
                cause.caused = cause.caused.saturating_add(copy.bytes);
            }
        }
        let total =
            |bytes: fn(&LayerWaste) -> u64| self.layers.iter().map(bytes).fold(0, u64::saturating_add);
        let content_size = total(|layer| layer.content_size);
        let (overwritten, removed) = (total(|layer| layer.overwritten), total(|layer| layer.removed));
        let duplicate = total(|layer| layer.duplicate);
        let gone = overwritten.saturating_add(removed);
        (self.content_size, self.overwritten, self.removed) = (content_size, overwritten, removed);
        (self.duplicate, self.wasted) = (duplicate, gone.saturating_add(duplicate));
        self.squashed = content_size.saturating_sub(gone);
    }
}

impl Found {
    fn item(&self, tree: &FileTree) -> WasteItem {
        let text = |path: Vec<u8>| String::from_utf8_lossy(&path).into_owned();
        let name = |node: Option<u32>| node.and_then(|node| tree.node(node)).map(|node| text(node.path()));
        let table = tree.tables().get(usize::from(self.layer));
        let own = || table.and_then(|table| table.row(self.row)).map_or(&[][..], Row::path).to_vec();
        WasteItem {
            kind: self.kind,
            path: name(self.node).unwrap_or_else(|| text(own())),
            layer: self.layer,
            bytes: self.bytes,
            by: self.by,
            same_as: name(self.same_as),
            unchanged: self.unchanged,
        }
    }
}
