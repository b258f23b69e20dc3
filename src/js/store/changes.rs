//! Reading and changing images, names and users.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{StoreHandle, id, reference, thrown};
use crate::js::object::wrong;
use crate::js::value::to_js;
use crate::store::{ChildPolicy, CreateOptions, DeletePolicy, LeaseOptions};

fn nothing((): ()) -> JsValue {
    JsValue::UNDEFINED
}

fn child_policy(name: &str) -> Result<ChildPolicy, JsValue> {
    match name {
        "refuse" => Ok(ChildPolicy::Refuse),
        "orphan" => Ok(ChildPolicy::Orphan),
        "cascade" => Ok(ChildPolicy::Cascade),
        _ => Err(wrong("children", "it is none of refuse, orphan, cascade")),
    }
}

#[wasm_bindgen]
impl StoreHandle {
    /// The exact bytes of a config.
    pub fn raw(&self, image: &str) -> Result<Promise, JsValue> {
        let id = id(image)?;
        self.run(|store| async move {
            Ok(Uint8Array::from(store.raw(&id).await.map_err(thrown)?.as_slice()).into())
        })
    }

    /// Adds an image: a promise of its id.
    pub fn create(
        &self,
        config: Vec<u8>,
        parent: Option<String>,
        built_locally: bool,
    ) -> Result<Promise, JsValue> {
        let options = CreateOptions { parent: parent.as_deref().map(id).transpose()?, built_locally };
        self.run(|store| async move {
            Ok(store.create(&config, options).await.map_err(thrown)?.to_string().into())
        })
    }

    /// Deletes an image: a promise of `DeleteReport`.
    pub fn delete(&self, image: &str, children: &str, missing_ok: bool) -> Result<Promise, JsValue> {
        let id = id(image)?;
        let policy = DeletePolicy { children: child_policy(children)?, missing_ok };
        self.run(|store| async move { to_js(&store.delete(&id, policy).await.map_err(thrown)?) })
    }

    /// Says what an image was made from.
    #[wasm_bindgen(js_name = setParent)]
    pub fn set_parent(&self, image: &str, parent: Option<String>) -> Result<Promise, JsValue> {
        let (id, parent) = (id(image)?, parent.as_deref().map(id).transpose()?);
        self.run(|store| async move { store.set_parent(&id, parent).await.map(nothing).map_err(thrown) })
    }

    /// Notes the present time as that of the last change.
    pub fn touch(&self, image: &str) -> Result<Promise, JsValue> {
        let id = id(image)?;
        self.run(|store| async move { store.touch(&id).await.map(nothing).map_err(thrown) })
    }

    /// The time of the last change.
    #[wasm_bindgen(js_name = lastUpdated)]
    pub fn last_updated(&self, image: &str) -> Result<Promise, JsValue> {
        let id = id(image)?;
        self.run(|store| async move {
            let time = store.last_updated(&id).await.map_err(thrown)?;
            Ok(time.map_or(JsValue::UNDEFINED, |time| time.as_str().into()))
        })
    }

    /// Whether an image was built here.
    #[wasm_bindgen(js_name = isBuiltLocally)]
    pub fn is_built_locally(&self, image: &str) -> Result<Promise, JsValue> {
        let id = id(image)?;
        self.run(|store| async move { store.is_built_locally(&id).await.map(JsValue::from).map_err(thrown) })
    }

    /// Notes that an image was built here.
    #[wasm_bindgen(js_name = setBuiltLocally)]
    pub fn set_built_locally(&self, image: &str) -> Result<Promise, JsValue> {
        let id = id(image)?;
        self.run(|store| async move { store.set_built_locally(&id).await.map(nothing).map_err(thrown) })
    }

    /// Bytes that the caller keeps beside an image.
    pub fn metadata(&self, image: &str, name: String) -> Result<Promise, JsValue> {
        let id = id(image)?;
        self.run(|store| async move {
            let value = store.metadata(&id, &name).await.map_err(thrown)?;
            Ok(value.map_or(JsValue::UNDEFINED, |value| Uint8Array::from(value.as_slice()).into()))
        })
    }

    /// Keeps bytes beside an image, or deletes them.
    #[wasm_bindgen(js_name = setMetadata)]
    pub fn set_metadata(
        &self,
        image: &str,
        name: String,
        value: Option<Vec<u8>>,
    ) -> Result<Promise, JsValue> {
        let id = id(image)?;
        self.run(|store| async move {
            store.set_metadata(&id, &name, value.as_deref()).await.map(nothing).map_err(thrown)
        })
    }

    /// Gives an image a name: a promise of `NameChange`.
    pub fn tag(&self, name: &str, image: &str, force: bool) -> Result<Promise, JsValue> {
        let (name, id) = (reference(name)?, id(image)?);
        self.run(|store| async move { to_js(&store.tag(&name, id, force).await.map_err(thrown)?) })
    }

    /// Gives an image a name by digest: a promise of `NameChange`.
    #[wasm_bindgen(js_name = addDigest)]
    pub fn add_digest(&self, name: &str, image: &str) -> Result<Promise, JsValue> {
        let (name, id) = (reference(name)?, id(image)?);
        self.run(|store| async move { to_js(&store.add_digest(&name, id).await.map_err(thrown)?) })
    }

    /// Takes a name away: a promise of `NameChange`.
    pub fn untag(&self, name: &str) -> Result<Promise, JsValue> {
        let name = reference(name)?;
        self.run(|store| async move { to_js(&store.untag(&name).await.map_err(thrown)?) })
    }

    /// Takes the names of a repository away: a promise of `NameChange[]`.
    #[wasm_bindgen(js_name = untagRepository)]
    pub fn untag_repository(&self, name: &str) -> Result<Promise, JsValue> {
        let name = reference(name)?;
        self.run(|store| async move { to_js(&store.untag_repository(&name).await.map_err(thrown)?) })
    }

    /// Takes the names of an image away: a promise of `NameChange[]`.
    #[wasm_bindgen(js_name = untagAll)]
    pub fn untag_all(&self, image: &str) -> Result<Promise, JsValue> {
        let id = id(image)?;
        self.run(|store| async move { to_js(&store.untag_all(&id).await.map_err(thrown)?) })
    }

    /// Borrows an image, until a time in seconds since 1970 if one is given.
    pub fn lease(
        &self,
        image: &str,
        user: String,
        persist: bool,
        expires: Option<f64>,
    ) -> Result<Promise, JsValue> {
        let id = id(image)?;
        let options = LeaseOptions { persist, expires: expires.map(|seconds| seconds as i64) };
        self.run(|store| async move { store.lease(&id, &user, options).await.map(nothing).map_err(thrown) })
    }

    /// Gives an image back: a promise of whether the user had it.
    #[wasm_bindgen(js_name = returnLease)]
    pub fn return_lease(&self, image: &str, user: String) -> Result<Promise, JsValue> {
        let id = id(image)?;
        self.run(
            |store| async move { store.return_lease(&id, &user).await.map(JsValue::from).map_err(thrown) },
        )
    }

    /// Who uses an image: a promise of `string[]`.
    pub fn users(&self, image: &str) -> Result<Promise, JsValue> {
        let id = id(image)?;
        self.run(|store| async move { to_js(&store.users(&id).await.map_err(thrown)?) })
    }
}
