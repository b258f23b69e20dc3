//! Problems of a store, and what is done about them.

use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::given::id;
use super::thrown::Thrown;
use crate::js::object::wrong;
use crate::js::value::{plain, to_js};
use crate::store::{Problem, ProblemKind, RepairAction, RepairPlan};

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

fn problem(value: &JsValue) -> Result<Problem, Thrown> {
    let wrong = || wrong("problem", "it is none that a store reported");
    let name = text(value, "kind").ok_or_else(wrong)?;
    let is_named =
        |kind: &ProblemKind| plain(kind).ok().and_then(|kind| kind.as_string()).as_ref() == Some(&name);
    let kind = KINDS.into_iter().find(is_named).ok_or_else(wrong)?;
    let (key, reason) = (text(value, "key").ok_or_else(wrong)?, text(value, "reason").ok_or_else(wrong)?);
    let id = text(value, "id").as_deref().map(id).transpose()?;
    Ok(Problem { kind, key, id, reason })
}

fn action(value: &JsValue) -> Result<RepairAction, Thrown> {
    let wrong = || wrong("plan", "there is an action that is none");
    let key = || text(value, "key").ok_or_else(wrong);
    let image = || id(&text(value, "id").ok_or_else(wrong)?);
    match text(value, "type").as_deref() {
        Some("setAside") => Ok(RepairAction::SetAside { key: key()? }),
        Some("delete") => Ok(RepairAction::Delete { key: key()? }),
        Some("clearParent") => Ok(RepairAction::ClearParent { id: image()? }),
        Some("untag") => Ok(RepairAction::Untag { id: image()? }),
        _ => Err(wrong().into()),
    }
}

fn all<T>(values: &JsValue, read: impl Fn(&JsValue) -> Result<T, Thrown>) -> Result<Vec<T>, Thrown> {
    let values: &Array = values.dyn_ref().ok_or_else(|| wrong("list", "it is none"))?;
    values.iter().map(|value| read(&value)).collect()
}

/// The actions of a `RepairPlan`.
pub(super) fn actions(values: &JsValue) -> Result<Vec<RepairAction>, Thrown> {
    all(values, action)
}

/// `RepairPlan` for `Problem[]`.
#[wasm_bindgen(js_name = planRepair)]
pub fn plan_repair(problems: &JsValue) -> Result<JsValue, JsValue> {
    to_js(&RepairPlan::for_problems(&all(problems, problem)?))
}
