//! Digests, and hashers as handles.

use std::cell::RefCell;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::{BindingError, to_thrown};
use crate::digest::{self, Algorithm, Algorithms, Digest, DigestError};
use crate::image::{DiffId, chain_ids as chain};

/// Algorithms as they cross, the lowest bit first.
const NAMES: [&str; 4] = ["sha256", "sha384", "sha512", "blake3"];

/// The algorithms of some bits.
pub(super) fn algorithms(bits: u32) -> Algorithms {
    // Nearly always these; each call about a reference asks.
    if bits == 7 {
        return Algorithms::DEFAULT;
    }
    let named =
        |(bit, name): (usize, &str)| (bits >> bit & 1 == 1).then(|| Algorithm::from_name(name)).flatten();
    NAMES.into_iter().enumerate().filter_map(named).collect()
}

/// A digest of one of the algorithms.
pub(super) fn parse(text: &str, bits: u32) -> Result<Digest, DigestError> {
    Digest::parse_with(text, algorithms(bits))
}

/// Whether a text is a digest of one of the algorithms.
#[wasm_bindgen(js_name = isDigest)]
pub fn is_digest(text: &str, algorithms: u32) -> bool {
    parse(text, algorithms).is_ok()
}

/// Throws why a text is no digest of one of the algorithms.
#[wasm_bindgen(js_name = checkDigest)]
pub fn check_digest(text: &str, algorithms: u32) -> Result<(), JsValue> {
    parse(text, algorithms).map(|_| ()).map_err(to_thrown)
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
        Ok(digest::Hasher::new(parse_algorithm(algorithm)?).into())
    }

    /// A hasher that goes on from a saved state.
    pub fn resume(state: &[u8]) -> Result<Hasher, JsValue> {
        Ok(digest::Hasher::resume(state).map_err(to_thrown)?.into())
    }

    /// Takes in more bytes.
    pub fn update(&self, bytes: &[u8]) -> Result<(), JsValue> {
        let mut hasher = self.0.try_borrow_mut().map_err(|_| ended())?;
        hasher.as_mut().ok_or_else(ended)?.update(bytes);
        Ok(())
    }

    /// Its algorithm.
    pub fn algorithm(&self) -> Result<String, JsValue> {
        self.with(|hasher| hasher.algorithm().name().to_owned())
    }

    /// What it has taken in so far, to go on from; nothing for an algorithm without such a form.
    pub fn save(&self) -> Result<Option<Vec<u8>>, JsValue> {
        self.with(digest::Hasher::save)
    }

    /// The digest of everything taken in so far.
    pub fn current(&self) -> Result<String, JsValue> {
        self.with(|hasher| hasher.clone().finish().to_string())
    }

    /// The digest of everything taken in. Ends the hasher.
    pub fn finish(&self) -> Result<String, JsValue> {
        let hasher = self.0.try_borrow_mut().map_err(|_| ended())?.take();
        Ok(hasher.ok_or_else(ended)?.finish().to_string())
    }

    fn with<T>(&self, read: impl FnOnce(&digest::Hasher) -> T) -> Result<T, JsValue> {
        let hasher = self.0.try_borrow().map_err(|_| ended())?;
        hasher.as_ref().map(read).ok_or_else(ended)
    }
}

impl From<digest::Hasher> for Hasher {
    fn from(hasher: digest::Hasher) -> Self {
        Self(RefCell::new(Some(hasher)))
    }
}

fn ended() -> JsValue {
    to_thrown(BindingError::Ended("hasher"))
}

fn parse_algorithm(name: &str) -> Result<Algorithm, JsValue> {
    name.parse().map_err(to_thrown)
}
