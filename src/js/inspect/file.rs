//! One file of an image, in any of its versions, read from the last place before it.

use std::sync::Arc;

use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::archive::{ArchiveError, ArchiveFile, ArchiveFileStep};
use crate::js::error::to_thrown;
use crate::js::jobs::{JobHandle, Opened, Scanning, Step, Work, count};
use crate::js::object::{each_property, wrong};
use crate::js::opener::RangeData;
use crate::js::value::to_js;
use crate::json::size;
use crate::layer::{FileTable, FileVersion, versions};

/// Which file is wanted.
#[derive(Default)]
struct Wanted {
    image: usize,
    path: String,
    /// The version that this layer of the image wrote; by default what all layers leave.
    layer: Option<usize>,
    /// An entry of that layer's tar, where the path has several.
    entry: Option<u32>,
}

impl Wanted {
    fn read(options: &JsValue) -> Result<Self, JsValue> {
        let (mut wanted, mut image) = (Self::default(), None);
        each_property(options, "options", |name, value| {
            match name {
                "image" => image = Some(count("image", value)?),
                "path" => wanted.path = value.as_string().ok_or_else(|| wrong("path", "it is no text"))?,
                "layer" => wanted.layer = Some(count("layer", value)?),
                "entry" => wanted.entry = u32::try_from(count("entry", value)?).ok(),
                _ => return Err(wrong("options", &format!("there is no option `{name}`"))),
            }
            Ok(())
        })?;
        wanted.image = image.ok_or_else(|| wrong("options", "`image` is missing"))?;
        Ok(wanted)
    }
}

/// What became of the path, layer by layer.
fn versions_of(opened: &Opened, wanted: &Wanted) -> Result<Vec<FileVersion>, JsValue> {
    let layers = opened.layers(wanted.image)?;
    let archive = opened.archive()?;
    let tables: Vec<Arc<FileTable>> =
        layers.iter().filter_map(|layer| archive.table(*layer).cloned()).collect();
    versions(&tables, wanted.path.as_bytes(), &opened.limits).map_err(to_thrown)
}

/// A list of versions.
struct Versions {
    opened: Opened,
    wanted: Wanted,
    scanning: Scanning,
}

/// `{ image, path }`: its report is `FileVersion[]`.
pub(super) fn versions_job(opened: &Opened, options: &JsValue) -> Result<JobHandle, JsValue> {
    let wanted = Wanted::read(options)?;
    let scanning = Scanning::new(opened, opened.layers(wanted.image)?);
    Ok(JobHandle::new(Versions { opened: opened.clone(), wanted, scanning }))
}

impl Work for Versions {
    fn next(&mut self, answer: &JsValue, _out: &mut Vec<u8>) -> Result<Step, JsValue> {
        Ok(self.scanning.next(answer)?.unwrap_or(Step::Done))
    }

    fn push(&mut self, bytes: &[u8], _out: &mut Vec<u8>) -> Result<(), JsValue> {
        self.scanning.push(bytes);
        Ok(())
    }

    fn end(&mut self, _out: &mut Vec<u8>) -> Result<(), JsValue> {
        self.scanning.end().map(|_| ())
    }

    fn report(&mut self) -> Result<JsValue, JsValue> {
        to_js(&versions_of(&self.opened, &self.wanted)?)
    }
}

/// Bytes of contents that are handed over before more of them are made.
const MOST_HELD: usize = 1 << 20;

/// A file that is read.
struct FileJob {
    opened: Opened,
    wanted: Wanted,
    scanning: Scanning,
    file: Option<ArchiveFile>,
    /// What was asked for and has come.
    response: Option<Vec<u8>>,
}

/// `{ image, path, layer?, entry? }`: it tells `{ size, layer, entry }` and gives the contents.
pub(super) fn job(opened: &Opened, options: &JsValue) -> Result<JobHandle, JsValue> {
    let wanted = Wanted::read(options)?;
    let scanning = Scanning::new(opened, opened.layers(wanted.image)?);
    Ok(JobHandle::new(FileJob { opened: opened.clone(), wanted, scanning, file: None, response: None }))
}

/// Where the file lies.
#[derive(Serialize)]
struct Found {
    #[serde(serialize_with = "size::serialize")]
    size: u64,
    layer: usize,
    entry: u32,
}

impl FileJob {
    fn open(&mut self) -> Result<Step, JsValue> {
        let Wanted { image, path, layer, entry } = &self.wanted;
        let (stored, row) = match layer {
            None => self.opened.archive()?.find_file(*image, path.as_bytes()).map_err(to_thrown)?,
            Some(layer) => {
                let is_it = |version: &&FileVersion| {
                    let is_entry = |entry| version.source.is_some_and(|source| source.entry == entry);
                    version.layer == *layer && version.source.is_some() && entry.is_none_or(is_entry)
                };
                let found = versions_of(&self.opened, &self.wanted)?;
                let source = found.iter().rev().find(is_it).and_then(|version| version.source);
                let source = source
                    .ok_or_else(|| to_thrown(ArchiveError::NoFile { image: *image, path: path.clone() }))?;
                let stored = self.opened.layers(*image)?.get(source.layer).copied().unwrap_or(usize::MAX);
                (stored, source.entry)
            }
        };
        let file = self.opened.archive()?.file(stored, row).map_err(to_thrown)?;
        let found = to_js(&Found { size: file.size(), layer: stored, entry: row })?;
        self.file = Some(file);
        Ok(Step::Tell(found))
    }
}

impl Work for FileJob {
    fn next(&mut self, answer: &JsValue, out: &mut Vec<u8>) -> Result<Step, JsValue> {
        if let Some(step) = self.scanning.next(answer)? {
            return Ok(step);
        }
        let response = self.response.take();
        let Some(file) = &mut self.file else { return self.open() };
        let mut response = response.as_deref();
        loop {
            match file.next(response.take()).map_err(to_thrown)? {
                ArchiveFileStep::Want(want) => {
                    self.response = Some(Vec::new());
                    return Ok(Step::Read(RangeData::from(want)));
                }
                ArchiveFileStep::Bytes(bytes) => {
                    out.extend_from_slice(bytes);
                    // Holes and what compresses well come from few bytes.
                    if out.len() >= MOST_HELD {
                        return Ok(Step::Take);
                    }
                }
                ArchiveFileStep::Done => return Ok(Step::Done),
            }
        }
    }

    fn push(&mut self, bytes: &[u8], _out: &mut Vec<u8>) -> Result<(), JsValue> {
        if !self.scanning.push(bytes)
            && let Some(response) = &mut self.response
        {
            response.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn end(&mut self, _out: &mut Vec<u8>) -> Result<(), JsValue> {
        self.scanning.end().map(|_| ())
    }

    fn report(&mut self) -> Result<JsValue, JsValue> {
        Ok(JsValue::NULL)
    }
}
