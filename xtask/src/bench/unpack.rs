//! Unpacking an image beside the programs that do the same.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::native::{Native, absent, median};
use super::table::Row;
use crate::error::{At, Result};
use crate::process::{Program, find};

/// The images, and what is said of them.
const IMAGES: [(&str, &str); 2] =
    [("image-907m.tar", "a docker-save image of 907 MB"), ("image-200k-files.tar", "one of 200,000 files")];
/// Aims: how many times as long the others take at least, and how many times as long as `tar` we may take.
const UMOCI: f64 = 4.0;
const DOCKER: f64 = 2.0;
const TAR: f64 = 1.3;

/// Another program that unpacks.
struct Peer {
    name: String,
    run: Run,
    /// The ratio that is aimed at.
    aim: f64,
    seconds: Vec<f64>,
}

type Run = Box<dyn Fn(&Path) -> Program>;

/// Every program unpacks into a folder of its own below the folder for temporary files, in turn. What it made stays until the
/// end: ext4 is slow for minutes to make files where many were removed. A first run of each is not counted.
pub fn run(native: &Native, inputs: &Path, runs: u32) -> Result<Vec<Row>> {
    let folder = std::env::temp_dir().join(format!("layerglass-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).at("create", &folder)?;
    let rows = images(native, inputs, &folder, runs);
    std::fs::remove_dir_all(&folder).at("remove", &folder)?;
    rows
}

fn images(native: &Native, inputs: &Path, folder: &Path, runs: u32) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (name, what) in IMAGES {
        rows.extend(image(native, &inputs.join(name), what, folder, runs)?);
    }
    Ok(rows)
}

fn image(native: &Native, image: &Path, what: &str, folder: &Path, runs: u32) -> Result<Vec<Row>> {
    let layout = folder.join("layout");
    let printed = native.program().arg("oci").arg(image).arg(&layout).output()?;
    let layers: Vec<PathBuf> = printed.lines().map(PathBuf::from).collect();
    let what = format!("unpacking {what}, native, every digest checked");
    let (mut peers, mut rows) = peers(&what, image, &layout, layers)?;
    let mut ours = Vec::new();
    let name = image.file_stem().unwrap_or_default().to_string_lossy();
    for round in 0..=runs {
        let target = |who: usize| folder.join(format!("{name}-{round}-{who}"));
        let seconds = timed(native.program().arg("unpack").arg(image).arg(target(0)))?;
        if round > 0 {
            ours.push(seconds);
        }
        for (at, peer) in peers.iter_mut().enumerate() {
            // Those that take a minute are asked once or twice.
            let is_slow = peer.seconds.iter().sum::<f64>() > 60.0;
            if round == 0 && peer.aim > TAR || is_slow {
                continue;
            }
            let seconds = timed((peer.run)(&target(at + 1)))?;
            if round > 0 {
                peer.seconds.push(seconds);
            }
        }
    }
    std::fs::remove_dir_all(&layout).at("remove", &layout)?;
    let we = median(ours);
    rows.extend(peers.into_iter().map(|peer| {
        let they = median(peer.seconds);
        let is_tar = peer.aim == TAR;
        Row {
            what: what.clone(),
            ours: format!("{we:.2} s"),
            peer: peer.name,
            theirs: format!("{they:.2} s"),
            ratio: Some(if is_tar { we / they } else { they / we }),
            least: (!is_tar).then_some(peer.aim),
            most: is_tar.then_some(peer.aim),
        }
    }));
    Ok(rows)
}

/// The seconds of one run, begun when the disk has nothing left to write.
fn timed(program: Program) -> Result<f64> {
    if find(&["sync"]).is_some() {
        Program::new("sync").run()?;
    }
    let started = Instant::now();
    program.output()?;
    Ok(started.elapsed().as_secs_f64())
}

fn peers(what: &str, image: &Path, layout: &Path, layers: Vec<PathBuf>) -> Result<(Vec<Peer>, Vec<Row>)> {
    let mut peers = Vec::new();
    let mut rows = Vec::new();
    let mut peer = |name: &str, aim: f64, run: Run| {
        peers.push(Peer { name: name.to_owned(), run, aim, seconds: Vec::new() });
    };
    if find(&["tar"]).is_some() {
        let script = r#"mkdir "$0" && for layer; do tar -xf "$layer" -C "$0" || exit; done"#;
        peer(
            "tar -x of each layer (checks no digest)",
            TAR,
            Box::new(move |target| Program::new("sh").args(["-c", script]).arg(target).args(&layers)),
        );
    } else {
        rows.push(absent(what, "tar: not on PATH"));
    }
    if find(&["umoci"]).is_some() {
        let layout = format!("{}:bench", layout.display());
        let run = move |target: &Path| Program::new("umoci").args(["unpack", "--image", &layout]).arg(target);
        peer("umoci unpack", UMOCI, Box::new(run));
    } else {
        rows.push(absent(what, "umoci: not on PATH"));
    }
    let image = image.to_owned();
    let is_running =
        find(&["docker"]).is_some() && Program::new("docker").args(["version"]).succeeds_quietly();
    if is_running {
        // What it loaded before it would only recognise.
        let run = move |_: &Path| {
            Program::new("docker").args(["rmi", "--force", "bench:1"]).succeeds_quietly();
            Program::new("docker").args(["load", "--quiet", "--input"]).arg(&image)
        };
        peer("docker load", DOCKER, Box::new(run));
    } else {
        rows.push(absent(what, "docker: no daemon answers"));
    }
    Ok((peers, rows))
}
