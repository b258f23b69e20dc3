//! BLAKE3, by option.

#[cfg(not(feature = "blake3"))]
mod absent;
#[cfg(feature = "blake3")]
mod present;

#[cfg(not(feature = "blake3"))]
pub use absent::{ALL, Available, State};
#[cfg(feature = "blake3")]
pub use present::{ALL, Available, State};
