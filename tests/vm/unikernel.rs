//! Manifests of unikernel archives, and the records of images with their copies.

use layerglass::digest::Digest;
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{FolderBackend, block_on};
use layerglass::limits::Limits;
use layerglass::store::{Backend, MemoryBackend};
use layerglass::vm::unikernel::{
    UnikernelError, UnikernelImage, UnikernelManifest, UnikernelStore, VmFormat, image_name, location,
};
use serde_json::{Value, json};

use crate::support::{fixture, probe};

const VECTORS: &str = "seeds/frakti.json";

/// What the original does and this does not, with the reason, by the value of `want` or `note`.
const DIFFERENT: [(&str, &str); 2] = [
    ("reject: empty image file", "the original takes the folder for the disk"),
    ("reject: path leaves the image directory", "the original follows the path out of its store"),
];

fn vectors() -> Option<Value> {
    let Some(folder) = std::env::var_os("LAYERGLASS_VECTORS") else {
        eprintln!("SKIPPED: LAYERGLASS_VECTORS is not set, and {VECTORS} is in the folder that it names");
        return None;
    };
    let path = std::path::Path::new(&folder).join(VECTORS);
    Some(serde_json::from_slice(&std::fs::read(path).expect("the vectors")).expect("JSON"))
}

fn manifest(json: &str) -> Result<UnikernelManifest, UnikernelError> {
    UnikernelManifest::parse(json.as_bytes(), &Limits::default())
}

fn memory() -> UnikernelStore<MemoryBackend> {
    UnikernelStore::new(MemoryBackend::new(), &Limits::default())
}

fn image(id: &str) -> UnikernelImage {
    UnikernelImage {
        id: id.to_owned(),
        repo_tags: [format!("tag-{id}")].into(),
        repo_digests: [format!("digest-{id}")].into(),
        size: 10,
        ..UnikernelImage::default()
    }
}

/// One with a base copy.
fn pulled(id: &str) -> UnikernelImage {
    let digest = Digest::sha256(id.as_bytes());
    let json =
        r#"{"Format":"kernel+initrd","ImageFile":"vmlinuz","Initrd":"initrd.gz","Cmdline":"console=ttyS0"}"#;
    let base = manifest(json).unwrap().copy(&digest.to_string()).unwrap();
    let mut image = image(id);
    assert_eq!(image.set_base(digest, 20, "linux", base), None);
    image
}

#[test]
fn the_vectors_of_frakti() {
    let Some(vectors) = vectors() else { return };
    let list = |name: &str| vectors[name].as_array().unwrap_or_else(|| panic!("{name}")).clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (mut checked, mut excluded) = (0, 0);

    for case in list("format_enum") {
        let format = VmFormat::from_name(case["name"].as_str().unwrap()).expect("a format of that name");
        assert_eq!(case["value"], format.value());
        checked += 1;
    }
    for case in list("manifest_to_storage") {
        let root = text(&case["storage_root"]);
        let copy = manifest(&case["manifest"].to_string()).unwrap().copy(&text(&case["digest"]));
        if let Some(want) = case["want"].as_str() {
            let (_, reason) = DIFFERENT.iter().find(|(known, _)| *known == want).expect("a known difference");
            eprintln!("{VECTORS}: {}: {reason}", case["manifest"]);
            assert!(matches!(copy, Err(UnikernelError::Path { member: "ImageFile", .. })), "{case}");
            excluded += 1;
            continue;
        }
        let copy = copy.unwrap();
        let found = json!({
            "UUID": copy.uuid,
            "Format": copy.format.value(),
            "ImageFile": copy.image_path(&root),
            "Initrd": copy.initrd_path(&root).unwrap_or_default(),
            "Cmdline": copy.cmdline,
        });
        assert_eq!(found, case["storage"], "{case}");
        checked += 1;
    }
    let keys = manifest(&vectors["manifest_json_keys"]["example"].to_string()).unwrap();
    assert_eq!(
        (&*keys.unikernel_type, &*keys.format, &*keys.image_file),
        ("osv", "qcow2", "osv-unikernel.qcow2")
    );
    for case in list("actual_image_name") {
        assert_eq!(case["out"], image_name(case["in"].as_str().unwrap()), "{case}");
        checked += 1;
    }
    for case in list("download_location") {
        assert_eq!(case["location"], location(case["name"].as_str().unwrap()), "{case}");
        checked += 1;
    }
    for case in list("remove_image") {
        removal(&case, &mut checked, &mut excluded);
    }
    // The scenarios are those of the tests below, one for each.
    let operations: Vec<_> = list("store_semantics").iter().map(|case| text(&case["op"])).collect();
    let known = [
        "add existing id",
        "get unknown",
        "update unknown",
        "update, function fails",
        "update, function changes ID",
        "update, function calls the store",
        "delete unknown",
        "list",
        "LoadStore",
    ];
    assert_eq!(operations, known);
    assert_eq!(list("store_test_suite").len(), 4);
    println!("{VECTORS}: {checked} checked, {excluded} excluded with their reasons");
    assert!(checked >= 20);
}

fn removal(case: &Value, checked: &mut u32, excluded: &mut u32) {
    let store = memory();
    let Some(copies) = case["copies"].as_array() else {
        assert_eq!(block_on(store.remove("unknown")), Ok(None));
        *checked += 1;
        return;
    };
    let has_base = copies.iter().any(|copy| copy == "<base digest>");
    let mut known = pulled("x");
    if !has_base {
        known.copies.clear();
    }
    if copies.iter().any(|copy| copy == "sandbox-1") {
        let base = pulled("x").base().unwrap().clone();
        known.copies.insert(
            "sandbox-1".into(),
            layerglass::vm::unikernel::VmCopy { uuid: "sandbox-1".into(), ..base },
        );
    }
    block_on(store.add(known)).unwrap();
    let removed = block_on(store.remove("x"));
    if case["result"].as_str().unwrap().starts_with("error: still in use by 1") {
        let Err(UnikernelError::InUse { users, .. }) = removed else { panic!("{removed:?}") };
        assert_eq!(users, ["sandbox-1"]);
    } else if !has_base && copies.len() == 1 {
        eprintln!("{VECTORS}: {case}: the original loses the folder of a sandbox that may still run");
        assert_eq!(removed.unwrap_err().kind(), ErrorKind::InUse);
        *excluded += 1;
        return;
    } else {
        assert_eq!(removed.unwrap().unwrap().base().is_some(), has_base);
        assert_eq!(block_on(store.get("x")).unwrap_err().kind(), ErrorKind::NotFound);
    }
    *checked += 1;
}

#[test]
fn files_of_a_manifest_stay_in_their_folder() {
    for path in ["", ".", "/", "..", "a/..", "../a", "a/../../b", "a\\..\\b", "a\0b"] {
        let json = json!({ "format": "kernel+initrd", "imageFile": path }).to_string();
        assert!(matches!(manifest(&json).unwrap().copy("x"), Err(UnikernelError::Path { .. })), "{path:?}");
        let json = json!({ "format": "kernel+initrd", "imageFile": "a", "initrd": path }).to_string();
        assert_eq!(manifest(&json).unwrap().copy("x").is_ok(), path.is_empty(), "{path:?}");
    }
    let copy = manifest(r#"{"FORMAT":"raw","imagefile":"/a/./b//c/../d"}"#).unwrap().copy("x").unwrap();
    assert_eq!(copy.image_path("/root/"), "/root/x/a/b/d");
    for name in ["", ".", "..", "a/b", "a\\b", "a\0"] {
        let copy = manifest(r#"{"imageFile":"a"}"#).unwrap().copy(name);
        assert!(matches!(copy, Err(UnikernelError::CopyName { .. })), "{name:?}");
    }
    assert!(matches!(manifest("[]"), Err(UnikernelError::Field(_))));
    assert!(matches!(manifest("{"), Err(UnikernelError::Json(_))));
}

#[test]
fn what_is_declared_is_compared_with_what_is_there() {
    let detail = |name: &str| probe(&fixture(name)).unwrap().detail;
    for (format, file, fits) in [
        (VmFormat::Qcow2, "v2.qcow2", true),
        (VmFormat::Qcow2, "mbr.raw", false),
        (VmFormat::Raw, "mbr.raw", true),
        (VmFormat::Raw, "ext4.img", true),
        (VmFormat::Raw, "v2.qcow2", false),
        (VmFormat::KernelInitrd, "gpt.raw", false),
        (VmFormat::LinuxKit, "gpt.raw", false),
        (VmFormat::Unknown, "gpt.raw", true),
    ] {
        let found = format.check(&detail(file));
        assert_eq!(found.is_ok(), fits, "{format:?} {file}");
        assert!(fits || matches!(found, Err(UnikernelError::Format { .. })));
    }
    assert!(VmFormat::Raw.check(&probe(&[7; 600]).unwrap().detail).is_ok());
    assert!(VmFormat::Qcow2.check(&probe(&[7; 600]).unwrap().detail).is_err());
}

/// The seed's own scenario.
#[test]
fn images_are_added_merged_listed_and_deleted() {
    block_on(async {
        let store = memory();
        for id in ["3", "1", "2"] {
            let added = store.add(image(id)).await.unwrap();
            assert_eq!((added.revision, store.get(id).await.unwrap()), (1, added.clone()));
            assert_eq!(UnikernelImage { revision: 0, ..added }, image(id));
        }
        let more = UnikernelImage { repo_tags: ["tag-new".into()].into(), size: 99, ..image("2") };
        let merged = store.add(more.clone()).await.unwrap();
        assert_eq!(merged.repo_tags.iter().collect::<Vec<_>>(), ["tag-2", "tag-new"]);
        assert_eq!((merged.size, merged.revision), (10, 2), "only the names are added");
        assert_eq!(store.add(more).await.unwrap(), merged, "nothing is written twice");
        let (images, problems) = store.list().await.unwrap();
        let ids: Vec<_> = images.iter().map(|image| &*image.id).collect();
        assert_eq!((&ids[..], problems.len()), (&["1", "2", "3"][..], 0));
        assert_eq!(store.delete("2").await, Ok(true));
        assert_eq!(store.delete("2").await, Ok(false));
        assert_eq!(store.get("2").await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(store.list().await.unwrap().0.len(), 2);
        assert_eq!(store.add(UnikernelImage::default()).await, Err(UnikernelError::NoId));
    });
}

#[test]
fn an_update_is_made_wholly_or_not() {
    block_on(async {
        let store = memory();
        let mut calls = 0;
        let unknown = store.update("x", |image| -> Result<_, UnikernelError> {
            calls += 1;
            Ok(image)
        });
        assert_eq!(unknown.await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(calls, 0);
        let before = store.add(pulled("x")).await.unwrap();
        let failed = store.update("x", |mut image| {
            image.copies.clear();
            image.repo_tags.clear();
            Err::<UnikernelImage, _>(UnikernelError::NoId)
        });
        assert_eq!(failed.await, Err(UnikernelError::NoId));
        assert_eq!(store.get("x").await.unwrap(), before);
        let renamed =
            store.update("x", |image| Ok::<_, UnikernelError>(UnikernelImage { id: "y".into(), ..image }));
        assert!(matches!(renamed.await, Err(UnikernelError::IdChanged { .. })));
        let unreadable = store.update("x", |mut image| {
            image.copies.get_mut(&Digest::sha256(b"x").to_string()).unwrap().image_file = "../x".into();
            Ok::<_, UnikernelError>(image)
        });
        assert!(
            matches!(unreadable.await, Err(UnikernelError::Path { .. })),
            "what cannot be read is not written"
        );
        assert_eq!(store.get("x").await.unwrap(), before);
        // What is read meanwhile is what was there before.
        let seen = store.update("x", |image| {
            let now = block_on(store.get("x"))?;
            Ok::<_, UnikernelError>(UnikernelImage { size: now.size + 1, ..image })
        });
        assert_eq!((seen.await.unwrap().size, store.get("x").await.unwrap().revision), (21, 2));
    });
}

#[test]
fn copies_are_leases() {
    block_on(async {
        let store = memory();
        store.add(pulled("x")).await.unwrap();
        let copy = store.prepare_copy("x", "sandbox-1").await.unwrap();
        assert_eq!(copy.image_path("/r"), "/r/sandbox-1/vmlinuz");
        assert_eq!(
            (&*copy.cmdline, copy.initrd_path("/r").as_deref()),
            ("console=ttyS0", Some("/r/sandbox-1/initrd.gz"))
        );
        assert!(matches!(store.prepare_copy("x", "sandbox-1").await, Err(UnikernelError::CopyExists { .. })));
        assert!(matches!(store.prepare_copy("x", "../up").await, Err(UnikernelError::CopyName { .. })));
        assert!(matches!(store.prepare_copy("y", "s").await, Err(UnikernelError::NotFound { .. })));
        assert_eq!(store.remove("x").await.unwrap_err().kind(), ErrorKind::InUse);
        let base = pulled("x").base().unwrap().uuid.clone();
        assert!(matches!(store.drop_copy("x", &base).await, Err(UnikernelError::CopyName { .. })));
        assert_eq!(store.drop_copy("x", "sandbox-1").await, Ok(Some(copy)));
        assert_eq!(store.drop_copy("x", "sandbox-1").await, Ok(None));
        assert_eq!(store.drop_copy("unknown", "sandbox-1").await, Ok(None));
        assert!(store.remove("x").await.unwrap().is_some());

        store.add(image("without")).await.unwrap();
        assert!(matches!(store.prepare_copy("without", "s").await, Err(UnikernelError::NoBase { .. })));
        for format in ["linuxkit", "QCOW2"] {
            let digest = Digest::sha256(format.as_bytes());
            let json = json!({ "format": format, "imageFile": "a" }).to_string();
            let mut image = image(format);
            image.set_base(digest, 1, "", manifest(&json).unwrap().copy(&digest.to_string()).unwrap());
            store.add(image).await.unwrap();
            assert!(matches!(store.prepare_copy(format, "s").await, Err(UnikernelError::CannotCopy { .. })));
        }
    });
}

#[test]
fn another_pull_takes_the_place_of_the_base() {
    let mut image = pulled("x");
    let former = image.base().unwrap().clone();
    let digest = Digest::sha256(b"newer");
    let base = manifest(r#"{"format":"qcow2","imageFile":"d"}"#).unwrap().copy(&digest.to_string()).unwrap();
    assert_eq!(image.set_base(digest, 77, "osv", base.clone()), Some(former));
    assert_eq!((image.size, &*image.image_type, image.base()), (77, "osv", Some(&base)));
    assert_eq!(image.set_base(digest, 77, "osv", base), None, "the same archive again");
    assert_eq!(image.copies.len(), 1);
}

#[test]
fn records_outlive_the_store_and_damaged_ones_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let open = || UnikernelStore::new(FolderBackend::open(folder.path()).unwrap(), &Limits::default());
    block_on(async {
        let added = open().add(pulled("x")).await.unwrap();
        open().prepare_copy("x", "s").await.unwrap();
        let (images, _) = open().list().await.unwrap();
        assert_eq!((images.len(), images[0].revision, images[0].users()), (1, 2, vec!["s".to_owned()]));
        assert_eq!(images[0].base(), added.base());

        let backend = FolderBackend::open(folder.path()).unwrap();
        let key = backend.list("layerglass/unikernels/").await.unwrap().remove(0);
        let raw = backend.get(&key).await.unwrap().unwrap();
        let text = String::from_utf8(raw.clone()).unwrap();
        for (damaged, code) in [
            (text.replace("\"version\":1", "\"version\":2"), "unikernel-version"),
            (text.replace("vmlinuz", "../../vmlinuz"), "unikernel-path"),
            (text.replace("KERNEL_INITRD", "OTHER"), "json-type"),
            (text.replace("\"size\":20", "\"size\":-1"), "json-type"),
            (text.replace("\"id\":\"x\"", "\"id\":\"z\""), "unikernel-id-changed"),
            (text[..40].to_owned(), "json-end"),
        ] {
            backend.put(&key, damaged.as_bytes()).await.unwrap();
            let (images, problems) = open().list().await.unwrap();
            assert_eq!((images.len(), problems.len(), &*problems[0].key), (0, 1, &*key));
            if code != "json-end" {
                assert_eq!(problems[0].error.code(), code, "{damaged}");
            }
            assert!(open().add(image("x")).await.is_err(), "a damaged record is not written over");
        }
        backend.put(&key, &raw).await.unwrap();
        assert_eq!(open().get("x").await.unwrap().users(), ["s"]);
    });
}

#[test]
fn sandboxes_that_come_at_once_all_get_their_copies() {
    let folder = tempfile::tempdir().unwrap();
    let open = || UnikernelStore::new(FolderBackend::open(folder.path()).unwrap(), &Limits::default());
    block_on(open().add(pulled("x"))).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let store = open();
            scope.spawn(move || {
                for index in 0..5 {
                    block_on(store.prepare_copy("x", &format!("{thread}-{index}"))).unwrap();
                }
            });
        }
    });
    assert_eq!(block_on(open().get("x")).unwrap().users().len(), 20);
}
