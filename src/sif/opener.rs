//! Opening a SIF file: header, table and documents are read, data are jumped over.

use super::check;
use super::descriptor::{DESCRIPTOR_BYTES, Descriptor};
use super::error::SifError;
use super::header::Header;
use super::image::Sif;
use crate::finding::{Finding, Findings, Severity};
use crate::limits::{LimitExceeded, Limits};

/// A range of bytes that is needed next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
    /// First byte.
    pub offset: u64,
    /// Number of bytes, never beyond the end of the file.
    pub length: u64,
}

/// First bytes that are read at once: header and table of nearly all files, and most of the documents.
const START: u64 = 40 << 10;

enum Stage {
    /// The first bytes are wanted.
    Start,
    /// The table of descriptors is wanted.
    Table(Header),
    /// Documents are wanted, by their positions in the table; the next one last.
    Documents { sif: Box<Sif>, left: Vec<usize> },
    /// Everything is known.
    Done(Box<Sif>),
    /// An error was returned.
    Ended,
}

/// Opens a SIF file without reading it: says which bytes it wants, and is given them.
///
/// ```
/// use layerglass::sif::{DataType, Opener};
/// let file = std::fs::read("tests/fixtures/quirks.sif").unwrap();
/// let mut opener = Opener::new(file.len() as u64, &Default::default());
/// let mut want = opener.next(None).unwrap();
/// while let Some(range) = want {
///     let bytes = &file[range.offset as usize..][..range.length as usize];
///     want = opener.next(Some(bytes)).unwrap();
/// }
/// let sif = opener.finish().unwrap();
/// assert_eq!(sif.header().architecture.name(), Some("amd64"));
/// assert_eq!(sif.descriptors()[3].data_type, DataType::Partition);
/// ```
pub struct Opener {
    stage: Stage,
    size: u64,
    want: Option<Want>,
    /// The first bytes of the file.
    start: Vec<u8>,
    findings: Findings,
    /// Bytes of documents that may still be read.
    budget: u64,
    limits: Limits,
}

impl Opener {
    /// Opens a file of `size` bytes.
    pub fn new(size: u64, limits: &Limits) -> Self {
        Self {
            stage: Stage::Start,
            size,
            want: None,
            start: Vec::new(),
            findings: Findings::new(limits.findings),
            budget: limits.sif_document_bytes,
            limits: *limits,
        }
    }

    /// Takes the bytes that were wanted last and says which it wants next; `None` when it wants no more.
    ///
    /// # Errors
    /// The file is no SIF file, ends early, or passes a limit.
    pub fn next(&mut self, response: Option<&[u8]>) -> Result<Option<Want>, SifError> {
        let result = match (self.want.take(), response) {
            (Some(want), Some(bytes)) => self.take(want, bytes),
            (Some(want), None) => {
                self.want = Some(want);
                return Ok(self.want);
            }
            (None, _) => Ok(()),
        };
        self.want = match result.and_then(|()| self.advance()) {
            Ok(want) => want,
            Err(error) => {
                self.stage = Stage::Ended;
                return Err(error);
            }
        };
        Ok(self.want)
    }

    /// The opened file.
    ///
    /// # Errors
    /// [`SifError::Unfinished`] before [`Opener::next`] has answered `None`.
    pub fn finish(self) -> Result<Sif, SifError> {
        match self.stage {
            Stage::Done(sif) => Ok(*sif),
            _ => Err(SifError::Unfinished),
        }
    }

    fn advance(&mut self) -> Result<Option<Want>, SifError> {
        loop {
            match std::mem::replace(&mut self.stage, Stage::Ended) {
                Stage::Start if self.size == 0 => return Err(SifError::not_sif(&[])),
                Stage::Start => {
                    self.stage = Stage::Start;
                    return Ok(Some(Want { offset: 0, length: self.size.min(START) }));
                }
                Stage::Table(header) => {
                    let want = self.table(&header)?;
                    if let Some(bytes) = self.known(want) {
                        let bytes = bytes.to_vec();
                        self.read_table(header, &bytes);
                    } else {
                        self.stage = Stage::Table(header);
                        return Ok(Some(want));
                    }
                }
                Stage::Documents { mut sif, mut left } => {
                    let Some(&next) = left.last() else {
                        left = sif.further_documents(&self.limits);
                        if left.is_empty() {
                            check::documents(&sif, &self.limits, &mut self.findings);
                            sif.set_findings(std::mem::take(&mut self.findings));
                            self.stage = Stage::Done(sif);
                            return Ok(None);
                        }
                        left.reverse();
                        self.stage = Stage::Documents { sif, left };
                        continue;
                    };
                    let want = self.document(&mut sif, next);
                    match want.map(|want| (want, self.known(want).map(<[u8]>::to_vec))) {
                        Some((want, None)) => {
                            self.stage = Stage::Documents { sif, left };
                            return Ok(Some(want));
                        }
                        Some((_, Some(bytes))) => sif.add_document(next, bytes),
                        None => {}
                    }
                    left.pop();
                    self.stage = Stage::Documents { sif, left };
                }
                done @ (Stage::Done(_) | Stage::Ended) => {
                    self.stage = done;
                    return Ok(None);
                }
            }
        }
    }

    fn take(&mut self, want: Want, bytes: &[u8]) -> Result<(), SifError> {
        if (bytes.len() as u64) < want.length {
            let found = want.offset.saturating_add(bytes.len() as u64);
            return Err(SifError::Truncated { expected: self.size, found });
        }
        match std::mem::replace(&mut self.stage, Stage::Ended) {
            Stage::Start => {
                self.stage = Stage::Table(Header::parse(bytes)?);
                self.start = bytes.to_vec();
            }
            Stage::Table(header) => self.read_table(header, bytes),
            Stage::Documents { mut sif, mut left } => {
                if let Some(index) = left.pop() {
                    sif.add_document(index, bytes.to_vec());
                }
                self.stage = Stage::Documents { sif, left };
            }
            other => self.stage = other,
        }
        Ok(())
    }

    /// The bytes of a range that came with the first ones.
    fn known(&self, want: Want) -> Option<&[u8]> {
        let start = usize::try_from(want.offset).ok()?;
        let end = start.checked_add(usize::try_from(want.length).ok()?)?;
        self.start.get(start..end)
    }

    /// Where the table is, as far as the file has it.
    fn table(&mut self, header: &Header) -> Result<Want, SifError> {
        let whole = |field: &'static str, number: i64| {
            u64::try_from(number).map_err(|_| SifError::Negative { field, found: number })
        };
        let total = whole("number of descriptors", header.descriptors_total)?;
        let offset = whole("offset of descriptors", header.descriptors_offset)?;
        LimitExceeded::check("sifDescriptors", self.limits.sif_descriptors.into(), total)?;
        if offset > self.size || (offset == self.size && total > 0) {
            return Err(SifError::TableBehindEnd { offset, size: self.size });
        }
        let length = total * DESCRIPTOR_BYTES as u64;
        let held = length.min(self.size - offset);
        if held < length {
            let message = "the file ends within the table of descriptors: the last ones are lost";
            self.findings.push(|| {
                Finding::new(Severity::Error, "sif-table-end", message)
                    .at_offset(offset)
                    .differing(length.to_string(), held.to_string())
            });
        }
        Ok(Want { offset, length: held })
    }

    fn read_table(&mut self, header: Header, bytes: &[u8]) {
        let entries = bytes.as_chunks::<DESCRIPTOR_BYTES>().0;
        let parsed = (0..).zip(entries).filter_map(|(slot, entry)| Descriptor::parse(slot, entry));
        let sif = Box::new(Sif::new(self.size, header, parsed.collect()));
        check::structure(&sif, &mut self.findings);
        let mut left = sif.first_documents();
        left.reverse();
        self.stage = Stage::Documents { sif, left };
    }

    /// Where a document is; `None` when it is not to be read, which is noted.
    fn document(&mut self, sif: &mut Sif, index: usize) -> Option<Want> {
        let descriptor = sif.descriptors().get(index)?;
        // What does not lie in the file was found already.
        let range = descriptor.range().filter(|range| range.end <= self.size)?;
        let length = range.end - range.start;
        if length > self.budget {
            let (id, limit) = (descriptor.id, self.limits.sif_document_bytes);
            let message = format!("object {id} is not read: the documents have more than {limit} bytes");
            self.findings.push(|| {
                Finding::new(Severity::Warning, "sif-document-unread", message).at_offset(range.start)
            });
            return None;
        }
        self.budget -= length;
        if length == 0 {
            sif.add_document(index, Vec::new());
            return None;
        }
        Some(Want { offset: range.start, length })
    }
}
