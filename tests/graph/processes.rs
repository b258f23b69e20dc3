//! Graphs on disk that several processes work with, and processes that are killed.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::Child;

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::block_on;

use crate::children::{Numbers, kill, spawn, started};
use crate::disk::{DiskGraph, open, tar};
use crate::support::json;

/// How often a process is killed.
const KILLS: u64 = 40;
/// What it would do if it were not.
const STEPS: u64 = 200;

fn id(number: u64) -> String {
    format!("layer{number}")
}

/// What is in a layer follows from its id.
fn contents(id: &str) -> Vec<u8> {
    id.as_bytes().iter().copied().cycle().take(20_000).collect()
}

fn register(graph: &DiskGraph, id: &str) -> Result<(), layerglass::graph::GraphError> {
    let layer = tar(&[("folder", None), ("folder/file", Some(&contents(id)))]);
    block_on(graph.register(id, json(id, ""), Some(&layer[..]))).map(drop)
}

/// Every layer that is listed is whole, and nothing else is in the folders of layers.
fn check_whole(root: &Path, graph: &DiskGraph) -> Vec<String> {
    let listing = block_on(graph.list()).expect("listed");
    assert_eq!(listing.problems, []);
    let ids: Vec<String> = listing.images.into_iter().map(|image| image.id).collect();
    for id in &ids {
        let file = fs::read(root.join("vfs/dir").join(id).join("folder/file")).expect("read");
        assert!(file == contents(id), "{id} is whole");
        assert_eq!(fs::read_to_string(root.join("graph").join(id).join("layersize")).expect("read"), "20000");
    }
    ids
}

/// Killed at random points, a graph opens with everything done that was done, and what was under way done wholly or not at
/// all.
#[test]
fn a_killed_process_leaves_whole_layers() {
    if let Some((folder, seed)) = started() {
        let graph = open(&folder.join("root"));
        let mut log = OpenOptions::new().append(true).create(true).open(folder.join("log")).expect("a log");
        let mut numbers = Numbers::new(seed);
        for _ in 0..STEPS {
            let (id, deletes) = (id(numbers.below(6)), numbers.below(2) == 0);
            log.write_all(format!("{} {id}\n", if deletes { '-' } else { '+' }).as_bytes()).expect("noted");
            let _ = if deletes { block_on(graph.delete(&id)).map(drop) } else { register(&graph, &id) };
            log.write_all(b"done\n").expect("noted");
        }
        return;
    }
    let mut interrupted = 0;
    for seed in 0..KILLS {
        let folder = tempfile::tempdir().expect("a folder");
        kill("processes::a_killed_process_leaves_whole_layers", folder.path(), seed, 60_000);
        let log = folder.path().join("log");

        let noted = fs::read_to_string(&log).expect("a log");
        let (mut expected, mut under_way) = (BTreeMap::new(), None);
        for line in noted.lines() {
            match line.split_once(' ') {
                Some((kind, id)) => under_way = Some((kind == "+", id)),
                None => expected.extend(under_way.take().map(|(is_there, id)| (id, is_there))),
            }
        }
        let root = folder.path().join("root");
        let graph = open(&root);
        let found = check_whole(&root, &graph);
        for (id, is_there) in &expected {
            let is_open = under_way.is_some_and(|(_, other)| other == *id);
            assert!(is_open || found.contains(&(*id).to_owned()) == *is_there, "seed {seed}: {id}, {noted}");
        }
        interrupted += usize::from(under_way.is_some());
        block_on(graph.sweep()).expect("swept");
        let left = fs::read_dir(root.join("vfs")).into_iter().flatten();
        let left: Vec<_> =
            left.map(|entry| entry.expect("listed").file_name()).filter(|name| name != "dir").collect();
        assert!(left.is_empty(), "seed {seed}: {left:?}");
        for number in 0..6 {
            let again = register(&graph, &id(number));
            assert_eq!(again.is_err(), found.contains(&id(number)), "seed {seed}: {again:?}");
        }
    }
    assert!(interrupted > KILLS as usize / 4, "only {interrupted} operations were interrupted");
}

/// Two processes register the same layers and others; each layer is there once, whole, and exactly one of them made it.
#[test]
fn processes_share_a_graph() {
    if let Some((folder, number)) = started() {
        let graph = open(&folder.join("root"));
        let mut made = String::new();
        for other in 0..20 {
            for id in [id(other), format!("own{number}-{other}")] {
                match register(&graph, &id) {
                    Ok(()) => made.push_str(&format!("{id}\n")),
                    Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{error}"),
                }
            }
        }
        return fs::write(folder.join(format!("made{number}")), made).expect("written");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let children: Vec<Child> =
        (0..3).map(|number| spawn("processes::processes_share_a_graph", folder.path(), number)).collect();
    for mut child in children {
        assert!(child.wait().expect("ended").success());
    }
    let mut made: Vec<String> = (0..3)
        .flat_map(|number| {
            let text = fs::read_to_string(folder.path().join(format!("made{number}"))).expect("written");
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    made.sort();
    let root = folder.path().join("root");
    let mut found = check_whole(&root, &open(&root));
    found.sort();
    assert_eq!((made.len(), &made), (80, &found));
}
