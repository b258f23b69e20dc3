//! The bindings that the npm package is made of: translation only, one file a noun.
//!
//! Data crosses as plain objects in the shapes of `pkg/src/types.ts`; handles have methods that take `&self`. What fails
//! throws `ErrorData`, from which the package makes its error class. References cross as offsets, because a serialiser
//! would take longer than the parser.

#[cfg(feature = "archive")]
mod archive;
mod argument;
pub mod digest;
mod error;
pub mod image;
pub mod image_names;
pub mod image_v1;
pub mod json;
pub mod manifest;
#[cfg(feature = "archive")]
mod options;
pub mod platform;
pub mod reference;
#[cfg(feature = "archive")]
mod scan;
pub mod short_ids;
pub mod source;
#[cfg(feature = "archive")]
mod tree;
mod value;
