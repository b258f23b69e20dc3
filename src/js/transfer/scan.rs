//! Scanning layers, for jobs that have to know their files.

use wasm_bindgen::JsValue;

use super::Opened;
use crate::js::error::to_thrown;
use crate::js::opener::RangeData;
use crate::layer::{ContentHash, LayerScan};

/// Layers that are scanned one after the other, before the work itself. One that has been scanned is not read again.
pub(super) struct Scanning {
    opened: Opened,
    /// The next one last.
    left: Vec<usize>,
    current: Option<(usize, LayerScan)>,
}

impl Scanning {
    pub(super) fn new(opened: &Opened, mut layers: Vec<usize>) -> Self {
        layers.reverse();
        Self { opened: opened.clone(), left: layers, current: None }
    }

    /// The range of the next layer that has to be scanned; nothing when all have been.
    pub(super) fn next(&mut self) -> Result<Option<RangeData>, JsValue> {
        while let Some(layer) = self.left.pop() {
            if self.opened.archive()?.table(layer).is_none() {
                self.current = Some((layer, LayerScan::new(ContentHash::Xxh3, &self.opened.limits)));
                return self.opened.range(layer).map(Some);
            }
        }
        Ok(None)
    }

    /// Takes bytes; false when none are scanned.
    pub(super) fn push(&mut self, bytes: &[u8]) -> bool {
        match &mut self.current {
            Some((_, scan)) => {
                scan.push(bytes);
                true
            }
            None => false,
        }
    }

    /// Ends a layer; false when none is scanned.
    pub(super) fn end(&mut self) -> Result<bool, JsValue> {
        let Some((layer, scan)) = self.current.take() else { return Ok(false) };
        self.opened.archive_mut()?.add_scan(layer, scan.finish()).map_err(to_thrown)?;
        Ok(true)
    }
}
