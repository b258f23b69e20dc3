//! The store of layers in a folder.

mod daemon;
mod damage;
mod dataroots;
mod diff;
#[path = "../../codec/encode.rs"]
mod encode;
#[path = "../../store/daemon/engine.rs"]
#[allow(dead_code, reason = "the tests of the store use the rest")]
mod engine;
mod full_disk;
mod images;
mod operations;
mod processes;
mod split;
mod support;
