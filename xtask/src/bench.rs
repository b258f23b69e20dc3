//! `cargo xtask bench`: figures beside those of the programs and libraries that people use today, in one run.

mod convert;
mod extract;
mod load;
mod native;
mod table;
mod unpack;

use crate::browser::Browser;
use crate::error::{At, Error, Result};
use crate::process::Program;
use crate::project::Project;
use crate::{build, npm, setup};
use native::Native;
use table::Row;

const USAGE: &str = "cargo xtask bench [--runs N] [--only NAME]…";
/// The parts of the bench that JavaScript does; the first four run in a browser.
const SCRIPTS: [&str; 10] =
    ["sha256", "indexeddb", "page", "tree", "scan", "workers", "open", "memory", "references", "sizes"];
const NATIVE: &str = "native";
/// References, configurations and short ids, which need nothing but the library.
const NOUNS: &str = "nouns";
/// A store of 100,000 images in a folder.
const STORE: &str = "store";
/// Loading images into a data root, beside `docker load` and skopeo.
const LOAD: &str = "load";
/// A docker-save file converted into an OCI layout with gzip, beside skopeo.
const CONVERT: &str = "convert";
/// Images unpacked into folders.
const UNPACK: &str = "unpack";
/// The root of an image as one tar.
const EXTRACT: &str = "extract";
/// Files opened deep in a large layer.
const ACCESS: &str = "access";
/// The parts that need no JavaScript, in turn.
const OWN: [&str; 7] = [NOUNS, STORE, LOAD, CONVERT, UNPACK, EXTRACT, ACCESS];
const DEFAULT_RUNS: u32 = 5;

pub fn run(project: &Project, arguments: &[String]) -> Result {
    let (runs, parts) = parse(arguments)?;
    let (own, others): (Vec<&str>, Vec<&str>) = parts.into_iter().partition(|part| OWN.contains(part));
    let mut rows = Vec::new();
    for part in own {
        println!("bench: {part}");
        rows.extend(own_part(project, part, runs)?);
    }
    if !others.is_empty() {
        rows.extend(files(project, runs, others)?);
    }
    print!("\n{}", table::text(&rows));
    println!(
        "\nMedians of {runs} runs, in turn. Both sides of a ratio come from the same run on this machine."
    );
    Ok(())
}

/// A part that needs no JavaScript.
fn own_part(project: &Project, part: &'static str, runs: u32) -> Result<Vec<Row>> {
    if part == NOUNS {
        return parse_rows(part, &native::nouns(project, runs)?);
    }
    let inputs = project.target().join("bench");
    std::fs::create_dir_all(&inputs).at("create", &inputs)?;
    let native = Native::build(project)?;
    if part == STORE {
        return parse_rows(part, &native.store(&inputs, runs)?);
    }
    native.make(&inputs)?;
    match part {
        LOAD => load::run(native.path(), &inputs, runs),
        CONVERT => convert::run(native.path(), &inputs, runs),
        UNPACK => unpack::run(&native, &inputs, runs),
        EXTRACT => extract::run(&native, &inputs, runs),
        _ => parse_rows(part, &native.access(&inputs, runs)?),
    }
}

/// The parts that read large files, or run in JavaScript.
fn files(project: &Project, runs: u32, parts: Vec<&str>) -> Result<Vec<Row>> {
    setup::run(project, &[])?;
    build::page(project)?;
    npm::install_at(project, "benches")?;
    let inputs = project.target().join("bench");
    std::fs::create_dir_all(&inputs).at("create", &inputs)?;
    let native = Native::build(project)?;
    native.make(&inputs)?;

    let mut rows = Vec::new();
    for part in parts {
        println!("bench: {part}");
        if part == NATIVE {
            rows.extend(native.run(project, &inputs, runs)?);
            continue;
        }
        let mut script = Program::new("node")
            .directory(&project.path("benches"))
            .arg(project.path("benches").join(format!("{part}.mjs")))
            .env("LAYERGLASS_BENCH_INPUTS", &inputs)
            .env("LAYERGLASS_BENCH_RUNS", runs.to_string());
        if SCRIPTS[..4].contains(&part) {
            script = script.env("CHROME", Browser::find(project)?.chrome);
        }
        rows.extend(parse_rows(&format!("benches/{part}.mjs"), &script.output_with_progress()?)?);
    }
    Ok(rows)
}

/// The rows that a program printed, one a line.
fn parse_rows(program: &str, printed: &str) -> Result<Vec<Row>> {
    let wrong = |line: &str| Error::Output { command: program.to_owned(), found: line.to_owned() };
    printed.lines().map(|line| Row::parse(line).ok_or_else(|| wrong(line))).collect()
}

fn parse(arguments: &[String]) -> Result<(u32, Vec<&'static str>)> {
    let usage = |problem: String| Error::Usage { problem, usage: USAGE.into() };
    let known = || OWN.into_iter().chain([NATIVE]).chain(SCRIPTS);
    let mut runs = DEFAULT_RUNS;
    let mut parts = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let value = arguments.next().map(String::as_str).unwrap_or_default();
        match argument.as_str() {
            "--runs" => {
                let number = value.parse().ok().filter(|number| *number > 0);
                runs = number.ok_or_else(|| usage("--runs wants a number".into()))?;
            }
            "--only" => {
                let part = known().find(|name| *name == value);
                let names = || known().collect::<Vec<_>>().join(", ");
                parts.push(part.ok_or_else(|| usage(format!("--only wants one of {}", names())))?);
            }
            other => return Err(usage(format!("`{other}` is not understood"))),
        }
    }
    if parts.is_empty() {
        parts = known().collect();
    }
    Ok((runs, parts))
}
