//! `cargo xtask test`: every test of the project, in every place the project runs in.

use std::fs;
use std::time::{Duration, Instant};

use crate::bindgen::Bindgen;
use crate::browser::Browser;
use crate::error::{At, Error, Result};
use crate::process::Program;
use crate::project::Project;
use crate::summary::Summary;
use crate::{build, npm, setup, wasm};

/// Environment variables of the wasm test runner that would make it run fewer tests, or elsewhere.
const RUNNER_SETTINGS: [&str; 10] = [
    "CHROMEDRIVER_REMOTE",
    "GECKODRIVER",
    "GECKODRIVER_REMOTE",
    "NO_HEADLESS",
    "SAFARIDRIVER_REMOTE",
    "MSEDGEDRIVER_REMOTE",
    "WASM_BINDGEN_TEST_ONLY_NODE",
    "WASM_BINDGEN_TEST_ONLY_WEB",
    "WASM_BINDGEN_USE_BROWSER",
    "WASM_BINDGEN_USE_DEDICATED_WORKER",
];

/// A group of tests that can be run alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Rust,
    Wasm,
    Js,
    Www,
}

const GROUPS: [(&str, Group); 4] =
    [("rust", Group::Rust), ("wasm", Group::Wasm), ("js", Group::Js), ("www", Group::Www)];

/// One run of one test runner.
struct Suite {
    name: String,
    succeeded: bool,
    summary: Summary,
    took: Duration,
}

pub fn run(project: &Project, arguments: &[String]) -> Result {
    let groups = chosen_groups(arguments)?;
    let has = |group| groups.contains(&group);
    // Whatever is missing is told before the first test runs.
    setup::run(project, &[])?;
    let browser = if groups == [Group::Rust] { None } else { Some(Browser::find(project)?) };

    let mut suites = Vec::new();
    if has(Group::Rust) {
        rust(project, &mut suites)?;
    }
    if let Some(browser) = browser.as_ref().filter(|_| has(Group::Wasm)) {
        rust_in_wasm(project, browser, &mut suites)?;
    }
    if let Some(browser) = browser.as_ref().filter(|_| has(Group::Js)) {
        build::package(project)?;
        let program = npm::script(project, "tests/js", "test").env("CHROME", &browser.chrome);
        suites.push(suite("npm package, Node and browser", program, Summary::of_node)?);
    }
    if let Some(browser) = browser.as_ref().filter(|_| has(Group::Www)) {
        build::page(project)?;
        let program = npm::script(project, "tests/www", "test").env("CHROME", &browser.chrome);
        suites.push(suite("page in a browser", program, Summary::of_node)?);
    }
    conclude(&suites)
}

fn rust(project: &Project, suites: &mut Vec<Suite>) -> Result {
    // The smallest library has no tests of its own: whoever takes it takes the same nouns.
    project.cargo().args(["check", "--package", "layerglass", "--lib", "--no-default-features"]).run()?;
    let test = || project.cargo().args(["test", "--no-fail-fast"]);
    let library = test().args([
        "--package",
        "layerglass",
        "--features",
        "archive,fs,blake3,object-store,sif-signatures",
    ]);
    suites.push(suite("Rust, native", library, Summary::of_cargo)?);
    suites.push(suite("xtask", test().args(["--package", "xtask"]), Summary::of_cargo)?);
    Ok(())
}

/// Each `tests/wasm*.rs` says itself where it runs, in Node or in a browser.
fn rust_in_wasm(project: &Project, browser: &Browser, suites: &mut Vec<Suite>) -> Result {
    let bindgen = Bindgen::build(project)?;
    let settings = browser.webdriver_settings(project)?;
    for name in wasm_test_files(project)? {
        let program = project
            .cargo()
            .args([
                "test",
                "--package",
                "layerglass",
                "--target",
                wasm::TARGET,
                "--features",
                "js,js-archive,js-records,js-testing,blake3",
            ])
            .args(["--test", &name])
            .without_env(&RUNNER_SETTINGS)
            .env("CARGO_ENCODED_RUSTFLAGS", wasm::SIMD)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", bindgen.runner())
            .env("CHROMEDRIVER", &browser.driver)
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &settings)
            // A machine that does much else at once starts a browser slowly.
            .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60")
            .env("WASM_BINDGEN_TEST_TIMEOUT", "600");
        suites.push(suite(&format!("Rust in wasm, {name}"), program, Summary::of_cargo)?);
    }
    Ok(())
}

/// The test programs for wasm, by name. There is at least one for each place.
pub fn wasm_test_files(project: &Project) -> Result<Vec<String>> {
    let folder = project.path("tests");
    let mut names = Vec::new();
    let mut in_browser = 0;
    for entry in folder.read_dir().at("list", &folder)? {
        let path = entry.at("list", &folder)?.path();
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with("wasm") && path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).at("read", &path)?;
            in_browser +=
                usize::from(text.contains("run_in_browser") || text.contains("run_in_dedicated_worker"));
            names.push(name);
        }
    }
    names.sort();
    if in_browser == 0 {
        return Err(Error::NoTests { suite: "Rust in wasm, in a browser".into() });
    }
    if in_browser == names.len() {
        return Err(Error::NoTests { suite: "Rust in wasm, in Node".into() });
    }
    Ok(names)
}

/// Runs one suite; one in which nothing ran has failed.
fn suite(name: &str, program: Program, count: fn(&str) -> Summary) -> Result<Suite> {
    println!("\n== {name}");
    let start = Instant::now();
    let (succeeded, printed) = program.tee()?;
    let summary = count(&printed);
    let succeeded = succeeded && summary.failed == 0 && summary.passed > 0;
    Ok(Suite { name: name.into(), succeeded, summary, took: start.elapsed() })
}

fn conclude(suites: &[Suite]) -> Result {
    println!("\n{:<36}{:>8}{:>8}{:>9}{:>9}", "tests", "passed", "failed", "skipped", "seconds");
    for Suite { name, succeeded, summary, took } in suites {
        let Summary { passed, failed, skipped } = summary;
        let verdict = match (succeeded, passed + failed) {
            (true, _) => "",
            (false, 0) => "  FAILED: no test ran",
            (false, _) => "  FAILED",
        };
        println!("{name:<36}{passed:>8}{failed:>8}{skipped:>9}{:>9.1}{verdict}", took.as_secs_f64());
    }
    let failed: Vec<String> =
        suites.iter().filter(|suite| !suite.succeeded).map(|suite| suite.name.clone()).collect();
    if failed.is_empty() { Ok(()) } else { Err(Error::Tests { suites: failed }) }
}

fn chosen_groups(arguments: &[String]) -> Result<Vec<Group>> {
    let usage = || "cargo xtask test [--only rust|wasm|js|www]…".to_owned();
    let mut groups = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let name = match argument.as_str() {
            "--only" => arguments.next().map(String::as_str).unwrap_or_default(),
            other => other.strip_prefix("--only=").unwrap_or_default(),
        };
        let Some((_, group)) = GROUPS.iter().find(|(known, _)| *known == name) else {
            return Err(Error::Usage {
                problem: format!("`{argument} {name}` is not understood"),
                usage: usage(),
            });
        };
        groups.push(*group);
    }
    if groups.is_empty() {
        groups.extend(GROUPS.iter().map(|(_, group)| *group));
    }
    Ok(groups)
}
