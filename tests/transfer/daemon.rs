//! A real Docker daemon on stores that were loaded, and loading what was saved.
//!
//! The tests install nothing: they need `dockerd` and `docker` on the path, and the right to start a daemon. Where one of
//! these is missing nothing is checked, and the tests say so.

use std::collections::{BTreeMap, BTreeSet};

use layerglass::archive::{ArchiveFormat, LoadOptions};
use layerglass::fs::{DataRoot, LayerDriver, SaveOptions, WriteTarget, block_on, host_env};
use layerglass::image::ImageId;
use layerglass::limits::Limits;

use crate::engine::Daemon;
use crate::support::{Made, archive, file, fixtures, go_on, images, written};

/// Ids with their names as Docker shows them.
fn named(root: &DataRoot) -> BTreeMap<String, BTreeSet<String>> {
    let names =
        |id: &ImageId| root.images.names_of(id).iter().map(|name| name.familiar().to_owned()).collect();
    root.images.list().iter().map(|id| (id.to_string(), names(id))).collect()
}

fn check(
    daemon: &Daemon,
    root: &BTreeMap<String, BTreeSet<String>>,
    diff_ids: &BTreeMap<String, Vec<String>>,
) {
    assert_eq!(daemon.ids(), root.keys().cloned().collect::<Vec<_>>());
    for (id, names) in root {
        let told = daemon.inspect(id);
        let tags: BTreeSet<String> = serde_json::from_value(told["RepoTags"].clone()).expect("names");
        assert_eq!(tags, *names, "{id}");
        let layers: Vec<String> =
            serde_json::from_value(told["RootFS"]["Layers"].clone()).unwrap_or_default();
        assert_eq!(layers, diff_ids[id], "{id}");
    }
}

#[test]
fn a_daemon_has_what_was_loaded_and_loads_what_was_saved() {
    if !rustix::process::geteuid().is_root() {
        return eprintln!("NOT ROOT: NOTHING WAS LOADED INTO OVERLAY2, NO DAEMON WAS STARTED");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let open = || {
        let data = folder.join("data");
        DataRoot::open(data, LayerDriver::Overlay2, host_env(), &Limits::default()).expect("opens")
    };
    let root = open();
    let made = archive(&[
        Made { tags: &["base:1"], layers: &["1"], parent: None },
        Made { tags: &["top:1", "top:latest"], layers: &["1", "2"], parent: Some(0) },
    ]);
    let mut sources: Vec<_> = ["quirks.docker28.tar", "shared.docker20.tar", "quirks.podman.tar"]
        .map(|name| fixtures().join(name))
        .into_iter()
        .collect();
    sources.extend(
        ["quirks.oci", "quirks.estargz.oci.tar", "legacy-v1.tar", "quirks.docker20.tar.zst"]
            .map(|name| images().join(name)),
    );
    sources.push(written(folder, "made", made));
    for source in sources.iter().filter(|source| source.exists()) {
        let loaded = root.load(&file(source), &LoadOptions::default(), &go_on);
        loaded.unwrap_or_else(|error| panic!("{}: {error}", source.display()));
    }
    let expected = named(&root);
    assert!(expected.len() >= 4);
    let diff_ids: BTreeMap<String, Vec<String>> = root
        .images
        .list()
        .iter()
        .map(|id| {
            let config = block_on(root.images.get(id)).expect("there");
            (id.to_string(), config.rootfs().diff_ids.iter().map(|id| id.as_str().to_owned()).collect())
        })
        .collect();
    let asked: Vec<String> =
        expected.iter().flat_map(|(id, names)| names.iter().cloned().chain([id.clone()])).collect();
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let saved = [ArchiveFormat::Docker, ArchiveFormat::DockerOci].map(|format| {
        let path = folder.join(format!("{}.tar", format.as_str()));
        root.save(&asked, WriteTarget::File(path.clone()), &SaveOptions::new(format)).expect("saved");
        path
    });
    drop(root);
    let daemon = match Daemon::start_with(folder, "overlay2") {
        Ok(daemon) => daemon,
        Err(reason) => return eprintln!("NO DAEMON COULD BE STARTED, NONE WAS CHECKED: {reason}"),
    };
    check(&daemon, &expected, &diff_ids);
    daemon.stop();
    for path in saved {
        let elsewhere = tempfile::tempdir().expect("a folder");
        let daemon = Daemon::start_with(elsewhere.path(), "overlay2").expect("starts");
        daemon.docker(&["load", "-i", &path.to_string_lossy()]);
        check(&daemon, &expected, &diff_ids);
        daemon.stop();
    }
    println!("a daemon had {} loaded images, and loaded them from two saved files", expected.len());
}
