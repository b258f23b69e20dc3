//! What the tests of loading and saving share.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use layerglass::archive::{LoadOptions, LoadUnit};
use layerglass::fs::{
    DataRoot, ImageFile, LayerDriver, LoadError, LoadEvent, LoadReport, OpenOptions, host_env,
};
use layerglass::limits::Limits;
use layerglass::reference::Reference;

use crate::build::{Tar, digest};

/// The images: `tests/fixtures`, or the folder that `LAYERGLASS_IMAGES` names.
pub fn images() -> PathBuf {
    std::env::var_os("LAYERGLASS_IMAGES").map_or_else(fixtures, PathBuf::from)
}

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

pub fn open(root: &Path) -> DataRoot {
    open_as(root, LayerDriver::Tar)
}

/// Opens a data root, which has to be whole.
pub fn open_as(root: &Path, driver: LayerDriver) -> DataRoot {
    let root = DataRoot::open(root, driver, host_env(), &Limits::default()).expect("opens");
    assert_eq!(root.opened.problems, []);
    assert_eq!(root.opened_layers.problems, []);
    root
}

pub fn file(path: &Path) -> ImageFile {
    ImageFile::open(path, &OpenOptions::default()).expect("opens")
}

pub fn go_on(_: &LoadEvent<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

pub fn load(root: &DataRoot, path: &Path) -> Result<LoadReport, LoadError> {
    root.load(&file(path), &LoadOptions::default(), &go_on)
}

/// The same image by image.
pub fn load_each(root: &DataRoot, path: &Path) -> LoadReport {
    let mut options = LoadOptions::default();
    options.unit = LoadUnit::Image;
    root.load(&file(path), &options, &go_on).expect("reported")
}

/// Bytes as a file in a folder.
pub fn written(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("written");
    path
}

pub fn name(text: &str) -> Reference {
    Reference::parse_normalized(text).expect("a name")
}

/// A layer with one file.
pub fn layer(text: &str) -> Vec<u8> {
    Tar::default().file("file", text).end()
}

/// An image of a made archive.
pub struct Made<'m> {
    pub tags: &'m [&'m str],
    pub layers: &'m [&'m str],
    /// The number of the image that it is said to be made from.
    pub parent: Option<usize>,
}

pub fn config_of(layers: &[&str]) -> String {
    let diff_ids: Vec<String> = layers.iter().map(|text| format!("\"{}\"", digest(&layer(text)))).collect();
    let steps: Vec<String> = layers.iter().map(|text| format!(r#"{{"created_by":"{text}"}}"#)).collect();
    format!(
        r#"{{"architecture":"amd64","os":"linux","history":[{}],"rootfs":{{"type":"layers","diff_ids":[{}]}}}}"#,
        steps.join(","),
        diff_ids.join(",")
    )
}

/// A docker archive of several images, whose layers are in it once each.
pub fn archive(images: &[Made<'_>]) -> Vec<u8> {
    let mut tar = Tar::default();
    let mut there: Vec<&str> = Vec::new();
    let mut items = Vec::new();
    for image in images {
        let config = config_of(image.layers);
        let name = format!("{}.json", &digest(config.as_bytes())["sha256:".len()..]);
        tar = tar.file(&name, &config);
        for text in image.layers {
            if !there.contains(text) {
                there.push(text);
                tar = tar.file(&format!("{text}/layer.tar"), layer(text));
            }
        }
        let quoted =
            |texts: Vec<String>| texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(",");
        let layers = quoted(image.layers.iter().map(|text| format!("{text}/layer.tar")).collect());
        let tags = quoted(image.tags.iter().map(|&tag| tag.to_owned()).collect());
        let parent = image.parent.map_or_else(String::new, |parent| {
            format!(r#","Parent":"{}""#, digest(config_of(images[parent].layers).as_bytes()))
        });
        items.push(format!(r#"{{"Config":"{name}","RepoTags":[{tags}],"Layers":[{layers}]{parent}}}"#));
    }
    tar.file("manifest.json", format!("[{}]", items.join(","))).end()
}

/// Everything in a data root that says what is there: names of files below it, but locks and who holds what.
pub fn left(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![root.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.file_name().is_some_and(|name| name == "layerglass") {
                continue;
            }
            if path.is_dir() { pending.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
