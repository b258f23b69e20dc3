//! The vectors that show what the originals do wrong, each with the reason why it is not ours.

use serde_json::Value;

/// Why a file of names that Docker loads, refuses or falls over is read otherwise here.
pub fn refstore_load(file: &str, panics: bool) -> Option<&'static str> {
    if panics {
        return Some("Docker falls over; here the file has no names");
    }
    if file.contains(":5}") {
        return Some(
            "one damaged entry makes Docker refuse the file; here it is reported and the rest is read",
        );
    }
    file.contains(r#""sha256:x""#).then_some("Docker takes any text for an id; here it is reported and kept")
}

/// Why a file of the old tag store is read otherwise here.
pub fn tag_store_load(case: &Value) -> Option<&'static str> {
    let file = case["file"].as_str().unwrap_or_default();
    if case.get("panic").is_some() {
        return Some("Docker falls over; here the file has no names");
    }
    if file.contains(":5}") {
        return Some(
            "one damaged entry makes Docker refuse the file; here it is reported and the rest is read",
        );
    }
    file.ends_with("} x")
        .then_some("0.11 refuses what follows the document; later versions and this crate do not look")
}

pub const TAG_FORCE: &str = "without force 0.11 moves a tag; here that is a conflict";
pub const TAG_GRAMMAR: &str = "0.11 takes any text without `/` and `:` for a tag; here tags have a grammar";
pub const TAG_PORT: &str = "0.11 takes the port of a registry for a tag; here all names of an image go";
pub const TAG_DELETE: &str = "0.11 does not report an unknown repository; here it is not found";

/// Why a step of an index script of singularity-cri is not ours, by script and step.
pub fn index_step(script: &str, op: &str) -> Option<&'static str> {
    let reasons = [
        ("re-adding an image by the same digest", "again", "the digest is lost; here it stays"),
        ("re-adding an image by the same digest", "find by digest", "the digest is lost; here it stays"),
        ("merge moves a tag from another image", "(tag moved)", "the tag stays with both; here it moves"),
        ("merge moves a tag from another image", "find app:2", "the tag stays with both; here it moves"),
        ("prefix ids", "find alpine", "an id that begins another is ambiguous; here a whole id never is"),
        ("prefix ids", "remove alpine", "an id that begins another is ambiguous; here a whole id never is"),
        ("prefix ids", "remove by tag", "the vector does not say by which tag"),
    ];
    reasons
        .into_iter()
        .find(|(name, part, _)| *name == script && op.contains(part) && !op.contains("after removal"))
        .map(|(.., reason)| reason)
}

pub const FILTER_NORMALIZED: &str = "a filter with docker.io/ never fits; here it does";
pub const WHOLE_ID: &str = "an id that begins another is ambiguous; here a whole id never is";
pub const LOCAL_FILE: &str = "a local file is removed while in use; here its record is not";
pub const NOT_RECORDS: &str = "removes, verifies or fetches files, which records do not";

pub const CREATE_PANIC: &str = "Docker falls over; here `{}` is refused, and `LINUX` is Linux";
pub const CREATE_LEFT: &str = "what Docker refuses stays on its disk; here nothing does";
pub const SEARCH_EMPTY: &str = "an empty text finds what is the only image; here it is invalid";
pub const SEARCH_IDS: &str = "no configuration has these ids; sets of ids have vectors of their own";
pub const WALK: &str = "the images are a list here; nothing is called back";
pub const LAYERS_ON_DISK: &str = "layers on disk are their own store's, not the image store's";
