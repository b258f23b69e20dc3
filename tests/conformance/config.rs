//! `config.json`

use layerglass::image::{CanonicalRules, ConfigFields, ImageConfig};
use layerglass::json;
use layerglass::limits::Limits;
use serde_json::Value;

use crate::exclusions;
use crate::report::Report;

pub fn check(text: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(text).expect("config.json");
    report.each(file["vectors"].as_array().expect("vectors"), |vector, report| {
        let raw = vector["raw"].as_str().expect("raw");
        let error = vector["go_decode"]["moby"]["error"].as_str();
        let what = format!("#{} {}: {raw:.200}", vector["id"], vector["reason"]);
        let parsed = ImageConfig::parse(raw, &Limits::default());
        if let Some(reason) = exclusions::config(error, parsed.as_ref()) {
            report.exclude(reason);
            return;
        }
        let found = parsed.as_ref().map(|_| ()).map_err(ToString::to_string);
        report.equal(format!("{what} ({error:?})"), error.is_none(), found.is_ok());
        let Ok(config) = parsed else { return };
        report.equal(&what, vector["sha256"].as_str(), Some(config.id().to_string().as_str()));
        report.equal(&what, raw.as_bytes(), config.raw());
        for rules in [CanonicalRules::Docker2020, CanonicalRules::Current] {
            let written = config.fields().canonical_json(rules);
            let mut read = ConfigFields::default();
            json::decode(&written, &mut read, &Limits::default())
                .expect("canonical JSON is JSON")
                .expect("fields");
            let again = String::from_utf8(read.canonical_json(rules)).expect("UTF-8");
            report.equal(&what, String::from_utf8(written).expect("UTF-8"), again);
        }
    });
}
