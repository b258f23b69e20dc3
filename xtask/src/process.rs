//! Running other programs: their output shown, captured, or both.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::error::{Error, Result};

/// A program that is about to run, in words that an error can show.
pub struct Program {
    command: Command,
    words: Vec<String>,
}

impl Program {
    /// A program by name or path; it gets no standard input, so that nothing ever waits for an answer.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program.as_ref());
        command.stdin(Stdio::null());
        Self { command, words: vec![program.as_ref().to_string_lossy().into_owned()] }
    }

    /// The cargo that runs this command.
    pub fn cargo() -> Self {
        Self::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.words.push(arg.as_ref().to_string_lossy().into_owned());
        self.command.arg(arg);
        self
    }

    pub fn args<I: IntoIterator<Item: AsRef<OsStr>>>(self, args: I) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn without_env(mut self, names: &[&str]) -> Self {
        for name in names {
            self.command.env_remove(name);
        }
        self
    }

    pub fn directory(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Runs it with its output shown as it comes.
    pub fn run(mut self) -> Result {
        let status = self.command.status().map_err(|source| self.not_started(source))?;
        if status.success() { Ok(()) } else { Err(Error::Failed { command: self.words.join(" "), status }) }
    }

    /// Runs it and returns what it printed; its error output is shown only when it fails.
    pub fn output(mut self) -> Result<String> {
        let output = self.command.output().map_err(|source| self.not_started(source))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        Err(Error::Failed { command: self.words.join(" "), status: output.status })
    }

    /// Like `output`, for a program whose error output tells how far it is.
    pub fn output_with_progress(mut self) -> Result<String> {
        self.command.stderr(Stdio::inherit());
        self.output()
    }

    /// Runs it without showing anything, and tells whether it succeeded.
    pub fn succeeds_quietly(mut self) -> bool {
        self.command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    /// Runs it with its output shown as it comes, and returns whether it succeeded and what it printed.
    pub fn tee(mut self) -> Result<(bool, String)> {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().map_err(|source| self.not_started(source))?;
        let errors = child.stderr.take().map(|pipe| thread::spawn(move || copy(pipe, std::io::stderr())));
        let shown = child.stdout.take().map(|pipe| copy(pipe, std::io::stdout())).unwrap_or_default();
        let status = child.wait().map_err(|source| self.not_started(source))?;
        let errors = errors.and_then(|thread| thread.join().ok()).unwrap_or_default();
        Ok((status.success(), format!("{shown}\n{errors}")))
    }

    fn not_started(&self, source: std::io::Error) -> Error {
        Error::Start { program: self.words[0].clone(), source }
    }
}

/// Shows what comes out of a pipe and keeps it.
fn copy(mut from: impl Read, mut to: impl Write) -> String {
    let mut kept = Vec::new();
    let mut buffer = [0; 8192];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let bytes = &buffer[..count];
        kept.extend_from_slice(bytes);
        // A reader that has gone away must not stop the tests.
        let _ = to.write_all(bytes).and_then(|()| to.flush());
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// The first of these programs on PATH.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|candidate| is_executable(candidate))
}

/// Whether a path is a file that may be run.
pub fn is_executable(path: &Path) -> bool {
    let Ok(data) = path.metadata() else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        data.is_file() && data.permissions().mode() & 0o111 != 0
    }
    #[cfg(not(unix))]
    data.is_file()
}
