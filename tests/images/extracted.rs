//! The merged root of every image as a tar, and its layers made one, against what other programs say.

use std::cell::Cell;
use std::fs::File;
use std::path::Path;

use layerglass::archive::ImageData;
use layerglass::fs::{ExtractOptions, ImageFile, OpenOptions};
use layerglass::layer::ContentHash;
use serde_json::Value;

use crate::expected::{Expected, check_image};
use crate::{folder, opened, tree};

#[test]
fn the_root_of_every_image_is_what_other_programs_say() {
    let folder = folder();
    let scratch = tempfile::tempdir().expect("a folder");
    let expected = Expected::read(&folder.join("EXPECTED.json"));
    let options = OpenOptions { contents: ContentHash::Sha256, ..OpenOptions::default() };
    let roots = Cell::new(0);
    for (name, file) in &expected.files {
        let mut opened_file = ImageFile::open(folder.join(name), &options).expect("opens");
        opened_file.scan().expect("scanned");
        let also = |image: &ImageData, rootfs: &Value, tsv: &Path| {
            let path = scratch.path().join("root.tar");
            let tar = File::create(&path).expect("made");
            let report = opened_file
                .extract_root(image.index, &ExtractOptions::default(), &tar)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!((report.whiteouts, report.findings.len()), (0, 0), "{name}: {report:?}");
            // A plain tar, so it is a root file system of one layer.
            let root = opened(&path);
            assert_eq!(
                u64::from(root.data().layers[0].scan.as_ref().expect("scanned").entries),
                report.entries
            );
            tree::check(name, rootfs, &root.data().images[0], &root, tsv);
            roots.set(roots.get() + 1);
        };
        for image in &file.images {
            check_image(name, image, opened_file.archive(), &opened_file.archive().data(), &folder, &also);
        }
    }
    println!("{} roots", roots.get());
    assert!(roots.get() > 10, "{} roots", roots.get());
}
