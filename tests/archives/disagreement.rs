//! Documents that disagree with each other. Each is opened by ranges and as a stream, and each finding names the file, what
//! was expected and what was found.

use layerglass::archive::Presence;
use layerglass::finding::Severity;
use serde_json::{Value, json};

use crate::build::{Tar, digest, docker_archive};
use crate::making::{
    INDEX, MANIFEST, blob_path, both, config, descriptor, docker, findings, finds, layer, layout, manifest,
};

#[test]
fn a_name_for_two_images() {
    let (one, two) = (layer("one"), layer("two"));
    let (first, second) = (config("amd64", &[&one]), config("amd64", &[&two]));
    let list = json!([
        {"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["one.tar"]},
        {"Config": "d.json", "RepoTags": ["a:1"], "Layers": ["two.tar"]}
    ]);
    let file = docker(&first, list, &[("d.json", second.as_bytes()), ("one.tar", &one), ("two.tar", &two)]);
    let ids = [digest(first.as_bytes()), digest(second.as_bytes())];
    finds(&file, "name-repeated", Severity::Warning, "manifest.json", &ids[0], &ids[1]);
    // In a layout, by the digests of the manifests.
    let (left, right) = (manifest(&first, &[&one]), manifest(&second, &[&two]));
    let blobs: [&[u8]; 6] =
        [left.as_bytes(), right.as_bytes(), first.as_bytes(), second.as_bytes(), &one, &two];
    let name = Some("docker.io/library/a:1");
    let file = layout(&[(&left, name), (&right, name)], &blobs).end();
    let digests = [digest(left.as_bytes()), digest(right.as_bytes())];
    finds(&file, "name-repeated", Severity::Warning, "index.json", &digests[0], &digests[1]);
}

#[test]
fn the_platforms_of_one_index_share_its_name() {
    let one = layer("one");
    let configs = ["amd64", "arm64"].map(|architecture| config(architecture, &[&one]));
    let manifests = configs.each_ref().map(|config| manifest(config, &[&one]));
    let inner = json!({
        "schemaVersion": 2, "mediaType": INDEX,
        "manifests": manifests.each_ref().map(|manifest| descriptor(MANIFEST, manifest.as_bytes()))
    })
    .to_string();
    let mut outer = descriptor(INDEX, inner.as_bytes());
    outer["annotations"] = json!({"io.containerd.image.name": "docker.io/library/a:1"});
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [outer]}).to_string();
    let blobs = [&inner, &configs[0], &configs[1], &manifests[0], &manifests[1]];
    let tar =
        Tar::default().file("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#).file("index.json", index);
    let tar = blobs.iter().fold(tar, |tar, blob| tar.file(&blob_path(blob.as_bytes()), blob));
    for archive in both(&tar.file(&blob_path(&one), &one).end()) {
        assert_eq!(archive.image_count(), 2);
        assert_eq!(archive.data().findings, []);
    }
}

#[test]
fn an_image_that_only_one_list_has() {
    let (one, two) = (layer("one"), layer("two"));
    let (first, second) = (config("amd64", &[&one]), config("amd64", &[&two]));
    let left = manifest(&first, &[&one]);
    let tar = layout(&[(&left, None)], &[left.as_bytes(), first.as_bytes(), second.as_bytes(), &one, &two]);
    let item = |config: &str, tags: Value, layer: &[u8]| {
        json!([{"Config": blob_path(config.as_bytes()), "RepoTags": tags, "Layers": [blob_path(layer)]}])
            .to_string()
    };
    let file = tar.clone().file("manifest.json", item(&second, json!(["b:1"]), &two)).end();
    let id = digest(second.as_bytes());
    finds(&file, "image-not-in-index", Severity::Warning, "manifest.json", &id, "nothing");
    // Docker leaves images without tags out of the index.
    for archive in both(&tar.file("manifest.json", item(&second, Value::Null, &two)).end()) {
        assert_eq!(archive.data().findings, []);
    }
}

#[test]
fn lists_that_name_different_layers_of_one_image() {
    let (one, two) = (layer("one"), layer("two"));
    let config = config("amd64", &[&one]);
    let left = manifest(&config, &[&one]);
    let list =
        json!([{"Config": blob_path(config.as_bytes()), "RepoTags": ["a:1"], "Layers": [blob_path(&two)]}]);
    let file = layout(&[(&left, None)], &[left.as_bytes(), config.as_bytes(), &one, &two])
        .file("manifest.json", list.to_string())
        .end();
    let paths = [blob_path(&one), blob_path(&two)];
    finds(&file, "layers-differ", Severity::Warning, "manifest.json", &paths[0], &paths[1]);
}

#[test]
fn an_index_that_gives_another_platform_than_the_config() {
    let one = layer("one");
    let config = config("arm64", &[&one]);
    let manifest = manifest(&config, &[&one]);
    let with = |architecture: &str| {
        let mut descriptor = descriptor(MANIFEST, manifest.as_bytes());
        descriptor["platform"] = json!({"os": "linux", "architecture": architecture});
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor]}).to_string();
        let tar =
            Tar::default().file("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#).file("index.json", index);
        let blobs: [&[u8]; 3] = [manifest.as_bytes(), config.as_bytes(), &one];
        blobs.iter().fold(tar, |tar, blob| tar.file(&blob_path(blob), blob)).end()
    };
    let place = blob_path(manifest.as_bytes());
    finds(&with("amd64"), "platform-mismatch", Severity::Warning, &place, "linux/amd64", "linux/arm64");
    for archive in both(&with("aarch64")) {
        assert_eq!(archive.data().findings, [], "another name of the same architecture");
    }
}

#[test]
fn a_tag_without_a_name() {
    let one = layer("one");
    let config = config("amd64", &[&one]);
    for tag in [":1", "", "@sha256:00", "UPPER:1"] {
        let list = json!([{"Config": "c.json", "RepoTags": [tag, "good:1"], "Layers": ["one.tar"]}]);
        for archive in both(&docker(&config, list, &[("one.tar", &one)])) {
            let data = archive.data();
            let [finding] = &data.findings[..] else { panic!("{tag}: {:?}", data.findings) };
            assert_eq!(
                (finding.severity, finding.file.as_deref()),
                (Severity::Warning, Some("manifest.json"))
            );
            assert_eq!(finding.found.as_deref(), Some(tag));
            assert_eq!(data.images[0].familiar_names, ["good:1"]);
        }
    }
    let manifest = manifest(&config, &[&one]);
    let file = layout(&[(&manifest, Some(":1"))], &[manifest.as_bytes(), config.as_bytes(), &one]).end();
    for archive in both(&file) {
        let data = archive.data();
        assert_eq!(data.findings[0].found.as_deref(), Some(":1"));
        assert_eq!((data.images[0].names.len(), data.images[0].presence), (0, Presence::Complete));
    }
}

#[test]
fn one_path_for_two_layers() {
    let (one, two) = (layer("one"), layer("two"));
    let config = config("amd64", &[&one, &two]);
    let list = json!([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["one.tar", "one.tar"]}]);
    let file = docker(&config, list, &[("one.tar", &one)]);
    finds(&file, "layer-shared", Severity::Error, "manifest.json", &digest(&one), &digest(&two));
    // The same layer twice is no contradiction.
    let twice = self::config("amd64", &[&one, &one]);
    let list = json!([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["one.tar", "one.tar"]}]);
    for archive in both(&docker(&twice, list, &[("one.tar", &one)])) {
        assert_eq!(findings(&archive), []);
    }
    // Two images that declare different things of one file.
    let other = self::config("amd64", &[&two]);
    let first = self::config("amd64", &[&one]);
    let list = json!([
        {"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["one.tar"]},
        {"Config": "d.json", "RepoTags": ["b:1"], "Layers": ["one.tar"]}
    ]);
    let file = docker(&first, list, &[("d.json", other.as_bytes()), ("one.tar", &one)]);
    finds(&file, "layer-shared", Severity::Error, "manifest.json", &digest(&one), &digest(&two));
}

#[test]
fn counts_of_layers_that_differ() {
    let (one, two) = (layer("one"), layer("two"));
    let config = config("amd64", &[&one]);
    let list = json!([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["one.tar", "two.tar"]}]);
    let file = docker(&config, list, &[("one.tar", &one), ("two.tar", &two)]);
    finds(&file, "layers-length-mismatch", Severity::Error, "manifest.json", "1", "2");
    let list = json!([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": []}]);
    let opened = both(&docker(&config, list, &[]));
    assert!(opened.iter().all(|archive| archive.data().images[0].layers.len() == 1));
    let manifest = manifest(&config, &[&one, &two]);
    let place = blob_path(manifest.as_bytes());
    let file = layout(&[(&manifest, None)], &[manifest.as_bytes(), config.as_bytes(), &one, &two]).end();
    finds(&file, "layers-length-mismatch", Severity::Error, &place, "1", "2");
}

#[test]
fn a_path_that_occurs_twice() {
    let one = layer("one");
    let archive = docker_archive(std::slice::from_ref(&one)).file("0/layer.tar", &one).end();
    for archive in both(&archive) {
        let data = archive.data();
        let repeated = data.findings.iter().find(|finding| finding.code == "path-repeated").unwrap();
        assert_eq!(repeated.file.as_deref(), Some("0/layer.tar"));
        assert_eq!((data.images[0].presence, data.layers.len()), (Presence::Complete, 1));
    }
    // The last one counts: which of two lists a reader sees must not depend on how it reads.
    let (first, second) = (config("amd64", &[]), config("arm64", &[]));
    let list = |config: &str| json!([{"Config": config, "RepoTags": ["a:1"], "Layers": []}]).to_string();
    let tar = Tar::default().file("c.json", &first).file("d.json", &second);
    let file = tar.file("manifest.json", list("c.json")).file("manifest.json", list("d.json")).end();
    for archive in both(&file) {
        assert_eq!(archive.data().images[0].id, Some(digest(second.as_bytes())));
        assert!(findings(&archive).iter().any(|finding| finding.code == "path-repeated"));
    }
}

#[test]
fn repositories_that_say_something_else() {
    let one = layer("one");
    let config = config("amd64", &[&one]);
    let id = "5".repeat(64);
    let with = |repositories: Value| {
        let list = json!([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": [format!("{id}/layer.tar")]}]);
        let path = format!("{id}/layer.tar");
        let text = repositories.to_string();
        docker(&config, list, &[(&path, &one), ("repositories", text.as_bytes())])
    };
    for archive in both(&with(json!({"a": {"1": id}}))) {
        assert_eq!(findings(&archive), []);
    }
    let file = with(json!({"b": {"1": id}}));
    finds(&file, "name-not-listed", Severity::Warning, "repositories", "nothing", "b:1");
    let unknown = "6".repeat(64);
    let file = with(json!({"a": {"1": unknown}}));
    finds(&file, "image-missing", Severity::Warning, "repositories", &unknown, "nothing");
    // Without manifest.json they are all there is.
    let document = json!({"id": id}).to_string();
    let legacy = |repositories: Value| {
        let tar =
            Tar::default().file(&format!("{id}/json"), &document).file(&format!("{id}/layer.tar"), &one);
        tar.file("repositories", repositories.to_string()).end()
    };
    let file = legacy(json!({"a": {"1": unknown}}));
    finds(&file, "image-missing", Severity::Error, "repositories", &unknown, "nothing");
    for name in ["", "UPPER"] {
        for archive in both(&legacy(json!({name: {"1": id}}))) {
            let all = findings(&archive);
            let found = all.iter().find(|finding| finding.found == Some(format!("{name}:1")));
            assert_eq!(found.unwrap().file.as_deref(), Some("repositories"), "{all:?}");
        }
    }
}
