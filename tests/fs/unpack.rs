//! Unpacked images against what other programs unpacked.

use std::fs;
use std::path::Path;

use layerglass::archive::Role;
use layerglass::fs::{ImageFile, OpenOptions, UnpackOptions};
use serde_json::Value;

use crate::{images, is_root, listing};

/// Every image of the folder, unpacked, is to the byte and the attribute what umoci unpacked: `rootfs/*.tsv`.
#[test]
fn every_image_is_unpacked_as_other_programs_do() {
    if !is_root() {
        eprintln!("NOT ROOT: OWNERS AND DEVICES CANNOT BE COMPARED, NO IMAGE WAS UNPACKED");
        return;
    }
    let text = fs::read(images().join("EXPECTED.json")).expect("EXPECTED.json");
    let expected: Value = serde_json::from_slice(&text).expect("JSON");
    let mut compared = 0;
    for (name, file) in expected["files"].as_object().expect("files") {
        let opened = ImageFile::open(images().join(name), &OpenOptions::default()).expect("opens");
        let data = opened.archive().data();
        for image in file["images"].as_array().expect("images") {
            let source = image["source"].as_str().expect("a source");
            let reference = source.splitn(3, ':').nth(2).unwrap_or_default();
            let mut wanted: Vec<(String, &Value)> = Vec::new();
            match image["platforms"].as_object() {
                Some(platforms) => wanted.extend(platforms.iter().map(|(platform, single)| {
                    (platform.split('/').nth(1).expect("an architecture").to_owned(), single)
                })),
                None => wanted.push((reference.to_owned(), image)),
            }
            for (label, single) in wanted {
                let label = if label.is_empty() { name.clone() } else { format!("{name}@{label}") };
                let tsv = images().join("rootfs").join(format!("{}.tsv", label.replace(['/', ':'], "_")));
                let Ok(tree) = fs::read_to_string(&tsv) else { continue };
                let found = data.images.iter().find(|found| {
                    found.role == Role::Image && found.id.as_deref() == single["image_id"].as_str()
                });
                let found = found.unwrap_or_else(|| panic!("{label}: no image {}", single["image_id"]));
                check(&label, &opened, found.index, &tree);
                compared += 1;
            }
        }
    }
    println!("{compared} images were unpacked and compared");
    let recorded = fs::read_dir(images().join("rootfs")).expect("rootfs").count();
    assert_eq!(compared, recorded, "every recorded tree is compared with");
}

fn check(label: &str, file: &ImageFile, image: usize, tree: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("rootfs");
    let reports = file.unpack(image, &target, &UnpackOptions::default());
    let reports = reports.unwrap_or_else(|error| panic!("{label}: {error}"));
    for (layer, report) in reports.iter().enumerate() {
        println!("{label} layer {layer}: {:?}, {:?}", report.denied, report.findings);
    }
    compare(label, &target, tree);
    let left: Vec<_> =
        fs::read_dir(folder.path()).expect("read").map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["rootfs"], "{label}: nothing is left beside the folder");
}

fn compare(label: &str, folder: &Path, tree: &str) {
    let lines = listing::lines(folder);
    for (line, expected) in lines.iter().zip(tree.lines()) {
        assert_eq!(as_recorded(line), expected, "{label}");
    }
    assert_eq!(lines.len(), tree.lines().count(), "{label}");
}

/// A line with the time that umoci would have left: it hands over nanoseconds in 64 bits, which wrap in 2262, and ext4 holds
/// nothing before 1901.
fn as_recorded(line: &str) -> String {
    let mut fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
    let seconds: i64 = fields[6].parse().expect("a time");
    fields[6] =
        seconds.wrapping_mul(1_000_000_000).div_euclid(1_000_000_000).max(i64::from(i32::MIN)).to_string();
    fields.join("\t")
}
