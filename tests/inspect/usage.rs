//! What takes the space of an image.

use layerglass::inspect::usage::{UsageKey, UsageNode, extension, usage};
use layerglass::layer::FileTree;
use layerglass::limits::Limits;

use super::support::{Layer, packages};

fn tree(layers: &[Layer]) -> FileTree {
    let tables: Vec<_> = layers.iter().map(Layer::table).collect();
    FileTree::merge(&tables, &Limits::default()).unwrap()
}

/// Each part with its bytes and files, indented by its depth.
fn drawn(node: &UsageNode) -> Vec<String> {
    let line = format!("{} {} {}", node.name.as_deref().unwrap_or("…"), node.bytes, node.files);
    let below =
        node.children.iter().flat_map(|child| drawn(child).into_iter().map(|line| format!("  {line}")));
    [line].into_iter().chain(below).collect()
}

fn layers() -> Vec<Layer> {
    vec![
        Layer::default()
            .file("usr/bin/tool", [1; 400])
            .hardlink("usr/bin/alias", "usr/bin/tool")
            .file("usr/lib/libc.so.6", [2; 300])
            .file("usr/share/doc/a.TXT", [3; 20])
            .file("etc/old.conf", [4; 1000]),
        Layer::default()
            .file("etc/.wh.old.conf", "")
            .file("etc/new.conf", [5; 50])
            .file("etc/empty.conf", "")
            .symlink("etc/link.conf", "new.conf")
            .hardlink("srv/tool", "usr/bin/tool")
            .file("usr/bin/.wh.tool", ""),
    ]
}

#[test]
fn by_folder() {
    let layers = layers();
    let tree = tree(&layers);
    let whole = usage(&tree, &UsageKey::Folder, &Limits::default());
    assert_eq!(
        drawn(&whole),
        [
            "/ 770 5",
            "  usr 720 3",
            "    bin 400 1",
            "      alias 400 1",
            "    lib 300 1",
            "      libc.so.6 300 1",
            "    share 20 1",
            "      doc 20 1",
            "        a.TXT 20 1",
            "  etc 50 2",
            "    new.conf 50 1",
            "    empty.conf 0 1",
        ],
        "the file of many names is at one of them, and what was removed is nowhere"
    );
    assert_eq!(whole.children[0].children[0].path.as_deref(), Some("usr/bin"));
    assert_eq!(whole.path.as_deref(), Some(""));
    let json = serde_json::to_value(&whole.children[1].children[1]).unwrap();
    assert_eq!(
        json,
        serde_json::json!({"name": "empty.conf", "path": "etc/empty.conf", "bytes": 0, "files": 1})
    );
}

#[test]
fn what_is_too_small_is_one_part_without_a_name() {
    let layers = layers();
    let tree = tree(&layers);
    let limits = Limits { usage_nodes: 6, ..Limits::default() };
    let whole = usage(&tree, &UsageKey::Folder, &limits);
    assert_eq!(drawn(&whole), ["/ 770 5", "  usr 720 3", "    bin 400 1", "    … 320 2", "  … 50 2"]);
    assert_eq!(serde_json::to_value(&whole.children[1]).unwrap()["name"], serde_json::Value::Null);
    let limits = Limits { usage_depth: 1, ..Limits::default() };
    assert_eq!(
        drawn(&usage(&tree, &UsageKey::Folder, &limits)),
        ["/ 770 5", "  usr 720 3", "  etc 50 2"],
        "no deeper"
    );
    let limits = Limits { usage_nodes: 0, ..Limits::default() };
    assert_eq!(drawn(&usage(&tree, &UsageKey::Folder, &limits)), ["/ 770 5"]);
}

#[test]
fn by_layer_and_extension() {
    let layers = layers();
    let tree = tree(&layers);
    let whole = usage(&tree, &UsageKey::Layer, &Limits::default());
    assert_eq!(
        drawn(&whole),
        [
            "/ 770 5",
            "  0 720 3",
            "    alias 400 1",
            "    libc.so.6 300 1",
            "    a.TXT 20 1",
            "  1 50 2",
            "    new.conf 50 1",
            "    empty.conf 0 1",
        ]
    );
    assert_eq!((whole.children[1].layer, whole.children[1].path.as_deref()), (Some(1), None));
    let whole = usage(&tree, &UsageKey::Extension, &Limits { usage_depth: 1, ..Limits::default() });
    assert_eq!(drawn(&whole), ["/ 770 5", "   400 1", "  so 300 1", "  conf 50 2", "  txt 20 1"]);
}

#[test]
fn extensions() {
    let all = [
        "a.tar.gz",
        "A.PY",
        "libz.so.1.2.13",
        "x.so",
        "README",
        ".bashrc",
        "a.",
        "python3.11",
        "a.b c",
        "ls.1",
    ];
    assert_eq!(all.map(|name| extension(name.as_bytes())), ["gz", "py", "so", "so", "", "", "", "", "", ""]);
    assert_eq!(extension(b"a.abcdefghijklmnopq"), "", "longer than 16");
    assert_eq!(extension(b"a.\xff"), "");
    assert_eq!(extension(b".so.1"), "");
}

#[test]
fn by_package() {
    let status = "Package: base\nVersion: 1\nStatus: install ok installed\n\nPackage: rival\nVersion: 1\nStatus: install ok installed\n";
    let layers = [Layer::default()
        .file("var/lib/dpkg/status", status)
        .file("var/lib/dpkg/info/base.list", "/usr/bin/tool\n/usr/bin/shared\n")
        .file("var/lib/dpkg/info/rival.list", "/usr/bin/shared\n/usr/bin/other\n")
        .file("usr/bin/tool", [1; 1000])
        .file("usr/bin/shared", [2; 2000])
        .file("usr/bin/other", [3; 500])];
    let packages = packages(&layers);
    let tree = tree(&layers);
    let whole = usage(&tree, &UsageKey::Package(&packages), &Limits { usage_depth: 1, ..Limits::default() });
    let rest =
        status.len() + "/usr/bin/tool\n/usr/bin/shared\n".len() + "/usr/bin/shared\n/usr/bin/other\n".len();
    assert_eq!(
        drawn(&whole),
        [
            format!("/ {} 6", 3500 + rest),
            "  base 3000 2".into(),
            "  rival 500 1".into(),
            format!("   {rest} 3"),
        ],
        "what two say is theirs counts for the first"
    );
}
