//! The library as WebAssembly, in Node.
#![cfg(target_arch = "wasm32")]

mod in_wasm;
