//! Laws of waste, over random layers, real images and many files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use layerglass::inspect::usage::{UsageKey, UsageNode, usage};
use layerglass::inspect::waste::{WasteKind, waste};
use layerglass::layer::{
    ContentHash, FileTable, FileTree, LayerScan, NodeKind, Squash, SquashError, SquashOptions, SquashReport,
};
use layerglass::limits::Limits;
use proptest::prelude::*;

use super::build::Tar;
use super::random::layer;

fn table(tar: &[u8]) -> Arc<FileTable> {
    let mut scan = LayerScan::new(ContentHash::Sha256, &Limits::default());
    scan.push(tar);
    Arc::new(scan.finish().table)
}

/// What squashing really writes.
fn squashed(layers: &[Vec<u8>], tables: &[Arc<FileTable>]) -> SquashReport {
    let mut squash =
        Squash::new(tables, 0..tables.len(), &SquashOptions::default(), &Limits::default()).unwrap();
    let mut take = |_: &[u8]| Ok::<(), SquashError>(());
    while let Some(layer) = squash.next_layer().unwrap() {
        squash.push(&layers[layer], &mut take).unwrap();
    }
    squash.finish(&mut take).unwrap()
}

/// Bytes that a tree has more than once: each distinct file, by its contents.
fn twice(tree: &FileTree) -> u64 {
    let (mut seen, mut copies) = (BTreeSet::new(), BTreeMap::<[u8; 32], (u64, u64)>::new());
    for node in tree.nodes().filter(|node| node.is_present() && node.kind() == NodeKind::File) {
        let row = node.row().unwrap();
        if seen.insert((node.layer(), row.index())) {
            let known = copies.entry(row.sha256().unwrap()).or_insert((row.size(), 0));
            known.1 += 1;
        }
    }
    copies.values().map(|(size, count)| size * (count - 1)).sum()
}

fn adds_up(node: &UsageNode) -> usize {
    if !node.children.is_empty() {
        assert_eq!(node.bytes, node.children.iter().map(|child| child.bytes).sum::<u64>(), "{node:?}");
        assert_eq!(node.files, node.children.iter().map(|child| child.files).sum::<u32>(), "{node:?}");
        let told: Vec<u64> =
            node.children.iter().filter(|child| child.name.is_some()).map(|child| child.bytes).collect();
        assert!(told.is_sorted_by(|a, b| a >= b), "{told:?}");
    }
    1 + node.children.iter().map(adds_up).sum::<usize>()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_left_is_what_squashing_leaves(layers in prop::collection::vec(layer(), 1..6)) {
        let tables: Vec<_> = layers.iter().map(|tar| table(tar)).collect();
        let limits = Limits::default();
        let found = waste(&tables, None, &limits).unwrap();
        let report = squashed(&layers, &tables);
        prop_assert_eq!(found.content_size, report.content_before);
        prop_assert_eq!(found.squashed, report.content);
        prop_assert_eq!(found.squashed, found.content_size - found.overwritten - found.removed);
        prop_assert_eq!(found.duplicate, twice(&FileTree::merge(&tables, &limits).unwrap()));
        let sum = |kind| found.items.iter().filter(|item| item.kind == kind).map(|item| item.bytes).sum::<u64>();
        let sums = [WasteKind::Overwritten, WasteKind::Removed, WasteKind::Duplicate].map(sum);
        prop_assert_eq!(sums, [found.overwritten, found.removed, found.duplicate]);
        // What each layer took is what there was before it and came with it, less what there was after it.
        let left: Vec<u64> = (0..=tables.len())
            .map(|end| FileTree::merge(&tables[..end], &limits).unwrap().totals().file_bytes).collect();
        for (at, layer) in found.layers.iter().enumerate() {
            prop_assert_eq!(layer.caused, left[at] + layer.content_size - left[at + 1], "layer {}", at);
        }
        // Whether something stands at the path when the layer that took it is done.
        for item in &found.items {
            let tree = FileTree::merge(&tables[..=usize::from(item.by)], &limits).unwrap();
            let stands = tree.nodes().any(|node| node.is_present() && String::from_utf8_lossy(&node.path()) == item.path);
            match item.kind {
                WasteKind::Overwritten => prop_assert!(stands, "{:?}", item),
                WasteKind::Removed => prop_assert!(!stands || item.by == item.layer, "{:?}", item),
                WasteKind::Duplicate => prop_assert!(item.by <= item.layer && item.same_as.is_some(), "{:?}", item),
            }
        }
    }

    #[test]
    fn the_parts_of_usage_add_up(layers in prop::collection::vec(layer(), 1..5), nodes in 0_u32..40, depth in 0_u32..5) {
        let tables: Vec<_> = layers.iter().map(|tar| table(tar)).collect();
        let limits = Limits { usage_nodes: nodes, usage_depth: depth, ..Limits::default() };
        let tree = FileTree::merge(&tables, &limits).unwrap();
        for by in [UsageKey::Folder, UsageKey::Layer, UsageKey::Extension] {
            let whole = usage(&tree, &by, &limits);
            prop_assert_eq!(whole.bytes, tree.totals().file_bytes);
            let told = adds_up(&whole);
            prop_assert!(told <= (nodes as usize).max(1), "{} of {}", told, nodes);
            prop_assert_eq!(&whole, &usage(&tree, &by, &limits));
        }
    }
}

/// The same law for every image that there is.
#[test]
fn real_images_leave_what_squashing_leaves() {
    let Ok(folder) = std::env::var("LAYERGLASS_IMAGES") else {
        eprintln!("SKIPPED: set LAYERGLASS_IMAGES to the folder of test images");
        return;
    };
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        count += usize::from(real::check(&entry.unwrap().path()));
    }
    assert!(count > 5, "{count} images were looked at");
}

#[cfg(not(feature = "fs"))]
mod real {
    pub fn check(_path: &std::path::Path) -> bool {
        true
    }
}

#[cfg(feature = "fs")]
mod real {
    use std::path::Path;

    use layerglass::fs::{ExtractOptions, ImageFile, OpenOptions};

    use super::*;

    pub fn check(path: &Path) -> bool {
        let Ok(mut file) = ImageFile::open(path, &OpenOptions::default()) else { return false };
        if file.scan().is_err() || file.archive().image_layer_count(0).is_err() {
            return false;
        }
        let Ok(tree) = file.archive().tree(0, usize::MAX) else { return false };
        let found = file.waste(0, None).unwrap();
        let shown = path.display();
        // Squashing for real, to its last byte.
        let report = file.extract_root(0, &ExtractOptions::default(), std::io::sink());
        let report = report.unwrap_or_else(|error| panic!("{shown}: {error}"));
        assert_eq!((found.content_size, found.squashed), (report.content_before, report.content), "{shown}");
        assert_eq!(found.squashed, tree.totals().file_bytes, "{shown}");
        assert_eq!(found.squashed, found.content_size - found.overwritten - found.removed, "{shown}");
        assert!(found.wasted <= found.content_size, "{shown}");
        let packages = file.packages(0).unwrap();
        for by in [UsageKey::Folder, UsageKey::Layer, UsageKey::Extension, UsageKey::Package(&packages)] {
            let whole = file.usage(0, &by).unwrap();
            assert_eq!(whole.bytes, found.squashed, "{shown} {by:?}");
            adds_up(&whole);
        }
        println!(
            "{shown}: {} bytes, overwritten {}, removed {}, twice {}, squashed {}",
            found.content_size, found.overwritten, found.removed, found.duplicate, found.squashed
        );
        true
    }
}

/// Ten times as many files take about ten times as long: no step of it may grow much faster than their number.
#[test]
fn many_files_take_time_by_their_number() {
    let stack = |count: u32| {
        let lower = (0..count).fold(Tar::default(), |tar, at| {
            tar.file(&format!("usr/{}/{at}.txt", at % 100), (at / 2).to_le_bytes())
        });
        let upper = (0..count / 10)
            .fold(Tar::default(), |tar, at| tar.file(&format!("usr/{}/{at}.txt", at % 100), "new"))
            .file("usr/.wh.99", "");
        [table(&lower.end()), table(&upper.end())]
    };
    let time = |tables: &[Arc<FileTable>]| {
        let start = Instant::now();
        let found = waste(tables, None, &Limits::default()).unwrap();
        let whole = usage(
            &FileTree::merge(tables, &Limits::default()).unwrap(),
            &UsageKey::Folder,
            &Limits::default(),
        );
        assert_eq!(whole.bytes, found.squashed);
        (start.elapsed(), found)
    };
    let (few, many) = (stack(10_000), stack(100_000));
    let short = (0..3).map(|_| time(&few).0).min().unwrap();
    let (long, found) = (0..2).map(|_| time(&many)).min_by_key(|(took, _)| *took).unwrap();
    // Of the folder that went, a tenth came back: those were overwritten.
    assert_eq!((found.overwritten, found.removed), (4 * 10_000, 4 * (1000 - 100)));
    assert!(long < short * 60, "{long:?} for ten times as many files as take {short:?}");
}
