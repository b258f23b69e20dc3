//! Files of virtual machines.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../support/build.rs"]
mod build;
mod chains;
mod damage;
#[cfg(target_os = "linux")]
mod folder;
mod formats;
mod programs;
mod properties;
mod support;
mod unikernel;
