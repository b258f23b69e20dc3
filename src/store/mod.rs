//! A store of images over any storage: configurations by their digest, with parents, names, leases and times.
//!
//! | part | what it is |
//! |---|---|
//! | [`Backend`] | the storage: four calls, and four that a backend may have |
//! | [`ImageStore`] | the store over a backend and the caller's [`LayerStore`] |
//! | [`MemoryBackend`], [`CallsBackend`] | a backend in memory, and one over the older interface of seven calls |
//! | [`conformance`] | what every backend has to do, as a suite that its author can run |
//!
//! # How a change happens
//! A mutation takes its turn among those of its process, then the backend's lock among processes, re-reads what it
//! depends on, and makes a list of key changes. One change is written as it is: the write is the commit. Several are
//! first written together as one record, `layerglass/journal`; that write is the commit, and the changes are made from
//! it, now or by whoever works with the store next. So an operation is done wholly or not at all, whenever power fails.
//! Only a deletion has another way where storage is full: there empty records stand for the journal.
//!
//! # Several writers
//! Contents are named by their digest: an image that is deleted and made again has the same key and the same bytes, and
//! no comparison of bytes tells the new one from the old. [`Backend::swap`] alone therefore cannot stop a writer that was
//! held up in the middle of a deletion from deleting what another one has just made. For that there is
//! [`Backend::lock`]: whoever holds it works alone, and it ends with its holder. A backend with swap but without lock
//! shares names and leases only ([`Sharing::Records`]); one with neither has a single writer.

mod backend;
mod backend_error;
mod batch;
mod calls;
mod change;
pub mod conformance;
mod create;
mod delete;
mod error;
mod events;
mod full;
mod gc;
mod image_store;
mod index;
mod journal;
mod key;
mod layers;
mod leases;
mod link;
mod memory;
pub mod names;
mod naming;
mod open;
mod options;
mod parents;
mod problem;
mod raw;
pub mod records;
mod refresh;
mod repair;
pub(crate) mod table;
mod times;
mod turn;
mod update;
mod verify;

pub use backend::{Backend, Lock, MaybeSend, MaybeSync, Sharing, Visit};
pub use backend_error::BackendError;
pub use batch::{Added, NamePolicy, NewImage, NewName};
pub use calls::{CallsBackend, SevenCalls};
pub use create::CreateOptions;
pub use delete::{ChildPolicy, DeletePolicy, DeleteReport};
pub use error::StoreError;
pub use events::{StoreChange, Subscription};
pub use gc::{GcOptions, GcReport};
pub use image_store::ImageStore;
pub use key::is_key;
pub use layers::{FreedLayer, LayerError, LayerStore, LayerStores, MemoryLayers, NoLayers};
pub use leases::LeaseOptions;
pub use memory::MemoryBackend;
pub use names::{
    NameChange, NameError, Names, NamesError, NamesProblem, ResolveError, ResolveOptions, ResolveOrder,
    resolve, select,
};
pub use open::OpenReport;
pub use options::StoreOptions;
pub use problem::{Problem, ProblemKind};
pub use records::{
    ImageRecord, RecordChange, RecordError, RecordFilter, RecordProblem, RecordReader, Records,
};
pub use repair::{RepairAction, RepairPlan, RepairReport};
pub use turn::{OwnedTurn, Turn};
pub use update::ImageState;
pub use verify::VerifyReport;
