//! Images of a few files, whose packages are read as a caller would read them.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use layerglass::inspect::packages::{
    Inventory, Package, PackageError, PackageFile, PackageReader, Packages, Selection,
};
use layerglass::layer::{ContentHash, FileTable, FileTree, LayerScan};
use layerglass::limits::Limits;

use super::build::{Header, Tar};

/// A layer: its tar, and the contents by row.
#[derive(Clone, Default)]
pub struct Layer {
    tar: Tar,
    contents: Vec<Vec<u8>>,
}

impl Layer {
    pub fn file(self, path: &str, contents: impl AsRef<[u8]>) -> Self {
        self.with_mode(path, 0o644, contents)
    }

    pub fn with_mode(mut self, path: &str, mode: u64, contents: impl AsRef<[u8]>) -> Self {
        let contents = contents.as_ref();
        let tar = if path.len() > 100 { self.tar.pax(&[("path", path.as_bytes())]) } else { self.tar };
        let mut header = Header::new(&path.as_bytes()[..path.len().min(100)], b'0', contents.len() as u64);
        header.octal(100..108, mode);
        self.tar = tar.member(&header, contents);
        self.contents.push(contents.to_vec());
        self
    }

    pub fn symlink(mut self, path: &str, target: &str) -> Self {
        self.tar = self.tar.symlink(path, target);
        self.contents.push(Vec::new());
        self
    }

    pub fn hardlink(mut self, path: &str, target: &str) -> Self {
        self.tar = self.tar.hardlink(path, target);
        self.contents.push(Vec::new());
        self
    }

    pub fn contents(&self, row: u32) -> &[u8] {
        &self.contents[row as usize]
    }

    pub fn tar(&self) -> Vec<u8> {
        self.tar.clone().end()
    }

    pub fn table(&self) -> Arc<FileTable> {
        let mut scan = LayerScan::new(ContentHash::Xxh3, &Limits::default());
        scan.push(&self.tar());
        let layer = scan.finish();
        assert_eq!(layer.report.error, None);
        assert_eq!(layer.table.len(), self.contents.len());
        Arc::new(layer.table)
    }
}

/// The files of a layer.
pub fn table_within(tar: &[u8], limits: &Limits) -> Arc<FileTable> {
    let mut scan = LayerScan::new(ContentHash::Xxh3, limits);
    scan.push(tar);
    let layer = scan.finish();
    assert_eq!(layer.report.error, None);
    Arc::new(layer.table)
}

/// What tars make when they are laid one over the other, bottom first.
pub fn tree_of_tars(tars: &[Vec<u8>]) -> FileTree {
    let tables: Vec<_> = tars.iter().map(|tar| table_within(tar, &Limits::default())).collect();
    FileTree::merge(&tables, &Limits::default()).unwrap()
}

/// The same of layers.
pub fn tree_of(layers: &[Layer]) -> FileTree {
    tree_of_tars(&layers.iter().map(Layer::tar).collect::<Vec<_>>())
}

/// The packages of some layers, bottom first.
pub fn packages(layers: &[Layer]) -> Packages {
    packages_within(layers, &Limits::default())
}

pub fn packages_within(layers: &[Layer], limits: &Limits) -> Packages {
    let tables: Vec<_> = layers.iter().map(Layer::table).collect();
    let tree = FileTree::merge(&tables, limits).unwrap();
    let selection = Selection::new(&tree, limits);
    let mut inventory = Inventory::new(&tree, limits);
    for file in selection.files() {
        let contents = &layers[usize::from(file.layer)].contents[file.row as usize];
        assert_eq!(contents.len() as u64, file.size, "{:?}", String::from_utf8_lossy(&file.path));
        inventory.add(file, read(file, contents, limits).0);
    }
    inventory.finish(selection)
}

/// Reads one file range by range, and tells how many bytes were wanted.
pub fn read(
    file: &PackageFile,
    contents: &[u8],
    limits: &Limits,
) -> (Result<layerglass::inspect::packages::FilePackages, PackageError>, u64) {
    let mut reader = PackageReader::new(file, limits);
    let mut wanted = 0;
    let mut want = reader.next(None);
    while let Some(range) = want {
        assert!(range.length > 0, "a range without bytes is never wanted");
        wanted += range.length;
        let start = usize::try_from(range.offset).unwrap();
        let bytes = contents.get(start..start + usize::try_from(range.length).unwrap());
        want = reader.next(Some(bytes.expect("no range reaches beyond the file")));
    }
    (reader.finish(), wanted)
}

/// Name, version and architecture of each package.
pub fn names(packages: &Packages) -> Vec<String> {
    packages.packages.iter().map(|package| format!("{} {}", package.name, package.version)).collect()
}

pub fn find<'p>(packages: &'p Packages, name: &str) -> &'p Package {
    let mut named = packages.packages.iter().filter(|package| package.name == name);
    let package = named.next().unwrap_or_else(|| panic!("{name} in {:?}", names(packages)));
    assert!(named.next().is_none(), "{name} is there once");
    package
}

/// The code of each finding, with its path.
pub fn findings(packages: &Packages) -> BTreeMap<String, String> {
    let findings = packages.findings.iter();
    findings.map(|finding| (finding.path.clone().unwrap_or_default(), finding.code.to_string())).collect()
}

/// A fixture, unpacked.
pub fn fixture(name: &str) -> Vec<u8> {
    let stored = std::fs::read(format!("tests/fixtures/inspect/{name}")).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(stored.as_slice()).read_to_end(&mut bytes).unwrap();
    bytes
}

/// A zip archive whose members are stored.
pub fn zip(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, contents) in members {
        let mut crc = flate2::Crc::new();
        crc.update(contents);
        let size = (contents.len() as u32).to_le_bytes();
        let length = (name.len() as u16).to_le_bytes();
        // Version, flags, method, time, date; checksum and sizes; lengths of the name and the extra field.
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        for part in [crc.sum().to_le_bytes(), size, size] {
            common.extend(part);
        }
        common.extend(length);
        common.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend((archive.len() as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        archive.extend(b"PK\x03\x04");
        archive.extend(&common);
        archive.extend(name.as_bytes());
        archive.extend(contents);
    }
    let start = archive.len() as u32;
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\x00\x00\x00\x00");
    archive.extend((members.len() as u16).to_le_bytes());
    archive.extend((members.len() as u16).to_le_bytes());
    archive.extend((directory.len() as u32).to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend([0, 0]);
    archive
}
