//! `reference.json`

use layerglass::digest::{Algorithms, Digest, DigestError, ShortIds};
use layerglass::reference::{Part, Pattern, Reference, ReferenceError, Rules, sort};
use serde_json::{Value, json};

use crate::exclusions;
use crate::report::Report;

/// The name that the Go packages have for an error.
pub fn code(error: &ReferenceError) -> &'static str {
    match error {
        ReferenceError::Empty => "ErrNameEmpty",
        ReferenceError::EmptyPart { .. }
        | ReferenceError::InvalidCharacter { .. }
        | ReferenceError::Incomplete { .. }
        | ReferenceError::TagTooLong { .. } => "ErrReferenceInvalidFormat",
        // Two messages there, one reason here.
        ReferenceError::Uppercase { .. } => "lowercase",
        ReferenceError::PathTooLong { .. } => "ErrNameTooLong",
        ReferenceError::Identifier { .. } => "identifier",
        ReferenceError::NotCanonical { .. } => "ErrNameNotCanonical",
        ReferenceError::Digest { error: DigestError::Format { .. }, .. } => "digest.ErrDigestInvalidFormat",
        ReferenceError::Digest { error: DigestError::Length { .. }, .. } => "digest.ErrDigestInvalidLength",
        ReferenceError::Digest { error: DigestError::Unsupported { .. }, .. } => {
            "digest.ErrDigestUnsupported"
        }
        other => panic!("no name for {other:?}"),
    }
}

/// The name of an error in the vectors, as [`code`] gives it.
pub fn wanted(code: &str) -> &str {
    if code == "ErrNameContainsUppercase" { "lowercase" } else { code }
}

/// The same for an error of a part that was given on its own.
pub fn part_code(error: &ReferenceError, part: Part) -> &'static str {
    match (code(error), part) {
        ("ErrReferenceInvalidFormat", Part::Tag) => "ErrTagInvalidFormat",
        ("ErrReferenceInvalidFormat", Part::Digest) => "ErrDigestInvalidFormat",
        (code, _) => code,
    }
}

/// Functions of one text.
const PARSERS: [&str; 9] = [
    "Parse",
    "Field.UnmarshalText",
    "ReferenceRegexp",
    "ParseNormalizedNamed",
    "ParseNamed",
    "ParseAnyReference",
    "ParseDockerRef",
    "WithName",
    "NameRegexp(anchored)",
];

/// Whether an error says that the program knew no algorithm: in Go it knows those that it links.
pub fn is_unlinked(input: &str, error: Option<&str>) -> bool {
    let unsupported = matches!(error, Some("digest.ErrDigestUnsupported" | "unsupported digest algorithm"));
    unsupported && Algorithms::DEFAULT.iter().any(|algorithm| input.contains(&format!("@{algorithm}:")))
}

fn parse(function: &str, input: &str, rules: &Rules) -> Result<Reference, ReferenceError> {
    match function {
        "Parse" | "Field.UnmarshalText" | "ReferenceRegexp" => Reference::parse_by(input, rules),
        "ParseNormalizedNamed" => Reference::parse_normalized_by(input, rules),
        "ParseNamed" => Reference::parse_canonical_by(input, rules),
        "ParseAnyReference" => Reference::parse_any_by(input, rules),
        "ParseDockerRef" => Reference::parse_docker_by(input, rules),
        "WithName" | "NameRegexp(anchored)" => Reference::from_name_by(input, rules),
        other => panic!("unknown function {other}"),
    }
}

/// What a reference has under the names that vectors use.
fn field(reference: &Reference, name: &str) -> Value {
    match name {
        "domain" => json!(reference.domain()),
        "path" => json!(reference.path()),
        "name" => json!(reference.name()),
        "string" | "marshals_to" => json!(reference.as_str()),
        "familiar_name" => json!(reference.familiar_name()),
        "tag" => json!(reference.tag()),
        "digest" => json!(reference.digest()),
        "ok" | "match" => json!(true),
        "kind" => json!(if reference.name().is_empty() { "digest" } else { "named" }),
        "equal_to_parse_of" => json!(reference.as_str()),
        other => panic!("unknown field {other}"),
    }
}

fn check_parse(vector: &Value, function: &str, rules: &Rules, report: &mut Report) {
    let input = vector["input"].as_str().expect("input is text");
    let what = format!("{function}({input:?}) #{}", vector["id"]);
    let parsed = parse(function, input, rules);
    if let Some(error) = vector["error"].as_str() {
        let found = parsed.as_ref().map_or_else(code, |_| "ok");
        let error = if error == "any" && found != "ok" { found } else { wanted(error) };
        report.equal(what, error, found);
        return;
    }
    let expected = vector["expected"].as_object().expect("expected is an object");
    if expected.get("match") == Some(&json!(false)) {
        report.equal(what, true, parsed.is_err());
        return;
    }
    let mut expected: Vec<(&str, Value)> =
        expected.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
    for (key, value) in &mut expected {
        if matches!(*key, "digest" | "tag") && *value == json!("") {
            *value = Value::Null;
        }
        if *key == "kind" && *value != json!("digest") {
            *value = json!("named");
        }
    }
    let found = parsed
        .map(|reference| expected.iter().map(|&(key, _)| (key, field(&reference, key))).collect::<Vec<_>>())
        .map_err(|error| error.to_string());
    report.equal(what, Ok(expected), found);
}

/// Whether a text is one component of the grammar, asked through whole references.
fn is_part(function: &str, input: &str, rules: &Rules) -> bool {
    match function {
        "DomainRegexp(anchored)" => Reference::parse_by(&format!("{input}/a"), rules)
            .is_ok_and(|reference| reference.domain() == input && reference.path() == "a"),
        "IdentifierRegexp(anchored)" => {
            matches!(Reference::parse_normalized_by(input, rules), Err(ReferenceError::Identifier { .. }))
        }
        _ => {
            let whole = format!("{input:0<64}");
            let ids: ShortIds = Digest::parse(&format!("sha256:{whole}")).into_iter().collect();
            // A digest written in full is one without being short.
            Reference::parse_any_with(input, &ids)
                .is_ok_and(|reference| reference.name().is_empty() && reference.as_str() != input)
        }
    }
}

fn pattern_matches(input: &Value) -> Result<bool, String> {
    let reference = Reference::parse_any(input["reference"].as_str().expect("text"))
        .map_err(|error| error.to_string())?;
    let pattern =
        Pattern::parse(input["pattern"].as_str().expect("text")).map_err(|error| error.to_string())?;
    Ok(reference.matches(&pattern))
}

fn with(function: &str, input: &Value, rules: &Rules) -> Result<String, &'static str> {
    let text = |key: &str| input[key].as_str();
    let mut reference = parse(text("name_via").expect("function"), text("name").expect("name"), rules)
        .map_err(|e| code(&e))?;
    if let Some(digest) = text("digest_applied_first") {
        reference = reference.with_digest(digest).map_err(|error| part_code(&error, Part::Digest))?;
    }
    if let Some(tag) = text("tag_applied_first") {
        reference = reference.with_tag(tag).map_err(|error| part_code(&error, Part::Tag))?;
    }
    let reference = if function == "WithTag" {
        reference.with_tag(text("tag").expect("tag")).map_err(|error| part_code(&error, Part::Tag))?
    } else {
        reference
            .with_digest(text("digest").expect("digest"))
            .map_err(|error| part_code(&error, Part::Digest))?
    };
    Ok(reference.to_string())
}

pub fn check(text: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(text).expect("reference.json");
    report.each(file["vectors"].as_array().expect("vectors"), |vector, report| {
        let implementation = vector["impl"].as_str().expect("impl");
        let function = vector["function"].as_str().expect("function");
        if let Some(reason) = exclusions::reference(implementation) {
            report.exclude(reason);
            return;
        }
        if implementation == "containers/image" {
            crate::source::check(vector, function, report);
            return;
        }
        let input = vector["input"].as_str().unwrap_or_default();
        let mut rules =
            if implementation == "distribution/reference" { Rules::CURRENT } else { Rules::OLDER };
        // Lengths are counted after the regular expressions.
        rules.domain_counts &= !function.contains("Regexp");
        if is_unlinked(input, vector["error"].as_str()) {
            rules.algorithms = Algorithms::NONE;
        }
        let what = format!("{function}({}) #{}", vector["input"], vector["id"]);
        match function {
            "DomainRegexp(anchored)" | "IdentifierRegexp(anchored)" | "ShortIdentifierRegexp(anchored)" => {
                let input = vector["input"].as_str().expect("text");
                report.equal(
                    what,
                    vector["expected"]["match"] == json!(true),
                    is_part(function, input, &rules),
                );
            }
            "FamiliarMatch" => {
                let expected = vector["expected"]["match"].as_bool().expect("bool");
                report.equal(what, Ok(expected), pattern_matches(&vector["input"]));
            }
            "WithTag" | "WithDigest" => {
                let found = with(function, &vector["input"], &rules);
                match vector["expected"]["string"].as_str() {
                    Some(expected) => report.equal(what, Ok(expected.to_owned()), found),
                    None => report.equal(what, true, found.is_err()),
                }
            }
            "Sort" => {
                let list: Vec<String> = serde_json::from_value(vector["input"].clone()).expect("list");
                let expected: Vec<String> = serde_json::from_value(vector["expected"].clone()).expect("list");
                report.equal(what, expected, sort(&list));
            }
            "ParseAnyReferenceWithSet" => {
                let set: Vec<Digest> =
                    serde_json::from_value(vector["input"]["set"].clone()).expect("digests");
                let ids: ShortIds = set.into_iter().collect();
                let found = Reference::parse_any_with(vector["input"]["ref"].as_str().expect("ref"), &ids);
                let expected = vector["expected"]["string"].as_str().expect("string").to_owned();
                report.equal(what, Ok(expected), found.map(|found| found.to_string()));
            }
            _ if PARSERS.contains(&function) => check_parse(vector, function, &rules, report),
            _ => report.exclude(exclusions::UNKNOWN_FUNCTION),
        }
    });
}
