//! Unikernel images in a folder, with the files of their copies.

use std::path::{Path, PathBuf};

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{UnikernelFolder, UnikernelFolderError, block_on};
use layerglass::limits::Limits;
use layerglass::vm::unikernel::UnikernelError;

use crate::build::Tar;
use crate::support::fixture;

const KERNEL: &str = r#"{"unikernelType":"linux","format":"kernel+initrd","imageFile":"boot/vmlinuz","initrd":"initrd","cmdline":"quiet"}"#;

struct Scene(tempfile::TempDir);

impl Scene {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn open(&self) -> UnikernelFolder {
        let (folder, problems) =
            UnikernelFolder::open(self.0.path().join("images"), &Limits::default()).unwrap();
        assert_eq!(problems, []);
        folder
    }

    fn archive(&self, name: &str, tar: Tar) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, tar.end()).unwrap();
        path
    }

    /// Names of the folders of copies.
    fn stored(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path().join("images/storage")).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn kernel() -> Tar {
    let image = [vec![0; 0x38], b"ARM\x64".to_vec(), vec![0; 4000]].concat();
    Tar::default()
        .file("manifest", KERNEL)
        .directory("boot/")
        .file("boot/vmlinuz", image)
        .file("initrd", "070701")
}

fn disk(manifest: &str, contents: &[u8]) -> Tar {
    Tar::default().file("manifest", manifest).file("disk", contents)
}

#[test]
fn an_image_is_added_copied_and_removed() {
    let scene = Scene::new();
    let folder = scene.open();
    let image = folder.add("host/os.tar:latest", &scene.archive("a", kernel())).unwrap();
    assert_eq!((&*image.id, &*image.image_type, image.revision), ("host/os.tar", "linux", 1));
    let base = image.base().unwrap();
    assert_eq!(scene.stored(), [&*base.uuid]);
    let copy = folder.prepare("host/os.tar", "sandbox-1").unwrap();
    assert_eq!(&*copy.cmdline, "quiet");
    let read = |path: &Path| std::fs::read(path).unwrap();
    assert_eq!(read(&folder.image_path(&copy)), read(&folder.image_path(base)));
    assert_eq!(read(&folder.initrd_path(&copy).unwrap()), b"070701");
    for name in ["", "..", "a/b", "/etc"] {
        assert_eq!(folder.prepare("host/os.tar", name).unwrap_err().code(), "unikernel-copy-name");
    }
    assert_eq!(folder.prepare("host/os.tar", &base.uuid).unwrap_err().code(), "unikernel-copy-exists");
    // What a sandbox writes stays its own.
    std::fs::write(folder.image_path(&copy), b"changed").unwrap();
    assert_eq!(read(&folder.image_path(base)).len(), 4060);

    let again = scene.open();
    assert!(matches!(
        again.prepare("host/os.tar", "sandbox-1"),
        Err(UnikernelFolderError::Unikernel(UnikernelError::CopyExists { .. }))
    ));
    assert_eq!(read(&again.image_path(&copy)), b"changed", "opening removes nothing that is in use");
    assert_eq!(again.remove("host/os.tar").unwrap_err().kind(), ErrorKind::InUse);
    assert!(again.cleanup("host/os.tar", "sandbox-1").unwrap());
    assert!(!again.cleanup("host/os.tar", "sandbox-1").unwrap());
    assert!(again.remove("host/os.tar").unwrap());
    assert!(!again.remove("host/os.tar").unwrap());
    assert_eq!(scene.stored(), [""; 0]);
}

#[test]
fn a_further_archive_takes_the_place_of_the_former_one() {
    let scene = Scene::new();
    let folder = scene.open();
    let first = folder.add("x", &scene.archive("a", kernel())).unwrap();
    let copy = folder.prepare("x", "s").unwrap();
    let mbr = fixture("mbr.raw");
    let raw = scene.archive("b", disk(r#"{"Format":"raw","ImageFile":"disk"}"#, &mbr));
    let second = folder.add("x", &raw).unwrap();
    assert_ne!(first.digest, second.digest);
    assert_eq!((second.users(), second.copies.len()), (vec!["s".to_owned()], 2));
    assert_eq!(
        scene.stored(),
        ["s", &*second.base().unwrap().uuid],
        "the former base is gone, the copy is not"
    );
    assert!(folder.image_path(&copy).is_file());
    // The same archive again, and under another name.
    assert_eq!(folder.add("x", &raw).unwrap(), second);
    folder.add("y", &raw).unwrap();
    assert!(folder.cleanup("x", "s").unwrap() && folder.remove("x").unwrap());
    assert!(folder.image_path(second.base().unwrap()).is_file(), "the other name still has it");
    assert!(folder.remove("y").unwrap());
    assert_eq!(scene.stored(), [""; 0]);
}

#[test]
fn what_is_not_what_it_says_is_not_taken_in() {
    let scene = Scene::new();
    let folder = scene.open();
    let (qcow2, backed) = (fixture("snapshots.qcow2"), fixture("v2.qcow2"));
    let declared = |format: &str| format!(r#"{{"format":"{format}","imageFile":"disk"}}"#);
    let link = |target: &str| Tar::default().file("manifest", declared("raw")).symlink("disk", target);
    for (archive, code) in [
        (disk(&declared("raw"), &qcow2), "unikernel-format"),
        (disk(&declared("qcow2"), b"nothing of the kind"), "unikernel-format"),
        (disk(&declared("qcow2"), &qcow2[..5000]), "disk-beyond-end"),
        (disk(&declared("qcow2"), &backed), "unikernel-backing"),
        (disk(r#"{"format":"raw","imageFile":"../disk"}"#, b"x"), "unikernel-path"),
        (disk(r#"{"format":"raw","imageFile":"absent"}"#, b"x"), "unikernel-no-file"),
        (disk("[]", b"x"), "json-type"),
        (Tar::default().file("disk", b"x"), "unikernel-no-file"),
        (link("/etc/passwd"), "unikernel-no-file"),
        (link("../../../../../../../etc/passwd"), "unikernel-no-file"),
    ] {
        let error = folder.add("x", &scene.archive("a", archive)).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(scene.stored(), [""; 0], "{error}");
    }
    assert_eq!(folder.add("x", &scene.0.path().join("absent")).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(folder.add(":latest", &scene.archive("a", kernel())).unwrap_err().code(), "unikernel-no-id");
    assert!(folder.add("x", &scene.archive("a", disk(&declared("qcow2"), &qcow2))).is_ok());
}

#[test]
fn what_an_interruption_left_is_swept_and_copies_that_fail_leave_nothing() {
    let scene = Scene::new();
    let folder = scene.open();
    let image = folder.add("x", &scene.archive("a", kernel())).unwrap();
    let storage = folder.storage();
    for name in [".tmp-0", ".tmp-7", "sandbox-of-nobody", "sha256:0000"] {
        std::fs::create_dir(storage.join(name)).unwrap();
        std::fs::write(storage.join(name).join("file"), b"x").unwrap();
    }
    // Another process may be at it: its folders are passed by.
    assert!(folder.prepare("x", "s").is_ok() && folder.cleanup("x", "s").unwrap());
    assert_eq!(scene.stored().len(), 5);
    let folder = scene.open();
    assert_eq!(scene.stored(), [&*image.base().unwrap().uuid]);
    std::fs::remove_file(folder.initrd_path(image.base().unwrap()).unwrap()).unwrap();
    assert!(matches!(folder.prepare("x", "s"), Err(UnikernelFolderError::NoFile { .. })));
    assert_eq!((scene.stored().len(), block_on(folder.store().get("x")).unwrap().users().len()), (1, 0));
    // The archive again makes it whole.
    folder.add("x", &scene.archive("a", kernel())).unwrap();
    assert!(folder.prepare("x", "s").is_ok());
}
