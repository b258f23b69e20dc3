//! Sources of images.

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::to_thrown;
use super::image::wrong;
use super::value::to_js;
use super::written::argument;
use crate::digest::Digest;
use crate::json::decode_struct;
use crate::reference::{LibraryName, Reference, Selection, Source};

/// `SourceData` of the package.
#[derive(Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
enum SourceData<'a> {
    Registry {
        name: &'a str,
    },
    RegistryUnknownDigest {
        name: &'a str,
    },
    Daemon {
        name: &'a str,
    },
    DaemonId {
        id: String,
    },
    DockerArchive {
        path: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        image: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        index: Option<u32>,
    },
    OciLayout {
        path: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        image: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        index: Option<u32>,
    },
    OciArchive {
        path: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        image: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        index: Option<u32>,
    },
    Dir {
        path: &'a str,
    },
    Oras {
        name: &'a str,
    },
    Library {
        name: String,
    },
    LocalFile {
        path: &'a str,
    },
}

fn selected(selection: &Selection) -> (Option<&str>, Option<u32>) {
    match selection {
        Selection::Only => (None, None),
        Selection::Name(name) => (Some(name), None),
        Selection::Index(index) => (None, Some(*index)),
    }
}

impl<'a> From<&'a Source> for SourceData<'a> {
    fn from(source: &'a Source) -> Self {
        match source {
            Source::Registry(name) => Self::Registry { name: name.as_str() },
            Source::RegistryUnknownDigest(name) => Self::RegistryUnknownDigest { name: name.as_str() },
            Source::Daemon(name) => Self::Daemon { name: name.as_str() },
            Source::DaemonId(id) => Self::DaemonId { id: id.to_string() },
            Source::DockerArchive { path, image } => {
                let (image, index) = selected(image);
                Self::DockerArchive { path, image, index }
            }
            Source::OciLayout { path, image } => {
                let (image, index) = selected(image);
                Self::OciLayout { path, image, index }
            }
            Source::OciArchive { path, image } => {
                let (image, index) = selected(image);
                Self::OciArchive { path, image, index }
            }
            Source::Dir { path } => Self::Dir { path },
            Source::Oras(name) => Self::Oras { name: name.as_str() },
            Source::Library(name) => Self::Library { name: name.to_string() },
            Source::LocalFile { path } => Self::LocalFile { path },
        }
    }
}

/// The same as it comes back.
#[derive(Default)]
struct Given {
    kind: String,
    name: String,
    id: String,
    path: String,
    image: Option<String>,
    index: Option<i64>,
}

decode_struct!(Given {
    "kind" => kind,
    "name" => name,
    "id" => id,
    "path" => path,
    "image" => image,
    "index" => index,
});

impl Given {
    fn source(self) -> Result<Source, JsValue> {
        let image = match (self.image, self.index.map(u32::try_from)) {
            (None, None) => Selection::Only,
            (Some(name), None) => Selection::Name(name),
            (None, Some(Ok(index))) => Selection::Index(index),
            _ => return Err(wrong("source", "`image` is a name, or else `index` a number of 32 bits")),
        };
        let (path, name) = (self.path, self.name);
        // What was normalised stands in full: no short name is completed here.
        let in_full = || Reference::parse(&name).map_err(to_thrown);
        Ok(match self.kind.as_str() {
            "registry" => Source::Registry(in_full()?),
            "registryUnknownDigest" => Source::RegistryUnknownDigest(in_full()?),
            "daemon" => Source::Daemon(in_full()?),
            "daemonId" => Source::DaemonId(Digest::parse(&self.id).map_err(to_thrown)?),
            "dockerArchive" => Source::DockerArchive { path, image },
            "ociLayout" => Source::OciLayout { path, image },
            "ociArchive" => Source::OciArchive { path, image },
            "dir" => Source::Dir { path },
            "oras" => Source::Oras(in_full()?),
            "library" => Source::Library(LibraryName::parse(&name).map_err(to_thrown)?),
            "localFile" => Source::LocalFile { path },
            _ => return Err(wrong("source", "its `kind` is not known")),
        })
    }
}

/// `SourceData` of a text.
#[wasm_bindgen(js_name = parseSource)]
pub fn parse_source(text: &str) -> Result<JsValue, JsValue> {
    to_js(&SourceData::from(&Source::parse(text).map_err(to_thrown)?))
}

/// The text of a source that is given as JSON. Reading the text gives the same source; where none does, it is refused.
#[wasm_bindgen(js_name = formatSource)]
pub fn format_source(source: &str) -> Result<String, JsValue> {
    let source = argument::<Given>(source)?.source()?;
    let text = source.to_string();
    match Source::parse(&text) {
        Ok(read) if read == source => Ok(text),
        Ok(_) => Err(wrong("source", "its text would be read as another one")),
        Err(error) => Err(to_thrown(error)),
    }
}
