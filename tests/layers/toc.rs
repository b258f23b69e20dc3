//! Tables of contents of eStargz and zstd:chunked layers: what they list is what a scan finds.

use std::path::{Path, PathBuf};

use layerglass::archive::{Archive, Opener};
use layerglass::digest::Digest;
use layerglass::error::{ErrorKind, Reason as _};
use layerglass::layer::{
    ContentHash, FileStep, LayerScan, Row, RowKind, ScannedLayer, Toc, TocError, TocFile, TocOpener,
};
use layerglass::limits::Limits;

/// The images: `tests/fixtures`, or the folder that `LAYERGLASS_IMAGES` names.
fn images() -> PathBuf {
    std::env::var_os("LAYERGLASS_IMAGES")
        .map_or_else(|| Path::new("tests/fixtures").to_owned(), PathBuf::from)
}

fn open(stored: &[u8], expected: Option<Digest>) -> Result<Option<Toc>, TocError> {
    let mut opener = TocOpener::new(stored.len() as u64, expected, &Limits::default());
    let mut want = opener.next(None)?;
    while let Some((offset, length)) = want {
        want = opener.next(Some(&stored[offset as usize..(offset + length) as usize]))?;
    }
    Ok(opener.finish())
}

fn read(toc: &Toc, stored: &[u8], entry: usize) -> Result<Vec<u8>, TocError> {
    let mut file = TocFile::new(toc, entry, &Limits::default())?;
    let (mut contents, mut response) = (Vec::new(), None);
    loop {
        match file.next(response.take())? {
            FileStep::Want { offset, length } => {
                response = stored.get(offset as usize..(offset + length) as usize).or(Some(&[]));
            }
            FileStep::Bytes(bytes) => contents.extend_from_slice(bytes),
            FileStep::Done => return Ok(contents),
        }
    }
}

fn scan(stored: &[u8]) -> ScannedLayer {
    let mut scan = LayerScan::new(ContentHash::Sha256, &Limits::default());
    scan.push(stored);
    scan.finish()
}

/// The stored layers of the two images, each with the digest that an annotation gives its table.
fn layers() -> Vec<(Vec<u8>, Digest)> {
    let estargz = std::fs::read(images().join("quirks.estargz.oci.tar")).unwrap();
    let mut opener = Opener::new(estargz.len() as u64, &Limits::default());
    let mut want = opener.next(None).unwrap();
    while let Some(range) = want {
        want = opener.next(Some(&estargz[range.offset as usize..][..range.length as usize])).unwrap();
    }
    let archive: Archive = opener.finish().unwrap();
    let manifest = String::from_utf8(archive.raw_manifest(0).unwrap().to_vec()).unwrap();
    let mut found = Vec::new();
    for layer in 0..archive.layer_count() {
        let source = archive.layer_source(layer).unwrap();
        let stored = estargz[source.offset as usize..][..source.length as usize].to_vec();
        found.push(with_annotation(stored, &manifest, "containerd.io/snapshot/stargz/toc.digest"));
    }
    let blobs = images().join("quirks.chunked.oci/blobs/sha256");
    let mut files: Vec<PathBuf> = blobs.read_dir().unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let files: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    let manifest =
        files.iter().find(|file| file.windows(17).any(|part| part == b"manifest-checksum")).unwrap();
    let manifest = String::from_utf8(manifest.clone()).unwrap();
    for stored in files.iter().filter(|file| file.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])) {
        found.push(with_annotation(stored.clone(), &manifest, "zstd-chunked.manifest-checksum"));
    }
    assert!(found.len() >= 7);
    found
}

/// A layer with an annotation of its descriptor in the manifest.
fn with_annotation(stored: Vec<u8>, manifest: &str, name: &str) -> (Vec<u8>, Digest) {
    let descriptor = &manifest[manifest.find(&Digest::sha256(&stored).to_string()).unwrap()..];
    let value = &descriptor[descriptor.find(name).unwrap() + name.len()..];
    let value = &value[value.find("sha256:").unwrap()..][..71];
    (stored, Digest::parse(value).unwrap())
}

/// Every entry beside the row that a scan finds, contents included.
#[test]
fn a_table_lists_what_a_scan_finds() {
    let (mut files, mut links) = (0, 0);
    for (stored, digest) in layers() {
        let toc = open(&stored, Some(digest)).unwrap().unwrap();
        assert_eq!(toc.digest(), digest);
        let (table, layer) = (toc.table(), scan(&stored));
        assert_eq!(table.len(), toc.entries().len());
        assert_eq!(toc.compression(), layer.report.compression);
        // The table of an eStargz layer is a member of its tar, and does not list itself.
        let is_own = |path: &[u8]| path == b"stargz.index.json";
        let rows: Vec<_> = layer.table.rows().filter(|row| !is_own(row.path())).collect();
        assert_eq!(table.len(), rows.len());
        for (listed, row) in table.rows().zip(rows) {
            // Names that are no UTF-8 cannot be written in a table.
            let lossy = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
            assert_eq!(lossy(listed.path()), lossy(row.path()));
            assert_eq!((listed.kind(), listed.size()), (row.kind(), row.size()));
            if row.whiteout().is_none() {
                assert_eq!((listed.mode(), listed.uid(), listed.gid()), (row.mode(), row.uid(), row.gid()));
                let sorted = |row: Row<'_>| {
                    let mut pairs: Vec<_> =
                        row.xattrs().map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
                    pairs.sort();
                    pairs
                };
                assert_eq!(sorted(listed), sorted(row));
            }
            match row.kind() {
                RowKind::File => {
                    let contents = read(&toc, &stored, listed.index() as usize).unwrap();
                    assert_eq!(contents.len() as u64, row.size());
                    assert_eq!(
                        Digest::sha256(&contents).to_string(),
                        format!("sha256:{}", hex(&row.sha256().unwrap()))
                    );
                    files += 1;
                }
                kind => {
                    let error = read(&toc, &stored, listed.index() as usize).unwrap_err();
                    assert_eq!(error.code(), "toc-not-a-file");
                    links += u32::from(kind == RowKind::HardLink);
                }
            }
        }
    }
    assert!(files > 60 && links > 2, "{files} files and {links} links");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn another_table_than_the_annotation_names() {
    for (stored, _) in layers() {
        let wrong = Digest::sha256(b"another");
        assert!(
            matches!(open(&stored, Some(wrong)), Err(TocError::Digest { expected, .. }) if *expected == wrong)
        );
    }
}

/// Whatever is changed: the contents that come out are the right ones, or there is an error.
#[test]
fn damage_is_noticed() {
    for (stored, digest) in layers() {
        let whole = open(&stored, Some(digest)).unwrap().unwrap();
        for at in (0..stored.len()).step_by(stored.len() / 60 + 1) {
            let mut damaged = stored.clone();
            damaged[at] ^= 0x55;
            match open(&damaged, Some(digest)) {
                Ok(Some(toc)) => {
                    assert_eq!(toc, whole);
                    for entry in 0..toc.entries().len() {
                        if let Ok(contents) = read(&toc, &damaged, entry) {
                            assert_eq!(contents, read(&whole, &stored, entry).unwrap());
                        }
                    }
                }
                Ok(None) => {}
                Err(error) => assert!(
                    matches!(
                        error.kind(),
                        ErrorKind::Corrupt | ErrorKind::Limit | ErrorKind::Invalid | ErrorKind::Unsupported
                    ),
                    "{error}"
                ),
            }
        }
    }
}

/// A footer of eStargz, in the form of today and in that of the first layers.
fn footer(offset: u64, legacy: bool) -> Vec<u8> {
    let mut footer = vec![0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff];
    footer.extend_from_slice(if legacy { &[22, 0] } else { &[26, 0, b'S', b'G', 22, 0] });
    footer.extend_from_slice(format!("{offset:016x}STARGZ").as_bytes());
    footer.extend_from_slice(&[1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
    footer
}

/// A layer with nothing but a table, compressed and not checked by any annotation.
fn table_only(json: &str, legacy: bool) -> Vec<u8> {
    use std::io::Write as _;
    let tar = super::build::Tar::default().file("stargz.index.json", json).end();
    let mut encoder = flate2::write::GzEncoder::new(vec![0; 100], flate2::Compression::new(6));
    encoder.write_all(&tar).unwrap();
    let mut stored = encoder.finish().unwrap();
    stored.extend_from_slice(&footer(100, legacy));
    stored
}

#[test]
fn hostile_tables() {
    let entries =
        |list: &str| open(&table_only(&format!("{{\"version\":1,\"entries\":[{list}]}}"), true), None);
    assert!(entries("").unwrap().unwrap().entries().is_empty());
    let file = |more: &str| entries(&format!(r#"{{"name":"a","type":"reg","size":9,{more}}}"#));
    assert!(file(r#""offset":5"#).is_ok());
    for bad in [
        r#""offset":100"#,
        r#""offset":-1"#,
        r#""offset":1e3"#,
        r#""offset":5,"chunkOffset":1"#,
        r#""offset":5,"chunkSize":8"#,
        r#""offset":5,"chunkType":"holes""#,
        r#""offset":5,"digest":"sha256:00""#,
        r#""offset":5,"mode":"0644""#,
        r#""offset":5,"xattrs":{"user.a":"%"}"#,
    ] {
        assert_eq!(file(bad).unwrap_err().code(), "toc-entry", "{bad}");
    }
    assert_eq!(entries(r#"{"name":"a","type":"socket"}"#).unwrap_err().code(), "toc-entry");
    assert_eq!(entries(r#"{"name":"a","type":"chunk","offset":5}"#).unwrap_err().code(), "toc-entry");
    let chunk = |at: &str| {
        entries(&format!(
            r#"{{"name":"a","type":"reg","size":9,"offset":5,"chunkSize":4}},{{"name":"a","type":"chunk","offset":7,"chunkOffset":{at}}}"#
        ))
    };
    assert_eq!(chunk("4").unwrap().unwrap().entries()[0].chunks.len(), 2);
    for at in ["3", "5", "9", "10", "0"] {
        assert_eq!(chunk(at).unwrap_err().code(), "toc-entry", "{at}");
    }
    assert!(open(&table_only("{", true), None).is_err());
    let mut elsewhere = table_only("{}", true);
    let length = elsewhere.len();
    elsewhere.splice(length - 47.., footer(1 << 40, true));
    assert_eq!(open(&elsewhere, None).unwrap_err().code(), "toc-place");
    assert!(open(&table_only("{}", false), None).unwrap().is_some());
}
