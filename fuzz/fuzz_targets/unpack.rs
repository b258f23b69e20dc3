//! Layers unpacked one over the other: whatever they say, nothing beside the folder changes. The input chooses among few names,
//! so that they meet. Best run where temporary files are in memory (`TMPDIR=/dev/shm`).
#![no_main]

use std::fs;
use std::path::Path;

use layerglass::fs::{PackOptions, UnpackOptions, Unpacker, Whiteouts, pack};
use layerglass::limits::Limits;
use layerglass::tar::{Entry, EntryKind, Fragment, WriteFormat, Writer};
use libfuzzer_sys::fuzz_target;

const PARTS: [&str; 16] = [
    "a",
    "b",
    "c",
    "d",
    "a",
    "b",
    "..",
    ".",
    "",
    ".wh.a",
    ".wh.b",
    ".wh..wh..opq",
    "outside",
    "secret",
    "x\u{e4}",
    ".wh..wh.plnk",
];
const KINDS: [EntryKind; 8] = [
    EntryKind::File,
    EntryKind::Directory,
    EntryKind::Symlink,
    EntryKind::HardLink,
    EntryKind::Fifo,
    EntryKind::Symlink,
    EntryKind::Directory,
    EntryKind::File,
];

/// A path of up to four parts.
fn path(choice: u16) -> String {
    let count = usize::from(choice & 3) + 1;
    let parts: Vec<&str> = (0..count).map(|at| PARTS[usize::from(choice >> (4 * at)) & 15]).collect();
    let path = parts.join("/");
    if path.is_empty() { "/".to_owned() } else { path }
}

/// A layer of the entries that the input chooses, six bytes each.
fn layer(input: &[u8]) -> Vec<u8> {
    let mut writer = Writer::new(WriteFormat::Pax);
    let mut tar = Vec::new();
    for choice in input.chunks_exact(6) {
        let number = |at: usize| u16::from_le_bytes([choice[at], choice[at + 1]]);
        let kind = KINDS[usize::from(choice[0] & 7)];
        let mut entry = Entry::new(path(number(2)), kind);
        entry.mode = u32::from(choice[1]) * 16 + 15;
        if matches!(kind, EntryKind::Symlink | EntryKind::HardLink) {
            entry.link = path(number(4)).into_bytes();
        }
        let mut contents = Vec::new();
        if kind == EntryKind::File {
            contents = vec![b'x'; usize::from(choice[4])];
            entry.size = contents.len() as u64;
            if choice[0] & 8 != 0 {
                entry.sparse = Some(vec![Fragment { offset: 4096, length: entry.size }]);
                entry.size += 10_000;
            }
        }
        let Ok(header) = writer.entry(&entry) else { continue };
        tar.extend_from_slice(header);
        writer.contents(contents.len() as u64).expect("as long as it says");
        tar.extend(contents);
        tar.extend_from_slice(writer.padding().expect("complete"));
    }
    tar.extend_from_slice(writer.finish().expect("complete"));
    tar
}

/// What lies beside the folder: names, contents and when they changed.
fn beside(folder: &Path) -> Vec<(String, Vec<u8>, std::time::SystemTime)> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .expect("read")
        .map(|entry| {
            let entry = entry.expect("an entry");
            let changed = entry.metadata().and_then(|data| data.modified()).expect("a time");
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).unwrap_or_default(), changed)
        })
        .collect();
    found.sort();
    found
}

fuzz_target!(|input: &[u8]| {
    let Some((&first, input)) = input.split_first() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
    fs::create_dir(&root).expect("made");
    fs::create_dir(&outside).expect("made");
    fs::write(outside.join("secret"), "secret").expect("made");
    let before = beside(&outside);
    let whiteouts = if first & 1 == 0 { Whiteouts::Apply } else { Whiteouts::Keep };
    let limits = Limits { unpacked_bytes: 4 << 20, ..Limits::default() };
    let options = UnpackOptions { whiteouts, limits, ..UnpackOptions::default() };
    let mut unpacker = Unpacker::new(&root, &options).expect("opens");
    let (lower, upper) = input.split_at(input.len() / 2 / 6 * 6);
    for input in [lower, upper] {
        // A layer that is no more than one that chooses its entries can always be unpacked.
        unpacker.layer(&layer(input)[..]).expect("unpacked");
    }
    // Bytes as they are, which mostly are no tar.
    let _ = unpacker.layer(input);
    drop(unpacker);
    assert_eq!(beside(&outside), before);
    assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 2);
    let again = PackOptions { whiteouts: Whiteouts::Keep, ..PackOptions::default() };
    pack(&root, &again, std::io::sink()).expect("packed");
});
