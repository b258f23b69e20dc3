//! A layer through a filter of paths: what is left out, and under which names the rest stands.

use super::path::clean_path;
use super::whiteout::Whiteout;
use crate::codec::{Compression, Decoder};
use crate::error::{ErrorKind, Reason};
use crate::graph::{LayerSource, PathFilter, SourceError};
use crate::limits::Limits;
use crate::tar::{Entry, EntryKind, Event, Reader, TarError, TarWriteError, WriteFormat, Writer};

/// What a member says of a change, under this name of an extended attribute (vSphere Integrated Containers,
/// `lib/archive/diff.go`).
const CHANGE_TYPE: &[u8] = b"change_type";

/// Why a layer cannot be filtered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayerFilterError {
    /// The tar is damaged.
    #[error(transparent)]
    Tar(#[from] TarError),
    /// A member cannot be written under its new name.
    #[error(transparent)]
    Write(#[from] TarWriteError),
}

impl Reason for LayerFilterError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Tar(error) => error.kind(),
            Self::Write(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Tar(error) => error.code(),
            Self::Write(error) => error.code(),
        }
    }

    fn offset(&self) -> Option<u64> {
        match self {
            Self::Tar(error) => error.offset(),
            Self::Write(_) => None,
        }
    }
}

/// What filtering did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerFilterReport {
    /// Members that were taken.
    pub taken: u64,
    /// Members that the filter leaves out.
    pub left_out: u64,
    /// Members that lead upwards, and hard links to what is left out: they are left out as well.
    pub refused: u64,
}

/// What a path was in the layers below: tells what has changed from what was added.
pub type WasThere<'w> = Box<dyn Fn(&[u8]) -> bool + Send + 'w>;

/// Passes a layer's tar through a [`PathFilter`], piece by piece. Members keep what they say of themselves but for their names;
/// a deletion mark stands for what it deletes.
///
/// ```
/// use layerglass::graph::{FilterRule, PathFilter};
/// use layerglass::layer::LayerFilter;
/// # use layerglass::tar::{Entry, EntryKind, Writer};
/// # let mut writer = Writer::new(Default::default());
/// # let mut layer = Vec::new();
/// # for path in ["etc", "etc/hosts", "bin"] {
/// #     layer.extend_from_slice(writer.entry(&Entry::new(path, EntryKind::Directory))?);
/// # }
/// # layer.extend_from_slice(writer.finish()?);
/// let filter = PathFilter::new([("", FilterRule::Exclude), ("etc/", FilterRule::Include)]).unwrap();
/// let mut through = LayerFilter::new(filter, &Default::default());
/// let mut filtered = Vec::new();
/// through.push(&layer, &mut filtered)?;
/// let report = through.finish(&mut filtered)?;
/// assert_eq!((report.taken, report.left_out), (1, 2));
/// # Ok::<(), layerglass::layer::LayerFilterError>(())
/// ```
pub struct LayerFilter<'w> {
    reader: Reader,
    writer: Writer,
    filter: PathFilter,
    /// Members are written without contents, and say what kind of change they are.
    headers_only: Option<WasThere<'w>>,
    /// Whether the contents that pass are taken.
    takes: bool,
    report: LayerFilterReport,
}

impl<'w> LayerFilter<'w> {
    /// At the start of a tar.
    pub fn new(filter: PathFilter, limits: &Limits) -> Self {
        Self {
            reader: Reader::new(limits),
            writer: Writer::new(WriteFormat::Pax),
            filter,
            headers_only: None,
            takes: false,
            report: LayerFilterReport::default(),
        }
    }

    /// The same without contents: members have the size 0 and the extended attribute `change_type`, which is `A` for what was
    /// added, `C` for what has changed and `D` for what was deleted.
    #[must_use]
    pub fn headers_only(mut self, was_there: impl Fn(&[u8]) -> bool + Send + 'w) -> Self {
        self.headers_only = Some(Box::new(was_there));
        self
    }

    /// Takes more of the tar, and appends what comes out.
    ///
    /// # Errors
    /// The tar is damaged, or a member cannot be written.
    pub fn push(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) -> Result<(), LayerFilterError> {
        while let Some(event) = self.reader.next(&mut bytes)? {
            match event {
                Event::Entry(entry) => {
                    self.takes = false;
                    let Some(mut entry) = renamed(&self.filter, entry, &mut self.report) else { continue };
                    self.report.taken += 1;
                    if let Some(was_there) = &self.headers_only {
                        let (clean, is_mark) = target(&entry.path);
                        let change = if is_mark {
                            b"D"
                        } else if was_there(&clean) {
                            b"C"
                        } else {
                            b"A"
                        };
                        entry.xattrs.retain(|(name, _)| name != CHANGE_TYPE);
                        entry.xattrs.push((CHANGE_TYPE.to_vec(), change.to_vec()));
                        (entry.size, entry.sparse) = (0, None);
                    }
                    out.extend_from_slice(self.writer.entry(&entry)?);
                    self.takes = self.headers_only.is_none();
                    if !self.takes {
                        out.extend_from_slice(self.writer.padding()?);
                    }
                }
                Event::Data(data) if self.takes => {
                    self.writer.contents(data.len() as u64)?;
                    out.extend_from_slice(data);
                }
                Event::EntryEnd if self.takes => {
                    out.extend_from_slice(self.writer.padding()?);
                    self.takes = false;
                }
                Event::Data(_) | Event::Hole(_) | Event::EntryEnd => {}
            }
        }
        Ok(())
    }

    /// Ends the tar.
    ///
    /// # Errors
    /// It ended early.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<LayerFilterReport, LayerFilterError> {
        self.reader.finish()?;
        out.extend_from_slice(self.writer.finish()?);
        Ok(self.report)
    }
}

/// What a path stands for: a deletion mark for what it deletes.
fn target(path: &[u8]) -> (Vec<u8>, bool) {
    match Whiteout::of(path) {
        Some(Whiteout::Remove(name)) => {
            let folder = path.len() - name.len() - b".wh.".len();
            ([path.get(..folder).unwrap_or_default(), name].concat(), true)
        }
        Some(_) => (path.to_vec(), true),
        None => (path.to_vec(), false),
    }
}

/// A member under its new name; nothing when it is left out.
fn renamed(filter: &PathFilter, entry: &Entry, report: &mut LayerFilterReport) -> Option<Entry> {
    let refuse = |report: &mut LayerFilterReport| {
        report.refused += 1;
        None
    };
    let Ok(clean) = clean_path(&entry.path) else { return refuse(report) };
    let (clean, is_mark) = target(&clean);
    let Some(path) = filter.apply(&clean) else {
        report.left_out += 1;
        return None;
    };
    // Whatever the filter makes of it, it stays below where it is put.
    let Ok(path) = clean_path(&path) else { return refuse(report) };
    let mut path = path.to_vec();
    if is_mark && Whiteout::of(&path).is_none() {
        let folder = path.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
        path.splice(folder..folder, *b".wh.");
    }
    if path.is_empty() {
        // The root itself.
        path.extend_from_slice(b"./");
    }
    let mut entry = entry.clone();
    entry.path = path;
    if entry.kind == EntryKind::HardLink {
        let link = clean_path(&entry.link).ok().and_then(|link| filter.apply(&link));
        let Some(link) = link else { return refuse(report) };
        entry.link = link;
    }
    Some(entry)
}

/// A source of a layer that passes through a filter, for writing only a part of it. The layer may be compressed; what comes out
/// is not.
pub struct FilteredSource<S> {
    source: S,
    filter: Option<LayerFilter<'static>>,
    /// The beginning, until it is known how it is compressed.
    start: Vec<u8>,
    decoder: Option<Decoder>,
    limits: Limits,
}

impl<S: LayerSource> FilteredSource<S> {
    /// What of a source a filter takes.
    pub fn new(source: S, filter: PathFilter, limits: &Limits) -> Self {
        let filter = Some(LayerFilter::new(filter, limits));
        Self { source, filter, start: Vec::new(), decoder: None, limits: *limits }
    }

    fn pass(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
        let (Some(filter), Some(decoder)) = (&mut self.filter, &mut self.decoder) else { return Ok(()) };
        decoder.push::<Stop>(bytes, &mut |bytes| Ok(filter.push(bytes, out)?)).map_err(|Stop(error)| error)
    }
}

/// Why passing a layer through ends early.
struct Stop(String);

impl<E: Reason> From<E> for Stop {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl<S: LayerSource> LayerSource for FilteredSource<S> {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SourceError> {
        let failed = |reason: String| SourceError { reason };
        let mut out = Vec::new();
        while out.is_empty() && self.filter.is_some() {
            let next = self.source.next().await?;
            let is_end = next.is_none();
            self.start.extend(next.unwrap_or_default());
            if self.decoder.is_none() && (is_end || self.start.len() >= Compression::PREFIX_LEN) {
                self.decoder = Some(Decoder::new(
                    Compression::detect(&self.start).unwrap_or(Compression::None),
                    &self.limits,
                ));
            }
            if self.decoder.is_some() {
                let bytes = std::mem::take(&mut self.start);
                self.pass(&bytes, &mut out).map_err(failed)?;
            }
            if is_end && let (Some(mut decoder), Some(filter)) = (self.decoder.take(), self.filter.take()) {
                decoder.finish().map_err(|error| failed(error.to_string()))?;
                filter.finish(&mut out).map_err(|error| failed(error.to_string()))?;
            }
        }
        Ok((!out.is_empty()).then_some(out))
    }
}
