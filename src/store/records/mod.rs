//! Records of images that are single files, as singularity keeps them: a JSON object a line.
//!
//! ```text
//! {"id":"…","sha256":"…","size":741376,"path":"/store/…","ref":{"uri":"docker.io","tags":["busybox:1"],"digests":null}}
//! ```
//!
//! An image has `ociConfig` too when it was made of a container image, and `users` while something uses it. What else a
//! line has stays in it, and a line that cannot be read stays in the file.

mod error;
mod filter;
mod reader;
mod record;
mod table;

pub use error::{LineError, RecordError, RecordProblem};
pub use filter::RecordFilter;
pub use reader::{DamagedLine, RecordLine, RecordReader};
pub use record::ImageRecord;
pub use table::{MovedName, RecordChange};

use super::names::ResolveOrder;
use super::raw::shown;
use super::table::Table;
use crate::limits::{LimitExceeded, Limits};
use crate::reference::ImageNames;

/// All records, by id. A name has one owner.
///
/// ```
/// use layerglass::limits::Limits;
/// use layerglass::store::{Records, ResolveOrder};
/// let line = br#"{"id":"7b01","sha256":"7b01","size":1,"path":"/store/7b01","ref":{"uri":"docker.io","tags":["a:1"],"digests":null}}
/// "#;
/// let (mut records, problems) = Records::read(line, &Limits::default()).unwrap();
/// assert!(problems.is_empty());
/// assert_eq!(records.find("docker.io/a:1", ResolveOrder::NamesFirst).unwrap().id, "7b01");
/// assert_eq!(records.to_bytes(), line);
/// records.borrow("7b01", "container").unwrap();
/// assert!(records.remove("7b01").is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    records: Table<String, ImageRecord>,
    /// The id of each name's image.
    owners: Table<String, String>,
    damaged: Vec<Vec<u8>>,
}

impl Records {
    /// Reads a file of records. One line that cannot be read takes no other with it: it is reported, and kept as it is. A
    /// name that several lines have belongs to the last of them.
    ///
    /// # Errors
    /// The file has more lines than `records`.
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<(Self, Vec<RecordProblem>), LimitExceeded> {
        let mut records = Self::default();
        let mut problems = Vec::new();
        let mut reader = RecordReader::new(limits);
        let mut lines = reader.push(bytes)?;
        lines.extend(reader.finish()?);
        for line in lines {
            records.take_line(line, &mut problems);
        }
        Ok((records, problems))
    }

    fn take_line(&mut self, line: RecordLine, problems: &mut Vec<RecordProblem>) {
        let mut report = |line, offset, error| problems.push(RecordProblem { line, offset, error });
        match line {
            RecordLine::Damaged(damaged) => {
                report(damaged.line, damaged.offset, damaged.error);
                self.damaged.extend(damaged.bytes);
            }
            RecordLine::Record { line, offset, record } => {
                let id = record.id.clone();
                if self.records.contains_key(&id) {
                    report(line, offset, LineError::Repeated { id: shown(&id) });
                }
                let text = record.to_json();
                match self.add(*record) {
                    Ok(change) => {
                        for moved in change.moved() {
                            let (name, from) = (shown(&moved.name), shown(&moved.from));
                            report(line, offset, LineError::NameMoved { name, from, to: shown(&id) });
                        }
                    }
                    // Nothing was added, so that the line has to stay.
                    Err(error) => {
                        report(line, offset, LineError::Refused(Box::new(error)));
                        self.damaged.push(text);
                    }
                }
            }
        }
    }

    /// The file: a line for each record, sorted by id, then the lines that could not be read.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for line in self.records.values().map(ImageRecord::to_json).chain(self.damaged.iter().cloned()) {
            out.extend(line);
            out.push(b'\n');
        }
        out
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// All records, by id.
    pub fn iter(&self) -> impl Iterator<Item = &ImageRecord> {
        self.records.values()
    }

    /// The record of that exact id.
    pub fn get(&self, id: &str) -> Option<&ImageRecord> {
        self.records.get(id)
    }

    /// Lines that could not be read and are kept, without their newlines.
    pub fn damaged(&self) -> &[Vec<u8>] {
        &self.damaged
    }

    /// Removes the lines that could not be read.
    pub fn discard_damaged(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.damaged)
    }

    /// The record that a text stands for: a name, an id, or the first digits of one. A whole id is never ambiguous.
    ///
    /// # Errors
    /// Nothing was asked for, it is neither, there is none, or several ids start like that.
    pub fn find(&self, text: &str, order: ResolveOrder) -> Result<&ImageRecord, RecordError> {
        if text.is_empty() {
            return Err(RecordError::Empty);
        }
        let (by_id, by_name) = (|| self.by_prefix(text), || self.by_name(text));
        let found = match order {
            ResolveOrder::IdsOnly => by_id()?,
            ResolveOrder::NamesOnly => by_name()?,
            ResolveOrder::IdsFirst => match by_id()? {
                Some(record) => Some(record),
                None => by_name()?,
            },
            ResolveOrder::NamesFirst => match (self.get(text), by_name()) {
                (Some(record), _) | (None, Ok(Some(record))) => Some(record),
                (None, Ok(None)) => by_id()?,
                (None, Err(error)) => Some(by_id()?.ok_or(error)?),
            },
        };
        found.ok_or_else(|| RecordError::NotFound { text: shown(text) })
    }

    fn by_prefix(&self, prefix: &str) -> Result<Option<&ImageRecord>, RecordError> {
        if let Some(record) = self.get(prefix) {
            return Ok(Some(record));
        }
        let mut fitting = self
            .records
            .iter_from(prefix)
            .map(|(_, record)| record)
            .take_while(|record| record.id.starts_with(prefix));
        match (fitting.next(), fitting.next()) {
            (Some(one), Some(other)) => {
                let candidates =
                    [one, other].into_iter().chain(fitting).take(100).map(|record| record.id.clone());
                Err(RecordError::Ambiguous { text: shown(prefix), candidates: candidates.collect() })
            }
            (only, _) => Ok(only),
        }
    }

    fn by_name(&self, text: &str) -> Result<Option<&ImageRecord>, RecordError> {
        // Names of foreign files need not be names by any grammar.
        let owner = match self.owners.get(text) {
            Some(owner) => Some(owner),
            None => {
                let names = ImageNames::parse(text).map_err(RecordError::Name)?;
                record::keys(&names).next().and_then(|key| self.owners.get(&key))
            }
        };
        Ok(owner.and_then(|id| self.records.get(id)))
    }
}
