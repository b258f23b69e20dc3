//! The wasm-bindgen step and its test runner: built from this workspace, so that they are locked together with
//! the library they work on.

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::process::Program;
use crate::project::Project;

/// The two programs of the `xtask-bindgen` package.
pub struct Bindgen {
    step: PathBuf,
    runner: PathBuf,
    version: String,
}

impl Bindgen {
    /// Builds them when they are not there yet, and checks that they fit the locked wasm-bindgen.
    pub fn build(project: &Project) -> Result<Self> {
        let messages = project
            .cargo()
            .args(["build", "--quiet", "--package", "xtask-bindgen", "--message-format", "json"])
            .output_with_progress()?;
        let step = executable(&messages, "bindgen")?;
        let runner = executable(&messages, "bindgen-test-runner")?;

        let printed = Program::new(&step).arg("--version").output()?;
        let version = printed.split_whitespace().last().unwrap_or_default().to_owned();
        let locked = project.locked_version("wasm-bindgen")?;
        if version != locked {
            return Err(Error::Mismatch {
                left: format!("the wasm-bindgen step ({version})"),
                right: format!("the crate wasm-bindgen in Cargo.lock ({locked})"),
                remedy:
                    "Set `wasm-bindgen-cli` in xtask/bindgen/Cargo.toml and `wasm-bindgen` in Cargo.toml \
                         to one version."
                        .into(),
            });
        }
        Ok(Self { step, runner, version })
    }

    /// The wasm-bindgen step, ready for its arguments.
    pub fn step(&self) -> Program {
        Program::new(&self.step)
    }

    /// What cargo runs wasm tests with.
    pub fn runner(&self) -> &PathBuf {
        &self.runner
    }

    pub fn version(&self) -> &str {
        &self.version
    }
}

/// Where cargo put a program, from the messages of its build.
fn executable(messages: &str, name: &str) -> Result<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| Error::Output {
            command: "cargo build --package xtask-bindgen".into(),
            found: format!("no program {name}"),
        })
}
