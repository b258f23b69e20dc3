//! `chainid.json`

use layerglass::image::{DiffId, chain_ids};
use serde_json::Value;

use crate::exclusions;
use crate::report::Report;

/// The chain ids of layers, bottom first, as text.
pub fn chain(diff_ids: &Value) -> Vec<String> {
    let texts: Vec<String> = serde_json::from_value(diff_ids.clone()).expect("list");
    let diff_ids: Vec<DiffId> = texts.into_iter().map(DiffId::new).collect();
    chain_ids(&diff_ids).iter().map(ToString::to_string).collect()
}

pub fn check(text: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(text).expect("chainid.json");
    report.each(file["vectors"].as_array().expect("vectors"), |vector, report| {
        if !vector["function"].as_str().is_none_or(|function| function.starts_with("ChainIDs")) {
            return report.exclude(exclusions::UNKNOWN_FUNCTION);
        }
        let found = chain(&vector["input"]);
        let top = found.last().cloned().unwrap_or_default();
        let expected = &vector["expected"];
        let what = format!("#{}", vector["id"]);
        if let Some(all) = expected["chain_ids"].as_array() {
            let all: Vec<String> = all.iter().map(|id| id.as_str().expect("text").to_owned()).collect();
            report.equal(&what, all, found);
        }
        if let Some(id) = expected["chain_id"].as_str() {
            report.equal(&what, id, &top);
        }
    });
}
