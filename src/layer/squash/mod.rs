//! Several layers in one: what they leave of each other, as one tar.

mod error;
mod options;
mod plan;

use std::ops::Range;
use std::sync::Arc;

pub use error::SquashError;
pub use options::{SquashOptions, SquashReport};

use super::path::clean_path;
use super::table::{FileTable, Row, RowKind};
use super::tree::FileTree;
use crate::finding::{Finding, Findings, Severity};
use crate::limits::Limits;
use crate::tar::{Entry, EntryKind, Event, Reader, TarWriteError, Writer};
use plan::{Plan, Step};

/// Where the tar goes, piece by piece.
type Take<'t, E> = &'t mut dyn FnMut(&[u8]) -> Result<(), E>;

/// Makes one layer of several, or a tar of a whole image.
///
/// What it writes does to the layers below the range what the range did: what is new is written, with all that its entry says
/// of it, and what is gone is marked. Of an image from the lowest layer on there is nothing to mark: it is the root file system
/// as a plain tar. A hard link whose target is not there any more becomes the file. A directory that no layer lists is
/// written as belonging to 0:0 with the mode 0755 and the time 0. Links in the folder part of a name are resolved.
///
/// It is made from the tables that scans of the layers left, and is then fed their tars, uncompressed and in order; it keeps
/// nothing of them. The same layers and options give the same bytes.
///
/// ```
/// use std::sync::Arc;
/// use layerglass::layer::{ContentHash, LayerScan, Squash, SquashError, SquashOptions};
/// # use layerglass::tar::{Entry, EntryKind, Writer};
/// # let layer = |path: &str, contents: &str| {
/// #     let mut writer = Writer::new(Default::default());
/// #     let mut entry = Entry::new(path, EntryKind::File);
/// #     entry.size = contents.len() as u64;
/// #     let mut tar = writer.entry(&entry).unwrap().to_vec();
/// #     writer.contents(entry.size).unwrap();
/// #     tar.extend(contents.as_bytes());
/// #     tar.extend(writer.padding().unwrap());
/// #     tar.extend(writer.finish().unwrap());
/// #     tar
/// # };
/// let layers = [layer("etc/motd", "old"), layer("etc/motd", "new"), layer("etc/.wh.motd", "")];
/// let limits = Default::default();
/// let scan = |layer: &Vec<u8>| {
///     let mut scan = LayerScan::new(ContentHash::Xxh3, &limits);
///     scan.push(layer);
///     Arc::new(scan.finish().table)
/// };
/// let tables: Vec<_> = layers.iter().map(scan).collect();
/// let mut squash = Squash::new(&tables, 0..2, &SquashOptions::default(), &limits)?;
/// let mut tar = Vec::new();
/// while let Some(layer) = squash.next_layer()? {
///     squash.push(&layers[layer], &mut |bytes| {
///         tar.extend_from_slice(bytes);
///         Ok::<(), SquashError>(())
///     })?;
/// }
/// let report = squash.finish(&mut |bytes| {
///     tar.extend_from_slice(bytes);
///     Ok::<(), SquashError>(())
/// })?;
/// assert_eq!((report.entries_before, report.entries), (2, 2)); // `etc`, and the second `etc/motd`
/// # Ok::<(), SquashError>(())
/// ```
pub struct Squash {
    plan: Plan,
    options: SquashOptions,
    limits: Limits,
    writer: Writer,
    /// Layers still to be fed, the next one last.
    queue: Vec<usize>,
    feed: Option<Feed>,
    /// Deletion marks and links into layers below have been written.
    opened: bool,
    findings: Findings,
}

/// The layer that is fed.
struct Feed {
    layer: usize,
    reader: Reader,
    /// What is written of it, and how many of that has been.
    steps: Vec<Step>,
    done: usize,
    /// Entries that went by.
    entry: u32,
    /// The file whose contents are being written, with its other names.
    file: Option<(Entry, Vec<u32>)>,
}

impl Squash {
    /// Decides what to write of the layers in `range`. `layers` holds the tables of all layers up to its end at least, the
    /// lowest first.
    ///
    /// # Errors
    /// The range does not lie within the layers, a folder is not there, a limit is passed, or no deletion mark can say what
    /// is gone.
    pub fn new(
        layers: &[Arc<FileTable>],
        range: Range<usize>,
        options: &SquashOptions,
        limits: &Limits,
    ) -> Result<Self, SquashError> {
        let mut plan = Plan::new(layers, &range, options, limits)?;
        let mut findings = Findings::new(limits.findings);
        let (found, _) = std::mem::take(&mut plan.tree.findings).into_parts();
        found.into_iter().for_each(|finding| findings.push(|| finding));
        let queue = plan.steps.keys().rev().copied().collect();
        let writer = Writer::new(options.format);
        Ok(Self {
            plan,
            options: options.clone(),
            limits: *limits,
            writer,
            queue,
            feed: None,
            opened: false,
            findings,
        })
    }

    /// Could the layer just as well stay as it is? True only of a range of one layer, of which the patterns drop nothing
    /// and whose times and owners are what they would become.
    pub fn changes_nothing(&self) -> bool {
        let mut layers = self.plan.steps.keys();
        let (Some(&layer), None) = (layers.next(), layers.next()) else { return false };
        let Some(table) = self.plan.tree.tables.get(layer) else { return false };
        let drop = &self.options.drop;
        let keeps = |row: Row<'_>| {
            let was = entry_of(row, Vec::new(), kind_of(row.kind()));
            let mut entry = was.clone();
            self.normalise(&mut entry);
            let link = row.link().filter(|_| row.kind() == RowKind::HardLink).unwrap_or_default();
            let link = clean_path(link).unwrap_or_default();
            entry == was && !drop.fits_above(row.path()) && !drop.fits_above(&link)
        };
        // A name may lead through a link to what is dropped from a layer below.
        let follows = self.plan.tree.follows.get(layer) == Some(&true);
        self.plan.report.dropped == 0
            && (drop.is_empty() || !follows)
            && self.plan.report.brought_up == 0
            && self.options.folder.is_none()
            && table.rows().all(keeps)
    }

    /// The layer whose tar is to be fed next, by its place among all layers; none when all have been. Layers below the range
    /// are among them when they hold the contents of what is linked to in the range and is gone by its end.
    ///
    /// # Errors
    /// The layer before has ended early, or is not the one that was scanned.
    pub fn next_layer(&mut self) -> Result<Option<usize>, SquashError> {
        if let Some(mut feed) = self.feed.take() {
            let layer = feed.layer;
            feed.reader.finish().map_err(|source| SquashError::Tar { layer, source })?;
            if feed.done < feed.steps.len() || feed.file.is_some() {
                return Err(SquashError::Differs { layer, entry: feed.entry });
            }
        }
        let Some(layer) = self.queue.pop() else { return Ok(None) };
        let steps = self.plan.steps.remove(&layer).unwrap_or_default();
        let reader = Reader::new(&self.limits);
        self.feed = Some(Feed { layer, reader, steps, done: 0, entry: 0, file: None });
        Ok(Some(layer))
    }

    /// Takes more of the layer's tar, and hands on what comes out.
    ///
    /// # Errors
    /// The tar is damaged or not the one that was scanned, or what `take` says.
    pub fn push<E: From<SquashError>>(&mut self, mut bytes: &[u8], take: Take<'_, E>) -> Result<(), E> {
        self.open(take)?;
        let Some(mut feed) = self.feed.take() else { return Ok(()) };
        let layer = feed.layer;
        while let Some(event) =
            feed.reader.next(&mut bytes).map_err(|source| SquashError::Tar { layer, source })?
        {
            match event {
                Event::Entry(entry) => {
                    let row = feed.entry;
                    feed.entry = feed.entry.saturating_add(1);
                    let Some(step) = feed.steps.get_mut(feed.done).filter(|step| step.row == row) else {
                        continue;
                    };
                    feed.done += 1;
                    let step = std::mem::take(step);
                    feed.file = self.step(layer, step, entry, take)?;
                }
                Event::Data(data) if feed.file.is_some() => {
                    self.writer.contents(data.len() as u64).map_err(SquashError::from)?;
                    take(data)?;
                }
                Event::EntryEnd => {
                    if let Some((entry, links)) = feed.file.take() {
                        take(self.writer.padding().map_err(SquashError::from)?)?;
                        self.links(&entry, &links, take)?;
                    }
                }
                Event::Data(_) | Event::Hole(_) => {}
            }
        }
        self.feed = Some(feed);
        Ok(())
    }

    /// Ends the tar.
    ///
    /// # Errors
    /// Not all layers have been fed to their ends, or what `take` says.
    pub fn finish<E: From<SquashError>>(mut self, take: Take<'_, E>) -> Result<SquashReport, E> {
        if let Some(layer) = self.next_layer()? {
            return Err(SquashError::Differs { layer, entry: 0 }.into());
        }
        self.open(take)?;
        take(self.writer.finish().map_err(SquashError::from)?)?;
        let (findings, more_findings) = self.findings.into_parts();
        Ok(SquashReport { findings, more_findings, ..self.plan.report })
    }

    /// What stands before all contents: deletion marks, directories that no layer lists, and links into layers below.
    fn open<E: From<SquashError>>(&mut self, take: Take<'_, E>) -> Result<(), E> {
        if std::mem::replace(&mut self.opened, true) {
            return Ok(());
        }
        for (folder, name) in std::mem::take(&mut self.plan.marks) {
            self.directories(folder, take)?;
            let mut mark = Entry::new(self.plan.mark_path(folder, name), EntryKind::File);
            mark.mode = 0;
            if self.write(mark, take)?.is_some() {
                self.plan.report.whiteouts += 1;
                take(self.writer.padding().map_err(SquashError::from)?)?;
            }
        }
        for directory in std::mem::take(&mut self.plan.implied) {
            self.directories(directory, take)?;
        }
        for (node, stays) in std::mem::take(&mut self.plan.links_below) {
            let Some(row) = self.plan.row(self.plan.tree.data(node).current) else { continue };
            let target = entry_of(row, self.plan.path(stays), kind_of(row.kind()));
            self.links(&target, &[node], take)?;
        }
        Ok(())
    }

    /// Writes what becomes of an entry. Of a file the contents are to follow.
    fn step<E: From<SquashError>>(
        &mut self,
        layer: usize,
        step: Step,
        found: &Entry,
        take: Take<'_, E>,
    ) -> Result<Option<(Entry, Vec<u32>)>, E> {
        let differs = SquashError::Differs { layer, entry: step.row };
        let table = self.plan.tree.tables.get(layer);
        let row = table.and_then(|table| table.row(step.row)).ok_or_else(|| differs.clone())?;
        let same_path = clean_path(&found.path).is_ok_and(|path| *path == *row.path());
        if !same_path || RowKind::from(found.kind) != row.kind() || found.size != row.size() {
            return Err(differs.into());
        }
        if row.kind() == RowKind::Directory {
            self.directories(step.node, take)?;
            return Ok(None);
        }
        self.above(step.node, take)?;
        let entry = Entry { path: self.plan.path(step.node), ..found.clone() };
        let is_file = entry.kind == EntryKind::File;
        let Some(entry) = self.write(entry, take)? else { return Ok(None) };
        if is_file {
            self.plan.report.content = self.plan.report.content.saturating_add(entry.size);
            return Ok(Some((entry, step.links)));
        }
        self.links(&entry, &step.links, take)?;
        Ok(None)
    }

    /// Writes further names of an entry.
    fn links<E: From<SquashError>>(
        &mut self,
        target: &Entry,
        names: &[u32],
        take: Take<'_, E>,
    ) -> Result<(), E> {
        for &name in names {
            self.above(name, take)?;
            let path = self.plan.path(name);
            let link = Entry {
                path,
                kind: EntryKind::HardLink,
                link: target.path.clone(),
                size: 0,
                sparse: None,
                xattrs: Vec::new(),
                ..target.clone()
            };
            self.write(link, take)?;
        }
        Ok(())
    }

    /// Writes the directories around a node that are to be written and have not been.
    fn above<E: From<SquashError>>(&mut self, node: u32, take: Take<'_, E>) -> Result<(), E> {
        if node == FileTree::ROOT {
            return Ok(());
        }
        self.directories(self.plan.tree.data(node).parent, take)
    }

    /// The same with the node itself.
    fn directories<E: From<SquashError>>(&mut self, node: u32, take: Take<'_, E>) -> Result<(), E> {
        let mut waiting = Vec::new();
        let mut at = node;
        loop {
            // What is above one that has been written has been written as well.
            if let Some(pending) = self.plan.pending.get_mut(at as usize)
                && std::mem::take(pending)
            {
                waiting.push(at);
            }
            if at == FileTree::ROOT {
                break;
            }
            at = self.plan.tree.data(at).parent;
        }
        for node in waiting.into_iter().rev() {
            let mut path = self.plan.path(node);
            path.extend(if path.is_empty() { &b"./"[..] } else { b"/" });
            let row = self.plan.row(self.plan.tree.data(node).current);
            let entry = match row {
                Some(row) => entry_of(row, path, EntryKind::Directory),
                None => Entry::new(path, EntryKind::Directory),
            };
            self.write(entry, take)?;
        }
        Ok(())
    }

    /// Writes what stands before an entry's contents. None when no tar can hold the entry, which is noted.
    fn write<E: From<SquashError>>(
        &mut self,
        mut entry: Entry,
        take: Take<'_, E>,
    ) -> Result<Option<Entry>, E> {
        self.normalise(&mut entry);
        match self.writer.entry(&entry) {
            Ok(header) => {
                self.plan.report.entries += 1;
                take(header)?;
                Ok(Some(entry))
            }
            Err(error @ TarWriteError::Contents { .. }) => Err(SquashError::from(error).into()),
            Err(error) => {
                self.findings.push(|| {
                    let message = format!("{error}: it is left out");
                    Finding::new(Severity::Error, "squash-unwritable", message).at_path(&entry.path)
                });
                Ok(None)
            }
        }
    }

    fn normalise(&self, entry: &mut Entry) {
        entry.mtime = self.options.times.apply(entry.mtime);
        self.options.owners.apply(entry);
    }
}

impl std::fmt::Debug for Squash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Squash")
            .field("options", &self.options)
            .field("left", &self.queue)
            .finish_non_exhaustive()
    }
}

fn kind_of(kind: RowKind) -> EntryKind {
    match kind {
        RowKind::File => EntryKind::File,
        RowKind::Directory => EntryKind::Directory,
        RowKind::Symlink => EntryKind::Symlink,
        RowKind::HardLink => EntryKind::HardLink,
        RowKind::CharDevice => EntryKind::CharDevice,
        RowKind::BlockDevice => EntryKind::BlockDevice,
        RowKind::Fifo => EntryKind::Fifo,
        RowKind::Other => EntryKind::Other,
    }
}

/// What a row says of itself, as an entry.
fn entry_of(row: Row<'_>, path: Vec<u8>, kind: EntryKind) -> Entry {
    let mut entry = Entry::new(path, kind);
    entry.mode = row.mode();
    (entry.uid, entry.gid) = (i64::from(row.uid()), i64::from(row.gid()));
    (entry.owner, entry.group) = (row.owner().to_vec(), row.group().to_vec());
    entry.mtime = row.mtime();
    entry.link = row.link().unwrap_or_default().to_vec();
    entry.device = row.device().unwrap_or_default();
    entry.xattrs = row.xattrs().map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
    entry
}
