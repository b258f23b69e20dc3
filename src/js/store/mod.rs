//! Image stores as handles.
//!
//! A handle's methods start a piece of work that keeps the store alive by itself, so that no call stands in the way of
//! another, of `close` or of `free`. A store that was closed lets no further call through to its backend: what is under
//! way ends with the next one.

mod batch;
#[cfg(feature = "js-testing")]
pub mod conformance;
mod given;
mod layers;
mod questions;
mod state;
mod thrown;
mod upkeep;
mod work;

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Array, Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use self::given::Given;
use self::layers::{GuardedLayers, JsLayers, layer_stores};
use self::questions::answer;
use self::thrown::Thrown;
use self::work::perform;
use super::backend::{GuardedBackend, JsBackend};
use super::error::{BindingError, to_thrown};
use super::object::limits;
use super::value::to_js;
use super::written::argument;
use crate::env::{Env, UnixTime};
use crate::image::Platform;
use crate::store::{ImageStore, StoreOptions, Subscription};

type Store = ImageStore<JsBackend, JsLayers>;

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

fn text(value: impl ToString) -> JsValue {
    value.to_string().into()
}

fn text_if_any(value: Option<impl ToString>) -> JsValue {
    value.map_or(JsValue::UNDEFINED, text)
}

/// `string[]`.
fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> JsValue {
    values.into_iter().map(text).collect::<Array>().into()
}

/// Starts a piece of work. One for all, so that there is one of the machinery around it.
fn start(work: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    let work: Pin<Box<dyn Future<Output = _>>> = Box::pin(work);
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
    Ok(start(async move {
        let (store, report) = Store::open(backend, options).await.map_err(Thrown::from)?;
        let opened = Opened { store: Rc::new(store), subscription: None };
        let handle = StoreHandle(RefCell::new(Some(opened)));
        Ok(Array::of2(&handle.into(), &to_js(&report)?).into())
    }))
}

impl StoreHandle {
    fn store(&self) -> Result<Rc<Store>, JsValue> {
        let opened = self.0.try_borrow().map_err(|_| ended())?;
        opened.as_ref().map(|opened| Rc::clone(&opened.store)).ok_or_else(ended)
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

    /// What the store knows without asking its backend: the answer to a question of `StoreQuestions`.
    pub fn ask(&self, question: &str, given: Array) -> Result<JsValue, JsValue> {
        Ok(answer(&*self.store()?, question, &Given::new(given))?)
    }

    /// Starts a piece of work of `StoreWork`: a promise of its result. What it is given is read when it begins, which is
    /// after this has returned.
    pub fn run(&self, work: String, given: Array) -> Result<Promise, JsValue> {
        let work = perform(self.store()?, work, Given::new(given));
        Ok(start(async { Ok(work.await?) }))
    }
}
