//! The tables of singularity-cri's own tests that are about files: what is removed, and what is verified.

use std::fs;
use std::path::PathBuf;

use layerglass::env::{Env, UnixTime};
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{FileFate, SifFile, SifFolder};
use layerglass::image::Platform;
use layerglass::limits::Limits;
use layerglass::reference::ImageNames;
use layerglass::sif::keys::KeyRing;
use layerglass::sif::{Rule, SignaturePolicy, judge};
use layerglass::store::ImageRecord;
use serde_json::Value;

use super::{at, field, fixture};

fn table(name: &str) -> Vec<Value> {
    let Some(vectors) = std::env::var_os("LAYERGLASS_VECTORS") else {
        eprintln!("SKIPPED: the table `{name}` of singularity-cri, because LAYERGLASS_VECTORS is not set");
        return Vec::new();
    };
    let path = PathBuf::from(vectors).join("seeds/singularity-cri-tests.json");
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let document: Value = serde_json::from_slice(&text).expect("JSON");
    document[name].as_array().unwrap_or_else(|| panic!("no table {name}")).clone()
}

#[test]
fn images_are_removed_as_the_table_says() {
    for case in table("remove") {
        let folder = tempfile::tempdir().unwrap();
        let images = SifFolder::open(folder.path(), &Limits::default()).unwrap();
        let is_local = case["uri"] == "local.file";
        let path =
            if is_local { folder.path().join("local.sif") } else { images.root().join("a".repeat(64)) };
        let is_there = case["path"] == "existing" || is_local;
        if is_there {
            fs::write(&path, b"an image").unwrap();
        }
        let name = if is_local { format!("local.file{}", path.display()) } else { "a:1".into() };
        let mut record = ImageRecord::default();
        (record.id, record.path) = ("x".into(), path.to_str().unwrap().to_owned());
        record.names = Some(ImageNames::parse(&name).unwrap());
        images.add(record).unwrap();
        for user in case["used_by"].as_array().expect("users") {
            images.borrow_image("x", user.as_str().expect("a user")).unwrap();
        }
        let removed = images.remove("x");
        match case["error"].as_str() {
            Some("image is being used") => {
                assert_eq!(removed.unwrap_err().kind(), ErrorKind::InUse, "{case}")
            }
            // There an entry whose file is gone stays for ever.
            Some(_) => assert!(matches!(removed.unwrap().file, FileFate::Absent), "{case}"),
            // There a local file is removed while it is in use; here its record is not, and the file in no case.
            None if is_local => {
                assert_eq!(removed.unwrap_err().kind(), ErrorKind::InUse, "{case}");
                images.give_back("x", "c").unwrap();
                assert!(matches!(images.remove("x").unwrap().file, FileFate::Local), "{case}");
                assert!(path.exists());
            }
            None => {
                assert!(matches!(removed.unwrap().file, FileFate::Deleted), "{case}");
                assert!(!path.exists());
            }
        }
    }
}

#[test]
fn images_are_verified_as_the_table_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut signed = fixture("sif/pgp.sif");
    // The key of the last signature may not sign.
    signed[field(9, at::USED)] = 0;
    let mut broken = signed.clone();
    broken[32_176] ^= 1;
    let mut keys = KeyRing::default();
    for name in ["rsa", "ed", "late"] {
        keys.add_openpgp(&fixture(&format!("sif/keys/{name}.asc"))).unwrap();
    }
    let env =
        Env::new(|| UnixTime { seconds: 1_795_274_820, nanoseconds: 0 }, Platform::new("linux", "amd64"));
    // As singularity-cri has it: nobody has to sign.
    let policy = SignaturePolicy { unsigned: Rule::Warn, ..SignaturePolicy::default() };
    for case in table("verify") {
        let file = match case["sif"].as_str() {
            Some("signed ok") => &signed,
            Some("unsigned") => &fixture("quirks.sif"),
            Some("broken signature") => &broken,
            Some(other) => panic!("{other}"),
            None if case["path"].is_string() => {
                let error = SifFile::open(folder.path().join("absent"), &Limits::default()).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::NotFound);
                continue;
            }
            // What is of Docker is skipped there by its name; here the caller decides whether to ask.
            None => continue,
        };
        let path = folder.path().join("image.sif");
        fs::write(&path, file).unwrap();
        let opened = SifFile::open(&path, &Limits::default()).unwrap();
        let report = opened.integrity(false, |_, _| {}).unwrap();
        let verdict = judge(opened.sif(), &report, &keys, &policy, &env, &Limits::default()).unwrap();
        let expected = match (&case["error_contains"], case["sif"].as_str()) {
            (Value::String(_), _) => Rule::Refuse,
            (_, Some("unsigned")) => Rule::Warn,
            _ => Rule::Accept,
        };
        assert_eq!(verdict.outcome, expected, "{case}: {verdict:#?}");
    }
}
