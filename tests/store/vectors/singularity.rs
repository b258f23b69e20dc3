//! The registry and the index of singularity-cri.

use layerglass::error::{ErrorKind, Reason};
use layerglass::limits::Limits;
use layerglass::store::{ImageRecord, RecordFilter, Records, ResolveOrder};
use serde_json::{Value, json};

use super::exclusions;
use crate::records::record;
use crate::report::Report;
use crate::seeds::{list, text};

const DIGEST: &str = "gcr.io/x/y@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

pub fn check(vectors: &Value, report: &mut Report) {
    registry(text(vectors, "registry_json_file"), report);
    filters(&vectors["filter_matches"], report);
    for script in list(vectors, "index_scripts") {
        run(script, report);
    }
    for case in list(vectors, "truncindex") {
        prefixes(case, report);
    }
}

/// The file is the same after it was read and written, at whatever place it is cut into pieces.
fn registry(file: &str, report: &mut Report) {
    let (records, problems) = Records::read(file.as_bytes(), &Limits::default()).expect("a file of records");
    report.equal("problems of registry.json", 0, problems.len());
    report.equal("registry.json", file, &String::from_utf8_lossy(&records.to_bytes()));
    let first = records.iter().next().expect("a record");
    let config = first.run_config(&Limits::default()).expect("a configuration").expect("a configuration");
    report.equal("user of ociConfig", "sasha", &config.user);
}

fn filters(vectors: &Value, report: &mut Report) {
    let names = json!({"uri": "docker.io", "tags": vectors["tags"], "digests": vectors["digests"]});
    let image = record(text(vectors, "id"), &names.to_string());
    for case in list(vectors, "cases") {
        let filter = text(case, "filter");
        let found = image.matches(&RecordFilter::prefix(filter));
        if filter.starts_with("docker.io/") {
            assert!(found, "{filter}");
            report.exclude(exclusions::FILTER_NORMALIZED);
        } else {
            report.equal(format!("filter {filter}"), case["match"].as_bool(), Some(found));
        }
    }
}

fn run(script: &Value, report: &mut Report) {
    let name = text(script, "name");
    let mut records = Records::default();
    for step in list(script, "steps") {
        let op = text(step, "op");
        let excluded = exclusions::index_step(name, op);
        let words: Vec<&str> = op.split(' ').collect();
        let asked = match words.as_slice() {
            ["find", "by", "digest", ..] => DIGEST,
            ["find", "empty"] => "",
            ["find", "with", "space"] => "a b",
            [_, asked, ..] => asked,
            [..] => panic!("an operation that is not known: {op}"),
        };
        let result = match words[0] {
            "add" => records.add(added(asked, words.get(2).copied(), step)).map(|_| None),
            "find" => records.find(asked, ResolveOrder::IdsFirst).map(|found| Some(found.id.clone())),
            // What ours would remove, the next steps still need.
            "remove" if excluded.is_some() => Ok(None),
            "remove" => match records.find(asked, ResolveOrder::IdsFirst).map(|found| found.id.clone()) {
                Ok(id) => records.remove(&id).map(|_| None),
                Err(error) => Err(error),
            },
            _ => panic!("an operation that is not known: {op}"),
        };
        if let Some(reason) = excluded {
            assert!(result.is_ok(), "{name}: {op}: {result:?}");
            report.exclude(reason);
            continue;
        }
        let expected = step["error"].as_str().map(|error| match error {
            "not found" => ErrorKind::NotFound,
            error if error.contains("multiple items") => ErrorKind::Ambiguous,
            _ => ErrorKind::Invalid,
        });
        report.equal(format!("{name}: {op}"), expected, result.as_ref().err().map(Reason::kind));
        if let (Some(expected), Ok(Some(found))) = (op.split(" -> ").nth(1), &result) {
            report.equal(format!("{name}: {op}: result"), expected, found);
        }
        report.equal(format!("{name}: {op}: index"), &step["index"], &index(&records));
    }
}

/// The image that a step adds: with the name it says, or with that which the index then has.
fn added(id: &str, name: Option<&str>, step: &Value) -> ImageRecord {
    let names = match name {
        Some(name) if name.contains('@') => json!({"uri": "docker.io", "tags": null, "digests": [name]}),
        Some(name) => json!({"uri": "docker.io", "tags": [name], "digests": null}),
        None => {
            let entry = list(step, "index").iter().find(|entry| entry["id"] == id).expect("the image");
            json!({"uri": "docker.io", "tags": entry["tags"], "digests": null})
        }
    };
    record(id, &names.to_string())
}

fn index(records: &Records) -> Value {
    let entries: Vec<Value> = records
        .iter()
        .map(|record| {
            let (tags, digests): (Vec<&str>, Vec<&str>) =
                (record.tags().collect(), record.digests().collect());
            json!({"digests": digests, "id": record.id, "tags": tags})
        })
        .collect();
    if entries.is_empty() { Value::Null } else { Value::Array(entries) }
}

fn prefixes(case: &Value, report: &mut Report) {
    let mut records = Records::default();
    for id in list(case, "ids") {
        records.add(record(id.as_str().expect("an id"), "null")).expect("a record");
    }
    let query = text(case, "query");
    let found = records.find(query, ResolveOrder::IdsOnly).map(|record| record.id.clone());
    if records.get(query).is_some() && !case["error"].is_null() {
        assert_eq!(found.as_deref(), Ok(query));
        return report.exclude(exclusions::WHOLE_ID);
    }
    let expected = case["error"].as_str().map(|error| match error {
        "empty prefix not allowed" => ErrorKind::Invalid,
        error if error.starts_with("multiple items") => ErrorKind::Ambiguous,
        _ => ErrorKind::NotFound,
    });
    report.equal(format!("prefix {query}"), expected, found.as_ref().err().map(Reason::kind));
    report.equal(format!("prefix {query} result"), case["result"].as_str(), found.ok().as_deref());
}

/// The tables of its own tests.
pub fn check_tests(vectors: &Value, report: &mut Report) {
    let users = |case: &Value, key: &str| -> Vec<String> {
        list(case, key).iter().map(|user| user.as_str().expect("a user").to_owned()).collect()
    };
    for case in list(vectors, "borrow_return") {
        let mut records = Records::default();
        records.add(record("1", "null")).expect("a record");
        for user in users(case, "borrow") {
            records.borrow("1", &user).expect("the image is there");
        }
        for user in users(case, "return") {
            records.give_back("1", &user).expect("the image is there");
        }
        let found: Vec<String> = records.get("1").expect("the image").users.iter().cloned().collect();
        report.equal(format!("borrow_return {case}"), users(case, "used_by"), found);
    }
    for case in list(vectors, "remove") {
        let used_by = users(case, "used_by");
        if case["uri"] == "local.file" {
            report.exclude(exclusions::LOCAL_FILE);
            continue;
        }
        if used_by.is_empty() {
            report.exclude(exclusions::NOT_RECORDS);
            continue;
        }
        let mut records = Records::default();
        records.add(record("1", "null")).expect("a record");
        used_by.iter().for_each(|user| drop(records.borrow("1", user)));
        let error = records.remove("1").expect_err("it is in use");
        report.equal(format!("remove {case}"), ErrorKind::InUse, error.kind());
    }
    for key in ["verify", "library_info", "pull", "service_errors"] {
        list(vectors, key).iter().for_each(|_| report.exclude(exclusions::NOT_RECORDS));
    }
}
