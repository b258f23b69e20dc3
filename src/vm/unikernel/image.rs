//! The record of one image, and the document that it is kept as.
//!
//! ```text
//! {"version":1,"revision":3,"id":"host/osv.tar.gz","repoTags":["host/osv.tar.gz"],"size":1024,"imageType":"osv",
//!  "digest":"sha256:…","copies":{"sha256:…":{"format":"QCOW2","imageFile":"osv.qcow2"}}}
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::error::shown;
use super::manifest::{confined, copy_name};
use super::{UnikernelError, VmFormat};
use crate::digest::Digest;
use crate::json::{self, Escapes, FieldError, ObjectWriter, Value, decode_struct};
use crate::limits::Limits;

/// Version of the document.
const VERSION: i64 = 1;

/// One copy of an image: the base, or that of a sandbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VmCopy {
    /// What it is known by: the digest of the archive for the base, else the sandbox. Its files lie in a folder of that
    /// name.
    pub uuid: String,
    /// In which form it is.
    pub format: VmFormat,
    /// The disk, kernel or YAML, relative to that folder.
    pub image_file: String,
    /// The initrd, relative to that folder.
    pub initrd: Option<String>,
    /// What the kernel is started with.
    pub cmdline: String,
}

impl VmCopy {
    /// Where the image file is when the copies are in `root`.
    pub fn image_path(&self, root: &str) -> String {
        format!("{}/{}/{}", root.trim_end_matches('/'), self.uuid, self.image_file)
    }

    /// Where the initrd is when the copies are in `root`.
    pub fn initrd_path(&self, root: &str) -> Option<String> {
        let initrd = self.initrd.as_ref()?;
        Some(format!("{}/{}/{initrd}", root.trim_end_matches('/'), self.uuid))
    }
}

/// An image of a unikernel or small machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnikernelImage {
    /// What it is known by: its name without `:latest`.
    pub id: String,
    /// How often the record was written. The store counts it.
    pub revision: u64,
    /// Its names.
    pub repo_tags: BTreeSet<String>,
    /// Its names with digests.
    pub repo_digests: BTreeSet<String>,
    /// Bytes of the archive.
    pub size: u64,
    /// The kind of unikernel, by the manifest.
    pub image_type: String,
    /// Digest of the archive: whether a further pull brought something else.
    pub digest: Option<Digest>,
    /// Copies, by what they are known by.
    pub copies: BTreeMap<String, VmCopy>,
}

impl UnikernelImage {
    /// The copy that others are made of: the one that is known by the digest of the archive.
    pub fn base(&self) -> Option<&VmCopy> {
        self.copies.get(&self.digest.as_ref()?.to_string())
    }

    /// The sandboxes that have a copy, sorted.
    pub fn users(&self) -> Vec<String> {
        let base = self.digest.as_ref().map(Digest::to_string);
        self.copies.keys().filter(|copy| Some(*copy) != base.as_ref()).cloned().collect()
    }

    /// The copy that a sandbox would have: like the base copy, with its command line. The image is left as it is.
    ///
    /// # Errors
    /// There is no base copy, nothing can be made of its format, the sandbox has a copy already, or its name is none for a
    /// copy.
    pub fn copy_for(&self, sandbox: &str) -> Result<VmCopy, UnikernelError> {
        let uuid = copy_name(sandbox)?.to_owned();
        let base = self.base().ok_or_else(|| UnikernelError::NoBase { id: shown(&self.id) })?;
        if matches!(base.format, VmFormat::Unknown | VmFormat::LinuxKit) {
            return Err(UnikernelError::CannotCopy { format: base.format.as_str() });
        }
        if self.copies.contains_key(sandbox) {
            return Err(UnikernelError::CopyExists { id: shown(&self.id), copy: uuid });
        }
        Ok(VmCopy { uuid, ..base.clone() })
    }

    /// Takes over what another pull brought: archive, size, kind and base copy together. Gives the former base copy, whose
    /// files nobody needs any more; nothing where it is the same one.
    pub fn set_base(&mut self, digest: Digest, size: u64, image_type: &str, base: VmCopy) -> Option<VmCopy> {
        let former = self.digest.replace(digest).map(|former| former.to_string());
        let former =
            former.filter(|former| *former != base.uuid).and_then(|former| self.copies.remove(&former));
        self.size = size;
        image_type.clone_into(&mut self.image_type);
        self.copies.insert(base.uuid.clone(), base);
        former
    }

    /// Reads the document.
    ///
    /// # Errors
    /// It is not JSON, a member has the wrong type or names no file below its folder, or the version is not known.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, UnikernelError> {
        let mut read = Document::default();
        json::decode(bytes, &mut read, limits)??;
        if read.version != VERSION {
            return Err(UnikernelError::Version { version: read.version, known: VERSION });
        }
        if read.id.is_empty() {
            return Err(UnikernelError::NoId);
        }
        let count = |name: &str, number: i64| {
            u64::try_from(number).map_err(|_| FieldError::new("count", number.to_string()).under(name))
        };
        let digest = match read.digest.as_str() {
            "" => None,
            text => Some(
                Digest::parse(text)
                    .map_err(|_| FieldError::new("digest", text.to_owned()).under("digest"))?,
            ),
        };
        let mut image = Self {
            revision: count("revision", read.revision)?,
            size: count("size", read.size)?,
            id: read.id,
            repo_tags: read.repo_tags.into_iter().collect(),
            repo_digests: read.repo_digests.into_iter().collect(),
            image_type: read.image_type,
            digest,
            copies: BTreeMap::new(),
        };
        let value = json::parse(bytes, limits)?;
        for (uuid, copy) in value.get("copies").and_then(Value::members).unwrap_or_default() {
            let uuid = copy_name(uuid)?.to_owned();
            image.copies.insert(uuid.clone(), read_copy(uuid, copy)?);
        }
        Ok(image)
    }

    /// The document.
    pub fn to_json(&self) -> Vec<u8> {
        let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>();
        let mut object = ObjectWriter::new(Escapes::Current);
        object.integer("version", VERSION);
        object.raw("revision", self.revision.to_string().as_bytes());
        object.string("id", &self.id);
        object.strings_if_any("repoTags", Some(&list(&self.repo_tags)));
        object.strings_if_any("repoDigests", Some(&list(&self.repo_digests)));
        object.raw("size", self.size.to_string().as_bytes());
        object.string_if_any("imageType", &self.image_type);
        object.string_if_any("digest", &self.digest.as_ref().map(Digest::to_string).unwrap_or_default());
        object.map("copies", Some(&self.copies), |object, uuid, copy: &VmCopy| {
            let mut fields = ObjectWriter::new(Escapes::Current);
            fields.string("format", copy.format.as_str());
            fields.string("imageFile", &copy.image_file);
            fields.string_if_any("initrd", copy.initrd.as_deref().unwrap_or_default());
            fields.string_if_any("cmdline", &copy.cmdline);
            object.raw(uuid, &fields.finish());
        });
        object.finish()
    }
}

#[derive(Default)]
struct Document {
    version: i64,
    revision: i64,
    id: String,
    repo_tags: Vec<String>,
    repo_digests: Vec<String>,
    size: i64,
    image_type: String,
    digest: String,
}

decode_struct!(Document {
    "version" => version,
    "revision" => revision,
    "id" => id,
    "repoTags" => repo_tags,
    "repoDigests" => repo_digests,
    "size" => size,
    "imageType" => image_type,
    "digest" => digest,
});

fn read_copy(uuid: String, copy: &Value<'_>) -> Result<VmCopy, UnikernelError> {
    let text = |member: &str| match copy.get(member) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.to_string()),
        Some(other) => Err(FieldError::of_type("string", other).under(member).under("copies")),
    };
    let format = text("format")?;
    let format = VmFormat::from_name(&format)
        .ok_or_else(|| FieldError::new("format", format).under("format").under("copies"))?;
    let initrd = text("initrd")?;
    Ok(VmCopy {
        uuid,
        format,
        image_file: confined("imageFile", &text("imageFile")?)?,
        initrd: (!initrd.is_empty()).then(|| confined("initrd", &initrd)).transpose()?,
        cmdline: text("cmdline")?,
    })
}
