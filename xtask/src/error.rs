//! What can go wrong in a command: what failed, and what to do about it.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// The reason a command ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A program that xtask may not install itself is absent.
    #[error("{what} is missing. Install it with:\n    {install}")]
    Missing { what: String, install: String },
    /// A program is there, but not in a version that works.
    #[error("{what} is {found}, but {needed} is needed. Install it with:\n    {install}")]
    WrongVersion { what: String, found: String, needed: String, install: String },
    /// Two parts that must have the same version do not.
    #[error("{left} and {right} must have the same version. {remedy}")]
    Mismatch { left: String, right: String, remedy: String },
    /// A program could not be started.
    #[error("cannot start `{program}`: {source}")]
    Start { program: String, source: std::io::Error },
    /// A program ran and failed.
    #[error("`{command}` failed ({status})")]
    Failed { command: String, status: ExitStatus },
    /// A program ran, but what it printed is not what was asked for.
    #[error("`{command}` printed something unexpected: {found}")]
    Output { command: String, found: String },
    /// A file or folder could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io { action: &'static str, path: PathBuf, source: std::io::Error },
    /// A file of the project does not hold what it must.
    #[error("{}: {problem}", path.display())]
    Project { path: PathBuf, problem: String },
    /// A group of tests ended well without having run a single test.
    #[error("no test ran in: {suite}")]
    NoTests { suite: String },
    /// One or more groups of tests failed.
    #[error("failed: {}", suites.join(", "))]
    Tests { suites: Vec<String> },
    /// One or more lints failed.
    #[error("failed: {}", checks.join(", "))]
    Checks { checks: Vec<String> },
    /// A file or folder that a command was given cannot be used.
    #[error("{}: {problem}", path.display())]
    Unusable { path: PathBuf, problem: String },
    /// The command line was not understood.
    #[error("{problem}\n\n{usage}")]
    Usage { problem: String, usage: String },
    /// The local server could not be set up.
    #[error("cannot serve on 127.0.0.1: {source}")]
    Serve { source: std::io::Error },
    /// The operating system gave no random numbers.
    #[error("the operating system gave no random numbers: {0}")]
    Random(getrandom::Error),
}

/// What every step of a command returns.
pub type Result<T = ()> = std::result::Result<T, Error>;

/// Names the path and the action of a failed file operation.
pub trait At<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T>;
}

impl<T> At<T> for std::io::Result<T> {
    fn at(self, action: &'static str, path: &Path) -> Result<T> {
        self.map_err(|source| Error::Io { action, path: path.to_owned(), source })
    }
}
