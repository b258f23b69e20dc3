//! Adding layers, references to them, and giving them back.

use std::fs;

use layerglass::digest::Digest;
use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::{
    DataRoot, LayerDriver, LayerFolder, LayerFolderError, LayerRef, RegisterOptions, block_on, host_env,
};
use layerglass::image::{ChainId, DiffId};
use layerglass::limits::Limits;
use layerglass::store::{CreateOptions, DeletePolicy};

use super::support::{diff_id, export, files, open, open_as, tar};

fn register(layers: &LayerFolder, tar: &[u8], parent: Option<&LayerRef>) -> LayerRef {
    let options = RegisterOptions::on(parent.map(|parent| parent.chain_id().clone()));
    layers.register(&mut &tar[..], &options).expect("registered")
}

/// Everything below the data root but locks and who holds what.
fn left(root: &std::path::Path) -> Vec<String> {
    let shown = |path: &std::path::PathBuf| path.strip_prefix(root).expect("below").display().to_string();
    files(root).iter().map(shown).filter(|path| !path.contains("/layerglass/")).collect()
}

#[test]
fn a_layer_is_kept_as_docker_keeps_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let layers = open(folder.path());
    let (lower, upper) = (tar(&[("a", b"12345"), ("b", b"")]), tar(&[("c", b"123")]));
    let below = register(&layers, &lower, None);
    let above = register(&layers, &upper, Some(&below));
    assert_eq!(below.chain_id().as_str(), diff_id(&lower).as_str());
    let hex = above.chain_id().digest().expect("a digest").hex();
    let kept = folder.path().join("image/tar/layerdb/sha256").join(hex);
    let text = |name: &str| fs::read_to_string(kept.join(name)).expect(name);
    assert_eq!(text("diff"), diff_id(&upper).as_str());
    assert_eq!(text("size"), "3");
    assert_eq!(text("parent"), below.chain_id().as_str());
    assert_eq!(text("cache-id").len(), 64);
    let mut names: Vec<_> =
        fs::read_dir(&kept).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    names.sort();
    assert_eq!(names, ["cache-id", "diff", "parent", "size", "tar-split.json.gz"]);
    let contents = folder.path().join("tar").join(format!("{}.tar", text("cache-id")));
    assert_eq!(fs::read(contents).expect("the tar"), upper);
    let info = layers.info(above.chain_id()).expect("read").expect("there");
    assert_eq!((info.own_size, info.size, info.depth), (3, 8, 2));
    assert_eq!(export(&layers, above.chain_id()), upper);
}

#[test]
fn releasing_frees_what_nobody_needs() {
    let folder = tempfile::tempdir().expect("a folder");
    let layers = open(folder.path());
    let a = register(&layers, &tar(&[("a", b"1")]), None);
    let b = register(&layers, &tar(&[("b", b"12")]), Some(&a));
    let c = register(&layers, &tar(&[("c", b"123")]), Some(&b));
    let d = register(&layers, &tar(&[("d", b"1234")]), Some(&b));
    let ids = [&a, &b, &c, &d].map(|layer| layer.chain_id().clone());
    assert_eq!(layers.list().expect("listed").len(), 4);
    let again = layers.get(&ids[2]).expect("read").expect("there");
    for layer in [a, b, c] {
        assert_eq!(layers.release(layer).expect("released"), []);
    }
    let freed = layers.release(again).expect("released");
    let told = |freed: &[layerglass::store::FreedLayer]| {
        freed.iter().map(|freed| (freed.chain_id.clone(), freed.own_size, freed.size)).collect::<Vec<_>>()
    };
    assert_eq!(told(&freed), [(ids[2].clone(), 3, 6)]);
    assert!(layers.get(&ids[2]).expect("read").is_none());
    let freed = layers.release(d).expect("released");
    assert_eq!(told(&freed), [(ids[3].clone(), 4, 7), (ids[1].clone(), 2, 3), (ids[0].clone(), 1, 1)]);
    assert_eq!(layers.list().expect("listed"), []);
    assert_eq!(left(folder.path()), [""; 0]);
}

#[test]
fn a_foreign_reference_is_not_retained() {
    let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (one, two) = (open(one.path()), open(two.path()));
    let bytes = tar(&[("a", b"1")]);
    let (mine, foreign) = (register(&one, &bytes, None), register(&two, &bytes, None));
    let error = one.release(foreign).expect_err("foreign");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Conflict, "layer-not-retained"));
    assert_eq!(export(&one, mine.chain_id()), bytes);
    // A store that is opened again has given out none of those.
    let again = open(one.root());
    assert!(matches!(again.release(mine), Err(LayerFolderError::NotRetained { .. })));
}

#[test]
fn what_is_there_already_is_not_kept_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let layers = open(folder.path());
    let bytes = tar(&[("a", b"1")]);
    let first = register(&layers, &bytes, None);
    let before = left(folder.path());
    let second = register(&layers, &bytes, None);
    assert_eq!(left(folder.path()), before);
    assert_eq!(first.chain_id(), second.chain_id());
    assert_eq!(layers.release(first).expect("released"), []);
    assert_eq!(layers.release(second).expect("released").len(), 1);
}

#[test]
fn bytes_other_than_expected_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let layers = open(folder.path());
    let bytes = tar(&[("a", b"1")]);
    let other = DiffId::new(format!("sha256:{}", "0".repeat(64)));
    let refused = |options: &RegisterOptions, bytes: &[u8], code: &str| {
        let error = layers.register(&mut &bytes[..], options).expect_err(code);
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(left(folder.path()), [""; 0], "{code}");
    };
    let plain = RegisterOptions::default();
    refused(&plain.clone().with_diff_id(other.clone()), &bytes, "layer-diff-id");
    refused(&plain.clone().with_blob(Digest::sha256(b"")), &bytes, "layer-blob-digest");
    refused(&RegisterOptions::on(Some(ChainId::new(other.as_str()))), &bytes, "layer-not-found");
    refused(&RegisterOptions::on(Some(ChainId::new("../../x"))), &bytes, "layer-not-found");
    refused(&plain, b"no tar at all", "not-a-tar");
    refused(&plain, &bytes[..512], "tar-truncated");
    refused(&plain, &[0x1f, 0x8b, 8, 0, 0, 0], "codec-truncated");
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("gone"))
        }
    }
    assert_eq!(layers.register(&mut Broken, &plain).expect_err("broken").code(), "layer-source");
    assert_eq!(left(folder.path()), [""; 0]);
}

#[test]
fn layers_are_not_stacked_without_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = Limits { layer_depth: 3, ..Limits::default() };
    let (layers, _) = LayerFolder::open(folder.path(), LayerDriver::Tar, &limits).expect("opens");
    assert_eq!(Limits::default().layer_depth, 125);
    let mut top = None;
    for name in ["a", "b", "c"] {
        top = Some(register(&layers, &tar(&[(name, b"1")]), top.as_ref()));
    }
    let options = RegisterOptions::on(top.map(|top| top.chain_id().clone()));
    let error = layers.register(&mut &tar(&[("d", b"1")])[..], &options).expect_err("too deep");
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.to_string().contains("layerDepth"), "{error}");
}

/// An empty folder in the place of a layer, which stops Docker for good, is no obstacle.
#[test]
fn an_empty_folder_is_no_obstacle() {
    let folder = tempfile::tempdir().expect("a folder");
    let layers = open(folder.path());
    let bytes = tar(&[("a", b"1")]);
    let place = folder.path().join("image/tar/layerdb/sha256").join(Digest::sha256(&bytes).hex());
    fs::create_dir(&place).expect("a folder");
    let layer = register(&layers, &bytes, None);
    assert_eq!(export(&layers, layer.chain_id()), bytes);
    layers.release(layer).expect("released");
    fs::create_dir(&place).expect("a folder");
    let (_, report) = open_as(folder.path(), LayerDriver::Tar);
    assert_eq!(report.swept.empty, [Digest::sha256(&bytes).hex()]);
    assert!(!place.exists());
}

#[test]
fn a_store_for_reading_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let layers = open(folder.path());
    let bytes = tar(&[("a", b"1")]);
    let layer = register(&layers, &bytes, None);
    let before = files(folder.path());
    let (reader, report) =
        LayerFolder::open_read_only(folder.path(), LayerDriver::Tar, &Limits::default()).expect("opens");
    assert_eq!((report.layers, report.problems), (1, vec![]));
    assert_eq!(export(&reader, layer.chain_id()), bytes);
    let held = reader.get(layer.chain_id()).expect("read").expect("there");
    assert_eq!(reader.release(held).expect("released"), []);
    let error = reader.register(&mut &bytes[..], &RegisterOptions::default()).expect_err("read only");
    assert_eq!(error, LayerFolderError::ReadOnly);
    assert_eq!(reader.sweep().expect_err("read only"), LayerFolderError::ReadOnly);
    assert_eq!(files(folder.path()), before);
    drop(reader);
    assert!(
        LayerFolder::open_read_only(folder.path().join("x"), LayerDriver::Tar, &Limits::default()).is_err()
    );
    layers.release(layer).expect("released");
}

/// Images hold their layers, also against a store that knows nothing of them.
#[test]
fn layers_of_images_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = Limits::default();
    let layers = open(folder.path());
    let bytes = tar(&[("a", b"1")]);
    let layer = register(&layers, &bytes, None);
    let other = register(&layers, &tar(&[("b", b"1")]), None);
    let config = format!(
        r#"{{"architecture":"amd64","os":"linux","rootfs":{{"type":"layers","diff_ids":["{}"]}}}}"#,
        layer.chain_id()
    );
    let id = {
        let root = DataRoot::open(folder.path(), LayerDriver::Tar, host_env(), &limits).expect("opens");
        let missing = config.replace(layer.chain_id().as_str(), &format!("sha256:{}", "0".repeat(64)));
        block_on(root.images.create(missing.as_bytes(), CreateOptions::default()))
            .expect_err("no such layer");
        block_on(root.images.create(config.as_bytes(), CreateOptions::default())).expect("created")
    };
    let chain_id = layer.chain_id().clone();
    assert_eq!(layers.release(layer).expect("released"), []);
    assert_eq!(layers.collect().expect("collected"), []);
    drop(other);
    assert_eq!(
        layers.collect().expect("collected"),
        [],
        "a reference that was dropped holds until the store is closed"
    );
    drop(layers);

    let root = DataRoot::open(folder.path(), LayerDriver::Tar, host_env(), &limits).expect("opens");
    assert_eq!((root.opened.images, root.opened.problems.len(), root.opened_layers.layers), (1, 0, 2));
    assert_eq!(root.layers.collect().expect("collected").len(), 1);
    assert_eq!(export(&root.layers, &chain_id), bytes);
    let report = block_on(root.images.delete(&id, DeletePolicy::default())).expect("deleted");
    assert_eq!(report.freed.len(), 1);
    assert_eq!((report.freed[0].chain_id.clone(), report.freed[0].own_size), (chain_id, 1));
    assert_eq!(left(folder.path()), [""; 0]);
}
