//! Telling others what changed.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::image::ImageId;
use crate::reference::Reference;

/// One change of a store.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum StoreChange {
    /// An image was added.
    Created {
        /// Which.
        id: ImageId,
    },
    /// An image was deleted.
    Deleted {
        /// Which.
        id: ImageId,
    },
    /// An image was given a name.
    Tagged {
        /// The name, in full.
        reference: Reference,
        /// The image.
        id: ImageId,
        /// Whose name it was.
        #[serde(skip_serializing_if = "Option::is_none")]
        moved_from: Option<ImageId>,
    },
    /// An image lost a name.
    Untagged {
        /// The name, in full.
        reference: Reference,
        /// The image.
        id: ImageId,
    },
    /// An image has another parent, or none any more.
    Parent {
        /// The image.
        id: ImageId,
        /// Its parent.
        #[serde(skip_serializing_if = "Option::is_none")]
        parent: Option<ImageId>,
    },
    /// The time of an image's last change, or what else is kept beside it, changed.
    Metadata {
        /// The image.
        id: ImageId,
        /// The name of what changed.
        name: String,
    },
    /// An image has a new user.
    Leased {
        /// The image.
        id: ImageId,
        /// Who.
        user: String,
    },
    /// An image lost a user.
    Released {
        /// The image.
        id: ImageId,
        /// Who.
        user: String,
    },
    /// Everything was read anew; what others changed is not told one by one.
    Reloaded,
}

#[cfg(not(target_arch = "wasm32"))]
type Callback = dyn Fn(&StoreChange) + Send + Sync;
#[cfg(target_arch = "wasm32")]
type Callback = dyn Fn(&StoreChange);

/// Who is to be told, and what they have not yet been told.
#[derive(Default)]
pub(super) struct Listeners(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    callbacks: Vec<(u64, Arc<Callback>)>,
    last: u64,
    pending: VecDeque<StoreChange>,
    telling: bool,
}

impl Listeners {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(self: &Arc<Self>, callback: Arc<Callback>) -> Subscription {
        let mut inner = self.inner();
        inner.last += 1;
        let number = inner.last;
        inner.callbacks.push((number, callback));
        Subscription { number, listeners: Arc::downgrade(self) }
    }

    /// Takes note of changes, in their order.
    pub(super) fn note(&self, changes: impl IntoIterator<Item = StoreChange>) {
        let mut inner = self.inner();
        if !inner.callbacks.is_empty() {
            inner.pending.extend(changes);
        }
    }

    /// Tells what has been taken note of. Nobody holds a lock meanwhile, so a callback can do what it likes with the
    /// store; what it changes is told after what came before.
    pub(super) fn tell(&self) {
        loop {
            let mut inner = self.inner();
            if inner.telling {
                return;
            }
            let Some(change) = inner.pending.pop_front() else { return };
            let callbacks: Vec<Arc<Callback>> =
                inner.callbacks.iter().map(|(_, callback)| Arc::clone(callback)).collect();
            inner.telling = true;
            drop(inner);
            // Also when a callback panics, the next change is told.
            let telling = Telling(self);
            for callback in callbacks {
                callback(&change);
            }
            drop(telling);
        }
    }
}

struct Telling<'a>(&'a Listeners);

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        self.0.inner().telling = false;
    }
}

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} listeners", self.inner().callbacks.len())
    }
}

/// Being told of changes, until it is dropped.
#[derive(Debug)]
#[must_use = "changes are told until this is dropped"]
pub struct Subscription {
    number: u64,
    listeners: Weak<Listeners>,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(listeners) = self.listeners.upgrade() {
            let mut inner = listeners.inner();
            let at = inner.callbacks.iter().position(|(number, _)| *number == self.number);
            let removed = at.map(|at| inner.callbacks.remove(at));
            drop(inner);
            drop(removed);
        }
    }
}
