//! Every image of a folder against what other programs say of it.
//!
//! The folder is `tests/fixtures`, or the one that `LAYERGLASS_IMAGES` names; its `EXPECTED.json` says what is expected
//! of each file, `rootfs/*.tsv` what the merged tree of each image holds. Every entry is checked in two ways: by jumping
//! over contents and in one pass.
#![cfg(all(feature = "fs", not(target_arch = "wasm32")))]

mod expected;
mod extracted;
#[path = "../support/quoting.rs"]
mod quoting;
mod tree;

use std::path::{Path, PathBuf};

use expected::{Expected, ExpectedFile};
use layerglass::archive::{Archive, ArchiveData, CheckState, LayerState, Pass};
use layerglass::fs::{ImageFile, OpenOptions};
use layerglass::layer::ContentHash;
use layerglass::limits::Limits;

fn folder() -> PathBuf {
    std::env::var_os("LAYERGLASS_IMAGES")
        .map_or_else(|| Path::new("tests/fixtures").to_owned(), PathBuf::from)
}

fn opened(path: &Path) -> Archive {
    let options = OpenOptions { contents: ContentHash::Sha256, ..OpenOptions::default() };
    let mut file = ImageFile::open(path, &options).unwrap_or_else(|error| panic!("{error}"));
    file.scan().unwrap_or_else(|error| panic!("{error}"));
    file.into_archive()
}

fn passed(path: &Path) -> Archive {
    let bytes = std::fs::read(path).unwrap();
    let mut pass = Pass::new(ContentHash::Sha256, &Limits::default());
    // A piece size that divides nothing puts every header across a border somewhere.
    for piece in bytes.chunks(10_007) {
        pass.push(piece).unwrap();
    }
    pass.finish().unwrap()
}

fn check(folder: &Path, name: &str, file: &ExpectedFile, archive: &Archive) {
    let data = archive.data();
    assert!(data.layers.iter().all(|layer| layer.state == LayerState::Scanned), "{name}: {:#?}", data.layers);
    no_mismatch(name, &data);
    if file.images.is_empty() {
        expected::check_kind(name, file, &data);
    }
    for image in &file.images {
        expected::check_image(name, image, archive, &data, folder, &|_, _, _| {});
    }
}

fn no_mismatch(name: &str, data: &ArchiveData) {
    let of_layers = data.layers.iter().map(|layer| &layer.check);
    let of_images = data
        .images
        .iter()
        .flat_map(|image| image.layers.iter().map(|layer| &layer.check).chain([&image.check]));
    let of_blobs = data.blobs.iter().map(|blob| &blob.check);
    for check in of_layers.chain(of_images).chain(of_blobs) {
        assert_ne!(check.state, CheckState::Mismatch, "{name}: {check:?}");
    }
}

#[test]
fn every_image_is_what_other_programs_say() {
    let folder = folder();
    let expected = Expected::read(&folder.join("EXPECTED.json"));
    assert!(!expected.files.is_empty(), "EXPECTED.json names no file");
    let mut images = 0;
    for (name, file) in &expected.files {
        let path = folder.join(name);
        let archive = opened(&path);
        check(&folder, name, file, &archive);
        if path.is_file() {
            let streamed = passed(&path);
            check(&folder, name, file, &streamed);
            assert_eq!(
                streamed.data().images,
                archive.data().images,
                "{name}: one pass differs from jumping"
            );
        }
        images += file.images.len();
        println!("{name}: {}, {} images", archive.data().label, archive.data().images.len());
    }
    println!("{} files, {images} expected images", expected.files.len());
}
