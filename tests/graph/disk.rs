//! Graphs on disk: where files are, what layers become, and what is left after damage.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{
    GraphFolder, GraphLayers, LayerDriver, LayerFolder, ReadSource, VfsContents, block_on, host_env,
    make_skeleton,
};
use layerglass::graph::{
    Graph, GraphConfig, GraphDocument, GraphOptions, ImageJson, ImageOutcome, LayerContents, Migration,
    NamedStores, SCRATCH, StoresOptions, TagStore, WriteLayer, container_skeleton, scratch_skeleton,
};
use layerglass::image::{DiffId, ImageId, RunConfig, StringOrList, Timestamp};
use layerglass::reference::Reference;
use layerglass::store::{ImageStore, LayerStores, StoreOptions};
use layerglass::tar::{Entry, EntryKind, Writer};
use serde_json::Value;

use crate::support::{Interrupted, env, json};

pub type DiskGraph = Graph<GraphFolder, VfsContents>;

pub fn open(root: &Path) -> DiskGraph {
    let folder = GraphFolder::open(root).expect("opens");
    block_on(Graph::open(folder, VfsContents::new(root), GraphOptions::new(host_env()))).expect("opens").0
}

/// A tar of files with contents; nothing stands for a directory.
pub fn tar(files: &[(&str, Option<&[u8]>)]) -> Vec<u8> {
    let mut writer = Writer::new(Default::default());
    let mut tar = Vec::new();
    for (path, contents) in files {
        let kind = if contents.is_some() { EntryKind::File } else { EntryKind::Directory };
        let mut entry = Entry::new(*path, kind);
        entry.size = contents.map_or(0, |contents| contents.len() as u64);
        entry.mode = if contents.is_some() { 0o644 } else { 0o755 };
        tar.extend(writer.entry(&entry).expect("an entry"));
        if let Some(contents) = contents {
            writer.contents(contents.len() as u64).expect("contents");
            tar.extend(*contents);
            tar.extend(writer.padding().expect("padding"));
        }
    }
    tar.extend(writer.finish().expect("an end"));
    tar
}

/// Everything below a folder: type, permissions, and text or target.
fn tree(root: &Path) -> BTreeMap<String, (String, String, String)> {
    fn walk(root: &Path, at: &Path, tree: &mut BTreeMap<String, (String, String, String)>) {
        let found = at.symlink_metadata().expect("is there");
        let name = at.strip_prefix(root).expect("below").to_string_lossy().into_owned();
        let name = if name.is_empty() { ".".to_owned() } else { name };
        let mode = format!("{:04o}", found.permissions().mode() & 0o7777);
        if found.is_dir() {
            tree.insert(name, ("dir".to_owned(), mode, String::new()));
            for entry in fs::read_dir(at).expect("listed") {
                walk(root, &entry.expect("listed").path(), tree);
            }
        } else if found.is_symlink() {
            let target = fs::read_link(at).expect("read").to_string_lossy().into_owned();
            tree.insert(name, ("symlink".to_owned(), mode, target));
        } else {
            tree.insert(name, ("file".to_owned(), mode, fs::read_to_string(at).expect("a text")));
        }
    }
    let mut found = BTreeMap::new();
    walk(root, root, &mut found);
    found
}

/// The tree that vectors list.
fn expected(list: &Value) -> BTreeMap<String, (String, String, String)> {
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let entries = list.as_array().expect("a list").iter();
    entries
        .map(|entry| {
            let contents = format!("{}{}", text(entry, "text"), text(entry, "target"));
            (text(entry, "path"), (text(entry, "type"), text(entry, "mode"), contents))
        })
        .collect()
}

fn vectors() -> Option<Value> {
    let Some(folder) = std::env::var_os("LAYERGLASS_VECTORS") else {
        eprintln!("LAYERGLASS_VECTORS is not set: THE TREES OF DOCKER 0.11 ARE NOT COMPARED");
        return None;
    };
    let text =
        fs::read_to_string(Path::new(&folder).join("seeds/docker-graph.json")).expect("a file of vectors");
    Some(serde_json::from_str(&text).expect("JSON"))
}

fn document(parent: &str, comment: &str, cmd: Option<&str>) -> ImageJson {
    let run = |cmd: &str| RunConfig { cmd: Some(StringOrList(vec![cmd.to_owned()])), ..RunConfig::default() };
    ImageJson::Fields(Box::new(GraphDocument {
        parent: parent.to_owned(),
        comment: comment.to_owned(),
        created: Timestamp::parse("2014-05-01T10:20:30.123456789Z"),
        config: cmd.map(|cmd| GraphConfig::from(run(cmd))),
        ..GraphDocument::default()
    }))
}

/// The same calls leave the same files, modes and bytes as in Docker 0.11 with its driver `vfs`.
#[test]
fn a_graph_on_disk_is_that_of_docker() {
    let Some(vectors) = vectors() else { return };
    let root = tempfile::tempdir().expect("a folder");
    let graph = open(root.path());
    let [a, b, c] = ["aaaa", "bbbb", "cccc"].map(|id| format!("{id:0<64}"));
    let layer = tar(&[
        ("etc", None),
        ("etc/one", Some(b"twenty bytes and one.")),
        ("two", Some(b"and eighteen more.")),
    ]);
    let made =
        block_on(graph.register(&a, document("", "c<>&", Some("sh")), Some(&layer[..]))).expect("registered");
    assert_eq!(made.size, Some(39));
    let raw = format!(r#"{{"id":"{b}", "parent":"{a}","created":"2014-05-01T10:20:30Z", "extra": 1}}"#);
    block_on(graph.register(&b, ImageJson::Raw(raw.into_bytes()), None::<&[u8]>)).expect("registered");
    block_on(graph.register(&c, document(&a, "", None), None::<&[u8]>)).expect("registered");
    let error = block_on(graph.register("eeee", document("", "", None), Some(&b"no tar at all"[..])));
    assert_eq!(error.expect_err("no tar").kind(), ErrorKind::Invalid);
    let error = block_on(graph.register("eeee", document("", "", None), Some(Interrupted(b"etc"))));
    assert_eq!(error.expect_err("ends early").kind(), ErrorKind::Io);
    // What Docker accepts and cannot read afterwards is refused here, so it is put there by hand.
    let mut wanted = expected(&vectors["tree_after_register"]);
    wanted.retain(|path, _| !path.starts_with("dddd"));
    assert_eq!(tree(&root.path().join("graph")), wanted);
    assert_eq!(fs::read_dir(root.path().join("vfs/dir")).expect("listed").count(), 3);
    assert_eq!(
        fs::read_dir(root.path().join("vfs")).expect("listed").count(),
        1,
        "nothing is left of what failed"
    );

    fs::remove_file(root.path().join("graph").join(&a).join("layersize")).expect("removed");
    assert_eq!(block_on(graph.get(&a)).expect("found").size, Some(39));
    assert_eq!(
        fs::read_to_string(root.path().join("graph").join(&a).join("layersize")).expect("written"),
        "39"
    );
    block_on(graph.delete("aaaa")).expect("deleted");
    assert!(!root.path().join("graph").join(&a).exists() && !root.path().join("vfs/dir").join(&a).exists());
}

#[test]
fn layers_on_disk_are_what_is_there_after_them_and_are_packed_again() {
    let root = tempfile::tempdir().expect("a folder");
    let graph = open(root.path());
    let base = tar(&[("dir0", None), ("dir0/readme", Some(b"zero")), ("gone", Some(b"soon"))]);
    block_on(graph.register("base", json("base", ""), Some(ReadSource(&base[..])))).expect("registered");
    let more = tar(&[("dir1", None), ("dir1/readme", Some(b"one")), (".wh.gone", Some(b""))]);
    block_on(graph.register("more", json("more", "base"), Some(&more[..]))).expect("registered");
    let found = tree(&root.path().join("vfs/dir/more"));
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(names, [".", "dir0", "dir0/readme", "dir1", "dir1/readme"]);
    assert_eq!(block_on(graph.virtual_size("more")).expect("known"), Some(11));

    let mut archive = block_on(graph.temporary_archive("more", |_| {})).expect("packed");
    let mut packed = Vec::new();
    while let Some(bytes) = block_on(archive.read()).expect("read") {
        packed.extend(bytes);
    }
    assert_eq!(archive.size(), packed.len() as u64);
    block_on(graph.register("again", json("again", "base"), Some(&packed[..]))).expect("registered");
    assert_eq!(tree(&root.path().join("vfs/dir/again")), found);
    assert_eq!(tree(&root.path().join("graph/_tmp")).len(), 1, "nothing is left there");
}

/// Whatever an interrupted write left behind is in nobody's way, and is swept.
#[test]
fn debris_on_disk_is_in_nobodys_way() {
    let root = tempfile::tempdir().expect("a folder");
    let graph = open(root.path());
    block_on(graph.register("a", json("a", ""), Some(&tar(&[("f", Some(b"x"))])[..]))).expect("registered");
    fs::create_dir_all(root.path().join("vfs/.tmp-dead/etc")).expect("made");
    fs::create_dir_all(root.path().join("graph/_tmp/dead")).expect("made");
    fs::write(root.path().join("graph/_tmp/dead/00000000"), "x").expect("written");
    fs::write(root.path().join("graph/a/.tmp-json1"), "x").expect("written");
    fs::create_dir_all(root.path().join("graph/half")).expect("made");
    fs::write(root.path().join("graph/half/layersize"), "7").expect("written");
    fs::create_dir_all(root.path().join("vfs/dir/half/old")).expect("made");
    fs::create_dir_all(root.path().join("graph/a/layer/very/deep")).expect("made");
    let graph = open(root.path());
    assert_eq!(block_on(graph.map()).expect("listed").keys().collect::<Vec<_>>(), ["a"]);
    assert!(!root.path().join("graph/a/.tmp-json1").exists());
    block_on(graph.register("half", json("half", ""), Some(&tar(&[("new", Some(b"y"))])[..])))
        .expect("registered");
    assert!(root.path().join("vfs/dir/half/new").exists() && !root.path().join("vfs/dir/half/old").exists());
    let swept = block_on(graph.sweep()).expect("swept");
    assert_eq!(swept, ["vfs/.tmp-dead", "graph/_tmp/dead/00000000"]);
    assert!(!root.path().join("vfs/.tmp-dead").exists() && !root.path().join("graph/_tmp/dead").exists());
}

/// Nothing is written to a root that is open for reading only, and what is asked of it is refused.
#[test]
fn a_graph_that_is_open_for_reading_only_is_read() {
    let root = tempfile::tempdir().expect("a folder");
    let layer = tar(&[("f", Some(b"x"))]);
    block_on(open(root.path()).register("a", json("a", ""), Some(&layer[..]))).expect("registered");
    fs::remove_file(root.path().join("graph/a/layersize")).expect("removed");
    let before = snapshot(root.path());
    let folder = GraphFolder::open_read_only(root.path()).expect("opens");
    let options = GraphOptions::new(host_env());
    let (graph, report) =
        block_on(Graph::open(folder, VfsContents::new(root.path()), options)).expect("opens");
    assert_eq!((report.images, block_on(graph.get("a")).expect("found").size), (1, Some(1)));
    assert_eq!(block_on(graph.delete("a")).expect_err("reading only").kind(), ErrorKind::Unsupported);
    assert_eq!(snapshot(root.path()), before);
    let refused = block_on(graph.register("b", json("b", "a"), Some(&layer[..])));
    assert_eq!(refused.expect_err("reading only").kind(), ErrorKind::Unsupported);
    assert_eq!(tree(root.path()).len(), before.len(), "nothing is left of it");
}

#[test]
fn the_skeleton_of_a_container_replaces_links_and_touches_nothing_outside() {
    let (root, outside) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).expect("set");
    fs::create_dir(outside.path().join("pts")).expect("made");
    fs::write(outside.path().join("hosts"), "precious").expect("written");
    symlink(outside.path(), root.path().join("etc")).expect("linked");
    symlink(outside.path(), root.path().join("dev")).expect("linked");
    symlink(outside.path().join("hosts"), root.path().join(".dockerenv")).expect("linked");
    let before = tree(outside.path());
    for _ in 0..2 {
        make_skeleton(root.path(), container_skeleton()).expect("made");
    }
    assert_eq!(tree(outside.path()), before);
    if let Some(vectors) = vectors() {
        assert_eq!(tree(root.path()), expected(&vectors["init_layer_tree"]));
    }
    fs::remove_file(root.path().join("etc/hosts")).expect("removed");
    fs::create_dir(root.path().join("etc/hosts")).expect("made");
    make_skeleton(root.path(), container_skeleton()).expect("a folder stays");
    assert!(root.path().join("etc/hosts").is_dir());
}

#[test]
fn named_stores_on_disk_accumulate_layers_on_their_root() {
    let root = tempfile::tempdir().expect("a folder");
    let contents = VfsContents::new(root.path()).with_skeleton(scratch_skeleton());
    let folder = GraphFolder::open(root.path()).expect("opens");
    let options = StoresOptions::new(env(), Default::default());
    let (stores, _) = block_on(NamedStores::open(folder, contents, options)).expect("opens");
    block_on(stores.create("store")).expect("created");
    let mut parent = SCRATCH.to_owned();
    for number in 0..4 {
        let folder = format!("dir{number}");
        let files: Vec<String> =
            ["readme", "gopher", "todo"].map(|name| format!("{folder}/{name}.txt")).to_vec();
        let mut entries: Vec<(&str, Option<&[u8]>)> = vec![(folder.as_str(), None)];
        entries.extend(files.iter().map(|file| (file.as_str(), Some(file.as_bytes()))));
        block_on(stores.write("store", &folder, WriteLayer::on(parent), &tar(&entries)[..]))
            .expect("written");
        parent = folder;
    }
    let url = stores.url("store", "dir3").expect("a URL");
    let top = block_on(stores.locate(&url)).expect("found").expect("a place");
    let found = tree(Path::new(&top));
    for number in 0..4 {
        for name in ["readme", "gopher", "todo"] {
            let path = format!("dir{number}/{name}.txt");
            assert_eq!(found[&path].2, path);
        }
    }
    assert_eq!(found["etc/mtab"], ("symlink".to_owned(), "0777".to_owned(), "/proc/mounts".to_owned()));
    assert_eq!((found["proc"].1.as_str(), found[".tether"].1.as_str()), ("0555", "0777"));
    assert_eq!(block_on(stores.delete("store", "dir1")).expect_err("has children").kind(), ErrorKind::InUse);
    block_on(stores.delete("store", "dir3")).expect("deleted");
    assert!(!Path::new(&top).exists());
    assert_eq!(block_on(stores.get("store", "dir3")).expect_err("is gone").kind(), ErrorKind::NotFound);
    assert!(!block_on(stores.delete_store("store", true)).expect("deleted"));
    assert_eq!(fs::read_dir(root.path().join("vfs/dir")).expect("listed").count(), 0);
}

/// Every file below a folder with its inode, time and bytes.
fn snapshot(root: &Path) -> BTreeMap<String, (u64, i64, u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    for path in tree(root).into_keys() {
        let metadata = root.join(&path).symlink_metadata().expect("is there");
        let bytes = if metadata.is_file() { fs::read(root.join(&path)).expect("read") } else { Vec::new() };
        found.insert(path, (metadata.ino(), metadata.mtime_nsec(), metadata.mode(), bytes));
    }
    found
}

#[test]
fn a_graph_on_disk_is_migrated_and_stays_as_it_is() {
    assert_eq!(migrated(false), migrated(true), "wherever the driver keeps its trees");
}

/// Migrates a graph, and gives the image that has a name.
fn migrated(moved_to_overlay: bool) -> ImageId {
    let (root, new) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let [a, b, old] = ["a", "b", "c"].map(|digit| digit.repeat(64));
    {
        let graph = open(root.path());
        let base = tar(&[("etc", None), ("etc/hostname", Some(b"moon"))]);
        block_on(graph.register(&a, json(&a, ""), Some(&base[..]))).expect("registered");
        let more = tar(&[("bin", None), ("bin/sh", Some(b"#!")), (".wh.etc", Some(b""))]);
        block_on(graph.register(&b, json(&b, &a), Some(&more[..]))).expect("registered");
        let tags = block_on(TagStore::open(&graph)).expect("opens");
        block_on(tags.set("app", "1", &b, false)).expect("tagged");
    }
    // As versions before there were drivers kept a layer.
    fs::create_dir_all(root.path().join("graph").join(&old).join("layer/opt")).expect("made");
    fs::write(root.path().join("graph").join(&old).join("layer/opt/file"), "old").expect("written");
    let text = format!(r#"{{"id":"{old}","created":"2013-05-01T10:20:30Z"}}"#);
    fs::write(root.path().join("graph").join(&old).join("json"), text).expect("written");
    // The driver overlay keeps trees too, in a place of its own.
    if moved_to_overlay {
        for id in [&a, &b] {
            fs::create_dir_all(root.path().join("overlay").join(id)).expect("made");
            let place = root.path().join("overlay").join(id).join("root");
            fs::rename(root.path().join("vfs/dir").join(id), place).expect("moved");
        }
    }
    let before = snapshot(root.path());

    let limits = Default::default();
    let (layers, _) = LayerFolder::open(new.path(), LayerDriver::Tar, &limits).expect("opens");
    let source = GraphFolder::open_read_only(root.path()).expect("opens");
    let backend = layerglass::fs::FolderBackend::open(new.path().join("image/tar")).expect("opens");
    let options = StoreOptions::new(env()).with_layers(LayerStores::any(layers.clone()));
    let (target, _) = block_on(ImageStore::open(backend, options)).expect("opens");
    let from = GraphLayers::new(root.path(), &layers, &limits);
    let migration = Migration::new(&source, &target);
    let plan = block_on(migration.plan(&from)).expect("planned");
    assert!(
        plan.images.iter().all(|image| matches!(image.outcome, ImageOutcome::Planned { .. })),
        "{plan:?}"
    );
    assert!(layers.list().expect("listed").is_empty());
    let report = block_on(migration.run(&from, |_| {})).expect("migrated");
    assert!(report.is_complete(), "{report:?}");
    assert_eq!((report.images.len(), layers.list().expect("listed").len()), (3, 3));

    let app = target.named(&Reference::parse_normalized("app:1").unwrap()).expect("named");
    let chain_id = block_on(target.get(&app)).expect("found").rootfs().chain_id().expect("layers");
    let mut top = Vec::new();
    layers.export(&chain_id, &mut top).expect("exported");
    let text = String::from_utf8_lossy(&top);
    assert!(text.contains("bin/sh") && text.contains(".wh.etc") && !text.contains("hostname"));
    assert_eq!(snapshot(root.path()), before);
    let again = block_on(migration.run(&from, |_| {})).expect("migrated");
    assert!(
        again.images.iter().all(|image| matches!(image.outcome, ImageOutcome::Done { .. }))
            && again.names_done
    );
    app
}

/// Where Docker noted how a tar was made up, the layer is that tar again, in its own order.
#[test]
fn a_layer_whose_tar_was_noted_is_that_tar_again() {
    let (root, new) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let id = "d".repeat(64);
    // No packer would put them in this order.
    let layer = tar(&[("z", Some(b"last name first")), ("a", None), ("a/file", Some(b"contents"))]);
    let graph = open(root.path());
    block_on(graph.register(&id, json(&id, ""), Some(&layer[..]))).expect("registered");
    let mut split = layerglass::layer::TarSplitWriter::new(&Default::default());
    split.push(&layer).expect("a tar");
    let mut lines = split.take_lines();
    let summary = split.finish().expect("a tar");
    lines.extend(&summary.lines);
    let noted = root.path().join("graph").join(&id).join("tar-data.json.gz");
    fs::write(&noted, gzip(&lines)).expect("written");
    let diff_id = DiffId::from(layerglass::digest::Digest::sha256(&layer));
    fs::write(root.path().join("graph").join(&id).join(".migration-diffid"), diff_id.as_str())
        .expect("written");

    let limits = Default::default();
    let (layers, _) = LayerFolder::open(new.path(), LayerDriver::Tar, &limits).expect("opens");
    let source = GraphFolder::open_read_only(root.path()).expect("opens");
    let options = StoreOptions::new(env()).with_layers(LayerStores::any(layers.clone()));
    let backend = layerglass::store::MemoryBackend::new();
    let (target, _) = block_on(ImageStore::open(backend, options)).expect("opens");
    let from = GraphLayers::new(root.path(), &layers, &limits);
    let migration = Migration::new(&source, &target);

    fs::write(root.path().join("vfs/dir").join(&id).join("a/file"), "contentz").expect("damaged");
    let failed = block_on(migration.run(&from, |_| {})).expect("runs");
    assert!(
        matches!(&failed.images[0].outcome, ImageOutcome::Failed { reason } if reason.contains("a/file")),
        "{failed:?}"
    );
    assert!(layers.list().expect("listed").is_empty());
    fs::write(root.path().join("vfs/dir").join(&id).join("a/file"), "contents").expect("repaired");
    let plan = block_on(migration.plan(&from)).expect("planned");
    let done = block_on(migration.run(&from, |_| {})).expect("migrated");
    let (ImageOutcome::Planned { image: Some(planned) }, ImageOutcome::Migrated { image }) =
        (&plan.images[0].outcome, &done.images[0].outcome)
    else {
        panic!("{plan:?} {done:?}");
    };
    assert_eq!(planned, image);
    let mut exported = Vec::new();
    layers.export(&layerglass::image::ChainId::new(diff_id.as_str()), &mut exported).expect("exported");
    assert!(exported == layer);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut encoder = flate2::read::GzEncoder::new(bytes, flate2::Compression::default());
    encoder.read_to_end(&mut packed).expect("packed");
    packed
}

/// Ten threads write the same layer; one is there afterwards, whole.
#[test]
fn of_ten_writers_on_disk_one_succeeds() {
    let root = tempfile::tempdir().expect("a folder");
    let graph = open(root.path());
    let layer = tar(&[("f", Some(&[b'x'; 70_000]))]);
    let won = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..10)
            .map(|_| scope.spawn(|| block_on(graph.register("same", json("same", ""), Some(&layer[..])))))
            .collect();
        writers.into_iter().map(|writer| writer.join().expect("ends")).filter(Result::is_ok).count()
    });
    assert_eq!(won, 1);
    assert_eq!(fs::read(root.path().join("vfs/dir/same/f")).expect("read").len(), 70_000);
    assert_eq!(fs::read_dir(root.path().join("vfs")).expect("listed").count(), 1);
    assert!(block_on(graph.contents().contains("same")).expect("told"));
}
