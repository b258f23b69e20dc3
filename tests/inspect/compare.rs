//! Two images beside each other: what is found, by hand, and laws of it.

use std::collections::BTreeMap;

use layerglass::archive::ImageData;
use layerglass::inspect::compare::{ComparisonData, PackageChange, Side, compare};
use layerglass::inspect::packages::Packages;
use layerglass::layer::{Change, FileTree, PathCounts, TreeComparison, TreeView};
use layerglass::limits::Limits;

use super::build::{Header, Tar, docker_archive, open};
use super::compare_documents::{image, with_history};
use super::support::{Layer, packages, table_within, tree_of, tree_of_tars};

pub fn between(before: &FileTree, after: &FileTree) -> TreeComparison {
    before.compare(after, &Limits::default()).unwrap()
}

pub fn of_images(before: &ImageData, after: &ImageData) -> ComparisonData {
    let tree = tree_of(&[]);
    let side = |image| Side { image, tree: &tree, packages: None };
    compare(&side(before), &side(after), &Limits::default()).unwrap().data
}

/// What happened to each path, and in which way, in words.
fn changes(tree: &FileTree) -> BTreeMap<String, String> {
    let changed = tree.nodes().filter(|node| node.change() != Change::Unchanged);
    let told = changed.map(|node| {
        let aspects: Vec<_> = node.aspects().iter().map(|aspect| format!("{aspect:?}")).collect();
        let change = format!("{:?} {}", node.change(), aspects.join("+"));
        (String::from_utf8(node.path()).unwrap(), change.trim_end().to_owned())
    });
    told.collect()
}

fn told(changes: &[(&str, &str)]) -> BTreeMap<String, String> {
    changes.iter().map(|(path, change)| ((*path).to_owned(), (*change).to_owned())).collect()
}

#[test]
fn files_by_hand() {
    let mut other_owner = Header::new(b"owner", b'0', 1);
    other_owner.octal(108..116, 7);
    let mut other_time = Header::new(b"time", b'0', 1);
    other_time.octal(136..148, 99);
    let mut other_device = Header::new(b"device", b'3', 0);
    other_device.octal(329..337, 5);
    let before = Tar::default()
        .file("same", "contents")
        .file("contents", "12345")
        .file("size", "12345")
        .file("owner", "o")
        .file("time", "t")
        .file("mode", "m")
        .pax(&[("SCHILY.xattr.user.a", b"1")])
        .file("xattr", "x")
        .symlink("link", "one")
        .member(&Header::new(b"device", b'3', 0), b"")
        .file("type", "file")
        .directory("folder/")
        .file("folder/in/it", "123")
        .file("listed/file", "l")
        .file("gone", "gone!");
    // In two layers, one of which hides a part of the other.
    let lower = Tar::default()
        .file("contents", "hidden")
        .file("same", "contents")
        .file("size", "123456")
        .member(&other_owner, b"o")
        .member(&other_time, b"t")
        .member(Header::new(b"mode", b'0', 1).octal(100..108, 0o600), b"m");
    let upper = Tar::default()
        .file("contents", "1234X")
        .pax(&[("SCHILY.xattr.user.a", b"2")])
        .file("xattr", "x")
        .symlink("link", "two")
        .member(&other_device, b"")
        .symlink("type", "size")
        .file("folder", "now a file")
        .directory("listed/")
        .file("listed/file", "l")
        .file("new/file", "new");
    let before = tree_of_tars(&[before.end()]);
    let after = tree_of_tars(&[lower.end(), upper.end()]);
    let found = between(&before, &after);
    assert_eq!(
        changes(&found.tree),
        told(&[
            ("contents", "Modified Contents"),
            ("size", "Modified Contents+Size"),
            ("owner", "Modified Owner"),
            ("time", "Modified Time"),
            ("mode", "Modified Mode"),
            ("xattr", "Modified Xattrs"),
            ("link", "Modified Target"),
            ("device", "Modified Target"),
            ("type", "Modified Type+Size+Target"),
            ("folder", "Modified Type+Size"),
            ("folder/in", "Removed"),
            ("folder/in/it", "Removed"),
            ("gone", "Removed"),
            ("new", "Added"),
            ("new/file", "Added"),
        ])
    );
    let counts = PathCounts {
        added: 2,
        removed: 3,
        changed: 6,
        metadata: 4,
        // `listed` is a folder that the first image does not list: it has no attributes there.
        same: 3,
        added_bytes: 3,
        removed_bytes: 5 + 3,
        changed_bytes_before: 5 + 5 + 4,
        changed_bytes_after: 5 + 6 + 10,
    };
    assert_eq!(found.counts, counts);
    // Layers are counted in the image that the path is of, and rows are those of its tables.
    let at = |path: &str| found.tree.nodes().find(|node| node.path() == path.as_bytes()).unwrap();
    assert_eq!((at("contents").layer(), at("owner").layer(), at("gone").layer()), (1, 0, 0));
    for path in ["contents", "owner", "gone", "folder/in/it"] {
        assert_eq!(at(path).row().unwrap().path(), path.as_bytes());
    }
    assert_eq!(at("contents").row().unwrap().size(), 5);
    // Sizes of folders are those of what is there; of what is gone, of what was there.
    assert_eq!((at("new").total_size(), at("folder").total_size(), at("folder/in").total_size()), (3, 10, 3));
    assert_eq!(found.tree.totals().file_bytes, after.totals().file_bytes);
    assert_eq!(found.tree.totals().entries, after.totals().entries);

    let mut view = TreeView::new(found.tree, true);
    view.expand_all(u32::MAX);
    let rows = view.page(0, 100).into_iter().map(|(id, _)| view.tree().node(id).unwrap().path());
    let mut rows: Vec<_> = rows.map(|path| String::from_utf8(path).unwrap()).collect();
    rows.sort();
    let shown = changes(view.tree()).into_keys().collect::<Vec<_>>();
    assert_eq!(rows, shown, "a view of the changes shows them, what was removed included");
}

/// Several names of one file: their bytes are told once, and a name that goes away takes none with it.
#[test]
fn hard_links() {
    let three = Tar::default().file("a", "12345").hardlink("b", "a").hardlink("c", "a");
    let one = Tar::default().file("b", "12345");
    let (three, one) = (tree_of_tars(&[three.end()]), tree_of_tars(&[one.end()]));
    let found = between(&three, &one);
    assert_eq!(changes(&found.tree), told(&[("a", "Removed"), ("c", "Removed")]));
    assert_eq!((found.counts.removed, found.counts.removed_bytes, found.counts.same), (2, 0, 1));
    let row = |path: &str| {
        let node = found.tree.nodes().find(|node| node.path() == path.as_bytes()).unwrap();
        (node.row().unwrap().path().to_vec(), node.links())
    };
    assert_eq!(row("c"), (b"a".to_vec(), 1), "the row is that of the file which the name was of");
    assert_eq!(row("b"), (b"b".to_vec(), 1));

    let found = between(&one, &three);
    assert_eq!((found.counts.added, found.counts.added_bytes), (2, 0));
    let node = found.tree.nodes().find(|node| node.path() == b"b").unwrap();
    assert_eq!((node.links(), node.row().unwrap().path()), (3, &b"a"[..]));

    let none = tree_of_tars(&[Tar::default().end()]);
    assert_eq!(between(&none, &three).counts.added_bytes, 5);
    let other = Tar::default().file("a", "1234567").hardlink("b", "a").hardlink("c", "a").end();
    let counts = between(&three, &tree_of_tars(&[other])).counts;
    assert_eq!((counts.changed, counts.changed_bytes_before, counts.changed_bytes_after), (3, 5, 7));
}

/// What shares a layer is the same without a look at hashes, even where there are none.
#[test]
fn contents_without_a_hash() {
    let limits = Limits { sparse_bytes: 10, ..Limits::default() };
    let sparse = |name: &str| {
        let map = [("GNU.sparse.major", &b"0"[..]), ("GNU.sparse.minor", b"1"), ("GNU.sparse.size", b"1000")];
        let map: Vec<_> = map.into_iter().chain([("GNU.sparse.numblocks", &b"0"[..])]).collect();
        Tar::default().pax(&map).file(name, "").end()
    };
    let first = table_within(&sparse("hole"), &limits);
    let second = table_within(&sparse("hole"), &limits);
    assert_eq!(first.row(0).unwrap().size(), 1000);
    assert_eq!(first.row(0).unwrap().xxh3(), None);
    let tree = |table: &std::sync::Arc<_>| FileTree::merge(&[std::sync::Arc::clone(table)], &limits).unwrap();
    assert_eq!(between(&tree(&first), &tree(&first)).counts.same, 1);
    let found = between(&tree(&first), &tree(&second));
    assert_eq!(changes(&found.tree), told(&[("hole", "Modified Contents")]));
}

#[test]
fn layers_in_common() {
    let layers = |names: &[&str]| -> ImageData {
        let tars: Vec<Vec<u8>> = names.iter().map(|name| Tar::default().file(name, "x").end()).collect();
        open(&docker_archive(&tars).end()).unwrap().data().images.remove(0)
    };
    let (before, after) = (layers(&["a", "b", "c", "c"]), layers(&["a", "x", "c", "b", "c", "c"]));
    let found = of_images(&before, &after);
    assert_eq!((found.common_layers, found.shared_layers), (1, 4));
    assert_eq!((found.before.layers, found.after.layers), (4, 6));
    assert_eq!((found.before.names.clone(), found.before.id.is_some()), (vec!["test:1".to_owned()], true));
    assert_eq!(found.before.platform.as_deref(), Some("linux/amd64"));
    let mirrored = of_images(&after, &before);
    assert_eq!((mirrored.common_layers, mirrored.shared_layers), (1, 4));
}

fn status(packages: &[(&str, &str, &str)]) -> Packages {
    let mut layer = Layer::default().file("etc/os-release", "ID=debian\n");
    let mut text = String::new();
    for (name, version, arch) in packages {
        text.push_str(&format!(
            "Package: {name}\nVersion: {version}\nArchitecture: {arch}\nStatus: install ok installed\n\n"
        ));
        let list = format!("var/lib/dpkg/info/{name}:{arch}.list");
        layer = layer
            .file(&format!("usr/{name}-{arch}"), vec![0; version.len()])
            .file(&list, format!("/usr/{name}-{arch}\n"));
    }
    self::packages(&[layer.file("var/lib/dpkg/status", text)])
}

#[test]
fn packages_that_differ() {
    let before = status(&[
        ("same", "1", "amd64"),
        ("up", "1", "amd64"),
        ("gone", "1.0.0", "amd64"),
        ("both", "1", "amd64"),
        ("both", "1", "i386"),
        ("moved", "1", "amd64"),
    ]);
    let after = status(&[
        ("same", "1", "amd64"),
        ("up", "1.25", "amd64"),
        ("new", "22", "amd64"),
        ("both", "2.0", "i386"),
        ("both", "1", "amd64"),
        ("moved", "1", "arm64"),
    ]);
    let (tree, image) = (tree_of(&[]), ImageData::default());
    let side = |packages| Side { image: &image, tree: &tree, packages };
    let of = |before, after| {
        compare(&side(before), &side(after), &Limits::default()).unwrap().data.packages.map(|packages| {
            let told = packages
                .into_iter()
                .map(|package| (package.name, package.change, package.before, package.after, package.growth));
            told.collect::<Vec<_>>()
        })
    };
    let own = |text: &str| Some(text.to_owned());
    use PackageChange::{Added, Changed, Removed};
    assert_eq!(
        of(Some(&before), Some(&after)).unwrap(),
        [
            ("both".to_owned(), Changed, own("1"), own("2.0"), 2),
            ("gone".to_owned(), Removed, own("1.0.0"), None, -5),
            ("new".to_owned(), Added, None, own("22"), 2),
            ("up".to_owned(), Changed, own("1"), own("1.25"), 3),
        ]
    );
    assert_eq!(
        of(Some(&after), Some(&before)).unwrap(),
        [
            ("both".to_owned(), Changed, own("2.0"), own("1"), -2),
            ("gone".to_owned(), Added, None, own("1.0.0"), 5),
            ("new".to_owned(), Removed, own("22"), None, -2),
            ("up".to_owned(), Changed, own("1.25"), own("1"), -3),
        ]
    );
    assert_eq!(of(Some(&before), Some(&before)).unwrap(), []);
    assert_eq!(of(Some(&before), None), None, "packages of one side alone are not compared");
}

/// The shape in which the package has it.
#[test]
fn as_plain_data() {
    let data = serde_json::to_value(of_images(&image(), &with_history(&["RUN x"]))).unwrap();
    let keys: Vec<_> = data.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["after", "before", "commonLayers", "config", "files", "history", "sharedLayers"]);
    assert_eq!(
        data["history"][0],
        serde_json::json!({ "change": "added", "after": 0, "command": "RUN x", "empty": false })
    );
    assert_eq!(data["config"][3], serde_json::json!({ "member": "user", "before": "1000" }));
    assert_eq!(
        data["files"],
        serde_json::json!({
            "added": 0, "removed": 0, "changed": 0, "metadata": 0, "same": 0, "addedBytes": 0, "removedBytes": 0,
            "changedBytesBefore": 0, "changedBytesAfter": 0
        })
    );
}
