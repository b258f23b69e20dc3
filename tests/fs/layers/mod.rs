//! The store of layers in a folder.

mod dataroots;
#[path = "../../codec/encode.rs"]
mod encode;
mod images;
mod operations;
mod support;
