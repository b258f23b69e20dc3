//! `seeds/*`: what the systems did that this project grew from.

use layerglass::digest::{Algorithms, Digest, ShortIdError, ShortIds};
use layerglass::reference::{Reference, ReferenceError, Rules};
use serde_json::{Value, json};

use crate::reference::is_unlinked;
use crate::report::Report;
use crate::{chainid, digest, exclusions};

fn cases(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).expect("JSON");
    file["cases"].as_array().expect("cases").clone()
}

fn text(parsed: Result<Reference, ReferenceError>) -> Value {
    parsed.map_or(Value::Null, |reference| json!(reference.as_str()))
}

/// `seeds/docker-reference.json`, of 2020.
pub fn docker_reference(file: &str, report: &mut Report) {
    report.each(cases(file), |case, report| {
        let input = case["input"].as_str().expect("input");
        let named = Reference::parse_normalized_by(input, &Rules::OLDER);
        report.equal(format!("{input:?} named"), text(named.clone()), nullable(&case["named"]));
        if let Ok(named) = named {
            let found = json!({
                "domain": named.domain(),
                "path": named.path(),
                "familiar": named.familiar(),
                "familiar_name": named.familiar_name(),
                "is_name_only": named.is_name_only(),
                "tag_name_only": named.with_default_tag().as_str(),
            });
            let keys = ["domain", "path", "familiar", "familiar_name", "is_name_only", "tag_name_only"];
            let expected: Value = keys.iter().map(|key| ((*key).to_owned(), case[*key].clone())).collect();
            report.equal(format!("{input:?} parts"), expected, found);
        }
        report.equal(
            format!("{input:?} any"),
            nullable(&case["any"]),
            text(Reference::parse_any_by(input, &Rules::OLDER)),
        );
    });
}

/// `seeds/docker-reference-more.json`: 2020, and where it differs 2026.
pub fn docker_reference_more(file: &str, report: &mut Report) {
    report.each(cases(file), |case, report| {
        let input = case["input"].as_str().expect("input");
        for (version, rules) in [("v2020", Rules::OLDER), ("v2026", Rules::CURRENT)] {
            let Some(expected) = case.get(version) else { continue };
            let mut rules = rules;
            if is_unlinked(input, expected["error"].as_str()) {
                rules.algorithms = Algorithms::NONE;
            }
            let found = Reference::parse_normalized_by(input, &rules);
            report.equal(
                format!("{input:?} {version}"),
                nullable(&expected["normalized"]),
                text(found.clone()),
            );
            if let Ok(found) = found {
                let found = json!([found.domain(), found.path(), found.familiar()]);
                let expected = json!([expected["domain"], expected["path"], expected["familiar"]]);
                report.equal(format!("{input:?} {version} parts"), expected, found);
            }
        }
    });
}

/// Absent, null and empty are all "none".
fn nullable(value: &Value) -> Value {
    if value.as_str() == Some("") { Value::Null } else { value.clone() }
}

/// `seeds/moby-chainid.json`
pub fn moby_chainid(file: &str, report: &mut Report) {
    report.each(cases(file), |case, report| {
        let found = chainid::chain(&case["diff_ids"]).pop().unwrap_or_default();
        report.equal(&case["diff_ids"], case["chain_id"].as_str(), Some(found.as_str()));
    });
}

/// `seeds/moby-digestset.json`
pub fn moby_digestset(file: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(file).expect("JSON");
    report.each(file["digest_validation"].as_array().expect("digest_validation"), |case, report| {
        let expected = match case["error"].as_str() {
            None => "ok",
            Some("invalid checksum digest format") => "ErrDigestInvalidFormat",
            Some("invalid checksum digest length") => "ErrDigestInvalidLength",
            Some(_) => "ErrDigestUnsupported",
        };
        let found = Digest::parse(case["digest"].as_str().expect("digest"));
        report.equal(&case["digest"], expected, found.as_ref().map_or_else(digest::code, |_| "ok"));
    });
    report.each(file["lookups"].as_array().expect("lookups"), |case, report| {
        let query = case["query"].as_str().expect("query");
        let result = case["result"].as_str().filter(|result| !result.is_empty());
        let set = file["sets"][case["set"].as_str().expect("set")].clone();
        let ids: ShortIds =
            serde_json::from_value::<Vec<Digest>>(set).expect("digests").into_iter().collect();
        if let Some(reason) = exclusions::lookup(query, &ids) {
            report.exclude(reason);
            return;
        }
        let found = match ids.lookup(query) {
            Ok(digest) => Ok(digest.to_string()),
            Err(ShortIdError::Ambiguous { .. }) => Err("ambiguous digest string"),
            Err(_) => Err("digest not found"),
        };
        let expected = case["error"].as_str().map_or_else(|| Ok(result.expect("result").to_owned()), Err);
        report.equal(case, expected, found);
    });
}
