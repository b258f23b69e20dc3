//! What Docker's image store takes, where it keeps it, and how it searches.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use layerglass::digest::Digest;
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{FolderBackend, block_on};
use layerglass::image::ImageId;
use layerglass::store::{
    Backend, ChildPolicy, CreateOptions, DeletePolicy, ImageStore, LayerStores, NoLayers, StoreOptions,
};
use serde_json::{Value, json};

use super::exclusions;
use crate::report::Report;
use crate::seeds::{list, text};
use crate::support::{env, open};

/// `seeds/moby-imagestore.json`
pub fn check(vectors: &Value, report: &mut Report) {
    for case in list(vectors, "create_cases") {
        create(case, report);
    }
    let files = |key: &str| -> Vec<(String, Vec<u8>)> {
        let contents = list(vectors, key).iter().filter(|entry| text(entry, "path").starts_with("content/"));
        contents
            .filter(|entry| entry["type"] == "file")
            .map(|entry| (text(entry, "path").to_owned(), text(entry, "text").as_bytes().to_vec()))
            .collect()
    };
    let id = |name: &str| -> ImageId { Digest::parse(text(&vectors["ids"], name)).expect("an id").into() };
    let folder = tempfile::tempdir().expect("a folder");
    let (store, _) = open(FolderBackend::open(folder.path()).expect("opens"));
    let configs = files("tree_after_create");
    let config = |id: &ImageId| -> &[u8] {
        let path = format!("content/sha256/{}", id.digest().hex());
        &configs.iter().find(|(name, _)| *name == path).expect("a configuration").1
    };
    for (name, parent) in [("a", None), ("b", Some("a")), ("c", Some("b"))] {
        let mut options = CreateOptions::default();
        options.parent = parent.map(id);
        let made = block_on(store.create(config(&id(name)), options)).expect("created");
        report.equal(format!("id of {name}"), id(name), made);
    }
    let images = folder.path().join("imagedb");
    report.equal("tree_after_create", &vectors["tree_after_create"], &tree(&images));
    let policy = DeletePolicy::with_children(ChildPolicy::Orphan);
    block_on(store.delete(&id("b"), policy)).expect("deleted");
    report.equal("tree_after_delete_b", &vectors["tree_after_delete_b"], &tree(&images));
    let children = Some(store.children(&id("a"))).filter(|children| !children.is_empty());
    report.equal("children_of_a_after", vectors["children_of_a_after"].is_null(), children.is_none());
}

/// Everything at and below a folder, in the form of the vectors.
fn tree(root: &Path) -> Value {
    fn walk(root: &Path, path: &Path, found: &mut Vec<Value>) {
        let metadata = path.symlink_metadata().expect("there");
        let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
        let name = if name.is_empty() { ".".to_owned() } else { name };
        let mode = format!("{:04o}", metadata.permissions().mode() & 0o7777);
        if metadata.is_dir() {
            found.push(json!({"mode": mode, "path": name, "type": "dir"}));
            let mut below: Vec<_> =
                fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
            below.sort();
            below.iter().for_each(|path| walk(root, path, found));
        } else {
            let text = fs::read_to_string(path).expect("text");
            found.push(json!({"mode": mode, "path": name, "text": text, "type": "file"}));
        }
    }
    let mut found = Vec::new();
    walk(root, root, &mut found);
    Value::Array(found)
}

/// One configuration, in a store that has layers of Linux only.
fn create(case: &Value, report: &mut Report) {
    let config = text(case, "config");
    let folder = tempfile::tempdir().expect("a folder");
    let backend = FolderBackend::open(folder.path()).expect("opens");
    let options = StoreOptions::new(env()).with_layers(LayerStores::of("linux", NoLayers));
    let (store, _) = block_on(ImageStore::open(backend.clone(), options)).expect("opens");
    let made = block_on(store.create(config.as_bytes(), CreateOptions::default()));
    let left = block_on(backend.list("imagedb/")).expect("lists");
    assert_eq!(left.len(), usize::from(made.is_ok()), "{config}: what is refused leaves nothing");
    assert_eq!(store.len(), left.len(), "{config}");
    if case.get("panic").is_some() {
        let kind = made.as_ref().err().map(Reason::kind);
        let expected = if config == "{}" { Some(ErrorKind::Invalid) } else { None };
        assert_eq!(kind, expected, "{config}");
        return report.exclude(exclusions::CREATE_PANIC);
    }
    let id = made.as_ref().map(ToString::to_string).unwrap_or_default();
    report.equal(format!("create {config}"), text(case, "id"), id.as_str());
    if let Some(message) = case["error"].as_str() {
        let expected = if message.contains("not supported") { "image-os" } else { "" };
        let error = made.expect_err("it is refused");
        assert!(expected.is_empty() == (error.kind() == ErrorKind::Invalid), "{config}: {error}");
        assert!(expected.is_empty() || error.code() == expected, "{config}: {error}");
    }
    match (case["content_left_on_disk"] == true, case["error"].is_null()) {
        (true, false) => report.exclude(exclusions::CREATE_LEFT),
        (is_left, _) => report.equal(format!("kept of {config}"), is_left, left.len() == 1),
    }
}

/// `seeds/moby-digestset.json`, searched in a store.
pub fn check_search(vectors: &Value, report: &mut Report) {
    // The one id of the vectors that is a configuration's.
    let config = r#"{"comment": "abc", "rootfs": {"type": "layers", "diff_ids": ["2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"]}}"#;
    let (empty, _) = open(layerglass::store::MemoryBackend::new());
    let (one, _) = open(layerglass::store::MemoryBackend::new());
    let id = block_on(one.create(config.as_bytes(), CreateOptions::default())).expect("created");
    assert_eq!(json!([id.to_string()]), vectors["sets"]["one"]);
    for case in list(vectors, "lookups") {
        let store = match text(case, "set") {
            "empty" => &empty,
            "one" => &one,
            _ => {
                report.exclude(exclusions::SEARCH_IDS);
                continue;
            }
        };
        let query = text(case, "query");
        let found = store.search(query);
        let kind = found.as_ref().err().map(Reason::kind);
        if query.is_empty() {
            assert_eq!(kind, Some(ErrorKind::Invalid));
            report.exclude(exclusions::SEARCH_EMPTY);
            continue;
        }
        let expected = case["error"].as_str().map(|error| match error {
            "digest not found" => ErrorKind::NotFound,
            _ => ErrorKind::Ambiguous,
        });
        report.equal(format!("search {query}"), expected, kind);
        let id = found.map(|id| id.to_string()).unwrap_or_default();
        report.equal(format!("search {query} result"), text(case, "result"), id.as_str());
    }
}
