//! Files that contradict themselves: each is refused with the entry that is wrong, and nothing of it is to be seen.

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::LoadError;

use crate::build::{Tar, digest};
use crate::support::{config_of, layer, left, load, load_each, open, written};

/// An archive with these entries.
fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    entries.iter().fold(Tar::default(), |tar, (name, contents)| tar.file(name, contents)).end()
}

fn refused(what: &str, bytes: &[u8], kind: ErrorKind, code: &str, entry: Option<&str>) -> LoadError {
    let folder = tempfile::tempdir().expect("a folder");
    let root = open(&folder.path().join("root"));
    let path = written(folder.path(), "archive", bytes);
    let error = load(&root, &path).expect_err(what);
    assert_eq!((error.kind(), error.code()), (kind, code), "{what}: {error}");
    assert_eq!(error.path().as_deref(), entry, "{what}: {error}");
    assert_eq!(left(root.layers.root()), Vec::<std::path::PathBuf>::new(), "{what}");
    // Image by image it is told, and stays out as well.
    let report = load_each(&root, &path);
    assert_eq!(report.images, [], "{what}");
    assert!(report.failed.iter().any(|(_, error)| error.code() == code), "{what}: {:?}", report.failed);
    assert!(root.images.is_empty() && root.images.names().is_empty(), "{what}");
    assert_eq!(root.layers.list().expect("listed"), [], "{what}");
    error
}

#[test]
fn a_docker_archive_that_contradicts_itself_is_refused() {
    use ErrorKind::{Corrupt, Invalid, NotFound, Unsupported};
    let (one, config) = (layer("1"), config_of(&["1"]));
    let (one, config) = (&one[..], config.as_bytes());
    let manifest = |text: &str| text.replace('\'', "\"").into_bytes();
    let of = |text: &str| tar(&[("c", config), ("l", one), ("manifest.json", &manifest(text))]);
    let listed = Some("manifest.json");
    refused("a list that is none", &of("null"), Invalid, "load-no-images", None);
    refused("a list that is no JSON", &of("zzz"), Invalid, "load-no-images", None);
    refused(
        "a bare name",
        &of("[{'Config':'c','RepoTags':['x'],'Layers':['l']}]"),
        Invalid,
        "load-no-tag",
        listed,
    );
    refused(
        "a tag without a name",
        &of("[{'Config':'c','RepoTags':[':1'],'Layers':['l']}]"),
        Invalid,
        "reference-empty-part",
        listed,
    );
    refused(
        "no such config",
        &of("[{'Config':'x','Layers':['l']}]"),
        NotFound,
        "load-config-missing",
        Some("x"),
    );
    refused("no config", &of("[{'Layers':['l']}]"), NotFound, "load-config-missing", Some(""));
    refused(
        "out of the file",
        &of("[{'Config':'../../etc/hostname','Layers':['l']}]"),
        NotFound,
        "load-config-missing",
        Some("../../etc/hostname"),
    );
    refused(
        "no such layer",
        &of("[{'Config':'c','Layers':['x']}]"),
        NotFound,
        "load-layer-missing",
        Some("x"),
    );
    refused("too few layers", &of("[{'Config':'c','Layers':[]}]"), Invalid, "load-layer-count", listed);
    refused(
        "too many layers",
        &of("[{'Config':'c','Layers':['l','l']}]"),
        Invalid,
        "load-layer-count",
        listed,
    );
    refused(
        "a document for a layer",
        &of("[{'Config':'c','Layers':['c']}]"),
        Invalid,
        "not-a-tar",
        Some("c"),
    );

    let two = config_of(&["1", "2"]);
    let bytes = tar(&[
        ("c", two.as_bytes()),
        ("l", one),
        ("manifest.json", &manifest("[{'Config':'c','Layers':['l','l']}]")),
    ]);
    refused("one path for two layers", &bytes, Invalid, "load-two-layers", Some("l"));
    // Two images can do so as well.
    let other = config_of(&["2"]);
    let list = manifest("[{'Config':'c','Layers':['l']},{'Config':'d','Layers':['l']}]");
    let bytes = tar(&[("c", config), ("d", other.as_bytes()), ("l", one), ("manifest.json", &list)]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = written(folder.path(), "archive", &bytes);
    let root = open(&folder.path().join("root"));
    let error = load(&root, &path).expect_err("one path for two layers");
    assert_eq!((error.code(), error.path().as_deref()), ("load-two-layers", Some("l")));
    let report = load_each(&root, &path);
    assert_eq!((report.images.len(), report.failed.len()), (1, 1), "the reading tells which one it is");

    let named = format!("{}.json", "7".repeat(64));
    let list = manifest(&format!("[{{'Config':'{named}','Layers':['l']}}]"));
    let bytes = tar(&[(&named, config), ("l", one), ("manifest.json", &list)]);
    refused("a config under another digest", &bytes, Corrupt, "load-config-digest", Some(&named));
    let windows = config_of(&["1"]).replace("linux", "windows");
    let list = manifest("[{'Config':'c','Layers':['l']}]");
    let bytes = tar(&[("c", windows.as_bytes()), ("l", one), ("manifest.json", &list)]);
    refused("another system", &bytes, Unsupported, "load-os", Some("c"));
    let bytes = tar(&[("c", b"{}"), ("l", one), ("manifest.json", &list)]);
    let error = refused("no rootfs", &bytes, Invalid, "config-no-rootfs", Some("c"));
    assert!(matches!(error, LoadError::Wrong { .. }));
    // Links that lead in a circle lead to no layer.
    let bytes = Tar::default().file("c", config).symlink("l", "m").symlink("m", "l");
    let bytes = bytes.file("manifest.json", &list).end();
    refused("links in a circle", &bytes, NotFound, "load-layer-missing", Some("l"));
    let bytes = Tar::default().file("c", config).file("l", &one[..700]).file("manifest.json", &list).end();
    refused("a layer that breaks off", &bytes, Corrupt, "layer-diff-id", Some("l"));
    refused("no archive", &tar(&[("x", b"y")]), Invalid, "load-no-images", None);
}

/// An OCI layout of one image, of which one thing can be changed.
struct Layout {
    config: Vec<u8>,
    layer: Vec<u8>,
    declared: (String, u64),
    manifest_name: Option<String>,
    config_name: Option<String>,
}

impl Layout {
    fn new() -> Self {
        let layer = layer("1");
        let declared = (digest(&layer), layer.len() as u64);
        Self {
            config: config_of(&["1"]).into_bytes(),
            layer,
            declared,
            manifest_name: None,
            config_name: None,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let blob = |digest: &str| digest.replace("sha256:", "blobs/sha256/");
        let config = self.config_name.clone().unwrap_or_else(|| digest(&self.config));
        let (layer, size) = &self.declared;
        let manifest = format!(
            r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{config}","size":{}}},"layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{layer}","size":{size}}}]}}"#,
            self.config.len(),
        );
        let name = self.manifest_name.clone().unwrap_or_else(|| digest(manifest.as_bytes()));
        let index = format!(
            r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{name}","size":{}}}]}}"#,
            manifest.len(),
        );
        tar(&[
            ("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#),
            ("index.json", index.as_bytes()),
            (&blob(&name), manifest.as_bytes()),
            (&blob(&config), &self.config),
            (&blob(layer), &self.layer),
        ])
    }
}

#[test]
fn a_layout_whose_index_manifest_and_config_disagree_is_refused() {
    use ErrorKind::Corrupt;
    let folder = tempfile::tempdir().expect("a folder");
    let root = open(&folder.path().join("root"));
    load(&root, &written(folder.path(), "sound", Layout::new().bytes())).expect("loaded");

    let wrong = format!("sha256:{}", "7".repeat(64));
    let blob = format!("blobs/sha256/{}", "7".repeat(64));
    let layout = Layout { manifest_name: Some(wrong.clone()), ..Layout::new() };
    refused("another manifest", &layout.bytes(), Corrupt, "load-manifest-digest", Some(&blob));
    let layout = Layout { config_name: Some(wrong.clone()), ..Layout::new() };
    refused("another config", &layout.bytes(), Corrupt, "load-config-digest", Some(&blob));
    let mut layout = Layout::new();
    layout.declared.1 += 512;
    let entry = layout.declared.0.replace("sha256:", "blobs/sha256/");
    refused("another size", &layout.bytes(), Corrupt, "load-layer-size", Some(&entry));
    // The bytes are those of the config's diff id, and not those that the manifest names.
    let layout = Layout { declared: (wrong, layer("1").len() as u64), ..Layout::new() };
    let error = refused("another blob", &layout.bytes(), Corrupt, "layer-blob-digest", Some(&blob));
    assert_eq!(error.found(), Some(digest(&layer("1"))));
    // The bytes are those that the manifest names, and not those of the config's diff id.
    let layer = layer("2");
    let declared = (digest(&layer), layer.len() as u64);
    let entry = declared.0.replace("sha256:", "blobs/sha256/");
    let layout = Layout { layer, declared, ..Layout::new() };
    refused("another layer", &layout.bytes(), Corrupt, "layer-diff-id", Some(&entry));
}
