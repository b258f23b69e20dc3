//! The tests of the decoders as WebAssembly, in Node: there zstd and CRC-32 have code of their own.
#![cfg(target_arch = "wasm32")]

#[path = "codec/main.rs"]
mod codec;
