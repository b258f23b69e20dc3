//! A store opens whatever stands under whichever key, says what is wrong, and can be put right.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use layerglass::codec::{CodecError, Compression, Decoder};
use layerglass::fs::{FolderBackend, block_on};
use layerglass::image::ImageId;
use layerglass::store::{
    Backend, CreateOptions, DeletePolicy, GcOptions, ImageStore, LayerStores, LeaseOptions, MemoryBackend,
    MemoryLayers, ProblemKind, RepairPlan, Sharing, StoreError, StoreOptions,
};

use layerglass::limits::Limits;
use layerglass::tar::{EntryKind, Event, Reader};

use crate::support::{config, env, id, name, open};

fn prepared() -> MemoryBackend {
    let backend = MemoryBackend::new();
    let (store, _) = open(backend.clone());
    block_on(async {
        store.create(&config("a"), CreateOptions::default()).await?;
        store.create(&config("b"), CreateOptions::with_parent(id("a"))).await?;
        store.create(&config("c"), CreateOptions::with_parent(id("b"))).await?;
        store.tag(&name("a"), id("a"), false).await?;
        store.tag(&name("b"), id("b"), false).await?;
        store.lease(&id("a"), "somebody", LeaseOptions::default()).await?;
        store.set_metadata(&id("b"), "note", Some(b"x")).await?;
        store.touch(&id("c")).await
    })
    .expect("prepared");
    backend
}

#[test]
fn no_record_keeps_a_store_from_opening() {
    let whole = prepared().records();
    let foreign: [&[u8]; 8] = [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xFF\xFE\x00",
        b"{\"Repositories\":5,\"users\":[1]}",
        b"layerglass journal 1\n",
        b"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];
    let extra = [
        "layerglass/journal",
        "imagedb/content/sha256/abc",
        "imagedb/metadata/sha256/abc/parent",
        "layerglass/users/sha256/abc",
        "layerglass/children/sha256/x/y/z",
        "repositories-aufs",
        "imagedb/stray",
        "unrelated/file",
    ];
    for key in whole.keys().map(String::as_str).chain(extra) {
        let half = whole.get(key).map(|bytes| bytes[..bytes.len() / 2].to_vec());
        for bytes in foreign.iter().map(|bytes| bytes.to_vec()).chain(half) {
            let mut records = whole.clone();
            records.insert(key.to_owned(), bytes.clone());
            let backend: MemoryBackend = records.into_iter().collect();
            let (store, report) = open(backend.clone());
            let what = format!("{key} is {:?}", String::from_utf8_lossy(&bytes));
            assert!(store.len() >= 2, "{what}: too much is lost, {:?}", report.problems);
            // It still works.
            block_on(store.create(&config("new"), CreateOptions::default())).expect(&what);
            block_on(store.tag(&name("new"), id("new"), false)).expect(&what);
            // What can be repaired is, and nothing of it is reported again; nothing that was there is lost.
            // An image that is set aside leaves its users behind, so there can be something to do a second time.
            let mut problems = block_on(store.verify(|_, _| {})).expect(&what).problems;
            for _ in 0..2 {
                let plan = RepairPlan::for_problems(&problems);
                problems = block_on(store.repair(&plan)).expect(&what).problems;
            }
            let left: Vec<ProblemKind> = problems.iter().map(|problem| problem.kind).collect();
            let harmless = [ProblemKind::Foreign, ProblemKind::NameInvalid, ProblemKind::ParentMissing];
            assert!(left.iter().all(|kind| harmless.contains(kind)), "{what}: {problems:?}");
            if !bytes.is_empty() && !key.starts_with("layerglass/children") {
                let kept: BTreeSet<Vec<u8>> = backend.records().into_values().collect();
                let is_kept =
                    kept.contains(&bytes) || key == "repositories.json" || key == "repositories-aufs";
                assert!(is_kept, "{what}: its bytes are gone");
            }
        }
    }
}

#[test]
fn a_damaged_image_is_reported_and_deleted_by_its_id() {
    let backend = prepared();
    let key = format!("imagedb/content/sha256/{}", id("b").digest().hex());
    block_on(backend.put(&key, b"{\"rootfs\":")).expect("damaged");
    let (store, report) = open(backend.clone());
    let problem = report.problems.iter().find(|problem| problem.key == key).expect("reported");
    assert_eq!((problem.kind, problem.id), (ProblemKind::ContentCorrupt, Some(id("b"))));
    assert!(problem.reason.contains("10 bytes"), "{}", problem.reason);
    let error = block_on(store.get(&id("b"))).expect_err("damaged");
    assert!(matches!(*error, StoreError::Corrupt { .. }));
    assert_eq!(store.damaged().len(), 1);
    assert_eq!(store.parent(&id("c")), None);
    let deleted = block_on(store.delete(&id("b"), DeletePolicy::default())).expect("deleted");
    assert_eq!((deleted.deleted, deleted.untagged.len()), (vec![id("b")], 1));
    let (_, report) = open(backend);
    let kinds: Vec<ProblemKind> = report.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [ProblemKind::ParentMissing], "what was made from it says so");
}

#[test]
fn parents_in_a_circle_are_reported_however_long_it_is() {
    let backend = MemoryBackend::new();
    let ids: Vec<ImageId> = (0..3000)
        .map(|number| {
            let config = config(&number.to_string());
            let id = ImageId::of(&config);
            block_on(backend.put(&format!("imagedb/content/sha256/{}", id.digest().hex()), &config)).unwrap();
            id
        })
        .collect();
    // 0 to 999 are a chain that leads into a circle of 1000 to 1999; 2000 to 2999 are a chain of their own.
    for (number, id) in ids.iter().enumerate() {
        let parent = match number {
            1999 => 1000,
            2999 => continue,
            number => number + 1,
        };
        let key = format!("imagedb/metadata/sha256/{}/parent", id.digest().hex());
        block_on(backend.put(&key, ids[parent].to_string().as_bytes())).unwrap();
    }
    let (store, report) = open(backend);
    assert_eq!(report.problems.len(), 1000);
    assert!(report.problems.iter().all(|problem| problem.kind == ProblemKind::ParentCycle));
    assert_eq!(store.ancestors(&ids[2000]).len(), 999);
    assert_eq!(store.ancestors(&ids[0]).len(), 1000);
    let plan = RepairPlan::for_problems(&report.problems);
    assert!(block_on(store.repair(&plan)).expect("repaired").problems.is_empty());
}

#[test]
fn an_image_without_its_layers_is_reported_and_not_listed() {
    let config = br#"{"os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"]}}"#;
    let backend = MemoryBackend::new();
    let (store, _) = open(backend.clone());
    let made = block_on(store.create(config, CreateOptions::default())).expect("created");
    for (layers, expected) in [
        (LayerStores::of("linux", MemoryLayers::new()), ProblemKind::LayerMissing),
        (LayerStores::of("windows", MemoryLayers::new()), ProblemKind::OsUnsupported),
    ] {
        let options = StoreOptions::new(env()).with_layers(layers);
        let (store, report) = block_on(ImageStore::open(backend.clone(), options)).expect("opens");
        assert_eq!(report.problems[0].kind, expected);
        assert!(store.is_empty() && block_on(store.get(&made)).is_ok());
        let verified = block_on(store.verify(|_, _| {})).expect("verified");
        assert_eq!(verified.problems, report.problems);
        let plan = RepairPlan::for_problems(&verified.problems);
        assert_eq!((plan.actions.len(), plan.unrepaired.len()), (0, 1));
    }
}

#[test]
fn what_nothing_refers_to_is_collected() {
    let backend = prepared();
    let orphan = "e".repeat(64);
    let strays = [
        format!("imagedb/metadata/sha256/{orphan}/lastUpdated"),
        format!("layerglass/children/sha256/{}/{orphan}", id("a").digest().hex()),
        format!("layerglass/users/sha256/{orphan}"),
    ];
    for key in &strays {
        block_on(backend.put(key, b"{}")).expect("written");
    }
    let (store, _) = open(backend.clone());
    let before = backend.records();
    let dry = block_on(store.gc(GcOptions::with_unnamed_images().dry())).expect("planned");
    assert_eq!(backend.records(), before);
    assert_eq!((dry.images.deleted.as_slice(), dry.debris.as_slice()), (&[id("c")][..], &strays[..]));
    let done = block_on(store.gc(GcOptions::with_unnamed_images())).expect("collected");
    assert_eq!((done.images.deleted, done.debris, done.bytes), (dry.images.deleted, dry.debris, dry.bytes));
    assert_eq!(store.list().len(), 2);
    let (_, report) = open(backend);
    assert!(report.problems.is_empty(), "{:?}", report.problems);
}

/// The image folders of real daemons, of versions 20.10 and 28.
#[test]
fn folders_of_real_daemons_are_read() {
    for (version, images) in [("20", 9), ("28", 3)] {
        let folder = tempfile::tempdir().expect("a folder");
        unpack(&format!("tests/fixtures/dataroot.docker{version}.tar.zst"), folder.path());
        let root = folder.path().join("overlay2");
        let backend = FolderBackend::open_read_only(&root).expect("opens");
        assert_eq!(backend.sharing(), Sharing::Single);
        let (store, report) = open(backend);
        assert_eq!((report.images, report.problems.as_slice()), (images, &[][..]), "docker {version}");
        for id in store.list() {
            let image = block_on(store.get(&id)).expect("a whole image");
            assert_eq!(image.id(), id);
            assert!(!store.names_of(&id).is_empty() || !store.children(&id).is_empty(), "{id}");
        }
        let refused = block_on(store.tag(&name("x"), store.list()[0], false)).expect_err("for reading only");
        assert!(refused.to_string().contains("reading only"), "{refused}");

        // What this store writes, it finds again beside what the daemon wrote.
        let (store, _) = open(FolderBackend::open(&root).expect("opens"));
        let (first, before) = (store.list()[0], store.names());
        block_on(store.tag(&name("by/layerglass:1"), first, false)).expect("tagged");
        let (store, report) = open(FolderBackend::open(&root).expect("opens"));
        assert!(report.problems.is_empty());
        assert_eq!(store.names().len(), before.len() + 1);
    }
}

/// Unpacks the regular files of one of our own fixtures, with this crate's own readers.
fn unpack(archive: &str, folder: &Path) {
    let stored = fs::read(archive).expect("a fixture");
    let limits = Limits::default();
    let mut plain = Vec::new();
    let mut sink = |bytes: &[u8]| {
        plain.extend_from_slice(bytes);
        Ok::<(), CodecError>(())
    };
    Decoder::new(Compression::Zstd, &limits).push(&stored, &mut sink).expect("zstd");
    let (mut reader, mut rest) = (Reader::new(&limits), plain.as_slice());
    let (mut path, mut contents) = (None, Vec::new());
    while let Some(event) = reader.next(&mut rest).expect("a tar") {
        match event {
            Event::Entry(entry) => {
                let name = String::from_utf8(entry.path.clone()).expect("text");
                path = (entry.kind == EntryKind::File).then(|| folder.join(name));
                contents.clear();
            }
            Event::Data(data) => contents.extend_from_slice(data),
            Event::Hole(_) => {}
            Event::EntryEnd => {
                if let Some(path) = path.take() {
                    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
                    fs::write(path, &contents).expect("written");
                }
            }
        }
    }
}
