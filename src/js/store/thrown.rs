//! What a store's calls throw.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::digest::ShortIdError;
use crate::image::ImageId;
use crate::js::error::to_thrown;
use crate::js::value::to_js;
use crate::store::{ResolveError, StoreError};

/// What is thrown; every error on the way to JavaScript becomes one by `?`.
pub(super) struct Thrown(pub(super) JsValue);

impl From<JsValue> for Thrown {
    fn from(thrown: JsValue) -> Self {
        Self(thrown)
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        thrown.0
    }
}

/// `ErrorData` with the users, children or candidates that it is about.
impl From<Box<StoreError>> for Thrown {
    fn from(error: Box<StoreError>) -> Self {
        let texts = |ids: &[ImageId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        let list = match &*error {
            StoreError::InUse { users, .. } => Some(("users", users.clone())),
            StoreError::HasChildren { children, .. } => Some(("children", texts(children))),
            StoreError::Resolve(error) => match error.as_ref() {
                ResolveError::Ambiguous { candidates, .. } => Some(("candidates", texts(candidates))),
                _ => None,
            },
            StoreError::Search(ShortIdError::Ambiguous { candidates, .. }) => {
                Some(("candidates", candidates.iter().map(ToString::to_string).collect()))
            }
            _ => None,
        };
        let thrown = to_thrown(*error);
        if let Some((name, list)) = list
            && let Ok(list) = to_js(&list)
        {
            // The object is ours and takes it.
            let _ = Reflect::set(&thrown, &name.into(), &list);
        }
        Self(thrown)
    }
}
