//! What became of a path, and the contents of any version of it.

use std::sync::Arc;

use layerglass::layer::{
    Change, FileReadError, FileReader, FileSource, FileStep, FileTable, FileVersion, NodeKind, ScannedLayer,
    versions,
};
use layerglass::limits::Limits;

use crate::build::Tar;
use crate::scan;

fn tables(layers: &[Vec<u8>]) -> Vec<Arc<FileTable>> {
    layers.iter().map(|layer| Arc::new(scan(layer).table)).collect()
}

fn of(layers: &[Vec<u8>], path: &str) -> Vec<FileVersion> {
    versions(&tables(layers), path.as_bytes(), &Limits::default()).expect("within the limits")
}

fn contents(layers: &[Vec<u8>], source: FileSource) -> Result<Vec<u8>, FileReadError> {
    let stored = &layers[source.layer];
    read(&scan(stored), stored, source.entry)
}

/// The file at `row` of a scanned layer, read from these bytes.
fn read(layer: &ScannedLayer, stored: &[u8], row: u32) -> Result<Vec<u8>, FileReadError> {
    let size = layer.report.stored_size;
    let mut file = FileReader::new(&layer.table, &layer.seek, size, row, &Limits::default())?;
    let (mut bytes, mut response) = (Vec::new(), None);
    loop {
        match file.next(response.take())? {
            FileStep::Want { offset, length } => {
                let from = stored.get(offset as usize..).unwrap_or_default();
                response = Some(&from[..from.len().min(length as usize)]);
            }
            FileStep::Bytes(piece) => bytes.extend_from_slice(piece),
            FileStep::Done => return Ok(bytes),
        }
    }
}

fn layers() -> [Vec<u8>; 6] {
    [
        Tar::default()
            .file("d/f", "first")
            .file("d/f", "second")
            .hardlink("d/g", "d/f")
            .symlink("l", "d")
            .end(),
        Tar::default().file("l/f", "through the link").end(),
        Tar::default().file("other", "").end(),
        Tar::default().file("d/.wh.f", "").end(),
        Tar::default().directory("d/f/").end(),
        Tar::default().file(".wh.d", "").end(),
    ]
}

#[test]
fn every_version_is_listed_where_it_was_made() {
    let layers = layers();
    let listed: Vec<_> = of(&layers, "/d/f")
        .into_iter()
        .map(|version| (version.layer, version.change, version.overwritten, version.kind, version.size))
        .collect();
    assert_eq!(
        listed,
        [
            (0, Change::Added, true, Some(NodeKind::File), 5),
            (0, Change::Added, false, Some(NodeKind::File), 6),
            (1, Change::Modified, false, Some(NodeKind::File), 16),
            (3, Change::Removed, false, None, 0),
            (4, Change::Added, false, Some(NodeKind::Directory), 0),
            (5, Change::Removed, false, None, 0),
        ]
    );
    // The same through the link, which leads nowhere at last.
    assert_eq!(of(&layers, "l/f").len(), 5);
    assert_eq!(of(&layers, "never"), []);
}

#[test]
fn the_contents_of_every_version_can_be_had() {
    let layers = layers();
    let had: Vec<String> = of(&layers, "d/f")
        .into_iter()
        .filter_map(|version| version.source)
        .map(|source| String::from_utf8(contents(&layers, source).expect("there")).expect("text"))
        .collect();
    assert_eq!(had, ["first", "second", "through the link"]);
    // A further name has the contents of the file.
    let link = of(&layers, "d/g")[0].clone();
    assert_eq!(link.source, Some(FileSource { layer: 0, entry: 1 }));
    assert_eq!(link.sha256.expect("hashed").len(), 64);
}

#[test]
fn contents_that_are_not_those_that_were_scanned_are_refused() {
    let layers = [Tar::default().directory("d").file("f", "contents").end()];
    let layer = scan(&layers[0]);
    let feed = |bytes: &[u8]| read(&layer, bytes, 1);
    assert!(matches!(read(&layer, &layers[0], 0), Err(FileReadError::NotAFile { path }) if path == "d"));
    assert!(matches!(read(&layer, &layers[0], 2), Err(FileReadError::NoRow { index: 2, count: 2 })));
    assert_eq!(feed(&layers[0]).as_deref(), Ok(&b"contents"[..]));
    let changed = Tar::default().directory("d").file("f", "Contents").end();
    assert!(matches!(feed(&changed), Err(FileReadError::Contents { path, .. }) if path == "f"));
    for moved in
        [Tar::default().directory("d").file("f", "more contents").end(), Tar::default().directory("d").end()]
    {
        assert!(matches!(feed(&moved), Err(FileReadError::Moved { path }) if path == "f"));
    }
    assert!(feed(&layers[0][..1030]).is_err());
}

#[test]
fn holes_are_zeros() {
    let map = b"1\n4096\n3\n".to_vec();
    let mut stored = map;
    stored.resize(512, 0);
    stored.extend(b"end");
    let layer = Tar::default()
        .pax(&[
            ("GNU.sparse.major", b"1"),
            ("GNU.sparse.minor", b"0"),
            ("GNU.sparse.name", b"holes"),
            ("GNU.sparse.realsize", b"5000"),
        ])
        .file("holes", stored)
        .end();
    let found = contents(&[layer], FileSource { layer: 0, entry: 0 }).expect("there");
    let expected = [&[0; 4096][..], b"end", &[0; 901]].concat();
    assert_eq!(found, expected);
}
