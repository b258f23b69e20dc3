//! The cases of Docker's own tests of its image store, its folder, its layers and its writing of files.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use layerglass::digest::Digest;
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{FolderBackend, block_on};
use layerglass::image::{DiffId, ImageId};
use layerglass::store::{
    Backend, ChildPolicy, CreateOptions, DeletePolicy, ImageState, LayerStore, MemoryLayers, ProblemKind,
    StoreError,
};
use serde_json::Value;

use super::exclusions;
use crate::report::Report;
use crate::seeds::{list, text};
use crate::support::{config, id, name, open};

const FOOBAR: &[u8] = b"foobar";

pub fn check(vectors: &Value, report: &mut Report) {
    for (part, check) in [
        ("fs_backend", fs_backend as fn(&Value, &Path, &mut Report)),
        ("image_store", image_store),
        ("layer_store", layer_store),
        ("atomic_write", atomic_write),
    ] {
        report.each(list(vectors, part), |case, report| {
            let folder = tempfile::tempdir().expect("a folder");
            check(case, folder.path(), report);
        });
    }
}

fn key_of(bytes: &[u8]) -> String {
    format!("imagedb/content/sha256/{}", Digest::sha256(bytes).hex())
}

fn kind<T>(result: &Result<T, Box<StoreError>>) -> Option<ErrorKind> {
    result.as_ref().err().map(Reason::kind)
}

fn fs_backend(case: &Value, folder: &Path, report: &mut Report) {
    let what = text(case, "case");
    let backend = FolderBackend::open(folder.join("root")).expect("opens");
    let root = backend.root().to_owned();
    let put = |bytes: &[u8]| block_on(backend.put(&key_of(bytes), bytes));
    match what {
        "set foobar" => {
            put(FOOBAR).expect("written");
            report.equal(what, text(case, "digest"), &ImageId::of(FOOBAR).to_string());
        }
        "content changed behind the store" => {
            put(FOOBAR).expect("written");
            fs::write(root.join(key_of(FOOBAR)), b"foobar2").expect("overwritten");
            let (store, opened) = open(backend.clone());
            report.equal(what, Some(ErrorKind::Corrupt), kind(&block_on(store.raw(&ImageId::of(FOOBAR)))));
            report.equal(what, ProblemKind::ContentCorrupt, opened.problems[0].kind);
        }
        "target path is a directory" => {
            fs::create_dir_all(root.join(key_of(FOOBAR))).expect("a folder");
            report.equal(what, "backend-failed", put(FOOBAR).expect_err("it is a folder").code());
            let left = fs::read_dir(root.join("imagedb/content/sha256")).expect("a folder").count();
            report.equal("nothing else is left", 1, left);
            fs::create_dir_all(root.join(key_of(&config("a")))).expect("a folder");
            let (store, _) = open(backend.clone());
            let made = block_on(store.create(&config("a"), CreateOptions::default()));
            report.equal(what, (Some(ErrorKind::Io), 0), (kind(&made), store.len()));
        }
        "root, root/content or root/metadata is a file" => {
            fs::write(folder.join("file"), b"").expect("a file");
            let error = FolderBackend::open(folder.join("file")).expect_err("it is a file");
            report.equal("a root that is a file", ErrorKind::Io, error.kind());
            let error = FolderBackend::open_read_only(folder.join("file")).expect_err("it is a file");
            report.equal("a root that is a file, to be read", ErrorKind::Io, error.kind());
            for file in ["imagedb", "imagedb/content", "imagedb/metadata", "layerglass"] {
                blocked(file, &folder.join(file.replace('/', "-")), report);
            }
        }
        "metadata get/set per (id,key)" => {
            let (store, _) = open(backend.clone());
            let mut expected = Vec::new();
            for row in case["data"].as_array().expect("rows") {
                let part = |index: usize| row[index].as_str().expect("a text");
                block_on(store.create(&config(part(0)), CreateOptions::default())).expect("created");
                block_on(store.set_metadata(&id(part(0)), part(1), Some(part(2).as_bytes()))).expect("kept");
                expected.push((part(0), part(1), part(2)));
            }
            for (image, key, value) in expected {
                let found = block_on(store.metadata(&id(image), key)).expect("read");
                report.equal(format!("{image} {key}"), Some(value.as_bytes()), found.as_deref());
            }
            report.equal("missing key", Ok(None), block_on(store.metadata(&id("foo"), "other")));
            let missing = block_on(store.set_metadata(&id("none"), "tkey", Some(b"x")));
            report.equal("missing content", Some(ErrorKind::NotFound), kind(&missing));
        }
        "walk skips names that are not 64 hex" => {
            put(&config("a")).expect("written");
            fs::write(root.join("imagedb/content/sha256/foobar"), FOOBAR).expect("written");
            let (store, opened) = open(backend.clone());
            report.equal(what, case["walk_count"].as_u64(), Some(store.len() as u64));
            report.equal("it is reported", [ProblemKind::Foreign].to_vec(), kinds(&opened));
        }
        "get unknown keys" => {
            for key in list(case, "keys") {
                report.equal(key, true, Digest::parse(key.as_str().expect("a key")).is_err());
            }
            let (store, _) = open(backend.clone());
            report.equal(what, Some(ErrorKind::NotFound), kind(&block_on(store.raw(&ImageId::of(FOOBAR)))));
        }
        "set empty or nil" => {
            let (store, _) = open(backend.clone());
            let made = block_on(store.create(b"", CreateOptions::default()));
            report.equal(what, Some(ErrorKind::Invalid), kind(&made));
            report.equal(what, 0, block_on(backend.list("imagedb/")).expect("lists").len());
        }
        "delete one of two" | "walk visits all" => {
            let (store, _) = open(backend.clone());
            for image in ["a", "b"] {
                block_on(store.create(&config(image), CreateOptions::default())).expect("created");
            }
            if let Some(count) = case["count"].as_u64() {
                return report.equal(what, count, store.list().len() as u64);
            }
            block_on(store.delete(&id("a"), DeletePolicy::default())).expect("deleted");
            report.equal(
                what,
                (vec![id("b")], config("b")),
                (store.list(), block_on(store.raw(&id("b"))).expect("read")),
            );
        }
        "walk stops on callback error" => report.exclude(exclusions::WALK),
        other => panic!("a case that is not known: {other}"),
    }
}

fn kinds(opened: &layerglass::store::OpenReport) -> Vec<ProblemKind> {
    opened.problems.iter().map(|problem| problem.kind).collect()
}

/// A file where a folder belongs: Docker does not open; here the store opens, and says what it cannot write.
fn blocked(file: &str, root: &Path, report: &mut Report) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(&path, b"foreign").expect("a file");
    let backend = FolderBackend::open(root).expect("opens");
    let opened = block_on(layerglass::store::ImageStore::open(
        backend,
        layerglass::store::StoreOptions::new(crate::support::env()),
    ));
    let result = opened.and_then(|(store, _)| {
        block_on(async {
            store.create(&config("a"), CreateOptions::default()).await?;
            store.touch(&id("a")).await
        })
    });
    report.equal(format!("{file} is a file"), Some(ErrorKind::Io), kind(&result));
    report.equal(format!("{file} is kept"), b"foreign".to_vec(), fs::read(&path).expect("the file"));
}

fn image_store(case: &Value, folder: &Path, report: &mut Report) {
    let what = text(case, "case");
    let backend = FolderBackend::open(folder).expect("opens");
    let orphan = DeletePolicy::with_children(ChildPolicy::Orphan);
    if what == "restore" {
        return restore(case, &backend, report);
    }
    let (store, _) = open(backend.clone());
    let create = |config: &[u8]| block_on(store.create(config, CreateOptions::default()));
    for image in ["a", "b", "c"] {
        create(&config(image)).expect("created");
    }
    match what {
        "create" => {
            let made = create(text(case, "config").as_bytes()).expect("created");
            report.equal(what, text(case, "id"), &made.to_string());
        }
        "create {} (v29)" => report.equal(what, Some(ErrorKind::Invalid), kind(&create(b"{}"))),
        "delete a parent" => {
            block_on(store.set_parent(&id("b"), Some(id("a")))).expect("set");
            block_on(store.delete(&id("a"), orphan)).expect("deleted");
            let key = format!("imagedb/metadata/sha256/{}/parent", id("b").digest().hex());
            report.equal(what, Ok(None), block_on(backend.get(&key)));
            report.equal(what, (true, None), (store.contains(&id("b")), store.parent(&id("b"))));
            report.equal(what, Some(ErrorKind::NotFound), kind(&block_on(store.get(&id("a")))));
        }
        "search after delete" => {
            let digits = &id("a").digest().hex()[..12];
            report.equal("search before", Ok(id("a")), store.search(digits));
            block_on(store.delete(&id("a"), orphan)).expect("deleted");
            report.equal(what, Some(ErrorKind::NotFound), kind(&store.search(digits)));
        }
        "re-parent" => {
            block_on(store.set_parent(&id("a"), Some(id("b")))).expect("set");
            block_on(store.set_parent(&id("a"), Some(id("c")))).expect("set");
            let children = |store: &layerglass::store::ImageStore<FolderBackend>| {
                (store.children(&id("b")).len(), store.children(&id("c")).len())
            };
            report.equal(what, (0, 1), children(&store));
            report.equal("opened anew", (0, 1), children(&open(backend).0));
        }
        "last updated" => {
            report.equal(what, Ok(None), block_on(store.last_updated(&id("a"))));
            block_on(store.touch(&id("a"))).expect("noted");
            report.equal(what, true, block_on(store.last_updated(&id("a"))).expect("read").is_some());
        }
        "len" => {
            let count = case["create"].as_u64().expect("a number");
            for number in 3..count {
                create(&config(&number.to_string())).expect("created");
            }
            report.equal(what, case["len"].as_u64(), Some(store.len() as u64));
            report.equal(what, case["map"].as_u64(), Some(store.list().len() as u64));
        }
        "delete unknown id (v29)" => {
            let deleted = block_on(store.delete(&id("none"), DeletePolicy::default()));
            report.equal(what, Some(ErrorKind::NotFound), kind(&deleted));
        }
        other => panic!("a case that is not known: {other}"),
    }
}

fn restore(case: &Value, backend: &FolderBackend, report: &mut Report) {
    let contents: Vec<&[u8]> =
        list(case, "content").iter().map(|text| text.as_str().expect("a text").as_bytes()).collect();
    for bytes in &contents {
        block_on(backend.put(&key_of(bytes), bytes)).expect("written");
    }
    let (first, third) = (ImageId::of(contents[0]), ImageId::of(contents[2]));
    let key = format!("imagedb/metadata/sha256/{}/parent", third.digest().hex());
    block_on(backend.put(&key, first.to_string().as_bytes())).expect("written");
    let (store, opened) = open(backend.clone());
    let expected = &case["expect"];
    let count = |key: &str| usize::try_from(expected[key].as_u64().expect("a number")).expect("small");
    report.equal("restore: map", count("map"), store.len());
    report.equal("restore: heads", vec![third], store.heads());
    report.equal("restore: children_of_first", count("children_of_first"), store.children(&first).len());
    report.equal("restore: parents", (None, Some(first)), (store.parent(&first), store.parent(&third)));
    report.equal("restore: what is invalid", [ProblemKind::ContentInvalid].to_vec(), kinds(&opened));
    let hex = first.digest().hex();
    for (search, asked) in
        list(expected, "search").iter().zip([&first.to_string()[..10], &hex[..6], &hex[1..6]])
    {
        let found = store.search(asked);
        report.equal(format!("restore: search {asked}"), search["hit"] == true, found == Ok(first));
        assert!(search["hit"] == true || kind(&found) == Some(ErrorKind::NotFound), "{found:?}");
    }
}

fn layer_store(case: &Value, _: &Path, report: &mut Report) {
    let what = text(case, "case");
    let layers = MemoryLayers::new();
    let layer = |name: &str| (DiffId::new(Digest::sha256(name.as_bytes()).to_string()), 1);
    let register = |names: &[&str]| {
        let stack: Vec<_> = names.iter().map(|name| layer(name)).collect();
        layers.register(&stack).expect("layers")
    };
    let release = |layer| -> Vec<DiffId> {
        block_on(layers.release(layer)).expect("released").into_iter().map(|freed| freed.diff_id).collect()
    };
    match what {
        "release order" => {
            let early = [register(&["l1"]), register(&["l1", "l2"])];
            let (a, b) = (register(&["l1", "l2", "l3a"]), register(&["l1", "l2", "l3b"]));
            for layer in early {
                report.equal("released early", Vec::new(), release(layer));
            }
            report.equal("map_len", case["map_len"].as_u64(), Some(layers.list().len() as u64));
            for (top, key) in [(b, "release l3b"), (a, "release l3a")] {
                let expected: Vec<DiffId> =
                    list(case, key).iter().map(|name| layer(name.as_str().expect("a name")).0).collect();
                report.equal(key, expected, release(top));
            }
        }
        "register same tar twice on the same parent" => {
            let (first, second) = (register(&["l1"]), register(&["l1"]));
            report.equal(what, (&first, 1), (&second, layers.list().len()));
            report.equal("one of two references", Vec::new(), release(first));
            report.equal("the other", vec![layer("l1").0], release(second));
        }
        _ => report.exclude(exclusions::LAYERS_ON_DISK),
    }
}

fn atomic_write(case: &Value, folder: &Path, report: &mut Report) {
    let backend = FolderBackend::open(folder).expect("opens");
    match text(case, "case") {
        "write" => {
            let content = text(case, "content");
            block_on(backend.put("a/b", content.as_bytes())).expect("written");
            report.equal("content", content, &fs::read_to_string(folder.join("a/b")).expect("a file"));
            let mode =
                |path: &str| folder.join(path).metadata().expect("there").permissions().mode() & 0o7777;
            report.equal("mode", (0o700, 0o600), (mode("a"), mode("a/b")));
        }
        "write set" => {
            let (store, _) = open(backend.clone());
            block_on(store.create(&config("a"), CreateOptions::default())).expect("created");
            let keys = || block_on(backend.list("")).expect("lists");
            let before = keys();
            let change = |state: &mut ImageState, goes_on: bool| {
                state.names.insert(name("a:1"));
                state.built_locally = true;
                state.metadata.insert("note".to_owned(), b"x".to_vec());
                assert_eq!(keys(), before, "nothing is to be seen before the commit");
                if goes_on { Ok(()) } else { Err(Box::new(StoreError::NotFound { id: id("a") })) }
            };
            block_on(store.update(&id("a"), |state| change(state, false))).expect_err("it was told to fail");
            report.equal("cancelled", &before, &keys());
            block_on(store.update(&id("a"), |state| change(state, true))).expect("updated");
            report.equal("committed", before.len() + 3, keys().len());
        }
        other => panic!("a case that is not known: {other}"),
    }
}
