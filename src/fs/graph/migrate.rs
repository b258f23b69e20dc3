//! The layers of a graph on disk, on their way into a store of layers.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;

use super::READ_BYTES;
use super::pipe::pipe;
use crate::codec::{Compression, Decoder};
use crate::fs::layers::contents::Folder;
use crate::fs::{LayerFolder, LayerRef, PackOptions, RegisterOptions, Whiteouts, pack, pack_changes};
use crate::graph::{MigrationLayer, MigrationLayers};
use crate::image::DiffId;
use crate::layer::{Crc64, TarSplitPiece, TarSplitReader};
use crate::limits::Limits;

/// Where drivers keep the whole tree of a layer: before its id, and after it.
const TREES: [(&str, &str); 3] = [("vfs/dir", ""), ("overlay", "root"), ("btrfs/subvolumes", "")];

/// The layers below the root of a daemon up to version 1.9, registered in a store of layers.
///
/// A layer is found where a driver keeps its whole tree (`vfs/dir/<id>`, `overlay/<id>/root`, `btrfs/subvolumes/<id>`), or where
/// versions before there were drivers kept what it brings, `graph/<id>/layer`. Where Docker noted how its tar was made up, in
/// `tar-data.json.gz`, it is that tar again, byte by byte; otherwise it is packed anew, always in the same way. Nothing is
/// written below the root.
///
/// ```
/// use layerglass::fs::{FolderBackend, GraphFolder, GraphLayers, LayerDriver, LayerFolder, block_on, host_env};
/// use layerglass::graph::Migration;
/// use layerglass::store::{ImageStore, LayerStores, StoreOptions};
/// # let (old, new) = (tempfile::tempdir()?, tempfile::tempdir()?);
/// # let (old, new) = (old.path(), new.path());
///
/// let graph = GraphFolder::open_read_only(old)?; // such as /var/lib/docker
/// let (layers, _) = LayerFolder::open(new, LayerDriver::Tar, &Default::default())?;
/// let options = StoreOptions::new(host_env()).with_layers(LayerStores::any(layers.clone()));
/// let images = FolderBackend::open(new.join("image/tar"))?;
/// let (images, _) = block_on(ImageStore::open(images, options))?;
///
/// let from = GraphLayers::new(old, &layers, &Default::default());
/// let migration = Migration::new(&graph, &images);
/// let plan = block_on(migration.plan(&from))?; // nothing is changed by it
/// let report = block_on(migration.run(&from, |image| println!("{}", image.id)))?;
/// assert!(report.is_complete() && plan.images.len() == report.images.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct GraphLayers<'l> {
    root: PathBuf,
    layers: &'l LayerFolder,
    limits: Limits,
}

/// How the tar of a layer is had.
enum Tar {
    /// From what Docker noted of it, and a folder with the files.
    Noted { split: PathBuf, files: PathBuf },
    /// From the folder of the layer and of the one below it.
    Changes { folder: PathBuf, below: PathBuf },
    /// From a folder that holds what the layer brings.
    Whole { folder: PathBuf },
}

impl<'l> GraphLayers<'l> {
    /// From below a root into a store of layers.
    pub fn new(root: impl AsRef<Path>, layers: &'l LayerFolder, limits: &Limits) -> Self {
        Self { root: root.as_ref().to_owned(), layers, limits: *limits }
    }

    /// The folder in which a driver keeps the whole tree of a layer.
    fn tree(&self, id: &str) -> Option<PathBuf> {
        let trees = TREES.iter().map(|(above, below)| self.root.join(above).join(id).join(below));
        trees.into_iter().find(|folder| is_folder(folder))
    }

    fn tar(&self, layer: MigrationLayer<'_>) -> Result<Tar, String> {
        let own = self.root.join("graph").join(layer.id);
        let unpacked = own.join("layer");
        let tree = self.tree(layer.id);
        let Some(files) = tree.clone().or_else(|| is_folder(&unpacked).then_some(unpacked)) else {
            return Err("its contents are neither a driver's nor beside its document".to_owned());
        };
        let split = own.join("tar-data.json.gz");
        if fs::symlink_metadata(&split).is_ok_and(|found| found.is_file()) {
            return Ok(Tar::Noted { split, files });
        }
        match layer.parent.filter(|_| tree.is_some()) {
            None => Ok(Tar::Whole { folder: files }),
            Some(parent) => match self.tree(parent) {
                Some(below) => Ok(Tar::Changes { folder: files, below }),
                None => Err(format!("the contents of `{parent:.100}`, which it stands on, are not there")),
            },
        }
    }

    fn write(&self, tar: &Tar, to: &mut impl Write) -> Result<(), String> {
        // What very old versions unpacked holds marks as files of their names.
        let options =
            PackOptions { whiteouts: Whiteouts::Keep, limits: self.limits, ..PackOptions::default() };
        let packed = match tar {
            Tar::Noted { split, files } => {
                return self.put_together(split, files, to).map_err(|error| error.to_string());
            }
            Tar::Changes { folder, below } => pack_changes(folder, below, &options, to),
            Tar::Whole { folder } => pack(folder, &options, to),
        };
        packed.map(drop).map_err(|error| error.to_string())
    }

    /// The tar that Docker noted the parts of. Each file has to have the checksum that was noted.
    fn put_together(&self, split: &Path, files: &Path, to: &mut impl Write) -> io::Result<()> {
        let folder = Folder::open(files)?;
        let mut noted = File::open(split)?;
        let mut decoder = Decoder::new(Compression::Gzip, &self.limits);
        let mut lines = TarSplitReader::new(&self.limits);
        let mut take = |piece: TarSplitPiece| match piece {
            TarSplitPiece::Raw(bytes) => to.write_all(&bytes).map_err(Stop),
            TarSplitPiece::File { name, size, crc } => copy(&folder, &name, size, crc, to)
                .map_err(|error| Stop(io::Error::other(format!("file {}: {error}", name.escape_ascii())))),
        };
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let read = noted.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            let bytes = buffer.get(..read).unwrap_or_default();
            decoder.push(bytes, &mut |bytes| lines.push(bytes, &mut take)).map_err(|Stop(error)| error)?;
        }
        decoder.finish().map_err(io::Error::other)?;
        lines.finish().map_err(io::Error::other)
    }
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}

/// Why putting a tar together ends early.
struct Stop(io::Error);

impl<E: crate::error::Reason + Send + Sync + 'static> From<E> for Stop {
    fn from(error: E) -> Self {
        Self(io::Error::other(error))
    }
}

fn copy(folder: &Folder, name: &[u8], size: u64, crc: [u8; 8], to: &mut impl Write) -> io::Result<()> {
    let mut file = folder.file(name)?.take(size);
    let mut sum = Crc64::default();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        let bytes = buffer.get(..read).unwrap_or_default();
        sum.update(bytes);
        to.write_all(bytes)?;
    }
    match file.limit() {
        0 if sum.finish() == crc => Ok(()),
        0 => Err(io::Error::other("its contents are others than Docker noted")),
        left => Err(io::Error::other(format!("it ends {left} bytes too early"))),
    }
}

impl MigrationLayers for GraphLayers<'_> {
    type Held = LayerRef;

    async fn check(&self, layer: MigrationLayer<'_>) -> Result<(), String> {
        self.tar(layer).map(drop)
    }

    async fn register(&self, layer: MigrationLayer<'_>) -> Result<(DiffId, LayerRef), String> {
        let tar = self.tar(layer)?;
        let mut options = RegisterOptions::on(layer.below.cloned());
        // What is packed anew need not have the digest that Docker noted.
        if let (Tar::Noted { .. }, Some(noted)) = (&tar, layer.noted) {
            options = options.with_diff_id(noted.clone());
        }
        let registered = thread::scope(|scope| {
            let (mut writer, mut reader) = pipe();
            let (done, is_done) = std::sync::mpsc::channel();
            let tar = &tar;
            scope.spawn(move || {
                let written = self.write(tar, &mut writer);
                // First what came of it, then the end of the bytes.
                let _ = done.send(written);
                drop(writer);
            });
            let mut checked = Checked { reader: &mut reader, is_done };
            self.layers.register(&mut checked, &options).map_err(|error| error.to_string())
        })?;
        match self.layers.info(registered.chain_id()) {
            Ok(Some(info)) => Ok((info.diff_id, registered)),
            other => {
                let _ = self.layers.release(registered);
                Err(other.err().map_or_else(|| "it was freed at once".to_owned(), |error| error.to_string()))
            }
        }
    }

    async fn release(&self, held: LayerRef) {
        // Where it cannot be given back it is held until the store is closed.
        let _ = self.layers.release(held);
    }
}

/// A tar that is whole only when its writer says so.
struct Checked<'r, R> {
    reader: &'r mut R,
    is_done: std::sync::mpsc::Receiver<Result<(), String>>,
}

impl<R: Read> Read for Checked<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        if read == 0
            && let Ok(Err(error)) = self.is_done.try_recv()
        {
            return Err(io::Error::other(error));
        }
        Ok(read)
    }
}
