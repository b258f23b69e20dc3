//! Reading what a lint looks into.

use super::pass::LayerPass;
use super::{Progress, Stored, Survey};
use crate::archive::{Archive, Want};
use crate::inspect::lint::{Issue, Lint, LintFile};
use crate::limits::Limits;

/// Reads the files that a [`Lint`] wants, a layer at a time. Files of a layer that cannot be read are not looked into; the
/// scan tells of it.
pub struct LintSurvey {
    image: usize,
    limits: Limits,
    lint: Lint,
    /// By layer, the next one last.
    layers: Vec<Vec<LintFile>>,
    current: Option<Current>,
    done: Progress,
}

struct Current {
    pass: LayerPass,
    files: std::vec::IntoIter<LintFile>,
    length: u64,
}

impl LintSurvey {
    /// Reads for a lint of that image of an archive.
    pub fn new(lint: Lint, archive: &Archive, image: usize, limits: &Limits) -> Self {
        let files = lint.files();
        let layers = files.chunk_by(|a, b| a.layer == b.layer).rev().map(<[LintFile]>::to_vec);
        let layers: Vec<Vec<LintFile>> = layers.collect();
        let lengths = layers.iter().filter_map(|files| Stored::of(archive, image, files.first()?.layer).ok());
        let total = lengths.fold(0, |total: u64, stored| total.saturating_add(stored.want.length));
        let done = Progress { bytes: 0, total };
        Self { image, limits: *limits, lint, layers, current: None, done }
    }

    /// The issues, and how many more there are than the limit `lintIssues` keeps.
    pub fn finish(self) -> (Vec<Issue>, u64) {
        self.lint.finish()
    }
}

impl Survey for LintSurvey {
    fn next(&mut self, archive: &Archive) -> Option<Want> {
        while let Some(files) = self.layers.pop() {
            let Some(layer) = files.first().map(|file| file.layer) else { continue };
            let Ok(stored) = Stored::of(archive, self.image, layer) else { continue };
            let rows = files.iter().map(|file| (file.row, file.size)).collect();
            let (pass, want) = (stored.pass(rows, &self.limits), stored.want);
            self.current = Some(Current { pass, files: files.into_iter(), length: want.length });
            return Some(want);
        }
        None
    }

    fn push(&mut self, bytes: &[u8]) {
        let Some(current) = &mut self.current else { return };
        let (lint, files) = (&mut self.lint, &mut current.files);
        // What was read before the layer broke off is looked into.
        let _broken = current.pass.push(bytes, &mut |contents| {
            if let Some(file) = files.next() {
                lint.add(&file, contents);
            }
        });
    }

    fn is_enough(&self) -> bool {
        self.current.as_ref().is_none_or(|current| current.pass.is_enough())
    }

    fn end(&mut self, _failed: Option<String>) {
        if let Some(current) = self.current.take() {
            self.done.bytes = self.done.bytes.saturating_add(current.length);
        }
    }

    fn progress(&self) -> Progress {
        let pushed = self.current.as_ref().map_or(0, |current| current.pass.pushed);
        Progress { bytes: self.done.bytes.saturating_add(pushed), ..self.done }
    }
}
