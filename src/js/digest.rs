//! Digests.

use std::cell::RefCell;

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::{BindingError, to_thrown};
use super::value::to_js;
use crate::digest::{self, Algorithm, Digest};
use crate::image::{DiffId, chain_ids as chain};

#[derive(Serialize)]
struct DigestData {
    algorithm: &'static str,
    hex: String,
}

/// `{ algorithm, hex }` of a digest.
#[wasm_bindgen(js_name = parseDigest)]
pub fn parse_digest(text: &str) -> Result<JsValue, JsValue> {
    let digest = Digest::parse(text).map_err(to_thrown)?;
    to_js(&DigestData { algorithm: digest.algorithm().name(), hex: digest.hex() })
}

/// The digest of some bytes.
#[wasm_bindgen(js_name = digestBytes)]
pub fn digest_bytes(algorithm: &str, bytes: &[u8]) -> Result<String, JsValue> {
    Ok(Digest::of(parse_algorithm(algorithm)?, bytes).to_string())
}

/// The chain id of each layer, bottom first.
#[wasm_bindgen(js_name = chainIds)]
pub fn chain_ids(diff_ids: Vec<String>) -> Vec<String> {
    let diff_ids: Vec<DiffId> = diff_ids.into_iter().map(DiffId::new).collect();
    chain(&diff_ids).iter().map(ToString::to_string).collect()
}

/// A digest computed piece by piece.
#[wasm_bindgen]
pub struct Hasher(RefCell<Option<digest::Hasher>>);

#[wasm_bindgen]
impl Hasher {
    /// A hasher that has seen nothing.
    #[wasm_bindgen(constructor)]
    pub fn new(algorithm: &str) -> Result<Hasher, JsValue> {
        Ok(Self(RefCell::new(Some(digest::Hasher::new(parse_algorithm(algorithm)?)))))
    }

    /// Takes in more bytes.
    pub fn update(&self, bytes: &[u8]) -> Result<(), JsValue> {
        let mut hasher = self.0.try_borrow_mut().map_err(|_| ended())?;
        hasher.as_mut().ok_or_else(ended)?.update(bytes);
        Ok(())
    }

    /// The digest of everything taken in. Ends the hasher.
    pub fn finish(&self) -> Result<String, JsValue> {
        let hasher = self.0.try_borrow_mut().map_err(|_| ended())?.take();
        Ok(hasher.ok_or_else(ended)?.finish().to_string())
    }
}

fn ended() -> JsValue {
    to_thrown(BindingError::Ended("hasher"))
}

fn parse_algorithm(name: &str) -> Result<Algorithm, JsValue> {
    name.parse().map_err(to_thrown)
}
