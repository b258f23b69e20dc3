//! What Docker keeps of a layer's tar so that it can be put together again from the unpacked files.
//!
//! `tar-split.json.gz` beside a layer is gzipped lines of JSON, as the program tar-split writes them: raw bytes of the
//! tar (headers, padding, end marker) in base64, and for each file its name, size and CRC-64. Everything of the tar is in
//! it but the contents of files. [`TarSplitWriter`] makes the lines while the tar passes, [`TarSplitReader`] reads them.
//!
//! ```
//! use layerglass::layer::{TarSplitPiece, TarSplitReader, TarSplitWriter};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut writer = TarSplitWriter::new(&Default::default());
//! writer.push(&[0; 1024])?; // a tar without entries
//! let mut lines = writer.take_lines();
//! let summary = writer.finish()?;
//! lines.extend(&summary.lines);
//! assert!(lines.starts_with(br#"{"type":2,"payload":"AAAA"#));
//!
//! let mut reader = TarSplitReader::new(&Default::default());
//! let mut tar = Vec::new();
//! reader.push(&lines, &mut |piece| {
//!     match piece {
//!         TarSplitPiece::Raw(bytes) => tar.extend(bytes),
//!         TarSplitPiece::File { .. } => unreachable!("there is none"),
//!     }
//!     Ok::<(), layerglass::layer::TarSplitError>(())
//! })?;
//! reader.finish()?;
//! assert_eq!(tar, [0; 1024]);
//! # Ok(())
//! # }
//! ```

mod crc64;
mod error;
mod reader;
mod writer;

pub use crc64::Crc64;
pub use error::TarSplitError;
pub use reader::{TarSplitPiece, TarSplitReader};
pub use writer::{TarSplitSummary, TarSplitWriter};
