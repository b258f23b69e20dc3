//! An archive in another layout.

use wasm_bindgen::JsValue;

use super::Opened;
use super::job::{JobHandle, Step, Work};
use super::options::{images, platforms};
use super::write::{Settings, TarOut};
use crate::archive::Selection;
use crate::js::error::to_thrown;
use crate::js::object::{each_property, wrong};

/// An archive that is written as a tar of another layout.
struct Convert {
    opened: Opened,
    out: TarOut,
}

/// `WriteSettings` with `{ images?: (number | string)[], platforms?: string[] }`, the latter as JSON.
pub(super) fn job(opened: &Opened, options: &JsValue) -> Result<JobHandle, JsValue> {
    let mut settings = Settings::default();
    let mut selection = Selection::default();
    each_property(options, "options", |name, value| {
        match name {
            "images" => selection.images = images(value)?,
            "platforms" => selection.platforms = platforms(value)?,
            _ if settings.set(name, value)? => {}
            _ => return Err(wrong("options", &format!("there is no option `{name}`"))),
        }
        Ok(())
    })?;
    let contents = opened.archive()?.contents(&selection).map_err(to_thrown)?;
    let out = TarOut::new(contents, &settings, &opened.limits)?;
    Ok(JobHandle::new(Convert { opened: opened.clone(), out }))
}

impl Work for Convert {
    fn next(&mut self, _answer: &JsValue, out: &mut Vec<u8>) -> Result<Step, JsValue> {
        match self.out.next(out)? {
            Some(layer) => Ok(Step::Read(self.opened.range(layer)?)),
            None => Ok(Step::Done),
        }
    }

    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), JsValue> {
        self.out.push(bytes, out)
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), JsValue> {
        self.out.end(out)
    }

    fn report(&mut self) -> Result<JsValue, JsValue> {
        self.out.report()
    }
}
