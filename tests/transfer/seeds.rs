//! What Docker of 2020 and of today did with the same archives.
//!
//! The folder comes from the environment variable `LAYERGLASS_VECTORS`; without it nothing is checked here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use layerglass::archive::ArchiveFormat;
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{DataRoot, SaveOptions, WriteTarget, block_on};
use layerglass::image::{ImageId, Timestamp};
use layerglass::reference::Reference;
use layerglass::tar::Entry;
use serde_json::Value;

use crate::build::{Tar, digest};
use crate::support::{layer, load, open, written};
use crate::tars;

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

/// A store with what the vectors were made from: it is what Docker saved of it, all together.
fn filled(folder: &Path, version: &str, place: &Path) -> DataRoot {
    let root = open(place);
    for number in 0..6 {
        load(&root, &folder.join(format!("moby-save-{version}-{number}.tar"))).expect("loaded");
    }
    let (_, recorded) = vectors("moby-saveload-2020.json").expect("vectors");
    for (name, id) in recorded["tags"].as_object().expect("tags") {
        let id = ImageId::parse(id.as_str().expect("an id")).expect("an id");
        let name = Reference::parse_normalized(name).expect("a name");
        block_on(root.images.tag(&name, id, true)).expect("tagged");
    }
    for (child, parent) in recorded["parent"].as_object().expect("parents") {
        let [child, parent] = [child.as_str(), parent.as_str().expect("an id")]
            .map(|text| ImageId::parse(text).expect("an id"));
        block_on(root.images.set_parent(&child, Some(parent))).expect("linked");
    }
    root
}

/// What differs from what Docker wrote, on purpose. Each is a defect there.
fn is_defect(version: &str, save: &Value, name: &str, field: &str) -> bool {
    let entries = || list(save, "tar").iter();
    match (version, field) {
        // A folder whose layer is a link to that of another has the time of the moment, so no two archives are the same.
        ("2020", "mtime") => {
            let folder = name.split('/').next().unwrap_or_default();
            let is_link = |entry: &Value| {
                text(entry, "typeflag") == "2" && text(entry, "name") == format!("{folder}/layer.tar")
            };
            name.contains('/') && entries().any(is_link)
        }
        // Of several images without tags the index lists only the first.
        ("v29", "size" | "text" | "sha256") => {
            let names = list(save, "names");
            let is_id = |name: &Value| name.as_str().is_some_and(|name| name.starts_with("sha256:"));
            name == "index.json" && names.len() > 1 && names.iter().all(is_id)
        }
        _ => false,
    }
}

/// One entry of a saved archive as the vectors say it.
fn described(entry: &Entry, contents: &[u8]) -> Value {
    let mtime = Timestamp::from_unix(entry.mtime.secs, 0).map(|time| time.as_str().to_owned());
    serde_json::json!({
        "name": String::from_utf8_lossy(&entry.path),
        "typeflag": char::from(entry.type_flag).to_string(),
        "mode": format!("{:04o}", entry.mode & 0o7777),
        "mtime": mtime,
        "size": entry.size,
        "linkname": String::from_utf8_lossy(&entry.link),
        "text": String::from_utf8_lossy(contents),
        "sha256": digest(contents).trim_start_matches("sha256:"),
    })
}

/// The list `manifest.json` in the order of its images, which is random in Docker.
fn sorted(text: &str) -> Value {
    let mut list: Vec<Value> = serde_json::from_str(text).expect("JSON");
    list.sort_by_key(|item| item["Config"].as_str().map(str::to_owned));
    list.into()
}

#[test]
fn archives_are_saved_as_docker_saves_them() {
    let versions = [
        ("moby-saveload-2020.json", "2020", ArchiveFormat::Docker),
        ("moby-saveload-v29.json", "v29", ArchiveFormat::DockerOci),
    ];
    let mut differences = Vec::new();
    let mut compared = 0;
    for (name, version, format) in versions {
        let Some((folder, vectors)) = vectors(name) else { return };
        let place = tempfile::tempdir().expect("a folder");
        let root = filled(&folder, version, place.path());
        for save in list(&vectors, "saves") {
            let names: Vec<&str> = list(save, "names").iter().filter_map(Value::as_str).collect();
            let mut tar = Vec::new();
            root.save(&names, WriteTarget::Stream(&mut tar), &SaveOptions::new(format)).expect("saved");
            let (members, end) = tars::read(&tar, 4096);
            end.expect("a tar");
            let found: BTreeMap<String, Value> = members
                .iter()
                .map(|(entry, contents)| {
                    let entry = described(entry, contents);
                    (text(&entry, "name").to_owned(), entry)
                })
                .collect();
            let order: Vec<&str> =
                members.iter().filter_map(|(entry, _)| std::str::from_utf8(&entry.path).ok()).collect();
            let recorded: Vec<&str> = list(save, "tar").iter().map(|entry| text(entry, "name")).collect();
            if order != recorded {
                differences
                    .push(format!("{version} {names:?}: the entries are {order:#?}, Docker's {recorded:#?}"));
            }
            for entry in list(save, "tar") {
                let name = text(entry, "name");
                let Some(found) = found.get(name) else { continue };
                for field in ["typeflag", "mode", "mtime", "size", "linkname", "text", "sha256"] {
                    let (mut expected, mut found) = (entry[field].clone(), found[field].clone());
                    if expected.is_null() {
                        continue;
                    }
                    if field == "mode" {
                        // Of 2020 with the type of the file before it.
                        let digits = text(entry, "mode");
                        expected = digits[digits.len() - 4..].into();
                        found = format!("{:0>4}", found.as_str().expect("a mode")).into();
                    }
                    if name == "manifest.json" && field == "text" {
                        let is_ended = |text: &Value| text.as_str().is_some_and(|text| text.ends_with('\n'));
                        assert_eq!(is_ended(&found), is_ended(&expected));
                        (expected, found) =
                            (sorted(text(entry, "text")), sorted(found.as_str().expect("text")));
                    } else if name == "manifest.json" && field == "sha256" {
                        continue;
                    }
                    compared += 1;
                    if expected != found && !is_defect(version, save, name, field) {
                        differences.push(format!(
                            "{version} {names:?} {name} {field}: {found}, Docker's {expected}"
                        ));
                    }
                }
            }
        }
    }
    assert!(compared > 500, "only {compared} were compared");
    assert!(differences.is_empty(), "{}:\n{}", differences.len(), differences.join("\n"));
}

/// What cannot be saved, as the kinds of errors say it.
#[test]
fn what_docker_cannot_save_is_refused() {
    for (name, version) in [("moby-saveload-2020.json", "2020"), ("moby-saveload-v29.json", "v29")] {
        let Some((folder, vectors)) = vectors(name) else { return };
        let place = tempfile::tempdir().expect("a folder");
        let root = filled(&folder, version, place.path());
        for recorded in list(&vectors, "save_errors") {
            let name = text(recorded, "name");
            let kind = match name {
                // Docker cannot save an image without layers; here it is saved, and can be loaded again.
                "(image without layers)" => continue,
                "UPPER" => ErrorKind::Invalid,
                _ => ErrorKind::NotFound,
            };
            let options = SaveOptions::new(ArchiveFormat::Docker);
            let error = root.save(&[name], WriteTarget::Stream(&mut Vec::new()), &options);
            assert_eq!(error.expect_err(name).kind(), kind, "{name}");
        }
    }
}
