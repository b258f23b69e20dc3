//! Loading files of every dialect.

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::process::Command;
use std::sync::Mutex;

use layerglass::archive::{LoadNote, LoadOptions, LoadSkip, Role};
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{LayerDriver, LoadError, LoadEvent, block_on};
use layerglass::image::{ImageConfig, ImageId, Platform};
use layerglass::limits::Limits;
use layerglass::reference::Reference;
use layerglass::store::{NameChange, NamePolicy};

use crate::build::digest;
use crate::support::{
    Made, archive, config_of, file, go_on, images, layer, left, load, load_each, name, open, open_as, written,
};

fn id(layers: &[&str]) -> ImageId {
    ImageId::of(config_of(layers).as_bytes())
}

/// Every image that the project has, of every dialect: what the file says is what the store has then.
#[test]
fn every_image_is_loaded_with_its_id_its_layers_and_its_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut loaded = 0;
    let mut entries: Vec<_> = fs::read_dir(images()).expect("a folder").flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let Ok(mut opened) = layerglass::fs::ImageFile::open(&path, &layerglass::fs::OpenOptions::default())
        else {
            continue;
        };
        let data = opened.archive().data();
        let is_image = |image: &&layerglass::archive::ImageData| image.role == Role::Image;
        if data.images.iter().filter(is_image).count() == 0 {
            let root = open(&folder.path().join("empty"));
            let error = root.load(&opened, &LoadOptions::default(), &go_on).expect_err("holds no images");
            assert_eq!((error.kind(), error.code()), (ErrorKind::Invalid, "load-no-images"), "{path:?}");
            continue;
        }
        let root = open(&folder.path().join(entry.file_name()));
        let report = root.load(&opened, &LoadOptions::default(), &go_on);
        let report = report.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        opened.scan().expect("scanned");
        let data = opened.archive().data();
        for image in data.images.iter().filter(is_image) {
            if report.skipped.iter().any(|(skipped, _)| *skipped == image.index) {
                continue;
            }
            let id = ImageId::parse(image.id.as_deref().expect("an id")).expect("an id");
            let config = block_on(root.images.get(&id)).expect("there");
            assert_eq!(config.raw(), opened.archive().raw_config(image.index).expect("a config"));
            for (layer, chain_id) in image.layers.iter().zip(config.rootfs().chain_ids()) {
                let mut tar = Vec::new();
                root.layers.export(&chain_id, &mut tar).expect("exported");
                assert_eq!(Some(digest(&tar)), layer.diff_id, "{}", path.display());
            }
            for name in &image.names {
                let reference = Reference::parse_normalized(name).expect("a name");
                // A name that images for several platforms have is that of one.
                let taken = report.notes.iter().any(|note| {
                    matches!(note, LoadNote::NameOfAnother { reference: of, image: loser, .. }
                        if *of == reference && *loser == image.index)
                });
                assert_eq!(root.images.named(&reference) == Some(id), !taken, "{name}");
            }
        }
        // Again: nothing is read, nothing changes.
        let again = root.load(&file(&path), &LoadOptions::default(), &go_on).expect("loaded");
        assert!(again.images.iter().all(|image| !image.is_new), "{}", path.display());
        assert!(again.names.iter().all(|name| *name == NameChange::Unchanged));
        loaded += 1;
    }
    assert!(loaded >= 4, "only {loaded} files were loaded");
    println!("{loaded} files were loaded");
}

#[test]
fn several_images_come_with_parents_and_names_move() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = open(&folder.path().join("root"));
    let first =
        written(folder.path(), "first", archive(&[Made { tags: &["a:1"], layers: &["1"], parent: None }]));
    load(&root, &first).expect("loaded");
    let second = archive(&[
        Made { tags: &["top:1", "a:1"], layers: &["1", "2", "3"], parent: Some(2) },
        Made { tags: &["far:1"], layers: &["1", "4", "5"], parent: Some(2) },
        Made { tags: &[], layers: &["1", "2"], parent: Some(2) },
    ]);
    let report = load(&root, &written(folder.path(), "second", &second)).expect("loaded");
    let ids: Vec<ImageId> = report.images.iter().map(|image| image.id).collect();
    assert_eq!(ids, [id(&["1", "2"]), id(&["1", "2", "3"]), id(&["1", "4", "5"])], "parents first");
    assert_eq!(root.images.parent(&id(&["1", "2", "3"])), Some(id(&["1", "2"])));
    // The second one was not made from it, and nothing is made from itself.
    assert_eq!(root.images.parent(&id(&["1", "4", "5"])), None);
    assert_eq!(root.images.parent(&id(&["1", "2"])), None);
    assert_eq!(report.notes, [LoadNote::InvalidParent { image: 1, parent: id(&["1", "2"]) }]);
    let moved =
        NameChange::Tagged { reference: name("a:1"), id: id(&["1", "2", "3"]), moved_from: Some(id(&["1"])) };
    assert!(report.names.contains(&moved), "{:?}", report.names);
    // The layer of the first one was there.
    let known: Vec<&str> =
        report.layers.iter().filter(|layer| layer.known).map(|layer| layer.entry.as_str()).collect();
    assert_eq!(known, ["1/layer.tar"]);
    assert_eq!(report.layers.len(), 5);
    assert_eq!(root.layers.collect().expect("collected"), [], "every layer is of an image");
}

#[test]
fn names_stay_or_are_refused_or_left_out_when_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = open(&folder.path().join("root"));
    let of = |layers: &[&str]| archive(&[Made { tags: &["a:1", "b:1"], layers, parent: None }]);
    load(&root, &written(folder.path(), "first", of(&["1"]))).expect("loaded");
    block_on(root.images.untag(&name("b:1"))).expect("untagged");
    let second = file(&written(folder.path(), "second", of(&["2"])));
    let mut options = LoadOptions::default();
    options.names = Some(NamePolicy::Refuse);
    let error = root.load(&second, &options, &go_on).expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!((root.images.len(), root.layers.list().expect("listed").len()), (1, 1));
    options.names = None;
    root.load(&second, &options, &go_on).expect("loaded");
    assert_eq!(root.images.names_of(&id(&["2"])), []);
    options.names = Some(NamePolicy::Keep);
    let report = root.load(&second, &options, &go_on).expect("loaded");
    assert_eq!(report.kept, [(name("a:1"), id(&["1"]))]);
    assert_eq!(root.images.names_of(&id(&["2"])), [name("b:1")]);
}

#[test]
fn images_are_chosen_by_number_and_platform() {
    let path = images().join("multiarch.oci");
    if !path.is_dir() {
        eprintln!("{} IS NOT THERE: NO IMAGE FOR SEVERAL PLATFORMS WAS LOADED", path.display());
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let opened = file(&path);
    let platforms: BTreeSet<String> = opened
        .archive()
        .data()
        .images
        .iter()
        .filter_map(|image| Some(image.platform.as_ref()?.to_string()))
        .collect();
    assert!(platforms.len() > 1);
    for platform in &platforms {
        let root = open(&folder.path().join(platform.replace('/', "-")));
        let mut options = LoadOptions::default();
        let host = Platform::new("linux", "amd64");
        options.platforms = vec![Platform::parse(platform, &host).expect("a platform")];
        let report = root.load(&opened, &options, &go_on).expect("loaded");
        for image in &report.images {
            let config = block_on(root.images.get(&image.id)).expect("there");
            assert_eq!(config.platform().to_string(), *platform);
        }
        assert_eq!(root.images.len(), report.images.len());
        assert!(report.skipped.iter().any(|(_, skip)| matches!(skip, LoadSkip::Platform { .. })));
    }
    let root = open(&folder.path().join("one"));
    let mut options = LoadOptions::default();
    options.images = Some(vec![0, 99]);
    let error = root.load(&opened, &options, &go_on).expect_err("there is no image 99");
    assert_eq!((error.kind(), error.code()), (ErrorKind::NotFound, "no-image"));
    options.images = Some(vec![0]);
    assert_eq!(root.load(&opened, &options, &go_on).expect("loaded").images.len(), 1);
}

#[test]
fn a_layer_that_is_there_is_not_read_and_need_not_be_in_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = open(&folder.path().join("root"));
    let whole = archive(&[Made { tags: &[], layers: &["1", "2"], parent: None }]);
    load(&root, &written(folder.path(), "whole", &whole)).expect("loaded");
    // The same list with a layer more, and without the lower ones.
    let config = config_of(&["1", "2", "3"]);
    let manifest = r#"[{"Config":"c","RepoTags":["top:1"],"Layers":["1","2","3"]}]"#;
    let tar = crate::build::Tar::default().file("c", &config).file("3", layer("3"));
    let part = written(folder.path(), "part", tar.file("manifest.json", manifest).end());
    let read = Mutex::new(BTreeSet::new());
    let watch = |event: &LoadEvent<'_>| {
        if let LoadEvent::Reading { entry, .. } = event {
            read.lock().expect("a set").insert((*entry).to_owned());
        }
        ControlFlow::Continue(())
    };
    root.load(&file(&part), &LoadOptions::default(), &watch).expect("loaded");
    assert_eq!(read.into_inner().expect("a set"), BTreeSet::from(["3".to_owned()]));
    // In another store they are missed.
    let other = open(&folder.path().join("other"));
    let error = load(&other, &part).expect_err("layers are missing");
    assert_eq!((error.kind(), error.path()), (ErrorKind::NotFound, Some("1".to_owned())));
    assert_eq!(left(other.layers.root()), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_file_compressed_as_a_whole_is_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = archive(&[Made { tags: &["a:1"], layers: &["1", "2"], parent: None }]);
    let plain = written(folder.path(), "plain.tar", &bytes);
    for program in ["gzip", "bzip2", "xz", "zstd"] {
        let Ok(packed) = Command::new(program).arg("-c").arg(&plain).output() else {
            eprintln!("{program} CANNOT BE RUN, WHAT IT PACKS WAS NOT LOADED");
            continue;
        };
        let root = open(&folder.path().join(program));
        let path = written(folder.path(), &format!("{program}.packed"), &packed.stdout);
        let report = load(&root, &path).expect("loaded");
        assert_eq!(report.images[0].id, id(&["1", "2"]), "{program}");
        assert!(!left(root.layers.root()).iter().any(|path| path.ends_with("spool")));
    }
}

#[test]
fn the_caller_can_end_it_at_any_event() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = open(&folder.path().join("root"));
    let bytes = archive(&[
        Made { tags: &["a:1"], layers: &["1", "2"], parent: None },
        Made { tags: &["b:1"], layers: &["1", "3"], parent: None },
    ]);
    let opened = file(&written(folder.path(), "archive", &bytes));
    let before = left(root.layers.root());
    let mut ended = 0;
    for stop in 0.. {
        assert!(stop < 100, "there is an end of events");
        let count = Mutex::new(0);
        let watch = |_: &LoadEvent<'_>| {
            let mut count = count.lock().expect("a count");
            *count += 1;
            if *count > stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        match root.load(&opened, &LoadOptions::default(), &watch) {
            Err(LoadError::Aborted) => {
                assert_eq!(left(root.layers.root()), before, "after {stop} events");
                assert!(root.images.is_empty());
                ended += 1;
            }
            other => {
                assert_eq!(other.expect("loaded").images.len(), 2);
                break;
            }
        }
    }
    assert!(ended >= 8, "only {ended} events");
}

#[test]
fn overlay2_gets_the_same_images() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("ONLY ROOT CAN WRITE WHITEOUTS: NOTHING WAS LOADED INTO OVERLAY2");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = crate::support::fixtures().join("quirks.docker28.tar");
    let tars = open(&folder.path().join("tar"));
    let folders = open_as(&folder.path().join("overlay2"), LayerDriver::Overlay2);
    let (one, other) = (load(&tars, &path).expect("loaded"), load(&folders, &path).expect("loaded"));
    assert_eq!((one.images, one.layers), (other.images, other.layers));
    for info in tars.layers.list().expect("listed") {
        let (mut one, mut other) = (Vec::new(), Vec::new());
        tars.layers.export(&info.chain_id, &mut one).expect("exported");
        folders.layers.export(&info.chain_id, &mut other).expect("exported");
        assert!(one == other, "{}", info.chain_id);
    }
}

/// With parents, each step of a legacy image is one, as with Docker; without, only those that are wanted.
#[test]
fn a_legacy_image_comes_with_the_images_of_its_steps() {
    let folder = tempfile::tempdir().expect("a folder");
    let step = |id: &str, parent: &str| {
        let parent = if parent.is_empty() { String::new() } else { format!(r#","parent":"{parent}""#) };
        format!(r#"{{"id":"{id}","created":"2020-01-01T00:00:00Z","os":"linux"{parent}}}"#)
    };
    let [a, b, c] = ["a", "b", "c"].map(|digit| digit.repeat(64));
    let tar = crate::build::Tar::default()
        .file(&format!("{a}/json"), step(&a, ""))
        .file(&format!("{a}/layer.tar"), layer("1"))
        .file(&format!("{b}/json"), step(&b, &a))
        .file(&format!("{b}/layer.tar"), layer("2"))
        .file(&format!("{c}/json"), step(&c, &a))
        .file(&format!("{c}/layer.tar"), layer("3"))
        .file("repositories", format!(r#"{{"x":{{"1":"{b}"}},"y":{{"1":"{c}"}}}}"#))
        .end();
    let path = written(folder.path(), "legacy", tar);
    let root = open(&folder.path().join("root"));
    let report = load(&root, &path).expect("loaded");
    assert_eq!((report.images.len(), report.layers.len()), (3, 3), "the lowest step is that of both");
    let tops = ["x:1", "y:1"].map(|text| root.images.named(&name(text)).expect("named"));
    let base = root.images.parent(&tops[0]).expect("a parent");
    assert_eq!(root.images.parent(&tops[1]), Some(base));
    let config = block_on(root.images.get(&tops[1])).expect("there");
    let diff_ids: Vec<&str> = config.rootfs().diff_ids.iter().map(|id| id.as_str()).collect();
    assert_eq!(diff_ids, [digest(&layer("1")), digest(&layer("3"))]);
    let alone = open(&folder.path().join("alone"));
    let mut options = LoadOptions::default();
    options.parents = false;
    let report = alone.load(&file(&path), &options, &go_on).expect("loaded");
    let ids: BTreeSet<ImageId> = report.images.iter().map(|image| image.id).collect();
    assert_eq!(ids, BTreeSet::from(tops));
    assert_eq!(alone.layers.collect().expect("collected"), []);
}

#[test]
fn image_by_image_what_is_wrong_stays_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = archive(&[
        Made { tags: &["a:1"], layers: &["1"], parent: None },
        Made { tags: &["b:1"], layers: &["1", "bad"], parent: Some(0) },
        Made { tags: &["c:1"], layers: &["1", "bad", "3"], parent: Some(1) },
        Made { tags: &["d:1"], layers: &["1", "4"], parent: Some(0) },
    ]);
    // One byte of a file in a layer.
    let at = bytes.windows(4).position(|bytes| bytes == b"bad\0").expect("there");
    bytes[at] = b'B';
    let path = written(folder.path(), "archive", &bytes);
    let root = open(&folder.path().join("root"));
    let error = load(&root, &path).expect_err("one is damaged");
    assert_eq!((error.kind(), error.path()), (ErrorKind::Corrupt, Some("bad/layer.tar".to_owned())));
    assert!(error.expected().is_some() && error.found().is_some());
    assert_eq!(left(root.layers.root()), Vec::<std::path::PathBuf>::new());
    assert!(root.images.is_empty());

    let report = load_each(&root, &path);
    let failed: Vec<Option<usize>> = report.failed.iter().map(|(image, _)| *image).collect();
    assert_eq!(failed, [Some(1), Some(2)]);
    assert_eq!(report.images.iter().map(|image| image.image).collect::<Vec<_>>(), [0, 3]);
    assert_eq!(root.images.parent(&id(&["1", "4"])), Some(id(&["1"])));
    assert_eq!(root.images.names().len(), 2);
    assert_eq!(root.layers.list().expect("listed").len(), 2, "what is of no image is freed");
    let config = block_on(root.images.raw(&id(&["1"]))).expect("there");
    assert!(ImageConfig::parse(config, &Limits::default()).is_ok());
}
