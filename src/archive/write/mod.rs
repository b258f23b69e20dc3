//! Writing images: which members an archive or folder of each layout has, in which order, and what its documents say.

mod blobs;
mod docker;
mod documents;
mod error;
mod index;
mod layout;
mod member;
mod names;
mod options;
mod parts;
mod plan;
mod report;
mod roots;

pub use error::LayoutError;
pub use layout::Layout;
pub use member::{Content, LayerRead, Member, Step};
pub use options::{ArchiveFormat, LayerEncoding, ManifestForm, WriteOptions};
pub use parts::{BlobParts, Contents, DocumentParts, ImageParts, LayerParts};
pub use report::{DropReason, Dropped, LayoutReport, WrittenImage, WrittenLayer};
