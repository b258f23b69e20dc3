//! Configs, member by member.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::archive::ImageData;
use crate::image::{HealthcheckData, RunConfigData};

/// A member of the config that differs. Lists are told as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigDifference {
    /// Its name as in [`RunConfigData`], such as `env`; or `platform`, `author` or `created`.
    pub member: &'static str,
    /// Name within it: of a variable, a port, a volume, a label, or a part of the health check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What the first image has; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What the second image has; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Values of one image: by member in the order in which they are told, and by name within it.
type Members = Vec<(&'static str, BTreeMap<Option<String>, String>)>;

/// The members that differ, in the order of the config.
pub(super) fn differences(before: &ImageData, after: &ImageData) -> Vec<ConfigDifference> {
    let mut found = Vec::new();
    for ((member, old), (_, new)) in members(before).into_iter().zip(members(after)) {
        let mut keys = BTreeSet::new();
        keys.extend(old.keys().chain(new.keys()));
        for key in keys {
            let (before, after) = (old.get(key), new.get(key));
            if before != after {
                let (key, before, after) = (key.clone(), before.cloned(), after.cloned());
                found.push(ConfigDifference { member, key, before, after });
            }
        }
    }
    found
}

fn members(image: &ImageData) -> Members {
    let none = RunConfigData::default();
    let config = image.config.as_ref().unwrap_or(&none);
    let named = |list: &[String]| list.iter().map(|name| (Some(name.clone()), name.clone())).collect();
    let json = |list: &Option<Vec<String>>| single(list.as_deref().map(list_text));
    // Of a variable that is set twice, the last counts.
    let variables = config.env.iter().map(|variable| {
        let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
        (Some(name.to_owned()), value.to_owned())
    });
    let labels = config.labels.iter().map(|(name, value)| (Some(name.clone()), value.clone()));
    vec![
        ("platform", single(image.platform.as_ref().map(ToString::to_string))),
        ("created", single(image.created.clone())),
        ("author", single(image.author.clone())),
        ("user", text(&config.user)),
        ("env", variables.collect()),
        ("entrypoint", json(&config.entrypoint)),
        ("cmd", json(&config.cmd)),
        ("workingDir", text(&config.working_dir)),
        ("exposedPorts", named(&config.exposed_ports)),
        ("volumes", named(&config.volumes)),
        ("labels", labels.collect()),
        ("stopSignal", single(config.stop_signal.clone())),
        ("healthcheck", config.healthcheck.as_ref().map(health).unwrap_or_default()),
        ("shell", json(&config.shell)),
        ("onBuild", single((!config.on_build.is_empty()).then(|| list_text(&config.on_build)))),
    ]
}

fn single(value: Option<String>) -> BTreeMap<Option<String>, String> {
    value.map(|value| (None, value)).into_iter().collect()
}

fn text(value: &str) -> BTreeMap<Option<String>, String> {
    single((!value.is_empty()).then(|| value.to_owned()))
}

fn health(check: &HealthcheckData) -> BTreeMap<Option<String>, String> {
    let times = [
        ("interval", check.interval),
        ("timeout", check.timeout),
        ("startPeriod", check.start_period),
        ("startInterval", check.start_interval),
    ];
    // What is 0 is inherited.
    let mut parts: BTreeMap<_, _> = times
        .into_iter()
        .filter(|(_, time)| *time != 0)
        .map(|(name, time)| (Some(name.to_owned()), seconds(time)))
        .collect();
    if check.retries != 0 {
        parts.insert(Some("retries".to_owned()), check.retries.to_string());
    }
    parts.insert(Some("test".to_owned()), list_text(&check.test));
    parts
}

/// Nanoseconds as seconds, exactly.
fn seconds(nanos: i64) -> String {
    const SECOND: u64 = 1_000_000_000;
    let sign = if nanos < 0 { "-" } else { "" };
    let (whole, part) = (nanos.unsigned_abs() / SECOND, nanos.unsigned_abs() % SECOND);
    if part == 0 {
        return format!("{sign}{whole} s");
    }
    let part = format!("{part:09}");
    format!("{sign}{whole}.{} s", part.trim_end_matches('0'))
}

/// A list of texts as JSON, with nothing escaped that need not be.
fn list_text(list: &[String]) -> String {
    let mut out = String::from("[");
    for (index, text) in list.iter().enumerate() {
        out.push_str(if index > 0 { ",\"" } else { "\"" });
        for c in text.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
                _ => out.push(c),
            }
        }
        out.push('"');
    }
    out.push(']');
    out
}
