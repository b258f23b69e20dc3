//! A backend that is a JavaScript object.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;

use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::store::table::Set;
use crate::store::{Backend, BackendError, Lock, Sharing, Visit, is_key};

/// Bytes that a record may have. Far more than any limit allows, and far less than the module's memory can become.
const MAX_RECORD: u32 = 1 << 30;

#[wasm_bindgen]
extern "C" {
    /// `GuardedBackend` of the package: a caller's backend whose calls never throw at once, always give a promise, and
    /// fail with plain objects `{ code, reason }`.
    pub type GuardedBackend;

    #[wasm_bindgen(method, getter)]
    fn sharing(this: &GuardedBackend) -> String;
    #[wasm_bindgen(method, catch)]
    async fn list(this: &GuardedBackend, prefix: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn get(this: &GuardedBackend, key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn put(this: &GuardedBackend, key: &str, bytes: Uint8Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn delete(this: &GuardedBackend, key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn swap(
        this: &GuardedBackend,
        key: &str,
        expected: Option<Uint8Array>,
        new: Option<Uint8Array>,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn lock(this: &GuardedBackend) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn sweep(this: &GuardedBackend) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    fn scan(this: &GuardedBackend, prefix: &str) -> GuardedScan;

    /// A scan under way: each call gives two lists of one length, keys and what stands under them, or nothing at the end.
    pub type GuardedScan;

    #[wasm_bindgen(method, catch)]
    async fn next(this: &GuardedScan) -> Result<JsValue, JsValue>;
}

/// A backend that is a JavaScript object. After [`close`](Self::close) it does nothing more.
pub(super) struct JsBackend {
    calls: GuardedBackend,
    sharing: Sharing,
    closed: Cell<bool>,
}

impl JsBackend {
    pub(super) fn new(calls: GuardedBackend) -> Self {
        let sharing = match calls.sharing().as_str() {
            "full" => Sharing::Full,
            "records" => Sharing::Records,
            _ => Sharing::Single,
        };
        Self { calls, sharing, closed: Cell::new(false) }
    }

    /// Lets no further call through. Those under way end, so that a lock is not given back before the last write.
    pub(super) fn close(&self) {
        self.closed.set(true);
    }

    fn check_open(&self, operation: &'static str, key: &str) -> Result<(), BackendError> {
        if self.closed.get() {
            return Err(BackendError::failed(operation, key, "the store was closed"));
        }
        Ok(())
    }

    fn check(&self, operation: &'static str, key: &str) -> Result<(), BackendError> {
        if is_key(key) { self.check_open(operation, key) } else { Err(BackendError::key(key)) }
    }
}

/// A future of which the code stands in one place: the store awaits each call in many.
fn boxed<'a, T>(future: impl Future<Output = T> + 'a) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    Box::pin(future)
}

/// What a call says of itself when it fails.
fn failed(operation: &'static str, key: &str, thrown: &JsValue) -> BackendError {
    let text = |name: &str| Reflect::get(thrown, &name.into()).ok().and_then(|value| value.as_string());
    let reason = text("reason").unwrap_or_default();
    let key = key.to_owned();
    match text("code").as_deref() {
        Some("backend-full") => BackendError::Full { operation, key, reason },
        Some("backend-read-only") => BackendError::ReadOnly { operation, key },
        Some("backend-unsupported") => BackendError::Unsupported { operation, key },
        Some("backend-locked") => BackendError::Locked { reason },
        _ => BackendError::Failed { operation, key, reason },
    }
}

/// A copy of the bytes of an answer.
fn bytes(operation: &'static str, key: &str, answer: &JsValue) -> Result<Vec<u8>, BackendError> {
    let bytes: &Uint8Array = answer
        .dyn_ref()
        .ok_or_else(|| BackendError::failed(operation, key, "the answer is no Uint8Array"))?;
    if bytes.length() > MAX_RECORD {
        return Err(BackendError::failed(operation, key, "the record is larger than 1 GiB"));
    }
    Ok(bytes.to_vec())
}

/// The texts of an answer.
fn texts(operation: &'static str, key: &str, answer: &JsValue) -> Result<Vec<String>, BackendError> {
    let wrong = || BackendError::failed(operation, key, "the answer is no list of strings");
    let texts = answer.dyn_ref::<Array>().ok_or_else(wrong)?;
    texts.iter().map(|text| text.as_string().ok_or_else(wrong)).collect()
}

/// Calls back when it is dropped.
struct Release(Function);

impl Drop for Release {
    fn drop(&mut self) {
        // The package's own function: it passes on what it cannot do.
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

impl Backend for JsBackend {
    async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
        boxed(async move {
            self.check_open("list", prefix)?;
            let answer = self.calls.list(prefix).await.map_err(|error| failed("list", prefix, &error))?;
            let mut keys = texts("list", prefix, &answer)?;
            keys.retain(|key| key.starts_with(prefix));
            // The order that storages give is most often the one wanted.
            Ok(Set::from_iter(keys).into_iter().collect())
        })
        .await
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
        boxed(async move {
            self.check("get", key)?;
            let answer = self.calls.get(key).await.map_err(|error| failed("get", key, &error))?;
            if answer.is_undefined() { Ok(None) } else { bytes("get", key, &answer).map(Some) }
        })
        .await
    }

    async fn put(&self, key: &str, bytes: &[u8]) -> Result<(), BackendError> {
        boxed(async move {
            self.check("put", key)?;
            let done = self.calls.put(key, Uint8Array::from(bytes)).await;
            done.map(|_| ()).map_err(|error| failed("put", key, &error))
        })
        .await
    }

    async fn delete(&self, key: &str) -> Result<(), BackendError> {
        boxed(async move {
            self.check("delete", key)?;
            let done = self.calls.delete(key).await;
            done.map(|_| ()).map_err(|error| failed("delete", key, &error))
        })
        .await
    }

    fn sharing(&self) -> Sharing {
        self.sharing
    }

    async fn swap(
        &self,
        key: &str,
        expected: Option<&[u8]>,
        new: Option<&[u8]>,
    ) -> Result<bool, BackendError> {
        boxed(async move {
            self.check("swap", key)?;
            let swapped =
                self.calls.swap(key, expected.map(Uint8Array::from), new.map(Uint8Array::from)).await;
            let swapped = swapped.map_err(|error| failed("swap", key, &error))?;
            swapped.as_bool().ok_or_else(|| BackendError::failed("swap", key, "the answer is no boolean"))
        })
        .await
    }

    async fn scan(&self, prefix: &str, visit: &Visit<'_>) -> Result<(), BackendError> {
        boxed(async move {
            self.check_open("scan", prefix)?;
            let scan = self.calls.scan(prefix);
            loop {
                let batch = scan.next().await.map_err(|error| failed("scan", prefix, &error))?;
                if batch.is_undefined() {
                    return Ok(());
                }
                self.check_open("scan", prefix)?;
                let part = |index| Reflect::get_u32(&batch, index).unwrap_or_default();
                let keys = texts("scan", prefix, &part(0))?;
                let values = Array::from(&part(1));
                for (key, value) in keys.iter().zip(values.iter()).filter(|(key, _)| key.starts_with(prefix))
                {
                    let read = if value.is_instance_of::<Uint8Array>() {
                        bytes("get", key, &value)
                    } else {
                        Err(failed("get", key, &value))
                    };
                    visit(key, read);
                }
            }
        })
        .await
    }

    async fn lock(&self) -> Result<Option<Lock>, BackendError> {
        boxed(async move {
            if self.sharing != Sharing::Full {
                return Ok(None);
            }
            self.check_open("lock", "")?;
            let release = self.calls.lock().await.map_err(|error| failed("lock", "", &error))?;
            let release = release
                .dyn_into()
                .map_err(|_| BackendError::failed("lock", "", "the answer is no function"))?;
            Ok(Some(Lock::new(Release(release))))
        })
        .await
    }

    async fn sweep(&self) -> Result<Vec<String>, BackendError> {
        boxed(async move {
            self.check_open("sweep", "")?;
            let swept = self.calls.sweep().await.map_err(|error| failed("sweep", "", &error))?;
            texts("sweep", "", &swept)
        })
        .await
    }
}
