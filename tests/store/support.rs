//! What the tests of the store share.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use layerglass::env::{Env, UnixTime};
use layerglass::fs::block_on;
use layerglass::image::{ImageId, Platform};
use layerglass::reference::Reference;
use layerglass::store::{Backend, CreateOptions, ImageStore, MemoryBackend, OpenReport, StoreOptions};

/// A clock that stands still, and a platform.
pub fn env() -> Env {
    Env::new(|| UnixTime { seconds: 1_700_000_000, nanoseconds: 0 }, Platform::new("linux", "amd64"))
}

/// A clock that is set by hand.
pub fn clock(seconds: &Arc<AtomicI64>) -> Env {
    let seconds = Arc::clone(seconds);
    let now = move || UnixTime { seconds: seconds.load(Ordering::SeqCst), nanoseconds: 0 };
    Env::new(now, Platform::new("linux", "amd64"))
}

pub fn open<B: Backend>(backend: B) -> (ImageStore<B>, OpenReport) {
    block_on(ImageStore::open(backend, StoreOptions::new(env()))).expect("opens")
}

/// A configuration without layers.
pub fn config(comment: &str) -> Vec<u8> {
    format!(r#"{{"architecture":"amd64","comment":"{comment}","os":"linux","rootfs":{{"type":"layers"}}}}"#)
        .into_bytes()
}

pub fn id(comment: &str) -> ImageId {
    ImageId::of(&config(comment))
}

pub fn name(text: &str) -> Reference {
    Reference::parse_normalized(text).expect("a name")
}

/// Three images, each made from the one before: `a`, `b` and `c`.
pub fn chain() -> (ImageStore<MemoryBackend>, MemoryBackend) {
    let backend = MemoryBackend::new();
    let (store, _) = open(backend.clone());
    block_on(async {
        store.create(&config("a"), CreateOptions::default()).await?;
        store.create(&config("b"), CreateOptions::with_parent(id("a"))).await?;
        store.create(&config("c"), CreateOptions::with_parent(id("b"))).await
    })
    .expect("created");
    (store, backend)
}
