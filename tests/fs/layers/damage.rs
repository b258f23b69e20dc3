//! Layers that are damaged or hostile: reported, refused, and never in the way of the others.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{LayerDriver, LayerFolder, LayerFolderError, LayerRef, RegisterOptions};
use layerglass::image::{ChainId, DiffId};
use layerglass::limits::Limits;

use super::support::{diff_id, export, member, open, open_as, tar};

struct Stack {
    root: tempfile::TempDir,
    /// Chain ids of two layers and a third one beside them.
    ids: [ChainId; 3],
    tars: [Vec<u8>; 3],
}

impl Stack {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let layers = open(root.path());
        let tars = ["lower", "upper", "other"].map(|name| tar(&[(name, name.as_bytes())]));
        let register = |tar: &[u8], parent: Option<&LayerRef>| {
            let options = RegisterOptions::on(parent.map(|parent| parent.chain_id().clone()));
            layers.register(&mut &tar[..], &options).expect("registered")
        };
        let lower = register(&tars[0], None);
        let upper = register(&tars[1], Some(&lower));
        let other = register(&tars[2], None);
        let ids = [lower, upper, other].map(|layer| layer.chain_id().clone());
        Self { root, ids, tars }
    }

    fn place(&self, layer: usize) -> PathBuf {
        let hex = self.ids[layer].digest().expect("a digest").hex();
        self.root.path().join("image/tar/layerdb/sha256").join(hex)
    }

    fn name(&self, layer: usize) -> String {
        self.place(layer).file_name().expect("a name").to_string_lossy().into_owned()
    }

    fn open(&self) -> (LayerFolder, Vec<(String, LayerFolderError)>) {
        let (layers, report) = open_as(self.root.path(), LayerDriver::Tar);
        let problems = report.problems.into_iter().map(|problem| (problem.name, problem.error)).collect();
        (layers, problems)
    }
}

type Damage = (&'static str, fn(&Path));

/// Ways to damage a file.
fn damages() -> Vec<Damage> {
    vec![
        ("missing", |_| {}),
        ("empty", |path| fs::write(path, "").expect("written")),
        ("no text", |path| fs::write(path, [0xff, 0xfe, 0]).expect("written")),
        ("another text", |path| fs::write(path, "../../../etc/passwd").expect("written")),
        ("negative", |path| fs::write(path, "-1").expect("written")),
        ("long", |path| fs::write(path, "7".repeat(1 << 20)).expect("written")),
        ("a digest", |path| fs::write(path, format!("sha256:{}", "0".repeat(64))).expect("written")),
        ("another algorithm", |path| {
            fs::write(path, format!("sha512:{}", "0".repeat(128))).expect("written")
        }),
        ("a folder", |path| fs::create_dir(path).expect("made")),
        ("a link", |path| symlink("/dev/zero", path).expect("made")),
        ("a link to nothing", |path| symlink("nothing", path).expect("made")),
    ]
}

#[test]
fn damaged_metadata_is_reported_and_stops_nothing() {
    let mut reported = 0;
    for file in ["diff", "size", "cache-id", "parent"] {
        for (what, damage) in damages() {
            let stack = Stack::new();
            let path = stack.place(1).join(file);
            fs::remove_file(&path).expect("removed");
            damage(&path);
            let place = format!("{file}: {what}");
            let (layers, problems) = stack.open();
            // The others are as they were.
            for layer in [0, 2] {
                assert_eq!(export(&layers, &stack.ids[layer]), stack.tars[layer], "{place}");
            }
            assert_eq!(problems.len(), 1, "{place}: {problems:?}");
            let (name, error) = &problems[0];
            assert_eq!(*name, stack.name(1), "{place}");
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{place}: {error}");
            reported += 1;
            let asked = layers.get(&stack.ids[1]).map(|layer| layer.is_some());
            assert!(asked.is_err(), "{place}: {asked:?}");
            // Whoever has the layer can add it again, and then it is there.
            let options = RegisterOptions::on(Some(stack.ids[0].clone()));
            let layer = layers.register(&mut &stack.tars[1][..], &options).expect("registered");
            assert_eq!(export(&layers, layer.chain_id()), stack.tars[1], "{place}");
            let (_, problems) = stack.open();
            assert_eq!(problems, [], "{place}");
        }
    }
    assert_eq!(reported, 44);
}

#[test]
fn a_layer_without_the_one_below_cannot_be_used_until_that_is_back() {
    let stack = Stack::new();
    fs::remove_dir_all(stack.place(0)).expect("removed");
    let (layers, problems) = stack.open();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].0, stack.name(1));
    assert_eq!(layers.list().expect("listed").len(), 1);
    layers.get(&stack.ids[1]).expect_err("it lacks the layer below");
    let lower = layers.register(&mut &stack.tars[0][..], &RegisterOptions::default()).expect("registered");
    let upper = layers.get(&stack.ids[1]).expect("read").expect("there");
    assert_eq!(export(&layers, &stack.ids[1]), stack.tars[1]);
    layers.release(lower).expect("released");
    assert_eq!(layers.release(upper).expect("released").len(), 2);
}

#[test]
fn layers_that_lie_on_each_other_in_a_circle_are_reported() {
    let stack = Stack::new();
    fs::write(stack.place(0).join("parent"), stack.ids[1].as_str()).expect("written");
    let (layers, problems) = stack.open();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert_eq!(layers.list().expect("listed").len(), 1);
    layers.get(&stack.ids[1]).expect_err("damaged");
    fs::write(stack.place(0).join("parent"), stack.ids[0].as_str()).expect("written");
    layers.get(&stack.ids[0]).expect_err("damaged");
}

#[test]
fn sizes_that_lie_do_not_overflow() {
    let stack = Stack::new();
    for layer in [0, 1] {
        fs::write(stack.place(layer).join("size"), u64::MAX.to_string()).expect("written");
    }
    let (layers, problems) = stack.open();
    assert_eq!(problems, []);
    let info = layers.info(&stack.ids[1]).expect("read").expect("there");
    assert_eq!((info.own_size, info.size), (u64::MAX, u64::MAX));
    fs::write(stack.place(2).join("size"), "18446744073709551616").expect("written");
    assert_eq!(stack.open().1.len(), 1);
}

#[test]
fn contents_that_are_gone_or_changed_are_told() {
    let stack = Stack::new();
    let cache_id = fs::read_to_string(stack.place(2).join("cache-id")).expect("read");
    let contents = stack.root.path().join("tar").join(format!("{cache_id}.tar"));
    let mut bytes = fs::read(&contents).expect("read");
    bytes[0] ^= 1;
    fs::write(&contents, &bytes).expect("written");
    let (layers, problems) = stack.open();
    assert_eq!(problems, [], "contents are not read when the store is opened");
    let error = layers.export(&stack.ids[2], &mut Vec::new()).expect_err("changed");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Corrupt, "layer-contents"));
    assert_eq!(error.path().as_deref(), Some(stack.ids[2].as_str()));
    fs::remove_file(&contents).expect("removed");
    let (layers, problems) = stack.open();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].1.code(), "layer-contents");
    layers.export(&stack.ids[2], &mut Vec::new()).expect_err("gone");
    // It is put back by whoever has it.
    let layer = layers.register(&mut &stack.tars[2][..], &RegisterOptions::default()).expect("registered");
    assert_eq!(export(&layers, layer.chain_id()), stack.tars[2]);
    assert_eq!(stack.open().1, []);
}

#[test]
fn names_that_are_no_layers_are_reported() {
    let stack = Stack::new();
    let layers = stack.place(0).parent().expect("a folder").to_owned();
    fs::create_dir(layers.join("not-a-layer")).expect("made");
    fs::write(layers.join("0".repeat(64)), "a file").expect("written");
    let (layers, problems) = stack.open();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert_eq!(layers.list().expect("listed").len(), 3);
    for text in ["", "sha256:", "../../etc", &format!("sha512:{}", "0".repeat(128))] {
        assert!(layers.get(&ChainId::new(text)).expect("asked").is_none());
        assert_eq!(
            layers.export(&ChainId::new(text), &mut Vec::new()).expect_err(text).code(),
            "layer-not-found"
        );
    }
}

/// A layer of Docker's with lines of our own in place of what it keeps of the tar.
fn split(lines: &[u8], gzip: bool) -> LayerFolderError {
    let root = tempfile::tempdir().expect("a folder");
    let diff_id = DiffId::new(format!("sha256:{}", "1".repeat(64)));
    let chain_id = ChainId::new(diff_id.as_str());
    let place = root.path().join("image/vfs/layerdb/sha256").join("1".repeat(64));
    fs::create_dir_all(&place).expect("made");
    for (name, text) in [("diff", diff_id.as_str()), ("size", "1"), ("cache-id", "c")] {
        fs::write(place.join(name), text).expect("written");
    }
    let contents = root.path().join("vfs/dir/c");
    fs::create_dir_all(&contents).expect("made");
    fs::write(contents.join("a"), "12345").expect("written");
    symlink("/etc/passwd", contents.join("out")).expect("made");
    let mut bytes = lines.to_vec();
    if gzip {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(lines).expect("gzip");
        bytes = encoder.finish().expect("gzip");
    }
    fs::write(place.join("tar-split.json.gz"), bytes).expect("written");
    let limits = Limits { json_bytes: 1 << 16, ..Limits::default() };
    let (layers, _) = LayerFolder::open(root.path(), LayerDriver::Vfs, &limits).expect("opens");
    layers.export(&chain_id, &mut Vec::new()).expect_err("it is not what was registered")
}

#[test]
fn lies_of_tar_split_are_told() {
    let file = |name: &str, size: &str| {
        format!(
            "{{\"type\":1,\"name\":\"{name}\",\"size\":{size},\"payload\":\"AAAAAAAAAAA=\",\"position\":0}}\n"
        )
    };
    let contents = "layer-contents";
    for (lines, code) in [
        (String::new(), contents),
        (file("a", "5"), contents),
        (file("a", "6"), contents),
        (file("a", "9223372036854775807"), contents),
        (file("a", "-1"), "tar-split-entry"),
        (file("a", "99999999999999999999999"), "tar-split-field"),
        (file("a", "\"5\""), "tar-split-field"),
        (file("gone", "1"), contents),
        (file("../../../../../../etc/passwd", "1"), contents),
        (file("/etc/passwd", "1"), contents),
        (file("out", "1"), contents),
        (file(".", "1"), contents),
        ("{\"type\":1,\"name\":\"a\",\"size\":5,\"payload\":null}\n".to_owned(), "tar-split-entry"),
        ("{\"type\":1,\"name\":\"a\",\"size\":5,\"payload\":\"AAAA\"}\n".to_owned(), "tar-split-entry"),
        ("{\"type\":2,\"payload\":\"no base64!\"}\n".to_owned(), "tar-split-entry"),
        ("{\"type\":3}\n".to_owned(), "tar-split-type"),
        ("{\"type\":2,\"payload\":\"AAAA\"".to_owned(), "tar-split-truncated"),
        ("[]\n".to_owned(), "tar-split-field"),
        ("nonsense\n".to_owned(), "tar-split-json"),
        (format!("{{\"type\":2,\"payload\":\"{}\"}}\n", "A".repeat(1 << 17)), "limit"),
        (" ".repeat(1 << 17), "limit"),
    ] {
        let error = split(lines.as_bytes(), true);
        assert_eq!(error.code(), code, "{:.100}: {error}", lines);
    }
    assert_eq!(split(b"no gzip", false).code(), contents);
    assert_eq!(split(&[0x1f, 0x8b, 8, 0, 0], false).code(), contents);
}

/// Tars that one can keep as they are, whatever they hold.
#[test]
fn hostile_tars_are_kept_as_they_are() {
    let root = tempfile::tempdir().expect("a folder");
    let layers = open(root.path());
    let end = [0; 1024];
    let members: [&[Vec<u8>]; 6] = [
        &[member("../../out", b'0', "", b"x")],
        &[member("/etc/out", b'0', "", b"x")],
        &[member("a", b'0', "", b"1"), member("a", b'0', "", b"22"), member("a", b'5', "", b"")],
        &[member("a", b'2', "/etc", b""), member("a/passwd", b'0', "", b"x")],
        &[member("device", b'4', "", b""), member("\\n\\\"", b'0', "", b"x")],
        &[member("a", b'0', "", &vec![7; 700_000]), member("b", b'1', "a", b"")],
    ];
    for (number, members) in members.into_iter().enumerate() {
        let tar = [members.concat(), end.to_vec(), vec![number as u8; 3_000_000]].concat();
        let layer = layers.register(&mut &tar[..], &RegisterOptions::default()).expect("registered");
        assert_eq!(layer.chain_id().as_str(), diff_id(&tar).as_str());
        assert!(export(&layers, layer.chain_id()) == tar, "{number}");
    }
    assert!(!root.path().join("out").exists() && !Path::new("/etc/out").exists());
}

/// What a folder cannot keep is refused, and leaves nothing.
#[test]
fn what_a_folder_cannot_keep_is_refused() {
    if !crate::is_root() {
        return eprintln!("NOT ROOT: NO LAYERS FOR OVERLAYFS WERE WRITTEN");
    }
    let root = tempfile::tempdir().expect("a folder");
    let (layers, _) = open_as(root.path(), LayerDriver::Overlay2);
    let end = vec![0; 1024];
    let long = "n".repeat(90);
    for (members, code) in [
        (vec![member("a", b'0', "", b"1"), member("a", b'0', "", b"22")], "layer-overwritten"),
        (vec![member("a", b'0', "", b"1"), member(".wh.a", b'0', "", b"")], "layer-overwritten"),
        (vec![member("../out", b'0', "", b"1")], "layer-unpack"),
        (vec![member("a", b'1', "gone", b"")], "layer-unpack"),
        (vec![member(&format!(".wh.{long}/.wh."), b'0', "", b"")], "layer-unpack"),
    ] {
        let tar = [members.concat(), end.clone()].concat();
        let error = layers.register(&mut &tar[..], &RegisterOptions::default()).expect_err(code);
        assert_eq!(error.code(), code, "{error}");
        let left = super::support::files(&root.path().join("overlay2"));
        assert_eq!(left, [""; 0].map(PathBuf::from), "{code}");
    }
    // A path that occurs twice and loses nothing is kept, and what follows the end marker as well.
    let members = [member("d/", b'5', "", b""), member("d/", b'5', "", b""), member("d/f", b'0', "", b"1")];
    let tar = [members.concat(), end, vec![9; 1000]].concat();
    let layer = layers.register(&mut &tar[..], &RegisterOptions::default()).expect("registered");
    assert_eq!(export(&layers, layer.chain_id()), tar);
    assert_eq!(layers.release(layer).expect("released").len(), 1);
    assert_eq!(super::support::files(&root.path().join("overlay2")), [""; 0].map(PathBuf::from));
}
