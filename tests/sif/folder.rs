//! Images that are SIF files in a folder, and their records.

use std::fs;
use std::path::Path;

use layerglass::digest::Digest;
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{FileFate, SifFile, SifFolder};
use layerglass::limits::Limits;
use layerglass::reference::ImageNames;
use layerglass::store::{ImageRecord, RecordFilter};

use super::fixture;

fn names(name: &str) -> Option<ImageNames> {
    Some(ImageNames::parse(name).expect("a name"))
}

/// Puts a file into a folder under its digest, and adds its record.
fn place(images: &SifFolder, file: &[u8], name: &str) -> ImageRecord {
    let path = images.root().join(Digest::sha256(file).hex());
    fs::write(&path, file).unwrap();
    let record = SifFile::open(&path, &Limits::default()).unwrap().record(names(name)).unwrap();
    images.add(record.clone()).unwrap();
    record
}

fn open(folder: &Path) -> SifFolder {
    SifFolder::open(folder, &Limits::default()).unwrap()
}

#[test]
fn a_record_tells_what_the_file_says() {
    let folder = tempfile::tempdir().unwrap();
    let images = open(folder.path());
    let file = fixture("sif/types.sif");
    let record = place(&images, &file, "busybox:1");
    let hex = Digest::sha256(&file).hex();
    assert_eq!((record.id.as_str(), record.sha256.as_str(), record.size), (&*hex, &*hex, file.len() as u64));
    assert_eq!(Path::new(&record.path), images.root().join(&hex));
    let config = record.run_config(&Limits::default()).unwrap().expect("a configuration");
    assert_eq!((config.user.as_str(), config.stop_signal.as_str()), ("1000:50", "SIGTERM"));
    let line = fs::read_to_string(folder.path().join(SifFolder::REGISTRY)).unwrap();
    assert!(
        line.starts_with(&format!(r#"{{"id":"{hex}","sha256":"{hex}","size":{},"path":""#, file.len())),
        "{line}"
    );
    assert!(
        line.contains(r#""ref":{"uri":"docker.io","tags":["busybox:1"],"digests":null},"ociConfig":{"User""#),
        "{line}"
    );
    for filter in [&hex[..5], "busybox", "docker.io/library/busy", ""] {
        assert!(record.matches(&RecordFilter::prefix(filter)), "{filter}");
    }
    assert!(!record.matches(&RecordFilter::prefix("box")));
}

#[test]
fn removal_takes_the_file_along() {
    let folder = tempfile::tempdir().unwrap();
    let images = open(folder.path());
    let record = place(&images, &fixture("quirks.sif"), "a:1");
    images.borrow_image(&record.id, "container").unwrap();
    assert!(!images.borrow_image(&record.id, "container").unwrap());
    let refused = images.remove(&record.id).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InUse);
    assert!(Path::new(&record.path).exists());
    // Users are kept on disk.
    let again = open(folder.path());
    assert!(again.remove(&record.id).is_err());
    assert!(!again.give_back(&record.id, "other").unwrap());
    assert!(again.give_back(&record.id, "container").unwrap());
    let removed = again.remove(&record.id).unwrap();
    assert!(matches!(removed.file, FileFate::Deleted), "{removed:?}");
    assert!(!Path::new(&record.path).exists());
    assert!(again.records().unwrap().0.is_empty());
    assert_eq!(again.remove(&record.id).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn a_file_that_is_gone_does_not_keep_its_record() {
    let folder = tempfile::tempdir().unwrap();
    let images = open(folder.path());
    let record = place(&images, &fixture("quirks.sif"), "a:1");
    fs::remove_file(&record.path).unwrap();
    assert!(matches!(images.remove(&record.id).unwrap().file, FileFate::Absent));
}

#[test]
fn local_files_are_never_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("with:colon.sif");
    fs::write(&path, fixture("quirks.sif")).unwrap();
    let images = open(&folder.path().join("new/folder"));
    let record = images.add_local(&path).unwrap();
    assert_eq!(Path::new(&record.path), path.canonicalize().unwrap());
    images.borrow_image(&record.id, "container").unwrap();
    assert_eq!(images.remove(&record.id).unwrap_err().kind(), ErrorKind::InUse);
    images.give_back(&record.id, "container").unwrap();
    assert!(matches!(images.remove(&record.id).unwrap().file, FileFate::Local));
    assert!(path.exists());
    assert_eq!(images.add_local(elsewhere.path().join("none")).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(images.add_local(elsewhere.path()).unwrap_err().code(), "file-io");
    fs::write(&path, b"something else").unwrap();
    assert_eq!(images.add_local(&path).unwrap_err().code(), "sif-magic");
}

/// A record can name any file: only those of the folder itself are deleted.
#[test]
fn nothing_outside_of_the_folder_is_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let images = open(&folder.path().join("images"));
    let victim = folder.path().join("victim");
    let digits = "a".repeat(64);
    let inside = folder.path().join("images").join("below");
    fs::create_dir(&inside).unwrap();
    for path in [
        victim.clone(),
        folder.path().join("images/..").join(&digits),
        folder.path().join(&digits),
        inside.join(&digits),
        folder.path().join("images").join(SifFolder::REGISTRY),
        folder.path().join("images/layerglass/lock"),
    ] {
        if !path.exists() {
            fs::write(&path, b"precious").unwrap();
        }
        let mut record = ImageRecord::default();
        (record.id, record.path) = ("x".into(), path.to_str().unwrap().to_owned());
        record.names = names("a:1");
        images.add(record).unwrap();
        let removed = images.remove("x").unwrap();
        assert!(matches!(removed.file, FileFate::Outside), "{path:?}: {removed:?}");
        assert!(path.exists(), "{path:?}");
    }
}

#[test]
fn a_file_of_two_images_stays() {
    let folder = tempfile::tempdir().unwrap();
    let images = open(folder.path());
    let record = place(&images, &fixture("quirks.sif"), "a:1");
    let mut other = record.clone();
    other.id = "other".into();
    other.names = names("b:1");
    images.add(other).unwrap();
    assert!(matches!(images.remove(&record.id).unwrap().file, FileFate::Shared));
    assert!(matches!(images.remove("other").unwrap().file, FileFate::Deleted));
    assert!(!Path::new(&record.path).exists());
}

#[test]
fn lines_that_cannot_be_read_stay() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(SifFolder::REGISTRY), b"{\"id\":\"old\",\"size\":-1}\n").unwrap();
    let images = open(folder.path());
    assert_eq!(images.records().unwrap().1.len(), 1);
    let record = place(&images, &fixture("quirks.sif"), "a:1");
    images.remove(&record.id).unwrap();
    assert_eq!(fs::read(folder.path().join(SifFolder::REGISTRY)).unwrap(), b"{\"id\":\"old\",\"size\":-1}\n");
}

#[test]
fn threads_lose_nothing_to_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let images = open(folder.path());
    let record = place(&images, &fixture("quirks.sif"), "a:1");
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (images, id) = (images.clone(), &record.id);
            scope.spawn(move || {
                for user in 0..10 {
                    assert!(images.borrow_image(id, &format!("{thread}-{user}")).unwrap());
                }
            });
        }
    });
    assert_eq!(images.records().unwrap().0.get(&record.id).unwrap().users.len(), 40);
}

/// The file system refuses: the image is removed all the same, and the caller is told of what is left.
#[cfg(unix)]
#[test]
fn what_cannot_be_deleted_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let images = open(folder.path());
    let mut record = ImageRecord::default();
    // A folder in the place of the file cannot be unlinked, whoever asks.
    let path = images.root().join("b".repeat(64));
    fs::create_dir(&path).unwrap();
    (record.id, record.path) = ("x".into(), path.to_str().unwrap().to_owned());
    images.add(record).unwrap();
    let removed = images.remove("x").unwrap();
    assert!(removed.file.cleanup_pending(), "{removed:?}");
    assert!(images.records().unwrap().0.is_empty() && path.exists());
}
