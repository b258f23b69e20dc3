//! Documents that name what is not there or cannot be read. Each is opened by ranges and as a stream, and each finding names
//! the file, what was expected and what was found.

use layerglass::archive::{FileKind, Presence};
use layerglass::finding::Severity;
use layerglass::limits::Limits;
use serde_json::json;

use crate::build::{Tar, digest, docker_archive, open, open_with, pass_with};
use crate::making::{blob_path, both, config, docker, findings, finds, layer, layout, manifest};

#[test]
fn links_in_a_circle() {
    let one = layer("one");
    let config = config("amd64", &[&one]);
    let archive = |tar: Tar, path: &str| {
        let list = json!([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": [path]}]);
        tar.file("c.json", &config).file("manifest.json", list.to_string()).end()
    };
    let circles = [
        Tar::default().symlink("x/layer.tar", "layer.tar"),
        Tar::default().symlink("x/layer.tar", "../y/layer.tar").symlink("y/layer.tar", "../x/layer.tar"),
        Tar::default().symlink("x/layer.tar", "../y/layer.tar").hardlink("y/layer.tar", "x/layer.tar"),
    ];
    for tar in circles {
        let file = archive(tar, "x/layer.tar");
        let opened =
            finds(&file, "link-cycle", Severity::Error, "manifest.json", "x/layer.tar", "links in a circle");
        assert!(opened.iter().all(|archive| archive.data().images[0].presence == Presence::Partial));
    }
    // More links than the limit allows are one as well.
    let chain = |count: u32| {
        let tar =
            (0..count).fold(Tar::default(), |tar, at| tar.symlink(&format!("{at}"), &format!("{}", at + 1)));
        archive(tar.file(&count.to_string(), &one), "0")
    };
    finds(&chain(41), "link-cycle", Severity::Error, "manifest.json", "0", "links in a circle");
    assert_eq!(open(&chain(40)).unwrap().data().findings, []);
    // The config may be such a link too.
    let list = json!([{"Config": "c.json", "Layers": []}]);
    let file = Tar::default().symlink("c.json", "c.json").file("manifest.json", list.to_string()).end();
    finds(&file, "link-cycle", Severity::Error, "manifest.json", "c.json", "links in a circle");
}

#[test]
fn paths_that_lead_outside() {
    let one = layer("one");
    let config = config("amd64", &[&one]);
    let outside = "a path out of the archive";
    for path in ["../one.tar", "a/../../one.tar", "/../one.tar"] {
        let list = json!([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": [path]}]);
        let file = docker(&config, list, &[("one.tar", &one)]);
        finds(&file, "path-escapes", Severity::Error, "manifest.json", path, outside);
    }
    let list = json!([{"Config": "../c.json", "RepoTags": ["a:1"], "Layers": ["one.tar"]}]);
    let file = docker(&config, list, &[("one.tar", &one)]);
    finds(&file, "path-escapes", Severity::Error, "manifest.json", "../c.json", outside);
    let list = json!([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["x/layer.tar"]}]);
    let tar = Tar::default().file("c.json", &config).symlink("x/layer.tar", "../../etc/passwd");
    let file = tar.file("manifest.json", list.to_string()).end();
    finds(&file, "path-escapes", Severity::Error, "manifest.json", "x/layer.tar", outside);
    // An absolute path means one from the archive's root.
    let list = json!([{"Config": "/c.json", "RepoTags": ["a:1"], "Layers": ["/one.tar"]}]);
    for archive in both(&docker(&config, list, &[("one.tar", &one)])) {
        assert_eq!(findings(&archive), []);
    }
}

#[test]
fn what_manifest_json_names_and_is_not_there() {
    let one = layer("one");
    let config = config("amd64", &[&one]);
    let list = json!([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["gone.tar"]}]);
    let file = docker(&config, list, &[("one.tar", &one)]);
    finds(&file, "layer-missing", Severity::Error, "manifest.json", "gone.tar", "nothing");
    let list = json!([{"Config": "gone.json", "RepoTags": ["a:1"], "Layers": ["one.tar"]}]);
    let file = docker(&config, list, &[("one.tar", &one)]);
    finds(&file, "config-missing", Severity::Error, "manifest.json", "gone.json", "nothing");
    let list = json!([{"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["folder"]}]);
    let tar = Tar::default().directory("folder/").file("c.json", &config);
    let file = tar.file("manifest.json", list.to_string()).end();
    finds(&file, "layer-missing", Severity::Error, "manifest.json", "folder", "no regular file");
    // No config at all.
    let list = json!([{"RepoTags": ["a:1"], "Layers": ["one.tar"]}]);
    for archive in both(&docker(&config, list, &[("one.tar", &one)])) {
        assert!(findings(&archive).iter().any(|finding| finding.code == "config-missing"));
    }
}

#[test]
fn blobs_that_a_manifest_names_and_are_not_there() {
    let one = layer("one");
    let config = config("amd64", &[&one]);
    let manifest = manifest(&config, &[&one]);
    let place = blob_path(manifest.as_bytes());
    let file = layout(&[(&manifest, None)], &[manifest.as_bytes(), config.as_bytes()]).end();
    finds(&file, "layer-missing", Severity::Warning, &place, &digest(&one), "nothing");
    let file = layout(&[(&manifest, None)], &[manifest.as_bytes(), &one]).end();
    finds(&file, "config-missing", Severity::Warning, &place, &digest(config.as_bytes()), "nothing");
}

#[test]
fn lists_that_are_none() {
    for text in ["null", " null\n", "", "{", "[", "[1]", "7", "[{\"Config\": 7}]", "\u{feff}[]"] {
        let tar = Tar::default().file("c.json", "{}").file("manifest.json", text).end();
        for archive in both(&tar) {
            let data = archive.data();
            if text == "{" {
                // Neither a list nor a manifest: any file may have that name.
                assert_eq!(data.kind, FileKind::Rootfs);
                continue;
            }
            let finding = data.findings.iter().find(|finding| finding.severity == Severity::Error);
            let finding = finding.unwrap_or_else(|| panic!("{text:?}: {data:?}"));
            assert_eq!(finding.file.as_deref(), Some("manifest.json"), "{text:?}");
            assert_eq!(data.images.len(), 0, "{text:?}");
        }
    }
    let tar = Tar::default().file("manifest.json", "null").end();
    for archive in both(&tar) {
        assert_eq!(archive.data().kind, FileKind::DockerArchive);
        assert_eq!(archive.data().findings[0].code, "manifest-null");
    }
}

#[test]
fn legacy_layers_that_are_each_others_parents() {
    let ids = ["1", "2", "3"].map(|digit| digit.repeat(64));
    let one = layer("one");
    let step = |tar: Tar, id: &str, parent: &str| {
        let document = json!({"id": id, "parent": parent}).to_string();
        tar.file(&format!("{id}/json"), document).file(&format!("{id}/layer.tar"), &one)
    };
    // Nothing leads into the circle: no name, and no layer that is not another's parent.
    let circle = step(step(Tar::default(), &ids[0], &ids[1]), &ids[1], &ids[0]);
    // Beside it an image that is none.
    let beside = step(circle.clone(), &ids[2], "");
    // A layer that is its own parent.
    let own = step(Tar::default(), &ids[0], &ids[0]);
    for (tar, images) in [(circle, 0), (beside, 1), (own, 0)] {
        for archive in both(&tar.end()) {
            let all = findings(&archive);
            let cycles: Vec<_> = all.iter().filter(|finding| finding.code == "parent-cycle").collect();
            assert_eq!(cycles.len(), 1, "{all:?}");
            assert_eq!(cycles[0].file, Some(format!("{}/json", ids[0])));
            assert_eq!(archive.image_count(), images);
        }
    }
    let file = step(Tar::default(), &ids[0], &ids[1]).end();
    for archive in both(&file) {
        assert!(findings(&archive).iter().any(|finding| finding.code == "parent-missing"));
    }
    let document = json!({"id": ids[1]}).to_string();
    let file = Tar::default()
        .file(&format!("{}/json", ids[0]), document)
        .file(&format!("{}/layer.tar", ids[0]), &one)
        .end();
    finds(&file, "v1-id", Severity::Warning, &format!("{}/json", ids[0]), &ids[0], &ids[1]);
}

#[test]
fn layers_without_an_end_marker_or_with_data_behind_it() {
    let whole = layer("one");
    let bare = whole[..whole.len() - 1024].to_vec();
    let one_block = whole[..whole.len() - 512].to_vec();
    let behind = [&whole[..], b"more", &[0; 508]].concat();
    let lone = [&bare[..], &[0; 512], &whole].concat();
    let cases = [
        (bare, "no-end-marker"),
        (one_block, "no-end-marker"),
        (behind, "data-after-end"),
        (lone, "lone-zero-block"),
    ];
    for (layer, code) in cases {
        for archive in both(&docker_archive(std::slice::from_ref(&layer)).end()) {
            let data = archive.data();
            let scan = data.layers[0].scan.as_ref().unwrap();
            let found = scan.findings.iter().find(|finding| finding.code == code);
            let found = found.unwrap_or_else(|| panic!("{code}: {:?}", scan.findings));
            assert!(found.offset.is_some_and(|offset| offset > 0 && offset <= layer.len() as u64));
            // All of its bytes are the layer.
            assert_eq!(scan.diff_id.unwrap().to_string(), digest(&layer));
            assert!(scan.entries >= 1 && scan.error.is_none());
        }
    }
}

#[test]
fn documents_that_are_too_large() {
    let one = layer("one");
    let file = docker_archive(std::slice::from_ref(&one)).end();
    let limits = Limits { json_bytes: 10, ..Limits::default() };
    for archive in [open_with(&file, &limits).unwrap(), pass_with(&file, &limits).unwrap()] {
        let all = findings(&archive);
        let found = all.iter().find(|finding| finding.message.contains("jsonBytes"));
        assert_eq!(found.unwrap().file.as_deref(), Some("manifest.json"), "{all:?}");
        assert_eq!(archive.image_count(), 0);
    }
}
