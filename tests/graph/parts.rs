//! Layers through a filter: importing and exporting a part.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{GraphFolder, VfsContents, block_on};
use layerglass::graph::{FilterRule, NamedStores, PathFilter, SCRATCH, StoresOptions, WriteLayer, check_id};
use layerglass::layer::{FilteredSource, LayerFilter};
use layerglass::tar::{Entry, EntryKind, Event, Reader, Writer};
use proptest::prelude::*;
use serde_json::Value;

use crate::disk::tar;
use crate::support::{Interrupted, env};

fn filter(rules: &[(&str, FilterRule)]) -> PathFilter {
    PathFilter::new(rules.iter().copied()).expect("a filter")
}

/// Paths of a tar with their contents, sizes in headers and attributes.
type Members = BTreeMap<String, (Vec<u8>, u64, Vec<(Vec<u8>, Vec<u8>)>)>;

fn members(tar: &[u8]) -> Members {
    let (mut reader, mut input) = (Reader::new(&Default::default()), tar);
    let (mut members, mut path) = (Members::new(), String::new());
    while let Some(event) = reader.next(&mut input).expect("a tar") {
        match event {
            Event::Entry(entry) => {
                path =
                    String::from_utf8(entry.path.clone()).expect("a text").trim_end_matches('/').to_owned();
                members.insert(path.clone(), (Vec::new(), entry.size, entry.xattrs.clone()));
            }
            Event::Data(data) => members.get_mut(&path).expect("a member").0.extend(data),
            _ => {}
        }
    }
    reader.finish().expect("an end");
    members
}

fn through(layer: &[u8], filter: PathFilter) -> (Vec<u8>, layerglass::layer::LayerFilterReport) {
    let (mut through, mut out) = (LayerFilter::new(filter, &Default::default()), Vec::new());
    through.push(layer, &mut out).expect("passes");
    let report = through.finish(&mut out).expect("ends");
    (out, report)
}

#[test]
fn marks_and_hard_links_go_with_what_they_stand_for() {
    let mut writer = Writer::new(Default::default());
    let mut layer = Vec::new();
    let mut add = |entry: &Entry| layer.extend_from_slice(writer.entry(entry).expect("an entry"));
    add(&Entry::new("a/.wh.gone", EntryKind::File));
    add(&Entry::new("a/.wh..wh..opq", EntryKind::File));
    add(&Entry::new("b/.wh.gone", EntryKind::File));
    add(&Entry::new("a/file", EntryKind::File));
    for (name, target) in [("a/link", "a/file"), ("a/other", "b/file")] {
        let mut link = Entry::new(name, EntryKind::HardLink);
        link.link = target.into();
        add(&link);
    }
    add(&Entry::new("../up", EntryKind::File));
    layer.extend_from_slice(writer.finish().expect("an end"));
    let taken =
        filter(&[("", FilterRule::Exclude), ("a/", FilterRule::Include), ("new", FilterRule::Rebase)]);
    let (out, report) = through(&layer, taken);
    let names: Vec<String> = members(&out).into_keys().collect();
    assert_eq!(names, ["new/a/.wh..wh..opq", "new/a/.wh.gone", "new/a/file", "new/a/link"]);
    assert_eq!((report.taken, report.left_out, report.refused), (4, 1, 2));
}

#[test]
fn only_a_part_of_a_layer_is_written() {
    let root = tempfile::tempdir().expect("a folder");
    let contents = VfsContents::new(root.path());
    let folder = GraphFolder::open(root.path()).expect("opens");
    let options = StoresOptions::new(env(), Default::default());
    let (stores, _) = block_on(NamedStores::open(folder, contents, options)).expect("opens");
    block_on(stores.create("s")).expect("created");
    let layer = tar(&[("etc/hosts", Some(b"hosts")), ("bin/sh", Some(b"sh"))]);
    let taken = filter(&[("bin/", FilterRule::Exclude), ("etc/", FilterRule::Strip)]);
    let source = FilteredSource::new(&layer[..], taken.clone(), &Default::default());
    block_on(stores.write("s", "part", WriteLayer::on(SCRATCH), source)).expect("written");
    let folder = root.path().join("vfs/dir/s/part");
    assert_eq!(fs::read(folder.join("hosts")).expect("read"), b"hosts");
    assert_eq!(fs::read_dir(&folder).expect("listed").count(), 1);
    for broken in [&b"no tar at all"[..], &layer[..514]] {
        let source = FilteredSource::new(broken, taken.clone(), &Default::default());
        let error =
            block_on(stores.write("s", "broken", WriteLayer::on(SCRATCH), source)).expect_err("is no layer");
        assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    }
    let source = FilteredSource::new(Interrupted(b"etc"), taken, &Default::default());
    assert!(block_on(stores.write("s", "broken", WriteLayer::on(SCRATCH), source)).is_err());
    assert!(check_id("broken").is_ok() && block_on(stores.get("s", "broken")).is_err());
}

fn paths<'v>(fixture: &'v Value, key: &str) -> Vec<&'v str> {
    fixture[key].as_array().expect("a list").iter().map(|path| path.as_str().expect("a path")).collect()
}

/// What one layer changes in another, with and without contents, through a filter and under another name.
#[test]
fn a_layer_is_exported_against_another() {
    let Some(vectors) = std::env::var_os("LAYERGLASS_VECTORS") else {
        return eprintln!("LAYERGLASS_VECTORS is not set: NO EXPORT OF A DIFFERENCE IS COMPARED");
    };
    let text = fs::read_to_string(Path::new(&vectors).join("seeds/vic-lookupcache.json")).expect("vectors");
    let fixture = serde_json::from_str::<Value>(&text).expect("JSON")["diff_fixture"].clone();
    let root = tempfile::tempdir().expect("a folder");
    let contents = VfsContents::new(root.path());
    let [original, changed] = ["original", "changed"].map(|place| contents.folder(place));
    let (added, changes, removed) =
        (paths(&fixture, "added"), paths(&fixture, "changed"), paths(&fixture, "removed"));
    let write = |folder: &Path, path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    };
    for path in paths(&fixture, "original") {
        write(&original, path, "original");
        if !removed.contains(&path) {
            let text = if changes.contains(&path) { "changed contents" } else { "original" };
            write(&changed, path, text);
        }
        let times = fs::FileTimes::new().set_modified(std::time::UNIX_EPOCH);
        for folder in [&original, &changed].into_iter().filter(|folder| folder.join(path).exists()) {
            fs::File::options()
                .write(true)
                .open(folder.join(path))
                .expect("opens")
                .set_times(times)
                .expect("set");
        }
    }
    added.iter().for_each(|path| write(&changed, path, "added"));

    let export = |ancestor: Option<&str>, filter: &PathFilter, headers_only: bool| {
        let mut out = Vec::new();
        contents.export("changed", ancestor, filter, headers_only, &mut out).expect("exported");
        members(&out)
    };
    let none = PathFilter::default();
    let difference = export(Some("original"), &none, false);
    for path in &changes {
        assert_eq!(difference[*path].0, b"changed contents", "{path}");
    }
    for path in &added {
        assert_eq!(difference[*path].0, b"added", "{path}");
    }
    let mark = |path: &str| match path.rsplit_once('/') {
        Some((folder, name)) => format!("{folder}/.wh.{name}"),
        None => format!(".wh.{path}"),
    };
    for path in &removed {
        assert!(difference.contains_key(&mark(path)), "{path}");
    }
    let unchanged = ["file3", "file4", "original/file3"];
    assert!(unchanged.iter().all(|path| !difference.contains_key(*path)));

    let whole = export(None, &none, false);
    assert!(whole.keys().all(|path| !path.contains(".wh.")) && whole.contains_key("file3"));

    let headers = export(Some("original"), &none, true);
    assert!(headers.values().all(|(data, size, _)| data.is_empty() && *size == 0));
    let kind = |path: &str| {
        let (_, _, attributes) = &headers[path];
        let found = attributes.iter().find(|(name, _)| name == b"change_type").expect("a kind of change");
        String::from_utf8(found.1.clone()).expect("a text")
    };
    assert!(changes.iter().all(|path| kind(path) == "C") && added.iter().all(|path| kind(path) == "A"));
    assert!(removed.iter().all(|path| kind(&mark(path)) == "D"));

    let rules = filter(&[
        ("exclude", FilterRule::Exclude),
        ("excludeme", FilterRule::Exclude),
        ("include/excludeme", FilterRule::Exclude),
        ("exclude/includeme", FilterRule::Include),
        ("include/", FilterRule::Include),
    ]);
    let part = export(Some("original"), &rules, false);
    for (path, is_taken) in [
        ("exclude/excludeme", false),
        ("exclude/includeme", true),
        ("excludeme", false),
        ("include/excludeme", false),
        ("include/includeme", true),
        ("added1", true),
    ] {
        assert_eq!(part.contains_key(path), is_taken, "{path}");
    }
    let rebased = export(Some("original"), &filter(&[("new/place", FilterRule::Rebase)]), false);
    assert!(rebased.keys().all(|path| path.starts_with("new/place")), "{:?}", rebased.keys());
    let missing = contents.export("changed", Some("nothing"), &none, false, &mut Vec::new());
    assert_eq!(missing.expect_err("is not there").kind(), ErrorKind::NotFound);
}

proptest! {
    /// However a tar is cut into pieces, and whatever it is, what comes out is the same, or the same refusal.
    #[test]
    fn pieces_do_not_matter(bytes in proptest::collection::vec(any::<u8>(), 0..1500), cut in 1_usize..600) {
        let layer = [tar(&[("etc/a", Some(b"x")), ("b", None)]), bytes].concat();
        let run = |size: usize| {
            let (mut through, mut out) = (LayerFilter::new(filter(&[("b", FilterRule::Exclude)]), &Default::default()), Vec::new());
            layer.chunks(size).try_for_each(|piece| through.push(piece, &mut out))?;
            through.finish(&mut out).map(|report| (report, out))
        };
        prop_assert_eq!(run(layer.len()).ok(), run(cut).ok());
    }
}
