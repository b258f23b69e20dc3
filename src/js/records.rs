//! Records of images that are single files. Each crosses as its line of JSON, which holds all of it.

use std::cell::RefCell;

use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::{BindingError, to_thrown};
use super::object::limits;
use super::order::order;
use super::value::to_js;
use crate::finding::ErrorData;
use crate::limits::Limits;
use crate::store::{ImageRecord, RecordChange, RecordFilter, Records};

/// `RecordChange` of the package.
#[derive(Serialize)]
struct ChangeData {
    #[serde(rename = "type")]
    kind: &'static str,
    moved: Vec<MovedData>,
}

#[derive(Serialize)]
struct MovedData {
    name: String,
    from: String,
}

impl From<RecordChange> for ChangeData {
    fn from(change: RecordChange) -> Self {
        let kind = match &change {
            RecordChange::Added { .. } => "added",
            RecordChange::Merged { .. } => "merged",
            RecordChange::Unchanged => "unchanged",
        };
        let moved = change.moved().iter();
        Self {
            kind,
            moved: moved.map(|one| MovedData { name: one.name.clone(), from: one.from.clone() }).collect(),
        }
    }
}

/// A file of records.
#[wasm_bindgen]
pub struct RecordsHandle(RefCell<Records>, Limits);

fn ended() -> JsValue {
    to_thrown(BindingError::Ended("file of records"))
}

fn line(record: &ImageRecord) -> String {
    String::from_utf8_lossy(&record.to_json()).into_owned()
}

/// A file of records, and `ErrorData[]` of what is wrong with its lines.
#[wasm_bindgen(js_name = readRecords)]
pub fn read_records(bytes: &[u8], limit_values: &JsValue) -> Result<Array, JsValue> {
    let limits = limits(limit_values)?;
    let (records, problems) = Records::read(bytes, &limits).map_err(to_thrown)?;
    let problems: Vec<ErrorData> = problems.iter().map(ErrorData::of).collect();
    Ok(Array::of2(&RecordsHandle(RefCell::new(records), limits).into(), &to_js(&problems)?))
}

impl RecordsHandle {
    fn with<T>(&self, read: impl FnOnce(&Records) -> Result<T, JsValue>) -> Result<T, JsValue> {
        read(&*self.0.try_borrow().map_err(|_| ended())?)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Records) -> Result<T, JsValue>) -> Result<T, JsValue> {
        change(&mut *self.0.try_borrow_mut().map_err(|_| ended())?)
    }
}

#[wasm_bindgen]
impl RecordsHandle {
    /// The lines of all records, or of those that a filter fits: by id.
    pub fn lines(&self, filter: Option<String>, is_glob: bool) -> Result<Vec<String>, JsValue> {
        self.with(|records| {
            let Some(text) = filter else { return Ok(records.iter().map(line).collect()) };
            let filter = if is_glob {
                RecordFilter::glob(&text).map_err(to_thrown)?
            } else {
                RecordFilter::prefix(text)
            };
            Ok(records.matching(&filter).map(line).collect())
        })
    }

    /// The line of the record that a text stands for.
    pub fn find(&self, text: &str, order_name: &str) -> Result<String, JsValue> {
        let order = order(order_name)?;
        self.with(|records| records.find(text, order).map(line).map_err(to_thrown))
    }

    /// Adds a record by its line: `RecordChange`.
    pub fn add(&self, line: &str) -> Result<JsValue, JsValue> {
        let record = ImageRecord::parse(line.as_bytes(), &self.1).map_err(to_thrown)?;
        self.change(|records| to_js(&ChangeData::from(records.add(record).map_err(to_thrown)?)))
    }

    /// Removes a record by its exact id: its line.
    pub fn remove(&self, id: &str) -> Result<String, JsValue> {
        self.change(|records| records.remove(id).map(|record| line(&record)).map_err(to_thrown))
    }

    /// Notes a user, or that there is one less. False when that was known.
    #[wasm_bindgen(js_name = setUser)]
    pub fn set_user(&self, id: &str, user: &str, uses: bool) -> Result<bool, JsValue> {
        self.change(|records| {
            let changed = if uses { records.borrow(id, user) } else { records.give_back(id, user) };
            changed.map_err(to_thrown)
        })
    }

    /// The file.
    #[wasm_bindgen(js_name = toBytes)]
    pub fn to_bytes(&self) -> Result<Vec<u8>, JsValue> {
        self.with(|records| Ok(records.to_bytes()))
    }
}
