//! Bad input: each case ends in a typed error or a marked finding that names what and where, and the rest stays usable.

use layerglass::archive::{Archive, CheckState, FileKind, LayerState, Presence};
use layerglass::error::{ErrorKind, Reason};
use layerglass::limits::Limits;

use crate::build::{Header, Tar, digest, docker_archive, docker_archive_with, open, open_with, pass_with};

fn codes(archive: &Archive) -> Vec<String> {
    let data = archive.data();
    let of_layers =
        data.layers.iter().filter_map(|layer| layer.scan.as_ref()).flat_map(|scan| scan.findings.clone());
    data.findings.iter().cloned().chain(of_layers).map(|finding| finding.code.into_owned()).collect()
}

/// Opens both ways.
fn both(file: &[u8]) -> [Archive; 2] {
    [open(file).unwrap(), pass_with(file, &Limits::default()).unwrap()]
}

#[test]
fn every_truncation_is_an_error_or_a_finding() {
    let tar = docker_archive(&[Tar::default().file("a", "a").end()]).end();
    for length in (0..tar.len() - 1024).step_by(97) {
        let cut = &tar[..length];
        let plain =
            |archive: Archive| archive.data().kind == FileKind::DockerArchive && codes(&archive).is_empty();
        assert!(!open(cut).is_ok_and(plain), "cut at {length}");
        assert!(!pass_with(cut, &Limits::default()).is_ok_and(plain), "cut at {length}");
    }
}

/// Where the end is cut off, both ways of opening count the same bytes as missing, and none in the padding.
#[test]
fn what_is_cut_off_the_last_member_is_counted() {
    let tar = Tar::default().file("manifest.json", "[]").file("c.json", vec![b' '; 600]);
    for (cut, missing) in [(0, None), (1, None), (424, None), (425, Some(1)), (1000, Some(576))] {
        for archive in both(&tar.0[..tar.0.len() - cut]) {
            let data = archive.data();
            let [finding] = &data.findings[..] else { panic!("{cut}: {:?}", data.findings) };
            match missing {
                None => assert_eq!(finding.code, "no-end-marker", "{cut}"),
                Some(missing) => {
                    assert_eq!(
                        (finding.code.as_ref(), finding.file.as_deref()),
                        ("tar-truncated", Some("c.json"))
                    );
                    assert!(finding.message.contains(&format!(" {missing} bytes before")), "{finding:?}");
                }
            }
        }
    }
}

#[test]
fn a_layer_that_does_not_decompress_is_failed_and_the_others_are_not() {
    let good = Tar::default().file("good", "good").end();
    let mut bad = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    bad.extend([0xff; 100]);
    for archive in both(&docker_archive(&[good, bad.clone()]).end()) {
        let data = archive.data();
        assert_eq!(data.layers[0].state, LayerState::Scanned);
        assert_eq!(data.layers[1].state, LayerState::Failed);
        let error = data.layers[1].error.as_ref().unwrap();
        assert_eq!(error.kind, ErrorKind::Corrupt, "{error:?}");
        assert_eq!(data.layers[1].scan.as_ref().unwrap().digest.to_string(), digest(&bad));
        assert_eq!(archive.tree(0, 0).unwrap().totals().files, 1);
    }
}

#[test]
fn a_layer_that_is_not_the_one_the_config_means_is_marked() {
    let layers = [Tar::default().file("a", "a").end(), Tar::default().file("b", "b").end()];
    let tar =
        docker_archive_with(&layers, |config| config.replace(&digest(&layers[1]), &digest(b"other"))).end();
    for archive in both(&tar) {
        let data = archive.data();
        assert_eq!(data.images[0].layers[0].check.state, CheckState::Match);
        assert_eq!(data.images[0].layers[1].check.state, CheckState::Mismatch);
        assert_eq!(data.images[0].layers[1].check.computed, Some(digest(&layers[1])));
    }
}

#[test]
fn a_config_that_is_not_what_its_name_says_is_marked() {
    let layer = Tar::default().file("a", "a").end();
    let config =
        format!(r#"{{"os":"linux","rootfs":{{"type":"layers","diff_ids":["{}"]}}}}"#, digest(&layer));
    let name = format!("{}.json", &digest(b"something else")["sha256:".len()..]);
    let manifest = format!(r#"[{{"Config":"{name}","Layers":["l.tar"]}}]"#);
    let tar = Tar::default().file(&name, config).file("l.tar", layer).file("manifest.json", manifest).end();
    for archive in both(&tar) {
        assert_eq!(archive.data().images[0].check.state, CheckState::Mismatch);
    }
}

#[test]
fn a_manifest_that_names_missing_files_says_which() {
    let tar =
        Tar::default().file("manifest.json", r#"[{"Config":"c.json","Layers":["../x","l.tar"]}]"#).end();
    for archive in both(&tar) {
        let data = archive.data();
        assert_eq!(data.images[0].presence, Presence::Partial);
        let found: Vec<_> = data.findings.iter().map(|finding| finding.message.as_str()).collect();
        assert!(found.iter().any(|message| message.contains("c.json")), "{found:?}");
        assert!(found.iter().any(|message| message.contains("l.tar")), "{found:?}");
    }
}

#[test]
fn hostile_names_are_listed_and_not_placed() {
    let deep = "d/".repeat(10_000);
    let layer = Tar::default()
        .file("../escape", "x")
        .file("/absolute", "x")
        .file("bell\u{7}", "x")
        .file(&deep, "x")
        .file("fine", "x")
        .end();
    for archive in both(&docker_archive(&[layer]).end()) {
        let codes = codes(&archive);
        for code in ["path-escapes", "control-characters", "path-too-deep"] {
            assert!(codes.iter().any(|found| found == code), "{code} is not among {codes:?}");
        }
        let tree = archive.tree(0, 0).unwrap();
        let mut names: Vec<_> = tree.nodes().map(|node| String::from_utf8(node.path()).unwrap()).collect();
        names.sort();
        assert_eq!(names, ["absolute", "bell\u{7}", "fine"]);
        assert_eq!(archive.data().layers[0].scan.as_ref().unwrap().entries, 5);
    }
}

#[test]
fn a_declared_size_beyond_all_bounds_is_an_error_with_its_place() {
    let mut header = Header::new(b"big", b'0', 0);
    header.text(124, &[0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0]);
    let layer = Tar::default().file("before", "x").member(&header, b"").end();
    for archive in both(&docker_archive(std::slice::from_ref(&layer)).end()) {
        assert!(codes(&archive).iter().any(|code| code == "tar-number"), "{:?}", codes(&archive));
        assert_eq!(archive.tree(0, 0).unwrap().totals().files, 1);
    }
    // The same in the outer archive: what came before it stays readable.
    let outer = docker_archive(&[Tar::default().file("a", "a").end()]).member(&header, b"").end();
    for archive in both(&outer) {
        assert_eq!(archive.data().images.len(), 1);
        assert!(codes(&archive).iter().any(|code| code == "tar-number"));
    }
    let mut large = Header::new(b"large", b'0', 0);
    large.text(124, &[0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    let outer = docker_archive(&[Tar::default().file("a", "a").end()]).member(&large, b"").end();
    for archive in both(&outer) {
        assert!(codes(&archive).iter().any(|code| code == "tar-truncated"), "{:?}", codes(&archive));
    }
}

#[test]
fn a_bomb_stops_at_its_limit() {
    let bomb = {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let zeros = Tar::default().file("zeros", vec![0; 8 << 20]).end();
        encoder.write_all(&zeros).unwrap();
        encoder.finish().unwrap()
    };
    let limits = Limits { expansion_floor: 1 << 20, ..Limits::default() };
    let archive = open_with(&docker_archive(std::slice::from_ref(&bomb)).end(), &limits).unwrap();
    let data = archive.data();
    let error = data.layers[0].error.as_ref().unwrap();
    assert_eq!((error.kind, error.message.contains("expansionRatio")), (ErrorKind::Limit, true), "{error:?}");
    // The file as a whole: nothing can be learned of a tar whose one member never ends.
    let whole = open_with(&bomb, &limits).unwrap().data();
    assert!(whole.findings.iter().any(|finding| finding.code == "limit"), "{:?}", whole.findings);
}

#[test]
fn json_nested_without_end_is_a_limit() {
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let config = format!(r#"{{"rootfs":{{"type":"layers"}},"x":{nested}}}"#);
    let tar = Tar::default()
        .file("c.json", config)
        .file("manifest.json", r#"[{"Config":"c.json","RepoTags":["a:1"],"Layers":[]}]"#)
        .end();
    for archive in both(&tar) {
        let data = archive.data();
        assert_eq!(data.images[0].familiar_names, ["a:1"]);
        let finding = data.findings.iter().find(|finding| finding.message.contains("jsonDepth"));
        assert_eq!(finding.unwrap().file.as_deref(), Some("c.json"), "{:?}", data.findings);
    }
    for archive in both(&Tar::default().file("manifest.json", &nested).end()) {
        assert!(archive.data().findings.iter().any(|finding| finding.message.contains("jsonDepth")));
    }
}

#[test]
fn indexes_within_indexes_end() {
    let own = |digest: &str| {
        format!(
            r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"{digest}","size":1}}]}}"#
        )
    };
    // No document can hold its own digest, so the blob lies under a name that is not its digest.
    let name = digest(b"name");
    let tar = Tar::default()
        .file("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#)
        .file("index.json", own(&name))
        .file(&format!("blobs/sha256/{}", &name[7..]), own(&name))
        .end();
    for archive in both(&tar) {
        assert!(codes(&archive).iter().any(|code| code == "index-cycle"), "{:?}", codes(&archive));
    }
}

#[test]
fn limits_are_named() {
    let tar = docker_archive(&[Tar::default().file("a", "a").file("b", "b").end()]).end();
    let limits = Limits { archive_entries: 2, ..Limits::default() };
    let error = open_with(&tar, &limits).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().contains("archiveEntries")),
        (ErrorKind::Limit, true),
        "{error}"
    );
    let limits = Limits { layer_entries: 1, ..Limits::default() };
    let archive = open_with(&tar, &limits).unwrap();
    let scan = archive.data().layers[0].scan.clone().unwrap();
    assert_eq!(scan.entries, 1);
    assert!(scan.findings[0].message.contains("layerEntries"));
    assert!(scan.diff_id.is_some(), "the digest is computed to the end");
}

#[test]
fn parents_of_legacy_images_in_a_circle_end() {
    let (one, two) = ("1".repeat(64), "2".repeat(64));
    let layer = Tar::default().file("a", "a").end();
    let tar = Tar::default()
        .file(&format!("{one}/json"), format!(r#"{{"id":"{one}","parent":"{two}"}}"#))
        .file(&format!("{one}/layer.tar"), &layer)
        .file(&format!("{two}/json"), format!(r#"{{"id":"{two}","parent":"{one}"}}"#))
        .file(&format!("{two}/layer.tar"), &layer)
        .file("repositories", format!(r#"{{"a":{{"1":"{one}"}}}}"#))
        .end();
    for archive in both(&tar) {
        assert!(codes(&archive).iter().any(|code| code == "parent-cycle"));
        assert_eq!(archive.data().images.len(), 1);
    }
}

#[test]
fn a_blob_of_another_size_than_declared_is_reported_with_both() {
    let config = r#"{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}"#;
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{}","size":1}},"layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{}","size":5}}]}}"#,
        digest(config.as_bytes()),
        digest(b"layer")
    );
    let index = format!(
        r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{}","size":7}}]}}"#,
        digest(manifest.as_bytes())
    );
    let blob = |bytes: &[u8]| format!("blobs/sha256/{}", &digest(bytes)["sha256:".len()..]);
    let tar = Tar::default()
        .file("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#)
        .file("index.json", index)
        .file(&blob(manifest.as_bytes()), &manifest)
        .file(&blob(config.as_bytes()), config)
        .file(&blob(b"layer"), b"not five bytes")
        .end();
    for archive in both(&tar) {
        let data = archive.data();
        let sizes = data.findings.iter().filter(|finding| finding.code == "blob-size");
        let sizes: Vec<_> = sizes.map(|finding| (finding.expected.clone(), finding.found.clone())).collect();
        let text = |number: usize| Some(number.to_string());
        assert_eq!(
            sizes,
            [
                (text(7), text(manifest.len())),
                (text(1), text(config.len())),
                (text(5), text("not five bytes".len()))
            ]
        );
    }
}
