//! Layers: one pass over a layer's bytes, its files as a table, and the tree that several layers make.

mod access;
mod column;
mod difference;
mod filter;
mod merge;
mod node;
mod packed;
mod path;
mod report;
mod resolve;
mod scan;
mod table;
mod tar_split;
mod transfer;
mod tree;
mod view;
mod whiteout;

pub use access::{FileReadError, FileReader, FileStep};
pub use difference::{Difference, differences};
pub use filter::{FilteredSource, LayerFilter, LayerFilterError, LayerFilterReport, WasThere};
pub use node::{Aspect, Change, Contents, Node, NodeKind};
pub use path::{PathProblem, clean_path};
pub use report::LayerReport;
pub use scan::{ContentHash, LayerScan, ScannedLayer};
pub use table::{FileTable, Row, RowKind};
pub use tar_split::{Crc64, TarSplitError, TarSplitPiece, TarSplitReader, TarSplitSummary, TarSplitWriter};
pub use transfer::TransferError;
pub use tree::{FileTree, TreeTotals};
pub use view::{SortKey, TreeView};
pub use whiteout::Whiteout;

pub(crate) use access::Advance;
pub(crate) use path::split_path;
