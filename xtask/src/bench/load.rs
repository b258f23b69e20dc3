//! Loading an image into a data root, beside `docker load` into the same kind of data root, and beside skopeo, which makes
//! an OCI layout of it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::native::median;
use super::table::Row;
use crate::error::{At, Error, Result};
use crate::process::{Program, find};

/// The images of `benches/native`, and how many times as fast as `docker load` each is to be.
const IMAGES: [(&str, &str); 2] =
    [("image-907m.tar", "a 0.9 GB image"), ("image-200k-files.tar", "an image of 200,000 files")];
const LEAST: f64 = 2.0;
const MOST_KIB: f64 = 100.0 * 1024.0;
/// How long a daemon may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// Times both for each image, with the driver that the daemon uses; contents are not waited for on the disk, as Docker does
/// not either. All of it is below the folder for temporary files, and what was added stays until the end: some file systems
/// are slow to make files where many were removed just before, and those of the other one must not be in the way.
pub fn run(native: &Path, inputs: &Path, runs: u32) -> Result<Vec<Row>> {
    let folder = std::env::temp_dir().join(format!("layerglass-load-{}", std::process::id()));
    clear(&folder)?;
    let daemon = Daemon::start(&folder.join("docker"))?;
    let skopeo = find(&["skopeo"]);
    let driver = if daemon.is_some() { "overlay2" } else { "tar" };
    let mut rows = Vec::new();
    for (file, what) in IMAGES {
        let image = inputs.join(file);
        let (mut ours, mut theirs, mut kib) = (Vec::new(), Vec::new(), 0.0_f64);
        let mut copied = Vec::new();
        for round in 0..=runs {
            let root = folder.join(format!("{file}-{round}"));
            clear(&root)?;
            let started = Instant::now();
            let printed = Program::new(native)
                .arg("load")
                .arg(&image)
                .arg(&root)
                .args([driver, "unsynced"])
                .output()?;
            let seconds = started.elapsed().as_secs_f64();
            let words: Vec<&str> = printed.split_whitespace().collect();
            kib = kib.max(words.iter().rev().nth(1).and_then(|word| word.parse().ok()).unwrap_or(f64::NAN));
            let loaded = daemon.as_ref().map(|daemon| daemon.load(&image)).transpose()?;
            let copy = || copy(&image, &folder.join("skopeo"));
            let seconds_of_copy = skopeo.as_ref().map(|_| copy()).transpose()?;
            // The first round is for the caches.
            if round > 0 {
                ours.push(seconds);
                theirs.extend(loaded);
                copied.extend(seconds_of_copy);
            }
        }
        let (ours, theirs) = (median(ours), median(theirs));
        let what = format!("load {what}, contents for {driver}");
        let ours_text = format!("{ours:.2} s");
        rows.push(match &daemon {
            Some(_) => Row {
                what: what.clone(),
                ours: ours_text,
                peer: "docker load, overlay2".to_owned(),
                theirs: format!("{theirs:.2} s"),
                ratio: Some(theirs / ours),
                least: Some(LEAST),
                most: None,
            },
            None => Row {
                what: what.clone(),
                ours: ours_text,
                peer: "docker load: no daemon could be started here".to_owned(),
                theirs: "absent".to_owned(),
                ..Row::default()
            },
        });
        rows.push(match &skopeo {
            Some(_) => {
                let copied = median(copied);
                Row {
                    what: what.clone(),
                    ours: format!("{ours:.2} s"),
                    peer: "skopeo copy docker-archive: oci:".to_owned(),
                    theirs: format!("{copied:.2} s"),
                    ratio: Some(copied / ours),
                    // It copies bytes; only we and Docker make files, so of many small ones it says nothing.
                    least: (file == IMAGES[0].0).then_some(1.0),
                    most: None,
                }
            }
            None => Row {
                what: what.clone(),
                ours: format!("{ours:.2} s"),
                peer: "skopeo copy docker-archive: oci:".to_owned(),
                theirs: "absent".to_owned(),
                ..Row::default()
            },
        });
        rows.push(Row {
            what: format!("{what}: memory"),
            ours: format!("{:.0} MiB", kib / 1024.0),
            peer: "limit".to_owned(),
            theirs: "100 MiB".to_owned(),
            ratio: Some(kib / MOST_KIB),
            most: Some(1.0),
            least: None,
        });
    }
    drop(daemon);
    clear(&folder)?;
    Ok(rows)
}

/// The seconds that skopeo takes for an OCI layout of an image.
fn copy(image: &Path, layout: &Path) -> Result<f64> {
    clear(layout)?;
    let from = format!("docker-archive:{}", image.display());
    let to = format!("oci:{}", layout.display());
    let started = Instant::now();
    Program::new("skopeo").args(["--insecure-policy", "copy", "-q", &from, &to]).output()?;
    let seconds = started.elapsed().as_secs_f64();
    clear(layout)?;
    Ok(seconds)
}

fn clear(folder: &Path) -> Result {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).at("remove", folder),
        _ => Ok(()),
    }
}

/// A Docker daemon of its own, which ends when this is dropped.
struct Daemon {
    folder: PathBuf,
    child: Child,
}

impl Daemon {
    /// Nothing where there is none, or where it may not be started.
    fn start(folder: &Path) -> Result<Option<Self>> {
        let (Some(dockerd), Some(_)) = (find(&["dockerd"]), find(&["docker"])) else { return Ok(None) };
        fs::create_dir_all(folder).at("create", folder)?;
        let log = folder.join("log");
        let log = File::create(&log).at("create", &log)?;
        let file = |name: &str| folder.join(name).to_string_lossy().into_owned();
        let child = Command::new(dockerd)
            .args(["--data-root", &file("data"), "--exec-root", &file("exec"), "--pidfile", &file("pid")])
            .args(["--host", &format!("unix://{}", file("socket")), "--storage-driver=overlay2"])
            .args(["--iptables=false", "--ip6tables=false", "--ip-masq=false", "--ip-forward=false"])
            .arg("--bridge=none")
            .stdin(Stdio::null())
            .stdout(log.try_clone().at("open", folder)?)
            .stderr(log)
            .spawn()
            .at("start", folder)?;
        let mut daemon = Self { folder: folder.to_owned(), child };
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            if daemon.docker().arg("version").succeeds_quietly() {
                return Ok(Some(daemon));
            }
            if daemon.child.try_wait().is_ok_and(|ended| ended.is_some()) {
                return Ok(None);
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(None)
    }

    fn docker(&self) -> Program {
        Program::new("docker")
            .env("DOCKER_HOST", format!("unix://{}", self.folder.join("socket").display()))
            .env("DOCKER_CONFIG", self.folder.join("config"))
            .without_env(&["DOCKER_CONTEXT"])
    }

    /// The seconds that loading takes. What was loaded is removed again.
    fn load(&self, image: &Path) -> Result<f64> {
        let started = Instant::now();
        self.docker().args(["load", "-q", "-i"]).arg(image).output()?;
        let seconds = started.elapsed().as_secs_f64();
        let ids = self.docker().args(["images", "-aq", "--no-trunc"]).output()?;
        let ids: Vec<&str> = ids.split_whitespace().collect();
        if ids.is_empty() {
            return Err(Error::Output { command: "docker load".into(), found: "no image".into() });
        }
        self.docker().args(["rmi", "-f"]).args(ids).output()?;
        Ok(seconds)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
