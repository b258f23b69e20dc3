//! Graphs of layers and named stores as handles.
//!
//! Each handle has one entry for all of its operations, `call`: the name of the operation and its arguments, which the
//! package has checked for their types. So there is one of the machinery around a promise, and arguments are read and results
//! written in one place each.

mod layers;
mod parts;
mod stores;
mod tags;
mod values;

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use self::values::thrown;
use super::backend::{GuardedBackend, JsBackend};
use super::error::{BindingError, to_thrown};
use super::object::limits;
use super::value::to_js;
use super::written::argument;
use crate::env::{Env, UnixTime};
use crate::graph::{Graph, GraphOptions, LayerContents, NamedStores, RecordContents, StoresOptions, Whole};
use crate::image::Platform;
use crate::limits::Limits;

/// Of the kinds of shared values this is the one that is a backend too.
type Shared = Arc<JsBackend>;
type JsGraph = Graph<Shared, RecordContents<Shared>>;
type JsStores = NamedStores<Shared, RecordContents<Shared>>;
type Outcome = Result<JsValue, JsValue>;

#[wasm_bindgen]
extern "C" {
    /// `GuardedSource` of the package: where the bytes of a layer come from. It always gives a promise, and fails with plain
    /// objects `{ code, reason }`.
    pub type GuardedSource;

    #[wasm_bindgen(method, catch)]
    async fn next(this: &GuardedSource) -> Result<JsValue, JsValue>;
}

/// An opened graph.
#[wasm_bindgen]
pub struct GraphHandle(RefCell<Option<Rc<JsGraph>>>);

/// Opened named stores.
#[wasm_bindgen]
pub struct StoresHandle(RefCell<Option<Rc<JsStores>>>);

/// A layer that is being read.
#[wasm_bindgen]
pub struct LayerHandle(Rc<RefCell<Option<Whole>>>, RecordContents<Shared>);

fn ended(what: &'static str) -> JsValue {
    to_thrown(BindingError::Ended(what))
}

/// Starts a piece of work. One for all, so that there is one of the machinery around it.
fn start(work: Pin<Box<dyn Future<Output = Outcome>>>) -> Promise {
    future_to_promise(work)
}

/// The world as the caller has it: a clock, in milliseconds since 1970, and random bytes.
fn env(platform: &str, now: Function, random: Function) -> Result<Env, JsValue> {
    let platform: Platform = argument(platform)?;
    let now = move || {
        // The package's own function: it always gives a number.
        let millis = now.call0(&JsValue::UNDEFINED).ok().and_then(|millis| millis.as_f64());
        UnixTime::from_millis(millis.unwrap_or_default() as i64)
    };
    let env = Env::new(now, platform).with_random(move |bytes| {
        let given = random.call1(&JsValue::UNDEFINED, &JsValue::from(bytes.len() as u32));
        match given.map(|given| Uint8Array::new(&given).to_vec()) {
            Ok(given) if given.len() == bytes.len() => bytes.copy_from_slice(&given),
            // An id of zeros is refused.
            _ => bytes.fill(0),
        }
    });
    Ok(env)
}

fn world(
    backend: GuardedBackend,
    platform: &str,
    limit_values: &JsValue,
    now: Function,
    random: Function,
) -> Result<(Shared, Env, Limits), JsValue> {
    let backend = Shared::from(JsBackend::new(backend));
    Ok((backend, env(platform, now, random)?, limits(limit_values)?))
}

/// Opens a graph: a promise of the handle and `GraphReport`.
#[wasm_bindgen(js_name = openGraph)]
pub fn open_graph(
    backend: GuardedBackend,
    platform: &str,
    limit_values: &JsValue,
    now: Function,
    random: Function,
    docker_version: String,
) -> Result<Promise, JsValue> {
    let (backend, env, limits) = world(backend, platform, limit_values, now, random)?;
    let options = GraphOptions::new(env).with_limits(limits).with_docker_version(docker_version);
    Ok(start(Box::pin(async move {
        let contents = RecordContents::new(Arc::clone(&backend));
        let (graph, report) = Graph::open(backend, contents, options).await.map_err(thrown)?;
        let handle = GraphHandle(RefCell::new(Some(Rc::new(graph))));
        Ok(Array::of2(&handle.into(), &to_js(&report)?).into())
    })))
}

/// Opens named stores: a promise of the handle and `StoresReport`.
#[wasm_bindgen(js_name = openStores)]
pub fn open_stores(
    backend: GuardedBackend,
    platform: &str,
    limit_values: &JsValue,
    now: Function,
    random: Function,
    host: Option<String>,
) -> Result<Promise, JsValue> {
    let (backend, env, limits) = world(backend, platform, limit_values, now, random)?;
    let mut options = StoresOptions::new(env, limits);
    options.host = host;
    Ok(start(Box::pin(async move {
        let contents = RecordContents::new(Arc::clone(&backend));
        let (stores, report) = NamedStores::open(backend, contents, options).await.map_err(thrown)?;
        let handle = StoresHandle(RefCell::new(Some(Rc::new(stores))));
        Ok(Array::of2(&handle.into(), &to_js(&report)?).into())
    })))
}

#[wasm_bindgen]
impl GraphHandle {
    /// Starts an operation: a promise of what it gives.
    pub fn call(
        &self,
        operation: String,
        values: Array,
        source: Option<GuardedSource>,
    ) -> Result<Promise, JsValue> {
        let graph = self.0.try_borrow().map_err(|_| ended("graph"))?.clone().ok_or_else(|| ended("graph"))?;
        Ok(start(Box::pin(async move { layers::run(&graph, &operation, &values, source).await })))
    }

    /// Ends the graph: nothing more is asked of its backend.
    pub fn close(&self) {
        if let Some(graph) = self.0.try_borrow_mut().ok().and_then(|mut graph| graph.take()) {
            graph.backend().close();
        }
    }
}

#[wasm_bindgen]
impl StoresHandle {
    /// Starts an operation: a promise of what it gives.
    pub fn call(
        &self,
        operation: String,
        values: Array,
        source: Option<GuardedSource>,
    ) -> Result<Promise, JsValue> {
        let stores =
            self.0.try_borrow().map_err(|_| ended("stores"))?.clone().ok_or_else(|| ended("stores"))?;
        Ok(start(Box::pin(async move { stores::run(&stores, &operation, &values, source).await })))
    }

    /// Ends the stores: nothing more is asked of their backend.
    pub fn close(&self) {
        if let Some(stores) = self.0.try_borrow_mut().ok().and_then(|mut stores| stores.take()) {
            stores.backend().close();
        }
    }
}

impl LayerHandle {
    fn handle(reading: Whole, contents: &RecordContents<Shared>) -> JsValue {
        Self(Rc::new(RefCell::new(Some(reading))), contents.clone()).into()
    }
}

#[wasm_bindgen]
impl LayerHandle {
    /// The next bytes: a promise of a `Uint8Array`, or of nothing at the end.
    pub fn next(&self) -> Result<Promise, JsValue> {
        let (place, contents) = (Rc::clone(&self.0), self.1.clone());
        // Taken away while it is read, so that two calls at once do not read the same.
        let mut reading = place
            .try_borrow_mut()
            .ok()
            .and_then(|mut reading| reading.take())
            .ok_or_else(|| ended("layer"))?;
        Ok(start(Box::pin(async move {
            let read = contents.read(&mut reading).await;
            if let Ok(mut place) = place.try_borrow_mut() {
                *place = Some(reading);
            }
            let bytes = read.map_err(to_thrown)?;
            Ok(bytes.map_or(JsValue::UNDEFINED, |bytes| Uint8Array::from(bytes.as_slice()).into()))
        })))
    }
}
