//! Do the comparisons with recorded vectors notice when anything is not as recorded? Vectors of this form are made here for
//! files that are made here; then each value in them is changed in turn.

use std::path::Path;

use serde_json::{Value, json};

use crate::build::{Tar, digest};
use crate::recorded::Report;
use crate::recorded_archives::check_archive;
use crate::recorded_tars::check_tar;

/// Every place in a value that can be changed by itself.
fn places(value: &Value, at: &str, places: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            object.iter().for_each(|(key, value)| self::places(value, &format!("{at}/{key}"), places));
        }
        Value::Array(list) if !list.is_empty() => {
            list.iter().enumerate().for_each(|(index, value)| {
                self::places(value, &format!("{at}/{index}"), places);
            });
        }
        _ => places.push(at.to_owned()),
    }
}

fn changed(value: &Value) -> Value {
    match value {
        Value::Null => json!("something"),
        Value::Bool(value) => json!(!value),
        Value::Number(number) => json!(number.as_u64().unwrap() + 1),
        Value::String(text) => json!(format!("{text}-changed")),
        Value::Array(_) => json!(["something"]),
        Value::Object(_) => unreachable!("an object is walked into"),
    }
}

/// Holds the vector as it is, and fails with any value changed or the file gone.
fn check_all(vector: &Value, check: impl Fn(&mut Report, &Value)) {
    let differences = |vector: &Value| {
        let mut report = Report::default();
        check(&mut report, vector);
        (report.differences, report.unknown)
    };
    let (found, unknown) = differences(vector);
    assert!(found.is_empty() && unknown.is_empty(), "{found:#?}\n{unknown:?}");
    let mut all = Vec::new();
    places(vector, "", &mut all);
    assert!(all.len() > 10, "{all:?}");
    for place in all {
        let mut other = vector.clone();
        let value = other.pointer_mut(&place).unwrap();
        *value = changed(value);
        assert!(
            !differences(&other).0.is_empty(),
            "nothing was noticed of {place}, {value}",
            value = other.pointer(&place).unwrap()
        );
    }
    for key in ["entries", "images", "manifests"] {
        let mut other = vector.clone();
        let popped = other.get_mut(key).and_then(Value::as_array_mut).and_then(Vec::pop);
        let noticed = || !differences(&other).0.is_empty();
        assert!(popped.is_none() || noticed(), "nothing was noticed of a missing member of {key}");
    }
}

fn sha256(bytes: impl AsRef<[u8]>) -> String {
    digest(bytes.as_ref())
}

fn zeros(tar: &[u8]) -> usize {
    tar.len() - tar.iter().rposition(|&byte| byte != 0).unwrap() - 1
}

#[test]
fn a_changed_record_of_a_docker_archive_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let layer = Tar::default().file("a/.wh.b", "").hardlink("a/c", "a/.wh.b").end();
    let config = format!(
        r#"{{"architecture":"amd64","os":"linux","rootfs":{{"type":"layers","diff_ids":["{}"]}}}}"#,
        sha256(&layer)
    );
    let (id, v1) = ("1".repeat(64), "2".repeat(64));
    let name = format!("{id}.json");
    let manifest = json!([
        {"Config": name, "RepoTags": ["a:1"], "Layers": [format!("{v1}/layer.tar")], "Parent": sha256("parent")}
    ]);
    let repositories = json!({"a": {"1": v1}});
    let tar = Tar::default()
        .file(&name, &config)
        .directory(&format!("{v1}/"))
        .file(&format!("{v1}/layer.tar"), &layer)
        .file("manifest.json", manifest.to_string())
        .file("repositories", repositories.to_string())
        .symlink("link", "repositories")
        .end();
    std::fs::write(folder.path().join("a.tar"), &tar).unwrap();
    let entry = |name: &str, kind: &str, size: usize| json!({"name": name, "type": kind, "size": size});
    let vector = json!({
        "path": "a.tar",
        "size": tar.len(),
        "sha256": sha256(&tar),
        "compression": "none",
        "uncompressed_size": tar.len(),
        "trailing_zero_bytes": zeros(&tar),
        "tar_formats": ["ustar/pax"],
        "entries": [
            entry(&name, "file", config.len()),
            entry(&v1, "dir", 0),
            entry(&format!("{v1}/layer.tar"), "file", layer.len()),
            entry("manifest.json", "file", manifest.to_string().len()),
            entry("repositories", "file", repositories.to_string().len()),
            {"name": "link", "type": "symlink", "size": 0, "link": "repositories"}
        ],
        "entry_count": 6,
        "kind": "docker-save+repositories+v1-dirs",
        "repositories": repositories,
        "images": [{
            "config": name,
            "repo_tags": ["a:1"],
            "json_keys": ["Config", "Layers", "Parent", "RepoTags"],
            "extra_keys": ["Parent"],
            "config_sha256": sha256(&config),
            "config_size": config.len(),
            "platform": ["linux", "amd64", null],
            "diff_ids": [sha256(&layer)],
            "layers": [{
                "path": format!("{v1}/layer.tar"),
                "size": layer.len(),
                "sha256": sha256(&layer),
                "compression": "none",
                "uncompressed_size": layer.len(),
                "diff_id": sha256(&layer),
                "trailing_zero_bytes": zeros(&layer),
                "diff_id_matches_config": true,
                "entries": 2,
                "hardlinks": 1,
                "names": ["a/.wh.b", "a/c"],
                "whiteouts": ["a/.wh.b"]
            }]
        }]
    });
    check_all(&vector, |report, vector| check_archive(report, folder.path(), vector));
}

#[test]
fn a_changed_record_of_a_layout_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let layer = Tar::default().file("a", "a").end();
    let config =
        json!({"architecture": "arm64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [sha256(&layer)]}})
            .to_string();
    let descriptor =
        |kind: &str, bytes: &[u8]| json!({"mediaType": kind, "digest": digest(bytes), "size": bytes.len()});
    const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    const INDEX: &str = "application/vnd.oci.image.index.v1+json";
    let config_descriptor = descriptor("application/vnd.oci.image.config.v1+json", config.as_bytes());
    let layer_descriptor = descriptor("application/vnd.oci.image.layer.v1.tar", &layer);
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "config": config_descriptor, "layers": [layer_descriptor]
    })
    .to_string();
    let with = |mut value: Value, key: &str, other: Value| {
        value[key] = other;
        value
    };
    let platform = json!({"architecture": "arm64", "os": "linux"});
    let nested = with(descriptor(MANIFEST, manifest.as_bytes()), "platform", platform);
    let absent = descriptor(MANIFEST, b"absent");
    let inner = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [nested]}).to_string();
    let annotations = json!({"org.opencontainers.image.ref.name": "one"});
    let outer = with(descriptor(INDEX, inner.as_bytes()), "annotations", annotations);
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [outer, absent]}).to_string();
    let blobs = folder.path().join("layout/blobs/sha256");
    std::fs::create_dir_all(&blobs).unwrap();
    for bytes in [inner.as_bytes(), manifest.as_bytes(), config.as_bytes(), &layer] {
        std::fs::write(blobs.join(&digest(bytes)["sha256:".len()..]), bytes).unwrap();
    }
    std::fs::write(folder.path().join("layout/index.json"), &index).unwrap();
    std::fs::write(folder.path().join("layout/oci-layout"), r#"{"imageLayoutVersion": "1.0.0"}"#).unwrap();
    let read = |value: Value| with(with(value, "digest_ok", json!(true)), "size_ok", json!(true));
    let mut layer_record = layer_descriptor;
    let more = json!({
        "sha256": sha256(&layer), "compression": "none", "uncompressed_size": layer.len(), "diff_id": sha256(&layer),
        "trailing_zero_bytes": zeros(&layer), "diff_id_matches_config": true, "entries": 1, "names": ["a"],
        "digest_ok": true
    });
    layer_record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let image = with(with(read(nested), "config", config_descriptor), "layers", json!([layer_record]));
    let vector = json!({
        "path": "layout",
        "kind": "oci-layout-dir",
        "oci_layout": "1.0.0",
        "index_media_type": INDEX,
        "manifests": [with(read(outer), "manifests", json!([image])), with(absent, "missing", json!(true))]
    });
    check_all(&vector, |report, vector| check_archive(report, folder.path(), vector));
}

#[test]
fn a_changed_record_of_a_tar_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let tar = Tar::default().file("a", "text").symlink("b", "a").end();
    std::fs::write(folder.path().join("a.tar"), &tar).unwrap();
    let entry = |name: &str, kind: &str, more: Value| {
        let mut entry = json!({
            "name": name, "type": kind, "size": 0, "mode": 0o644, "uid": 0, "gid": 0, "uname": "", "gname": "",
            "mtime": "0.000000000", "format": "USTAR", "linkname": ""
        });
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        entry
    };
    let vector = json!({
        "path": "a.tar", "compression": "none", "uncompressed_size": tar.len(), "error": null, "count": 2,
        "entries": [
            entry("a", "0", json!({"size": 4, "sha256": &sha256("text")["sha256:".len()..]})),
            entry("b", "2", json!({"linkname": "a"}))
        ]
    });
    check_all(&vector, |report, vector| {
        check_tar(report, folder.path(), vector);
    });
}

#[test]
fn a_file_that_is_not_there_is_noticed() {
    let mut report = Report::default();
    let nowhere = Path::new("tests/fixtures");
    check_archive(&mut report, nowhere, &json!({"path": "no-such.tar", "kind": "plain-tar"}));
    check_tar(&mut report, nowhere, &json!({"path": "no-such.tar"}));
    assert_eq!(report.differences.len(), 2, "{:?}", report.differences);
}

#[test]
fn a_record_with_fewer_keys_is_held_to_those_it_has() {
    let fixtures = Path::new("tests/fixtures");
    let differences = |kind: &str| {
        let mut report = Report::default();
        check_archive(&mut report, fixtures, &json!({"path": "quirks.docker28.tar", "kind": kind}));
        report.differences
    };
    assert_eq!(differences("docker-save+oci-layout+repositories"), Vec::<String>::new());
    assert_eq!(differences("docker-save+repositories").len(), 1);
}
