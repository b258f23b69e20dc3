//! A real Docker daemon and this store take turns in one folder.
//!
//! The test installs nothing: it needs `dockerd` and `docker` on the path and the right to start a daemon. Where one of
//! these is missing nothing is checked, and the test says so.

mod engine;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use engine::Daemon;
use layerglass::fs::{FolderBackend, ImageFile, OpenOptions, block_on};
use layerglass::image::{
    CanonicalRules, ChildConfig, DiffId, ImageId, Platform, RunConfig, StringOrList, Timestamp,
};
use layerglass::store::{CreateOptions, DeletePolicy, ImageStore, LeaseOptions, ResolveOptions, StoreError};
use serde_json::Value;

use crate::support::{name, open};

type Store = ImageStore<FolderBackend>;

/// Images by their ids as texts, with their names and parents.
type Images = BTreeMap<String, (BTreeSet<String>, String)>;

fn told_by(daemon: &Daemon) -> Images {
    let image = |id: String| {
        let told = daemon.inspect(&id);
        assert_eq!(told["Id"], id.as_str());
        let names = told["RepoTags"].as_array().expect("names").iter();
        let names = names.map(|name| name.as_str().expect("a name").to_owned()).collect();
        let parent = told["Parent"].as_str().unwrap_or_default().to_owned();
        (id, (names, parent))
    };
    daemon.ids().into_iter().map(image).collect()
}

fn known_to(store: &Store) -> Images {
    let image = |id: ImageId| {
        let names = store.names_of(&id).iter().map(|name| name.familiar().to_owned()).collect();
        (id.to_string(), (names, store.parent(&id).map(|id| id.to_string()).unwrap_or_default()))
    };
    store.list().into_iter().map(image).collect()
}

fn store(folder: &Path) -> Store {
    let (store, report) = open(FolderBackend::open(Daemon::images(folder)).expect("opens"));
    assert_eq!(report.problems, []);
    store
}

/// A daemon with images that were loaded and one that was built, with its parents.
fn filled(folder: &Path) -> Result<Daemon, String> {
    let daemon = Daemon::start(folder)?;
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    for archive in ["quirks.docker20.tar", "shared.docker20.tar"] {
        daemon.docker(&["load", "-i", &format!("{fixtures}/{archive}")]);
    }
    if !Daemon::images(folder).is_dir() {
        return Err("this daemon keeps its images elsewhere".to_owned());
    }
    let context = folder.join("context");
    std::fs::create_dir_all(&context).expect("a folder");
    std::fs::write(context.join("Dockerfile"), "FROM quirks:1\nENV built=1\nLABEL one=1\nCMD [\"x\"]\n")
        .expect("a file");
    daemon.docker(&["build", "-q", "-t", "built:1", &context.to_string_lossy()]);
    Ok(daemon)
}

/// An image over the layers of another one, with more in its environment, another label and one more step.
fn child_of(store: &Store, parent: &ImageId) -> Vec<u8> {
    let parent = block_on(store.get(parent)).expect("read");
    let mut config: RunConfig = parent.fields().config.clone().unwrap_or_default();
    config.env.get_or_insert_default().push("LAYERGLASS=1".to_owned());
    config.labels.get_or_insert_default().insert("made.by".to_owned(), "layer<glass>".to_owned());
    let step = ["/bin/sh", "-c", "#(nop) ENV LAYERGLASS=1"].map(str::to_owned).to_vec();
    let child = ChildConfig {
        created: Timestamp::parse("2024-02-03T04:05:06.7Z").expect("a time"),
        container_id: String::new(),
        author: "somebody".to_owned(),
        comment: "written by another program".to_owned(),
        diff_id: DiffId::new(DiffId::EMPTY_TAR),
        container_config: RunConfig { cmd: Some(StringOrList(step)), ..RunConfig::default() },
        config: Some(config),
        docker_version: "20.10.24".to_owned(),
        os: "linux".to_owned(),
    };
    let made = parent.fields().child(child, &Platform::new("linux", "amd64"));
    made.canonical_json(CanonicalRules::Docker2020)
}

/// What the store changes while the daemon is stopped. Gives the new image.
fn change(store: &Store) -> Result<ImageId, Box<StoreError>> {
    let find = |text: &str| store.resolve(text, ResolveOptions::default());
    let (quirks, shared) = (find("quirks:1")?, find("shared:a")?);
    let config = child_of(store, &quirks);
    block_on(async {
        let mut options = CreateOptions::with_parent(quirks);
        options.built_locally = true;
        let new = store.create(&config, options).await?;
        store.tag(&name("layerglass/new:1"), new, false).await?;
        store.tag(&name("localhost:5000/new"), new, false).await?;
        // A name moves, another one goes, an image goes with its name.
        store.tag(&name("registry.example:5000/team/quirks:v1.2"), new, true).await?;
        store.tag(&name("more:names"), quirks, false).await?;
        store.untag(&name("quirks:1")).await?;
        store.delete(&shared, DeletePolicy::default()).await?;
        store.touch(&new).await?;
        // What Docker knows nothing of.
        store.lease(&new, "somebody", LeaseOptions::default()).await?;
        store.set_metadata(&quirks, "note", Some(b"x")).await?;
        Ok(new)
    })
}

/// The daemon shows the image as its configuration says.
fn check_inspection(told: &Value, config: &Value) {
    for (shown, written) in [
        ("/Config/Env", "/config/Env"),
        ("/Config/Labels", "/config/Labels"),
        ("/Config/Cmd", "/config/Cmd"),
        ("/RootFS/Layers", "/rootfs/diff_ids"),
        ("/Author", "/author"),
        ("/Created", "/created"),
        ("/Os", "/os"),
        ("/Architecture", "/architecture"),
    ] {
        assert_eq!(told.pointer(shown), config.pointer(written), "{shown}");
    }
    assert_eq!(told.pointer("/Config/Labels/made.by"), Some(&Value::from("layer<glass>")));
}

/// What the daemon saves of the image is whole, and its configuration is the bytes that the store was given.
fn check_saved(file: &Path, new: &ImageId, config: &[u8]) {
    let mut saved = ImageFile::open(file, &OpenOptions::default()).expect("an archive");
    saved.scan().expect("read");
    let data = saved.archive().data();
    assert_eq!(data.images.len(), 1);
    assert_eq!(data.images[0].id.as_ref().map(ToString::to_string), Some(new.to_string()));
    assert!(data.images[0].layers.iter().all(|layer| layer.check.declared == layer.check.computed));
    assert_eq!(ImageId::of(config), *new);
}

#[test]
fn a_daemon_and_the_store_take_turns() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let daemon = match filled(folder) {
        Ok(daemon) => daemon,
        Err(reason) => return eprintln!("NO DAEMON COULD BE STARTED, NONE WAS CHECKED: {reason}"),
    };
    let told = told_by(&daemon);
    assert!(told.len() >= 5 && told.values().any(|(_, parent)| !parent.is_empty()), "{told:?}");
    // While it runs, its folder can be read.
    let live = FolderBackend::open_read_only(Daemon::images(folder)).expect("opens");
    assert_eq!(known_to(&open(live).0), told);
    daemon.stop();

    let before = store(folder);
    assert_eq!(known_to(&before), told);
    assert_eq!(block_on(before.verify(|_, _| {})).expect("verified").problems, []);
    let new = change(&before).expect("changed");
    let config = block_on(before.raw(&new)).expect("read");
    let expected = known_to(&before);
    assert_eq!(expected.len(), told.len());
    assert_eq!(expected[&new.to_string()].0.len(), 3);

    let daemon = Daemon::start(folder).expect("starts over what was written");
    assert_eq!(told_by(&daemon), expected);
    let parsed: Value = serde_json::from_slice(&config).expect("JSON");
    check_inspection(&daemon.inspect("layerglass/new:1"), &parsed);
    let steps = daemon.docker(&["history", "-q", "--no-trunc", "layerglass/new:1"]).lines().count();
    assert_eq!(steps, parsed["history"].as_array().expect("steps").len());
    let saved = folder.join("saved.tar");
    daemon.docker(&["save", "-o", &saved.to_string_lossy(), "layerglass/new:1"]);
    check_saved(&saved, &new, &config);
    // It goes on from there.
    daemon.docker(&["tag", "layerglass/new:1", "by:docker"]);
    daemon.docker(&["rmi", "more:names", "localhost:5000/new"]);
    daemon.docker(&["rmi", "-f", "shared:b"]);
    let told = told_by(&daemon);
    daemon.stop();

    let after = store(folder);
    assert_eq!(known_to(&after), told);
    assert_eq!(after.named(&name("by:docker")), Some(new));
    assert_eq!(block_on(after.users(&new)).expect("users"), ["somebody"]);
    assert!(block_on(after.last_updated(&new)).expect("read").is_some());
    assert!(block_on(after.is_built_locally(&new)).expect("read"));
    let log = Daemon::log(folder);
    let complaints: Vec<&str> =
        log.lines().filter(|line| line.contains("imagedb") || line.contains("invalid image")).collect();
    assert_eq!(complaints, [""; 0], "the daemon complains");
}
