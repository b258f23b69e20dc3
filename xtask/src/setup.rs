//! Everything that the other commands need, installed or named.

use crate::bindgen::Bindgen;
use crate::error::Result;
use crate::project::Project;
use crate::{npm, prerequisites};

pub fn run(project: &Project, _: &[String]) -> Result {
    prerequisites::linker()?;
    prerequisites::node()?;
    prerequisites::wasm_target(project)?;
    prerequisites::rust_components(project)?;
    npm::install(project)?;
    Bindgen::build(project)?;
    Ok(())
}
