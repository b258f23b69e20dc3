//! `seeds/moby-image-json*.json`, `seeds/moby-v1*.json`, `seeds/docker-graph-migration.json`

use layerglass::digest::Digest;
use layerglass::image::{CanonicalRules, ChainId, DiffId, HistoryEntry, ImageConfig, ImageId, RootFs, v1};
use layerglass::limits::Limits;
use serde_json::Value;

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
    for case in list(&file, "cases") {
        let input = case["input"].as_str().expect("input");
        let parsed = ImageConfig::parse(input, &LIMITS());
        report.equal(format!("{} {:?}", case["name"], parsed), case["error"].is_null(), parsed.is_ok());
        report.equal(
            &case["name"],
            case["id"].as_str(),
            Some(ImageId::of(input.as_bytes()).to_string().as_str()),
        );
        let Ok(config) = parsed else { continue };
        let written = text(config.fields().canonical_json(CanonicalRules::Docker2020));
        report.equal(&case["name"], case["marshaled"].as_str(), Some(written.as_str()));
        let chain_id = config.rootfs().chain_id().map(|id| id.to_string()).unwrap_or_default();
        report.equal(&case["name"], case["chain_id"].as_str(), Some(chain_id.as_str()));
        let is_zero = config.created().is_none_or(layerglass::image::Timestamp::is_zero);
        report.equal(&case["name"], case["created_is_zero"].as_bool(), Some(is_zero));
    }
}

/// `seeds/moby-image-json-v29-differences.json`
pub fn moby_image_json_v29(file: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(file).expect("JSON");
    for case in list(&file, "cases") {
        let config = ImageConfig::parse(case["input"].as_str().expect("input"), &LIMITS()).expect("a config");
        let written = text(config.fields().canonical_json(CanonicalRules::Current));
        report.equal(&case["input"], case["marshaled"].as_str(), Some(written.as_str()));
    }
}

/// `seeds/moby-v1id.json`
pub fn moby_v1id(file: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(file).expect("JSON");
    for case in list(&file, "cases") {
        let document = case["v1_image_marshaled"].as_str().expect("document");
        let fields = v1::parse(document.as_bytes(), &LIMITS()).expect("a document");
        let layer = ChainId::new(case["layer_id"].as_str().expect("layer_id"));
        let parent = case["parent"].as_str().filter(|parent| !parent.is_empty());
        let parent = parent.map(|parent| Digest::parse(parent).expect("digest"));
        let id = v1::create_id(&fields, &layer, parent);
        report.equal(&case["name"], case["v1_id"].as_str(), Some(id.to_string().as_str()));
    }
}

fn one_empty_layer() -> RootFs {
    RootFs { kind: RootFs::LAYERS.to_owned(), diff_ids: vec![DiffId::new(DiffId::EMPTY_TAR)] }
}

/// `seeds/moby-v1-conversion.json`
pub fn moby_v1_conversion(file: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(file).expect("JSON");
    for case in list(&file, "v1_to_config") {
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
    }
    for case in list(&file, "config_to_v1") {
        let config = case["config"].as_str().expect("config");
        let parent = case["v1_parent"].as_str().filter(|parent| !parent.is_empty());
        let throwaway = case["throwaway"].as_bool().expect("throwaway");
        let id = case["v1_id"].as_str().expect("v1_id");
        let document =
            v1::from_config(config.as_bytes(), id, parent, throwaway, &LIMITS()).expect("converts");
        report.equal(&case["name"], case["v1_config"].as_str(), Some(text(document).as_str()));
    }
    for case in list(&file, "version_less_than") {
        let found = v1::version_less_than(case["a"].as_str().expect("a"), case["b"].as_str().expect("b"));
        report.equal(case, case["less_than"].as_bool(), Some(found));
    }
}

/// `seeds/docker-graph-migration.json`: documents of the old graph, each on its parent.
pub fn docker_graph_migration(file: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(file).expect("JSON");
    let mut made: Vec<(String, ImageConfig)> = Vec::new();
    for case in list(&file, "images") {
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
    }
}
