//! Layers made one, unpacked: what is on the disk is what the layers themselves leave there.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use layerglass::fs::UnpackOptions;
use layerglass::layer::{ContentHash, FileTable, LayerScan, Squash, SquashError, SquashOptions};
use layerglass::limits::Limits;
use layerglass::tar::{Entry, EntryKind, Timestamp};
use proptest::prelude::*;

use crate::arena::{Arena, Layer};

/// An entry as engines make them: no name leads through a link, and nothing is there twice.
fn entry() -> impl Strategy<Value = (Entry, Vec<u8>)> {
    let name = prop::sample::select(vec!["a", "b", "c", "d"]);
    let mark = prop::sample::select(vec![".wh.a", ".wh.b", ".wh.c", ".wh..wh..opq"]);
    let last = prop_oneof![4 => name.clone(), 1 => mark];
    let path = (prop::collection::vec(name.clone(), 0..3), last).prop_map(|(mut parts, last)| {
        parts.push(last);
        parts.join("/")
    });
    let target = prop::collection::vec(name, 1..4).prop_map(|parts| parts.join("/"));
    let kind = prop::sample::select(vec![
        EntryKind::File,
        EntryKind::File,
        EntryKind::Directory,
        EntryKind::Directory,
        EntryKind::HardLink,
        EntryKind::Fifo,
    ]);
    (path, target, kind, 0_u32..0o10000, 0_i64..5).prop_map(|(path, target, kind, mode, time)| {
        let kind = if path.contains(".wh.") { EntryKind::File } else { kind };
        let mut entry = Entry::new(path, kind);
        (entry.mode, entry.mtime, entry.uid) = (mode, Timestamp { secs: time, nanos: 0 }, time);
        let contents = if kind == EntryKind::File { vec![b'x'; time as usize] } else { Vec::new() };
        entry.size = contents.len() as u64;
        entry.link = target.into_bytes();
        (entry, contents)
    })
}

fn table(layer: &[u8]) -> Arc<FileTable> {
    let mut scan = LayerScan::new(ContentHash::Xxh3, &Limits::default());
    scan.push(layer);
    Arc::new(scan.finish().table)
}

fn squash(layers: &[Vec<u8>], start: usize) -> Vec<u8> {
    let tables: Vec<_> = layers.iter().map(|layer| table(layer)).collect();
    let mut squash = Squash::new(&tables, start..layers.len(), &SquashOptions::default(), &Limits::default())
        .expect("a plan");
    let mut tar = Vec::new();
    let mut take = |bytes: &[u8]| {
        tar.extend_from_slice(bytes);
        Ok::<(), SquashError>(())
    };
    while let Some(layer) = squash.next_layer().expect("complete") {
        squash.push(&layers[layer], &mut take).expect("written");
    }
    squash.finish(&mut take).expect("written");
    tar
}

/// Every path with all that the disk has of it, and which other names it has.
fn found(root: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    let mut folders = vec![root.to_owned()];
    let mut names: std::collections::BTreeMap<u64, String> = Default::default();
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<_> =
            folder.read_dir().expect("read").map(|entry| entry.expect("an entry").path()).collect();
        entries.sort();
        for path in entries {
            let data = path.symlink_metadata().expect("metadata");
            let below = path.strip_prefix(root).expect("below").as_os_str().as_bytes();
            let below = String::from_utf8_lossy(below).into_owned();
            let first = names.entry(data.ino()).or_insert_with(|| below.clone()).clone();
            let contents = if data.is_file() { fs::read(&path).expect("read") } else { Vec::new() };
            lines.push(format!(
                "{below} {:o} {} {} {:?} {first}",
                data.mode(),
                data.uid(),
                data.mtime(),
                String::from_utf8_lossy(&contents)
            ));
            if data.is_dir() {
                folders.push(path);
            }
        }
    }
    lines.sort();
    lines
}

/// What is skipped is told once.
static TOLD: std::sync::Once = std::sync::Once::new();

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn layers_made_one_unpack_to_what_they_unpack_to(
        layers in prop::collection::vec(prop::collection::vec(entry(), 0..12), 2..5),
        start in any::<prop::sample::Index>(),
    ) {
        if !crate::is_root() {
            TOLD.call_once(|| println!("SKIPPED: owners cannot be set without root, so nothing is unpacked"));
            return Ok(());
        }
        let layers: Vec<Vec<u8>> = layers.iter().map(|entries| {
            // Marks first, as engines write them, then directories before what is in them.
            let mut entries: Vec<_> = entries.iter().collect();
            let is_mark = |entry: &Entry| entry.path.windows(4).any(|part| part == b".wh.");
            entries.sort_by_key(|(entry, _)| (!is_mark(entry), entry.kind == EntryKind::HardLink, entry.path.clone()));
            entries.dedup_by_key(|(entry, _)| entry.path.clone());
            entries.into_iter().fold(Layer::new(), |layer, (entry, contents)| layer.entry(entry, contents)).end()
        }).collect();
        let start = start.index(layers.len());
        let one = squash(&layers, start);
        let apart = Arena::new();
        let reports = apart.try_unpack(&layers, &UnpackOptions::default()).expect("unpacked");
        let said: Vec<_> = reports.iter().flat_map(|report| &report.findings).map(|finding| finding.message.clone()).collect();
        // No disk does what the tree does with a link to what goes with the name that the link takes.
        prop_assume!(!said.iter().any(|message| message.contains("lies in what the link replaces")));
        let together = Arena::new();
        let squashed = [&layers[..start], &[one][..]].concat();
        let reports = together.try_unpack(&squashed, &UnpackOptions::default()).expect("unpacked");
        let last = reports.last().expect("a layer");
        prop_assert!(last.findings.is_empty(), "{:?}", last.findings);
        prop_assert_eq!(found(&together.root()), found(&apart.root()), "{:?} from {}", said, start);
    }
}
