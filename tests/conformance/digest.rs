//! `digest.json`

use layerglass::digest::{Algorithm, Algorithms, Digest, DigestError, ShortIdError, ShortIds, Verifier};
use serde_json::{Value, json};

use crate::exclusions;
use crate::report::Report;

/// The name that go-digest has for an error.
pub fn code(error: &DigestError) -> &'static str {
    match error {
        DigestError::Format { .. } => "ErrDigestInvalidFormat",
        DigestError::Length { .. } => "ErrDigestInvalidLength",
        _ => "ErrDigestUnsupported",
    }
}

/// What an implementation takes: in Go that depends on what a program links.
fn algorithms(implementation: &str) -> Algorithms {
    let only = Algorithms::NONE.with(Algorithm::Sha256);
    match implementation {
        _ if implementation.contains("sha256 only") => only,
        "google/go-containerregistry" => only,
        _ if implementation.contains("blake3") => Algorithms::ALL,
        _ if implementation.contains("HEAD") => Algorithms::DEFAULT.without(Algorithm::Sha384),
        _ => Algorithms::DEFAULT,
    }
}

fn set_of(value: &Value) -> ShortIds {
    let texts: Vec<String> = serde_json::from_value(value.clone()).expect("list");
    texts.iter().filter_map(|text| Digest::parse(text).ok()).collect()
}

/// Bytes in padded base64.
fn base64(text: &str) -> Vec<u8> {
    let digit = |byte: u8| {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            .iter()
            .position(|&other| other == byte)
    };
    let mut bytes = Vec::new();
    for group in text.trim_end_matches('=').as_bytes().chunks(4) {
        let bits = group.iter().fold(0_usize, |bits, &byte| bits << 6 | digit(byte).expect("base64"));
        let bits = bits << (6 * (4 - group.len()));
        bytes.extend(bits.to_be_bytes()[5..].iter().take(group.len() - 1));
    }
    bytes
}

pub fn check(text: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(text).expect("digest.json");
    report.each(file["vectors"].as_array().expect("vectors"), |vector, report| {
        let implementation = vector["impl"].as_str().expect("impl");
        let function = vector["function"].as_str().expect("function");
        if let Some(reason) = exclusions::digest(implementation, function) {
            report.exclude(reason);
            return;
        }
        let input = &vector["input"];
        let what = format!("{function}({input}) #{}", vector["id"]);
        let error = vector["error"].as_str();
        match function {
            "digest.Parse" => {
                let found = Digest::parse_with(input.as_str().expect("text"), algorithms(implementation));
                let found = found.as_ref().map_or_else(code, |_| "ok");
                report.equal(what, error.unwrap_or("ok"), found);
            }
            "v1.NewHash" => {
                let found = Digest::parse_with(input.as_str().expect("text"), algorithms(implementation));
                report.equal(format!("{what} {found:?}"), error.is_none(), found.is_ok());
            }
            "Algorithm.FromBytes" => {
                let algorithm: Algorithm =
                    input["algorithm"].as_str().expect("algorithm").parse().expect("known");
                let digest = Digest::of(algorithm, &base64(input["data_b64"].as_str().expect("data")));
                report.equal(what, vector["expected"]["digest"].as_str(), Some(digest.to_string().as_str()));
            }
            "Digest.Verifier" => check_verifier(vector, what, report),
            "digestset.Lookup" => {
                let query = input["query"].as_str().expect("query");
                if let Some(reason) = exclusions::lookup(query, &set_of(&input["set"])) {
                    report.exclude(reason);
                    return;
                }
                let found = match set_of(&input["set"]).lookup(query) {
                    Ok(digest) => Ok(digest.to_string()),
                    Err(ShortIdError::Ambiguous { .. }) => Err("ErrDigestAmbiguous"),
                    Err(_) => Err("ErrDigestNotFound"),
                };
                let expected = match error {
                    Some(error) => Err(error),
                    None => Ok(vector["expected"]["digest"].as_str().expect("digest").to_owned()),
                };
                report.equal(what, expected, found);
            }
            "digestset.ShortCodeTable" => {
                if let Some(reason) = exclusions::short_codes(&set_of(&input["set"])) {
                    report.exclude(reason);
                    return;
                }
                let at_least = input["length"].as_u64().expect("length");
                let codes = set_of(&input["set"]).short_codes(at_least as usize);
                let found: serde_json::Map<String, Value> =
                    codes.into_iter().map(|(digest, code)| (digest.to_string(), json!(code))).collect();
                report.equal(what, &vector["expected"], &Value::Object(found));
            }
            _ => report.exclude(exclusions::UNKNOWN_FUNCTION),
        }
    });
}

fn check_verifier(vector: &Value, what: String, report: &mut Report) {
    let input = &vector["input"];
    let digest = input["digest"].as_str().or_else(|| input.as_str()).expect("digest");
    let verified = Digest::parse_with(digest, Algorithms::ALL).is_ok_and(|digest| {
        let mut verifier = Verifier::new(digest);
        verifier.update(&base64(input["data_b64"].as_str().unwrap_or_default()));
        verifier.is_verified()
    });
    let expected = vector["expected"]["verified"].as_bool().unwrap_or(false);
    report.equal(what, expected, verified);
}
