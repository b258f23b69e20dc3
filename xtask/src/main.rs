//! The commands of this repository: `cargo xtask COMMAND`. Each does all the set-up it needs.

mod bench;
mod bindgen;
mod browser;
mod build;
mod error;
mod inspect;
mod lint;
mod npm;
mod prerequisites;
mod process;
mod project;
#[cfg(test)]
mod scratch;
mod server;
mod setup;
mod stamp;
mod summary;
mod test;
mod wasm;

use std::process::ExitCode;

use error::{Error, Result};
use project::Project;

/// A command: its name, what it does in one line, and the function that does it.
struct Command {
    name: &'static str,
    does: &'static str,
    run: fn(&Project, &[String]) -> Result,
}

const COMMANDS: &[Command] = &[
    Command { name: "setup", does: "install what the other commands need", run: setup::run },
    Command {
        name: "wasm",
        does: "build the WebAssembly modules of the npm package",
        run: |project, _| wasm::build(project),
    },
    Command {
        name: "build",
        does: "build the modules, the npm package and the page",
        run: |project, _| build::page(project),
    },
    Command {
        name: "inspect",
        does: "serve the inspector on this machine, opened on FILE or on a sample [FILE] [--port N]",
        run: inspect::run,
    },
    Command { name: "lint", does: "check formatting and lints", run: lint::run },
    Command {
        name: "test",
        does: "run every test: native, wasm, npm package, page [--only rust|wasm|js|www]",
        run: test::run,
    },
    Command {
        name: "bench",
        does: "measure beside other programs and libraries [--runs N] [--only NAME]",
        run: bench::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result {
    let Some((name, rest)) = arguments.split_first() else {
        return Err(Error::Usage { problem: "which command?".into(), usage: usage() });
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        println!("{}", usage());
        return Ok(());
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        return Err(Error::Usage { problem: format!("there is no command `{name}`"), usage: usage() });
    };
    (command.run)(&Project::find()?, rest)
}

fn usage() -> String {
    let mut text = String::from("cargo xtask COMMAND\n");
    for Command { name, does, .. } in COMMANDS {
        text.push_str(&format!("\n    {name:<16}{does}"));
    }
    text
}
