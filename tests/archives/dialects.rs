//! What gives a dialect away, and what is made of its peculiarities.

use layerglass::archive::{ArchiveError, CheckState, FileKind, LayerState, Opener, Presence, Role};
use layerglass::error::{ErrorKind, Reason};
use layerglass::limits::Limits;

use crate::build::{Tar, digest, docker_archive, open, pass_with};

#[test]
fn keys_in_lower_case_are_read_as_jib_once_wrote_them() {
    let layer = Tar::default().file("a", "a").end();
    let config =
        format!(r#"{{"os":"linux","rootfs":{{"type":"layers","diff_ids":["{}"]}}}}"#, digest(&layer));
    let tar = Tar::default()
        .file("config.json", &config)
        .file("layer.tar", &layer)
        .file("manifest.json", r#"[{"config":"config.json","repoTags":["jib"],"layers":["layer.tar"]}]"#)
        .end();
    let data = open(&tar).unwrap().data();
    assert_eq!((data.kind, data.producer), (FileKind::DockerArchive, Some("jib")));
    assert_eq!(data.images[0].id, Some(digest(config.as_bytes())));
    assert_eq!(data.images[0].familiar_names, ["jib:latest"]);
}

#[test]
fn a_platform_whose_blobs_are_missing_is_absent_and_no_error() {
    let missing = digest(b"missing");
    let index = format!(
        r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{missing}","size":7,"platform":{{"os":"linux","architecture":"arm64"}}}}]}}"#
    );
    let tar = Tar::default()
        .file("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#)
        .file("index.json", index)
        .directory("blobs/sha256")
        .end();
    let data = open(&tar).unwrap().data();
    assert_eq!(data.kind, FileKind::OciLayout);
    assert_eq!(data.images[0].presence, Presence::Absent);
    assert_eq!(data.images[0].platform.as_ref().unwrap().to_string(), "linux/arm64");
    assert!(data.findings.is_empty(), "{:?}", data.findings);
}

#[test]
fn a_layer_behind_links_is_found_and_a_circle_of_links_is_not_followed() {
    let layer = Tar::default().file("a", "a").end();
    let config = format!(
        r#"{{"os":"linux","rootfs":{{"type":"layers","diff_ids":["{0}","{0}","{0}"]}}}}"#,
        digest(&layer)
    );
    let tar = Tar::default()
        .file("0/layer.tar", &layer)
        .symlink("1/layer.tar", "../0/layer.tar")
        .hardlink("2/layer.tar", "0/layer.tar")
        .symlink("x", "y")
        .symlink("y", "x")
        .file("config.json", &config)
        .file(
            "manifest.json",
            r#"[{"Config":"config.json","RepoTags":null,"Layers":["0/layer.tar","1/layer.tar","2/layer.tar"]},
                {"Config":"config.json","Layers":["x"]}]"#,
        )
        .end();
    let data = open(&tar).unwrap().data();
    assert_eq!(data.layers.len(), 1);
    assert!(data.images[0].layers.iter().all(|layer| layer.blob == Some(0)));
    let circle = data.findings.iter().find(|finding| finding.code == "link-cycle").unwrap();
    assert_eq!(circle.file.as_deref(), Some("manifest.json"));
    assert_eq!(circle.expected.as_deref(), Some("x"));
}

#[test]
fn an_empty_list_of_images_is_an_archive_without_images() {
    let data = open(&Tar::default().file("manifest.json", "[]").end()).unwrap().data();
    assert_eq!((data.kind, data.images.len(), data.findings.len()), (FileKind::DockerArchive, 0, 0));
}

#[test]
fn a_root_file_system_is_shown_as_one_layer() {
    let tar = Tar::default().directory("etc/").file("etc/passwd", "root").end();
    for archive in [open(&tar).unwrap(), pass_with(&tar, &Limits::default()).unwrap()] {
        let data = archive.data();
        assert_eq!((data.kind, data.images[0].role), (FileKind::Rootfs, Role::Rootfs));
        assert_eq!(data.images[0].check.state, CheckState::Undeclared);
        assert_eq!(data.layers[0].scan.as_ref().unwrap().diff_id.unwrap().to_string(), digest(&tar));
        assert_eq!(archive.tree(0, 0).unwrap().totals().entries, 2);
    }
}

#[test]
fn a_root_file_system_that_begins_like_images_is_not_taken_for_its_first_file() {
    let tar = Tar::default().file("repositories", "no images").file("etc/passwd", "root").end();
    let data = open(&tar).unwrap().data();
    assert_eq!(data.layers[0].scan.as_ref().unwrap().diff_id.unwrap().to_string(), digest(&tar));
    let data = pass_with(&tar, &Limits::default()).unwrap().data();
    assert_eq!((data.kind, data.layers[0].state), (FileKind::Rootfs, LayerState::Failed));
    assert_eq!(data.layers[0].error.as_ref().unwrap().code, "layer-gone-by");
    assert_eq!(data.layers[0].scan, None);
}

#[test]
fn opening_reads_headers_and_jumps_over_contents() {
    let layer = Tar::default().file("big", vec![7; 40 << 20]).end();
    let tar = docker_archive(&[layer]).end();
    let mut opener = Opener::new(tar.len() as u64, &Limits::default());
    let mut read = 0;
    let mut want = opener.next(None).unwrap();
    while let Some(range) = want {
        read += range.length;
        want = opener.next(Some(&tar[range.offset as usize..][..range.length as usize])).unwrap();
    }
    assert!(read * 100 < tar.len() as u64, "{read} of {} bytes", tar.len());
    assert_eq!(opener.finish().unwrap().data().images.len(), 1);
}

#[test]
fn files_of_other_kinds_are_named() {
    let mut qcow2 = vec![0; 1024];
    qcow2[..8].copy_from_slice(b"QFI\xfb\0\0\0\x03");
    qcow2[24..32].copy_from_slice(&(1_u64 << 30).to_be_bytes());
    let data = open(&qcow2).unwrap().data();
    assert_eq!(data.kind, FileKind::Qcow2);
    assert!(data.facts.contains(&("Virtual size".to_owned(), "1073741824 bytes".to_owned())));
    let error = open(b"%PDF-1.7 and so on").unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Invalid, "not-an-image"));
    assert_eq!(open(b"").unwrap_err(), ArchiveError::Empty);
}

#[test]
fn a_folder_is_opened_by_its_files() {
    let layer = Tar::default().file("a", "a").end();
    let config =
        format!(r#"{{"os":"linux","rootfs":{{"type":"layers","diff_ids":["{}"]}}}}"#, digest(&layer));
    let files = [
        (
            "manifest.json",
            r#"[{"Config":"c.json","RepoTags":["a:1"],"Layers":["l.tar"]}]"#.as_bytes().to_vec(),
        ),
        ("c.json", config.into_bytes()),
        ("l.tar", layer),
    ];
    let listed = files.iter().map(|(path, bytes)| (*path, bytes.len() as u64));
    let mut opener = Opener::for_folder(listed, &Limits::default()).unwrap();
    let mut want = opener.next(None).unwrap();
    while let Some(range) = want {
        let bytes = &files[range.file as usize].1;
        want = opener.next(Some(&bytes[range.offset as usize..][..range.length as usize])).unwrap();
    }
    let archive = opener.finish().unwrap();
    assert_eq!(archive.data().images[0].familiar_names, ["a:1"]);
    assert_eq!(archive.layer_source(0).unwrap().file, 2);
    let empty = Opener::for_folder([("a.txt", 0)], &Limits::default()).unwrap().next(None);
    assert_eq!(empty.unwrap_err(), ArchiveError::NotAnImageFolder);
}

#[test]
fn statements_about_an_image_are_no_broken_layers() {
    let data = fixture("quirks.buildx-gzip.oci.tar");
    let attestation = data.images.iter().find(|image| image.role == Role::Attestation).unwrap();
    let blob = &data.layers[attestation.layers[0].blob.unwrap()];
    assert_eq!(blob.scan.as_ref().unwrap().findings, []);
    assert_eq!(blob.check.state, CheckState::Match);
}

#[test]
fn the_header_of_a_sif_file_is_summed_up() {
    let facts = fixture("quirks.sif").facts;
    let fact = |name: &str| facts.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(fact("Architecture"), Some("amd64"));
    let used = fact("Descriptors").unwrap();
    assert!(used.ends_with(" of 48"), "{used}");
}

fn fixture(name: &str) -> layerglass::archive::ArchiveData {
    open(&std::fs::read(std::path::Path::new("tests/fixtures").join(name)).unwrap()).unwrap().data()
}
