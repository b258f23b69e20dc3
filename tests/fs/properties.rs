//! Laws of unpacking, over layers of few names, so that they meet.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use layerglass::fs::{ImageFile, OpenOptions, UnpackOptions, Whiteouts};
use layerglass::layer::{NodeKind, clean_path};
use layerglass::tar::{Entry, EntryKind};
use proptest::prelude::*;

use crate::arena::{Arena, Layer};
use crate::build::docker_archive;

/// One entry of a hostile layer, over few names, so that they meet.
fn entry() -> impl Strategy<Value = (Entry, Vec<u8>)> {
    let part = prop_oneof![
        8 => prop::sample::select(vec!["a", "b", "c", "d"]).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["..", ".", "", ".wh.a", ".wh.b", ".wh..wh..opq", "outside", "secret"])
            .prop_map(str::to_owned),
    ];
    let path = prop::collection::vec(part, 1..5).prop_map(|parts| parts.join("/"));
    let outside = prop::sample::select(vec!["/", "../outside", "../../outside", "OUTSIDE", "a", ".."]);
    let target = prop_oneof![path.clone(), outside.prop_map(str::to_owned)];
    let kind = prop::sample::select(vec![
        EntryKind::File,
        EntryKind::File,
        EntryKind::Directory,
        EntryKind::Symlink,
        EntryKind::Symlink,
        EntryKind::HardLink,
        EntryKind::Fifo,
    ]);
    (path, target, kind, 0_u32..0o10000, -5_i64..5).prop_map(|(path, target, kind, mode, time)| {
        let mut entry = Entry::new(if path.is_empty() { ".".into() } else { path }, kind);
        (entry.mode, entry.mtime.secs) = (mode, time);
        let contents = if kind == EntryKind::File { b"contents".to_vec() } else { Vec::new() };
        entry.size = contents.len() as u64;
        entry.link = if target.is_empty() { b".".to_vec() } else { target.into_bytes() };
        (entry, contents)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Nothing that layers say reaches anything outside the folder, or ends in anything but a report.
    #[test]
    fn no_layer_reaches_outside(
        layers in prop::collection::vec(prop::collection::vec(entry(), 1..25), 1..4),
        overlay in any::<bool>(),
    ) {
        let arena = Arena::new();
        let layers: Vec<Vec<u8>> = layers.iter().map(|entries| {
            entries.iter().fold(Layer::new(), |layer, (entry, contents)| {
                let mut entry = entry.clone();
                if entry.link == b"OUTSIDE" {
                    entry.link = arena.outside().into_bytes();
                }
                layer.entry(&entry, contents)
            }).end()
        }).collect();
        let whiteouts = if overlay && crate::is_root() { Whiteouts::Overlay } else { Whiteouts::Apply };
        let options = UnpackOptions { whiteouts, ..UnpackOptions::default() };
        if let Err(error) = arena.try_unpack(&layers, &options) {
            prop_assert!(false, "{error}");
        }
    }
}

/// Layers that are compared with the merged tree.
const LAW_CASES: u32 = 300;

/// Path, kind, mode, time, links and target of everything in a folder.
fn found(root: &Path, folder: &Path, lines: &mut Vec<String>) {
    for entry in folder.read_dir().expect("read") {
        let path = entry.expect("an entry").path();
        let data = path.symlink_metadata().expect("metadata");
        let below = path.strip_prefix(root).expect("below").as_os_str().as_bytes();
        let (kind, mode) = match rustix::fs::FileType::from_raw_mode(data.mode()) {
            rustix::fs::FileType::Directory => (NodeKind::Directory, data.mode() & 0o7777),
            rustix::fs::FileType::Symlink => (NodeKind::Symlink, 0),
            rustix::fs::FileType::Fifo => (NodeKind::Fifo, data.mode() & 0o7777),
            _ => (NodeKind::File, data.mode() & 0o7777),
        };
        let target = fs::read_link(&path).map(|target| target.as_os_str().as_bytes().to_vec());
        let links = if data.is_dir() { 1 } else { data.nlink() };
        lines.push(line(below, kind, mode, data.mtime(), links, &target.unwrap_or_default()));
        if data.is_dir() {
            found(root, &path, lines);
        }
    }
}

fn line(path: &[u8], kind: NodeKind, mode: u32, time: i64, links: u64, target: &[u8]) -> String {
    let (path, target) = (String::from_utf8_lossy(path), String::from_utf8_lossy(target));
    format!("{path} {kind:?} {mode:o} {time} {links} {target}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: LAW_CASES, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is unpacked is the tree that the same layers make without a disk.
    #[test]
    fn unpacked_layers_are_the_merged_tree(
        layers in prop::collection::vec(
            (prop::collection::btree_set(prop::sample::select(vec!["a", "b", "c", "d"]), 0..3),
             prop::collection::vec(entry(), 1..20)),
            1..4,
        ),
    ) {
        prop_assume!(crate::is_root());
        let arena = Arena::new();
        let layers: Vec<Vec<u8>> = layers.iter().map(|(marks, entries)| {
            let marked = marks.iter().fold(Layer::new(), |layer, name| layer.file(format!(".wh.{name}"), ""));
            // Marks among the entries may come too late for what reached through links before them.
            let is_mark = |entry: &Entry| entry.path.windows(4).any(|part| part == b".wh.");
            // A link that leads to the folder that it is in can be replaced through itself: no disk does what the tree does
            // then, which replaces it first. So `a` and `b` are the only links here, and lead to `c` and `d`.
            let is_knot = |entry: &Entry| {
                let path = clean_path(&entry.path).unwrap_or_default().into_owned();
                let target = entry.link.strip_prefix(b"/").unwrap_or(&entry.link);
                let leads_on = target.starts_with(b"c") || target.starts_with(b"d");
                let climbs = target.windows(2).any(|part| part == b"..");
                entry.kind == EntryKind::Symlink
                    && (!matches!(&path[..], b"a" | b"b") || !leads_on || climbs)
            };
            // Directories that take the place of something else may come too late as well.
            let mut entries: Vec<_> =
                entries.iter().filter(|(entry, _)| !is_mark(entry) && !is_knot(entry)).collect();
            entries.sort_by_key(|(entry, _)| {
                let path = clean_path(&entry.path).unwrap_or_default().into_owned();
                let may_be_below_a_link = path.starts_with(b"a/") || path.starts_with(b"b/");
                match entry.kind {
                    EntryKind::Directory => (0, may_be_below_a_link, path),
                    _ => (1, false, Vec::new()),
                }
            });
            entries.into_iter().fold(marked, |layer, (entry, contents)| layer.entry(entry, contents)).end()
        }).collect();
        let file = arena.root().join("image.tar");
        fs::write(&file, docker_archive(&layers).end()).expect("written");
        let mut opened = ImageFile::open(&file, &OpenOptions::default()).expect("opens");
        opened.scan().expect("scanned");
        let tree = opened.archive().tree(0, usize::MAX).expect("a tree");
        let target = arena.root().join("rootfs");
        let reports = opened.unpack(0, &target, &UnpackOptions::default()).expect("unpacked");
        // No file system can link to what goes with the name that the link takes.
        prop_assume!(!reports.iter().flat_map(|report| &report.findings).any(|finding| {
            finding.message.contains("lies in what the link replaces")
        }));
        let mut lines = Vec::new();
        found(&target, &target, &mut lines);
        lines.sort();
        let mut expected: Vec<String> = tree.nodes().filter(|node| node.is_present()).map(|node| {
            let row = node.row();
            let mode = match node.kind() {
                NodeKind::Symlink => 0,
                _ => row.map_or(0o755, |row| row.mode() & 0o7777),
            };
            let links = if node.kind() == NodeKind::Directory { 1 } else { u64::from(node.links()) };
            let target = match node.kind() {
                NodeKind::Symlink => row.and_then(|row| row.link()).unwrap_or_default(),
                _ => &[],
            };
            line(&node.path(), node.kind(), mode, row.map_or(0, |row| row.mtime().secs), links, target)
        }).collect();
        expected.sort();
        let said: Vec<String> = layers_text(&layers);
        prop_assert_eq!(lines, expected, "{:#?}", said);
    }
}

/// The entries of layers, for whoever reads why the law is broken.
fn layers_text(layers: &[Vec<u8>]) -> Vec<String> {
    let mut lines = Vec::new();
    for layer in layers {
        let mut reader = layerglass::tar::Reader::new(&Default::default());
        let mut input = &layer[..];
        while let Ok(Some(event)) = reader.next(&mut input) {
            if let layerglass::tar::Event::Entry(entry) = event {
                let (path, link) =
                    (String::from_utf8_lossy(&entry.path), String::from_utf8_lossy(&entry.link));
                lines.push(format!("{path} {:?} {link}", entry.kind));
            }
        }
        lines.push("end".into());
    }
    lines
}
