//! What must be on the machine before anything else: named, with the command that installs it, when it is not.

use crate::error::{Error, Result};
use crate::process::{Program, find};
use crate::project::Project;

/// The oldest Node that every tool here runs on.
const NODE: (u32, u32) = (20, 19);
const INSTALL_NODE: &str = "curl -fsSL https://deb.nodesource.com/setup_22.x | sudo -E bash - && \
                            sudo apt-get install -y nodejs    (Debian, Ubuntu; elsewhere: https://nodejs.org)";
const INSTALL_CC: &str = "sudo apt-get install -y build-essential    (Debian, Ubuntu)";
const INSTALL_RUSTUP: &str = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";

/// Node and npm, in versions that work.
pub fn node() -> Result {
    if find(&["node"]).is_none() {
        return Err(Error::Missing { what: "Node".into(), install: INSTALL_NODE.into() });
    }
    let found = Program::new("node").arg("--version").output()?;
    if !is_new_enough(found.trim(), NODE) {
        return Err(Error::WrongVersion {
            what: "Node".into(),
            found: found.trim().into(),
            needed: format!("{}.{} or newer", NODE.0, NODE.1),
            install: INSTALL_NODE.into(),
        });
    }
    if find(&["npm", "npm.cmd"]).is_none() {
        return Err(Error::Missing { what: "npm".into(), install: INSTALL_NODE.into() });
    }
    Ok(())
}

/// A linker. This command was linked once, but perhaps on a machine that has changed since.
pub fn linker() -> Result {
    if find(&["cc", "gcc", "clang"]).is_none() && cfg!(unix) {
        return Err(Error::Missing { what: "a C linker (`cc`)".into(), install: INSTALL_CC.into() });
    }
    Ok(())
}

/// The standard library for wasm32, added through rustup when it is absent.
pub fn wasm_target(project: &Project) -> Result {
    const TARGET: &str = "wasm32-unknown-unknown";
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let folder = Program::new(rustc)
        .directory(project.root())
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()?;
    let present =
        std::path::Path::new(folder.trim()).read_dir().is_ok_and(|mut files| files.next().is_some());
    if present {
        return Ok(());
    }
    rustup(&format!("the Rust target {TARGET}"))?;
    Program::new("rustup").directory(project.root()).args(["target", "add", TARGET]).run()
}

/// rustfmt and clippy, added through rustup when they are absent.
pub fn rust_components(project: &Project) -> Result {
    for (program, component) in [("cargo-fmt", "rustfmt"), ("cargo-clippy", "clippy")] {
        // A rustup proxy may be on PATH without the component behind it, so it is asked.
        let works = find(&[program]).is_some()
            && Program::new(program).directory(project.root()).arg("--version").succeeds_quietly();
        if !works {
            rustup(component)?;
            Program::new("rustup").directory(project.root()).args(["component", "add", component]).run()?;
        }
    }
    Ok(())
}

fn rustup(what: &str) -> Result {
    if find(&["rustup"]).is_some() {
        return Ok(());
    }
    let what = format!("{what} is not installed, and rustup, which would add it,");
    Err(Error::Missing { what, install: INSTALL_RUSTUP.into() })
}

fn is_new_enough(version: &str, (major, minor): (u32, u32)) -> bool {
    let mut parts = version.trim_start_matches('v').split('.').map(|part| part.parse::<u32>().ok());
    match (parts.next().flatten(), parts.next().flatten()) {
        (Some(found_major), Some(found_minor)) => (found_major, found_minor) >= (major, minor),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_new_enough;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(is_new_enough("v20.19.0", (20, 19)));
        assert!(is_new_enough("v22.1.0", (20, 19)));
        assert!(!is_new_enough("v20.9.0", (20, 19)));
        assert!(!is_new_enough("v18.20.0", (20, 19)));
        assert!(!is_new_enough("nonsense", (20, 19)));
    }
}
