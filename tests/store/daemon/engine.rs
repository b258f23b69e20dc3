//! A Docker daemon that a test starts for itself.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long anything may take.
const LIMIT: Duration = Duration::from_secs(90);

/// A daemon with everything of its own: folders, socket, network. It ends when this is dropped.
pub struct Daemon {
    folder: PathBuf,
    child: Option<Child>,
}

impl Daemon {
    /// Starts it below a folder, and waits until it answers. The reason where that cannot be done.
    pub fn start(folder: &Path) -> Result<Self, String> {
        Self::start_with(folder, "vfs")
    }

    /// The same with a driver for the contents of layers.
    pub fn start_with(folder: &Path, driver: &str) -> Result<Self, String> {
        let file = |name: &str| folder.join(name).to_string_lossy().into_owned();
        let log = File::options().create(true).append(true).open(folder.join("log")).expect("a log");
        let child = Command::new("dockerd")
            .args(["--data-root", &file("data"), "--exec-root", &file("exec"), "--pidfile", &file("pid")])
            .args([
                "--host",
                &format!("unix://{}", file("docker.sock")),
                &format!("--storage-driver={driver}"),
            ])
            .args(["--iptables=false", "--ip6tables=false", "--ip-masq=false", "--ip-forward=false"])
            .args(["--bridge=none"])
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .map_err(|error| format!("dockerd: {error}"))?;
        let mut daemon = Self { folder: folder.to_owned(), child: Some(child) };
        let since = Instant::now();
        loop {
            if let Some(status) = daemon.child.as_mut().and_then(|child| child.try_wait().expect("a child")) {
                return Err(format!("dockerd ended: {status}\n{}", daemon.log_end()));
            }
            match daemon.try_docker(&["version"]) {
                Ok((status, ..)) if status.success() => return Ok(daemon),
                Err(error) => return Err(format!("docker: {error}")),
                Ok((.., said)) if since.elapsed() > LIMIT => {
                    return Err(format!("dockerd does not answer: {said}\n{}", daemon.log_end()));
                }
                Ok(_) => thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    /// The folder of its images.
    pub fn images(folder: &Path) -> PathBuf {
        folder.join("data/image/vfs")
    }

    /// What the client prints. It has to succeed.
    pub fn docker(&self, arguments: &[&str]) -> String {
        let (status, printed, said) = self.try_docker(arguments).expect("the client");
        assert!(status.success(), "docker {arguments:?}: {printed}{said}\n{}", self.log_end());
        printed
    }

    /// The ids of all images, sorted.
    pub fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> =
            self.docker(&["images", "-aq", "--no-trunc"]).lines().map(str::to_owned).collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// What it says of an image.
    pub fn inspect(&self, id: &str) -> Value {
        let printed = self.docker(&["image", "inspect", id]);
        let list: Value = serde_json::from_str(&printed).expect("JSON");
        list[0].clone()
    }

    /// Ends it, as a system that is shut down does, and waits for that.
    pub fn stop(mut self) {
        assert!(self.end(), "the daemon does not end\n{}", self.log_end());
    }

    /// Everything it said, of all its runs.
    pub fn log(folder: &Path) -> String {
        fs::read_to_string(folder.join("log")).expect("a log")
    }

    fn log_end(&self) -> String {
        let log = Self::log(&self.folder);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(5)..].join("\n")
    }

    fn try_docker(&self, arguments: &[&str]) -> std::io::Result<(ExitStatus, String, String)> {
        let (printed, said) = (self.folder.join("printed"), self.folder.join("said"));
        let mut child = Command::new("docker")
            .args(arguments)
            .env("DOCKER_HOST", format!("unix://{}", self.folder.join("docker.sock").display()))
            .env("DOCKER_BUILDKIT", "0")
            .env("DOCKER_CONFIG", self.folder.join("config"))
            .env_remove("DOCKER_CONTEXT")
            .stdin(Stdio::null())
            .stdout(File::create(&printed)?)
            .stderr(File::create(&said)?)
            .spawn()?;
        let status = wait(&mut child).unwrap_or_else(|| {
            let _ = child.kill();
            child.wait().expect("ended")
        });
        Ok((status, fs::read_to_string(printed)?, fs::read_to_string(said)?))
    }

    fn end(&mut self) -> bool {
        let Some(mut child) = self.child.take() else { return true };
        if child.try_wait().is_ok_and(|ended| ended.is_some()) {
            return true;
        }
        let _ = Command::new("kill").arg(child.id().to_string()).status();
        if wait(&mut child).is_some() {
            return true;
        }
        // Whoever is killed leaves its helper behind.
        let _ = child.kill();
        let _ = child.wait();
        if let Ok(helper) = fs::read_to_string(self.folder.join("exec/containerd/containerd.pid")) {
            let _ = Command::new("kill").args(["-9", helper.trim()]).status();
        }
        false
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.end();
    }
}

/// How a process ended; nothing when it does not in time.
fn wait(child: &mut Child) -> Option<ExitStatus> {
    let since = Instant::now();
    while since.elapsed() < LIMIT {
        if let Some(status) = child.try_wait().expect("a child") {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(10));
    }
    None
}
