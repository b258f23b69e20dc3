//! Saving images of a store.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use layerglass::archive::{ArchiveFormat, LayerEncoding, LoadOptions};
use layerglass::codec::{Compression, Encoding};
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{DataRoot, LayerDriver, SaveError, SaveOptions, WriteTarget, block_on};
use layerglass::image::ImageId;
use layerglass::store::DeletePolicy;

use crate::disk::Disk;
use crate::support::{Made, archive, config_of, file, fixtures, go_on, images, load, open, open_as, written};

fn id(layers: &[&str]) -> ImageId {
    ImageId::of(config_of(layers).as_bytes())
}

/// A store with two images, of which one was made from the other.
fn two(folder: &Path, driver: LayerDriver) -> DataRoot {
    let root = open_as(&folder.join(driver.name()), driver);
    let bytes = archive(&[
        Made { tags: &["a:1", "b:1"], layers: &["1", "2"], parent: None },
        Made { tags: &["a:2"], layers: &["1", "2", "1", "3"], parent: None },
    ]);
    load(&root, &written(folder, "two", bytes)).expect("loaded");
    root
}

fn bytes(root: &DataRoot, names: &[&str], options: &SaveOptions) -> Vec<u8> {
    let mut bytes = Vec::new();
    root.save(names, WriteTarget::Stream(&mut bytes), options).expect("saved");
    bytes
}

const FORMATS: [ArchiveFormat; 3] = [ArchiveFormat::Docker, ArchiveFormat::DockerOci, ArchiveFormat::Oci];

fn drivers() -> Vec<LayerDriver> {
    if rustix::process::geteuid().is_root() {
        return vec![LayerDriver::Tar, LayerDriver::Overlay2];
    }
    eprintln!("ONLY ROOT CAN WRITE WHITEOUTS: NOTHING WAS SAVED FROM OVERLAY2");
    vec![LayerDriver::Tar]
}

/// An image's names, its parent and its configuration.
type Described = (Vec<String>, Option<ImageId>, Vec<u8>);

/// All images of a store.
fn all_of(root: &DataRoot) -> BTreeMap<ImageId, Described> {
    let described = |id: ImageId| {
        let names = root.images.names_of(&id).iter().map(|name| name.as_str().to_owned()).collect();
        (id, (names, root.images.parent(&id), block_on(root.images.raw(&id)).expect("there")))
    };
    root.images.list().into_iter().map(described).collect()
}

/// Every image of the project goes into a store, out of it in each layout, and into another store, and is the same there.
#[test]
fn every_image_is_the_same_after_a_round_through_each_layout() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut entries: Vec<_> = fs::read_dir(images()).expect("a folder").flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut rounds = 0;
    for entry in entries {
        let root = open(&folder.path().join(entry.file_name()));
        let Ok(opened) =
            layerglass::fs::ImageFile::open(entry.path(), &layerglass::fs::OpenOptions::default())
        else {
            continue;
        };
        let mut fast = LoadOptions::default();
        fast.unsynced = true;
        if root.load(&opened, &fast, &go_on).is_err() || root.images.is_empty() {
            continue;
        }
        let before = all_of(&root);
        let ids: Vec<String> = before.keys().map(ToString::to_string).collect();
        let names: Vec<String> = before.values().flat_map(|(names, ..)| names.clone()).collect();
        let asked: Vec<&str> = ids.iter().chain(&names).map(String::as_str).collect();
        for format in FORMATS {
            let place = format!("{}, {}", entry.path().display(), format.as_str());
            let options = SaveOptions::new(format);
            let saved = bytes(&root, &asked, &options);
            assert!(saved == bytes(&root, &asked, &options), "{place}: two saves are the same");
            let target = folder.path().join("saved.tar");
            let target_of = WriteTarget::File(target.clone());
            root.save(&asked, target_of, &options).unwrap_or_else(|error| panic!("{place}: {error}"));
            assert!(fs::read(&target).expect("a file") == saved, "{place}: a file and a stream are the same");
            let other = open(&folder.path().join("other"));
            let loaded = other.load(&file(&target), &fast, &go_on);
            loaded.unwrap_or_else(|error| panic!("{place}: {error}"));
            let mut after = all_of(&other);
            if format == ArchiveFormat::Oci {
                // The layout has no place for it.
                after.values_mut().zip(before.values()).for_each(|(after, before)| after.1 = before.1);
            }
            assert_eq!(after, before, "{place}");
            let chains = |root: &DataRoot| -> Vec<String> {
                let layers = root.layers.list().expect("listed");
                layers.iter().map(|layer| layer.chain_id.as_str().to_owned()).collect()
            };
            assert_eq!(chains(&other), chains(&root), "{place}");
            fs::remove_file(target).expect("removed");
            drop(other);
            fs::remove_dir_all(folder.path().join("other")).expect("removed");
            rounds += 1;
        }
    }
    assert!(rounds >= 12, "only {rounds} rounds");
    println!("{rounds} rounds");
}

/// What is saved does not depend on how the layers are kept.
#[test]
fn every_driver_saves_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut saved: Vec<Vec<u8>> = Vec::new();
    for driver in drivers() {
        let root = open_as(&folder.path().join(driver.name()), driver);
        load(&root, &fixtures().join("quirks.docker28.tar")).expect("loaded");
        let mut all = Vec::new();
        for format in FORMATS {
            let mut options = SaveOptions::new(format);
            all.extend(bytes(&root, &["quirks"], &options));
            if format != ArchiveFormat::Docker {
                for compression in [Compression::Gzip, Compression::Zstd] {
                    options.write.encoding = LayerEncoding::Encode(Encoding { compression, level: None });
                    let packed = bytes(&root, &["quirks"], &options);
                    let path = written(folder.path(), "packed", &packed);
                    let other = open(&folder.path().join("unpacked"));
                    load(&other, &path).expect("loaded");
                    assert_eq!(all_of(&other).keys().next(), all_of(&root).keys().next());
                    drop(other);
                    fs::remove_dir_all(folder.path().join("unpacked")).expect("removed");
                    all.extend(packed);
                }
            }
        }
        saved.push(all);
    }
    assert!(saved.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn names_and_ids_select_as_with_docker() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = two(folder.path(), LayerDriver::Tar);
    let (one, other) = (id(&["1", "2"]), id(&["1", "2", "1", "3"]));
    let by_digest = format!("a@sha256:{}", "d".repeat(64));
    let reference = crate::support::name(&by_digest);
    block_on(root.images.add_digest(&reference, one)).expect("named");
    let options = SaveOptions::new(ArchiveFormat::Docker);
    let saved = |names: &[&str]| -> Vec<(String, Vec<String>)> {
        let report = root.save(names, WriteTarget::Stream(&mut Vec::new()), &options).expect("saved");
        report.images.iter().map(|image| (image.id.clone().expect("an id"), image.names.clone())).collect()
    };
    let full = |text: &str| format!("docker.io/library/{text}");
    assert_eq!(saved(&["a"]), [(one.to_string(), vec![full("a:1")]), (other.to_string(), vec![full("a:2")])]);
    assert_eq!(saved(&["a:1", "b:1"]), [(one.to_string(), vec![full("a:1"), full("b:1")])]);
    assert_eq!(saved(&["a:1", "a:1", &one.to_string()]), [(one.to_string(), vec![full("a:1")])]);
    assert_eq!(saved(&[&by_digest]), [(one.to_string(), vec![])]);
    assert_eq!(saved(&[&one.short()]), [(one.to_string(), vec![])]);
    assert_eq!(saved(&[&one.to_string()[..15]]), [(one.to_string(), vec![])], "sha256: and digits");
    assert_eq!(saved(&[&one.digest().hex().to_string()]), [(one.to_string(), vec![])]);
    let refused = |name: &str| {
        let error = root.save(&["a:1", name], WriteTarget::Stream(&mut Vec::new()), &options);
        error.expect_err(name).kind()
    };
    assert_eq!(refused("nope"), ErrorKind::NotFound);
    assert_eq!(refused("nope:1"), ErrorKind::NotFound);
    assert_eq!(
        refused(&format!("{}:1", one.short())),
        ErrorKind::NotFound,
        "a tag is never looked for in ids"
    );
    assert_eq!(refused("UPPER"), ErrorKind::Invalid);
    assert_eq!(refused(""), ErrorKind::Invalid);
    let nothing = root.save(&[], WriteTarget::Stream(&mut Vec::new()), &options);
    assert_eq!(nothing.expect_err("nothing").kind(), ErrorKind::NotFound);
}

/// An image that is deleted while it is saved is saved wholly: its layers are held.
#[test]
fn what_is_saved_is_held_meanwhile() {
    for driver in drivers() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = two(folder.path(), driver);
        let options = SaveOptions::new(ArchiveFormat::DockerOci);
        let expected = bytes(&root, &["a:2"], &options);
        let (mut saved, mut is_deleted) = (Vec::new(), false);
        let target = WriteTarget::Stream(&mut saved);
        root.save_with(&["a:2"], target, &options, &mut |_| {
            if !std::mem::replace(&mut is_deleted, true) {
                let id = id(&["1", "2", "1", "3"]);
                let report = block_on(root.images.delete(&id, DeletePolicy::default())).expect("deleted");
                assert_eq!(report.freed, [], "the layers are held");
            }
            ControlFlow::Continue(())
        })
        .expect("saved");
        assert!(is_deleted && saved == expected, "{driver}");
        // Then nobody needs them.
        assert_eq!(root.layers.list().expect("listed").len(), 2, "{driver}");
    }
}

/// A layer whose contents are not those that were registered is not saved, and what was begun is gone.
#[test]
fn a_damaged_layer_is_not_saved() {
    for driver in drivers() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = two(folder.path(), driver);
        let mut pending = vec![root.layers.root().join(driver.name())];
        let mut damaged = 0;
        while let Some(place) = pending.pop() {
            for entry in fs::read_dir(place).expect("a folder").flatten() {
                let path = entry.path();
                if path.is_dir() && !path.is_symlink() {
                    pending.push(path);
                } else if entry.file_name() == "file" || driver == LayerDriver::Tar {
                    let mut contents = fs::read(&path).expect("a file");
                    if let Some(byte) = contents.iter_mut().rev().find(|byte| **byte == b'3') {
                        *byte = b'4';
                        fs::write(&path, contents).expect("written");
                        damaged += 1;
                    }
                }
            }
        }
        assert!(damaged > 0, "{driver}");
        for format in FORMATS {
            let target = folder.path().join("saved.tar");
            let saved = root.save(&["a:2"], WriteTarget::File(target.clone()), &SaveOptions::new(format));
            let error = saved.expect_err("a layer is damaged");
            let is_told = matches!(error.kind(), ErrorKind::Corrupt | ErrorKind::Io);
            assert!(is_told && error.path().is_some(), "{driver}: {error:?}");
            assert!(!target.exists(), "{driver}");
        }
        let names: Vec<_> = fs::read_dir(folder.path()).expect("a folder").flatten().collect();
        assert_eq!(names.len(), 2, "{driver}: the store and the file that was loaded");
    }
}

#[test]
fn on_a_full_disk_nothing_is_saved_and_nothing_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(disk) = Disk::mount(folder.path().join("disk"), 1 << 20) else { return };
    let root = two(folder.path(), LayerDriver::Tar);
    let target = disk.0.join("saved");
    for format in FORMATS {
        let options = SaveOptions::new(format);
        let mut refused = 0;
        for pages in 0.. {
            assert!(pages < 100, "there is space enough at some time");
            disk.fill(pages);
            let as_folder = pages % 2 == 0 && format == ArchiveFormat::Oci;
            let place = if as_folder {
                WriteTarget::Folder(target.clone())
            } else {
                WriteTarget::File(target.clone())
            };
            let saved = root.save(&["a:2", "a:1"], place, &options);
            disk.free();
            if saved.is_ok() {
                break;
            }
            let error = saved.expect_err("full");
            assert!(matches!(error, SaveError::Write(_)) && error.kind() == ErrorKind::Io, "{error:?}");
            let left: Vec<_> = fs::read_dir(&disk.0).expect("a folder").flatten().collect();
            assert_eq!(left.len(), 0, "{pages} pages: {left:?}");
            refused += 1;
        }
        assert!(refused > 2, "only {refused} were refused");
        if target.is_dir() { fs::remove_dir_all(&target) } else { fs::remove_file(&target) }
            .expect("removed");
    }
}
