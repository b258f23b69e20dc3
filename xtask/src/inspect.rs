//! `cargo xtask inspect [FILE]`: the inspector on this machine, opened on an image.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::project::Project;
use crate::server::{Server, Shared, Site};
use crate::{build, setup};

/// The same one each time, so that the page finds what it remembers; another is taken when it is in use.
const PORT: u16 = 8650;
const USAGE: &str = "cargo xtask inspect [FILE or FOLDER] [--port N]";

pub fn run(project: &Project, arguments: &[String]) -> Result {
    let (path, port) = parse(arguments)?;
    // A path that cannot be opened is told before anything is built.
    let shared = path.as_deref().map(Shared::new).transpose()?;
    setup::run(project, &[])?;
    build::page(project)?;

    let query = match &shared {
        Some(shared) => format!("?open={}&name={}", shared.path(), percent_encoded(shared.name())),
        None => "?open=sample".into(),
    };
    let site = Site::new(&project.path("www/dist"), shared)?;
    let server = Server::bind(port).map_err(|source| Error::Serve { source })?;
    println!("The inspector is at http://{}/{query}", server.address());
    println!("Ctrl-C ends it.");
    server.run(site)
}

fn parse(arguments: &[String]) -> Result<(Option<PathBuf>, u16)> {
    let usage = |problem: String| Error::Usage { problem, usage: USAGE.into() };
    let (mut path, mut port) = (None, PORT);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == "--port" {
            let number = arguments.next().and_then(|number| number.parse().ok());
            port = number.ok_or_else(|| usage("--port wants a number from 0 to 65535".into()))?;
        } else if argument.starts_with("--") {
            return Err(usage(format!("`{argument}` is not understood")));
        } else if path.is_some() {
            return Err(usage("one file or folder at a time".into()));
        } else {
            path = Some(Path::new(argument).to_owned());
        }
    }
    Ok((path, port))
}

/// Text as one value of a query.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::percent_encoded;

    #[test]
    fn a_name_cannot_leave_its_place_in_the_query() {
        assert_eq!(percent_encoded("a b&c=d#é.tar"), "a%20b%26c%3Dd%23%C3%A9.tar");
    }
}
