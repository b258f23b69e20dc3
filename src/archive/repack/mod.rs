//! Making an image anew out of one: its layers made one, files left out, times and owners made alike.

mod error;
mod report;

use std::ops::Range;
use std::sync::Arc;

pub use error::RepackError;
pub use report::{RepackReport, RepackedLayer};

use super::extract::ExtractError;
use super::model::Archive;
use super::write::{ImageParts, LayerParts};
use crate::codec::Compression;
use crate::digest::Digest;
use crate::image::{DiffId, ImageConfig, LayerChange, StepTimes};
use crate::layer::{EntryOwners, EntryTimes, FileTable, PathPatterns, Squash, SquashOptions, SquashReport};
use crate::limits::Limits;
use crate::reference::Reference;
use crate::tar::WriteFormat;

/// Which layers become one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SquashLayers {
    /// None.
    #[default]
    None,
    /// All of them.
    All,
    /// Those of each range, counted from the lowest.
    Ranges(Vec<Range<usize>>),
}

/// What an image is made anew with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepackOptions {
    /// Layers that become one.
    pub squash: SquashLayers,
    /// What is left out of all layers.
    pub drop: PathPatterns,
    /// Times of files.
    pub times: EntryTimes,
    /// Owners of files.
    pub owners: EntryOwners,
    /// Leave out layers of which nothing is left, and those that held nothing before.
    pub drop_empty: bool,
    /// Times that the config tells: `created`, and those of the history.
    pub created: StepTimes,
    /// The header family of layers that are written anew.
    pub format: WriteFormat,
    /// Names of the new image; by default those of the old one.
    pub names: Option<Vec<Reference>>,
}

impl RepackOptions {
    /// What layers are made one with.
    fn squash_options(&self) -> SquashOptions {
        SquashOptions {
            drop: self.drop.clone(),
            times: self.times,
            owners: self.owners.clone(),
            format: self.format,
            ..SquashOptions::default()
        }
    }
}

/// A layer that was written anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLayer {
    /// Its tar's digest.
    pub diff_id: Digest,
    /// Bytes of its tar.
    pub tar_size: u64,
    /// What was made of the old ones.
    pub report: SquashReport,
    /// How its bytes are kept until they are written: digest, number of bytes, compression.
    pub stored: (Digest, u64, Compression),
}

/// The making of an image anew: which layers stay, which become one, and what is said of them afterwards.
///
/// Ranges of layers are asked for one after another with [`RepackPlan::next_range`]; a layer that would not change stays as it is, byte by
/// byte.
#[derive(Debug)]
pub struct RepackPlan {
    image: usize,
    options: RepackOptions,
    config: ImageConfig,
    ranges: Vec<Range<usize>>,
    /// Nothing is asked for that needs the layers' tables.
    is_plain: bool,
    tables: Vec<Arc<FileTable>>,
    done: Vec<Option<NewLayer>>,
    limits: Limits,
}

/// What is to be done with the next layers.
#[derive(Debug)]
pub enum RangeWork {
    /// It is one layer, and stays as it is.
    Keep,
    /// A new layer is made of them.
    Squash(Box<Squash>),
}

impl RepackPlan {
    /// What is to be done with the layers of an image. They must have been scanned, unless nothing but names, times of the
    /// config and the form of layers change.
    ///
    /// # Errors
    /// There is no such image, it has no config, a layer has not been scanned or failed, or a range does not lie within
    /// the layers or within no other range.
    pub fn new(archive: &Archive, image: usize, options: &RepackOptions) -> Result<Self, RepackError> {
        let raw = archive.raw_config(image)?;
        let config = ImageConfig::parse(raw, &archive.limits)?;
        let count = archive.image_layer_count(image)?;
        let diff_ids = config.rootfs().diff_ids.len();
        if diff_ids != count {
            return Err(RepackError::LayerCount { expected: diff_ids, found: count });
        }
        let ranges = ranges(&options.squash, count)?;
        let is_plain = ranges.len() == count
            && options.drop.is_empty()
            && options.times == EntryTimes::Keep
            && options.owners == EntryOwners::Keep
            && !options.drop_empty;
        let tables = if is_plain { Vec::new() } else { archive.tables(image, usize::MAX)? };
        for layer in (0..count).filter(|_| !is_plain) {
            let stored = archive.image_layer(image, layer)?;
            let report = archive.layers.get(stored).and_then(|layer| layer.report.as_ref());
            if let Some(error) = report.and_then(|report| report.error.clone()) {
                return Err(RepackError::Damaged { layer, error: Box::new(error) });
            }
        }
        let limits = archive.limits;
        let options = options.clone();
        Ok(Self { image, options, config, ranges, is_plain, tables, done: Vec::new(), limits })
    }

    /// The layers that one layer, or none, takes the place of: range after range, from the lowest on.
    pub fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// What the uppermost layer of a range is compressed with.
    pub fn compression(&self, archive: &Archive, range: &Range<usize>) -> Compression {
        let last = range.end.checked_sub(1).and_then(|layer| archive.image_layer(self.image, layer).ok());
        let report = last.and_then(|layer| archive.layers.get(layer)?.report.as_ref());
        report.map_or(Compression::None, |report| report.compression)
    }

    /// What is to be done with the next range; nothing after the last one. It is to be [told](RepackPlan::tell) what came of it.
    ///
    /// # Errors
    /// Why layers cannot be made one.
    pub fn next_range(&self) -> Result<Option<(Range<usize>, RangeWork)>, RepackError> {
        let Some(range) = self.ranges.get(self.done.len()).cloned() else { return Ok(None) };
        if self.is_plain {
            return Ok(Some((range, RangeWork::Keep)));
        }
        let squash = Squash::new(&self.tables, range.clone(), &self.options.squash_options(), &self.limits);
        let squash = squash.map_err(ExtractError::from)?;
        let is_empty = self.tables.get(range.start).is_some_and(|table| table.is_empty());
        // What held nothing is looked at again, so that it can go.
        let stays = squash.changes_nothing() && !(is_empty && self.options.drop_empty);
        let work = if stays { RangeWork::Keep } else { RangeWork::Squash(Box::new(squash)) };
        Ok(Some((range, work)))
    }

    /// Takes what came of the range that was asked for last: a new layer, or none because the old one stays.
    pub fn tell(&mut self, layer: Option<NewLayer>) {
        self.done.push(layer);
    }

    /// The new image as parts that can be written, and what is to be told of it. New layers have the sources from `first_source`
    /// on, one for each range in order.
    ///
    /// # Errors
    /// Not all ranges are done, or a document of the image is not what it should be.
    pub fn finish(
        self,
        archive: &Archive,
        first_source: usize,
    ) -> Result<(ImageParts, RepackReport), RepackError> {
        if self.done.len() != self.ranges.len() {
            return Err(RepackError::Unfinished);
        }
        let old = archive.image_parts(self.image)?;
        let mut report = RepackReport::of(self.config.id(), &old);
        let mut layers = Vec::new();
        let mut changes = Vec::new();
        for (index, (range, new)) in self.ranges.iter().zip(self.done).enumerate() {
            let replaced = old.layers.get(range.clone()).unwrap_or_default();
            let diff_ids = self.config.rootfs().diff_ids.get(range.clone()).unwrap_or_default();
            let Some(new) = new else {
                report.kept(RepackedLayer::of(range.clone(), diff_ids, replaced));
                layers.extend_from_slice(replaced);
                continue;
            };
            let goes = self.options.drop_empty && new.report.entries == 0;
            let (digest, size, compression) = new.stored;
            report.made(RepackedLayer::of(range.clone(), diff_ids, replaced), &new, goes);
            changes.push(LayerChange {
                layers: range.clone(),
                diff_id: (!goes).then(|| DiffId::from(new.diff_id)),
                comment: format!("layers {} to {} of {}", range.start + 1, range.end, self.config.id()),
            });
            if !goes {
                layers.push(LayerParts {
                    source: Some(first_source + index),
                    entry: format!("new layer {}", layers.len()),
                    diff_id: Some(new.diff_id.into()),
                    digest: Some(digest),
                    size: Some(size),
                    tar_size: Some(new.tar_size),
                    compression: Some(compression),
                    ..LayerParts::default()
                });
            }
        }
        let config = self.config.with_layers(&changes, &self.options.created, &self.limits)?;
        report.id = config.id().to_string();
        let parts = ImageParts {
            config: config.raw().to_vec(),
            names: self.options.names.unwrap_or(old.names),
            ref_names: old.ref_names,
            platform: old.platform,
            layers,
            ..ImageParts::default()
        };
        Ok((parts, report))
    }
}

/// The ranges that layers are asked for in, single ones included.
fn ranges(squash: &SquashLayers, count: usize) -> Result<Vec<Range<usize>>, RepackError> {
    let mut asked = match squash {
        SquashLayers::None => Vec::new(),
        SquashLayers::All if count == 0 => Vec::new(),
        SquashLayers::All => std::iter::once(0..count).collect(),
        SquashLayers::Ranges(ranges) => ranges.clone(),
    };
    asked.sort_by_key(|range| range.start);
    let mut all = Vec::new();
    let mut at = 0;
    for range in asked {
        if range.start < at || range.start >= range.end || range.end > count {
            return Err(RepackError::Range { start: range.start, end: range.end, count });
        }
        all.extend((at..range.start).map(|layer| layer..layer + 1));
        at = range.end;
        all.push(range);
    }
    all.extend((at..count).map(|layer| layer..layer + 1));
    Ok(all)
}
