//! Images are unpacked wholly or not at all: when a layer is wrong, the disk is full, the process is killed, or it may do
//! nothing but what everybody may.

use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{Denied, ImageFile, OpenOptions, UnpackError, UnpackOptions, UnpackReport};
use layerglass::tar::{Entry, EntryKind};

use crate::arena::Layer;
use crate::build::{docker_archive, docker_archive_with};
use crate::disk::Disk;
use crate::{images, is_root, listing};

/// Where a process that this test starts is to unpack to, and what.
const TARGET: &str = "LAYERGLASS_TEST_UNPACK_TO";
const SOURCE: &str = "LAYERGLASS_TEST_UNPACK_FROM";

fn unpack(file: &Path, target: &Path) -> Result<Vec<UnpackReport>, UnpackError> {
    let file = ImageFile::open(file, &OpenOptions::default()).unwrap_or_else(|error| panic!("{error}"));
    file.unpack(0, target, &UnpackOptions::default())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("read");
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn what_is_there_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let image = images().join("quirks.docker20.tar");
    let target = folder.path().join("rootfs");
    fs::write(&target, "mine").expect("made");
    let refused = |target: &Path| {
        let error = unpack(&image, target).expect_err("refused");
        (error.kind(), error.code())
    };
    assert_eq!(refused(&target), (ErrorKind::Conflict, "unpack-exists"));
    fs::remove_file(&target).expect("removed");
    fs::create_dir(&target).expect("made");
    fs::write(target.join("file"), "mine").expect("made");
    assert_eq!(refused(&target), (ErrorKind::Conflict, "unpack-exists"));
    assert_eq!(names(&target), ["file"]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("link")).expect("made");
    assert_eq!(refused(&folder.path().join("link")), (ErrorKind::Conflict, "unpack-exists"));
    assert_eq!(refused(&folder.path().join("none/rootfs")), (ErrorKind::NotFound, "unpack-io"));
    // An empty folder is as good as none.
    fs::remove_file(target.join("file")).expect("removed");
    if is_root() {
        unpack(&image, &target).expect("unpacked");
        assert!(target.join("q").is_dir());
    }
    assert_eq!(names(folder.path()), ["link", "rootfs"]);
}

#[test]
fn a_layer_that_is_not_the_declared_one_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let layers = [Layer::new().file("a", "1").end(), Layer::new().file("b", "2").end()];
    let good = docker_archive(&layers).end();
    let other = layerglass::digest::Digest::sha256(&layers[1]).to_string();
    let wrong = format!("sha256:{}", "0".repeat(64));
    let bad = docker_archive_with(&layers, |config| config.replace(&other, &wrong)).end();
    let (file, target) = (folder.path().join("image.tar"), folder.path().join("rootfs"));
    fs::write(&file, bad).expect("written");
    let error = unpack(&file, &target).expect_err("refused");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Corrupt, "unpack-digest"));
    assert_eq!((error.expected(), error.found()), (Some(wrong), Some(other)));
    assert_eq!(names(folder.path()), ["image.tar"]);
    // A layer that breaks off after files of it were written.
    let cut = [layers[0].clone(), layers[1][..512].to_vec()];
    fs::write(&file, docker_archive(&cut).end()).expect("written");
    let error = unpack(&file, &target).expect_err("refused");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Corrupt, "tar-truncated"));
    assert_eq!(names(folder.path()), ["image.tar"]);
    fs::write(&file, good).expect("written");
    assert_eq!(unpack(&file, &target).expect("unpacked").len(), 2);
    assert_eq!((names(folder.path()).len(), names(&target)), (2, vec!["a".to_owned(), "b".to_owned()]));
    let opened = ImageFile::open(&file, &OpenOptions::default()).expect("opens");
    let error = opened.unpack(7, &target, &UnpackOptions::default()).expect_err("no such image");
    assert_eq!((error.kind(), error.code()), (ErrorKind::NotFound, "unpack-no-image"));
}

/// What the processes do that these tests start. In the test's own process it is nothing.
#[test]
fn child() {
    let (Some(target), Some(source)) = (env::var_os(TARGET), env::var_os(SOURCE)) else { return };
    let reports = unpack(Path::new(&source), Path::new(&target)).unwrap_or_else(|error| panic!("{error}"));
    let denied = reports.iter().fold(Denied::default(), |sum, report| Denied {
        owners: sum.owners + report.denied.owners,
        devices: sum.devices + report.denied.devices,
        xattrs: sum.xattrs + report.denied.xattrs,
        times: sum.times + report.denied.times,
    });
    let mut codes: Vec<&str> =
        reports.iter().flat_map(|report| &report.findings).map(|finding| &*finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    println!("DENIED {} {} {} {codes:?}", denied.owners, denied.devices, denied.xattrs);
}

fn this_program(command: &mut Command, source: &Path, target: &Path) {
    command.args(["--exact", "whole::child", "--nocapture"]).env(TARGET, target).env(SOURCE, source);
}

#[test]
fn a_killed_process_leaves_nothing_that_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let image = folder.path().join("image.tar");
    // So many files that a process works longer than a busy machine keeps this one waiting.
    let layer = |name: &str| {
        let files = (0..1500).fold(Layer::new().folder(name), |layer, file| {
            layer.file(format!("{name}/{file}"), &file.to_string().repeat(500))
        });
        files.symlink(format!("{name}/link"), "0").end()
    };
    fs::write(&image, docker_archive(&[layer("a"), layer("b")]).end()).expect("written");
    let (beside, whole) = (folder.path().join("beside"), folder.path().join("whole"));
    fs::create_dir(&beside).expect("made");
    unpack(&image, &whole).expect("unpacked");
    let expected = listing::lines(&whole);
    let target = beside.join("rootfs");
    let (mut killed, mut done) = (0, 0);
    // How long a process works depends on the machine: the moments are gone through again until enough were hit.
    for round in 0..400 {
        if round >= 40 && killed > 3 {
            break;
        }
        let mut command = Command::new(env::current_exe().expect("this program"));
        this_program(&mut command, &image, &target);
        let mut child = command.stdout(Stdio::null()).spawn().expect("started");
        // At first as soon as there is anything, then later and later.
        while names(&beside).is_empty() && child.try_wait().expect("asked").is_none() {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_millis(8 * (round % 40)));
        child.kill().expect("killed");
        child.wait().expect("ended");
        if target.exists() {
            assert_eq!(listing::lines(&target), expected, "round {round}: it appears wholly");
            fs::remove_dir_all(&target).expect("removed");
            done += 1;
        } else {
            killed += usize::from(!names(&beside).is_empty());
        }
    }
    println!("{killed} processes were killed while they worked, {done} after it");
    assert!(killed > 3, "only {killed} processes were killed while they worked");
    // The next one that has the time removes what all of them left.
    unpack(&image, &target).expect("unpacked");
    assert_eq!(listing::lines(&target), expected);
    assert_eq!(names(&beside), ["rootfs"]);
}

/// Two processes that unpack to the same place: one of them does, and neither takes the other's work for a leftover.
#[test]
fn two_at_the_same_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let layer = Layer::new().file("a", "1").folder("b").file("b/c", &"x".repeat(100_000)).end();
    let (file, target) = (folder.path().join("image.tar"), folder.path().join("rootfs"));
    fs::write(&file, docker_archive(&[layer]).end()).expect("written");
    for _ in 0..20 {
        let results: Vec<_> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..4).map(|_| scope.spawn(|| unpack(&file, &target))).collect();
            workers.into_iter().map(|worker| worker.join().expect("no panic")).collect()
        });
        let done = results.iter().filter(|result| result.is_ok()).count();
        assert_eq!(done, 1);
        for error in results.iter().filter_map(|result| result.as_ref().err()) {
            assert_eq!((error.kind(), error.code()), (ErrorKind::Conflict, "unpack-exists"), "{error}");
        }
        assert_eq!(names(&target), ["a", "b"]);
        fs::remove_dir_all(&target).expect("removed");
        assert_eq!(names(folder.path()), ["image.tar"]);
    }
}

#[test]
fn a_disk_that_is_full_in_the_middle() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(disk) = Disk::mount(folder.path().join("disk"), 1 << 20) else { return };
    let file = folder.path().join("image.tar");
    let mut layer = Layer::new();
    for number in 0..40 {
        layer = layer.file(format!("folder/{number}"), &"x".repeat(20_000));
    }
    fs::write(&file, docker_archive(&[layer.end()]).end()).expect("written");
    fs::write(disk.0.join("mine"), "mine").expect("written");
    let target = disk.0.join("rootfs");
    let mut refused = 0;
    for pages in (0..220).step_by(5) {
        disk.fill(pages);
        let result = unpack(&file, &target);
        disk.free();
        match result {
            Ok(_) => {
                assert_eq!(names(&target.join("folder")).len(), 40);
                fs::remove_dir_all(&target).expect("removed");
            }
            Err(error) => {
                assert_eq!((error.kind(), error.code()), (ErrorKind::Io, "unpack-full"), "{error}");
                refused += 1;
            }
        }
        assert_eq!(names(&disk.0), ["mine"], "{pages} pages were free");
    }
    println!("{refused} times the disk was full");
    assert!((20..44).contains(&refused), "{refused}");
}

/// Without privileges the contents are all there, and what is not is said. Root lets a child do it that has none.
#[test]
fn what_is_not_permitted_is_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).expect("set");
    let owned = |path: &str, kind| {
        let mut entry = Entry::new(path, kind);
        (entry.uid, entry.gid, entry.mode) = (12, 34, 0o4755);
        entry
    };
    let mut device = Entry::new("dev/null", EntryKind::CharDevice);
    device.device = (1, 3);
    let mut locked = Entry::new("locked", EntryKind::Directory);
    locked.mode = 0;
    let mut capable = Entry::new("capable", EntryKind::File);
    capable.xattrs = vec![(
        b"security.capability".to_vec(),
        vec![1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    )];
    let layers = [
        Layer::new()
            .entry(&owned("suid", EntryKind::File), b"")
            .entry(&device, b"")
            .entry(&capable, b"")
            .entry(&locked, b"")
            .file("locked/inner", "below")
            .end(),
        Layer::new().file("locked/second", "later").file("locked/.wh.inner", "").end(),
    ];
    let (file, target) = (folder.path().join("image.tar"), folder.path().join("rootfs"));
    fs::write(&file, docker_archive(&layers).end()).expect("written");
    let program = env::current_exe().expect("this program");
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    this_program(&mut command, &file, &target);
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("NO setpriv, UNPACKING WITHOUT PRIVILEGES WAS NOT CHECKED: {error}");
            return;
        }
    };
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    if is_root() && text.contains("failed to execute") {
        eprintln!("OTHERS MAY NOT RUN THIS PROGRAM, UNPACKING WITHOUT PRIVILEGES WAS NOT CHECKED: {text}");
        return;
    }
    assert!(output.status.success(), "{text}");
    // Every entry is said to be root's, but for one: the device is not there, whose owner then matters to nobody.
    let expected = r#"["device-denied", "owner-denied", "xattr-denied"]"#;
    let said = text.lines().find(|line| line.contains("DENIED ")).unwrap_or_else(|| panic!("{text}"));
    assert!(said.ends_with(&format!("DENIED 5 1 1 {expected}")), "{said}");
    let data = target.join("suid").metadata().expect("metadata");
    assert_eq!(data.mode() & 0o7777, 0o755, "set-id bits would lend the wrong user's rights");
    let data = target.join("locked").metadata().expect("metadata");
    assert_eq!(data.mode() & 0o7777, 0);
    fs::set_permissions(target.join("locked"), Permissions::from_mode(0o700)).expect("unlocked");
    assert_eq!(names(&target.join("locked")), ["second"]);
    assert_eq!(names(&target), ["capable", "dev", "locked", "suid"]);
}
