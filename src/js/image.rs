//! Configurations.

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::argument::ArgumentError;
use super::error::to_thrown;
use super::proto::restore_proto;
use super::value::to_js;
use super::written::argument;
use crate::finding::ErrorData;
use crate::image::{
    CanonicalRules, ChildConfig, DiffId, Identity, ImageConfig, ImageConfigData, Platform, RunConfig,
    Timestamp,
};
use crate::json::{decode_struct, size};
use crate::limits::Limits;

/// A configuration from its exact bytes.
fn parse(bytes: Vec<u8>) -> Result<ImageConfig, JsValue> {
    ImageConfig::parse(bytes, &Limits::default()).map_err(to_thrown)
}

/// Rules by name.
pub(super) fn rules(name: &str) -> Result<CanonicalRules, JsValue> {
    match name {
        "docker2020" => Ok(CanonicalRules::Docker2020),
        "current" => Ok(CanonicalRules::Current),
        _ => Err(wrong("rules", "they are none of docker2020, current")),
    }
}

pub(super) fn wrong(what: &'static str, reason: &str) -> JsValue {
    to_thrown(ArgumentError { what, reason: reason.to_owned() })
}

/// `ImageConfigData` of a configuration's exact bytes.
#[wasm_bindgen(js_name = parseImageConfig)]
pub fn parse_image_config(bytes: Vec<u8>) -> Result<JsValue, JsValue> {
    let config = parse(bytes)?;
    let data = ImageConfigData::from(&config);
    let value = to_js(&data)?;
    restore_proto(&value, &["config", "labels"], &data.config.labels)?;
    Ok(value)
}

/// `RunConfigDetails` of the package.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Details<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<IdentityData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<IdentityData>,
    ports: Vec<PortData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "stop_timeout")]
    stop_timeout: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum IdentityData {
    Id(u32),
    Name(String),
}

impl From<Identity> for IdentityData {
    fn from(identity: Identity) -> Self {
        match identity {
            Identity::Id(id) => Self::Id(id),
            Identity::Name(name) => Self::Name(name),
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum PortData<'a> {
    Port { text: &'a str, first: u16, last: u16, protocol: String },
    Wrong { text: &'a str, error: ErrorData },
}

fn stop_timeout<S: serde::Serializer>(seconds: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    match seconds {
        Some(seconds) => size::serialize_signed(seconds, serializer),
        None => serializer.serialize_none(),
    }
}

/// What containers run as, and the ports in their parts.
#[wasm_bindgen(js_name = runConfigDetails)]
pub fn run_config_details(bytes: Vec<u8>) -> Result<JsValue, JsValue> {
    let config = parse(bytes)?;
    let run = config.run_config();
    let user = run.user_and_group();
    let ports = run.ports().map(|(text, port)| match port {
        Ok(port) => PortData::Port { text, first: port.first, last: port.last, protocol: port.protocol },
        Err(error) => PortData::Wrong { text, error: ErrorData::of(&error) },
    });
    to_js(&Details {
        user: user.user.map(IdentityData::from),
        group: user.group.map(IdentityData::from),
        ports: ports.collect(),
        stop_timeout: run.stop_timeout,
    })
}

/// `ErrorData[]`: what is wrong with a configuration that can be read.
#[wasm_bindgen(js_name = checkImageConfig)]
pub fn check_image_config(bytes: Vec<u8>) -> Result<JsValue, JsValue> {
    let config = parse(bytes)?;
    let mut errors = Vec::new();
    for checked in [config.rootfs().check(), config.fields().check_history()] {
        if let Err(error) = checked {
            errors.push(ErrorData::of(&error));
        }
    }
    for (_, port) in config.run_config().ports() {
        if let Err(error) = port {
            errors.push(ErrorData::of(&error));
        }
    }
    to_js(&errors)
}

/// The bytes that Docker writes for a configuration.
#[wasm_bindgen(js_name = canonicalJson)]
pub fn canonical_json(bytes: Vec<u8>, rules_name: &str) -> Result<Vec<u8>, JsValue> {
    Ok(parse(bytes)?.fields().canonical_json(rules(rules_name)?))
}

/// Whether Docker's build cache takes one configuration for the other.
#[wasm_bindgen(js_name = cacheEquals)]
pub fn cache_equals(one: Vec<u8>, other: Vec<u8>) -> Result<bool, JsValue> {
    Ok(parse(one)?.run_config().cache_eq(parse(other)?.run_config()))
}

/// `ChildOptions` of the package, in Docker's names where it has them.
#[derive(Default)]
struct Child {
    created: Option<Timestamp>,
    container: String,
    author: String,
    comment: String,
    diff_id: DiffId,
    container_config: RunConfig,
    config: Option<RunConfig>,
    docker_version: String,
    os: String,
}

decode_struct!(Child {
    "created" => created,
    "container" => container,
    "author" => author,
    "comment" => comment,
    "diffId" => diff_id,
    "containerConfig" => container_config,
    "config" => config,
    "dockerVersion" => docker_version,
    "os" => os,
});

/// The bytes of a configuration that is made from another one.
#[wasm_bindgen(js_name = childConfig)]
pub fn child_config(parent: Vec<u8>, child: &str, host: &str, rules_name: &str) -> Result<Vec<u8>, JsValue> {
    let parent = parse(parent)?;
    let child: Child = argument(child)?;
    let host: Platform = argument(host)?;
    let Some(created) = child.created else {
        return Err(wrong("child", "it does not say when it is `created`"));
    };
    let child = ChildConfig {
        created,
        container_id: child.container,
        author: child.author,
        comment: child.comment,
        diff_id: child.diff_id,
        container_config: child.container_config,
        config: child.config,
        docker_version: child.docker_version,
        os: if child.os.is_empty() { parent.fields().os.clone() } else { child.os },
    };
    Ok(parent.fields().child(child, &host).canonical_json(rules(rules_name)?))
}
