//! What layers change of those below them, as a layer of its own.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use super::contents::{self, Folder};
use super::error::LayerFolderError;
use super::report::LayerInfo;
use super::{LayerDriver, LayerFolder};
use crate::image::ChainId;
use crate::layer::{
    ContentHash, Difference, FileTable, FileTree, LayerScan, Node, NodeKind, differences, split_path,
};
use crate::limits::Limits;
use crate::tar::{Entry, EntryKind, Event, Reader, TarWriteError, WriteFormat, Writer};

/// Bytes that are copied at once.
const COPY_BYTES: usize = 256 << 10;
/// The attribute that says how an entry differs, where there are headers only.
const CHANGE_TYPE: &[u8] = b"change_type";

/// Which paths are written, and under which names.
type Rename<'f> = dyn Fn(&[u8]) -> Option<Vec<u8>> + 'f;

/// How differences are written.
#[derive(Clone, Copy, Default)]
pub struct DiffOptions<'f> {
    /// No contents: files have the size 0, and each entry has an extended attribute `change_type` that says `A` (added),
    /// `C` (changed) or `D` (deleted).
    pub headers_only: bool,
    /// Gives the name under which a path is written; nothing for one that is left out. All are written as they are when it
    /// is absent.
    pub rename: Option<&'f Rename<'f>>,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DiffReport {
    /// Paths that are only in the upper layer.
    pub added: u64,
    /// Paths that differ.
    pub changed: u64,
    /// Paths that are gone, for which a deletion mark was written.
    pub deleted: u64,
    /// Bytes of files that were written.
    pub content_size: u64,
}

/// A layer that was read: where the contents of its files are.
struct Source {
    chain_id: ChainId,
    contents: Contents,
    /// Where the members begin in the tar.
    offsets: Vec<u64>,
}

enum Contents {
    Tar(File),
    Folder(Folder),
}

impl LayerFolder {
    /// Writes what a layer and those below it change of an ancestor (of nothing, without one) as the tar of one layer:
    /// sorted by the components of paths, with deletion marks (`.wh.name`). Laid over the ancestor it gives what the layer
    /// gives. All layers are read and verified for it, but nobody says which bytes the result should have.
    ///
    /// # Errors
    /// There is no such layer, the ancestor is none of it, the contents are not those that were registered, the tar cannot
    /// hold what an entry says, or the other side failed.
    pub fn diff(
        &self,
        chain_id: &ChainId,
        ancestor: Option<&ChainId>,
        options: &DiffOptions<'_>,
        to: &mut dyn Write,
    ) -> Result<DiffReport, LayerFolderError> {
        let chain = self.chain(chain_id)?;
        let below = match ancestor {
            None => 0,
            Some(ancestor) => {
                let place = chain.iter().position(|layer| layer.chain_id == *ancestor);
                let (chain_id, ancestor) = (chain_id.clone(), ancestor.clone());
                place.ok_or(LayerFolderError::NotAncestor { chain_id, ancestor })? + 1
            }
        };
        let mut tables = Vec::new();
        let mut sources = Vec::new();
        for layer in &chain {
            let (table, source) = self.read_layer(layer)?;
            tables.push(Arc::new(table));
            sources.push(source);
        }
        let lower = tables.get(..below).unwrap_or_default();
        let before = FileTree::merge(lower, self.limits())?;
        let after = FileTree::merge(&tables, self.limits())?;
        let mut output = Output {
            to,
            writer: Writer::new(WriteFormat::Pax),
            sources,
            written: HashMap::new(),
            report: DiffReport::default(),
            limits: *self.limits(),
        };
        for (path, difference) in differences(&before, &after) {
            let name = options.rename.map_or_else(|| Some(path.clone()), |rename| rename(&path));
            if let Some(name) = name {
                output.difference(name, &difference, options.headers_only)?;
            }
        }
        output.finish()
    }

    /// A layer with those below it, bottom first.
    fn chain(&self, chain_id: &ChainId) -> Result<Vec<LayerInfo>, LayerFolderError> {
        let mut chain = Vec::new();
        let mut next = Some(chain_id.clone());
        while let Some(chain_id) = next.take() {
            let info = self.info(&chain_id)?.ok_or(LayerFolderError::NotFound { chain_id })?;
            next = info.parent.clone();
            chain.push(info);
        }
        chain.reverse();
        Ok(chain)
    }

    fn read_layer(&self, layer: &LayerInfo) -> Result<(FileTable, Source), LayerFolderError> {
        let mut scanning = Scanning {
            scan: LayerScan::new(ContentHash::Xxh3, self.limits()),
            reader: Reader::new(self.limits()),
            offsets: Vec::new(),
        };
        self.export(&layer.chain_id, &mut scanning)?;
        let chain_id = layer.chain_id.clone();
        let place = contents::place(&self.paths().contents, self.driver(), &layer.cache_id);
        let opened = match self.driver() {
            LayerDriver::Tar => File::open(&place).map(Contents::Tar),
            LayerDriver::Overlay2 | LayerDriver::Vfs => Folder::open(&place).map(Contents::Folder),
        };
        let contents = opened.map_err(|error| LayerFolderError::io("open", &place, &error))?;
        let Scanning { scan, offsets, .. } = scanning;
        Ok((scan.finish().table, Source { chain_id, contents, offsets }))
    }
}

/// Takes a layer's tar as it is exported.
struct Scanning {
    scan: LayerScan,
    reader: Reader,
    offsets: Vec<u64>,
}

impl Write for Scanning {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.scan.push(bytes);
        let mut input = bytes;
        while let Some(event) = self.reader.next(&mut input).map_err(io::Error::other)? {
            if let Event::Entry(entry) = event {
                self.offsets.push(entry.header_offset);
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The tar that is written.
struct Output<'w> {
    to: &'w mut dyn Write,
    writer: Writer,
    sources: Vec<Source>,
    /// Names under which files with several names were written, by layer and row.
    written: HashMap<(u16, u32), Vec<u8>>,
    report: DiffReport,
    limits: Limits,
}

impl Output<'_> {
    fn difference(
        &mut self,
        name: Vec<u8>,
        difference: &Difference<'_>,
        headers_only: bool,
    ) -> Result<(), LayerFolderError> {
        let node = match difference {
            Difference::Deleted => {
                self.report.deleted += 1;
                let (folder, last) = split_path(&name);
                let slash: &[u8] = if folder.is_empty() { b"" } else { b"/" };
                let mut entry = Entry::new([folder, slash, b".wh.", last].concat(), EntryKind::File);
                entry.mode = 0;
                mark(&mut entry, difference, headers_only);
                return self.header(&entry).and_then(|()| self.end());
            }
            Difference::Added(node) => {
                self.report.added += 1;
                node
            }
            Difference::Changed(node) => {
                self.report.changed += 1;
                node
            }
        };
        let mut entry = entry_of(&name, *node);
        let place = node.row().map(|row| (node.layer(), row.index()));
        let (mut contents, size) = (None, entry.size);
        if entry.kind == EntryKind::File {
            match place.filter(|_| node.links() > 1).and_then(|place| self.written.get(&place)) {
                Some(first) => {
                    (entry.kind, entry.link, entry.size) = (EntryKind::HardLink, first.clone(), 0);
                }
                None => {
                    self.written.extend(place.filter(|_| node.links() > 1).map(|place| (place, name)));
                    contents = place;
                }
            }
        }
        if headers_only {
            (entry.size, contents) = (0, None);
        }
        mark(&mut entry, difference, headers_only);
        self.header(&entry)?;
        if let (Some((layer, row)), Some(found)) = (contents, node.row()) {
            self.contents(layer, row, found.path(), size)?;
        }
        self.end()
    }

    fn header(&mut self, entry: &Entry) -> Result<(), LayerFolderError> {
        let header = self.writer.entry(entry).map_err(|error| unwritable(&entry.path, &error))?;
        self.to.write_all(header).map_err(|error| unwritten(&error))
    }

    fn end(&mut self) -> Result<(), LayerFolderError> {
        let padding = self.writer.padding().map_err(|error| unwritable(b"", &error))?;
        self.to.write_all(padding).map_err(|error| unwritten(&error))
    }

    /// Copies the contents of a file that a layer has in a row, under a path.
    fn contents(&mut self, layer: u16, row: u32, path: &[u8], size: u64) -> Result<(), LayerFolderError> {
        let Some(source) = self.sources.get_mut(usize::from(layer)) else { return Ok(()) };
        let offset = source.offsets.get(row as usize).copied().unwrap_or_default();
        let failed = |reason: String| LayerFolderError::Contents {
            chain_id: source.chain_id.clone(),
            file: Some(path.to_vec()),
            reason: format!("file {}: {reason}", path.escape_ascii()),
        };
        let mut left = size;
        let (to, writer, report) = (&mut *self.to, &mut self.writer, &mut self.report);
        let mut put = |bytes: &[u8]| {
            let bytes = bytes.get(..bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX)));
            let bytes = bytes.unwrap_or_default();
            left -= bytes.len() as u64;
            report.content_size += bytes.len() as u64;
            to.write_all(bytes).map_err(|error| unwritten(&error))?;
            writer.contents(bytes.len() as u64).map_err(|error| unwritable(path, &error))
        };
        match &mut source.contents {
            Contents::Tar(file) => {
                file.seek(SeekFrom::Start(offset)).map_err(|error| failed(error.to_string()))?;
                member(file, &self.limits, failed, &mut put)?;
            }
            Contents::Folder(folder) => {
                let file = folder.file(path).map_err(|error| failed(error.to_string()))?;
                let mut file = file.take(size);
                let mut buffer = vec![0; COPY_BYTES];
                loop {
                    match file.read(&mut buffer) {
                        Ok(0) => break,
                        Ok(read) => put(buffer.get(..read).unwrap_or_default())?,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(failed(error.to_string())),
                    }
                }
            }
        }
        if left > 0 { Err(failed(format!("it ends {left} bytes too early"))) } else { Ok(()) }
    }

    fn finish(mut self) -> Result<DiffReport, LayerFolderError> {
        let end = self.writer.finish().map_err(|error| unwritable(b"", &error))?;
        self.to.write_all(end).map_err(|error| unwritten(&error))?;
        Ok(self.report)
    }
}

/// Reads the contents of the member that begins here.
fn member(
    file: &mut File,
    limits: &Limits,
    failed: impl Fn(String) -> LayerFolderError,
    put: &mut dyn FnMut(&[u8]) -> Result<(), LayerFolderError>,
) -> Result<(), LayerFolderError> {
    let zeros = vec![0; COPY_BYTES];
    let mut buffer = vec![0; COPY_BYTES];
    let mut reader = Reader::new(limits);
    loop {
        let read = match file.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error.to_string())),
        };
        let mut input = buffer.get(..read).unwrap_or_default();
        while let Some(event) = reader.next(&mut input)? {
            match event {
                Event::Data(bytes) => put(bytes)?,
                Event::Hole(mut length) => {
                    while length > 0 {
                        let piece = usize::try_from(length).unwrap_or(usize::MAX).min(zeros.len());
                        put(zeros.get(..piece).unwrap_or_default())?;
                        length -= piece as u64;
                    }
                }
                Event::EntryEnd => return Ok(()),
                Event::Entry(_) => {}
            }
        }
    }
}

fn entry_of(name: &[u8], node: Node<'_>) -> Entry {
    let kind = match node.kind() {
        NodeKind::File => EntryKind::File,
        NodeKind::Directory => EntryKind::Directory,
        NodeKind::Symlink => EntryKind::Symlink,
        NodeKind::Char => EntryKind::CharDevice,
        NodeKind::Block => EntryKind::BlockDevice,
        NodeKind::Fifo => EntryKind::Fifo,
    };
    let slash: &[u8] = if kind == EntryKind::Directory { b"/" } else { b"" };
    let mut entry = Entry::new([name, slash].concat(), kind);
    // A directory that no layer lists has what it gets by itself.
    let Some(row) = node.row() else { return entry };
    (entry.mode, entry.uid, entry.gid) = (row.mode(), row.uid().into(), row.gid().into());
    (entry.owner, entry.group) = (row.owner().to_vec(), row.group().to_vec());
    (entry.mtime, entry.device) = (row.mtime(), row.device().unwrap_or_default());
    entry.xattrs = row.xattrs().map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
    match kind {
        EntryKind::File => entry.size = row.size(),
        EntryKind::Symlink => entry.link = row.link().unwrap_or_default().to_vec(),
        _ => {}
    }
    entry
}

fn mark(entry: &mut Entry, difference: &Difference<'_>, headers_only: bool) {
    if headers_only {
        entry.xattrs.push((CHANGE_TYPE.to_vec(), vec![difference.letter() as u8]));
    }
}

fn unwritable(path: &[u8], error: &TarWriteError) -> LayerFolderError {
    LayerFolderError::Unwritable { path: path.to_vec(), reason: error.to_string() }
}

fn unwritten(error: &io::Error) -> LayerFolderError {
    LayerFolderError::io("write", Path::new("the differences"), error)
}
