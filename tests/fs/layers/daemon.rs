//! A real Docker daemon on data roots that the library filled, and the library on those that the daemon filled.
//!
//! The tests install nothing: they need `dockerd` and `docker` on the path, and the right to start a daemon. Where one of
//! these is missing nothing is checked, and the tests say so.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use layerglass::fs::{
    DataRoot, ImageFile, LayerDriver, LayerRef, OpenOptions, RegisterOptions, block_on, host_env,
};
use layerglass::image::{ChainId, DiffId, ImageId};
use layerglass::limits::Limits;
use layerglass::reference::Reference;
use layerglass::store::CreateOptions;

use super::engine::Daemon;
use super::support::{diff_id, export, fixtures, member, stored, tar};
use crate::is_root;

fn name(text: &str) -> Reference {
    Reference::parse_normalized(text).expect("a name")
}

fn open(folder: &Path, driver: LayerDriver) -> DataRoot {
    let opened = DataRoot::open(folder.join("data"), driver, host_env(), &Limits::default());
    opened.expect("opens")
}

/// Adds all layers, then the configuration, then the names: the layers are there before anything says so.
fn add(root: &DataRoot, layers: &[Vec<u8>], config: &[u8], names: &[String]) -> ImageId {
    let mut held: Vec<LayerRef> = Vec::new();
    for layer in layers {
        let below = held.last().map(|below| below.chain_id().clone());
        let options = RegisterOptions::on(below).with_diff_id(diff_id(layer));
        held.push(root.layers.register(&mut &layer[..], &options).expect("registered"));
    }
    let id = block_on(root.images.create(config, CreateOptions::default())).expect("created");
    for text in names {
        block_on(root.images.tag(&name(text), id, false)).expect("tagged");
    }
    for layer in held {
        assert_eq!(root.layers.release(layer).expect("released"), []);
    }
    id
}

/// Adds all images of an archive. Gives their layers.
fn fill(root: &DataRoot, archive: &Path) -> BTreeMap<String, Vec<Vec<u8>>> {
    let file = ImageFile::open(archive, &OpenOptions::default()).expect("opens");
    let data = file.archive().data();
    let mut added = BTreeMap::new();
    for (image, shown) in data.images.iter().enumerate() {
        let layer = |blob: usize| stored(archive, file.archive().layer_source(blob).expect("a layer"));
        let layers: Vec<Vec<u8>> =
            shown.layers.iter().map(|used| layer(used.blob.expect("in the file"))).collect();
        let config = file.archive().raw_config(image).expect("a configuration");
        let id = add(root, &layers, &config, &shown.familiar_names);
        added.insert(id.to_string(), layers);
    }
    added
}

/// The files of a program of this machine, with what it is linked with.
fn program(path: &str) -> Vec<u8> {
    let told = Command::new("ldd").arg(path).output().expect("ldd");
    let told = String::from_utf8(told.stdout).expect("text");
    let words = told.split_whitespace().filter(|word| word.starts_with('/'));
    let mut files: Vec<&str> = words.chain([path]).collect();
    files.sort_unstable();
    files.dedup();
    let mut tar = Vec::new();
    for file in files {
        let mut entry = member(&file[1..], b'0', "", &fs::read(file).expect("a file"));
        // Everybody may run it.
        entry[100..107].copy_from_slice(b"0000755");
        entry[148..156].fill(b' ');
        let sum: u32 = entry[..512].iter().map(|byte| u32::from(*byte)).sum();
        entry[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        tar.extend(entry);
    }
    tar.extend([0; 1024]);
    tar
}

/// The tars of an image that a daemon saved, bottom first.
fn saved(daemon: &Daemon, folder: &Path, image: &str) -> Vec<Vec<u8>> {
    let path = folder.join("saved.tar");
    daemon.docker(&["save", "-o", &path.to_string_lossy(), image]);
    let file = ImageFile::open(&path, &OpenOptions::default()).expect("an archive");
    let data = file.archive().data();
    let layers = data.images[0].layers.iter();
    layers
        .map(|layer| stored(&path, file.archive().layer_source(layer.blob.expect("there")).expect("a layer")))
        .collect()
}

#[test]
fn a_daemon_lists_runs_and_saves_what_the_library_added() {
    if !is_root() {
        return eprintln!("NOT ROOT: NO LAYERS FOR OVERLAYFS WERE WRITTEN, NO DAEMON WAS STARTED");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let mut expected = BTreeMap::new();
    let run;
    {
        let root = open(folder, LayerDriver::Overlay2);
        for archive in ["quirks.docker28.tar", "shared.docker20.tar", "quirks.podman.tar"] {
            expected.extend(fill(&root, &fixtures().join(archive)));
        }
        let layers = [
            program("/bin/cat"),
            tar(&[("etc/told", b"not this"), ("etc/gone", b"x")]),
            tar(&[("etc/told", b"as the upper layer says"), ("etc/.wh.gone", b"")]),
        ];
        let diff_ids: Vec<String> = layers.iter().map(|layer| format!("\"{}\"", diff_id(layer))).collect();
        let config = format!(
            concat!(
                r#"{{"architecture":"amd64","config":{{"Cmd":["/bin/cat","/etc/told"],"User":"1000"}},"os":"linux","#,
                r#""rootfs":{{"type":"layers","diff_ids":[{}]}}}}"#
            ),
            diff_ids.join(",")
        );
        run = add(&root, &layers, config.as_bytes(), &["run:1".to_owned()]);
        expected.insert(run.to_string(), layers.to_vec());
        // Bytes go out as they came in.
        for layers in expected.values() {
            let diff_ids: Vec<DiffId> = layers.iter().map(|layer| diff_id(layer)).collect();
            for (chain_id, layer) in layerglass::image::chain_ids(&diff_ids).iter().zip(layers) {
                assert_eq!(&export(&root.layers, chain_id), layer);
            }
        }
    }
    let daemon = match Daemon::start_with(folder, "overlay2") {
        Ok(daemon) => daemon,
        Err(reason) => return eprintln!("NO DAEMON COULD BE STARTED, NONE WAS CHECKED: {reason}"),
    };
    assert_eq!(daemon.ids(), expected.keys().cloned().collect::<Vec<_>>());
    for (id, layers) in &expected {
        let told = daemon.inspect(id);
        let diff_ids: Vec<String> = layers.iter().map(|layer| diff_id(layer).to_string()).collect();
        assert_eq!(told["RootFS"]["Layers"], serde_json::json!(diff_ids), "{id}");
        assert!(saved(&daemon, folder, id) == *layers, "{id}: the daemon saves other layers");
    }
    let printed = daemon.docker(&["run", "--rm", "--network", "none", "run:1"]);
    assert_eq!(printed, "as the upper layer says");
    // The deletion mark works.
    daemon.docker(&["create", "--name", "kept", "--network", "none", "run:1", "/bin/cat", "/etc/gone"]);
    let gone = Command::new("docker")
        .args(["start", "-a", "kept"])
        .env("DOCKER_HOST", format!("unix://{}", folder.join("docker.sock").display()))
        .output()
        .expect("the client");
    assert!(
        !gone.status.success() && String::from_utf8_lossy(&gone.stderr).contains("No such file"),
        "{gone:?}"
    );
    daemon.stop();
    let log = Daemon::log(folder);
    let complaints: Vec<&str> =
        log.lines().filter(|line| line.contains("layer") && line.contains("level=error")).collect();
    assert_eq!(complaints, [""; 0], "the daemon complains");

    // With the container, whose layers nobody frees.
    let root = open(folder, LayerDriver::Overlay2);
    assert_eq!((&root.opened.problems, &root.opened_layers.problems), (&vec![], &vec![]));
    let report = block_on(root.images.delete(&run, Default::default())).expect("deleted");
    assert_eq!(report.freed, [], "a container is on top of it");
    drop(root);
    let daemon = Daemon::start_with(folder, "overlay2").expect("starts over what was written");
    daemon.docker(&["rm", "kept"]);
    daemon.stop();
}

/// What a daemon loaded is exported as it was loaded, by both drivers, and layers are freed as it would.
#[test]
fn what_a_daemon_loaded_is_exported_byte_by_byte() {
    let archives = ["quirks.docker20.tar", "shared.docker20.tar"];
    for driver in [LayerDriver::Vfs, LayerDriver::Overlay2] {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        let daemon = match Daemon::start_with(folder, driver.name()) {
            Ok(daemon) => daemon,
            Err(reason) => return eprintln!("NO DAEMON COULD BE STARTED, NONE WAS CHECKED: {reason}"),
        };
        for archive in archives {
            daemon.docker(&["load", "-i", &fixtures().join(archive).to_string_lossy()]);
        }
        let is_elsewhere = !folder.join("data/image").join(driver.name()).is_dir();
        // While it runs, its folder can be read.
        if !is_elsewhere {
            let data = folder.join("data");
            let live = DataRoot::open_read_only(data, driver, host_env(), &Limits::default()).expect("opens");
            assert_eq!((live.images.len(), live.opened_layers.problems.len()), (daemon.ids().len(), 0));
        }
        daemon.stop();
        if is_elsewhere {
            return eprintln!("THIS DAEMON KEEPS ITS IMAGES ELSEWHERE, NOTHING WAS CHECKED");
        }
        let root = open(folder, driver);
        assert_eq!((&root.opened.problems, &root.opened_layers.problems), (&vec![], &vec![]));
        let mut exported = 0;
        for archive in archives {
            let path = fixtures().join(archive);
            let file = ImageFile::open(&path, &OpenOptions::default()).expect("opens");
            for image in &file.archive().data().images {
                for layer in &image.layers {
                    let source = file.archive().layer_source(layer.blob.expect("there")).expect("a layer");
                    let chain_id = ChainId::new(layer.chain_id.clone().expect("known"));
                    assert_eq!(
                        export(&root.layers, &chain_id),
                        stored(&path, source),
                        "{driver}: {chain_id}"
                    );
                    exported += 1;
                }
            }
        }
        assert!(exported >= 8, "{exported}");
        let images = root.images.list();
        for id in images {
            block_on(root.images.delete(&id, Default::default())).expect("deleted");
        }
        assert_eq!(root.layers.list().expect("listed"), [], "nobody needs any layer");
        drop(root);
        let daemon = Daemon::start_with(folder, driver.name()).expect("starts over what was written");
        assert_eq!(daemon.ids(), [""; 0]);
        daemon.docker(&["load", "-i", &fixtures().join(archives[0]).to_string_lossy()]);
        assert_eq!(daemon.ids().len(), 1);
        daemon.stop();
    }
}
