//! What is in an image, beyond its files: its packages, and what about it should worry whoever ships it.

pub mod lint;
pub mod packages;
pub mod survey;
