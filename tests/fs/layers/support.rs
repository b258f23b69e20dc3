//! What the tests of the layer store share.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use layerglass::archive::LayerSource;
use layerglass::codec::{CodecError, Compression, Decoder};
use layerglass::digest::Digest;
use layerglass::fs::{LayerDriver, LayerFolder, LayersReport};
use layerglass::image::DiffId;
use layerglass::limits::Limits;

/// The images: those of the environment, else the fixtures, which are some of them.
pub fn images() -> PathBuf {
    std::env::var_os("LAYERGLASS_IMAGES").map_or_else(fixtures, PathBuf::from)
}

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Opens the layers of a data root, which has to be whole.
pub fn open(root: &Path) -> LayerFolder {
    let (layers, report) = LayerFolder::open(root, LayerDriver::Tar, &Limits::default()).expect("opens");
    assert_eq!(report.problems, []);
    layers
}

/// The same with what opening reported.
pub fn open_as(root: &Path, driver: LayerDriver) -> (LayerFolder, LayersReport) {
    LayerFolder::open(root, driver, &Limits::default()).expect("opens")
}

pub fn export(layers: &LayerFolder, chain_id: &layerglass::image::ChainId) -> Vec<u8> {
    let mut tar = Vec::new();
    let length = layers.export(chain_id, &mut tar).expect("exported");
    assert_eq!(length, tar.len() as u64);
    tar
}

/// The bytes of a layer of an image file or folder.
pub fn stored(path: &Path, source: LayerSource) -> Vec<u8> {
    let path = if path.is_dir() { files(path)[source.file as usize].clone() } else { path.to_owned() };
    let mut file = File::open(path).expect("a file");
    file.seek(SeekFrom::Start(source.offset)).expect("sought");
    let mut bytes = Vec::new();
    file.take(source.length).read_to_end(&mut bytes).expect("read");
    bytes
}

/// Every file below a folder, sorted by its path from there.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { pending.push(path) } else { found.push(path) }
        }
    }
    found.sort_by_key(|path| path.strip_prefix(folder).expect("below it").to_owned().into_os_string());
    found
}

pub fn unpacked(stored: &[u8]) -> Result<Vec<u8>, CodecError> {
    let compression = Compression::detect(stored).unwrap_or(Compression::None);
    let mut decoder = Decoder::new(compression, &Limits::default());
    let mut tar = Vec::new();
    decoder.push(stored, &mut |bytes| {
        tar.extend_from_slice(bytes);
        Ok::<(), CodecError>(())
    })?;
    decoder.finish()?;
    Ok(tar)
}

pub fn diff_id(tar: &[u8]) -> DiffId {
    Digest::sha256(tar).into()
}

/// A tar with files by name and contents, in this order.
pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, contents) in files {
        tar.extend(member(name, b'0', "", contents));
    }
    tar.extend([0; 1024]);
    tar
}

/// One member of a tar.
pub fn member(name: &str, type_flag: u8, link: &str, contents: &[u8]) -> Vec<u8> {
    let mut block = [0; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[100..108].copy_from_slice(b"0000644\0");
    block[108..116].copy_from_slice(b"0000000\0");
    block[116..124].copy_from_slice(b"0000000\0");
    block[124..136].copy_from_slice(format!("{:011o}\0", contents.len()).as_bytes());
    block[136..148].copy_from_slice(b"00000000000\0");
    block[148..156].fill(b' ');
    block[156] = type_flag;
    block[157..157 + link.len()].copy_from_slice(link.as_bytes());
    block[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut member = block.to_vec();
    member.extend(contents);
    member.resize(member.len().next_multiple_of(512), 0);
    member
}

/// Unpacks an archive with the program `tar`.
pub fn unpack_archive(archive: &Path, folder: &Path) {
    let tar = unpacked(&fs::read(archive).expect("an archive")).expect("unpacked");
    let file = folder.join(".archive.tar");
    fs::write(&file, tar).expect("written");
    let run = std::process::Command::new("tar").arg("-C").arg(folder).arg("-xf").arg(&file).status();
    assert!(run.expect("the program tar").success());
    fs::remove_file(file).expect("removed");
}
