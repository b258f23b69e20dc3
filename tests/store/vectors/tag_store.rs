//! The tag store of Docker 0.11. Its files are read and compared as names, since the newer form is written here.

use std::collections::BTreeMap;

use layerglass::digest::ShortIds;
use layerglass::image::ImageId;
use layerglass::limits::Limits;
use layerglass::reference::Reference;
use layerglass::store::{Names, ResolveOptions, resolve};
use serde_json::Value;

use super::exclusions;
use crate::report::Report;
use crate::seeds::{list, text};
use crate::{id, name};

const OPTIONS: ResolveOptions =
    ResolveOptions { order: layerglass::store::ResolveOrder::NamesFirst, repository_ids: true };

pub fn check(vectors: &Value, report: &mut Report) {
    for case in list(vectors, "tagstore_load_cases") {
        load(case, report);
    }
    let ids: ShortIds = ["aaaa", "bbbb", "cccc"].map(|prefix| id(prefix).digest()).into_iter().collect();
    let mut names = Names::default();
    for step in list(vectors, "tagstore_script") {
        run(&mut names, &ids, step, report);
    }
}

/// The names of a file, but those that are none by today's grammar.
fn listed(names: &Names) -> BTreeMap<String, ImageId> {
    names.iter().map(|(name, id)| (name.to_string(), id)).collect()
}

fn read(file: &str) -> BTreeMap<String, ImageId> {
    listed(&Names::read(file.as_bytes(), &Limits::default()).expect("a file of names").0)
}

fn load(case: &Value, report: &mut Report) {
    let file = text(case, "file");
    let found = Names::read(file.as_bytes(), &Limits::default());
    if let Some(reason) = exclusions::tag_store_load(case) {
        assert!(found.is_ok(), "{file}");
        return report.exclude(reason);
    }
    report.equal(format!("load {file}"), case["error"].is_null(), found.is_ok());
    if let Ok((mut names, _)) = found {
        names.tag(&name("r:t"), id("aaaa"), false).expect("a tag");
        report.equal(format!("set r:t in {file}"), read(text(case, "file_after")), listed(&names));
    }
}

/// A repository and a tag, where both are ones.
fn reference(step: &Value) -> Option<Reference> {
    let repository = Reference::parse_normalized(text(step, "repo")).ok()?;
    match text(step, "tag") {
        "" => Some(repository),
        tag => repository.with_tag(tag).ok(),
    }
}

fn run(names: &mut Names, ids: &ShortIds, step: &Value, report: &mut Report) {
    let op = text(step, "op");
    match op {
        "open (absent)" => {}
        "set" => set(names, ids, step, report),
        "lookup" => {
            let found = resolve(text(step, "name"), names, ids, OPTIONS).ok();
            let expected = step["id"].as_str().filter(|_| step["error"].is_null());
            report.equal(step, expected.map(str::to_owned), found.map(|id| id.digest().hex()));
        }
        "get_image" => {
            // It never leaves the repository, and neither does a name with digits.
            let asked = format!("{}:{}", text(step, "repo"), text(step, "tag_or_id"));
            let found = resolve(&asked, names, ids, OPTIONS).ok();
            report.equal(step, step["id"].as_str().map(str::to_owned), found.map(|id| id.digest().hex()));
        }
        "by_id" => {
            for (hex, expected) in step["table"].as_object().expect("a table") {
                let all = expected.as_array().expect("names").iter().filter_map(Value::as_str);
                let (tags, others): (Vec<&str>, Vec<&str>) =
                    all.partition(|text| Reference::parse_normalized(text).is_ok());
                others.iter().for_each(|_| report.exclude(exclusions::TAG_GRAMMAR));
                let found = names.names_of(&id(hex));
                report.equal(format!("by_id {hex}"), tags, found.iter().map(Reference::familiar).collect());
            }
        }
        "image_name" => report.equal(step, text(step, "result"), &names.display_name(&id(text(step, "id")))),
        "image_name (untagged)" => {
            report.equal(step, text(step, "result"), &names.display_name(&id(text(step, "id"))));
        }
        "delete" => {
            let result = names.untag(&reference(step).expect("a name"));
            if step["deleted"] == false && step["error"].is_null() {
                assert!(result.is_err());
                report.exclude(exclusions::TAG_DELETE);
            } else {
                report.equal(step, step["error"].is_null(), result.is_ok());
            }
        }
        "delete_all" => {
            let expected = if text(step, "id") == "unknown" { id("9") } else { id(text(step, "id")) };
            names.untag_all(&expected);
            if let Some(file) = step["file"].as_str() {
                let left: Vec<String> =
                    read(file).into_iter().filter(|(_, id)| *id == expected).map(|(name, _)| name).collect();
                assert!(
                    !left.is_empty() && left.iter().all(|name| name.starts_with("localhost:5000/")),
                    "{step}"
                );
                return report.exclude(exclusions::TAG_PORT);
            }
        }
        other => panic!("an operation that is not known: {other}"),
    }
    if let Some(file) = step["file"].as_str() {
        report.equal(format!("{op} file"), read(file), listed(names));
    }
}

fn set(names: &mut Names, ids: &ShortIds, step: &Value, report: &mut Report) {
    let image = resolve(text(step, "image"), names, ids, OPTIONS);
    let (Some(name), Ok(image)) = (reference(step), image) else {
        if step["error"].is_null() {
            report.exclude(exclusions::TAG_GRAMMAR);
        } else {
            report.equal(format!("set {step}"), false, step["error"].is_null());
        }
        return;
    };
    let moves = names.get(&name).is_some_and(|held| held != image);
    if moves {
        assert!(names.tag(&name, image, false).is_err(), "{step}");
        report.exclude(exclusions::TAG_FORCE);
    }
    report.equal(format!("set {step}"), step["error"].is_null(), names.tag(&name, image, moves).is_ok());
}
