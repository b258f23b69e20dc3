//! The index of digests by their first digits, as a handle.

use std::cell::RefCell;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::digest::parse;
use super::error::{BindingError, to_thrown};
use crate::digest;

/// Digests that are found by as many digits as make them unique.
#[wasm_bindgen]
#[derive(Default)]
pub struct ShortIds(RefCell<digest::ShortIds>);

#[wasm_bindgen]
impl ShortIds {
    /// An empty set.
    #[wasm_bindgen(constructor)]
    pub fn new() -> ShortIds {
        Self::default()
    }

    /// Puts a digest in; false when it was there.
    pub fn add(&self, digest: &str, algorithms: u32) -> Result<bool, JsValue> {
        let digest = parse(digest, algorithms).map_err(to_thrown)?;
        Ok(self.0.try_borrow_mut().map_err(|_| busy())?.insert(digest))
    }

    /// Takes a digest out; false when it was not there.
    pub fn remove(&self, digest: &str, algorithms: u32) -> Result<bool, JsValue> {
        let digest = parse(digest, algorithms).map_err(to_thrown)?;
        Ok(self.0.try_borrow_mut().map_err(|_| busy())?.remove(&digest))
    }

    /// Whether a digest is in it; what is no digest is not.
    pub fn has(&self, digest: &str, algorithms: u32) -> Result<bool, JsValue> {
        self.with(|ids| parse(digest, algorithms).is_ok_and(|digest| ids.contains(&digest)))
    }

    /// How many digests there are.
    pub fn size(&self) -> Result<usize, JsValue> {
        self.with(digest::ShortIds::len)
    }

    /// All digests.
    pub fn list(&self) -> Result<Vec<String>, JsValue> {
        self.with(|ids| {
            let mut list = Vec::with_capacity(ids.len());
            for digest in ids.iter() {
                list.push(digest.to_string());
            }
            list
        })
    }

    /// The one digest that a text stands for.
    pub fn lookup(&self, query: &str) -> Result<String, JsValue> {
        self.with(|ids| ids.lookup(query))?.map(|digest| digest.to_string()).map_err(to_thrown)
    }

    /// Each digest, followed by the fewest digits that stand for it alone.
    #[wasm_bindgen(js_name = shortCodes)]
    pub fn short_codes(&self, at_least: usize) -> Result<Vec<String>, JsValue> {
        let codes = self.with(|ids| ids.short_codes(at_least))?;
        let mut list = Vec::with_capacity(codes.len() * 2);
        for (digest, code) in codes {
            list.extend([digest.to_string(), code]);
        }
        Ok(list)
    }

    /// Reads something of the set.
    pub(super) fn with<T>(&self, read: impl FnOnce(&digest::ShortIds) -> T) -> Result<T, JsValue> {
        Ok(read(&*self.0.try_borrow().map_err(|_| busy())?))
    }
}

fn busy() -> JsValue {
    to_thrown(BindingError::Ended("index of short ids"))
}
