//! Looking after a store: verifying, repairing, collecting what nothing refers to.

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::{StoreHandle, id, thrown};
use crate::js::object::wrong;
use crate::js::value::{plain, to_js};
use crate::store::{GcOptions, Problem, ProblemKind, RepairAction, RepairPlan};

/// Every kind of problem, so that one can be found by its name.
const KINDS: [ProblemKind; 20] = [
    ProblemKind::ContentCorrupt,
    ProblemKind::ContentInvalid,
    ProblemKind::ContentUnreadable,
    ProblemKind::OsUnsupported,
    ProblemKind::LayerMissing,
    ProblemKind::LayerFailed,
    ProblemKind::ParentInvalid,
    ProblemKind::ParentMissing,
    ProblemKind::ParentCycle,
    ProblemKind::MetadataOrphan,
    ProblemKind::MetadataUnreadable,
    ProblemKind::NamesUnreadable,
    ProblemKind::NameInvalid,
    ProblemKind::NameDangling,
    ProblemKind::UsersInvalid,
    ProblemKind::UsersOrphan,
    ProblemKind::JournalInvalid,
    ProblemKind::JournalPending,
    ProblemKind::Foreign,
    ProblemKind::More,
];

fn text(value: &JsValue, name: &str) -> Option<String> {
    Reflect::get(value, &name.into()).ok()?.as_string()
}

fn problem(value: &JsValue) -> Result<Problem, JsValue> {
    let wrong = || wrong("problem", "it is none that a store reported");
    let name = text(value, "kind").ok_or_else(wrong)?;
    let is_named =
        |kind: &ProblemKind| plain(kind).ok().and_then(|kind| kind.as_string()).as_ref() == Some(&name);
    let kind = KINDS.into_iter().find(is_named).ok_or_else(wrong)?;
    let (key, reason) = (text(value, "key").ok_or_else(wrong)?, text(value, "reason").ok_or_else(wrong)?);
    let id = text(value, "id").as_deref().map(id).transpose()?;
    Ok(Problem { kind, key, id, reason })
}

fn action(value: &JsValue) -> Result<RepairAction, JsValue> {
    let wrong = || wrong("plan", "there is an action that is none");
    let key = || text(value, "key").ok_or_else(wrong);
    let image = || id(&text(value, "id").ok_or_else(wrong)?);
    match text(value, "type").as_deref() {
        Some("setAside") => Ok(RepairAction::SetAside { key: key()? }),
        Some("delete") => Ok(RepairAction::Delete { key: key()? }),
        Some("clearParent") => Ok(RepairAction::ClearParent { id: image()? }),
        Some("untag") => Ok(RepairAction::Untag { id: image()? }),
        _ => Err(wrong()),
    }
}

fn all<T>(values: &JsValue, read: impl Fn(&JsValue) -> Result<T, JsValue>) -> Result<Vec<T>, JsValue> {
    let values: &Array = values.dyn_ref().ok_or_else(|| wrong("list", "it is none"))?;
    values.iter().map(|value| read(&value)).collect()
}

/// `RepairPlan` for `Problem[]`.
#[wasm_bindgen(js_name = planRepair)]
pub fn plan_repair(problems: &JsValue) -> Result<JsValue, JsValue> {
    to_js(&RepairPlan::for_problems(&all(problems, problem)?))
}

#[wasm_bindgen]
impl StoreHandle {
    /// Looks at everything again, calling a function with each key and its problem: a promise of `VerifyReport`.
    pub fn verify(&self, progress: Option<Function>) -> Result<Promise, JsValue> {
        self.run(|store| async move {
            let told = |key: &str, problem: Option<&Problem>| {
                if let (Some(progress), Ok(problem)) = (&progress, to_js(&problem)) {
                    // The package's own function: it passes on what the caller's throws.
                    let _ = progress.call2(&JsValue::UNDEFINED, &key.into(), &problem);
                }
            };
            to_js(&store.verify(told).await.map_err(thrown)?)
        })
    }

    /// Does the actions of a plan: a promise of `RepairReport`.
    pub fn repair(&self, actions: &JsValue) -> Result<Promise, JsValue> {
        let plan = RepairPlan { actions: all(actions, action)?, unrepaired: Vec::new() };
        self.run(|store| async move { to_js(&store.repair(&plan).await.map_err(thrown)?) })
    }

    /// Removes what nothing refers to: a promise of `GcReport`.
    pub fn gc(&self, dry_run: bool, unnamed_images: bool, damaged: bool) -> Result<Promise, JsValue> {
        let options = GcOptions { dry_run, unnamed_images, damaged };
        self.run(|store| async move { to_js(&store.gc(options).await.map_err(thrown)?) })
    }

    /// Reads everything anew: a promise of `Problem[]`.
    pub fn reload(&self) -> Result<Promise, JsValue> {
        self.run(|store| async move { to_js(&store.reload().await.map_err(thrown)?) })
    }

    /// Writes the names in the current form.
    pub fn flush(&self) -> Result<Promise, JsValue> {
        self.run(|store| async move {
            store.flush().await.map_err(thrown)?;
            Ok(JsValue::UNDEFINED)
        })
    }
}
