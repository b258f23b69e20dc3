//! `seeds/moby-image-json*.json`, `seeds/moby-v1*.json`, `seeds/docker-graph-migration.json`

use layerglass::digest::Digest;
use layerglass::image::{
    CanonicalRules, ChainId, ChildConfig, DiffId, HistoryEntry, ImageConfig, ImageId, Platform, RootFs,
    RunConfig, StringOrList, Timestamp, v1,
};
use layerglass::limits::Limits;
use serde_json::{Value, json};

use crate::exclusions;
use crate::report::Report;

const LIMITS: fn() -> Limits = Limits::default;

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}

fn list<'v>(file: &'v Value, key: &str) -> &'v [Value] {
    file[key].as_array().unwrap_or_else(|| panic!("no list {key}"))
}

/// `seeds/moby-image-json.json`, of 2020.
pub fn moby_image_json(file: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(file).expect("JSON");
    report.each(list(&file, "cases"), |case, report| {
        let input = case["input"].as_str().expect("input");
        let parsed = ImageConfig::parse(input, &LIMITS());
        report.equal(format!("{} {:?}", case["name"], parsed), case["error"].is_null(), parsed.is_ok());
        report.equal(
            &case["name"],
            case["id"].as_str(),
            Some(ImageId::of(input.as_bytes()).to_string().as_str()),
        );
        let Ok(config) = parsed else { return };
        let written = text(config.fields().canonical_json(CanonicalRules::Docker2020));
        report.equal(&case["name"], case["marshaled"].as_str(), Some(written.as_str()));
        let chain_id = config.rootfs().chain_id().map(|id| id.to_string()).unwrap_or_default();
        report.equal(&case["name"], case["chain_id"].as_str(), Some(chain_id.as_str()));
        let is_zero = config.created().is_none_or(layerglass::image::Timestamp::is_zero);
        report.equal(&case["name"], case["created_is_zero"].as_bool(), Some(is_zero));
    });
}

/// `seeds/moby-image-json-v29-differences.json`
pub fn moby_image_json_v29(file: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(file).expect("JSON");
    report.each(list(&file, "cases"), |case, report| {
        let config = ImageConfig::parse(case["input"].as_str().expect("input"), &LIMITS()).expect("a config");
        let written = text(config.fields().canonical_json(CanonicalRules::Current));
        report.equal(&case["input"], case["marshaled"].as_str(), Some(written.as_str()));
    });
}

/// `seeds/moby-v1id.json`
pub fn moby_v1id(file: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(file).expect("JSON");
    report.each(list(&file, "cases"), |case, report| {
        let document = case["v1_image_marshaled"].as_str().expect("document");
        let fields = v1::parse(document.as_bytes(), &LIMITS()).expect("a document");
        let layer = ChainId::new(case["layer_id"].as_str().expect("layer_id"));
        let parent = case["parent"].as_str().filter(|parent| !parent.is_empty());
        let parent = parent.map(|parent| Digest::parse(parent).expect("digest"));
        let id = v1::create_id(&fields, &layer, parent);
        report.equal(&case["name"], case["v1_id"].as_str(), Some(id.to_string().as_str()));
    });
}

fn one_empty_layer() -> RootFs {
    RootFs { kind: RootFs::LAYERS.to_owned(), diff_ids: vec![DiffId::new(DiffId::EMPTY_TAR)] }
}

/// `seeds/moby-v1-conversion.json`
pub fn moby_v1_conversion(file: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(file).expect("JSON");
    report.each(list(&file, "v1_to_config"), |case, report| {
        let document = case["v1_json"].as_str().expect("v1_json");
        let entry = v1::history(&v1::parse(document.as_bytes(), &LIMITS()).expect("a document"), false);
        let config =
            v1::to_config(document.as_bytes(), &one_empty_layer(), &[entry], &LIMITS()).expect("converts");
        report.equal(
            &case["name"],
            case["image_id"].as_str(),
            Some(ImageId::of(&config).to_string().as_str()),
        );
        report.equal(&case["name"], case["config"].as_str(), Some(text(config).as_str()));
    });
    report.each(list(&file, "config_to_v1"), |case, report| {
        let config = case["config"].as_str().expect("config");
        let parent = case["v1_parent"].as_str().filter(|parent| !parent.is_empty());
        let throwaway = case["throwaway"].as_bool().expect("throwaway");
        let id = case["v1_id"].as_str().expect("v1_id");
        let document =
            v1::from_config(config.as_bytes(), id, parent, throwaway, &LIMITS()).expect("converts");
        report.equal(&case["name"], case["v1_config"].as_str(), Some(text(document).as_str()));
    });
    report.each(list(&file, "version_less_than"), |case, report| {
        let found = v1::version_less_than(case["a"].as_str().expect("a"), case["b"].as_str().expect("b"));
        report.equal(case, case["less_than"].as_bool(), Some(found));
    });
}

/// `seeds/docker-graph-migration.json`: documents of the old graph, each on its parent.
pub fn docker_graph_migration(file: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(file).expect("JSON");
    let mut made: Vec<(String, ImageConfig)> = Vec::new();
    report.each(list(&file, "images"), |case, report| {
        let document = case["graph_json"].as_str().expect("graph_json");
        let parent = case["parent_image_id"].as_str().filter(|parent| !parent.is_empty());
        let parent =
            parent.map(|id| made.iter().find(|(made, _)| made == id).expect("the parent comes first"));
        let mut rootfs = parent.map_or_else(RootFs::new, |(_, parent)| parent.rootfs().clone());
        let mut history: Vec<HistoryEntry> =
            parent.map_or_else(Vec::new, |(_, parent)| parent.history().to_vec());
        rootfs.push(DiffId::new(case["layer_diff_id"].as_str().expect("layer_diff_id")));
        history.push(v1::history(&v1::parse(document.as_bytes(), &LIMITS()).expect("a document"), false));
        let config = v1::to_config(document.as_bytes(), &rootfs, &history, &LIMITS()).expect("converts");
        let id = ImageId::of(&config).to_string();
        report.equal(&case["name"], case["config"].as_str(), Some(text(config.clone()).as_str()));
        report.equal(&case["name"], case["image_id"].as_str(), Some(id.as_str()));
        made.push((id, ImageConfig::parse(config, &LIMITS()).expect("a config")));
    });
}

/// `seeds/moby-imagestore.json`: what the store takes as a config. Where it keeps its files is not ours.
pub fn moby_imagestore(file: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(file).expect("JSON");
    report.each(list(&file, "create_cases"), |case, report| {
        let text = case["config"].as_str().expect("config");
        let found =
            ImageConfig::parse(text, &LIMITS()).ok().filter(|config| config.fields().check_history().is_ok());
        if let Some(reason) = exclusions::create(case) {
            return report.exclude(reason);
        }
        let id = found.map(|config| config.id().to_string()).unwrap_or_default();
        report.equal(case, case["id"].as_str(), Some(id.as_str()));
    });
}

/// `seeds/moby-tests.json`: the parts about configs; the rest is about stores on disk.
pub fn moby_tests(file: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(file).expect("JSON");
    report.each([&file["marshal_key_order"]], |order, report| {
        let config = r#"{"comment":"c","rootfs":{"type":"layers"},"author":"a","architecture":"x"}"#;
        let config = ImageConfig::parse(config, &LIMITS()).expect("a config");
        let written = text(config.fields().canonical_json(CanonicalRules::Docker2020));
        let places: Vec<Option<usize>> =
            order.as_array().expect("keys").iter().map(|key| written.find(&format!("{key}:"))).collect();
        report.equal(&written, true, places.is_sorted() && places.iter().all(Option::is_some));
    });
    report.each([&file["child_image"]], |case, report| {
        let (parent, child, expected) = (&case["parent"], &case["child"], &case["expect"]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let parent = json!({
            "rootfs": { "type": "layers", "diff_ids": parent["rootfs"] }, "history": parent["history"],
        });
        let parent = ImageConfig::parse(parent.to_string(), &LIMITS()).expect("a config");
        let cmd: Vec<String> =
            serde_json::from_value(child["container_config"]["Cmd"].clone()).expect("a command");
        let made = parent.fields().child(
            ChildConfig {
                created: Timestamp::parse("2015-10-31T22:22:54Z").expect("a time"),
                container_id: String::new(),
                author: text(&child["author"]),
                comment: text(&child["comment"]),
                diff_id: DiffId::new(text(&child["diff_id"])),
                container_config: RunConfig { cmd: Some(StringOrList(cmd)), ..RunConfig::default() },
                config: Some(RunConfig::default()),
                docker_version: String::new(),
                os: text(&child["os"]),
            },
            &Platform::new("linux", "amd64"),
        );
        let diff_ids =
            |rootfs: &RootFs| json!(rootfs.diff_ids.iter().map(DiffId::as_str).collect::<Vec<_>>());
        let entry = made.history.last().expect("a step");
        let found = json!({
            "diff_ids": made.rootfs.as_ref().map(diff_ids),
            "author": made.author,
            "os": made.os,
            "history_len": made.history.len(),
            "history_1": { "comment": entry.comment, "created_by": entry.created_by, "author": entry.author },
            "parent_rootfs_unchanged": diff_ids(parent.rootfs()) == case["parent"]["rootfs"],
        });
        report.equal("child_image", expected, &found);
    });
    report.each([&file["v1_round_trip"]], |case, report| {
        let id = case["v1_id"].as_str().expect("v1_id");
        let image = case["img"].to_string();
        let found = v1::from_config(image.as_bytes(), id, case["v1_parent"].as_str(), false, &LIMITS());
        let found: Value = serde_json::from_slice(&found.expect("converts")).expect("JSON");
        for (key, expected) in case["expect"].as_object().expect("expect") {
            report.equal(key, expected, &found[key]);
        }
    });
}
