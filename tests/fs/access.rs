//! Files of images that are opened where they lie, in every dialect and compression.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::Path;

use flate2::write::GzEncoder;
use layerglass::codec::{CodecError, Decoder};
use layerglass::error::{ErrorKind, Reason as _};
use layerglass::fs::{ImageFile, OpenOptions};
use layerglass::layer::{ContentHash, FileReadError, FileReader, FileStep, LayerScan, RowKind, ScannedLayer};
use layerglass::limits::Limits;
use layerglass::tar::{Event, Reader};

use super::build::Tar;
use super::images;

fn open(path: &Path, contents: ContentHash) -> ImageFile {
    let mut image = ImageFile::open(path, &OpenOptions { contents, ..OpenOptions::default() }).unwrap();
    image.scan().unwrap();
    image
}

/// Every file of the folder of images that holds layers.
fn all_images() -> Vec<ImageFile> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(images()).unwrap() {
        let path = entry.unwrap().path();
        let Ok(mut image) = ImageFile::open(&path, &OpenOptions::default()) else { continue };
        image.scan().unwrap();
        if image.archive().layer_count() > 0 {
            found.push(image);
        }
    }
    assert!(found.len() >= 15, "the folder of images holds {} of them", found.len());
    found
}

/// The contents of every file of a tar, by its path; the last one of a path counts.
fn files_of(tar: &[u8]) -> BTreeMap<(Vec<u8>, u64), Vec<u8>> {
    let (mut reader, mut input) = (Reader::new(&Limits::default()), tar);
    let (mut files, mut current, mut contents) = (BTreeMap::new(), None, Vec::new());
    while let Some(event) = reader.next(&mut input).unwrap() {
        match event {
            Event::Entry(entry) => current = Some((entry.path.clone(), entry.header_offset)),
            Event::Data(data) => contents.extend_from_slice(data),
            Event::Hole(length) => contents.resize(contents.len() + length as usize, 0),
            Event::EntryEnd => {
                if let Some(key) = current.take() {
                    files.insert(key, std::mem::take(&mut contents));
                }
            }
        }
    }
    files
}

/// Every file of every layer, compared with what the whole layer holds there.
#[test]
fn every_file_of_every_image() {
    let (mut opened, mut links) = (0, 0);
    for image in all_images() {
        for layer in 0..image.archive().layer_count() {
            let Some(table) = image.archive().table(layer).filter(|table| !table.is_empty()) else {
                continue;
            };
            let tar = layer_tar(&image, layer);
            let files = files_of(&tar);
            for row in table.rows() {
                let file = image.open_file(layer, row.index());
                match row.kind() {
                    RowKind::File => {
                        let mut file = file.unwrap();
                        let mut contents = Vec::new();
                        file.read_to_end(&mut contents).unwrap();
                        assert_eq!(contents.len() as u64, file.size());
                        let whole = files.iter().find(|((_, offset), _)| *offset == row.offset());
                        assert_eq!(Some(&contents), whole.map(|(_, contents)| contents));
                        opened += 1;
                    }
                    RowKind::HardLink => match file {
                        Ok(mut file) => {
                            let mut contents = Vec::new();
                            file.read_to_end(&mut contents).unwrap();
                            assert_eq!(contents.len() as u64, file.size());
                            links += 1;
                        }
                        Err(error) => assert_eq!(error.kind(), ErrorKind::NotFound, "{error}"),
                    },
                    _ => assert_eq!(file.unwrap_err().code(), "not-a-file"),
                }
            }
        }
    }
    assert!(opened > 500 && links > 20, "{opened} files and {links} links");
}

/// The uncompressed bytes of a layer.
fn layer_tar(image: &ImageFile, layer: usize) -> Vec<u8> {
    let source = image.archive().layer_source(layer).unwrap();
    let mut whole = Vec::new();
    // A file that is compressed as a whole is unpacked first.
    let path = image.path();
    let stored = if path.is_dir() { read_part(path, source.file) } else { std::fs::read(path).unwrap() };
    unpack(image.archive().data().compression, &stored, &mut whole);
    let end = (source.offset + source.length).min(whole.len() as u64);
    let report = &image.archive().data().layers[layer];
    let mut part = &whole[source.offset as usize..end as usize];
    if source.offset == 0 && end < whole.len() as u64 {
        part = &whole;
    }
    let mut tar = Vec::new();
    unpack(report.compression.unwrap(), part, &mut tar);
    tar
}

/// The file of a folder that has this number: they are sorted by their paths.
fn read_part(folder: &Path, number: u32) -> Vec<u8> {
    fn walk(folder: &Path, below: &str, found: &mut Vec<(String, std::path::PathBuf)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{below}{}", path.file_name().unwrap().to_string_lossy());
            if path.is_dir() {
                walk(&path, &format!("{name}/"), found);
            } else {
                found.push((name, path));
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, "", &mut found);
    found.sort();
    std::fs::read(&found[number as usize].1).unwrap()
}

fn unpack(compression: layerglass::codec::Compression, stored: &[u8], into: &mut Vec<u8>) {
    let mut decoder = Decoder::new(compression, &Limits::default());
    let pushed = decoder.push(stored, &mut |bytes: &[u8]| {
        into.extend_from_slice(bytes);
        Ok::<(), CodecError>(())
    });
    pushed.and_then(|()| decoder.finish()).unwrap();
}

#[test]
fn by_path_through_all_layers() {
    for contents in [ContentHash::Xxh3, ContentHash::Sha256] {
        let image = open(&images().join("quirks.docker28.tar"), contents);
        let read = |path: &str| {
            let mut text = String::new();
            image.open_path(0, path.as_bytes()).map(|mut file| file.read_to_string(&mut text).map(|_| text))
        };
        assert_eq!(read("q/hl1").unwrap().unwrap(), read("/q/hl2-moved").unwrap().unwrap());
        assert_eq!(read("q/missing").unwrap_err().code(), "no-file");
        assert_eq!(read("q/dir").unwrap_err().code(), "not-a-file");
        assert_eq!(read("../q").unwrap_err().code(), "no-file");
    }
    let image = ImageFile::open(images().join("quirks.docker28.tar"), &OpenOptions::default()).unwrap();
    assert_eq!(image.open_file(0, 0).unwrap_err().code(), "layer-not-scanned");
    assert_eq!(image.open_file(99, 0).unwrap_err().code(), "no-layer");
}

/// A tar of noise in files of 64 KiB, behind each other.
fn large_tar(files: usize) -> Vec<u8> {
    let mut state = 7_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    let mut tar = Tar::default();
    for number in 0..files {
        let contents: Vec<u8> = (0..64 << 10).map(|_| noise()).collect();
        tar = tar.file(&format!("file-{number}"), &contents);
    }
    tar.end()
}

fn scan(stored: &[u8]) -> ScannedLayer {
    let mut scan = LayerScan::new(ContentHash::Xxh3, &Limits::default());
    stored.chunks(300_000).for_each(|piece| scan.push(piece));
    scan.finish()
}

/// Reads one file out of a layer: its contents, and how many stored bytes that took.
fn read(layer: &ScannedLayer, stored: &[u8], row: u32) -> Result<(Vec<u8>, u64), FileReadError> {
    let size = layer.report.stored_size;
    let mut reader = FileReader::new(&layer.table, &layer.seek, size, row, &Limits::default())?;
    let (mut contents, mut wanted, mut response) = (Vec::new(), 0, None);
    loop {
        match reader.next(response.take())? {
            FileStep::Want { offset, length } => {
                wanted += length;
                response = stored.get(offset as usize..(offset + length) as usize).or(Some(&[]));
            }
            FileStep::Bytes(bytes) => contents.extend_from_slice(bytes),
            FileStep::Done => return Ok((contents, wanted)),
        }
    }
}

/// A file deep in a gzip layer costs less than 4 MiB of reading, wherever it lies, and the index crosses to another
/// worker.
#[test]
fn a_file_deep_in_a_gzip_layer() {
    let tar = large_tar(160);
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::new(1));
    encoder.write_all(&tar).unwrap();
    let stored = encoder.finish().unwrap();
    assert!(stored.len() > 10 << 20);
    let layer = scan(&stored);
    let mut bytes = Vec::new();
    let length = layer.parts().encoded_len();
    layer.parts().write(&mut |piece| bytes.extend_from_slice(piece));
    assert_eq!(bytes.len() as u64, length);
    let mut rest = &bytes[..];
    let moved = ScannedLayer::read(length, &mut |buffer| {
        let (taken, behind) = rest.split_at(buffer.len());
        buffer.copy_from_slice(taken);
        rest = behind;
    });
    let moved = moved.unwrap();
    assert_eq!(moved.seek, layer.seek);
    for row in [0, 47, 100, 159] {
        let (contents, wanted) = read(&moved, &stored, row).unwrap();
        let at = moved.table.row(row).unwrap().offset() as usize + 512;
        assert!(contents == tar[at..at + (64 << 10)]);
        assert!(wanted < 4 << 20, "{wanted} stored bytes for row {row}");
    }
}

/// A layer that changed since the scan is noticed.
#[test]
fn another_layer_than_was_scanned() {
    let tar = large_tar(3);
    let layer = scan(&tar);
    let mut changed = tar.clone();
    changed[1000] ^= 1;
    assert!(matches!(read(&layer, &changed, 0), Err(FileReadError::Contents { .. })));
    assert!(matches!(read(&layer, &tar[512..], 0), Err(FileReadError::Tar(_))));
    assert!(matches!(
        read(&layer, &tar[..70_000], 1),
        Err(FileReadError::Tar(_) | FileReadError::Moved { .. })
    ));
    assert!(matches!(read(&layer, &[], 1), Err(FileReadError::Tar(_) | FileReadError::Moved { .. })));
    let other = Tar::default().file("other", [0; 64 << 10]).end();
    assert!(matches!(read(&layer, &other, 0), Err(FileReadError::Moved { .. })));
    assert!(matches!(read(&layer, &tar, 3), Err(FileReadError::NoRow { index: 3, count: 3 })));
}

/// Layers with a table of contents are read without a scan: every path of the image has the same contents as after one.
#[test]
fn tables_of_contents_take_the_place_of_a_scan() {
    for name in ["quirks.estargz.oci.tar", "quirks.chunked.oci"] {
        let path = images().join(name);
        let scanned = open(&path, ContentHash::Sha256);
        let mut listed = ImageFile::open(&path, &OpenOptions::default()).unwrap();
        let first = listed.open_path(0, b"q/hl1");
        assert_eq!(first.err().map(|error| error.code()), Some("layer-not-scanned"), "{name}");
        let report = listed.read_tocs().unwrap();
        assert_eq!(
            (report.layers.len(), report.refused.len()),
            (listed.archive().layer_count(), 0),
            "{name}"
        );
        assert!((0..report.layers.len()).all(|layer| listed.archive().table(layer).is_none()), "{name}");
        let mut compared = 0;
        for layer in 0..scanned.archive().layer_count() {
            let table = scanned.archive().table(layer).unwrap();
            assert_eq!(
                listed.archive().toc_digest(layer),
                listed.archive().toc(layer).map(|toc| toc.digest()),
                "{name}: the annotation names the table"
            );
            for row in (0..table.len() as u32).filter_map(|row| table.row(row)).filter(|row| row.is_placed())
            {
                let contents = |image: &ImageFile| -> Result<Vec<u8>, &'static str> {
                    let mut file = image.open_path(0, row.path()).map_err(|error| error.code())?;
                    let mut contents = Vec::new();
                    file.read_to_end(&mut contents).unwrap();
                    Ok(contents)
                };
                let (expected, found) = (contents(&scanned), contents(&listed));
                assert_eq!(
                    found.is_ok(),
                    expected.is_ok(),
                    "{name}: {}",
                    String::from_utf8_lossy(row.path())
                );
                if let (Ok(found), Ok(expected)) = (found, expected) {
                    assert!(found == expected, "{name}: {}", String::from_utf8_lossy(row.path()));
                    compared += 1;
                }
            }
        }
        assert!(compared > 20, "{name}: {compared} files");
    }
}
