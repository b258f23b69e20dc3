//! Archives opened by ranges and as a stream: both say the same of the same bytes.
//!
//! An input that begins with `R` is an archive as it is. Any other is a list of members that the target makes a tar of, so
//! that checksums and digests are right: after the first byte each member is its name, a NUL, its contents and a byte 0xff.
//! A name that begins with `>` is a symbolic link, one that begins with `=` a hard link, to the contents. In contents and
//! names the byte 1 and a digit stand for the SHA-256 of the member of that number before it, in hex, and the byte 2 and a
//! digit for its size.
#![no_main]

use layerglass::archive::{Archive, ArchiveData, ArchiveError, LayerState, Opener, Pass};
use layerglass::codec::Compression;
use layerglass::digest::Digest;
use layerglass::layer::{ContentHash, LayerScan};
use layerglass::limits::Limits;
use layerglass::tar::{Entry, EntryKind, WriteFormat, Writer};
use libfuzzer_sys::fuzz_target;

fn limits() -> Limits {
    Limits { unpacked_bytes: 4 << 20, window_bytes: 4 << 20, sparse_bytes: 1 << 20, ..Limits::default() }
}

fn by_ranges(file: &[u8]) -> Option<Result<Archive, ArchiveError>> {
    let mut opener = Opener::new(file.len() as u64, &limits());
    let mut response: Option<&[u8]> = None;
    // Every answer brings the opener further: what it wants in all is bounded by the file and its members.
    for _ in 0..file.len() + 1000 {
        match opener.next(response) {
            Ok(Some(range)) => {
                assert!(range.length > 0 && range.offset + range.length <= file.len() as u64, "{range:?}");
                response = Some(&file[range.offset as usize..][..range.length as usize]);
            }
            Ok(None) if opener.compression() != Compression::None => return None,
            Ok(None) => return Some(opener.finish().map(|archive| scanned(archive, file))),
            Err(error) => return Some(Err(error)),
        }
    }
    panic!("the opener asks without end");
}

fn scanned(mut archive: Archive, file: &[u8]) -> Archive {
    for layer in 0..archive.layer_count() {
        let source = archive.layer_source(layer).expect("it is counted");
        let mut scan = LayerScan::new(ContentHash::Xxh3, &limits());
        if source.offset < file.len() as u64 {
            scan.push(&file[source.offset as usize..][..source.length as usize]);
        }
        archive.add_scan(layer, scan.finish()).expect("it is counted");
    }
    archive
}

fn as_stream(file: &[u8], piece: usize) -> Result<Archive, ArchiveError> {
    let mut pass = Pass::new(ContentHash::Xxh3, &limits());
    for piece in file.chunks(piece) {
        pass.push(piece)?;
    }
    pass.finish()
}

/// Findings that only a stream can make: of what it did not keep because nothing named it yet.
const STREAM_ONLY: [&str; 1] = ["document-expected"];

fn sorted(data: &ArchiveData) -> Vec<String> {
    let mut all: Vec<String> = data.findings.iter().map(|finding| format!("{finding:?}")).collect();
    all.sort();
    all
}

fn same(left: &ArchiveData, right: &ArchiveData) {
    assert_eq!((left.kind, left.size, left.entries), (right.kind, right.size, right.entries));
    if right.findings.iter().any(|finding| STREAM_ONLY.contains(&finding.code.as_ref())) {
        return;
    }
    assert_eq!(sorted(left), sorted(right));
    assert_eq!(left.layers.len(), right.layers.len());
    let mut is_whole = true;
    for (left, right) in left.layers.iter().zip(&right.layers) {
        let code = right.error.as_ref().map(|error| error.code.as_str());
        if right.state == LayerState::Failed && code == Some("layer-gone-by") {
            is_whole = false;
            continue;
        }
        assert_eq!(left, right);
    }
    assert_eq!(left.blobs, right.blobs);
    assert_eq!(left.images.len(), right.images.len());
    if is_whole {
        assert_eq!(left.images, right.images);
    }
}

/// The tar of a list of members.
fn built(recipe: &[u8]) -> Option<Vec<u8>> {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    let mut writer = Writer::new(WriteFormat::Pax);
    let mut tar = Vec::new();
    let mut add = |name: &[u8], contents: &[u8]| {
        let (kind, name) = match name.split_first()? {
            (b'>', name) => (EntryKind::Symlink, name),
            (b'=', name) => (EntryKind::HardLink, name),
            (_, rest) if name.ends_with(b"/") && !rest.is_empty() => (EntryKind::Directory, name),
            _ => (EntryKind::File, name),
        };
        let mut entry = Entry::new(name, kind);
        match kind {
            EntryKind::File => entry.size = contents.len() as u64,
            _ => entry.link = contents.to_vec(),
        }
        tar.extend_from_slice(writer.entry(&entry).ok()?);
        if kind == EntryKind::File {
            writer.contents(contents.len() as u64).ok()?;
            tar.extend_from_slice(contents);
        }
        tar.extend_from_slice(writer.padding().ok()?);
        Some(())
    };
    for member in recipe.split(|&byte| byte == 0xff).take(40) {
        let mut halves = member.splitn(2, |&byte| byte == 0);
        let name = filled(halves.next()?, &parts);
        let contents = filled(halves.next().unwrap_or_default(), &parts);
        add(&name, &contents)?;
        parts.push(contents);
    }
    tar.extend_from_slice(writer.finish().ok()?);
    Some(tar)
}

/// Text with digests and sizes filled in.
fn filled(text: &[u8], parts: &[Vec<u8>]) -> Vec<u8> {
    let mut filled = Vec::new();
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        let part = |number: Option<u8>| parts.get(usize::from(number.unwrap_or(b'0').wrapping_sub(b'0')));
        match byte {
            1 => {
                if let Some(part) = part(bytes.next()) {
                    filled.extend(Digest::sha256(part).hex().bytes());
                }
            }
            2 => {
                if let Some(part) = part(bytes.next()) {
                    filled.extend(part.len().to_string().bytes());
                }
            }
            _ => filled.push(byte),
        }
        // What stands for digests in digests grows.
        if filled.len() > 1 << 16 {
            break;
        }
    }
    filled
}

fuzz_target!(|input: &[u8]| {
    let Some((&first, rest)) = input.split_first() else { return };
    let built = if first == b'R' { Some(rest.to_vec()) } else { built(rest) };
    let Some(file) = built else { return };
    let piece = usize::from(first) * 7 + 1;
    let stream = as_stream(&file, piece);
    match (by_ranges(&file), &stream) {
        (None, _) | (Some(Err(_)), Err(_)) => {}
        (Some(Ok(ranges)), Ok(stream)) => {
            let (left, right) = (ranges.data(), stream.data());
            same(&left, &right);
            for image in 0..ranges.image_count() {
                let _ = (ranges.raw_config(image), ranges.raw_manifest(image).map(<[u8]>::len));
                if let Ok(tree) = ranges.tree(image, usize::MAX) {
                    let _ = tree.totals();
                }
            }
        }
        (Some(ranges), stream) => {
            panic!("by ranges: {:?}, as a stream: {:?}", ranges.err(), stream.as_ref().err());
        }
    }
});
