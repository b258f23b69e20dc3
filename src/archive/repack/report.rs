//! What became of an image that was made anew.

use std::ops::Range;

use serde::Serialize;

use super::NewLayer;
use crate::archive::write::{ImageParts, LayerParts, LayoutReport};
use crate::image::{DiffId, ImageId};
use crate::json::size;
use crate::layer::SquashReport;

/// What became of some layers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RepackedLayer {
    /// The first of the old layers, counted from 0.
    pub start: usize,
    /// The layer after the last of them.
    pub end: usize,
    /// Their diff ids.
    pub replaced: Vec<String>,
    /// Diff id of the layer that is there now; nothing when none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff_id: Option<String>,
    /// It is the old layer, byte by byte as a tar.
    pub kept: bool,
    /// Bytes of the old tars, as far as they are known.
    #[serde(serialize_with = "size::serialize")]
    pub tar_before: u64,
    /// Bytes of the tar now.
    #[serde(serialize_with = "size::serialize")]
    pub tar_after: u64,
    /// Bytes that stored the old layers.
    #[serde(serialize_with = "size::serialize")]
    pub stored_before: u64,
    /// Bytes that store the layer now.
    #[serde(serialize_with = "size::serialize")]
    pub stored_after: u64,
    /// What was written, and what was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub squash: Option<SquashReport>,
}

/// What became of an image that was made anew, and what that saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RepackReport {
    /// Its id before.
    pub id_before: String,
    /// Its id now.
    pub id: String,
    /// Its layers.
    pub layers: Vec<RepackedLayer>,
    /// Bytes of all tars before, as far as they are known.
    #[serde(serialize_with = "size::serialize")]
    pub tar_before: u64,
    /// Bytes of all tars now.
    #[serde(serialize_with = "size::serialize")]
    pub tar_after: u64,
    /// Bytes that stored its layers before.
    #[serde(serialize_with = "size::serialize")]
    pub stored_before: u64,
    /// Bytes that store its layers now.
    #[serde(serialize_with = "size::serialize")]
    pub stored_after: u64,
    /// Paths that patterns left out, of all layers.
    #[serde(serialize_with = "size::serialize")]
    pub dropped: u64,
    /// The manifest and annotations of the old image are gone: they were about other layers.
    pub manifest_replaced: bool,
}

impl RepackReport {
    pub(super) fn of(id: ImageId, old: &ImageParts) -> Self {
        Self { id_before: id.to_string(), manifest_replaced: old.manifest.is_some(), ..Self::default() }
    }

    pub(super) fn kept(&mut self, mut layer: RepackedLayer) {
        layer.kept = true;
        layer.diff_id = layer.replaced.first().cloned();
        layer.tar_after = layer.tar_before;
        layer.stored_after = layer.stored_before;
        self.add(layer);
    }

    pub(super) fn made(&mut self, mut layer: RepackedLayer, new: &NewLayer, goes: bool) {
        if !goes {
            layer.diff_id = Some(new.diff_id.to_string());
            (layer.tar_after, layer.stored_after) = (new.tar_size, new.stored.1);
        }
        self.dropped += new.report.dropped;
        layer.squash = Some(new.report.clone());
        self.add(layer);
    }

    fn add(&mut self, layer: RepackedLayer) {
        self.layers.push(layer);
        self.sum();
    }

    fn sum(&mut self) {
        let sum =
            |bytes: fn(&RepackedLayer) -> u64| self.layers.iter().map(bytes).fold(0, u64::saturating_add);
        let (tar_before, tar_after) = (sum(|layer| layer.tar_before), sum(|layer| layer.tar_after));
        let (stored_before, stored_after) =
            (sum(|layer| layer.stored_before), sum(|layer| layer.stored_after));
        (self.tar_before, self.tar_after) = (tar_before, tar_after);
        (self.stored_before, self.stored_after) = (stored_before, stored_after);
    }

    /// Takes what was written in the end: layers may have been compressed anew.
    pub fn written(&mut self, report: &LayoutReport) {
        for layer in &mut self.layers {
            let written =
                report.layers.iter().find(|written| Some(&written.diff_id) == layer.diff_id.as_ref());
            if let Some(written) = written {
                layer.stored_after = written.written_size;
            }
        }
        self.sum();
    }
}

impl RepackedLayer {
    pub(super) fn of(range: Range<usize>, diff_ids: &[DiffId], replaced: &[LayerParts]) -> Self {
        let sum = |bytes: fn(&LayerParts) -> Option<u64>| {
            replaced.iter().filter_map(bytes).fold(0, u64::saturating_add)
        };
        Self {
            start: range.start,
            end: range.end,
            replaced: diff_ids.iter().map(|diff_id| diff_id.as_str().to_owned()).collect(),
            tar_before: sum(|layer| layer.tar_size),
            stored_before: sum(|layer| layer.size),
            ..Self::default()
        }
    }
}
