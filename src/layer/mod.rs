//! Layers: one pass over a layer's bytes, its files as a table, and the tree that several layers make.

mod column;
mod contents;
mod copy;
mod copy_error;
mod difference;
mod filter;
mod find;
mod merge;
mod node;
mod normalise;
mod packed;
mod path;
mod patterns;
mod report;
mod resolve;
mod scan;
mod squash;
mod table;
mod tar_split;
mod transfer;
mod tree;
mod versions;
mod view;
mod whiteout;

pub use contents::{FileContents, FileContentsError};
pub use copy::{CopiedLayer, ExpectedLayer, LayerCopy, LayerForm, SizedDigest};
pub use copy_error::LayerCopyError;
pub use difference::{Difference, differences};
pub use filter::{FilteredSource, LayerFilter, LayerFilterError, LayerFilterReport, WasThere};
pub use node::{Aspect, Change, Contents, Node, NodeKind};
pub use normalise::{EntryOwners, EntryTimes, IdRange};
pub use path::{PathProblem, clean_path};
pub use patterns::PathPatterns;
pub use report::LayerReport;
pub use scan::{ContentHash, LayerScan, ScannedLayer};
pub use squash::{Squash, SquashError, SquashOptions, SquashReport};
pub use table::{FileTable, Row, RowKind};
pub use tar_split::{Crc64, TarSplitError, TarSplitPiece, TarSplitReader, TarSplitSummary, TarSplitWriter};
pub use transfer::TransferError;
pub use tree::{FileTree, TreeTotals};
pub use versions::{FileSource, FileVersion, versions};
pub use view::{SortKey, TreeView};
pub use whiteout::Whiteout;

pub(crate) use path::split_path;
