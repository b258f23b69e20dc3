//! Trees of layers under ids that callers choose: the legacy graph with its names, and named stores.
#![cfg(not(target_arch = "wasm32"))]

mod atomicity;
#[cfg(target_os = "linux")]
#[path = "../support/children.rs"]
mod children;
#[cfg(target_os = "linux")]
mod disk;
#[path = "../support/faulty.rs"]
mod faulty;
mod filter;
mod legacy;
mod migration;
mod named;
#[cfg(target_os = "linux")]
mod parts;
#[cfg(target_os = "linux")]
mod processes;
#[path = "../conformance/report.rs"]
#[allow(dead_code, reason = "the test of vectors uses the rest")]
mod report;
#[path = "../support/seeds.rs"]
mod seeds;
mod support;
mod url;
mod vectors;
