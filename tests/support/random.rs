//! Random layers of few names, so that they meet: links, marks, and names that climb among them.

use layerglass::tar::{Entry, EntryKind, Timestamp, WriteFormat, Writer};
use proptest::prelude::*;

/// One entry over few names, so that they meet.
fn entry() -> impl Strategy<Value = (Entry, Vec<u8>)> {
    let part = prop_oneof![
        20 => prop::sample::select(vec!["a", "b", "c", "d"]),
        1 => prop::sample::select(vec!["..", ".", ""]),
    ];
    let last = prop_oneof![
        10 => prop::sample::select(vec!["a", "b", "c", "d"]),
        3 => prop::sample::select(vec![".wh.a", ".wh.b", ".wh.c", ".wh..wh..opq"]),
        1 => prop::sample::select(vec!["..", ".", "", ".wh.", ".wh..wh.plnk", ".wh..wh.x"]),
    ];
    // A directory of a name that looks like a mark comes about through what is in it, and no entry could make it.
    let target = prop::collection::vec(part.clone(), 0..4).prop_map(|parts| parts.join("/"));
    let path = (prop::collection::vec(part, 0..4), last).prop_map(|(mut parts, last)| {
        parts.push(last);
        parts.join("/")
    });
    let target = prop_oneof![
        target,
        prop::sample::select(vec!["/", "..", "/a/b", "../a", "a", "b"]).prop_map(str::to_owned)
    ];
    let kind = prop::sample::select(vec![
        EntryKind::File,
        EntryKind::File,
        EntryKind::Directory,
        EntryKind::Directory,
        EntryKind::Symlink,
        EntryKind::HardLink,
        EntryKind::HardLink,
        EntryKind::CharDevice,
        EntryKind::Fifo,
    ]);
    (path, target, kind, 0_u32..0o10000, (-5_i64..5, 0_u32..2), 0_u8..4, any::<bool>()).prop_map(
        |(path, target, kind, mode, (secs, nanos), number, marked)| {
            let mut entry = Entry::new(if path.is_empty() { ".".into() } else { path }, kind);
            (entry.mode, entry.mtime) = (mode, Timestamp { secs, nanos: nanos * 500_000_000 });
            (entry.uid, entry.gid) = (i64::from(number) * 1000, i64::from(number));
            let contents =
                if kind == EntryKind::File { vec![number; usize::from(number) * 300] } else { Vec::new() };
            entry.size = contents.len() as u64;
            entry.device = (u32::from(number), 3);
            entry.link = if target.is_empty() { b".".to_vec() } else { target.into_bytes() };
            if marked && kind != EntryKind::HardLink {
                entry.xattrs.push((b"user.mark".to_vec(), vec![number, 0, 1]));
                entry.owner = b"somebody".to_vec();
            }
            (entry, contents)
        },
    )
}

fn layer_of(entries: &[(Entry, Vec<u8>)]) -> Vec<u8> {
    let mut writer = Writer::new(WriteFormat::Pax);
    let mut tar = Vec::new();
    for (entry, contents) in entries {
        tar.extend_from_slice(writer.entry(entry).expect("an entry"));
        writer.contents(contents.len() as u64).expect("its contents");
        tar.extend_from_slice(contents);
        tar.extend_from_slice(writer.padding().expect("complete"));
    }
    tar.extend_from_slice(writer.finish().expect("complete"));
    tar
}

/// The tar of a layer.
pub fn layer() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(entry(), 0..14).prop_map(|entries| layer_of(&entries))
}
