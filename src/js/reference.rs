//! References.
//!
//! A reference crosses as the places of its parts in one number, from which the package slices texts when asked for
//! them. Only errors, and texts that do not fit that number, go through the serialiser.

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::digest::{algorithms, parse as parse_digest};
use super::error::to_thrown;
use super::short_ids::ShortIds;
use super::value::to_js;
use crate::reference::quick::{self, Places};
use crate::reference::{Pattern, Reference, ReferenceError, Rules, sort};

/// What [`locate_reference`] gives for a text that is no reference.
const INVALID: f64 = -1.0;
/// What it gives when [`parse_reference`] has to be asked.
const TOO_LONG: f64 = -2.0;
/// The form that completes short names.
const NORMALIZED: u32 = 1;
/// Bits of each offset.
const OFFSET_BITS: u32 = 13;
/// What normalising puts before a text.
const ADDED: [&str; 4] = ["", "docker.io/", "docker.io/library/", "sha256:"];
/// Bytes that it takes away from the start: `docker.io/` and `index.docker.io/`.
const REMOVED: [usize; 3] = [0, 10, 16];
/// Where the familiar form can start.
const FAMILIAR: [usize; 3] = [0, 10, 18];

/// A reference and the places of its parts in it.
#[derive(Serialize)]
struct Parts<'a> {
    text: &'a str,
    domain: usize,
    name: usize,
    tag: usize,
    familiar: usize,
}

impl<'a> From<&'a Reference> for Parts<'a> {
    fn from(reference: &'a Reference) -> Self {
        let name = reference.name().len();
        Self {
            text: reference.as_str(),
            domain: reference.domain().len(),
            name,
            tag: name + reference.tag().map_or(0, |tag| tag.len() + 1),
            familiar: reference.as_str().len() - reference.familiar().len(),
        }
    }
}

impl Parts<'_> {
    /// The places in one number, when the text is made of the given one.
    fn pack(&self, given: &str) -> Option<f64> {
        let is_made_of = |added: &str, removed: usize| {
            given.get(removed..).is_some_and(|rest| self.text.strip_prefix(added) == Some(rest))
        };
        let Self { domain, name, tag, familiar, .. } = *self;
        for added in ADDED {
            for removed in REMOVED {
                if is_made_of(added, removed) {
                    return pack(Places { removed, added, domain, name, tag, familiar });
                }
            }
        }
        None
    }
}

/// Everything in one number, from the highest bits: where tag, name and domain end, 13 bits each; then the places in
/// [`FAMILIAR`], [`ADDED`] and [`REMOVED`], 2 bits each. `None` when one of them does not fit.
fn pack(places: Places) -> Option<f64> {
    let Places { removed, added, domain, name, tag, familiar } = places;
    if tag >> OFFSET_BITS != 0 {
        return None;
    }
    let familiar = FAMILIAR.iter().position(|&start| start == familiar)?;
    // The texts differ in length.
    let added = ADDED.iter().position(|text| text.len() == added.len())?;
    let removed = REMOVED.iter().position(|&length| length == removed)?;
    let low = name << OFFSET_BITS | domain;
    let low = low << 6 | familiar << 4 | added << 2 | removed;
    Some(tag as f64 * 4_294_967_296.0 + low as f64)
}

/// How a text is read. The package makes the number in `pkg/src/reference-mode.ts`.
struct Mode {
    form: u32,
    algorithms: u32,
    rules: Rules,
}

impl Mode {
    fn new(bits: u32) -> Self {
        let bit = |bit: u32| bits >> bit & 1 == 1;
        let mut rules = Rules::CURRENT;
        rules.uppercase_domain = bit(3);
        rules.ipv6_domain = bit(4);
        rules.domain_counts = bit(5);
        rules.algorithms = algorithms(bits >> 6);
        Self { form: bits & 7, algorithms: bits >> 6, rules }
    }

    fn parse(&self, text: &str) -> Result<Reference, ReferenceError> {
        let rules = &self.rules;
        match self.form {
            0 => Reference::parse_by(text, rules),
            NORMALIZED => Reference::parse_normalized_by(text, rules),
            2 => Reference::parse_any_by(text, rules),
            3 => Reference::parse_canonical_by(text, rules),
            4 => Reference::parse_docker_by(text, rules),
            5 => Reference::from_name(text),
            _ => parse_digest(text, self.algorithms)
                .map(Reference::from)
                .map_err(|error| ReferenceError::Digest { error, offset: 0 }),
        }
    }
}

/// The places of a reference's parts in one number (see [`pack`]); -1 for a text that is no reference, -2 when
/// [`parse_reference`] has to tell.
#[wasm_bindgen(js_name = locateReference)]
pub fn locate_reference(text: &str, mode: u32) -> f64 {
    let mode = Mode::new(mode);
    if mode.form == NORMALIZED
        && let Some(packed) = quick::normalized(text, &mode.rules).and_then(pack)
    {
        return packed;
    }
    match mode.parse(text) {
        Ok(reference) => Parts::from(&reference).pack(text).unwrap_or(TOO_LONG),
        Err(_) => INVALID,
    }
}

/// `{ text, domain, name, tag, familiar }` of a reference: its text, where its parts end, where its familiar form starts.
#[wasm_bindgen(js_name = parseReference)]
pub fn parse_reference(text: &str, mode: u32) -> Result<JsValue, JsValue> {
    to_js(&Parts::from(&Mode::new(mode).parse(text).map_err(to_thrown)?))
}

/// The same for whatever Docker took for an image, with the short ids of a set.
#[wasm_bindgen(js_name = parseReferenceWithIds)]
pub fn parse_reference_with_ids(text: &str, ids: &ShortIds) -> Result<JsValue, JsValue> {
    to_js(&Parts::from(&ids.with(|ids| Reference::parse_any_with(text, ids))?.map_err(to_thrown)?))
}

/// Whether a tag (or else a digest) can be put to a reference; what lacks a name takes neither.
#[wasm_bindgen(js_name = checkReferencePart)]
pub fn check_reference_part(part: &str, is_tag: bool, named: bool) -> Result<(), JsValue> {
    if !named {
        return Err(to_thrown(ReferenceError::NoName));
    }
    let name = Reference::from_name("a").map_err(to_thrown)?;
    let checked = if is_tag { name.with_tag(part) } else { name.with_digest(part) };
    checked.map(|_| ()).map_err(to_thrown)
}

/// Whether a shell pattern fits one of some texts.
#[wasm_bindgen(js_name = patternMatches)]
pub fn pattern_matches(pattern: &str, texts: Vec<String>) -> Result<bool, JsValue> {
    let pattern = Pattern::parse(pattern).map_err(to_thrown)?;
    Ok(texts.iter().any(|text| pattern.matches(text)))
}

/// Texts in the order of references.
#[wasm_bindgen(js_name = sortReferences)]
pub fn sort_references(texts: Vec<String>) -> Vec<String> {
    sort(&texts)
}
