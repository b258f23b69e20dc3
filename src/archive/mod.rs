//! Files and folders that hold images: which dialect they are, which images are in them, and where everything lies.
//!
//! Nothing here reads by itself. An [`Opener`] says which bytes it wants of a file that can be read anywhere; a
//! [`Pass`] is fed a stream once. Both end in an [`Archive`].

mod access;
mod agreement;
mod contents;
mod data;
mod dialect;
mod docker;
mod documents;
mod error;
mod extract;
mod image;
mod legacy;
mod listed;
mod listing;
mod load;
mod model;
mod oci;
mod opener;
mod pass;
mod repack;
mod sniff;
mod stream;
mod stream_error;
mod write;

pub use access::{ArchiveFile, ArchiveFileStep};
pub use contents::{ImageChoice, Selection};
pub use data::{
    ArchiveData, BlobData, BlobRole, Check, CheckState, ImageData, ImageLayerData, LayerData, LayerState,
    Presence, Role,
};
pub use dialect::FileKind;
pub use error::ArchiveError;
pub use extract::ExtractError;
pub use load::{
    LoadNote, LoadOptions, LoadPlan, LoadProblem, LoadSkip, LoadUnit, PlannedImage, PlannedLayer,
};
pub use model::{Archive, LayerSource};
pub use opener::{Opener, Want};
pub use pass::Pass;
pub use repack::{
    NewLayer, RangeWork, RepackError, RepackOptions, RepackPlan, RepackReport, RepackedLayer, SquashLayers,
};
pub use stream::LayoutStream;
pub use stream_error::StreamError;
pub use write::{
    ArchiveFormat, BlobParts, Content, Contents, DocumentParts, DropReason, Dropped, ImageParts,
    LayerEncoding, LayerParts, LayerRead, Layout, LayoutError, LayoutReport, ManifestForm, Member, Step,
    WriteOptions, WrittenImage, WrittenLayer,
};
