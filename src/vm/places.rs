//! What lies where in a file: nothing in the same place twice.

use super::DiskError;

/// Places that are taken.
#[derive(Debug, Default)]
pub(super) struct Places(Vec<(&'static str, u64, u64)>);

impl Places {
    /// Takes a place for something that lies within `size` bytes.
    pub(super) fn take(
        &mut self,
        what: &'static str,
        offset: u64,
        length: u64,
        size: u64,
    ) -> Result<(), DiskError> {
        let Some(end) = offset.checked_add(length).filter(|&end| end <= size) else {
            return Err(DiskError::BeyondEnd { what, offset, length, size });
        };
        if length == 0 {
            return Ok(());
        }
        if let Some((with, ..)) = self.0.iter().find(|(_, from, to)| offset < *to && *from < end) {
            return Err(DiskError::Overlap { what, offset, with });
        }
        self.0.push((what, offset, end));
        Ok(())
    }
}
