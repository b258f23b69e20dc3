//! Loading that is interrupted: by a write that fails, by a full disk, by the end of the process.

use std::fs;
use std::path::Path;

use layerglass::archive::LoadOptions;
use layerglass::env::{Env, UnixTime};
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{DataRoot, LayerDriver, LayerFolder, block_on, host_env};
use layerglass::image::{ImageId, Platform};
use layerglass::limits::Limits;
use layerglass::store::{DeletePolicy, ImageStore, LayerStores, MemoryBackend, Sharing, StoreOptions};

use crate::children::{kill, spawn, started};
use crate::disk::Disk;
use crate::faulty::{Fault, Faulty};
use crate::support::{Made, archive, config_of, file, go_on, left, load, name, open, written};

fn id(layers: &[&str]) -> ImageId {
    ImageId::of(config_of(layers).as_bytes())
}

/// Two images with a layer in common, a parent and names.
fn two() -> Vec<u8> {
    archive(&[
        Made { tags: &["a:1", "b:1"], layers: &["1", "2"], parent: None },
        Made { tags: &["c:1"], layers: &["1", "2", "3"], parent: Some(0) },
    ])
}

/// Whatever write of the images' records fails: all of it is there, or nothing, and no layer is left that nobody needs.
#[test]
fn whichever_write_fails_it_is_loaded_wholly_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = file(&written(folder.path(), "archive", two()));
    let env = || Env::new(UnixTime::default, Platform::new("linux", "amd64"));
    let mut struck = 0;
    for fault in [Fault::Fails, Fault::DoneButFails, Fault::EndsBefore, Fault::EndsAfter] {
        for write in 0.. {
            assert!(write < 50, "it ends");
            let place = format!("{fault:?} at write {write}");
            let root = folder.path().join(format!("{fault:?}{write}"));
            let (layers, _) = LayerFolder::open(&root, LayerDriver::Tar, &Limits::default()).expect("opens");
            let inner = MemoryBackend::new();
            let backend = Faulty::new(inner.clone(), fault, write, Sharing::Full);
            let options = StoreOptions::new(env()).with_layers(LayerStores::any(layers.clone()));
            let (store, _) = block_on(ImageStore::open(backend, options)).expect("opens");
            let loaded = opened.load_into(&store, &layers, &LoadOptions::default(), &go_on);
            if !store.backend().struck() {
                assert_eq!(loaded.expect("loaded").images.len(), 2);
                break;
            }
            struck += 1;
            // Whoever opens it next finds what was committed.
            let options = StoreOptions::new(env()).with_layers(LayerStores::any(layers.clone()));
            let (other, report) = block_on(ImageStore::open(inner, options)).expect("opens");
            assert_eq!(report.problems, [], "{place}");
            match other.len() {
                0 => {
                    assert!(loaded.is_err(), "{place}: it is said to be there");
                    assert_eq!(other.names(), [], "{place}");
                    assert_eq!(layers.list().expect("listed"), [], "{place}: layers are given back");
                }
                2 => {
                    assert_eq!(other.names().len(), 3, "{place}");
                    assert_eq!(other.parent(&id(&["1", "2", "3"])), Some(id(&["1", "2"])), "{place}");
                }
                count => panic!("{place}: {count} images"),
            }
        }
    }
    assert!(struck >= 24, "only {struck} writes went wrong");
}

#[test]
fn on_a_full_disk_it_is_loaded_wholly_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(disk) = Disk::mount(folder.path().join("disk"), 2 << 20) else { return };
    let opened = file(&written(folder.path(), "archive", two()));
    let packed = std::process::Command::new("gzip").arg("-c").arg(opened.path()).output().expect("gzip");
    let packed = file(&written(folder.path(), "archive.gz", packed.stdout));
    for (number, opened) in [opened, packed].into_iter().enumerate() {
        let place = disk.0.join(number.to_string());
        let root = open(&place);
        let before = left(&place);
        let mut refused = 0;
        for pages in 0.. {
            assert!(pages < 200, "there is space enough at some time");
            disk.fill(pages);
            let loaded = root.load(&opened, &LoadOptions::default(), &go_on);
            disk.free();
            match loaded {
                Ok(report) => {
                    assert_eq!(report.images.len(), 2);
                    break;
                }
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Io, "{pages} pages: {error}");
                    assert!(error.is_full() && error.path().is_some(), "{pages} pages: {error:?}");
                    assert_eq!(left(&place), before, "{pages} pages: {error}");
                    assert!(root.images.is_empty() && root.images.names().is_empty());
                    refused += 1;
                }
            }
        }
        assert!(refused > 5, "only {refused} were refused");
        drop(root);
        let root = open(&place);
        assert_eq!((root.images.len(), root.images.names().len()), (2, 3));
        assert_eq!(root.layers.collect().expect("collected"), []);
    }
}

fn check(root: &Path, place: &str) -> usize {
    let opened = DataRoot::open(root, LayerDriver::Tar, host_env(), &Limits::default()).expect("opens");
    assert_eq!(opened.opened.problems, [], "{place}");
    assert_eq!(opened.opened_layers.problems, [], "{place}");
    // All or nothing, and nothing is left that no image needs.
    let count = opened.images.len();
    match count {
        0 => {
            assert_eq!(opened.images.names(), [], "{place}");
            assert_eq!(opened.layers.list().expect("listed"), [], "{place}");
        }
        2 => {
            assert_eq!(opened.images.names().len(), 3, "{place}");
            let top = id(&["1", "2", "3"]);
            assert_eq!(opened.images.parent(&top), Some(id(&["1", "2"])), "{place}");
            for chain_id in block_on(opened.images.get(&top)).expect("there").rootfs().chain_ids() {
                opened.layers.export(&chain_id, &mut Vec::new()).expect(place);
            }
        }
        count => panic!("{place}: {count} images"),
    }
    assert_eq!(opened.layers.collect().expect("collected"), [], "{place}");
    let debris = fs::read_dir(root.join("image/tar/layerdb/tmp")).map_or(0, Iterator::count);
    assert_eq!(debris, 0, "{place}");
    count
}

/// Processes that load and delete again and again are killed. What the next one opens is whole, and what the one that was
/// killed had brought in is gone.
#[test]
fn a_process_that_is_killed_leaves_all_or_nothing() {
    const KILLS: u64 = 120;
    if let Some((folder, number)) = started() {
        let root = open(&folder.join("root"));
        let opened = file(&folder.join("archive"));
        // Some are killed while they load for the first time, others when there is something to be deleted.
        if number % 2 == 0 {
            root.load(&opened, &LoadOptions::default(), &go_on).expect("loaded");
        }
        fs::write(folder.join("log"), "begun").expect("noted");
        loop {
            root.load(&opened, &LoadOptions::default(), &go_on).expect("loaded");
            for layers in [&["1", "2", "3"][..], &["1", "2"]] {
                block_on(root.images.delete(&id(layers), DeletePolicy::default())).expect("deleted");
            }
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), "archive", two());
    let root = folder.path().join("root");
    let (mut half, mut whole) = (0, 0);
    for seed in 0..KILLS {
        fs::write(folder.path().join("log"), "").expect("cleared");
        kill("interrupted::a_process_that_is_killed_leaves_all_or_nothing", folder.path(), seed, 60_000);
        let layers = fs::read_dir(root.join("image/tar/layerdb/sha256")).map_or(0, Iterator::count);
        // Between two deletions there is one image, which is as whole.
        let reopened = open(&root);
        if reopened.images.len() == 1 {
            block_on(reopened.images.delete(&id(&["1", "2"]), DeletePolicy::default())).expect("deleted");
        }
        drop(reopened);
        let count = check(&root, &format!("seed {seed}"));
        half += usize::from(count == 0 && layers > 0);
        whole += usize::from(count == 2);
        let reopened = open(&root);
        for layers in [&["1", "2", "3"][..], &["1", "2"]].iter().take(count) {
            block_on(reopened.images.delete(&id(layers), DeletePolicy::default())).expect("deleted");
        }
        assert_eq!(reopened.layers.list().expect("listed"), [], "seed {seed}");
    }
    println!("{half} of {KILLS} were killed with layers and no images there, {whole} with both");
    assert!(half > KILLS as usize / 20 && whole > KILLS as usize / 20, "{half} and {whole}");
}

/// Processes that load the same file at once.
#[test]
fn processes_that_load_at_once_lose_nothing() {
    if let Some((folder, number)) = started() {
        let opened = file(&folder.join("archive"));
        for round in 0..10 {
            let root = open(&folder.join("root"));
            let report = root.load(&opened, &LoadOptions::default(), &go_on).expect("loaded");
            assert_eq!(report.images.len(), 2);
            if (round + number) % 3 == 0 {
                let top = id(&["1", "2", "3"]);
                let mut policy = DeletePolicy::default();
                policy.missing_ok = true;
                block_on(root.images.delete(&top, policy)).expect("deleted");
            }
        }
        let root = open(&folder.join("root"));
        root.load(&opened, &LoadOptions::default(), &go_on).expect("loaded");
        fs::write(folder.join(number.to_string()), "done").expect("noted");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), "archive", two());
    let test = "interrupted::processes_that_load_at_once_lose_nothing";
    let children: Vec<_> = (0..3).map(|number| spawn(test, folder.path(), number)).collect();
    for mut child in children {
        assert!(child.wait().expect("ended").success());
    }
    for number in 0..3 {
        assert_eq!(fs::read(folder.path().join(number.to_string())).expect("it ran"), b"done");
    }
    assert_eq!(check(&folder.path().join("root"), "after all"), 2);
    let root = open(&folder.path().join("root"));
    assert_eq!(root.images.named(&name("c:1")), Some(id(&["1", "2", "3"])));
    let _ = load(&root, &folder.path().join("archive")).expect("loaded");
}
