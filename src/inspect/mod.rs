//! What is in an image, beyond its files: its packages, what about it should worry whoever ships it, what of it is of no use,
//! and what takes its space.

pub mod lint;
pub mod packages;
pub mod usage;
pub mod waste;
