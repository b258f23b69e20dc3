//! Running other programs: their output shown, captured, or both.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

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
        let kept = Arc::new(Mutex::new(Vec::new()));
        let out = child.stdout.take().map(|pipe| copy(pipe, std::io::stdout(), &kept));
        let errors = child.stderr.take().map(|pipe| copy(pipe, std::io::stderr(), &kept));
        let status = child.wait().map_err(|source| self.not_started(source))?;
        // A process that it left behind may hold the pipes open for ever; it is not waited for.
        let patience = Instant::now() + Duration::from_secs(5);
        while [&out, &errors].into_iter().flatten().any(|thread| !thread.is_finished())
            && Instant::now() < patience
        {
            thread::sleep(Duration::from_millis(10));
        }
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        Ok((status.success(), String::from_utf8_lossy(&kept).into_owned()))
    }

    fn not_started(&self, source: std::io::Error) -> Error {
        Error::Start { program: self.words[0].clone(), source }
    }
}

/// Shows what comes out of a pipe, line by line, and keeps it.
fn copy(
    from: impl Read + Send + 'static,
    mut to: impl Write + Send + 'static,
    kept: &Arc<Mutex<Vec<u8>>>,
) -> JoinHandle<()> {
    let kept = Arc::clone(kept);
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while let Ok(1..) = from.read_until(b'\n', &mut line) {
            // A reader that has gone away must not stop the tests.
            let _ = to.write_all(&line).and_then(|()| to.flush());
            kept.lock().unwrap_or_else(PoisonError::into_inner).append(&mut line);
        }
    })
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

#[cfg(all(test, unix))]
mod tests {
    use std::time::{Duration, Instant};

    use super::Program;

    #[test]
    fn output_is_kept_and_failure_told() {
        let (succeeded, printed) =
            Program::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]).tee().expect("sh runs");
        assert!(!succeeded);
        assert!(printed.contains("out\n") && printed.contains("err\n"), "{printed}");
    }

    #[test]
    fn a_process_left_behind_is_not_waited_for() {
        let start = Instant::now();
        let (succeeded, printed) =
            Program::new("sh").args(["-c", "sleep 30 & echo done"]).tee().expect("sh runs");
        assert!(succeeded && printed.contains("done"));
        assert!(start.elapsed() < Duration::from_secs(25));
    }
}
