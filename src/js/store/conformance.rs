//! The suite for backends, run on one that is written in JavaScript.

use js_sys::Promise;
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use super::start;
use crate::js::backend::{GuardedBackend, JsBackend};
use crate::js::value::to_js;
use crate::store::conformance;

/// One check of `ConformanceReport`.
#[derive(Serialize)]
struct CheckData<'a> {
    name: &'a str,
    outcome: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// Runs the suite of checks on a backend: a promise of the checks of `ConformanceReport`.
#[wasm_bindgen(js_name = runConformance)]
pub fn run_conformance(backend: GuardedBackend) -> Promise {
    let backend = JsBackend::new(backend);
    start(async move {
        let report = conformance::run(&backend).await;
        let checks = report.checks.iter().map(|(name, outcome)| match outcome {
            conformance::Outcome::Passed => CheckData { name, outcome: "passed", reason: None },
            conformance::Outcome::NotOffered => CheckData { name, outcome: "not-offered", reason: None },
            conformance::Outcome::Failed(reason) => {
                CheckData { name, outcome: "failed", reason: Some(reason.as_str()) }
            }
        });
        to_js(&checks.collect::<Vec<_>>())
    })
}
