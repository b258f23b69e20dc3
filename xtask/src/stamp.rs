//! Whether a step has to be done again: only when what goes in or what came out has changed.
//!
//! A stamp is a hash of contents, never of times, so that it stays right after a checkout, a copy or a clock that
//! was set. It lies in cargo's target folder and names one step.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::error::{At, Result};
use crate::project::Project;

/// Folders that are never an input: they are made, not written.
const MADE: [&str; 4] = ["node_modules", "target", ".git", "test-results"];

/// What one step reads and writes.
pub struct Step {
    file: PathBuf,
    facts: Vec<String>,
    inputs: Vec<PathBuf>,
    outputs: Vec<PathBuf>,
}

impl Step {
    pub fn new(project: &Project, name: &str) -> Self {
        // Several checkouts may share one target folder.
        let mut hasher = DefaultHasher::new();
        project.root().hash(&mut hasher);
        let file = project.target().join("xtask").join(format!("{name}-{:016x}.stamp", hasher.finish()));
        Self { file, facts: Vec::new(), inputs: Vec::new(), outputs: Vec::new() }
    }

    /// Something that counts and is no file: a version, an option.
    pub fn fact(mut self, fact: impl Into<String>) -> Self {
        self.facts.push(fact.into());
        self
    }

    /// A file, or a folder with all that is in it. One that is absent counts as absent.
    pub fn input(mut self, path: PathBuf) -> Self {
        self.inputs.push(path);
        self
    }

    /// A file or folder that the step makes.
    pub fn output(mut self, path: PathBuf) -> Self {
        self.outputs.push(path);
        self
    }

    /// Does the work unless everything is as the last success left it; tells whether it was done.
    pub fn run(self, work: impl FnOnce() -> Result) -> Result<bool> {
        let before = self.inputs_hash()?;
        let wanted = format!("{before:016x} {:016x}\n", self.outputs_hash()?);
        if self.outputs.iter().all(|path| path.exists())
            && fs::read_to_string(&self.file).is_ok_and(|found| found == wanted)
        {
            return Ok(false);
        }
        // A step that fails half-way must not look done.
        match fs::remove_file(&self.file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).at("remove", &self.file);
            }
            _ => {}
        }
        work()?;
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder).at("create", folder)?;
        }
        // The hash from before the work: a file that was changed meanwhile is seen the next time.
        let stamp = format!("{before:016x} {:016x}\n", self.outputs_hash()?);
        fs::write(&self.file, stamp).at("write", &self.file)?;
        Ok(true)
    }

    fn inputs_hash(&self) -> Result<u64> {
        let mut hasher = DefaultHasher::new();
        self.facts.hash(&mut hasher);
        hash_all(&self.inputs, &self.outputs, &mut hasher)?;
        Ok(hasher.finish())
    }

    fn outputs_hash(&self) -> Result<u64> {
        let mut hasher = DefaultHasher::new();
        hash_all(&self.outputs, &[], &mut hasher)?;
        Ok(hasher.finish())
    }
}

fn hash_all(paths: &[PathBuf], except: &[PathBuf], hasher: &mut DefaultHasher) -> Result {
    for path in paths {
        let mut files = BTreeSet::new();
        collect(path, except, &mut files)?;
        files.len().hash(hasher);
        for file in files {
            file.strip_prefix(path).unwrap_or(&file).hash(hasher);
            fs::read(&file).at("read", &file)?.hash(hasher);
        }
    }
    Ok(())
}

fn collect(path: &Path, except: &[PathBuf], files: &mut BTreeSet<PathBuf>) -> Result {
    if except.iter().any(|excepted| excepted == path) {
        return Ok(());
    }
    let Ok(data) = path.metadata() else { return Ok(()) };
    if data.is_file() {
        files.insert(path.to_owned());
    } else if data.is_dir() {
        for entry in path.read_dir().at("list", path)? {
            let entry = entry.at("list", path)?;
            if !MADE.iter().any(|made| entry.file_name() == *made) {
                collect(&entry.path(), except, files)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn step(folder: &Scratch) -> Step {
        Step {
            file: folder.path("stamps/one"),
            facts: vec!["v1".into()],
            inputs: vec![folder.path("in")],
            outputs: vec![folder.path("out")],
        }
    }

    #[test]
    fn a_step_is_done_again_only_when_something_changed() {
        let folder = Scratch::new();
        folder.write("in/a", "1");
        let out = folder.path("out");
        let work = || fs::write(&out, "made").at("write", &out);
        let run = |step: Step| step.run(work).expect("the step works");

        assert!(run(step(&folder)), "the first time");
        assert!(!run(step(&folder)), "nothing changed");
        folder.write("in/a", "2");
        assert!(run(step(&folder)), "an input changed");
        folder.write("in/b", "");
        assert!(run(step(&folder)), "an input appeared");
        folder.write("out", "spoilt");
        assert!(run(step(&folder)), "the output changed");
        fs::remove_file(&out).expect("remove the output");
        assert!(run(step(&folder)), "the output is gone");
        assert!(run(step(&folder).fact("v2")), "a fact changed");
        assert!(!run(step(&folder).fact("v2")), "nothing changed");
    }

    #[test]
    fn a_failed_step_is_not_taken_as_done() {
        let folder = Scratch::new();
        folder.write("in/a", "1");
        folder.write("out", "made");
        step(&folder).run(|| Ok(())).expect("the step works");
        folder.write("in/a", "2");
        let failed = step(&folder).run(|| Err(crate::error::Error::NoTests { suite: String::new() }));
        assert!(failed.is_err());
        folder.write("in/a", "1");
        assert!(
            step(&folder).run(|| Ok(())).expect("the step works"),
            "the stamp was removed before the work"
        );
    }
}
