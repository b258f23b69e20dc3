//! The bindings that the npm package is made of: translation only, one file a noun.
//!
//! Data crosses as plain objects in the shapes of `pkg/src/types.ts`; handles have methods that take `&self`. What fails
//! throws `ErrorData`, from which the package makes its error class.

#[cfg(feature = "archive")]
mod archive;
#[cfg(feature = "archive")]
mod argument;
pub mod digest;
mod error;
pub mod image;
pub mod manifest;
#[cfg(feature = "archive")]
mod options;
pub mod reference;
#[cfg(feature = "archive")]
mod scan;
#[cfg(feature = "archive")]
mod tree;
mod value;
