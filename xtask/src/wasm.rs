//! The WebAssembly modules of the npm package: the library built once for each, bound and optimised.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::bindgen::Bindgen;
use crate::error::{At, Result};
use crate::process::Program;
use crate::project::Project;
use crate::stamp::Step;
use crate::{npm, prerequisites};

/// Name of a module and the features it is built with.
const MODULES: [(&str, &str); 10] = [
    ("core", "js,blake3"),
    ("archive", "js-archive,blake3"),
    ("records", "js-records"),
    ("store", "js-store"),
    ("sif", "js-sif"),
    ("graph", "js-graph"),
    ("vm", "js-vm"),
    ("transfer", "js-transfer,blake3"),
    ("inspect", "js-inspect,blake3"),
    ("testing", "js-testing"),
];
/// The target of everything that runs in JavaScript.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// The one compiler flag that every wasm build has.
pub const SIMD: &str = "-Ctarget-feature=+simd128";
const PROFILE: &str = "wasm";
/// What every engine since Node 20 has; nothing newer may be made use of.
const OPTIMISE: [&str; 11] = [
    "-Os",
    "--mvp-features",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
    "--strip-producers",
];

/// Makes a folder of `pkg/wasm` for each, when anything that they are made from has changed.
pub fn build(project: &Project) -> Result {
    npm::install(project)?;
    prerequisites::wasm_target(project)?;
    let bindgen = Bindgen::build(project)?;
    let compiler = Program::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .directory(project.root())
        .arg("-vV")
        .output()?;
    let done = Step::new(project, "wasm")
        .fact(compiler)
        .fact(bindgen.version())
        .fact(format!("{MODULES:?} {OPTIMISE:?} {PROFILE} {:?}", flags(project)))
        .input(project.path("src"))
        .input(project.path("Cargo.toml"))
        .input(project.path("Cargo.lock"))
        .input(project.path("package-lock.json"))
        .output(project.path("pkg/wasm"))
        .run(|| MODULES.iter().try_for_each(|(name, features)| module(project, &bindgen, name, features)))?;
    if done {
        for (name, _) in MODULES {
            print_size(name, &folder(project, name).join(format!("{name}_bg.wasm")))?;
        }
    }
    Ok(())
}

/// Where a module's files go.
fn folder(project: &Project, name: &str) -> PathBuf {
    project.path("pkg/wasm").join(name)
}

fn module(project: &Project, bindgen: &Bindgen, name: &str, features: &str) -> Result {
    println!("wasm: building {name} (features {features})");
    project
        .cargo()
        .args(["rustc", "--quiet", "--package", "layerglass", "--lib", "--crate-type", "cdylib"])
        .args(["--profile", PROFILE, "--target", TARGET, "--no-default-features", "--features", features])
        // Takes the place of RUSTFLAGS and of every configuration file: the package is the same wherever it is
        // built, and SIMD is always on.
        .env("CARGO_ENCODED_RUSTFLAGS", flags(project))
        .run()?;

    let out = folder(project, name);
    if out.exists() {
        fs::remove_dir_all(&out).at("remove", &out)?;
    }
    bindgen
        .step()
        .arg(project.target().join(TARGET).join(PROFILE).join("layerglass.wasm"))
        .args(["--target", "web", "--typescript", "--out-name", name, "--out-dir"])
        .arg(&out)
        .run()?;

    let bound = out.join(format!("{name}_bg.wasm"));
    npm::program(project, "binaryen/bin/wasm-opt").args(OPTIMISE).arg(&bound).arg("-o").arg(&bound).run()
}

/// The flags of the compiler, with cargo's separator between them.
fn flags(project: &Project) -> OsString {
    let mut flags = OsString::from(SIMD);
    // Panic messages name source files. Those names must not depend on the machine, and short ones save room.
    let mut rename = |path: &Path, shown: &str| {
        flags.push("\u{1f}--remap-path-prefix=");
        flags.push(path);
        flags.push("=");
        flags.push(shown);
    };
    rename(project.root(), "layerglass");
    for registry in registries() {
        rename(&registry, "crates");
    }
    flags
}

/// The folders into which cargo unpacks crates, one for each registry.
fn registries() -> BTreeSet<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
        let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"))?;
        Some(PathBuf::from(home).join(".cargo"))
    });
    let entries = home.and_then(|home| home.join("registry/src").read_dir().ok());
    entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

fn print_size(name: &str, path: &Path) -> Result {
    let bytes = fs::read(path).at("read", path)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let gzipped = encoder.write_all(&bytes).and_then(|()| encoder.finish()).at("compress", path)?;
    println!("wasm: {name} {} KB, {} KB gzipped", kilobytes(bytes.len()), kilobytes(gzipped.len()));
    Ok(())
}

/// Thousands of bytes, with one decimal.
fn kilobytes(bytes: usize) -> String {
    format!("{:.1}", bytes as f64 / 1000.0)
}
