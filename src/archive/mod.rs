//! Files and folders that hold images: which dialect they are, which images are in them, and where everything lies.
//!
//! Nothing here reads by itself. An [`Opener`] says which bytes it wants of a file that can be read anywhere; a
//! [`Pass`] is fed a stream once. Both end in an [`Archive`].

mod access;
mod data;
mod dialect;
mod docker;
mod documents;
mod error;
mod image;
mod legacy;
mod listing;
mod model;
mod oci;
mod opener;
mod pass;
mod sniff;

pub use access::{ArchiveFile, ArchiveFileStep};
pub use data::{
    ArchiveData, BlobData, BlobRole, Check, CheckState, ImageData, ImageLayerData, LayerData, LayerState,
    Presence, Role,
};
pub use dialect::FileKind;
pub use error::ArchiveError;
pub use model::{Archive, LayerSource};
pub use opener::{Opener, Want};
pub use pass::Pass;
