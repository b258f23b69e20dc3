//! What a store knows without asking its backend.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::given::Given;
use super::thrown::Thrown;
use super::{Store, text, text_if_any, texts};
use crate::js::object::wrong;
use crate::js::order::order;
use crate::js::value::to_js;
use crate::store::ResolveOptions;

/// Answers a question of `StoreQuestions`.
pub(super) fn answer(store: &Store, question: &str, given: &Given) -> Result<JsValue, Thrown> {
    Ok(match question {
        "concurrency" => store.concurrency().as_str().into(),
        "size" => store.len().into(),
        "list" => texts(store.list()),
        "nextAfter" => text_if_any(store.next_after(given.id_if_any(0)?.as_ref())),
        "contains" => store.contains(&given.id(0)?).into(),
        "search" => text(store.search(&given.text(0)?)?),
        "resolve" => {
            let options = ResolveOptions { order: order(&given.text(1)?)?, repository_ids: given.flag(2) };
            text(store.resolve(&given.text(0)?, options)?)
        }
        "damaged" => to_js(&store.damaged())?,
        "parent" => text_if_any(store.parent(&given.id(0)?)),
        "children" => texts(store.children(&given.id(0)?)),
        "ancestors" => texts(store.ancestors(&given.id(0)?)),
        "heads" => texts(store.heads()),
        "byParent" => {
            let pair = |(parent, children)| Array::of2(&text(parent), &texts(children));
            store.by_parent().into_iter().map(pair).collect::<Array>().into()
        }
        "namesOf" => texts(store.names_of(&given.id(0)?)),
        "names" => pairs(store.names()),
        "repository" => pairs(store.repository(&given.reference(0)?)),
        "displayName" => store.display_name(&given.id(0)?).into(),
        _ => return Err(wrong("question", "there is none of that name").into()),
    })
}

/// `[text, text][]`.
fn pairs<A: ToString, B: ToString>(pairs: Vec<(A, B)>) -> JsValue {
    pairs.into_iter().map(|(a, b)| Array::of2(&text(a), &text(b))).collect::<Array>().into()
}
