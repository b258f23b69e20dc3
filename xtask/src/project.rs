//! Where things are: the repository and cargo's target folder.

use std::path::{Path, PathBuf};

use crate::error::{At, Error, Result};
use crate::process::Program;

/// The repository that this command works on.
pub struct Project {
    root: PathBuf,
    target: PathBuf,
}

impl Project {
    pub fn find() -> Result<Self> {
        // cargo sets the variable at run time too, which stays right when the repository was moved.
        let here = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = here.parent().unwrap_or(&here).to_owned();
        let text = Program::cargo()
            .directory(&root)
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()?;
        let target = serde_json::from_str::<serde_json::Value>(&text)
            .ok()
            .and_then(|metadata| metadata["target_directory"].as_str().map(PathBuf::from))
            .ok_or_else(|| Error::Output {
                command: "cargo metadata".into(),
                found: "no target_directory".into(),
            })?;
        Ok(Self { root, target })
    }

    /// The root of the repository.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path inside the repository, in `/` form.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.root.join(inside)
    }

    /// cargo's target folder.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// A cargo command in the repository.
    pub fn cargo(&self) -> Program {
        Program::cargo().directory(&self.root)
    }

    /// The one version of a crate that Cargo.lock holds.
    pub fn locked_version(&self, name: &str) -> Result<String> {
        let path = self.path("Cargo.lock");
        let text = std::fs::read_to_string(&path).at("read", &path)?;
        let versions = versions_in_lock(&text, name);
        match versions.as_slice() {
            [version] => Ok((*version).to_owned()),
            [] => Err(Error::Project { path, problem: format!("{name} is not locked") }),
            several => Err(Error::Project {
                path,
                problem: format!("several versions of {name} are locked: {}", several.join(", ")),
            }),
        }
    }
}

/// Every version of a crate in the text of a Cargo.lock, whose fields are always one a line and in order.
fn versions_in_lock<'a>(lock: &'a str, name: &str) -> Vec<&'a str> {
    let wanted = format!("name = \"{name}\"");
    let mut lines = lock.lines();
    let mut versions = Vec::new();
    while let Some(line) = lines.next() {
        if line == wanted
            && let Some(version) = lines.next().and_then(|line| line.strip_prefix("version = \""))
        {
            versions.push(version.trim_end_matches('"'));
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::versions_in_lock;

    #[test]
    fn a_crate_is_found_by_its_whole_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen-cli\"\nversion = \"0.2.2\"\n";
        assert_eq!(versions_in_lock(lock, "wasm-bindgen"), ["0.2.1"]);
        assert_eq!(versions_in_lock(lock, "wasm"), [""; 0]);
    }
}
