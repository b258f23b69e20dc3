//! Several processes on one folder of layers, and processes that are killed.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;

use layerglass::fs::{LayerDriver, LayerFolder, LayerRef, RegisterOptions};
use layerglass::image::ChainId;

use super::support::{diff_id, export, files, open_as, tar};
use crate::children::{Numbers, kill, spawn, started};

/// How often a process is killed.
const KILLS: u64 = 200;

/// A layer of some size that is the same for the same number.
fn layer(number: u64) -> Vec<u8> {
    let contents: Vec<u8> = (0..20_000).map(|at: u64| ((at * (number + 1)) >> 3) as u8).collect();
    tar(&[(&format!("file{number}"), &contents), ("shared", number.to_string().as_bytes())])
}

fn register(layers: &LayerFolder, number: u64, parent: Option<&LayerRef>) -> LayerRef {
    let options = RegisterOptions::on(parent.map(|parent| parent.chain_id().clone()));
    layers.register(&mut &layer(number)[..], &options).expect("registered")
}

/// What is there after an interruption is whole, and nothing else is.
fn check(root: &Path, place: &str) -> LayerFolder {
    let (layers, report) = open_as(root, LayerDriver::Tar);
    assert_eq!(report.problems, [], "{place}");
    assert_eq!(report.swept.failed, [], "{place}");
    let mut expected = BTreeSet::new();
    for info in layers.list().expect("listed") {
        let tar = export(&layers, &info.chain_id);
        assert_eq!(diff_id(&tar), info.diff_id, "{place}");
        expected.insert(root.join("tar").join(format!("{}.tar", info.cache_id)));
    }
    let contents = root.join("tar");
    let found: BTreeSet<PathBuf> =
        if contents.exists() { files(&contents).into_iter().collect() } else { BTreeSet::new() };
    assert_eq!(found, expected, "{place}: nothing without a layer is left");
    let tmp = root.join("image/tar/layerdb/tmp");
    assert_eq!(if tmp.exists() { files(&tmp) } else { Vec::new() }, [""; 0].map(PathBuf::from), "{place}");
    layers
}

/// Killed at random points hundreds of times while it adds and frees layers, a process leaves every layer whole that it
/// had finished, and none that it had not.
#[test]
fn a_killed_process_leaves_whole_layers() {
    if let Some((folder, seed)) = started() {
        let mut log = OpenOptions::new().append(true).create(true).open(folder.join("log")).expect("a log");
        let (layers, _) = open_as(&folder.join("root"), LayerDriver::Tar);
        let mut numbers = Numbers::new(seed);
        let mut held: Vec<LayerRef> = Vec::new();
        log.write_all(b"ready\n").expect("noted");
        loop {
            if held.len() > 6 || (!held.is_empty() && numbers.below(3) == 0) {
                let layer = held.swap_remove(numbers.below(held.len() as u64) as usize);
                log.write_all(format!("- {}\n", layer.chain_id()).as_bytes()).expect("noted");
                layers.release(layer).expect("released");
            } else {
                let parent = held.last().filter(|_| numbers.below(2) == 0);
                let layer = register(&layers, numbers.below(40), parent);
                log.write_all(format!("+ {}\n", layer.chain_id()).as_bytes()).expect("noted");
                held.push(layer);
            }
        }
    }
    let mut swept = 0;
    for seed in 0..KILLS {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("root");
        let (before, _) = open_as(&root, LayerDriver::Tar);
        let kept = register(&before, 1000, None);
        kill("layers::processes::a_killed_process_leaves_whole_layers", folder.path(), seed, 40_000);
        let log = folder.path().join("log");
        // What was held by the one that was killed and what the other one holds is all there, once more before sweeping.
        let mut held: Vec<ChainId> = Vec::new();
        for line in fs::read_to_string(&log).expect("a log").lines() {
            match line.split_once(' ') {
                Some(("+", id)) => held.push(ChainId::new(id)),
                Some(("-", id)) => {
                    let at = held.iter().position(|held| held.as_str() == id).expect("it was held");
                    held.remove(at);
                }
                _ => {}
            }
        }
        let debris = fs::read_dir(root.join("image/tar/layerdb/tmp")).map_or(0, Iterator::count);
        swept += usize::from(debris > 0);
        let layers = check(&root, &format!("seed {seed}"));
        for chain_id in &held {
            assert!(layers.info(chain_id).expect("read").is_some(), "seed {seed}: {chain_id} is lost");
        }
        assert_eq!(export(&layers, kept.chain_id()), layer(1000), "seed {seed}");
        // Everything can go on from there.
        let again = register(&layers, 0, None);
        layers.release(again).expect("released");
        // What the one that was killed had is freed; what somebody holds is not.
        layers.collect().expect("collected");
        let left: Vec<ChainId> =
            layers.list().expect("listed").into_iter().map(|info| info.chain_id).collect();
        assert_eq!(left, [kept.chain_id().clone()], "seed {seed}");
        before.release(kept).expect("released");
    }
    println!("{swept} of {KILLS} processes were killed while they put a layer together");
    assert!(swept > KILLS as usize / 20, "only {swept} were killed in the middle");
}

/// Processes that add the same layers at once, and free them again, never lose one that somebody holds.
#[test]
fn processes_that_add_the_same_layers_lose_none() {
    const ROUNDS: u64 = 40;
    if let Some((root, number)) = started() {
        let (layers, _) = open_as(&root, LayerDriver::Tar);
        for round in 0..ROUNDS {
            let below = register(&layers, round % 3, None);
            let above = register(&layers, round % 5 + 10, Some(&below));
            for reference in [&below, &above] {
                let got = layers.get(reference.chain_id()).expect("read").expect("what is held is there");
                let tar = export(&layers, got.chain_id());
                assert_eq!(layers.info(got.chain_id()).expect("read").expect("there").diff_id, diff_id(&tar));
                layers.release(got).expect("released");
            }
            layers.release(below).expect("released");
            assert!(layers.info(above.chain_id()).expect("read").is_some());
            if (round + number) % 4 != 0 || round + 1 < ROUNDS {
                layers.release(above).expect("released");
            }
        }
        fs::write(root.with_extension(number.to_string()), "done").expect("noted");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("root");
    let test = "layers::processes::processes_that_add_the_same_layers_lose_none";
    let children: Vec<Child> = (0..4).map(|number| spawn(test, &root, number)).collect();
    for mut child in children {
        assert!(child.wait().expect("ended").success());
    }
    for number in 0..4 {
        assert_eq!(fs::read(root.with_extension(number.to_string())).expect("it ran"), b"done");
    }
    let layers = check(&root, "after all");
    println!("{} layers are left of those whose holders ended", layers.list().expect("listed").len());
}

/// Threads of one process, each with a store of its own, and one that they share.
#[test]
fn threads_share_layers() {
    let folder = tempfile::tempdir().expect("a folder");
    let (shared, _) = open_as(folder.path(), LayerDriver::Tar);
    thread::scope(|scope| {
        for number in 0..6 {
            let layers =
                if number % 2 == 0 { shared.clone() } else { open_as(folder.path(), LayerDriver::Tar).0 };
            scope.spawn(move || {
                for round in 0..15 {
                    let below = register(&layers, (round + number) % 3, None);
                    let above = register(&layers, 10 + round % 2, Some(&below));
                    layers.release(below).expect("released");
                    assert!(!export(&layers, above.chain_id()).is_empty());
                    layers.release(above).expect("released");
                }
            });
        }
    });
    assert_eq!(shared.list().expect("listed"), []);
    drop(check(folder.path(), "after all"));
}
