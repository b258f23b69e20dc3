//! Scanning layers, for jobs that have to know their files.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::Opened;
use super::job::{JobHandle, Step, Work};
use super::options::count;
use crate::js::error::to_thrown;
use crate::js::object::{each_property, wrong};
use crate::layer::{ContentHash, LayerScan};

/// Layers that are scanned one after the other. One that has been scanned is not read again.
struct Scans {
    opened: Opened,
    /// The next one last.
    left: Vec<usize>,
    current: Option<(usize, LayerScan)>,
}

/// `{ layers: number[] }`.
pub(super) fn job(opened: &Opened, options: &JsValue) -> Result<JobHandle, JsValue> {
    let mut left = Vec::new();
    each_property(options, "options", |name, value| match name {
        "layers" => {
            let layers: Result<Vec<usize>, JsValue> =
                Array::from(value).iter().map(|layer| count("layers", &layer)).collect();
            left = layers?;
            left.reverse();
            Ok(())
        }
        _ => Err(wrong("options", &format!("there is no option `{name}`"))),
    })?;
    Ok(JobHandle::new(Scans { opened: opened.clone(), left, current: None }))
}

impl Work for Scans {
    fn next(&mut self, _answer: &JsValue, _out: &mut Vec<u8>) -> Result<Step, JsValue> {
        while let Some(layer) = self.left.pop() {
            if self.opened.archive()?.table(layer).is_none() {
                self.current = Some((layer, LayerScan::new(ContentHash::Xxh3, &self.opened.limits)));
                return Ok(Step::Read(self.opened.range(layer)?));
            }
        }
        Ok(Step::Done)
    }

    fn push(&mut self, bytes: &[u8], _out: &mut Vec<u8>) -> Result<(), JsValue> {
        if let Some((_, scan)) = &mut self.current {
            scan.push(bytes);
        }
        Ok(())
    }

    fn end(&mut self, _out: &mut Vec<u8>) -> Result<(), JsValue> {
        let Some((layer, scan)) = self.current.take() else { return Ok(()) };
        let mut archive = self.opened.archive.try_borrow_mut().map_err(|_| super::ended())?;
        archive.add_scan(layer, scan.finish()).map_err(to_thrown)
    }

    fn report(&mut self) -> Result<JsValue, JsValue> {
        Ok(JsValue::NULL)
    }
}
