//! `manifest.json`

use layerglass::digest::Digest;
use layerglass::limits::Limits;
use layerglass::manifest::{
    Descriptor, DockerArchiveManifest, Document, DocumentKind, ManifestError, media_type,
};
use serde_json::{Value, json as value};

use crate::exclusions;
use crate::report::Report;

pub fn check(text: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(text).expect("manifest.json");
    let vectors = file["vectors"].as_array().expect("vectors");
    report.each(vectors, |vector, report| check_document(vector, report));
    let functions = file["meta"]["functions"].as_array().into_iter().flatten();
    report.each(functions, |function, report| check_function(function, vectors, report));
}

fn check_document(vector: &Value, report: &mut Report) {
    let raw = vector["raw"].as_str().expect("raw");
    let kind = vector["kind"].as_str().expect("kind");
    let what = format!("#{} {kind} {}: {raw:.300}", vector["id"], vector["reason"]);
    if let Some(guessed) = vector["containers_image"]["guessed_media_type"].as_str() {
        let found = DocumentKind::guess(raw.as_bytes(), &Limits::default())
            .ok()
            .flatten()
            .map_or("", DocumentKind::media_type);
        report.equal(format!("guess {what}"), guessed, found);
    }
    match kind {
        "manifest" | "index" => check_manifest(vector, raw, what, report),
        "schema1" => check_schema1(vector, raw, what, report),
        "docker-save-manifest" => {
            let parsed = DockerArchiveManifest::parse(raw.as_bytes(), &Limits::default());
            let refused = raw.trim() == "null";
            report.equal(
                format!("{what} {parsed:?}"),
                refused,
                matches!(parsed, Err(ManifestError::NullArchive)),
            );
            report.equal(format!("{what} {parsed:?}"), refused, parsed.is_err());
        }
        "unrecognised" | "oci-artifact-manifest" => {
            // The retired artifact manifest has no reader in any engine of today.
            let parsed = Document::parse(raw, Some("application/octet-stream"), &Limits::default());
            let unknown = matches!(parsed, Err(ManifestError::UnknownKind { .. }));
            report.equal(what, kind == "unrecognised", unknown);
        }
        other => report.exclude(exclusions::schema_only(other)),
    }
}

fn check_manifest(vector: &Value, raw: &str, what: String, report: &mut Report) {
    let media_type = vector["distribution_media_type_used"].as_str();
    let parsed = Document::parse(raw, media_type, &Limits::default());
    if let Some(reason) = exclusions::manifest(parsed.as_ref()) {
        report.exclude(reason);
        return;
    }
    let decode = &vector["go_decode"];
    let found = parsed.as_ref().map(|_| ()).map_err(ToString::to_string);
    report.equal(format!("{what} {found:?}"), decode["oci"].get("error").is_none(), found.is_ok());
    let Ok(document) = parsed else { return };
    let digest = document.digest().to_string();
    report.equal(&what, vector["sha256"].as_str(), Some(digest.as_str()));
    for named in
        [&vector["expected_digest"], &vector["named_by_digest"]].into_iter().filter_map(Value::as_str)
    {
        if named.starts_with("sha256:") {
            report.equal(&what, named, &digest);
        }
    }
    let expected = &decode["distribution"]["ok"];
    if let Some(references) = expected["references"].as_array() {
        let found: Vec<&Descriptor> = match &document {
            Document::Manifest(manifest) => {
                std::iter::once(manifest.config()).chain(manifest.layers()).collect()
            }
            Document::Index(index) => index.manifests().iter().collect(),
            Document::Schema1(_) => Vec::new(),
        };
        let found: Vec<Value> = found.into_iter().map(reference).collect();
        let expected: Vec<Value> = references.iter().map(normalize).collect();
        report.equal(what, expected, found);
    }
}

/// A descriptor with the keys that the vectors have.
fn reference(descriptor: &Descriptor) -> Value {
    let platform = descriptor.platform.as_ref().map(|platform| {
        value!({ "os": platform.os, "architecture": platform.architecture, "variant": platform.variant })
    });
    value!({
        "mediaType": descriptor.media_type, "digest": descriptor.digest, "size": descriptor.size, "platform": platform,
    })
}

/// The same keys of what the vector expects, absent ones filled in.
fn normalize(expected: &Value) -> Value {
    let platform = expected.get("platform").filter(|platform| !platform.is_null()).map(|platform| {
        let text = |key: &str| platform[key].as_str().unwrap_or_default().to_owned();
        value!({ "os": text("os"), "architecture": text("architecture"), "variant": text("variant") })
    });
    value!({
        "mediaType": expected["mediaType"].as_str().unwrap_or_default(),
        "digest": expected["digest"].as_str().unwrap_or_default(),
        "size": expected["size"].as_u64().unwrap_or_default(),
        "platform": platform,
    })
}

fn check_schema1(vector: &Value, raw: &str, what: String, report: &mut Report) {
    let parsed = Document::parse(raw, Some(media_type::DOCKER_SCHEMA1_SIGNED), &Limits::default());
    let signed = vector["schema1_payload_sha256"].as_str();
    if vector["schema1_payload_error"].is_string() {
        report.equal(format!("{what} {parsed:?}"), true, parsed.is_err());
        return;
    }
    let digest = parsed.map(|document| document.digest().to_string()).map_err(|error| error.to_string());
    report.equal(what, Ok(signed.or_else(|| vector["sha256"].as_str()).expect("digest").to_owned()), digest);
}

fn check_function(function: &Value, vectors: &[Value], report: &mut Report) {
    let what = format!("{} {}", function["function"], function["input"]);
    match function["function"].as_str().expect("function") {
        "MatchesDigest" => {
            let fixture = function["input"]["fixture"].as_str().expect("fixture");
            let vector = vectors.iter().find(|vector| {
                let also = vector["also"].as_array().into_iter().flatten();
                also.chain([&vector["source"]])
                    .any(|source| source.as_str().is_some_and(|text| text.ends_with(fixture)))
            });
            let raw = vector.unwrap_or_else(|| panic!("no fixture {fixture}"))["raw"].as_str().expect("raw");
            let document = Document::parse(raw, None, &Limits::default()).expect("a manifest");
            let named = Digest::parse(function["input"]["digest"].as_str().expect("digest"));
            report.equal(what, function["expected"].as_bool(), Some(named == Ok(document.digest())));
        }
        "MIMETypeIsMultiImage" => {
            let found = media_type::is_index(function["input"].as_str().expect("input"));
            report.equal(what, function["expected"].as_bool(), Some(found));
        }
        _ => report.exclude("containers/image takes every unknown media type for a signed schema 1 manifest"),
    }
}
