//! `platform.json`

use layerglass::image::{Platform, PlatformMatcher};
use serde_json::{Value, json};

use crate::exclusions;
use crate::report::Report;

fn host() -> Platform {
    Platform::new("linux", "amd64")
}

fn parse(value: &Value) -> Platform {
    Platform::parse(value.as_str().expect("text"), &host()).expect("a platform")
}

/// A platform with either style of keys.
fn read(value: &Value) -> Platform {
    let text =
        |keys: [&str; 2]| keys.iter().find_map(|key| value[*key].as_str()).unwrap_or_default().to_owned();
    let features = ["OSFeatures", "os.features"].iter().find_map(|key| value[*key].as_array());
    Platform {
        os: text(["OS", "os"]),
        architecture: text(["Architecture", "architecture"]),
        variant: text(["Variant", "variant"]),
        os_version: text(["OSVersion", "os.version"]),
        os_features: features
            .into_iter()
            .flatten()
            .map(|text| text.as_str().expect("text").to_owned())
            .collect(),
    }
}

fn matcher(function: &str, platform: &Platform) -> PlatformMatcher {
    match function {
        "OnlyStrict(p).Match" => PlatformMatcher::only_strict(platform),
        "OnlyOS(p).Match" | "OnlyOS(p) sort order" => PlatformMatcher::only_os(platform),
        _ => PlatformMatcher::only(platform),
    }
}

pub fn check(text: &str, report: &mut Report) {
    let file: Value = serde_json::from_str(text).expect("platform.json");
    for vector in file["vectors"].as_array().expect("vectors") {
        let function = vector["function"].as_str().expect("function");
        let input = &vector["input"];
        let expected = &vector["expected"];
        let what = format!("{function}({input}) #{}", vector["id"]);
        if let Some(reason) = exclusions::platform(function) {
            report.exclude(reason);
            continue;
        }
        match function {
            "Only(p).Match" | "OnlyStrict(p).Match" | "OnlyOS(p).Match" => {
                let found =
                    matcher(function, &parse(&input["platform"])).matches(&parse(&input["candidate"]));
                report.equal(what, expected["match"].as_bool(), Some(found));
            }
            "OnlyOS(p) sort order" | "sort by MatchComparer with os features" => {
                let mut offered: Vec<&Value> =
                    input["platforms"].as_array().expect("platforms").iter().collect();
                let matcher = matcher(function, &parse(&input["platform"]));
                matcher.sort_by_key(&mut offered, |text| parse(text));
                report.equal(what, &expected["sorted"], &json!(offered));
            }
            "Parse" => {
                let found = Platform::parse(input.as_str().expect("text"), &host());
                match vector["error"].as_str() {
                    Some(_) => report.equal(what, true, found.is_err()),
                    None => report.equal(what, Ok(read(&expected["platform"])), found),
                }
            }
            "FormatAll" => {
                report.equal(what, expected["string"].as_str(), Some(read(input).full_specifier().as_str()))
            }
            "Parse/Normalize/Format" => {
                let found = Platform::parse(input.as_str().expect("text"), &host());
                let expected = &expected["containerd"];
                report.equal(&what, expected["ok"].is_object(), found.is_ok());
                let Ok(found) = found else { continue };
                let expected = &expected["ok"];
                report.equal(&what, read(&expected["platform"]), found.clone());
                report.equal(&what, read(&expected["normalized"]), found.normalize());
                report.equal(&what, expected["format"].as_str(), Some(found.specifier().as_str()));
                report.equal(&what, expected["format_all"].as_str(), Some(found.full_specifier().as_str()));
            }
            "match matrix (wanted=input, candidate=key)" => {
                let wanted = parse(input);
                for (candidate, expected) in expected.as_object().expect("object") {
                    let candidate_platform = parse(&json!(candidate));
                    let only = PlatformMatcher::only(&wanted).matches(&candidate_platform);
                    let strict = PlatformMatcher::only_strict(&wanted).matches(&candidate_platform);
                    let found = json!({ "only": only, "only_strict": strict, "matcher": strict });
                    report.equal(format!("{what} {candidate}"), expected, &found);
                }
            }
            other => panic!("unknown function {other}"),
        }
    }
}
