//! The root of an image as one tar, beside the program that unpacks it for `tar` to pack.

use std::path::Path;
use std::time::Instant;

use super::native::{Native, absent, median};
use super::table::Row;
use crate::error::{At, Result};
use crate::process::{Program, find};

const IMAGE: &str = "image-907m.tar";
const WHAT: &str = "the merged root of a docker-save image of 907 MB as one tar, native, scan included";
/// How many times as long the others take at least.
const AIM: f64 = 4.0;

pub fn run(native: &Native, inputs: &Path, runs: u32) -> Result<Vec<Row>> {
    if find(&["umoci"]).is_none() || find(&["tar"]).is_none() {
        return Ok(vec![absent(WHAT, "umoci or tar: not on PATH")]);
    }
    let folder = std::env::temp_dir().join(format!("layerglass-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).at("create", &folder)?;
    let row = measured(native, &inputs.join(IMAGE), &folder, runs);
    std::fs::remove_dir_all(&folder).at("remove", &folder)?;
    Ok(vec![row?])
}

fn measured(native: &Native, image: &Path, folder: &Path, runs: u32) -> Result<Row> {
    let layout = folder.join("layout");
    native.program().arg("oci").arg(image).arg(&layout).output()?;
    let script = r#"rm -rf "$1" && umoci unpack --image "$0" "$1" && tar -cf "$2" -C "$1/rootfs" ."#;
    let source = format!("{}:bench", layout.display());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        ours.push(timed(native.program().arg("extract").arg(image).arg(folder.join("ours.tar")))?);
        // It takes half a minute each time.
        if theirs.len() < 2 {
            let program = Program::new("sh").args(["-c", script, &source]);
            theirs.push(timed(program.arg(folder.join("bundle")).arg(folder.join("theirs.tar")))?);
        }
    }
    let (we, they) = (median(ours), median(theirs));
    Ok(Row {
        what: WHAT.to_owned(),
        ours: format!("{we:.2} s"),
        peer: "umoci unpack, then tar -c".to_owned(),
        theirs: format!("{they:.2} s"),
        ratio: Some(they / we),
        least: Some(AIM),
        most: None,
    })
}

fn timed(program: Program) -> Result<f64> {
    let started = Instant::now();
    program.output()?;
    Ok(started.elapsed().as_secs_f64())
}
