//! Trees of layers under ids that callers choose: the legacy graph with its names, and named stores.
#![cfg(not(target_arch = "wasm32"))]

mod atomicity;
#[cfg(target_os = "linux")]
mod disk;
mod filter;
mod legacy;
mod migration;
mod named;
#[path = "../conformance/report.rs"]
#[allow(dead_code, reason = "the test of vectors uses the rest")]
mod report;
mod support;
mod url;
mod vectors;
