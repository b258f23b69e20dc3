//! Small archives whose parts are known, and what is found in them when they are opened by ranges and as a stream.

use layerglass::archive::Archive;
use layerglass::finding::{Finding, Severity};
use layerglass::limits::Limits;
use serde_json::{Value, json};

use crate::build::{Tar, digest, open, pass_with};

pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Opens both ways.
pub fn both(file: &[u8]) -> [Archive; 2] {
    [open(file).unwrap(), pass_with(file, &Limits::default()).unwrap()]
}

/// All findings of the file and of its layers.
pub fn findings(archive: &Archive) -> Vec<Finding> {
    let data = archive.data();
    let of_layers = data.layers.iter().filter_map(|layer| layer.scan.clone()).flat_map(|scan| scan.findings);
    data.findings.iter().cloned().chain(of_layers).collect()
}

/// Holds that both ways of opening find this, once, and say the same of it.
#[track_caller]
pub fn finds(
    file: &[u8],
    code: &str,
    severity: Severity,
    place: &str,
    expected: &str,
    found: &str,
) -> [Archive; 2] {
    let archives = both(file);
    for archive in &archives {
        let all = findings(archive);
        let [finding] = &all.iter().filter(|finding| finding.code == code).collect::<Vec<_>>()[..] else {
            panic!("{code} is not there once: {all:#?}");
        };
        assert_eq!((finding.severity, finding.file.as_deref()), (severity, Some(place)), "{finding:?}");
        let differing = (finding.expected.as_deref(), finding.found.as_deref());
        assert_eq!(differing, (Some(expected), Some(found)), "{finding:?}");
    }
    archives
}

pub fn layer(name: &str) -> Vec<u8> {
    Tar::default().file(name, name).end()
}

pub fn config(architecture: &str, layers: &[&[u8]]) -> String {
    let diff_ids: Vec<String> = layers.iter().map(|layer| digest(layer)).collect();
    json!({"architecture": architecture, "os": "linux", "rootfs": {"type": "layers", "diff_ids": diff_ids}})
        .to_string()
}

pub fn descriptor(kind: &str, bytes: &[u8]) -> Value {
    json!({"mediaType": kind, "digest": digest(bytes), "size": bytes.len()})
}

pub fn blob_path(bytes: &[u8]) -> String {
    format!("blobs/{}", digest(bytes).replace(':', "/"))
}

pub fn manifest(config: &str, layers: &[&[u8]]) -> String {
    let layers: Vec<Value> = layers.iter().map(|layer| descriptor(LAYER, layer)).collect();
    json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor(CONFIG, config.as_bytes()), "layers": layers
    })
    .to_string()
}

/// A layout of these manifests, with these annotations' names, and these blobs.
pub fn layout(manifests: &[(&str, Option<&str>)], blobs: &[&[u8]]) -> Tar {
    let manifests: Vec<Value> = manifests
        .iter()
        .map(|(manifest, name)| {
            let mut descriptor = descriptor(MANIFEST, manifest.as_bytes());
            if let Some(name) = name {
                descriptor["annotations"] = json!({"io.containerd.image.name": name});
            }
            descriptor
        })
        .collect();
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}).to_string();
    let tar =
        Tar::default().file("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#).file("index.json", index);
    blobs.iter().fold(tar, |tar, blob| tar.file(&blob_path(blob), blob))
}

/// A Docker archive of one image: its config, and the list as given.
pub fn docker(config: &str, list: Value, files: &[(&str, &[u8])]) -> Vec<u8> {
    let tar = Tar::default().file("c.json", config);
    let tar = files.iter().fold(tar, |tar, (name, contents)| tar.file(name, contents));
    tar.file("manifest.json", list.to_string()).end()
}
