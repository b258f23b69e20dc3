//! What is in an image, beyond its files.

pub mod packages;
