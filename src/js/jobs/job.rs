//! A piece of work that is fed bytes and gives bytes out.

use std::cell::RefCell;

use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::inspect::survey;
use crate::js::error::{BindingError, to_thrown};
use crate::js::opener::RangeData;
use crate::js::value::to_js;
use crate::json::size;

/// How far a piece of work has come.
#[derive(serde::Serialize)]
pub(in crate::js) struct Progress {
    #[serde(serialize_with = "size::serialize")]
    pub(in crate::js) bytes: u64,
    #[serde(serialize_with = "size::serialize")]
    pub(in crate::js) total: u64,
}

impl From<survey::Progress> for Progress {
    fn from(progress: survey::Progress) -> Self {
        Self { bytes: progress.bytes, total: progress.total }
    }
}

/// What a piece of work wants next.
pub(in crate::js) enum Step {
    /// A range is to be read to it from its beginning to its end.
    Read(RangeData),
    /// The caller is to be told something; the answer comes with the next call.
    Tell(JsValue),
    /// What a scan of this stored layer found is to be had, if there was one: it comes with the next call.
    Scan(usize),
    /// The same of another file, for work on two.
    #[allow(dead_code)]
    ReadOther(RangeData),
    /// Likewise.
    #[allow(dead_code)]
    ScanOther(usize),
    /// What has come out is to be taken, before more does. Not every module has work that needs it.
    #[allow(dead_code)]
    Take,
    /// Nothing: it has ended.
    Done,
}

/// A piece of work. What it appends to `out` goes to the caller, in that order.
pub(in crate::js) trait Work {
    /// Goes on until something is wanted. `answer` is that to what was told last.
    fn next(&mut self, answer: &JsValue, out: &mut Vec<u8>) -> Result<Step, JsValue>;

    /// Takes bytes of the range that is read.
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), JsValue>;

    /// The range has been read.
    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), JsValue>;

    /// Is no more of the range needed?
    fn is_enough(&self) -> bool {
        false
    }

    /// How far it has come, where that can be told.
    fn progress(&self) -> Option<Progress> {
        None
    }

    /// What it came to.
    fn report(&mut self) -> Result<JsValue, JsValue>;
}

struct Running {
    work: Box<dyn Work>,
    out: Vec<u8>,
}

/// A piece of work in JavaScript's hands. After an error it has ended.
#[wasm_bindgen]
pub struct JobHandle(RefCell<Option<Running>>);

impl JobHandle {
    pub(in crate::js) fn new(work: impl Work + 'static) -> Self {
        Self(RefCell::new(Some(Running { work: Box::new(work), out: Vec::new() })))
    }

    fn run<T>(
        &self,
        part: impl FnOnce(&mut dyn Work, &mut Vec<u8>) -> Result<T, JsValue>,
    ) -> Result<T, JsValue> {
        let mut place = self.0.try_borrow_mut().map_err(|_| ended())?;
        let running = place.as_mut().ok_or_else(ended)?;
        let result = part(running.work.as_mut(), &mut running.out);
        if result.is_err() {
            *place = None;
        }
        result
    }
}

#[wasm_bindgen]
impl JobHandle {
    /// What is wanted next: `{ read: { file, offset, length } }`, `{ event }`, `{ scan: layer }`, `{ more: true }`, or `{}` at
    /// the end. What is wanted of another file is `readOther` and `scanOther`.
    pub fn next(&self, answer: &JsValue) -> Result<JsValue, JsValue> {
        let (name, value) = match self.run(|work, out| work.next(answer, out))? {
            Step::Read(range) => ("read", to_js(&range)?),
            Step::Tell(event) => ("event", event),
            Step::Scan(layer) => ("scan", to_js(&layer)?),
            Step::ReadOther(range) => ("readOther", to_js(&range)?),
            Step::ScanOther(layer) => ("scanOther", to_js(&layer)?),
            Step::Take => ("more", JsValue::TRUE),
            Step::Done => return Ok(Object::new().into()),
        };
        let step = Object::new();
        Reflect::set(&step, &name.into(), &value)?;
        Ok(step.into())
    }

    /// Takes bytes of the range that is read. Is more of it needed?
    pub fn push(&self, bytes: &[u8]) -> Result<bool, JsValue> {
        self.run(|work, out| {
            work.push(bytes, out)?;
            Ok(!work.is_enough())
        })
    }

    /// The range has been read.
    pub fn end(&self) -> Result<(), JsValue> {
        self.run(|work, out| work.end(out))
    }

    /// What has come out since it was last asked; `undefined` when nothing has.
    pub fn take(&self) -> Option<Uint8Array> {
        let mut place = self.0.try_borrow_mut().ok()?;
        let out = &mut place.as_mut()?.out;
        let bytes = (!out.is_empty()).then(|| Uint8Array::from(out.as_slice()));
        out.clear();
        bytes
    }

    /// How far it has come: `{ bytes, total }`, or `undefined`.
    pub fn progress(&self) -> Result<JsValue, JsValue> {
        match self.run(|work, _| Ok(work.progress()))? {
            Some(progress) => to_js(&progress),
            None => Ok(JsValue::UNDEFINED),
        }
    }

    /// What it came to.
    pub fn report(&self) -> Result<JsValue, JsValue> {
        self.run(|work, _| work.report())
    }
}

fn ended() -> JsValue {
    to_thrown(BindingError::Ended("work"))
}
