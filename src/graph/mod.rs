//! Trees of layers under ids that callers choose, with documents or bags of metadata beside them.
//!
//! | part | what it is |
//! |---|---|
//! | [`Graph`] | Docker's graph up to version 1.9: a JSON document for each layer, ids at random |
//! | [`TagStore`] | names of its layers: `repositories-<driver>` |
//! | [`NamedStores`] | several stores of layers under one root, as vSphere Integrated Containers has them |
//! | [`Migration`] | from a graph into a store of images whose ids are digests |
//! | [`LayerContents`] | who keeps what is in the layers: [`RecordContents`] in the same storage, or the caller |
//! | [`PathFilter`], [`LayerUrl`], [`Tree`] | the parts that are of use by themselves |
//!
//! Everything works over any [`Backend`](crate::store::Backend). Nothing is kept in memory between calls, so what another
//! writer does is seen at once.
//!
//! A layer appears with the write of one record and disappears with its deletion, `json` in a graph and `manifest` in a named
//! store. Contents are taken in beforehand, where nobody sees them and without keeping others from working. Where a layer is
//! refused or fails to arrive, nothing that was there before is touched.

mod contents;
mod error;
mod filter;
mod id;
mod legacy;
mod migrate;
mod named;
mod records;
mod skeleton;
mod tags;
mod tree;
mod url;
mod work;

pub use contents::{ContentsError, LayerContents, LayerSource, NoContents, SourceError};
pub use error::{Damage, GraphError};
pub use filter::{FilterError, FilterRule, PathFilter};
pub use id::{IdError, IdFault, SCRATCH, check_id, check_store_name};
pub use legacy::{
    Graph, GraphConfig, GraphDelete, GraphDocument, GraphImage, GraphListing, GraphOptions, GraphProblem,
    GraphReport, ImageJson, NewImage, NewImageContainer, TempArchive,
};
pub use migrate::{
    ImageOutcome, MigratedImage, MigratedName, Migration, MigrationError, MigrationLayer, MigrationLayers,
    MigrationReport, NameOutcome,
};
pub use named::{
    BranchDelete, LayerUsage, NamedStores, StoreReport, StoreUsage, StoredLayer, StoresOptions, WriteLayer,
    Written,
};
pub use records::{Parts, RecordContents, Whole};
pub use skeleton::{SkeletonEntry, SkeletonKind, container_skeleton, scratch_skeleton};
pub use tags::{DEFAULT_TAG, TagForm, TagStore, TagsError, split_repository_tag};
pub use tree::Tree;
pub use url::{LayerUrl, StoreUrl, UrlError, UrlFault};
