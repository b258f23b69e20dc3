//! What jobs have to know of layers: their files.

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};

use super::{Opened, Step};
use crate::js::error::to_thrown;
use crate::js::scanned::decode;
use crate::layer::{ContentHash, LayerScan};

/// Layers whose files have to be known before the work itself. Whoever has scanned one is asked for what was found; where
/// nobody has, the layer is scanned here.
pub(in crate::js) struct Scanning {
    opened: Opened,
    /// The next one last.
    left: Vec<usize>,
    /// Whether layers are left alone that nobody has scanned.
    only_known: bool,
    /// The layer whose scan was asked for.
    asked: Option<usize>,
    current: Option<(usize, LayerScan)>,
}

impl Scanning {
    pub(in crate::js) fn new(opened: &Opened, mut layers: Vec<usize>) -> Self {
        layers.reverse();
        Self { opened: opened.clone(), left: layers, only_known: false, asked: None, current: None }
    }

    /// As far as somebody has scanned them.
    #[allow(dead_code)]
    pub(in crate::js) fn only_known(opened: &Opened, layers: Vec<usize>) -> Self {
        Self { only_known: true, ..Self::new(opened, layers) }
    }

    /// What is wanted to know the next layer; nothing when all are known. `answer` is that to what was asked last.
    pub(in crate::js) fn next(&mut self, answer: &JsValue) -> Result<Option<Step>, JsValue> {
        // Other work may have got it meanwhile.
        if let Some(layer) = self.asked.take().filter(|layer| !self.is_known(*layer)) {
            if let Some(scan) = answer.dyn_ref::<Uint8Array>() {
                self.opened.archive_mut()?.add_scan(layer, decode(scan)?).map_err(to_thrown)?;
            } else if !self.only_known {
                self.current = Some((layer, LayerScan::new(ContentHash::Xxh3, &self.opened.limits)));
                return self.opened.range(layer).map(|range| Some(Step::Read(range)));
            }
        }
        while let Some(layer) = self.left.pop() {
            if !self.is_known(layer) {
                self.asked = Some(layer);
                return Ok(Some(Step::Scan(layer)));
            }
        }
        Ok(None)
    }

    /// Takes bytes; false when none are scanned.
    pub(in crate::js) fn push(&mut self, bytes: &[u8]) -> bool {
        match &mut self.current {
            Some((_, scan)) => {
                scan.push(bytes);
                true
            }
            None => false,
        }
    }

    /// Ends a layer; false when none is scanned.
    pub(in crate::js) fn end(&mut self) -> Result<bool, JsValue> {
        let Some((layer, scan)) = self.current.take() else { return Ok(false) };
        self.opened.archive_mut()?.add_scan(layer, scan.finish()).map_err(to_thrown)?;
        Ok(true)
    }

    fn is_known(&self, layer: usize) -> bool {
        self.opened.archive().is_ok_and(|archive| archive.table(layer).is_some())
    }
}
