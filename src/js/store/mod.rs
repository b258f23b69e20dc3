//! Image stores as handles.
//!
//! A handle's methods start a piece of work that keeps the store alive by itself, so that no call stands in the way of
//! another, of `close` or of `free`. A store that was closed lets no further call through to its backend: what is under
//! way ends with the next one.

mod changes;
#[cfg(feature = "js-testing")]
pub mod conformance;
mod layers;
mod records;
mod state;
mod upkeep;

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use self::backend::{GuardedBackend, JsBackend};
use self::layers::{GuardedLayers, JsLayers, layer_stores};
use super::backend;
use super::error::{BindingError, to_thrown};
use super::object::{limits, wrong};
use super::value::to_js;
use super::written::argument;
use crate::digest::ShortIdError;
use crate::env::{Env, UnixTime};
use crate::image::{ImageId, Platform};
use crate::reference::Reference;
use crate::store::{
    ImageStore, ResolveError, ResolveOptions, ResolveOrder, StoreError, StoreOptions, Subscription,
};

type Store = ImageStore<JsBackend, JsLayers>;
type Outcome = Result<JsValue, JsValue>;

/// A store, with who is told of its changes.
struct Opened {
    store: Rc<Store>,
    subscription: Option<Subscription>,
}

/// An opened store.
#[wasm_bindgen]
pub struct StoreHandle(RefCell<Option<Opened>>);

fn ended() -> JsValue {
    to_thrown(BindingError::Ended("store"))
}

/// What is thrown for an error of a store: `ErrorData` with the users, children or candidates that it is about.
fn thrown(error: StoreError) -> JsValue {
    let texts = |ids: &[ImageId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    let list = match &error {
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
    let thrown = to_thrown(error);
    if let Some((name, list)) = list
        && let Ok(list) = to_js(&list)
    {
        // The object is ours and takes it.
        let _ = Reflect::set(&thrown, &name.into(), &list);
    }
    thrown
}

fn id(text: &str) -> Result<ImageId, JsValue> {
    ImageId::parse(text).map_err(to_thrown)
}

fn reference(text: &str) -> Result<Reference, JsValue> {
    Reference::parse_normalized(text).map_err(to_thrown)
}

fn order(name: &str) -> Result<ResolveOrder, JsValue> {
    match name {
        "names-first" => Ok(ResolveOrder::NamesFirst),
        "ids-first" => Ok(ResolveOrder::IdsFirst),
        "names" => Ok(ResolveOrder::NamesOnly),
        "ids" => Ok(ResolveOrder::IdsOnly),
        _ => Err(wrong("order", "it is none of names-first, ids-first, names, ids")),
    }
}

fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

/// Starts a piece of work. One for all, so that there is one of the machinery around it.
fn start(work: Pin<Box<dyn Future<Output = Outcome>>>) -> Promise {
    future_to_promise(work)
}

/// Opens a store: a promise of the handle and `OpenReport`.
#[wasm_bindgen(js_name = openStore)]
pub fn open_store(
    backend: GuardedBackend,
    layers: Vec<GuardedLayers>,
    platform: &str,
    limit_values: &JsValue,
    now: Function,
) -> Result<Promise, JsValue> {
    let platform: Platform = argument(platform)?;
    let limits = limits(limit_values)?;
    let now = move || {
        // The package's own function: it always gives a number.
        let millis = now.call0(&JsValue::UNDEFINED).ok().and_then(|millis| millis.as_f64());
        UnixTime::from_millis(millis.unwrap_or_default() as i64)
    };
    let options =
        StoreOptions::new(Env::new(now, platform)).with_limits(limits).with_layers(layer_stores(layers));
    let backend = JsBackend::new(backend);
    Ok(start(Box::pin(async move {
        let (store, report) = Store::open(backend, options).await.map_err(thrown)?;
        let opened = Opened { store: Rc::new(store), subscription: None };
        let handle = StoreHandle(RefCell::new(Some(opened)));
        Ok(Array::of2(&handle.into(), &to_js(&report)?).into())
    })))
}

impl StoreHandle {
    fn store(&self) -> Result<Rc<Store>, JsValue> {
        let opened = self.0.try_borrow().map_err(|_| ended())?;
        opened.as_ref().map(|opened| Rc::clone(&opened.store)).ok_or_else(ended)
    }

    /// Starts a piece of work with the store.
    fn run<F: Future<Output = Outcome> + 'static>(
        &self,
        work: impl FnOnce(Rc<Store>) -> F,
    ) -> Result<Promise, JsValue> {
        Ok(start(Box::pin(work(self.store()?))))
    }
}

#[wasm_bindgen]
impl StoreHandle {
    /// Ends the store: nothing more is asked of its backend.
    pub fn close(&self) {
        let opened = self.0.try_borrow_mut().ok().and_then(|mut opened| opened.take());
        if let Some(opened) = opened {
            opened.store.backend().close();
        }
    }

    /// Has a function called with each `StoreChange`.
    pub fn subscribe(&self, callback: Function) -> Result<(), JsValue> {
        let store = self.store()?;
        let subscription = store.subscribe(move |change| {
            if let Ok(change) = to_js(change) {
                // The package's own function: it passes on what its listeners throw.
                let _ = callback.call1(&JsValue::UNDEFINED, &change);
            }
        });
        if let Some(opened) = self.0.try_borrow_mut().map_err(|_| ended())?.as_mut() {
            opened.subscription = Some(subscription);
        }
        Ok(())
    }

    /// How far several writers can share the store.
    pub fn concurrency(&self) -> Result<String, JsValue> {
        Ok(self.store()?.concurrency().as_str().to_owned())
    }

    /// How many images there are.
    pub fn size(&self) -> Result<usize, JsValue> {
        Ok(self.store()?.len())
    }

    /// All ids, sorted.
    pub fn list(&self) -> Result<Vec<String>, JsValue> {
        Ok(texts(self.store()?.list()))
    }

    /// The id after another one, or the first.
    #[wasm_bindgen(js_name = nextAfter)]
    pub fn next_after(&self, after: Option<String>) -> Result<Option<String>, JsValue> {
        let after = after.as_deref().map(id).transpose()?;
        Ok(self.store()?.next_after(after.as_ref()).map(|id| id.to_string()))
    }

    /// Whether an image is there and whole.
    pub fn contains(&self, image: &str) -> Result<bool, JsValue> {
        Ok(self.store()?.contains(&id(image)?))
    }

    /// The one id that starts with a text.
    pub fn search(&self, prefix: &str) -> Result<String, JsValue> {
        self.store()?.search(prefix).map(|id| id.to_string()).map_err(thrown)
    }

    /// The id of the image that a text stands for.
    pub fn resolve(&self, text: &str, order_name: &str, repository_ids: bool) -> Result<String, JsValue> {
        let options = ResolveOptions { order: order(order_name)?, repository_ids };
        self.store()?.resolve(text, options).map(|id| id.to_string()).map_err(thrown)
    }

    /// `Problem[]` of images that are there and cannot be used.
    pub fn damaged(&self) -> Outcome {
        to_js(&self.store()?.damaged())
    }

    /// The id of what an image was made from.
    pub fn parent(&self, image: &str) -> Result<Option<String>, JsValue> {
        Ok(self.store()?.parent(&id(image)?).map(|id| id.to_string()))
    }

    /// The ids of what was made from an image.
    pub fn children(&self, image: &str) -> Result<Vec<String>, JsValue> {
        Ok(texts(self.store()?.children(&id(image)?)))
    }

    /// The ids of what an image was made from, nearest first.
    pub fn ancestors(&self, image: &str) -> Result<Vec<String>, JsValue> {
        Ok(texts(self.store()?.ancestors(&id(image)?)))
    }

    /// The ids of images from which no other was made.
    pub fn heads(&self) -> Result<Vec<String>, JsValue> {
        Ok(texts(self.store()?.heads()))
    }

    /// `[parent, children][]`.
    #[wasm_bindgen(js_name = byParent)]
    pub fn by_parent(&self) -> Outcome {
        to_js(&self.store()?.by_parent())
    }

    /// The names of an image.
    #[wasm_bindgen(js_name = namesOf)]
    pub fn names_of(&self, image: &str) -> Result<Vec<String>, JsValue> {
        Ok(texts(self.store()?.names_of(&id(image)?)))
    }

    /// `[name, id][]`.
    pub fn names(&self) -> Outcome {
        to_js(&self.store()?.names())
    }

    /// `[name, id][]` of one repository.
    pub fn repository(&self, name: &str) -> Outcome {
        to_js(&self.store()?.repository(&reference(name)?))
    }

    /// What to call an image.
    #[wasm_bindgen(js_name = displayName)]
    pub fn display_name(&self, image: &str) -> Result<String, JsValue> {
        Ok(self.store()?.display_name(&id(image)?))
    }
}
