//! Packing: a folder goes into a layer and comes out of it as it was, and what changed in it does as well.

use std::fs::{self, Permissions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{
    ImageFile, OpenOptions, PackOptions, PackOwners, PackTimes, UnpackOptions, UnpackReport, Unpacker,
    Whiteouts, pack, pack_changes,
};
use layerglass::limits::Limits;
use layerglass::tar::{Timestamp, WriteFormat};
use rustix::fs::{Timespec, Timestamps, XattrFlags, lsetxattr, utimensat};

use crate::{images, is_root, listing};

pub fn unpacked(layers: &[&[u8]], target: &Path, options: &UnpackOptions) -> Vec<UnpackReport> {
    fs::create_dir_all(target).expect("a folder");
    let mut unpacker = Unpacker::new(target, options).expect("opens");
    layers.iter().map(|layer| unpacker.layer(*layer).unwrap_or_else(|error| panic!("{error}"))).collect()
}

fn packed(folder: &Path, options: &PackOptions) -> Vec<u8> {
    let mut layer = Vec::new();
    pack(folder, options, &mut layer).unwrap_or_else(|error| panic!("{error}"));
    layer
}

fn date(path: &Path, secs: i64, nanos: i64) {
    let time = Timespec { tv_sec: secs, tv_nsec: nanos as _ };
    let times = Timestamps { last_access: time, last_modification: time };
    let flags = rustix::fs::AtFlags::SYMLINK_NOFOLLOW;
    utimensat(rustix::fs::CWD, path, &times, flags).expect("dated");
}

/// A folder with one of everything that anybody may make.
fn sample(root: &Path) {
    fs::create_dir_all(root.join("etc/empty")).expect("made");
    fs::create_dir(root.join("usr")).expect("made");
    fs::write(root.join("etc/hostname"), "moon\n").expect("made");
    fs::write(root.join(format!("etc/{}", "ö".repeat(100))), "long").expect("made");
    fs::write(root.join("etc/run"), "#!/bin/sh\n").expect("made");
    fs::set_permissions(root.join("etc/run"), Permissions::from_mode(0o4755)).expect("set");
    symlink("../etc/hostname", root.join("usr/link")).expect("made");
    fs::hard_link(root.join("etc/hostname"), root.join("usr/same")).expect("made");
    let fifo = root.join("usr/pipe");
    assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success());
    // Attributes are not for every file system.
    let _ = lsetxattr(root.join("etc/run"), "user.note", b"a=\n\0b", XattrFlags::empty());
    date(&root.join("etc/hostname"), -86400, 500);
    date(&root.join("usr/link"), 1_600_000_000, 123_456_789);
    for folder in ["etc/empty", "etc", "usr"] {
        date(&root.join(folder), 1_700_000_000, 7);
    }
}

#[test]
fn a_folder_comes_out_of_its_layer_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("source");
    sample(&source);
    let layer = packed(&source, &PackOptions::default());
    assert_eq!(layer, packed(&source, &PackOptions::default()), "the same bytes again");
    let target = folder.path().join("target");
    let reports = unpacked(&[&layer], &target, &UnpackOptions::default());
    assert_eq!(reports[0].findings, []);
    assert_eq!(listing::lines(&target), listing::lines(&source));
    let nanos = |path: &Path| path.symlink_metadata().expect("metadata").mtime_nsec();
    assert_eq!(nanos(&target.join("usr/link")), 123_456_789);
    assert_eq!(nanos(&target.join("etc")), 7);
    assert_eq!(layer, packed(&target, &PackOptions::default()));
}

#[test]
fn gnu_tar_reads_what_is_packed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, target) = (folder.path().join("source"), folder.path().join("target"));
    sample(&source);
    let file = folder.path().join("layer.tar");
    for format in [WriteFormat::Pax, WriteFormat::Gnu] {
        // GNU's form has neither fractions of seconds nor attributes.
        let times = PackTimes::Set(Timestamp { secs: 1_500_000_000, nanos: 0 });
        let options = PackOptions { format, times, ..PackOptions::default() };
        if format == WriteFormat::Gnu {
            let _ = rustix::fs::lremovexattr(source.join("etc/run"), "user.note");
        }
        fs::write(&file, packed(&source, &options)).expect("written");
        if target.exists() {
            fs::remove_dir_all(&target).expect("removed");
        }
        fs::create_dir(&target).expect("made");
        let output = Command::new("tar")
            .args(["--xattrs", "--xattrs-include=*", "-xpf"])
            .arg(&file)
            .arg("-C")
            .arg(&target)
            .output()
            .expect("tar");
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        let ours = folder.path().join("ours");
        unpacked(&[&fs::read(&file).expect("read")], &ours, &UnpackOptions::default());
        assert_eq!(listing::lines(&target), listing::lines(&ours));
        fs::remove_dir_all(&ours).expect("removed");
    }
}

#[test]
fn what_gnu_tar_packs_is_unpacked_as_it_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("source");
    sample(&source);
    let mut sparse = fs::File::create(source.join("sparse")).expect("made");
    sparse.seek(std::io::SeekFrom::Start(5 << 20)).expect("sought");
    sparse.write_all(b"end").expect("written");
    sparse.set_len(9 << 20).expect("longer");
    drop(sparse);
    let file = folder.path().join("layer.tar");
    for (number, arguments) in [
        &["--format=posix", "--sparse", "--sparse-version=1.0"][..],
        &["--format=posix", "--sparse", "--sparse-version=0.1"],
        &["--format=posix", "--sparse", "--sparse-version=0.0"],
        &["--format=gnu", "--sparse"],
        &["--format=gnu"],
    ]
    .into_iter()
    .enumerate()
    {
        let mut command = Command::new("tar");
        command.args(arguments).arg("-cf").arg(&file).arg("-C").arg(&source).arg(".");
        assert!(command.status().expect("tar").success());
        let (theirs, ours) =
            (folder.path().join(format!("theirs{number}")), folder.path().join(format!("ours{number}")));
        fs::create_dir(&theirs).expect("made");
        let status = Command::new("tar").arg("-xpf").arg(&file).arg("-C").arg(&theirs).status();
        assert!(status.expect("tar").success());
        unpacked(&[&fs::read(&file).expect("read")], &ours, &UnpackOptions::default());
        assert_eq!(listing::lines(&ours), listing::lines(&theirs), "{arguments:?}");
        let blocks = |path: &Path| path.join("sparse").metadata().expect("metadata").blocks();
        if arguments.contains(&"--sparse") {
            assert!(blocks(&ours) < 1000, "{arguments:?}: {} blocks, the holes are gone", blocks(&ours));
        }
    }
}

#[test]
fn holes_are_kept_when_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("source");
    fs::create_dir(&source).expect("made");
    let file = fs::File::create(source.join("large")).expect("made");
    file.set_len(1 << 40).expect("a terabyte of nothing");
    let options = PackOptions { sparse: true, ..PackOptions::default() };
    let layer = packed(&source, &options);
    assert!(layer.len() < 10_000);
    let target = folder.path().join("target");
    unpacked(&[&layer], &target, &UnpackOptions::default());
    let data = target.join("large").metadata().expect("metadata");
    assert_eq!((data.len(), data.blocks()), (1 << 40, 0));
    let limits = Limits { unpacked_bytes: 1 << 20, ..Limits::default() };
    let error = pack(&source, &PackOptions { limits, ..PackOptions::default() }, std::io::sink());
    let error = error.expect_err("more than is allowed");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Limit, "limit"));
}

#[test]
fn times_and_owners_are_what_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("source");
    sample(&source);
    let latest = Timestamp { secs: 1_650_000_000, nanos: 0 };
    let options = PackOptions {
        times: PackTimes::NotAfter(latest),
        owners: PackOwners::Set { uid: 0, gid: 0 },
        ..PackOptions::default()
    };
    let first = packed(&source, &options);
    // What the folder got later is cut off.
    date(&source.join("etc/hostname"), -86400, 500);
    date(&source.join("etc/run"), 1_900_000_000, 0);
    let later = packed(&source, &options);
    date(&source.join("etc/run"), 1_950_000_000, 0);
    assert_eq!(packed(&source, &options), later);
    assert_eq!(first, later);
}

/// Changes are packed into a layer that, laid over the old folder, gives the new one.
#[test]
fn changes_turn_the_old_folder_into_the_new_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let (base, new) = (folder.path().join("base"), folder.path().join("new"));
    sample(&base);
    fs::create_dir_all(base.join("gone/deep")).expect("made");
    fs::write(base.join("gone/deep/file"), "x").expect("made");
    fs::write(base.join("becomes-folder"), "x").expect("made");
    fs::create_dir(base.join("becomes-file")).expect("made");
    fs::write(base.join("becomes-file/inner"), "x").expect("made");
    fs::create_dir_all(base.join("unchanged/below")).expect("made");
    fs::write(base.join("unchanged/below/file"), "x").expect("made");
    let whole = packed(&base, &PackOptions::default());
    unpacked(&[&whole], &new, &UnpackOptions::default());
    let empty = |report: layerglass::fs::PackReport| (report.entries, report.tar_size);
    let report = pack_changes(&new, &base, &PackOptions::default(), std::io::sink()).expect("packed");
    assert_eq!(empty(report), (0, 1024), "nothing has changed");

    fs::remove_dir_all(new.join("gone")).expect("removed");
    fs::remove_file(new.join("becomes-folder")).expect("removed");
    fs::create_dir(new.join("becomes-folder")).expect("made");
    fs::write(new.join("becomes-folder/inner"), "y").expect("made");
    fs::remove_dir_all(new.join("becomes-file")).expect("removed");
    fs::write(new.join("becomes-file"), "y").expect("made");
    fs::remove_file(new.join("usr/link")).expect("removed");
    symlink("../etc/hostnamE", new.join("usr/link")).expect("made");
    date(&new.join("usr/link"), 1_600_000_000, 123_456_789);
    fs::set_permissions(new.join("etc/run"), Permissions::from_mode(0o700)).expect("set");
    let mut layer = Vec::new();
    let report = pack_changes(&new, &base, &PackOptions::default(), &mut layer).expect("packed");
    assert_eq!(report.findings, []);
    let names: Vec<String> = {
        let mut names = Vec::new();
        let mut reader = layerglass::tar::Reader::new(&Limits::default());
        let mut input = &layer[..];
        while let Ok(Some(event)) = reader.next(&mut input) {
            if let layerglass::tar::Event::Entry(entry) = event {
                names.push(String::from_utf8_lossy(&entry.path).into_owned());
            }
        }
        names
    };
    let expected = [
        "becomes-file",
        "becomes-folder/",
        "becomes-folder/inner",
        "etc/",
        "etc/run",
        ".wh.gone",
        "usr/",
        "usr/link",
    ];
    assert_eq!(names, expected);
    let target = folder.path().join("target");
    let reports = unpacked(&[&whole, &layer], &target, &UnpackOptions::default());
    assert!(reports.iter().all(|report| report.findings.is_empty()), "{reports:?}");
    assert_eq!(listing::lines(&target), listing::lines(&new));
}

/// Every layer of every image that is unpacked as overlay folders and packed again means what it meant.
#[test]
fn overlay_folders_are_packed_into_the_layers_that_they_came_from() {
    if !is_root() {
        eprintln!("NOT ROOT: NO OVERLAY FOLDERS COULD BE MADE, NOTHING WAS CHECKED");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut count = 0;
    // Not those of umoci: its layers mark what is gone from a folder without an entry for the folder, whose attributes an
    // overlay then cannot take from the layer.
    for name in ["quirks.docker20.tar", "quirks.podman.tar", "quirks.docker28.tar"] {
        let file = ImageFile::open(images().join(name), &OpenOptions::default()).expect("opens");
        let data = file.archive().data();
        let mut layers = Vec::new();
        for (number, used) in data.images[0].layers.iter().enumerate() {
            let place = file.archive().layer_source(used.blob.expect("held")).expect("a layer");
            let path = images().join(name);
            let mut stored = fs::File::open(path).expect("opens");
            let mut bytes = Vec::new();
            stored.seek(std::io::SeekFrom::Start(place.offset)).expect("sought");
            stored.take(place.length).read_to_end(&mut bytes).expect("read");
            let overlay = folder.path().join(format!("{name}-{number}"));
            let marks = UnpackOptions { whiteouts: Whiteouts::Overlay, ..UnpackOptions::default() };
            unpacked(&[&bytes], &overlay, &marks);
            let again = PackOptions { whiteouts: Whiteouts::Overlay, ..PackOptions::default() };
            layers.push(packed(&overlay, &again));
            count += 1;
        }
        let layers: Vec<&[u8]> = layers.iter().map(Vec::as_slice).collect();
        let (one, other) = (folder.path().join("one").join(name), folder.path().join("other").join(name));
        fs::create_dir_all(folder.path().join("other")).expect("made");
        unpacked(&layers, &one, &UnpackOptions::default());
        file.unpack(0, &other, &UnpackOptions::default()).expect("unpacked");
        assert_eq!(listing::lines(&one), listing::lines(&other), "{name}");
    }
    println!("{count} layers were unpacked as overlay folders and packed again");
}

#[test]
fn what_a_layer_cannot_say_is_left_out_and_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path();
    fs::write(source.join(".wh.file"), "x").expect("made");
    let _socket = std::os::unix::net::UnixListener::bind(source.join("socket")).expect("a socket");
    let report = pack(source, &PackOptions::default(), std::io::sink()).expect("packed");
    let codes: Vec<_> = report.findings.iter().map(|finding| &*finding.code).collect();
    assert_eq!((report.entries, codes), (0, vec!["whiteout-like", "socket"]));
    let keep = PackOptions { whiteouts: Whiteouts::Keep, ..PackOptions::default() };
    assert_eq!(pack(source, &keep, std::io::sink()).expect("packed").entries, 1);
}

#[test]
fn contents_are_compared_when_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let (base, new) = (folder.path().join("base"), folder.path().join("new"));
    for (root, contents) in [(&base, "one"), (&new, "two")] {
        fs::create_dir(root).expect("made");
        fs::write(root.join("file"), contents).expect("made");
        date(&root.join("file"), 1_600_000_000, 0);
    }
    let entries = |compare_contents| {
        let options = PackOptions { compare_contents, ..PackOptions::default() };
        pack_changes(&new, &base, &options, std::io::sink()).expect("packed").entries
    };
    assert_eq!((entries(false), entries(true)), (0, 1));
}
