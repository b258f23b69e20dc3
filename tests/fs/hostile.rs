//! Archives that want out, or in the way: nothing outside the folder is touched, and what is wrong is said.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{UnpackError, UnpackOptions, Unpacker, Whiteouts};
use layerglass::limits::Limits;
use layerglass::tar::{Entry, EntryKind, Fragment, Timestamp};

use crate::arena::{Arena, Layer, codes};
use crate::listing;

#[test]
fn names_that_climb_are_not_unpacked_and_absolute_ones_stay_inside() {
    let arena = Arena::new();
    let layer = Layer::new()
        .file("../outside/new", "x")
        .file("a/../../outside/new", "x")
        .file("a/../b", "b")
        .file("/etc/passwd", "ours")
        .file("//./etc//shadow", "ours")
        .hard_link("link", "../outside/secret")
        .end();
    let reports = arena.unpack(&[layer]);
    assert_eq!(codes(&reports), ["path-escapes", "path-escapes", "hardlink-target-missing"]);
    assert_eq!(reports[0].findings[0].path.as_deref(), Some("../outside/new"));
    assert_eq!((arena.read("etc/passwd"), arena.read("etc/shadow")), ("ours".into(), "ours".into()));
    assert_eq!(arena.read("b"), "b");
}

#[test]
fn links_out_of_the_tree_lead_to_places_inside() {
    let arena = Arena::new();
    let outside = arena.outside();
    let layer = Layer::new()
        .symlink("absolute", &outside)
        .file("absolute/new", "inside")
        .symlink("climbing", "../../../../outside")
        .file("climbing/other", "inside")
        .symlink("a/b/up", "../..")
        .file("a/b/up/top", "inside")
        .hard_link("stolen", "absolute/secret")
        .end();
    let reports = arena.unpack(&[layer]);
    assert_eq!(codes(&reports), ["hardlink-target-missing"]);
    // The targets were followed with the folder as the root of everything.
    assert_eq!(arena.read(&format!("{}/new", &outside[1..])), "inside");
    assert_eq!((arena.read("outside/other"), arena.read("top")), ("inside".into(), "inside".into()));
}

/// Whatever a link leads to, an entry of its name replaces the link itself.
#[test]
fn entries_replace_links_and_do_not_write_through_them() {
    let arena = Arena::new();
    let outside = arena.outside();
    let layer = Layer::new()
        .symlink("file", &format!("{outside}/secret"))
        .file("file", "ours")
        .symlink("folder", &outside)
        .folder("folder")
        .file("folder/inner", "ours")
        .symlink("marked", &outside)
        .end();
    let marks = Layer::new().file("marked/.wh.secret", "").file("marked/.wh..wh..opq", "").end();
    let reports = arena.unpack(&[layer, marks]);
    assert_eq!(codes(&reports), ["duplicate-entry", "duplicate-entry"]);
    assert_eq!((arena.read("file"), arena.read("folder/inner")), ("ours".into(), "ours".into()));
}

#[test]
fn a_folder_that_becomes_a_link_between_two_entries() {
    let arena = Arena::new();
    let outside = arena.outside();
    let layer = Layer::new()
        .folder("a/b/c")
        .file("a/b/c/one", "1")
        .symlink("a/b", &outside)
        .file("a/b/c/two", "2")
        .file("a/b/three", "3")
        .symlink("self", ".")
        .file("self/self/self/four", "4")
        .file("self/self", "now a file")
        .file("self/self/five", "not placed")
        .end();
    let reports = arena.unpack(&[layer]);
    assert_eq!(codes(&reports), ["duplicate-entry", "duplicate-entry", "parent-not-a-directory"]);
    assert!(!arena.root().join("a/b/c/one").exists());
    assert_eq!(arena.read(&format!("{}/c/two", &outside[1..])), "2");
    assert_eq!((arena.read("four"), arena.read("self")), ("4".into(), "now a file".into()));
}

/// Another process that swaps folders for links all the while does not lead anything outside.
#[test]
fn links_that_others_put_into_the_way_are_not_followed() {
    let arena = Arena::new();
    let outside = arena.outside();
    let (root, stop) = (arena.root(), AtomicBool::new(false));
    let mut layer = Layer::new();
    for number in 0..400 {
        layer =
            layer.file(format!("victim/sub/file-{number}"), "inside").folder("other").file("other/x", "y");
        layer = layer.folder("victim/sub").hard_link(format!("other/link-{number}"), "victim/sub/secret");
    }
    let layer = layer.end();
    let mut swaps = 0;
    thread::scope(|scope| {
        let swapper = scope.spawn(|| {
            let mut swaps = 0_u32;
            while !stop.load(Ordering::Relaxed) {
                for (name, target) in
                    [("victim", "../outside"), ("victim/sub", &outside), ("other", &outside)]
                {
                    let path = root.join(name);
                    let aside = root.join("aside");
                    if path.symlink_metadata().is_ok_and(|data| data.is_dir())
                        && fs::rename(&path, &aside).is_ok()
                    {
                        swaps += u32::from(symlink(target, &path).is_ok());
                        thread::yield_now();
                        let _ = fs::remove_file(&path);
                        let _ = fs::remove_dir_all(&aside);
                    }
                }
            }
            swaps
        });
        for _ in 0..20 {
            // It may fail, since its folders are taken away; it may not write elsewhere.
            let mut unpacker = Unpacker::new(&root, &UnpackOptions::default()).expect("opens");
            let _ = unpacker.layer(&layer[..]);
        }
        stop.store(true, Ordering::Relaxed);
        swaps = swapper.join().expect("swapped");
    });
    println!("{swaps} links were put into the way");
    assert!(swaps > 20, "only {swaps} swaps");
    arena.check();
}

#[test]
fn loops_and_odd_links_are_said() {
    let arena = Arena::new();
    let layer = Layer::new()
        .symlink("loop", "loop")
        .file("loop/x", "x")
        .symlink("one", "two")
        .symlink("two", "one")
        .file("one/x", "x")
        .file("plain", "x")
        .file("plain/below", "x")
        .hard_link("dir-link", "folder")
        .folder("folder")
        .hard_link("dir-link", "folder")
        .hard_link("itself", "itself")
        .end();
    let reports = arena.unpack(&[layer]);
    let expected = [
        "symlink-loop",
        "symlink-loop",
        "parent-not-a-directory",
        "hardlink-target-missing",
        "hardlink-target-missing",
        "hardlink-target-missing",
    ];
    assert_eq!(codes(&reports), expected);
}

#[test]
fn duplicates_are_said_and_the_later_one_counts() {
    let arena = Arena::new();
    let layer = || {
        let twice = Layer::new().file("twice", "first").folder("d").folder("d").file("twice", "second");
        twice.hard_link("other", "twice").hard_link("other", "twice").end()
    };
    let reports = arena.unpack(&[layer(), layer()]);
    // A name that is that very file already is nothing new.
    assert_eq!(codes(&reports[..1]), ["duplicate-entry"]);
    assert_eq!(codes(&reports[1..]), ["duplicate-entry", "duplicate-entry"]);
    assert_eq!(arena.read("twice"), "second");
}

#[test]
fn names_that_no_file_system_holds_are_left_out() {
    let arena = Arena::new();
    let deep = "d/".repeat(600);
    let layer = Layer::new()
        .file(vec![b'n'; 256], "x")
        .folder(vec![b'n'; 300])
        .file([vec![b'n'; 300], b"/below".to_vec()].concat(), "x")
        .symlink("target", &"t".repeat(5000))
        .file(vec![b'n'; 255], "fits")
        .file(format!("{deep}file"), "x")
        .end();
    let reports = arena.unpack(&[layer]);
    let expected = ["name-too-long", "name-too-long", "name-too-long", "name-too-long", "limit"];
    assert_eq!(codes(&reports), expected);
    assert_eq!(arena.read(&"n".repeat(255)), "fits");
}

#[test]
fn a_terabyte_of_nothing_takes_no_space() {
    let arena = Arena::new();
    let mut entry = Entry::new("large", EntryKind::File);
    entry.size = 1 << 40;
    entry.sparse = Some(vec![Fragment { offset: 1 << 39, length: 4 }]);
    let layer = Layer::new().entry(&entry, b"data").end();
    let reports = arena.unpack(&[layer]);
    let data = arena.root().join("large").metadata().expect("metadata");
    assert_eq!((data.len(), data.blocks() < 100), (1 << 40, true));
    assert_eq!((codes(&reports), reports[0].content_size), (vec![], 1 << 40));
}

#[test]
fn limits_hold() {
    let arena = Arena::new();
    let layer = || Layer::new().file("a", &"x".repeat(10_000)).file("b", "x").end();
    let with = |limits: Limits| UnpackOptions { limits, ..UnpackOptions::default() };
    for limits in [
        Limits { unpacked_bytes: 5000, ..Limits::default() },
        Limits { layer_entries: 1, ..Limits::default() },
        Limits { header_bytes: 10, ..Limits::default() },
    ] {
        let long = Layer::new().file("n".repeat(200), "").end();
        let layers = if limits.header_bytes == 10 { long } else { layer() };
        let error = arena.try_unpack(&[layers], &with(limits)).expect_err("a limit is passed");
        assert_eq!((error.kind(), error.code()), (ErrorKind::Limit, "limit"), "{error}");
    }
    let paths = Limits { path_bytes: 3, ..Limits::default() };
    let reports = arena.try_unpack(&[Layer::new().file("long", "").end()], &with(paths)).expect("unpacked");
    assert_eq!(codes(&reports), ["path-too-long"]);
}

#[test]
fn damage_is_an_error() {
    let arena = Arena::new();
    let layer = Layer::new().file("a", &"x".repeat(3000)).end();
    let cut = layer[..2000].to_vec();
    let error = arena.try_unpack(&[cut], &UnpackOptions::default()).expect_err("cut off");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Corrupt, "tar-truncated"));
    let error = arena.try_unpack(&[b"no tar".repeat(100)], &UnpackOptions::default()).expect_err("no tar");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Invalid, "not-a-tar"));
    let gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3];
    let error = arena.try_unpack(&[gzip], &UnpackOptions::default()).expect_err("no gzip");
    assert!(matches!(error, UnpackError::Codec(_)), "{error}");
    struct Failing;
    impl std::io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the cable is out"))
        }
    }
    let error = Unpacker::new(arena.root(), &UnpackOptions::default()).expect("opens").layer(Failing);
    let error = error.expect_err("it cannot be read");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Io, "unpack-read"));
    assert!(error.to_string().contains("the cable is out"));
}

/// Marks act on lower layers and spare the entries of their own, before and behind them.
#[test]
fn marks_spare_the_entries_of_their_own_layer() {
    let below = || {
        let lower = Layer::new().file("d/a", "low").file("d/b", "low").file("e/a", "low");
        lower.file("f/deep/a", "low").file("g", "low").file("h/x", "low").end()
    };
    let early = Layer::new()
        .file("d/.wh..wh..opq", "")
        .file("d/new", "high")
        .file(".wh.e", "")
        .file("e/new", "high")
        .file("f/.wh.deep", "")
        .file("f/deep/new", "high")
        .file(".wh.g", "")
        .file("g", "high")
        .file(".wh.nothing", "")
        .file("none/.wh.x", "");
    let late = Layer::new()
        .file("d/new", "high")
        .file("d/.wh..wh..opq", "")
        .file("e/new", "high")
        .file(".wh.e", "")
        .file("f/deep/new", "high")
        .file("f/.wh.deep", "")
        .file("g", "high")
        .file(".wh.g", "");
    for layer in [early, late] {
        let arena = Arena::new();
        let reports = arena.unpack(&[below(), layer.end()]);
        assert_eq!(codes(&reports), [""; 0]);
        let mut paths: Vec<String> = listing::lines(&arena.root())
            .iter()
            .map(|line| line.split('\t').next().unwrap_or_default().to_owned())
            .collect();
        paths.sort();
        assert_eq!(paths, ["d", "d/new", "e", "e/new", "f", "f/deep", "f/deep/new", "g", "h", "h/x"]);
        assert_eq!(arena.read("g"), "high");
    }
}

#[test]
fn odd_marks() {
    let arena = Arena::new();
    let lower = Layer::new().file("keep", "x").end();
    let layer = Layer::new()
        .file(".wh.", "")
        .file(".wh..", "")
        .file(".wh...", "")
        .file("d/.wh.", "")
        .file(".wh..wh.aufs", "")
        .file(".wh..wh.plnk/1.2", "")
        .end();
    let reports = arena.unpack(&[lower, layer]);
    assert_eq!(codes(&reports), ["whiteout-malformed"; 4]);
    assert_eq!(arena.read("keep"), "x");
    let arena = Arena::new();
    let keep = UnpackOptions { whiteouts: Whiteouts::Keep, ..UnpackOptions::default() };
    arena.try_unpack(&[Layer::new().file("d/.wh.x", "").end()], &keep).expect("unpacked");
    assert!(arena.root().join("d/.wh.x").is_file());
}

/// A folder that a layer does not name keeps its times, whatever the layer puts into it.
#[test]
fn folders_keep_the_times_that_they_had() {
    let arena = Arena::new();
    let dated = |path: &str, secs| {
        let mut entry = Entry::new(path, EntryKind::Directory);
        entry.mtime = Timestamp { secs, nanos: 5 };
        entry
    };
    let lower = Layer::new()
        .entry(&dated("a", 1000), b"")
        .entry(&dated("a/b", 2000), b"")
        .file("a/b/one", "1")
        .symlink("l", "a/b")
        .file("a/gone", "")
        .end();
    let upper =
        Layer::new().file("a/b/two", "2").file("a/.wh.gone", "").file("l/three", "3").folder("c").end();
    arena.unpack(&[lower, upper]);
    let time = |path: &str| {
        let data = arena.root().join(path).metadata().expect("metadata");
        (data.mtime(), data.mtime_nsec())
    };
    assert_eq!((time("a"), time("a/b"), time("c")), ((1000, 5), (2000, 5), (0, 0)));
    assert_eq!(arena.read("a/b/three"), "3");
}
