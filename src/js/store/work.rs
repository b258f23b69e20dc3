//! What a store does with its backend.

use std::rc::Rc;

use js_sys::{Function, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::given::Given;
use super::thrown::Thrown;
use super::{Store, batch, state, text, text_if_any, texts, upkeep};
use crate::js::object::wrong;
use crate::js::value::to_js;
use crate::store::{ChildPolicy, CreateOptions, DeletePolicy, GcOptions, LeaseOptions, Problem, RepairPlan};

/// Does a piece of work of `StoreWork`. It is one future for all, so that the machinery around it is there once.
pub(super) async fn perform(store: Rc<Store>, work: String, given: Given) -> Result<JsValue, Thrown> {
    Ok(match work.as_str() {
        "raw" => bytes(&store.raw(&given.id(0)?).await?),
        "create" => {
            let options = CreateOptions { parent: given.id_if_any(1)?, built_locally: given.flag(2) };
            text(store.create(&given.bytes(0)?, options).await?)
        }
        "addAll" => batch::add_all(&store, &given.value(0), &given.value(1)).await?,
        "delete" => {
            let policy = DeletePolicy { children: child_policy(&given.text(1)?)?, missing_ok: given.flag(2) };
            to_js(&store.delete(&given.id(0)?, policy).await?)?
        }
        "setParent" => nothing(store.set_parent(&given.id(0)?, given.id_if_any(1)?).await?),
        "touch" => nothing(store.touch(&given.id(0)?).await?),
        "lastUpdated" => text_if_any(store.last_updated(&given.id(0)?).await?),
        "isBuiltLocally" => store.is_built_locally(&given.id(0)?).await?.into(),
        "setBuiltLocally" => nothing(store.set_built_locally(&given.id(0)?).await?),
        "metadata" => {
            let value = store.metadata(&given.id(0)?, &given.text(1)?).await?;
            value.map_or(JsValue::UNDEFINED, |value| bytes(&value))
        }
        "setMetadata" => {
            let value = given.bytes_if_any(2)?;
            nothing(store.set_metadata(&given.id(0)?, &given.text(1)?, value.as_deref()).await?)
        }
        "tag" => to_js(&store.tag(&given.reference(0)?, given.id(1)?, given.flag(2)).await?)?,
        "addDigest" => to_js(&store.add_digest(&given.reference(0)?, given.id(1)?).await?)?,
        "untag" => to_js(&store.untag(&given.reference(0)?).await?)?,
        "untagRepository" => to_js(&store.untag_repository(&given.reference(0)?).await?)?,
        "untagAll" => to_js(&store.untag_all(&given.id(0)?).await?)?,
        "lease" => {
            let expires = given.value(3).as_f64().map(|seconds| seconds as i64);
            let options = LeaseOptions { persist: given.flag(2), expires };
            nothing(store.lease(&given.id(0)?, &given.text(1)?, options).await?)
        }
        "returnLease" => store.return_lease(&given.id(0)?, &given.text(1)?).await?.into(),
        "users" => texts(store.users(&given.id(0)?).await?),
        "state" => state::to_parts(&store.state(&given.id(0)?).await?),
        "writeState" => {
            let (before, after) = (state::from_parts(&given.value(1))?, state::from_parts(&given.value(2))?);
            state::write(&store, &given.id(0)?, &before, &after).await?.into()
        }
        "verify" => {
            let progress: Option<Function> = given.value(0).dyn_into().ok();
            let told = |key: &str, problem: Option<&Problem>| {
                if let (Some(progress), Ok(problem)) = (&progress, to_js(&problem)) {
                    // The package's own function: it passes on what the caller's throws.
                    let _ = progress.call2(&JsValue::UNDEFINED, &key.into(), &problem);
                }
            };
            to_js(&store.verify(told).await?)?
        }
        "repair" => {
            let plan = RepairPlan { actions: upkeep::actions(&given.value(0))?, unrepaired: Vec::new() };
            to_js(&store.repair(&plan).await?)?
        }
        "gc" => {
            let options =
                GcOptions { dry_run: given.flag(0), unnamed_images: given.flag(1), damaged: given.flag(2) };
            to_js(&store.gc(options).await?)?
        }
        "reload" => to_js(&store.reload().await?)?,
        "flush" => nothing(store.flush().await?),
        _ => return Err(wrong("work", "there is none of that name").into()),
    })
}

const fn nothing((): ()) -> JsValue {
    JsValue::UNDEFINED
}

fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

fn child_policy(name: &str) -> Result<ChildPolicy, JsValue> {
    match name {
        "refuse" => Ok(ChildPolicy::Refuse),
        "orphan" => Ok(ChildPolicy::Orphan),
        "cascade" => Ok(ChildPolicy::Cascade),
        _ => Err(wrong("children", "it is none of refuse, orphan, cascade")),
    }
}
