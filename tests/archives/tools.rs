//! What is written is read by the programs that others use: those that are installed. Each test says which ran.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::{Command, Stdio};

use layerglass::archive::{ArchiveFormat, LayerEncoding, ManifestForm};
use layerglass::codec::Encoding;
use layerglass::fs::ConvertOptions;
use serde_json::Value;

use crate::convert::{convert, fixture, images, opened};
use crate::engine::Daemon;

/// Files of one image, from every dialect.
const SOURCES: [&str; 8] = [
    "legacy-v1.tar",
    "quirks.buildx-gzip.oci.tar",
    "quirks.docker20.tar",
    "quirks.docker28-containerd.tar",
    "quirks.docker28.tar",
    "quirks.estargz.oci.tar",
    "quirks.podman.oci.tar",
    "quirks.podman.tar",
];

/// The first line that a program says of its version; nothing, said loudly, where it is not installed.
fn installed(program: &str, arguments: &[&str]) -> bool {
    match Command::new(program).args(arguments).stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            println!("RAN {program}: {}", text.trim().lines().next().unwrap_or_default());
            true
        }
        Ok(_) | Err(_) => {
            println!("{program} IS NOT INSTALLED, WHAT IT READS WAS NOT CHECKED");
            false
        }
    }
}

/// What a program prints. It has to succeed.
fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().expect(program);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {printed}{said}");
    printed
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The one id of a fixture.
fn id(source: &str) -> String {
    let images = images(&opened(&fixture(source)));
    assert_eq!(images.len(), 1, "{source}");
    images.into_keys().next().expect("an image")
}

/// Layers as they are, and compressed anew.
fn forms() -> [(&'static str, ConvertOptions); 2] {
    let mut anew = ConvertOptions::new(ArchiveFormat::Oci);
    anew.write.encoding = LayerEncoding::Encode(Encoding::GZIP);
    [("kept", ConvertOptions::new(ArchiveFormat::Oci)), ("gzip", anew)]
}

#[test]
fn skopeo_copies_every_layout() {
    if !installed("skopeo", &["--version"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    for source in SOURCES.into_iter().chain(["quirks.zstd.oci.tar", "quirks.umoci", "quirks.dir"]) {
        let id = id(source);
        for (name, options) in forms() {
            for (format, transport, into_folder) in [
                (ArchiveFormat::Docker, "docker-archive", false),
                (ArchiveFormat::DockerOci, "docker-archive", false),
                (ArchiveFormat::DockerOci, "oci-archive", false),
                (ArchiveFormat::Oci, "oci", true),
                (ArchiveFormat::Oci, "oci-archive", false),
                (ArchiveFormat::Dir, "dir", true),
            ] {
                let mut options = options.clone();
                options.write.format = format;
                if format == ArchiveFormat::Docker {
                    options.write.encoding = LayerEncoding::Keep;
                }
                let path = folder.path().join("image");
                let report = convert(&fixture(source), &path, into_folder, &options).unwrap();
                let copy = folder.path().join("copy");
                // Where an image has several names one has to be chosen.
                let names = &report.images[0].names;
                let from = match (names.as_slice(), transport) {
                    ([name, _, ..], "oci" | "oci-archive") => {
                        format!("{transport}:{}:{}", text(&path), name.rsplit(':').next().unwrap())
                    }
                    _ => format!("{transport}:{}", text(&path)),
                };
                let to = format!("dir:{}", text(&copy));
                run("skopeo", &["--insecure-policy", "copy", "-q", &from, &to]);
                let manifest = fs::read(copy.join("manifest.json")).unwrap();
                let manifest: Value = serde_json::from_slice(&manifest).unwrap();
                assert_eq!(manifest["config"]["digest"], id, "{source} {name} {from}");
                fs::remove_dir_all(&copy).unwrap();
                if into_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) }.unwrap();
                count += 1;
            }
        }
    }
    println!("skopeo copied {count} images");
}

#[test]
fn skopeo_copies_an_index_with_all_its_platforms() {
    if !installed("skopeo", &["--version"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let expected: BTreeSet<String> = images(&opened(&fixture("multiarch.oci"))).into_keys().collect();
    for (name, mut options) in forms() {
        for (format, transport) in [(ArchiveFormat::Oci, "oci"), (ArchiveFormat::Dir, "dir")] {
            options.write.format = format;
            let path = folder.path().join(format!("{name}.{transport}"));
            convert(&fixture("multiarch.oci"), &path, true, &options).unwrap();
            let copy = folder.path().join(format!("{name}.{transport}.copy"));
            let (from, to) = (format!("{transport}:{}", text(&path)), format!("dir:{}", text(&copy)));
            run("skopeo", &["--insecure-policy", "copy", "-q", "--all", &from, &to]);
            let found: BTreeSet<String> = images(&opened(&copy)).into_keys().collect();
            assert_eq!(found, expected, "{from}");
        }
    }
}

#[test]
fn umoci_unpacks_oci_layouts() {
    if !installed("umoci", &["--version"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    for source in ["quirks.docker20.tar", "quirks.docker28.tar", "quirks.docker28-containerd.tar"] {
        for (name, mut options) in forms() {
            options.write.manifests = ManifestForm::Oci;
            let path = folder.path().join(format!("{source}.{name}"));
            let report = convert(&fixture(source), &path, true, &options).unwrap();
            let tag = report.images[0].names[0].rsplit(':').next().unwrap();
            let image = format!("{}:{tag}", text(&path));
            let stat: Value =
                serde_json::from_str(&run("umoci", &["stat", "--image", &image, "--json"])).unwrap();
            assert!(stat["history"].as_array().is_some_and(|history| !history.is_empty()));
            let bundle = folder.path().join(format!("{source}.{name}.bundle"));
            run("umoci", &["unpack", "--rootless", "--image", &image, &text(&bundle)]);
            let file = opened(&path);
            let tree = file.archive().tree(0, usize::MAX).unwrap();
            for node in tree.nodes().filter(|node| node.row().is_some()) {
                let place = bundle.join("rootfs").join(std::ffi::OsString::from_vec(node.path()));
                // Without the rights of root it makes no devices, but a file in their place.
                assert!(place.symlink_metadata().is_ok(), "{}", place.display());
            }
            count += 1;
        }
    }
    println!("umoci unpacked {count} images");
}

/// Fewer: it takes a second and more for each.
const FOR_PODMAN: [&str; 4] =
    ["legacy-v1.tar", "quirks.buildx-gzip.oci.tar", "quirks.docker20.tar", "quirks.docker28-containerd.tar"];

#[test]
fn podman_loads_archives() {
    if !installed("podman", &["--version"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| text(&folder.path().join(name));
    let podman = |arguments: &[&str]| {
        let (root, run_root, tmp) = (file("root"), file("run"), file("tmp"));
        let own = ["--root", &root, "--runroot", &run_root, "--tmpdir", &tmp, "--storage-driver", "vfs"];
        run("podman", &[&own, arguments].concat())
    };
    let mut count = 0;
    for source in FOR_PODMAN {
        let id = id(source);
        for (name, mut options) in forms() {
            for format in [ArchiveFormat::Docker, ArchiveFormat::DockerOci, ArchiveFormat::Oci] {
                options.write.format = format;
                if format == ArchiveFormat::Docker && name == "gzip" {
                    continue;
                }
                let path = folder.path().join("image.tar");
                let report = convert(&fixture(source), &path, false, &options).unwrap();
                if format == ArchiveFormat::Oci && report.images[0].names.len() > 1 {
                    println!("podman loads no OCI archive of several names: {source}");
                    fs::remove_file(&path).unwrap();
                    continue;
                }
                podman(&["load", "-q", "-i", &text(&path)]);
                let ids = podman(&["images", "-a", "-q", "--no-trunc"]);
                assert_eq!(
                    ids.lines().collect::<BTreeSet<_>>(),
                    BTreeSet::from([id.as_str()]),
                    "{source} {name} {format:?}"
                );
                podman(&["rmi", "-a", "-f"]);
                fs::remove_file(&path).unwrap();
                count += 1;
            }
        }
    }
    println!("podman loaded {count} archives");
}

#[test]
fn docker_loads_archives() {
    let folder = tempfile::tempdir().unwrap();
    let daemon = match Daemon::start(folder.path()) {
        Ok(daemon) => daemon,
        Err(error) => {
            println!("NO DOCKER DAEMON RUNS HERE, WHAT IT LOADS WAS NOT CHECKED: {error}");
            return;
        }
    };
    println!("RAN {}", daemon.docker(&["version", "--format", "dockerd {{.Server.Version}}"]).trim());
    let mut count = 0;
    for source in SOURCES.into_iter().chain(["shared.docker20.tar", "multiarch.oci"]) {
        let expected = images(&opened(&fixture(source)));
        for (name, mut options) in forms() {
            for format in [ArchiveFormat::Docker, ArchiveFormat::DockerOci] {
                options.write.format = format;
                if format == ArchiveFormat::Docker && name == "gzip" {
                    continue;
                }
                let path = folder.path().join("image.tar");
                let report = convert(&fixture(source), &path, false, &options).unwrap();
                daemon.docker(&["load", "-i", &text(&path)]);
                let ids: BTreeSet<String> = daemon.ids().into_iter().collect();
                let all: BTreeSet<String> = expected.keys().cloned().collect();
                assert_eq!(ids, all, "{source} {name} {format:?}");
                for image in &report.images {
                    for tag in &image.names {
                        let found = daemon.docker(&["inspect", "--format", "{{.Id}}", tag]);
                        assert!(
                            format == ArchiveFormat::DockerOci || Some(found.trim()) == image.id.as_deref()
                        );
                    }
                }
                let mut remove = vec!["rmi", "-f"];
                remove.extend(ids.iter().map(String::as_str));
                daemon.docker(&remove);
                fs::remove_file(&path).unwrap();
                count += 1;
            }
        }
    }
    println!("dockerd loaded {count} archives");
}

#[test]
fn crane_reads_archives() {
    if !installed("crane", &["version"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    for source in SOURCES {
        for (name, mut options) in forms() {
            for format in [ArchiveFormat::Docker, ArchiveFormat::DockerOci] {
                options.write.format = format;
                if format == ArchiveFormat::Docker && name == "gzip" {
                    continue;
                }
                let path = folder.path().join("image.tar");
                convert(&fixture(source), &path, false, &options).unwrap();
                // It computes the digests of all layers, of the config and of the manifest.
                // crane takes all layers to be compressed as the first is; Docker's containerd store mixes, and crane 0.20 does
                // not read what Docker itself saves of it either.
                if source == "quirks.docker28-containerd.tar"
                    && format == ArchiveFormat::DockerOci
                    && name == "kept"
                {
                    fs::remove_file(&path).unwrap();
                    continue;
                }
                let said = run("crane", &["validate", "--tarball", &text(&path)]);
                assert!(said.contains("PASS"), "{source} {name}: {said}");
                fs::remove_file(&path).unwrap();
                count += 1;
            }
        }
    }
    println!("crane validated {count} archives");
}
