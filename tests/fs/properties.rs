//! Laws of unpacking, over layers of few names, so that they meet.

use layerglass::fs::{UnpackOptions, Whiteouts};
use layerglass::tar::{Entry, EntryKind};
use proptest::prelude::*;

use crate::arena::{Arena, Layer};

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
