//! The bindings that the npm package is made of: translation only, one file a noun.
//!
//! Data crosses as plain objects in the shapes of `pkg/src/types.ts`; handles have methods that take `&self`. What fails
//! throws `ErrorData`, from which the package makes its error class.

mod digest;
mod error;
mod image;
mod manifest;
mod reference;
mod value;
