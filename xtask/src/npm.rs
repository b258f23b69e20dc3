//! The npm packages that the project is built and tested with, from one lock file at the root.

use std::path::PathBuf;

use crate::error::Result;
use crate::prerequisites;
use crate::process::Program;
use crate::project::Project;
use crate::stamp::Step;

/// The folders that are npm packages of their own.
pub const WORKSPACES: [&str; 4] = ["pkg", "www", "tests/js", "tests/www"];

#[cfg(windows)]
const NPM: &str = "npm.cmd";
#[cfg(not(windows))]
const NPM: &str = "npm";

/// Installs exactly what the lock file says, unless that is what is there already.
pub fn install(project: &Project) -> Result {
    prerequisites::node()?;
    let node = Program::new("node").arg("--version").output()?;
    let mut step = Step::new(project, "npm")
        .fact(node)
        .input(project.path("package.json"))
        .input(project.path("package-lock.json"))
        // npm writes this one last: it is there exactly when an installation was finished.
        .output(project.path("node_modules/.package-lock.json"));
    for workspace in WORKSPACES {
        step = step.input(project.path(workspace).join("package.json"));
    }
    step.run(|| npm(project).args(["ci", "--no-audit", "--no-fund"]).run())?;
    Ok(())
}

/// The same for a folder with a lock file of its own.
pub fn install_at(project: &Project, folder: &str) -> Result {
    let at = project.path(folder);
    Step::new(project, &format!("npm-{folder}"))
        .input(at.join("package.json"))
        .input(at.join("package-lock.json"))
        .output(at.join("node_modules/.package-lock.json"))
        .run(|| npm(project).directory(&at).args(["ci", "--no-audit", "--no-fund"]).run())?;
    Ok(())
}

/// A script of one of the packages.
pub fn script(project: &Project, workspace: &str, name: &str) -> Program {
    npm(project).args(["run", "--silent", name, "-w", workspace])
}

/// A program that one of the installed packages brings, run by Node.
pub fn program(project: &Project, path: &str) -> Program {
    Program::new("node").directory(project.root()).arg(file(project, path))
}

/// A file of an installed package.
pub fn file(project: &Project, path: &str) -> PathBuf {
    project.path("node_modules").join(path)
}

fn npm(project: &Project) -> Program {
    Program::new(NPM).directory(project.root()).env("npm_config_update_notifier", "false")
}
