//! Layerglass reads, checks and shows container images.
#![deny(missing_docs, unsafe_code)]

pub mod error;
pub mod limits;

pub mod json;

pub mod finding;

pub mod digest;
pub mod reference;

pub mod image;
pub mod manifest;

#[cfg(feature = "archive")]
pub mod codec;
#[cfg(feature = "archive")]
pub mod tar;

#[cfg(feature = "archive")]
pub mod layer;

#[cfg(feature = "archive")]
pub mod archive;

#[cfg(all(feature = "fs", not(target_arch = "wasm32")))]
pub mod fs;

#[cfg(all(feature = "js", target_arch = "wasm32"))]
pub mod js;
