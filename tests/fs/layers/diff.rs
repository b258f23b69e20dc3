//! What layers change of those below them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{
    DiffOptions, ImageFile, LayerDriver, LayerFolder, LayerRef, OpenOptions, RegisterOptions,
};
use layerglass::image::ChainId;
use layerglass::layer::{ContentHash, FileTable, FileTree, LayerScan, differences};
use layerglass::limits::Limits;
use layerglass::tar::{EntryKind, Event, Reader};

use super::support::{fixtures, member, open, open_as, stored, tar, unpacked};

fn table(tar: &[u8]) -> Arc<FileTable> {
    let mut scan = LayerScan::new(ContentHash::Xxh3, &Limits::default());
    scan.push(tar);
    let scanned = scan.finish();
    assert!(scanned.report.error.is_none());
    Arc::new(scanned.table)
}

fn tree(tables: &[Arc<FileTable>]) -> FileTree {
    FileTree::merge(tables, &Limits::default()).expect("merged")
}

/// The layers of an image, bottom first, in a store.
fn add(layers: &LayerFolder, archive: &Path) -> Vec<(LayerRef, Vec<u8>)> {
    let file = ImageFile::open(archive, &OpenOptions::default()).expect("opens");
    let mut added: Vec<(LayerRef, Vec<u8>)> = Vec::new();
    for layer in &file.archive().data().images[0].layers {
        let source = file.archive().layer_source(layer.blob.expect("there")).expect("a layer");
        let tar = unpacked(&stored(archive, source)).expect("a tar");
        let below = added.last().map(|(below, _)| below.chain_id().clone());
        let options = RegisterOptions::on(below);
        added.push((layers.register(&mut &tar[..], &options).expect("registered"), tar));
    }
    added
}

fn diff(layers: &LayerFolder, upper: &ChainId, lower: Option<&ChainId>, headers_only: bool) -> Vec<u8> {
    let mut tar = Vec::new();
    let options = DiffOptions { headers_only, rename: None };
    layers.diff(upper, lower, &options, &mut tar).expect("written");
    tar
}

/// The names of a tar's entries with their change types, and the bytes of contents.
fn entries(tar: &[u8]) -> (BTreeMap<String, String>, u64) {
    let mut reader = Reader::new(&Limits::default());
    let (mut input, mut found, mut bytes) = (tar, BTreeMap::new(), 0);
    while let Some(event) = reader.next(&mut input).expect("a tar") {
        match event {
            Event::Entry(entry) => {
                let change = entry.xattrs.iter().find(|(name, _)| name == b"change_type");
                let change = change.map(|(_, value)| String::from_utf8_lossy(value).into_owned());
                let name = String::from_utf8_lossy(&entry.path).into_owned();
                assert!(found.insert(name, change.unwrap_or_default()).is_none());
            }
            Event::Data(data) => bytes += data.len() as u64,
            Event::Hole(_) | Event::EntryEnd => {}
        }
    }
    reader.finish().expect("whole");
    (found, bytes)
}

/// Laid over the ancestor, what was written gives what the layer gives, for each layer and each one below it, and the same
/// bytes from whatever the contents are kept as.
#[test]
fn differences_laid_over_the_ancestor_give_the_layer() {
    let mut pairs = 0;
    for archive in ["quirks.docker28.tar", "quirks.podman.tar", "quirks.umoci", "shared.docker20.tar"] {
        let folder = tempfile::tempdir().expect("a folder");
        let layers = open(folder.path());
        let added = add(&layers, &fixtures().join(archive));
        let overlay = crate::is_root().then(|| open_as(&folder.path().join("root"), LayerDriver::Overlay2).0);
        if let Some(overlay) = &overlay {
            for (layer, (_, tar)) in added.iter().enumerate() {
                let below = layer.checked_sub(1).map(|below| added[below].0.chain_id().clone());
                let same = overlay.register(&mut &tar[..], &RegisterOptions::on(below)).expect("registered");
                assert_eq!(same.chain_id(), added[layer].0.chain_id());
            }
        }
        let tables: Vec<_> = added.iter().map(|(_, tar)| table(tar)).collect();
        for upper in 1..=added.len() {
            let whole = tree(&tables[..upper]);
            for lower in 0..=upper {
                let place = format!("{archive}: {lower} to {upper}");
                let ancestor = lower.checked_sub(1).map(|lower| added[lower].0.chain_id());
                let top = added[upper - 1].0.chain_id();
                let written = diff(&layers, top, ancestor, false);
                let mut laid = tables[..lower].to_vec();
                laid.push(table(&written));
                let laid = tree(&laid);
                let differ: Vec<_> = differences(&laid, &whole)
                    .into_iter()
                    .map(|(path, difference)| (path.escape_ascii().to_string(), difference.letter()))
                    .collect();
                assert_eq!(differ, [], "{place}");
                if let Some(overlay) = &overlay {
                    assert!(diff(overlay, top, ancestor, false) == written, "{place}: not the same bytes");
                }
                let (names, bytes) = entries(&diff(&layers, top, ancestor, true));
                assert_eq!(bytes, 0, "{place}");
                assert_eq!(names.keys().collect::<Vec<_>>(), entries(&written).0.keys().collect::<Vec<_>>());
                assert!(names.values().all(|change| ["A", "C", "D"].contains(&&**change)), "{place}");
                pairs += 1;
            }
        }
    }
    assert!(pairs > 30, "{pairs}");
}

#[test]
fn each_entry_says_how_it_differs() {
    let folder = tempfile::tempdir().expect("a folder");
    let layers = open(folder.path());
    let lower = tar(&[("same", b"1"), ("changed", b"1"), ("gone", b"1"), ("d/gone", b"1"), ("x/a", b"1")]);
    let upper =
        [tar(&[("same", b"1"), ("changed", b"2"), (".wh.gone", b""), ("d/.wh.gone", b""), ("new", b"12")])];
    let below = layers.register(&mut &lower[..], &RegisterOptions::default()).expect("registered");
    let on = |layer: &LayerRef| RegisterOptions::on(Some(layer.chain_id().clone()));
    let middle = layers.register(&mut &upper[0][..], &on(&below)).expect("registered");
    let link = [member("link", b'1', "new", b""), member(".wh.x", b'0', "", b""), vec![0; 1024]].concat();
    let above = layers.register(&mut &link[..], &on(&middle)).expect("registered");
    let (names, _) = entries(&diff(&layers, above.chain_id(), Some(below.chain_id()), true));
    let told: Vec<(&str, &str)> = names.iter().map(|(name, change)| (&**name, &**change)).collect();
    assert_eq!(
        told,
        [
            (".wh.gone", "D"),
            (".wh.x", "D"),
            ("changed", "C"),
            ("d/.wh.gone", "D"),
            ("link", "A"),
            ("new", "A")
        ]
    );
    // Both names of the file share it.
    let written = diff(&layers, above.chain_id(), Some(below.chain_id()), false);
    let mut reader = Reader::new(&Limits::default());
    let (mut input, mut links) = (&written[..], 0);
    while let Some(event) = reader.next(&mut input).expect("a tar") {
        if let Event::Entry(entry) = event {
            links += u32::from(entry.kind == EntryKind::HardLink && entry.link == b"link");
        }
    }
    assert_eq!(links, 1);
    // Some are left out, others get another name.
    let rename = |path: &[u8]| path.starts_with(b"n").then(|| [b"under/", path].concat());
    let options = DiffOptions { headers_only: false, rename: Some(&rename) };
    let mut written = Vec::new();
    let report = layers.diff(above.chain_id(), None, &options, &mut written).expect("written");
    assert_eq!((report.added, report.changed, report.deleted, report.content_size), (1, 0, 0, 2));
    assert_eq!(entries(&written).0.into_keys().collect::<Vec<_>>(), ["under/new"]);
}

#[test]
fn only_ancestors_are_compared_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let layers = open(folder.path());
    let [a, b] = ["a", "b"].map(|name| {
        layers.register(&mut &tar(&[(name, b"1")])[..], &RegisterOptions::default()).expect("registered")
    });
    let error = layers
        .diff(a.chain_id(), Some(b.chain_id()), &DiffOptions::default(), &mut Vec::new())
        .expect_err("no ancestor");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Invalid, "layer-not-ancestor"));
    let missing = ChainId::new(format!("sha256:{}", "0".repeat(64)));
    let error = layers.diff(&missing, None, &DiffOptions::default(), &mut Vec::new()).expect_err("no layer");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let nothing = diff(&layers, a.chain_id(), Some(a.chain_id()), false);
    assert_eq!(nothing, [0; 1024]);
}
