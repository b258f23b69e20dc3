//! Images of files on disk beside each other, and what a file declares of itself.

use super::error::FileError;
use super::image_file::ImageFile;
use crate::archive::ArchiveError;
use crate::inspect::compare::{Comparison, Side, compare};
use crate::inspect::verification::{VerificationData, verification};
use crate::layer::FileTree;

impl ImageFile {
    /// Compares an image of this file with one of another file, or of the same. The layers of both must have been
    /// [scanned](ImageFile::scan). With `packages` those of both are read and compared as well, which reads layers once more.
    ///
    /// # Errors
    /// There is no such image, or a layer has not been scanned.
    ///
    /// ```
    /// use layerglass::fs::{ImageFile, OpenOptions};
    /// let mut file = ImageFile::open("tests/fixtures/quirks.docker28.tar", &OpenOptions::default())?;
    /// file.scan()?;
    /// let same = file.compare(0, &file, 0, true)?.data;
    /// assert_eq!((same.files.same, same.files.changed, same.config.len()), (61, 0, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn compare(
        &self,
        image: usize,
        other: &Self,
        other_image: usize,
        packages: bool,
    ) -> Result<Comparison, FileError> {
        let (before, after) = (self.merged(image)?, other.merged(other_image)?);
        let (old, new) = (self.archive().data(), other.archive().data());
        let listed = |file: &Self, image| packages.then(|| file.packages(image)).transpose();
        let (old_packages, new_packages) = (listed(self, image)?, listed(other, other_image)?);
        let none = |file: &Self, index| {
            let count = file.archive().image_count();
            file.of_archive(ArchiveError::NoImage { index, count })
        };
        let before = Side {
            image: old.images.get(image).ok_or_else(|| none(self, image))?,
            tree: &before,
            packages: old_packages.as_ref(),
        };
        let after = Side {
            image: new.images.get(other_image).ok_or_else(|| none(other, other_image))?,
            tree: &after,
            packages: new_packages.as_ref(),
        };
        compare(&before, &after, self.limits()).map_err(|limit| self.of_archive(limit.into()))
    }

    /// What the file declares of its bytes, beside what they come to. What its layers come to is known once they have been
    /// [scanned](ImageFile::scan).
    ///
    /// ```
    /// use layerglass::fs::{ImageFile, OpenOptions};
    /// let mut file = ImageFile::open("tests/fixtures/quirks.docker28.tar", &OpenOptions::default())?;
    /// file.scan()?;
    /// let found = file.verification();
    /// assert_eq!((found.mismatching, found.pending, found.absent), (0, 0, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verification(&self) -> VerificationData {
        verification(self.archive(), self.limits())
    }

    fn merged(&self, image: usize) -> Result<FileTree, FileError> {
        self.archive().tree(image, usize::MAX).map_err(|source| self.of_archive(source))
    }
}
