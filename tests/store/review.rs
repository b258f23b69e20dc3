//! Hostile folders, interrupted calls and what others changed meanwhile.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{FolderBackend, block_on};
use layerglass::limits::Limits;
use layerglass::store::{
    Backend, ChildPolicy, CreateOptions, DeletePolicy, GcOptions, ImageStore, LayerStores, LeaseOptions,
    MemoryBackend, MemoryLayers, ProblemKind, RepairPlan, StoreChange, StoreError, StoreOptions,
};

use crate::support::{chain, config, env, id, name, open};

fn folder() -> (tempfile::TempDir, FolderBackend) {
    let folder = tempfile::tempdir().expect("a folder");
    let backend = FolderBackend::open(folder.path()).expect("opens");
    (folder, backend)
}

fn content(root: &Path, comment: &str) -> std::path::PathBuf {
    root.join("imagedb/content/sha256").join(id(comment).digest().hex())
}

/// A pipe would be waited for, a link leads elsewhere, and neither is listed; so neither is read.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_no_record() {
    let (folder, backend) = folder();
    let (store, _) = open(backend.clone());
    block_on(store.create(&config("a"), CreateOptions::default())).expect("created");
    let elsewhere = tempfile::NamedTempFile::new().expect("a file");
    std::os::unix::fs::symlink(elsewhere.path(), content(folder.path(), "b")).expect("a link");
    std::os::unix::fs::symlink(".", folder.path().join("imagedb/loop")).expect("a link");
    for pipe in ["repositories.json", "layerglass/journal", "repositories-aufs"] {
        let made = Command::new("mkfifo").arg(folder.path().join(pipe)).status().expect("mkfifo");
        assert!(made.success());
        assert_eq!(block_on(backend.get(pipe)), Ok(None), "{pipe}");
    }
    let link = format!("imagedb/content/sha256/{}", id("b").digest().hex());
    assert_eq!(block_on(backend.get(&link)), Ok(None));
    let (store, report) = open(backend);
    assert_eq!((report.problems, store.list()), (vec![], vec![id("a")]));
}

/// What looks like an interrupted write and is a folder, or cannot be removed, does not keep a store from opening.
#[test]
fn what_cannot_be_swept_stays() {
    let (folder, backend) = folder();
    for path in [".tmp-folder/file", "imagedb/.tmp-folder/.tmp-in-it", "layerdb/.tmp-of-others"] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, "x").expect("written");
    }
    fs::write(folder.path().join(".tmp-repositories.json77"), "{").expect("written");
    for path in [".tmp-repositories.json77", "imagedb/.tmp-folder/.tmp-in-it", "layerdb/.tmp-of-others"] {
        write_long_ago(&folder.path().join(path));
    }
    let (_, report) = open(backend.clone());
    assert_eq!(report.swept, [".tmp-repositories.json77", "imagedb/.tmp-folder/.tmp-in-it"]);
    assert!(folder.path().join("layerdb/.tmp-of-others").exists());
    assert_eq!(block_on(backend.list("")).expect("lists"), ["layerglass/lock"]);
}

fn write_long_ago(path: &Path) {
    let file = fs::File::options().write(true).open(path).expect("opens");
    file.set_modified(SystemTime::now() - Duration::from_secs(3601)).expect("set");
}

/// A daemon that works in the same folder knows nothing of the lock: what it is writing right now is left alone.
#[test]
fn what_others_are_writing_is_not_swept() {
    let (folder, backend) = folder();
    let (store, _) = open(backend.clone());
    block_on(store.create(&config("a"), CreateOptions::default())).expect("created");
    block_on(store.touch(&id("a"))).expect("touched");
    let metadata = format!("imagedb/metadata/sha256/{}", id("a").digest().hex());
    let others = [
        ".tmp-repositories.json4711".to_owned(),
        "imagedb/content/sha256/.tmp-4712".to_owned(),
        format!("{metadata}/.tmp-parent4713"),
    ];
    let ours = format!("{metadata}/.tmp-parent.layerglass-4711-3");
    for path in others.iter().chain([&ours]) {
        fs::write(folder.path().join(path), "sha").expect("written");
    }
    let (store, report) = open(backend.clone());
    assert_eq!((store.list(), report.problems), (vec![id("a")], vec![]));
    assert_eq!(report.swept, [ours], "ours are written under the lock, so nobody is writing it");
    for path in &others {
        assert!(folder.path().join(path).exists(), "{path}");
        write_long_ago(&folder.path().join(path));
    }
    let mut expected = others.to_vec();
    expected.sort();
    assert_eq!(open(backend).1.swept, expected, "whoever wrote them has ended");
}

/// A file that only says that it is large takes no memory.
#[test]
fn records_have_a_limit() {
    let (folder, backend) = folder();
    let backend = backend.with_limits(&Limits { record_bytes: 1000, ..Limits::default() });
    block_on(backend.put("most", &[7; 1000])).expect("as large as can be");
    let refused = block_on(backend.put("more", &[7; 1001])).expect_err("too large");
    assert_eq!((refused.kind(), refused.code()), (ErrorKind::Limit, "limit"));
    assert_eq!(block_on(backend.get("more")), Ok(None));
    let (store, _) = open(backend.clone());
    block_on(store.create(&config("a"), CreateOptions::default())).expect("created");
    let huge = fs::File::create(content(folder.path(), "b")).expect("a file");
    huge.set_len(1 << 40).expect("a sparse file");
    let (store, report) = open(backend);
    assert_eq!(report.problems.len(), 1, "{:?}", report.problems);
    assert_eq!(
        (report.problems[0].kind, report.problems[0].id),
        (ProblemKind::ContentUnreadable, Some(id("b")))
    );
    assert!(report.problems[0].reason.contains("recordBytes"));
    assert_eq!(store.list(), [id("a")]);
    block_on(store.delete(&id("b"), DeletePolicy::default())).expect("deleted unread");
    assert!(!content(folder.path(), "b").exists());
}

/// The longest name that a key may have can be written.
#[test]
fn the_longest_names_are_written() {
    let (_folder, backend) = folder();
    let key = format!("layerglass/{}", "n".repeat(255));
    block_on(backend.put(&key, b"x")).expect("written");
    assert_eq!(block_on(backend.get(&key)), Ok(Some(b"x".to_vec())));
}

/// No prefix leads out of the folder.
#[test]
fn prefixes_stay_inside() {
    let (folder, backend) = folder();
    fs::write(folder.path().parent().expect("above").join("layerglass-outside"), "x").expect("written");
    for prefix in ["../", "/", "/etc/", "a/../../", "./", "//"] {
        assert_eq!(block_on(backend.list(prefix)), Ok(Vec::new()), "{prefix}");
    }
    fs::remove_file(folder.path().parent().expect("above").join("layerglass-outside")).expect("removed");
}

/// Whoever removes the file of the lock does not let two in at once.
#[cfg(unix)]
#[test]
fn the_lock_outlives_its_file() {
    let (folder, backend) = folder();
    let lock = block_on(backend.lock()).expect("locked");
    fs::remove_dir_all(folder.path().join("layerglass")).expect("removed");
    drop(lock);
    let lock = block_on(backend.lock()).expect("locked again");
    assert!(folder.path().join("layerglass/lock").exists());
    drop(lock);
}

/// A store that is open for reading only follows what others write.
#[test]
fn a_reader_reads_anew() {
    let (folder, backend) = folder();
    let (writer, _) = open(backend);
    let (reader, _) = open(FolderBackend::open_read_only(folder.path()).expect("opens"));
    block_on(writer.create(&config("a"), CreateOptions::default())).expect("created");
    assert_eq!(block_on(reader.reload()), Ok(vec![]));
    assert_eq!(reader.list(), [id("a")]);
    let dry = block_on(reader.gc(GcOptions::with_unnamed_images().dry())).expect("planned");
    assert_eq!(dry.images.deleted, [id("a")]);
    let refused = block_on(reader.gc(GcOptions::default())).expect_err("for reading only");
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
}

/// What another store linked is unlinked, although this one had not heard of it.
#[test]
fn a_parent_is_cleared_that_others_gave() {
    let backend = MemoryBackend::new();
    let (here, _) = open(backend.clone());
    let (there, _) = open(backend.clone());
    block_on(async {
        there.create(&config("a"), CreateOptions::default()).await?;
        there.create(&config("b"), CreateOptions::with_parent(id("a"))).await?;
        there.create(&config("c"), CreateOptions::with_parent(id("b"))).await?;
        here.set_parent(&id("c"), None).await
    })
    .expect("cleared");
    let (again, _) = open(backend.clone());
    assert_eq!(again.parent(&id("c")), None);
    assert_eq!((here.list(), here.by_parent()), (again.list(), again.by_parent()));
    assert!(
        backend
            .records()
            .keys()
            .all(|key| !key.contains(&format!("children/sha256/{}", id("b").digest().hex())))
    );

    // A parent that is not there is forgotten as well.
    block_on(there.set_parent(&id("c"), Some(id("b")))).expect("set");
    block_on(backend.delete(&format!("imagedb/content/sha256/{}", id("b").digest().hex()))).expect("gone");
    let (again, report) = open(backend.clone());
    assert!(report.problems.iter().any(|problem| problem.kind == ProblemKind::ParentMissing));
    block_on(again.set_parent(&id("c"), None)).expect("cleared");
    let kinds: Vec<_> = open(backend).1.problems.into_iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [ProblemKind::MetadataOrphan]);
}

/// Asking for an image's state while others add and delete it never changes what the store knows of it.
#[test]
fn asking_changes_nothing() {
    let layers = MemoryLayers::new();
    let diff_id = layerglass::digest::Digest::sha256(b"layer");
    let top = layers.register(&[(diff_id.into(), 5)]).expect("a layer");
    let image = format!(r#"{{"os":"linux","rootfs":{{"type":"layers","diff_ids":["{diff_id}"]}}}}"#);
    let image = image.as_bytes();
    let which = layerglass::image::ImageId::of(image);
    let options = StoreOptions::new(env()).with_layers(LayerStores::of("linux", layers.clone()));
    let (store, _) = block_on(ImageStore::open(MemoryBackend::new(), options)).expect("opens");
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..2000 {
                    let _ = block_on(store.state(&which));
                }
            });
        }
        for _ in 0..2000 {
            block_on(store.create(image, CreateOptions::default())).expect("created");
            assert!(store.contains(&which));
            block_on(store.delete(&which, DeletePolicy::default())).expect("deleted");
        }
    });
    let freed = block_on(layerglass::store::LayerStore::release(&layers, top)).expect("given back");
    assert_eq!((freed.len(), layers.list().len()), (1, 0), "nobody else has the layer");
}

/// A chain of many images is made, asked for and collected in a time that grows with its length.
#[test]
fn long_chains_take_no_time() {
    const LENGTH: usize = 20_000;
    let configs: Vec<Vec<u8>> = (0..LENGTH).map(|number| config(&number.to_string())).collect();
    let ids: Vec<_> = configs.iter().map(|config| layerglass::image::ImageId::of(config)).collect();
    let started = std::time::Instant::now();
    let backend = MemoryBackend::new();
    let (store, _) = open(backend.clone());
    for (number, config) in configs.iter().enumerate().take(LENGTH / 10) {
        let mut options = CreateOptions::default();
        options.parent = number.checked_sub(1).map(|above| ids[above]);
        block_on(store.create(config, options)).expect("created");
    }
    for number in LENGTH / 10..LENGTH {
        let digits = ids[number].digest().hex();
        let parent = ids[number - 1].to_string();
        block_on(backend.put(&format!("imagedb/content/sha256/{digits}"), &configs[number])).expect("put");
        block_on(backend.put(&format!("imagedb/metadata/sha256/{digits}/parent"), parent.as_bytes()))
            .expect("put");
    }
    let (store, report) = open(backend.clone());
    assert_eq!((report.images, store.ancestors(&ids[LENGTH - 1]).len()), (LENGTH, LENGTH - 1));
    let dry = block_on(store.gc(GcOptions::with_unnamed_images().dry())).expect("planned");
    assert_eq!((dry.images.deleted.first(), dry.images.deleted.last()), (ids.last(), ids.first()));
    let policy = DeletePolicy::with_children(ChildPolicy::Cascade);
    let deleted = block_on(store.delete(&ids[0], policy)).expect("deleted");
    assert_eq!(deleted.deleted.len(), LENGTH);
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

/// What a damaged image was made from is not collected: the image may be put right.
#[test]
fn the_parent_of_a_damaged_image_is_kept() {
    let (_, backend) = chain();
    block_on(backend.put(&format!("imagedb/content/sha256/{}", id("c").digest().hex()), b"?"))
        .expect("damaged");
    let (store, _) = open(backend);
    let done = block_on(store.gc(GcOptions::with_unnamed_images())).expect("collected");
    assert!(done.images.deleted.is_empty(), "{:?}", done.images.deleted);
    assert_eq!(store.len(), 2);
}

/// A change that is committed and cannot be made, such as on a full disk, does not keep a store from opening.
#[test]
fn a_store_opens_on_a_full_disk() {
    let (folder, backend) = folder();
    let (store, _) = open(backend.clone());
    block_on(store.create(&config("a"), CreateOptions::default())).expect("created");
    // The journal of a call that is cut off, over memory, moved here.
    let memory: MemoryBackend = block_on(backend.list("imagedb/"))
        .expect("lists")
        .into_iter()
        .map(|key| (key.clone(), block_on(backend.get(&key)).expect("read").expect("there")))
        .collect();
    let cut = crate::faulty::Faulty::new(
        memory.clone(),
        crate::faulty::Fault::EndsBefore,
        1,
        layerglass::store::Sharing::Full,
    );
    let (there, _) = block_on(ImageStore::open(cut, StoreOptions::new(env()))).expect("opens");
    block_on(there.create(&config("b"), CreateOptions::with_parent(id("a")))).expect("committed");
    let journal = memory.records().remove("layerglass/journal").expect("a journal");
    fs::write(folder.path().join("layerglass/journal"), journal).expect("written");
    // A folder stands where a file has to be.
    fs::create_dir_all(content(folder.path(), "b").join("in the way")).expect("made");
    let (store, report) = open(backend.clone());
    assert_eq!((report.problems[0].kind, report.recovered), (ProblemKind::JournalPending, false));
    assert_eq!(store.list(), [id("a")]);
    assert!(block_on(store.touch(&id("a"))).is_err());
    fs::remove_dir_all(content(folder.path(), "b")).expect("removed");
    block_on(store.touch(&id("a"))).expect("works again");
    assert_eq!(store.children(&id("a")), [id("b")]);
}

/// What is set aside stays, also when the same record is damaged again.
#[test]
fn nothing_that_is_set_aside_is_lost() {
    let backend = MemoryBackend::new();
    for damage in ["{first", "{second", "{first", "{third"] {
        block_on(backend.put("repositories.json", damage.as_bytes())).expect("damaged");
        let (store, report) = open(backend.clone());
        if damage == "{third" {
            block_on(store.create(&config("a"), CreateOptions::default())).expect("created");
            block_on(store.tag(&name("a"), id("a"), false)).expect("tagged");
        } else {
            block_on(store.repair(&RepairPlan::for_problems(&report.problems))).expect("repaired");
        }
    }
    let kept: Vec<_> =
        backend.records().into_iter().filter(|(key, _)| key.starts_with("layerglass/damaged/")).collect();
    let bytes: Vec<_> = kept.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect();
    assert_eq!(bytes, ["{first", "{second", "{third"]);
}

/// A record of users that could not be read again is not written.
#[test]
fn users_are_only_written_as_far_as_they_can_be_read() {
    let limits = Limits { json_bytes: 300, ..Limits::default() };
    let options = StoreOptions::new(env()).with_limits(limits);
    let (store, _) = block_on(ImageStore::open(MemoryBackend::new(), options)).expect("opens");
    let a = block_on(store.create(&config("a"), CreateOptions::default())).expect("created");
    let mut lent = Vec::new();
    for number in 0..20 {
        let user = format!("{number:040}");
        match block_on(store.lease(&a, &user, LeaseOptions::default())) {
            Ok(()) => lent.push(user),
            Err(error) => assert!(matches!(*error, StoreError::Record { .. }), "{error}"),
        }
    }
    assert!((2..19).contains(&lent.len()), "{}", lent.len());
    assert_eq!(block_on(store.users(&a)).expect("readable"), lent);
}

/// What a store learns of what others did is told like its own changes.
#[test]
fn what_others_did_is_told_once_it_is_known() {
    let backend = MemoryBackend::new();
    let (here, _) = open(backend.clone());
    let (there, _) = open(backend);
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let note = std::sync::Arc::clone(&told);
    let _subscription = here.subscribe(move |change| note.lock().expect("told").push(change.clone()));
    block_on(there.create(&config("a"), CreateOptions::default())).expect("created");
    block_on(here.touch(&id("a"))).expect("touched");
    block_on(there.delete(&id("a"), DeletePolicy::default())).expect("deleted");
    assert!(block_on(here.touch(&id("a"))).is_err());
    let touched = StoreChange::Metadata { id: id("a"), name: "lastUpdated".to_owned() };
    let expected = [StoreChange::Created { id: id("a") }, touched, StoreChange::Deleted { id: id("a") }];
    assert_eq!(*told.lock().expect("told"), expected);
}
