//! BLAKE3, by option.

#[cfg(not(feature = "blake3"))]
mod absent;
#[cfg(all(feature = "blake3", target_arch = "wasm32"))]
mod portable;
#[cfg(feature = "blake3")]
mod present;

#[cfg(not(feature = "blake3"))]
pub use absent::{ALL, Available, State};
#[cfg(feature = "blake3")]
pub use present::{ALL, Available, State};

#[cfg(all(feature = "blake3", not(target_arch = "wasm32")))]
use ::blake3::Hasher;
#[cfg(all(feature = "blake3", target_arch = "wasm32"))]
use portable::Hasher;
