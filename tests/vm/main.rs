//! Files of virtual machines.
#![cfg(not(target_arch = "wasm32"))]

mod chains;
mod damage;
mod formats;
mod programs;
mod properties;
mod support;
mod unikernel;
