//! `cargo xtask lint`: formatting and lints of everything that is written by hand.

use crate::error::{Error, Result};
use crate::process::Program;
use crate::project::Project;
use crate::{build, npm, setup, test, wasm};

/// Runs every check, also after one has failed, and names those that did.
pub fn run(project: &Project, _: &[String]) -> Result {
    setup::run(project, &[])?;
    let mut failed = Vec::new();
    run_all(rust(project)?, &mut failed)?;
    run_all(javascript(project)?, &mut failed)?;
    if failed.is_empty() { Ok(()) } else { Err(Error::Checks { checks: failed }) }
}

fn run_all(checks: Vec<Check>, failed: &mut Vec<String>) -> Result {
    for (name, check) in checks {
        println!("== {name}");
        match check.run() {
            Ok(()) => {}
            Err(Error::Failed { .. }) => failed.push(name),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A check and its name.
type Check = (String, Program);

fn rust(project: &Project) -> Result<Vec<Check>> {
    let clippy = |arguments: &[&str]| {
        project.cargo().arg("clippy").args(arguments).arg("--quiet").args(["--", "-D", "warnings"])
    };
    // Of the test programs only these are written for wasm.
    let mut for_wasm = vec![
        "--package",
        "layerglass",
        "--target",
        wasm::TARGET,
        "--features",
        "js,js-archive,js-graph,js-inspect,js-records,js-sif,js-transfer,js-vm,js-testing,blake3",
        "--lib",
    ];
    let programs = test::wasm_test_files(project)?;
    for program in &programs {
        for_wasm.extend(["--test", program]);
    }
    let library = [
        "--package",
        "layerglass",
        "--all-targets",
        "--features",
        "archive,fs,blake3,object-store,sif-signatures",
    ];
    let tools = ["--package", "xtask", "--package", "xtask-bindgen", "--all-targets"];
    let smallest = ["--package", "layerglass", "--lib", "--no-default-features"];
    let docs = [
        "doc",
        "--quiet",
        "--package",
        "layerglass",
        "--no-deps",
        "--features",
        "archive,fs,blake3,object-store,sif-signatures",
    ];
    Ok(vec![
        ("rustfmt".into(), project.cargo().args(["fmt", "--all", "--check"])),
        ("clippy".into(), clippy(&library)),
        ("clippy, no features".into(), clippy(&smallest)),
        ("clippy, wasm32".into(), clippy(&for_wasm).env("CARGO_ENCODED_RUSTFLAGS", wasm::SIMD)),
        ("clippy, xtask".into(), clippy(&tools)),
        ("rustdoc".into(), project.cargo().args(docs).env("RUSTDOCFLAGS", "-D warnings")),
    ])
}

/// The types of a package are those of its build, so what it stands on is built first.
fn javascript(project: &Project) -> Result<Vec<Check>> {
    build::package(project)?;
    let mut checks = vec![(
        "biome".into(),
        npm::program(project, "@biomejs/biome/bin/biome").args(["ci", "--error-on-warnings"]),
    )];
    for workspace in npm::WORKSPACES {
        let settings = project.path(workspace).join("tsconfig.json");
        if settings.is_file() {
            let check = npm::program(project, "typescript/bin/tsc").args(["--noEmit", "-p"]).arg(settings);
            checks.push((format!("tsc, {workspace}"), check));
        }
    }
    Ok(checks)
}
