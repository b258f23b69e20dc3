//! What Docker of 2020 and of today did with the same archives.
//!
//! The folder comes from the environment variable `LAYERGLASS_VECTORS`; without it nothing is checked here.

use std::fs;
use std::path::PathBuf;

use layerglass::error::ErrorKind;
use layerglass::error::Reason;
use layerglass::fs::block_on;
use layerglass::image::ImageId;
use serde_json::Value;

use crate::build::Tar;
use crate::support::{layer, load, open, written};

/// The folder of the vectors.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("LAYERGLASS_VECTORS").map(|folder| PathBuf::from(folder).join("seeds"));
    if folder.is_none() {
        eprintln!("LAYERGLASS_VECTORS is not set: NO ARCHIVES OF DOCKER WERE LOADED");
    }
    folder
}

fn vectors(name: &str) -> Option<(PathBuf, Value)> {
    let folder = folder()?;
    let text = fs::read_to_string(folder.join(name)).expect("vectors");
    Some((folder, serde_json::from_str(&text).expect("JSON")))
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("no list {key}"))
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("no text {key} in {value}"))
}

/// The image that has a parent in one of the archives.
const CHILD: &str = "sha256:04551d7743d7de2a80cc93e20feb23061e5c38a11b470ae7d21854b0c2261dbc";

#[test]
fn archives_of_docker_load_as_docker_loads_them() {
    for (name, version) in [("moby-saveload-2020.json", "2020"), ("moby-saveload-v29.json", "v29")] {
        let Some((folder, vectors)) = vectors(name) else { return };
        let loads = list(&vectors, "loads_of_saves");
        assert!(!loads.is_empty());
        for load_of in loads {
            let place = tempfile::tempdir().expect("a folder");
            let root = open(place.path());
            let tar = folder.join(format!("moby-save-{version}-{}.tar", load_of["tar"]));
            let report = load(&root, &tar).unwrap_or_else(|error| panic!("{}: {error}", tar.display()));
            let ids: Vec<String> = root.images.list().iter().map(ToString::to_string).collect();
            let recorded: Vec<&str> = list(load_of, "images").iter().filter_map(Value::as_str).collect();
            assert_eq!(ids, recorded, "{}", tar.display());
            let parent = root.images.parent(&ImageId::parse(CHILD).expect("an id"));
            let parent = parent.map(|id| id.to_string()).unwrap_or_default();
            assert_eq!(parent, text(load_of, "parent_of_i2"), "{}", tar.display());
            let names = block_on(async { root.images.flush().await });
            names.expect("written");
            let written =
                fs::read_to_string(place.path().join("image/tar/repositories.json")).expect("names");
            assert_eq!(written, text(load_of, "repositories_json"), "{}", tar.display());
            // What Docker prints can be said from the report.
            let mut lines: Vec<String> = report
                .images
                .iter()
                .flat_map(|image| &image.names)
                .map(|name| format!("{{\"stream\":\"Loaded image: {}\\n\"}}\r\n", name.familiar()))
                .collect();
            if lines.is_empty() {
                let ids: Vec<String> =
                    report.images.iter().map(|image| format!("Loaded image ID: {}\\n", image.id)).collect();
                lines.push(format!("{{\"stream\":\"{}\"}}\r\n", ids.concat()));
            }
            assert_eq!(lines.concat(), text(load_of, "output"), "{}", tar.display());
        }
    }
}

#[test]
fn a_legacy_archive_loads_as_docker_loads_it() {
    let Some((folder, vectors)) = vectors("moby-saveload-2020.json") else { return };
    let recorded = &vectors["legacy_only_load"];
    let place = tempfile::tempdir().expect("a folder");
    let root = open(place.path());
    load(&root, &folder.join(text(recorded, "tar_file"))).expect("loaded");
    let images = recorded["images"].as_object().expect("images");
    assert_eq!(root.images.len(), images.len());
    for (id, image) in images {
        let id = ImageId::parse(id).expect("an id");
        let config = block_on(root.images.raw(&id)).expect("there");
        assert_eq!(String::from_utf8_lossy(&config), text(image, "json"));
        let parent = root.images.parent(&id).map(|id| id.to_string()).unwrap_or_default();
        assert_eq!(parent, text(image, "parent"));
    }
    let written = fs::read_to_string(place.path().join("image/tar/repositories.json")).expect("names");
    assert_eq!(written, text(recorded, "repositories_json"));
}

/// What is wrong with an archive, by its name in the vectors, as the kinds of errors say it; nothing where it is loaded.
const CASES: [(&str, Option<ErrorKind>); 14] = [
    ("no manifest", Some(ErrorKind::Invalid)),
    ("manifest null", Some(ErrorKind::Invalid)),
    ("manifest empty list", None),
    ("manifest garbage", Some(ErrorKind::Invalid)),
    ("config missing", Some(ErrorKind::NotFound)),
    ("config no rootfs", Some(ErrorKind::Invalid)),
    ("layer count mismatch", Some(ErrorKind::Invalid)),
    ("wrong diff id", Some(ErrorKind::Corrupt)),
    ("windows image", Some(ErrorKind::Unsupported)),
    ("bad tag", Some(ErrorKind::Invalid)),
    ("name only tag", Some(ErrorKind::Invalid)),
    ("config path escapes", Some(ErrorKind::NotFound)),
    ("no layers image ok", None),
    ("self parent ignored", None),
];

/// Cases in which Docker leaves something behind although it failed, which nothing here does.
const NOT_TRANSACTIONAL: [&str; 2] = ["bad tag", "name only tag"];

#[test]
fn archives_that_docker_refuses_are_refused() {
    let Some((_, vectors)) = vectors("moby-saveload-v29.json") else { return };
    let cases = list(&vectors, "load_edge_cases");
    assert_eq!(cases.len(), CASES.len());
    for case in cases {
        let name = text(case, "name");
        let (_, kind) =
            CASES.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("{name} is new"));
        let place = tempfile::tempdir().expect("a folder");
        let mut tar = Tar::default();
        for (path, contents) in case["files"].as_object().expect("files") {
            let contents = contents.as_str().expect("contents");
            tar = match contents {
                "(layer tar 1)" => tar.file(path, layer("1")),
                contents => tar.file(path, contents),
            };
        }
        let root = open(&place.path().join("root"));
        let loaded = load(&root, &written(place.path(), "archive", tar.end()));
        let found = loaded.as_ref().err().map(Reason::kind);
        assert_eq!(found, *kind, "{name}: {loaded:?}");
        assert_eq!(found.is_none(), case["error"].is_null(), "{name}");
        let after = if NOT_TRANSACTIONAL.contains(&name) {
            0
        } else {
            case["images_after"].as_u64().expect("a count")
        };
        assert_eq!(root.images.len() as u64, after, "{name}");
    }
}
