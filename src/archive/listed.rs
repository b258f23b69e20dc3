//! Layers whose files are known by a table of contents that they carry, without a scan.

use std::sync::Arc;

use super::error::ArchiveError;
use super::model::Archive;
use crate::digest::{Algorithms, Digest};
use crate::layer::{FileTable, Toc};
use crate::manifest::{Manifest, media_type};

/// A table of contents, and its files as a scan would list them.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    toc: Toc,
    table: Arc<FileTable>,
}

impl Archive {
    /// Takes the table of contents of a layer, see [`TocOpener`](crate::layer::TocOpener). As long as the layer has not been
    /// scanned, [`Archive::tree`] takes its files from there, and [`Archive::file`] their contents.
    ///
    /// # Errors
    /// There is no such layer.
    pub fn add_toc(&mut self, layer: usize, toc: Toc) -> Result<(), ArchiveError> {
        self.layer(layer)?;
        let table = Arc::new(toc.table());
        self.layers[layer].listed = Some(Listed { toc, table });
        Ok(())
    }

    /// The table of contents of a layer, as far as it was looked for.
    pub fn toc(&self, layer: usize) -> Option<&Toc> {
        Some(&self.layers.get(layer)?.listed.as_ref()?.toc)
    }

    /// The digest that a manifest's annotation says the table of contents of a layer has.
    pub fn toc_digest(&self, layer: usize) -> Option<Digest> {
        let digest = self.layers.get(layer)?.digest.as_ref()?;
        let manifests = self.images.iter().filter_map(|image| image.manifest.as_ref()?.member);
        let described = manifests.filter_map(|member| {
            let manifest = Manifest::parse(self.documents.contents(member)?, &self.limits).ok()?;
            manifest.layers().iter().find(|layer| layer.digest == *digest).cloned()
        });
        let names = [media_type::ANNOTATION_STARGZ_TOC, media_type::ANNOTATION_CHUNKED_TOC];
        described
            .flat_map(|layer| names.map(|name| layer.annotations.get(name).cloned()))
            .flatten()
            .find_map(|text| Digest::parse_with(&text, Algorithms::ALL).ok())
    }

    /// The files of a layer: as a scan found them, or else as its table of contents has them.
    pub(super) fn known_files(&self, layer: usize) -> Option<&Arc<FileTable>> {
        let listed = || Some(&self.layers.get(layer)?.listed.as_ref()?.table);
        self.table(layer).or_else(listed)
    }
}
