//! The transports of containers/image in `reference.json`.

use layerglass::reference::{Reference, Selection, Source};
use serde_json::{Value, json};

use crate::exclusions;
use crate::report::Report;

/// How a function's argument starts as a source; `None` for a function that is not known.
fn transport(function: &str) -> Option<&'static str> {
    Some(match function {
        "docker.ParseReference" | "docker.tagOrDigest" => "docker",
        "docker-archive.ParseReference" => "docker-archive",
        "docker-daemon.ParseReference" => "docker-daemon",
        "oci.ParseOCIReferenceName" => "oci:/dir",
        "oci.ParseReference" | "oci.SplitPathAndImage" => "oci",
        _ => return None,
    })
}

fn parse(transport: &str, input: &Value) -> Result<Source, String> {
    let text = input.as_str().or_else(|| input["ref"].as_str()).expect("text");
    Source::parse(&format!("{transport}:{text}")).map_err(|error| error.to_string())
}

/// The name of an archive's image, and its place or -1.
fn selected(image: &Selection) -> (Value, i64) {
    match image {
        Selection::Only => (Value::Null, -1),
        Selection::Name(name) => (json!(name), -1),
        Selection::Index(index) => (Value::Null, i64::from(*index)),
    }
}

/// A field under the name that the vectors have for it.
fn field(source: &Source, key: &str) -> Value {
    let name: Option<&Reference> = match source {
        Source::Registry(name) | Source::RegistryUnknownDigest(name) | Source::Daemon(name) => Some(name),
        _ => None,
    };
    let archive = match source {
        Source::DockerArchive { path, image } | Source::OciLayout { path, image } => {
            Some((path, selected(image)))
        }
        _ => None,
    };
    match (key, name, archive) {
        ("string" | "ref", Some(name), _) => json!(name.as_str()),
        ("unknown_digest", ..) => json!(matches!(source, Source::RegistryUnknownDigest(_))),
        ("tag_or_digest", Some(name), _) => json!(name.digest().or(name.tag())),
        ("id", ..) => Value::Null,
        ("path" | "dir", _, Some((path, _))) => json!(path),
        ("ref", _, Some((_, (name, _)))) => name,
        ("image", _, Some((_, (name, _)))) => json!(name.as_str().unwrap_or_default()),
        ("source_index" | "index", _, Some((_, (_, index)))) => json!(index),
        ("string_within_transport", ..) => {
            json!(source.to_string().split_once(':').map(|(_, rest)| rest.to_owned()))
        }
        other => panic!("unknown field {other:?}"),
    }
}

pub fn check(vector: &Value, function: &str, report: &mut Report) {
    let what = format!("{function}({}) #{}", vector["input"], vector["id"]);
    let Some(transport) = transport(function) else {
        return report.exclude(exclusions::UNKNOWN_FUNCTION);
    };
    let parsed = parse(transport, &vector["input"]);
    if vector["error"].is_string() {
        report.equal(format!("{what} {parsed:?}"), true, parsed.is_err());
        return;
    }
    for (key, expected) in vector["expected"].as_object().expect("object") {
        let found = parsed.as_ref().map(|source| field(source, key));
        report.equal(format!("{what} {key}"), Ok(expected.clone()), found.map_err(Clone::clone));
    }
}
