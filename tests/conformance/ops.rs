//! `ops.json`

use layerglass::digest::{Digest, ShortIds};
use layerglass::reference::{Kind, Part, Pattern, Reference, ReferenceError, sort};
use serde_json::{Map, Value, json};

use crate::exclusions;
use crate::reference::{code, part_code};
use crate::report::Report;

/// A reference in the form of the vectors.
fn describe(reference: &Reference) -> Value {
    let mut out = Map::new();
    let kind = match reference.kind() {
        Kind::Reference => "reference",
        Kind::Tagged => "tagged",
        Kind::Canonical => "canonical",
        Kind::Repository => "repository",
        Kind::Digest => "digest",
    };
    out.insert("kind".to_owned(), json!(kind));
    out.insert("string".to_owned(), json!(reference.as_str()));
    out.insert("familiar".to_owned(), json!(reference.familiar()));
    if kind != "digest" {
        out.insert("domain".to_owned(), json!(reference.domain()));
        out.insert("path".to_owned(), json!(reference.path()));
        out.insert("name".to_owned(), json!(reference.name()));
        out.insert("familiar_name".to_owned(), json!(reference.familiar_name()));
        out.insert("name_only".to_owned(), json!(reference.is_name_only()));
        out.insert("tag_name_only".to_owned(), json!(reference.with_default_tag().as_str()));
    }
    if let Some(tag) = reference.tag() {
        out.insert("tag".to_owned(), json!(tag));
    }
    if let Some(digest) = reference.digest() {
        out.insert("digest".to_owned(), json!(digest));
    }
    Value::Object(out)
}

fn parse(input: &Value) -> Result<Reference, ReferenceError> {
    let text = input["ref"].as_str().unwrap_or_default();
    match (input["raw"].as_bool(), input["any"].as_bool()) {
        (Some(true), _) => Reference::parse(text),
        (_, Some(true)) => Reference::parse_any(text),
        _ => Reference::parse_normalized(text),
    }
}

fn failed(code: &str) -> Value {
    json!({ "code": code })
}

/// `None` for an operation that is not known.
fn run(input: &Value) -> Option<Value> {
    let text = |key: &str| input[key].as_str().unwrap_or_default();
    let list = || serde_json::from_value::<Vec<String>>(input["list"].clone()).expect("list");
    let pattern = || Pattern::parse(text("pattern"));
    let result = match text("op") {
        "path_match" => {
            return Some(match pattern() {
                Ok(pattern) => json!({ "match": pattern.matches(text("name")) }),
                Err(_) => json!({ "match": false, "error": "syntax error in pattern" }),
            });
        }
        "sort" => return Some(json!({ "sorted": sort(&list()) })),
        "familiar_match" => {
            return Some(match (parse(input), pattern()) {
                (Err(error), _) => failed(code(&error)),
                (Ok(reference), Ok(pattern)) => json!({ "match": reference.matches(&pattern) }),
                (Ok(_), Err(_)) => json!({ "match": false, "error": "syntax error in pattern" }),
            });
        }
        "any_with_set" => {
            let ids: ShortIds = list().iter().map(|text| Digest::parse(text).expect("digest")).collect();
            Reference::parse_any_with(text("ref"), &ids).map_err(|error| code(&error))
        }
        op => match parse(input) {
            Err(error) => Err(code(&error)),
            Ok(reference) => match op {
                "with_tag" => reference.with_tag(text("tag")).map_err(|error| part_code(&error, Part::Tag)),
                "with_digest" => {
                    reference.with_digest(text("digest")).map_err(|error| part_code(&error, Part::Digest))
                }
                "trim" => Ok(reference.without_tag_and_digest()),
                "tag_name_only" => Ok(reference.with_default_tag()),
                _ => return None,
            },
        },
    };
    Some(result.map_or_else(failed, |reference| describe(&reference)))
}

pub fn check(text: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(text).expect("ops.json");
    report.each(file["vectors"].as_array().expect("vectors"), |vector, report| {
        let mut expected = vector["output"].clone();
        if expected.get("code").is_some() {
            expected = failed(crate::reference::wanted(expected["code"].as_str().expect("code")));
        }
        match run(&vector["input"]) {
            Some(found) => report.equal(&vector["input"], expected, found),
            None => report.exclude(exclusions::UNKNOWN_FUNCTION),
        }
    });
}
