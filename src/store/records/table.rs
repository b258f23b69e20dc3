//! Changes of [`Records`]. Each is refused before anything was touched, or done.

use super::record::{key, keys};
use super::{ImageRecord, RecordError, RecordFilter, Records};
use crate::reference::ImageNames;
use crate::store::raw::shown;

/// A name that another image had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedName {
    /// The name, as that image had it.
    pub name: String,
    /// The id of that image.
    pub from: String,
}

/// What adding a record did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordChange {
    /// The image was not known.
    Added {
        /// Names that other images lost.
        moved: Vec<MovedName>,
    },
    /// The image was known, and got names or users.
    Merged {
        /// Names that other images lost.
        moved: Vec<MovedName>,
    },
    /// The image was known with all of that.
    Unchanged,
}

impl RecordChange {
    /// Names that other images lost.
    pub fn moved(&self) -> &[MovedName] {
        match self {
            Self::Added { moved } | Self::Merged { moved } => moved,
            Self::Unchanged => &[],
        }
    }
}

impl Records {
    /// Adds an image. Its names are taken from whichever images have them. Of an image that is known only names and users
    /// are added; the rest of its record stays.
    ///
    /// # Errors
    /// It has no id, or the image is known by names of another source.
    pub fn add(&mut self, record: ImageRecord) -> Result<RecordChange, RecordError> {
        if record.id.is_empty() {
            return Err(RecordError::NoId);
        }
        let id = record.id.clone();
        let known = self.records.get(&id);
        let (merged, is_new) = match known {
            Some(known) => (merged(known, &record)?, false),
            None => (record, true),
        };
        if known == Some(&merged) {
            return Ok(RecordChange::Unchanged);
        }
        let mut moved = Vec::new();
        for key in merged.names.iter().flat_map(keys) {
            if let Some(from) = self.owners.insert(key.clone(), id.clone()).filter(|from| *from != id) {
                let names = self.strip(&from, &key);
                moved.extend(names.into_iter().map(|name| MovedName { name, from: from.clone() }));
            }
        }
        self.records.insert(id, merged);
        Ok(if is_new { RecordChange::Added { moved } } else { RecordChange::Merged { moved } })
    }

    /// Takes a name from an image, in whatever forms it has it.
    fn strip(&mut self, id: &str, lost: &str) -> Vec<String> {
        let Some(names) = self.records.get_mut(id).and_then(|record| record.names.as_mut()) else {
            return Vec::new();
        };
        let source = names.source();
        let same = |name: &&str| key(source, name) == lost;
        let tags: Vec<String> = names.tags().filter(same).map(str::to_owned).collect();
        let digests: Vec<String> = names.digests().filter(same).map(str::to_owned).collect();
        tags.iter().for_each(|tag| {
            names.remove_tag(tag);
        });
        digests.iter().for_each(|digest| {
            names.remove_digest(digest);
        });
        [tags, digests].concat()
    }

    /// Removes the image of that exact id, with its names.
    ///
    /// # Errors
    /// There is none, or it has users.
    pub fn remove(&mut self, id: &str) -> Result<ImageRecord, RecordError> {
        let Some(record) = self.records.get(id) else {
            return Err(RecordError::NotFound { text: shown(id) });
        };
        if !record.users.is_empty() {
            let users = record.users.iter().cloned().collect();
            return Err(RecordError::InUse { id: id.to_owned(), users });
        }
        let Some(record) = self.records.remove(id) else {
            return Err(RecordError::NotFound { text: shown(id) });
        };
        for key in record.names.iter().flat_map(keys) {
            self.owners.remove(&key);
        }
        Ok(record)
    }

    /// Notes that somebody uses an image; false when that was known. Users are a set: they are not counted.
    ///
    /// # Errors
    /// There is no image of that exact id.
    pub fn borrow(&mut self, id: &str, user: &str) -> Result<bool, RecordError> {
        Ok(self.record_mut(id)?.users.insert(user.to_owned()))
    }

    /// Notes that somebody no longer uses an image; false when nobody knew of that.
    ///
    /// # Errors
    /// There is no image of that exact id.
    pub fn give_back(&mut self, id: &str, user: &str) -> Result<bool, RecordError> {
        Ok(self.record_mut(id)?.users.remove(user))
    }

    fn record_mut(&mut self, id: &str) -> Result<&mut ImageRecord, RecordError> {
        self.records.get_mut(id).ok_or_else(|| RecordError::NotFound { text: shown(id) })
    }

    /// The records that fit, by id.
    pub fn matching(&self, filter: &RecordFilter) -> impl Iterator<Item = &ImageRecord> {
        self.records.values().filter(|record| record.matches(filter))
    }
}

/// A record with the names and users of another one of the same image.
fn merged(known: &ImageRecord, other: &ImageRecord) -> Result<ImageRecord, RecordError> {
    let mut merged = known.clone();
    if let Some(others) = &other.names {
        let names = merged.names.get_or_insert_with(ImageNames::default);
        names.merge(others).map_err(RecordError::Name)?;
    }
    merged.users.extend(other.users.iter().cloned());
    Ok(merged)
}
