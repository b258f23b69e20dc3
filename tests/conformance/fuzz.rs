//! `reference-fuzz.jsonl`

use layerglass::digest::{Digest, DigestError};
use layerglass::reference::{Kind, Reference, ReferenceError};
use serde_json::{Map, Value, json};

use crate::reference::{code, wanted};
use crate::report::Report;

/// A reference in the form of the vectors; only the text where `parts` is false.
fn describe(parsed: Result<Reference, ReferenceError>, parts: bool) -> Value {
    let reference = match parsed {
        Ok(reference) => reference,
        Err(error) => return json!({ "e": code(&error) }),
    };
    let mut out = Map::new();
    out.insert("s".to_owned(), json!(reference.as_str()));
    if parts {
        let kind = match reference.kind() {
            Kind::Reference => "reference",
            Kind::Tagged => "tagged",
            Kind::Canonical => "canonical",
            Kind::Repository => "repository",
            Kind::Digest => "digest",
        };
        let fields = [
            ("f", reference.familiar()),
            ("k", kind),
            ("d", reference.domain()),
            ("p", reference.path()),
            ("t", reference.tag().unwrap_or_default()),
            ("g", reference.digest().unwrap_or_default()),
        ];
        for (key, value) in fields {
            if !value.is_empty() || key == "d" {
                out.insert(key.to_owned(), json!(value));
            }
        }
    }
    Value::Object(out)
}

pub fn check(text: &str, report: &mut Report) {
    report.each(text.lines().filter(|line| !line.is_empty()), |line, report| {
        let vector: Value = serde_json::from_str(line).expect("one object a line");
        let input = vector["in"].as_str().expect("in");
        let digest = match Digest::parse(input) {
            Ok(digest) => json!({ "s": digest.to_string() }),
            Err(DigestError::Format { .. }) => json!({ "e": "digest.ErrDigestInvalidFormat" }),
            Err(DigestError::Length { .. }) => json!({ "e": "digest.ErrDigestInvalidLength" }),
            Err(_) => json!({ "e": "digest.ErrDigestUnsupported" }),
        };
        let normalized = describe(Reference::parse_normalized(input), true);
        let any = describe(Reference::parse_any(input), true);
        let any = if any == normalized { json!("=") } else { any };
        let found = json!({
            "in": input,
            "parse": describe(Reference::parse(input), true),
            "normalized": normalized,
            "any": any,
            "docker_ref": describe(Reference::parse_docker(input), false),
            "named": describe(Reference::parse_canonical(input), false),
            "digest": digest,
        });
        let mut expected = vector.clone();
        for value in expected.as_object_mut().expect("object").values_mut() {
            if let Some(error) = value.get("e").and_then(Value::as_str) {
                *value = json!({ "e": wanted(error) });
            }
        }
        if expected["digest"].get("s").is_some() {
            expected["digest"] = json!({ "s": input });
        }
        for (key, expected) in expected.as_object().expect("object") {
            report.equal(format!("{key} of {input:?}"), expected, &found[key]);
        }
    });
}
