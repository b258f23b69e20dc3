//! `platform.json`

use layerglass::image::{Platform, PlatformMatcher};
use layerglass::limits::Limits;
use layerglass::manifest::{Descriptor, Document};
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
    let manifests = report.other_file("manifest.json").unwrap_or_default();
    let manifests: Value = serde_json::from_str(&manifests).unwrap_or_default();
    report.each(file["vectors"].as_array().expect("vectors"), |vector, report| {
        let function = vector["function"].as_str().expect("function");
        let input = &vector["input"];
        let expected = &vector["expected"];
        let what = format!("{function}({input}) #{}", vector["id"]);
        if let Some(reason) = exclusions::platform(input).filter(|_| function.starts_with("v1.")) {
            report.exclude(reason);
            return;
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
                let Ok(found) = found else { return };
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
            "v1.Platform.String/ParsePlatform" => check_loose(vector, what, report),
            "v1.Platform.Equals" => {
                let found = read(&input["a"]).is_same(&read(&input["b"]));
                report.equal(what, expected["equal"].as_bool(), Some(found));
            }
            "v1.Platform.Satisfies" => {
                let found = PlatformMatcher::satisfying(&read(&input["spec"])).matches(&read(&input["have"]));
                report.equal(what, expected["satisfies"].as_bool(), Some(found));
            }
            "libimage.NormalizePlatform" => {
                let asked = short(input);
                let mut found = asked.normalize();
                // podman puts a variant back that normalising takes away.
                if found.variant.is_empty() {
                    found.variant = asked.variant;
                }
                report.equal(what, short(expected), found);
            }
            "WantedPlatforms" => {
                let text = |key: &str| input[key].as_str().unwrap_or_default();
                let asked = Platform {
                    variant: text("VariantChoice").to_owned(),
                    ..Platform::new(text("OSChoice"), text("ArchitectureChoice"))
                };
                let expected: Vec<Platform> =
                    expected["platforms"].as_array().expect("platforms").iter().map(read).collect();
                report.equal(what, &expected[..], PlatformMatcher::containers_image(&asked).wanted());
            }
            "ChooseInstance" => check_choice(vector, what, &manifests, report),
            _ => report.exclude(exclusions::UNKNOWN_FUNCTION),
        }
    });
}

fn check_loose(vector: &Value, what: String, report: &mut Report) {
    let expected = &vector["expected"];
    match vector["input"].as_str() {
        None => {
            let platform = read(&vector["input"]);
            let text = platform.loose();
            report.equal(&what, expected["string"].as_str(), Some(text.as_str()));
            // Features are not in the text, and without an operating system nothing is.
            let parts = Platform { os_features: Vec::new(), ..platform };
            let parts = if text.is_empty() { Platform::default() } else { parts };
            report.equal(what, Some(parts), Platform::parse_loose(&text));
        }
        Some(text) => {
            let found = Platform::parse_loose(text);
            if vector["error"].is_string() {
                report.equal(what, None, found);
            } else {
                let platform = expected.get("platform").unwrap_or(expected);
                report.equal(what, Some(read(platform)), found);
            }
        }
    }
}

/// A platform under podman's keys.
fn short(value: &Value) -> Platform {
    let text = |key: &str| value[key].as_str().unwrap_or_default();
    Platform { variant: text("variant").to_owned(), ..Platform::new(text("os"), text("arch")) }
}

/// Which entry of a list containers/image takes. The list is a vector of `manifest.json`.
fn check_choice(vector: &Value, what: String, manifests: &Value, report: &mut Report) {
    let input = &vector["input"];
    let fixture = &input["fixture"];
    let is_fixture = |vector: &&Value| {
        vector["source"] == *fixture || vector["also"].as_array().is_some_and(|also| also.contains(fixture))
    };
    let Some(list) = manifests["vectors"].as_array().into_iter().flatten().find(is_fixture) else {
        return report.exclude("the list to choose from is not in manifest.json");
    };
    let raw = list["raw"].as_str().expect("raw");
    let Ok(Document::Index(index)) = Document::parse(raw, None, &Limits::default()) else {
        panic!("the list to choose from is none");
    };
    let matcher = PlatformMatcher::containers_image(&short(input));
    let platform = |descriptor: &&Descriptor| descriptor.platform.clone().unwrap_or_default();
    let mut entries: Vec<&Descriptor> = index.manifests().iter().collect();
    matcher.sort_by_key(&mut entries, platform);
    let found = entries.into_iter().find(|entry| matcher.matches(&platform(entry)));
    let expected = vector["expected"]["digest"].as_str();
    report.equal(what, expected, found.map(|found| found.digest.as_str()));
}
