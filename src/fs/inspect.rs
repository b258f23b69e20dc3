//! What is in the images of a file on disk: packages, issues, waste, and what takes their space.

use super::error::FileError;
use super::image_file::ImageFile;
use crate::archive::ArchiveError;
use crate::image::ImageConfig;
use crate::inspect::lint::{Issue, Lint, LintOptions};
use crate::inspect::packages::Packages;
use crate::inspect::survey::{LintSurvey, PackageSurvey, Survey};
use crate::inspect::usage::{UsageKey, UsageNode, usage};
use crate::inspect::waste::{Waste, waste};

/// Bytes of a layer that are read at once.
const PIECE: u64 = 1 << 20;

impl ImageFile {
    /// The packages of an image. The layers must have been [scanned](ImageFile::scan); those that hold something of packages
    /// are read once more. A layer that cannot be read is a finding.
    ///
    /// # Errors
    /// There is no such image, or a layer has not been scanned.
    ///
    /// ```
    /// use layerglass::fs::{ImageFile, OpenOptions};
    /// let mut file = ImageFile::open("tests/fixtures/quirks.docker28.tar", &OpenOptions::default())?;
    /// file.scan()?;
    /// assert!(file.packages(0)?.packages.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn packages(&self, image: usize) -> Result<Packages, FileError> {
        let tree = self.archive().tree(image, usize::MAX).map_err(|source| self.of_archive(source))?;
        let mut survey = PackageSurvey::new(&tree, self.archive(), image, &self.options().limits);
        self.survey(&mut survey);
        Ok(survey.finish(&tree))
    }

    /// The issues of an image, and how many more there are than the limit `lintIssues` keeps. The layers must have been
    /// [scanned](ImageFile::scan), and are read once more for secrets and certificates. Files of a layer that cannot be
    /// read are not looked into; the scan tells of it.
    ///
    /// # Errors
    /// There is no such image, or a layer has not been scanned.
    pub fn lint(
        &self,
        image: usize,
        config: &ImageConfig,
        options: &LintOptions,
    ) -> Result<(Vec<Issue>, u64), FileError> {
        let tree = self.archive().tree(image, usize::MAX).map_err(|source| self.of_archive(source))?;
        let limits = &self.options().limits;
        let mut lint = Lint::new(&tree, options, limits);
        lint.config(config);
        let mut survey = LintSurvey::new(lint, self.archive(), image, limits);
        self.survey(&mut survey);
        Ok(survey.finish())
    }

    /// What of an image is of no use. The layers must have been [scanned](ImageFile::scan); the config tells the commands.
    ///
    /// # Errors
    /// There is no such image, or a layer has not been scanned.
    ///
    /// ```
    /// use layerglass::fs::{ImageFile, OpenOptions};
    /// let mut file = ImageFile::open("tests/fixtures/quirks.docker28.tar", &OpenOptions::default())?;
    /// file.scan()?;
    /// let waste = file.waste(0, None)?;
    /// assert_eq!(waste.squashed, waste.content_size - waste.overwritten - waste.removed);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn waste(&self, image: usize, config: Option<&ImageConfig>) -> Result<Waste, FileError> {
        let tables = self.archive().tables(image, usize::MAX).map_err(|source| self.of_archive(source))?;
        let found = waste(&tables, config, &self.options().limits);
        found.map_err(|error| self.of_archive(error.into()))
    }

    /// What takes an image's space. The layers must have been [scanned](ImageFile::scan).
    ///
    /// # Errors
    /// There is no such image, or a layer has not been scanned.
    pub fn usage(&self, image: usize, by: &UsageKey<'_>) -> Result<UsageNode, FileError> {
        let tree = self.archive().tree(image, usize::MAX).map_err(|source| self.of_archive(source))?;
        Ok(usage(&tree, by, &self.options().limits))
    }

    pub(super) fn of_archive(&self, source: ArchiveError) -> FileError {
        FileError::Archive { path: self.path.clone(), source }
    }

    /// Reads what a survey wants.
    fn survey(&self, survey: &mut dyn Survey) {
        while let Some(want) = survey.next(self.archive()) {
            let mut at = 0;
            let mut failed = None;
            while at < want.length && !survey.is_enough() {
                let length = PIECE.min(want.length - at);
                match self.files.read(want.file, want.offset + at, length) {
                    Ok(bytes) if bytes.is_empty() => break,
                    Ok(bytes) => {
                        at += bytes.len() as u64;
                        survey.push(&bytes);
                    }
                    Err(error) => {
                        failed = Some(error.to_string());
                        break;
                    }
                }
            }
            survey.end(failed);
        }
    }
}
