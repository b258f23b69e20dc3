//! The contents of layers as folders, each with the whole tree.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use super::make_skeleton;
use super::pipe::{PipeReader, PipeWriter, pipe};
use crate::fs::folder::TEMPORARY;
use crate::fs::folder::write::{make_folders, sync_folder};
use crate::fs::{
    PackError, PackOptions, PackReport, UnpackError, UnpackOptions, UnpackReport, Unpacker, Whiteouts, pack,
    pack_changes,
};
use crate::graph::{ContentsError, LayerContents, PathFilter, SkeletonEntry};
use crate::layer::{LayerFilter, LayerFilterReport};
use crate::limits::Limits;

/// The contents of layers as Docker's driver `vfs` keeps them: a folder `vfs/dir/<id>` for each, with everything that is there
/// after the layer. Who is not root cannot give files away or make devices; such are unpacked as far as that goes.
///
/// The size of a layer is that of the contents of the files that it brings.
#[derive(Clone, Debug)]
pub struct VfsContents {
    home: PathBuf,
    limits: Limits,
    skeleton: &'static [SkeletonEntry],
}

/// A layer that is being unpacked.
#[derive(Debug)]
pub struct VfsWriting {
    place: String,
    folder: PathBuf,
    /// Absent before the first byte, and after the last.
    unpacking: Option<(PipeWriter, JoinHandle<Result<UnpackReport, UnpackError>>)>,
}

/// A layer that is being packed.
#[derive(Debug)]
pub struct VfsReading {
    place: String,
    pieces: PipeReader,
    packing: Option<JoinHandle<Result<PackReport, PackError>>>,
}

fn failed(operation: &'static str, place: &str, reason: impl ToString) -> ContentsError {
    ContentsError::Failed { operation, place: place.to_owned(), reason: reason.to_string() }
}

impl VfsContents {
    /// The folder `vfs` below the root of a daemon. It is made with the first layer.
    pub fn new(root: impl AsRef<Path>) -> Self {
        Self { home: root.as_ref().join("vfs"), limits: Limits::default(), skeleton: &[] }
    }

    /// The same with other limits on layers.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same with what is in layers that stand on nothing before anything else, such as
    /// [`scratch_skeleton`](crate::graph::scratch_skeleton).
    #[must_use]
    pub const fn with_skeleton(mut self, entries: &'static [SkeletonEntry]) -> Self {
        self.skeleton = entries;
        self
    }

    /// The folder of a layer.
    pub fn folder(&self, place: &str) -> PathBuf {
        self.home.join("dir").join(place)
    }

    fn options(&self) -> PackOptions {
        // Files whose names look like marks are files here.
        PackOptions { whiteouts: Whiteouts::Keep, limits: self.limits, ..PackOptions::default() }
    }

    fn unpack(&self, folder: &Path, whiteouts: Whiteouts) -> Result<Unpacker, UnpackError> {
        let options = UnpackOptions { whiteouts, limits: self.limits, ..UnpackOptions::default() };
        Unpacker::new(folder, &options)
    }

    /// Makes a folder that is the tree of the layer below, or what is below all.
    fn prepare(&self, folder: &Path, parent: Option<&str>) -> io::Result<()> {
        make_folders(&self.home)?;
        DirBuilder::new().mode(0o755).create(folder)?;
        let Some(parent) = parent else { return make_skeleton(folder, self.skeleton) };
        let below = self.folder(parent);
        let (writer, reader) = pipe();
        let mut unpacker = self.unpack(folder, Whiteouts::Keep).map_err(io::Error::other)?;
        let copied = thread::scope(|scope| {
            let packing = scope.spawn(|| pack(&below, &self.options(), writer));
            let unpacked = unpacker.layer(reader).map_err(io::Error::other);
            let packed = packing.join().unwrap_or_else(|_| Err(PackError::Changed { path: below.clone() }));
            packed.map_err(io::Error::other)?;
            unpacked
        })?;
        match copied.findings.first() {
            None => Ok(()),
            Some(finding) => Err(io::Error::other(finding.message.clone())),
        }
    }

    /// A name for what is to be removed.
    fn trash(&self) -> PathBuf {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        self.home.join(format!("{TEMPORARY}gone-{}-{number}", std::process::id()))
    }

    fn discard(folder: &Path) -> io::Result<()> {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// Packs what a layer changes in the one below it, or all of it.
    fn packing(
        &self,
        place: &str,
        parent: Option<&str>,
        to: impl io::Write,
    ) -> Result<PackReport, PackError> {
        let folder = self.folder(place);
        match parent.map(|parent| self.folder(parent)).filter(|below| below.is_dir()) {
            Some(below) => pack_changes(folder, below, &self.options(), to),
            None => pack(folder, &self.options(), to),
        }
    }

    /// Writes what a layer is as a tar, through a filter: what it changes in `ancestor`, or all of it without one. With
    /// `headers_only` members have no contents, and say by the extended attribute `change_type` what kind of change they are.
    /// Members stand in the order of the components of their paths.
    ///
    /// The ancestor need not be one: what is written turns it into the layer.
    ///
    /// # Errors
    /// There is no such layer or ancestor, or one of the two sides failed.
    pub fn export(
        &self,
        place: &str,
        ancestor: Option<&str>,
        filter: &PathFilter,
        headers_only: bool,
        to: &mut impl io::Write,
    ) -> Result<LayerFilterReport, ContentsError> {
        if let Some(missing) = [Some(place), ancestor].into_iter().flatten().find(|place| !self.has(place)) {
            return Err(ContentsError::Missing { place: missing.to_owned() });
        }
        let fail = |error: &dyn ToString| failed("export", place, error.to_string());
        let below = ancestor.map(|ancestor| self.folder(ancestor));
        let mut through = LayerFilter::new(filter.clone(), &self.limits);
        if headers_only {
            through = through.headers_only(|path| {
                let path = Path::new(OsStr::from_bytes(path));
                below.as_ref().is_some_and(|below| fs::symlink_metadata(below.join(path)).is_ok())
            });
        }
        let (writer, mut reader) = pipe();
        thread::scope(|scope| {
            let packing = scope.spawn(|| self.packing(place, ancestor, writer));
            let mut out = Vec::new();
            while let Some(piece) = reader.next() {
                through.push(&piece, &mut out).map_err(|error| fail(&error))?;
                to.write_all(&out).map_err(|error| fail(&error))?;
                out.clear();
            }
            let packed = packing.join().map_err(|_| fail(&"a thread ended early"))?;
            packed.map_err(|error| fail(&error))?;
            let report = through.finish(&mut out).map_err(|error| fail(&error))?;
            to.write_all(&out).map_err(|error| fail(&error))?;
            Ok(report)
        })
    }

    pub(super) fn has(&self, place: &str) -> bool {
        fs::symlink_metadata(self.folder(place)).is_ok_and(|found| found.is_dir())
    }
}

impl VfsWriting {
    /// Waits for the end of unpacking.
    fn join(&mut self) -> Result<u64, ContentsError> {
        let Some((writer, unpacking)) = self.unpacking.take() else { return Ok(0) };
        drop(writer);
        let place = || self.place.clone();
        match unpacking.join() {
            Ok(Ok(report)) => Ok(report.content_size),
            Ok(Err(error @ UnpackError::Io { .. })) => Err(failed("write", &self.place, error)),
            Ok(Err(error)) => Err(ContentsError::Invalid { place: place(), reason: error.to_string() }),
            Err(_) => Err(failed("write", &self.place, "a thread ended early")),
        }
    }
}

impl LayerContents for VfsContents {
    type Writing = VfsWriting;
    type Reading = VfsReading;

    fn driver(&self) -> &str {
        "vfs"
    }

    async fn begin(
        &self,
        token: &str,
        place: &str,
        parent: Option<&str>,
    ) -> Result<VfsWriting, ContentsError> {
        let folder = self.home.join(format!("{TEMPORARY}{token}"));
        if let Err(error) = self.prepare(&folder, parent) {
            // What cannot be removed now is swept.
            let _ = Self::discard(&folder);
            return Err(failed("begin", place, error));
        }
        Ok(VfsWriting { place: place.to_owned(), folder, unpacking: None })
    }

    async fn write(&self, writing: &mut VfsWriting, bytes: &[u8]) -> Result<(), ContentsError> {
        if bytes.is_empty() {
            return Ok(());
        }
        if writing.unpacking.is_none() {
            let unpacker = self.unpack(&writing.folder, Whiteouts::Apply);
            let mut unpacker = unpacker.map_err(|error| failed("write", &writing.place, error))?;
            let (writer, reader) = pipe();
            writing.unpacking = Some((writer, thread::spawn(move || unpacker.layer(reader))));
        }
        match &writing.unpacking {
            Some((writer, _)) if writer.send(bytes.to_vec()) => Ok(()),
            // It says itself why it reads no more.
            _ => writing.join().and_then(|_| {
                let reason = "bytes follow its end".to_owned();
                Err(ContentsError::Invalid { place: writing.place.clone(), reason })
            }),
        }
    }

    async fn finish(&self, writing: &mut VfsWriting) -> Result<u64, ContentsError> {
        let size = writing.join()?;
        // Everything of it lasts before it appears.
        let synced = File::open(&writing.folder).and_then(|folder| Ok(rustix::fs::syncfs(folder)?));
        synced.map_err(|error| failed("write", &writing.place, error))?;
        Ok(size)
    }

    async fn commit(&self, writing: VfsWriting) -> Result<(), ContentsError> {
        let target = self.folder(&writing.place);
        let above = target.parent().unwrap_or(&self.home);
        let moved = make_folders(above)
            .and_then(|()| fs::rename(&writing.folder, &target))
            .and_then(|()| sync_folder(above));
        moved.map_err(|error| {
            let _ = Self::discard(&writing.folder);
            failed("commit", &writing.place, error)
        })
    }

    async fn abort(&self, mut writing: VfsWriting) -> Result<(), ContentsError> {
        // What came until here may be no whole layer, which does not matter any more.
        let _ = writing.join();
        Self::discard(&writing.folder).map_err(|error| failed("remove", &writing.place, error))
    }

    async fn contains(&self, place: &str) -> Result<bool, ContentsError> {
        Ok(self.has(place))
    }

    async fn size(&self, place: &str, parent: Option<&str>) -> Result<Option<u64>, ContentsError> {
        let packed = self.packing(place, parent, io::sink());
        packed.map(|report| Some(report.content_size)).map_err(|error| failed("measure", place, error))
    }

    async fn open(&self, place: &str, parent: Option<&str>) -> Result<VfsReading, ContentsError> {
        if !self.has(place) {
            return Err(ContentsError::Missing { place: place.to_owned() });
        }
        let (writer, pieces) = pipe();
        let (contents, name, below) = (self.clone(), place.to_owned(), parent.map(str::to_owned));
        let packing = thread::spawn(move || contents.packing(&name, below.as_deref(), writer));
        Ok(VfsReading { place: place.to_owned(), pieces, packing: Some(packing) })
    }

    async fn read(&self, reading: &mut VfsReading) -> Result<Option<Vec<u8>>, ContentsError> {
        if let Some(piece) = reading.pieces.next() {
            return Ok(Some(piece));
        }
        match reading.packing.take().map(JoinHandle::join) {
            None | Some(Ok(Ok(_))) => Ok(None),
            Some(Ok(Err(error))) => Err(failed("read", &reading.place, error)),
            Some(Err(_)) => Err(failed("read", &reading.place, "a thread ended early")),
        }
    }

    async fn remove(&self, place: &str) -> Result<(), ContentsError> {
        let (folder, trash) = (self.folder(place), self.trash());
        match fs::rename(&folder, &trash) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(())
            }
            Ok(()) => {
                if let Some(above) = folder.parent().filter(|_| place.contains('/')) {
                    // That of a store goes with its last layer.
                    let _ = fs::remove_dir(above);
                }
                Self::discard(&trash)
            }
            Err(error) => Err(error),
        }
        .map_err(|error| failed("remove", place, error))
    }

    fn locate(&self, place: &str) -> Option<String> {
        Some(self.folder(place).display().to_string())
    }

    async fn sweep(&self) -> Result<Vec<String>, ContentsError> {
        let fail = |error: io::Error| failed("sweep", "", error);
        let mut swept = Vec::new();
        let entries = match fs::read_dir(&self.home) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(swept),
            entries => entries.map_err(fail)?,
        };
        for entry in entries {
            let name = entry.map_err(fail)?.file_name().to_string_lossy().into_owned();
            if name.starts_with(TEMPORARY) {
                Self::discard(&self.home.join(&name)).map_err(fail)?;
                swept.push(format!("vfs/{name}"));
            }
        }
        Ok(swept)
    }
}
