//! `seeds/singularity-cri*.json`

use layerglass::image::{Identity, RunConfig};
use layerglass::limits::Limits;
use layerglass::reference::ImageNames;
use serde_json::{Value, json};

use crate::exclusions;
use crate::report::Report;

fn list<'v>(file: &'v Value, key: &str) -> &'v [Value] {
    file[key].as_array().unwrap_or_else(|| panic!("no list {key}"))
}

/// The names in `references` and their JSON in `reference_json`; the index and the files of the store are not ours.
pub fn singularity_cri(file: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(file).expect("JSON");
    report.each(list(&file, "references"), |case, report| {
        let input = case["input"].as_str().expect("input");
        if let Some(reason) = exclusions::singularity_name(input) {
            report.exclude(reason);
            return;
        }
        let names = ImageNames::parse(input).map_err(|error| error.to_string());
        let found = names.as_ref().map(|names| {
            json!({
                "normalized": ImageNames::normalize(input).ok(),
                "string": names.to_string(),
                "uri": names.uri(),
                "tags": names.tags().collect::<Vec<_>>(),
                "digests": names.digests().collect::<Vec<_>>(),
                "json": names.to_json(),
            })
        });
        let keys = ["normalized", "string", "uri", "tags", "digests", "json"];
        let expected: Value = keys.iter().map(|key| ((*key).to_owned(), case[*key].clone())).collect();
        report.equal(format!("{input:?}"), Ok(&expected), found.as_ref().map_err(|error| *error));
    });
    report.each(list(&file, "reference_json"), |case, report| {
        let input = case["input"].as_str().expect("input");
        let found = ImageNames::from_json(input.as_bytes(), &Limits::default());
        report.equal(format!("{input} {found:?}"), case["error"].is_null(), found.is_ok());
        // What fails leaves nothing behind; there the fields are replaced all the same.
        let found = found.unwrap_or_default().to_json();
        report.equal(input, case["remarshaled"].as_str(), Some(found.as_str()));
    });
}

/// Who a container runs as, in `image_status_user`; the rest is about files and the network.
pub fn singularity_cri_tests(file: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(file).expect("JSON");
    report.each(list(&file, "image_status_user"), |case, report| {
        let user = case["User"].as_str().expect("User").to_owned();
        let found = match (RunConfig { user, ..RunConfig::default() }).user_and_group().user {
            None => json!([null, ""]),
            Some(Identity::Id(id)) => json!([id, ""]),
            Some(Identity::Name(name)) => json!([null, name]),
        };
        report.equal(case, json!([case["uid"], case["username"]]), found);
    });
}
