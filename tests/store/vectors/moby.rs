//! `repositories.json` as Docker's reference store reads and writes it.

use layerglass::error::Reason;
use layerglass::limits::Limits;
use layerglass::store::{NameError, Names};
use serde_json::Value;

use super::exclusions;
use crate::name;
use crate::report::Report;
use crate::seeds::{list, text};

pub fn check(vectors: &Value, report: &mut Report) {
    for case in list(vectors, "load_cases") {
        load(case, report);
    }
    let mut names = Names::default();
    for step in list(vectors, "script") {
        run(&mut names, step, report);
    }
}

fn load(case: &Value, report: &mut Report) {
    let file = text(case, "file");
    let found = Names::read(file.as_bytes(), &Limits::default());
    if let Some(reason) = exclusions::refstore_load(file, case.get("panic").is_some()) {
        // Excluded is only what Docker makes of it; that it can be opened is checked.
        assert!(found.is_ok(), "{file}");
        return report.exclude(reason);
    }
    report.equal(format!("load {file}"), case["error"].is_null(), found.is_ok());
    if let Ok((names, _)) = found {
        let expected = case["get a:b"].as_str().filter(|id| !id.is_empty());
        report.equal(
            format!("get a:b of {file}"),
            expected.map(str::to_owned),
            names.get(&name("a:b")).map(|id| id.to_string()),
        );
    }
}

fn run(names: &mut Names, step: &Value, report: &mut Report) {
    let op = text(step, "op");
    let what = format!("{op} {} {} {}", step["ref"], step["id"], step["force"]);
    let id = || text(step, "id").parse::<layerglass::digest::Digest>().expect("an id").into();
    let error = |error: NameError| match error.kind().as_str() {
        "invalid" => "invalid_parameter",
        kind => kind,
    };
    let reference = || name(text(step, "ref"));
    let result = match op {
        "open (file absent)" => Ok(()),
        "add_tag" => names.tag(&reference(), id(), step["force"] == true).map(drop).map_err(error),
        "add_digest" => names.add_digest(&reference(), id()).map(drop).map_err(error),
        "delete" => names.untag(&reference()).map(drop).map_err(error),
        "get" => {
            let found = names.get(&reference()).map(|id| id.to_string());
            report.equal(
                format!("{what} result"),
                text(step, "result"),
                found.as_deref().unwrap_or_default(),
            );
            found.map(drop).ok_or("not_found")
        }
        other => panic!("an operation that is not known: {other}"),
    };
    report.equal(&what, step["error_kind"].as_str(), result.err());
    if let Some(file) = step["file"].as_str() {
        report.equal(format!("{what} file"), file, &String::from_utf8_lossy(&names.to_bytes()));
    }
}
