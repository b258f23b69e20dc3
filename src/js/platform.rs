//! Platforms. They come in as JSON in the members of a configuration, so that a wrong one is named.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_thrown;
use super::image::wrong;
use super::value::to_js;
use super::written::argument;
use crate::image::{Platform, PlatformMatcher};

fn matcher(platform: &str, rule: &str) -> Result<PlatformMatcher, JsValue> {
    let platform: Platform = argument(platform)?;
    match rule {
        "compatible" => Ok(PlatformMatcher::only(&platform)),
        "none" => Ok(PlatformMatcher::only_strict(&platform)),
        "system" => Ok(PlatformMatcher::only_os(&platform)),
        "containers-image" => Ok(PlatformMatcher::containers_image(&platform)),
        "satisfying" => Ok(PlatformMatcher::satisfying(&platform)),
        _ => Err(wrong("rule", "it is none of compatible, none, system, containers-image, satisfying")),
    }
}

/// `PlatformData` of a specifier.
#[wasm_bindgen(js_name = parsePlatform)]
pub fn parse_platform(specifier: &str, host: &str) -> Result<JsValue, JsValue> {
    to_js(&Platform::parse(specifier, &argument(host)?).map_err(to_thrown)?)
}

/// `PlatformData` under the names that are compared.
#[wasm_bindgen(js_name = normalizePlatform)]
pub fn normalize_platform(platform: &str) -> Result<JsValue, JsValue> {
    to_js(&argument::<Platform>(platform)?.normalize())
}

/// `PlatformData` with what it lacks from the host.
#[wasm_bindgen(js_name = platformOrHost)]
pub fn platform_or_host(platform: &str, host: &str) -> Result<JsValue, JsValue> {
    to_js(&argument::<Platform>(platform)?.or_host(&argument(host)?))
}

/// The specifier of a platform; a full one has version and features of the operating system.
#[wasm_bindgen(js_name = formatPlatform)]
pub fn format_platform(platform: &str, full: bool) -> Result<String, JsValue> {
    let platform: Platform = argument(platform)?;
    Ok(if full { platform.full_specifier() } else { platform.specifier() })
}

/// Whether an offered platform serves for a wanted one.
#[wasm_bindgen(js_name = platformMatches)]
pub fn platform_matches(wanted: &str, rule: &str, offered: &str) -> Result<bool, JsValue> {
    Ok(matcher(wanted, rule)?.matches(&argument(offered)?))
}

/// The places of the offered platforms, the best first.
#[wasm_bindgen(js_name = sortPlatforms)]
pub fn sort_platforms(wanted: &str, rule: &str, offered: &str) -> Result<Vec<u32>, JsValue> {
    let matcher = matcher(wanted, rule)?;
    let offered: Vec<Platform> = argument(offered)?;
    let mut places: Vec<(u32, Platform)> = (0..).zip(offered).collect();
    matcher.sort_by_key(&mut places, |(_, platform)| platform.clone());
    Ok(places.into_iter().map(|(place, _)| place).collect())
}
