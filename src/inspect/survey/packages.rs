//! Reading what tells of packages.

use super::files::RangedFile;
use super::pass::LayerPass;
use super::{Progress, Stored, Survey};
use crate::archive::{Archive, Want};
use crate::inspect::packages::{
    FilePackages, Inventory, PackageError, PackageFile, PackageReader, Packages, Role, Selection,
};
use crate::layer::FileTree;
use crate::limits::Limits;

/// Reads the files of a [`Selection`]: small ones in one pass over each layer, of large ones the parts that are wanted. What
/// cannot be read is a finding of the [`Inventory`].
pub struct PackageSurvey {
    image: usize,
    limits: Limits,
    selection: Selection,
    /// By file of the selection.
    read: Vec<Option<Result<FilePackages, PackageError>>>,
    /// The next one last.
    steps: Vec<Step>,
    current: Option<Current>,
    done: Progress,
}

/// What is done at once, with the stored bytes that lie behind afterwards.
enum Step {
    Pass(Vec<usize>, u64),
    Ranges(usize, u64),
}

enum Current {
    Pass { pass: LayerPass, files: std::vec::IntoIter<usize>, length: u64, broken: Option<String> },
    Ranges { file: RangedFile, index: usize, length: u64 },
}

impl PackageSurvey {
    /// Reads for the packages of that image of an archive, whose merged tree is `tree`.
    pub fn new(tree: &FileTree, archive: &Archive, image: usize, limits: &Limits) -> Self {
        let selection = Selection::new(tree, limits);
        // Of large files parts are read, each from the nearest place that the scan kept.
        let is_whole = |file: &PackageFile| {
            !matches!(file.role, Role::Program | Role::JavaArchive) && file.size <= limits.package_file_bytes
        };
        let (mut steps, mut total, mut first) = (Vec::new(), 0_u64, 0);
        for files in selection.files().chunk_by(|a, b| a.layer == b.layer) {
            let mut length = match files.first().map(|file| Stored::of(archive, image, file.layer)) {
                Some(Ok(stored)) => stored.want.length,
                _ => 0,
            };
            total = total.saturating_add(length);
            let (whole, ranged): (Vec<_>, Vec<_>) =
                (first..).zip(files).partition(|(_, file)| is_whole(file));
            if !whole.is_empty() {
                steps.push(Step::Pass(whole.into_iter().map(|(index, _)| index).collect(), length));
                length = 0;
            }
            let share = length / (ranged.len() as u64).max(1);
            steps.extend(ranged.into_iter().map(|(index, _)| Step::Ranges(index, share)));
            first += files.len();
        }
        steps.reverse();
        let read = selection.files().iter().map(|_| None).collect();
        let done = Progress { bytes: 0, total };
        Self { image, limits: *limits, selection, read, steps, current: None, done }
    }

    /// Brings together what was read. `tree` is the one that it was begun with.
    pub fn finish(self, tree: &FileTree) -> Packages {
        let mut inventory = Inventory::new(tree, &self.limits);
        for (file, read) in self.selection.files().iter().zip(self.read) {
            let unread = || Err(PackageError::Unreadable { why: "the layer ended before it".to_owned() });
            inventory.add(file, read.unwrap_or_else(unread));
        }
        inventory.finish(self.selection)
    }

    fn settle(&mut self, index: usize, read: Result<FilePackages, PackageError>) {
        if let Some(place) = self.read.get_mut(index) {
            *place = Some(read);
        }
    }

    /// Begins a step; the range that it wants first.
    fn begin(&mut self, step: Step, archive: &Archive) -> Option<Want> {
        match step {
            Step::Pass(files, length) => {
                let rows = files.iter().filter_map(|&index| self.selection.files().get(index));
                let layer = rows.clone().next()?.layer;
                let rows = rows.map(|file| (file.row, file.size)).collect();
                let stored = match Stored::of(archive, self.image, layer) {
                    Ok(found) => found,
                    Err(why) => {
                        files.into_iter().for_each(|index| self.settle(index, unreadable(&why)));
                        return None;
                    }
                };
                let (pass, want) = (stored.pass(rows, &self.limits), stored.want);
                let files = files.into_iter();
                self.current = Some(Current::Pass { pass, files, length, broken: None });
                Some(want)
            }
            Step::Ranges(index, length) => {
                let file = self.selection.files().get(index)?;
                match Stored::of(archive, self.image, file.layer) {
                    Ok(Stored { layer, .. }) => {
                        let file = RangedFile::new(layer, file, &self.limits);
                        self.current = Some(Current::Ranges { file, index, length });
                        self.go_on(archive)
                    }
                    Err(why) => {
                        self.settle(index, unreadable(&why));
                        None
                    }
                }
            }
        }
    }

    /// The next range of a file that is read by ranges; it is settled when there is none.
    fn go_on(&mut self, archive: &Archive) -> Option<Want> {
        let Some(Current::Ranges { file, .. }) = &mut self.current else { return None };
        let want = file.next(archive);
        if want.is_none()
            && let Some(Current::Ranges { file, index, length }) = self.current.take()
        {
            self.settle(index, file.finish());
            self.done.bytes = self.done.bytes.saturating_add(length);
        }
        want
    }
}

fn unreadable(why: &str) -> Result<FilePackages, PackageError> {
    Err(PackageError::Unreadable { why: why.to_owned() })
}

impl Survey for PackageSurvey {
    fn next(&mut self, archive: &Archive) -> Option<Want> {
        if let Some(want) = self.go_on(archive) {
            return Some(want);
        }
        while let Some(step) = self.steps.pop() {
            if let Some(want) = self.begin(step, archive) {
                return Some(want);
            }
        }
        None
    }

    fn push(&mut self, bytes: &[u8]) {
        match &mut self.current {
            Some(Current::Pass { pass, files, broken, .. }) => {
                let (selected, read, limits) = (self.selection.files(), &mut self.read, &self.limits);
                let pushed = pass.push(bytes, &mut |contents| {
                    let Some(index) = files.next() else { return };
                    if let (Some(file), Some(place)) = (selected.get(index), read.get_mut(index)) {
                        *place = Some(PackageReader::new(file, limits).read(contents));
                    }
                });
                if let Err(why) = pushed {
                    *broken = Some(why);
                }
            }
            Some(Current::Ranges { file, .. }) => file.push(bytes),
            None => {}
        }
    }

    fn is_enough(&self) -> bool {
        match &self.current {
            Some(Current::Pass { pass, .. }) => pass.is_enough(),
            Some(Current::Ranges { .. }) => false,
            None => true,
        }
    }

    fn end(&mut self, failed: Option<String>) {
        match (&mut self.current, failed) {
            (Some(Current::Ranges { file, .. }), Some(why)) => file.fail(why),
            (Some(Current::Pass { .. }), failed) => {
                let Some(Current::Pass { files, length, broken, .. }) = self.current.take() else { return };
                if let Some(why) = broken.or(failed) {
                    files.for_each(|index| self.settle(index, unreadable(&why)));
                }
                self.done.bytes = self.done.bytes.saturating_add(length);
            }
            _ => {}
        }
    }

    fn progress(&self) -> Progress {
        let pushed = match &self.current {
            Some(Current::Pass { pass, .. }) => pass.pushed,
            _ => 0,
        };
        Progress { bytes: self.done.bytes.saturating_add(pushed), ..self.done }
    }
}
