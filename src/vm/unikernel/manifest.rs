//! The manifest of a unikernel archive.

use super::error::shown;
use super::{UnikernelError, VmCopy};
use crate::json::{self, decode_struct};
use crate::limits::Limits;
use crate::vm::Detail;

/// In which form an image is, by the names and numbers of frakti.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VmFormat {
    /// Something else.
    #[default]
    Unknown,
    /// A disk in QEMU's format.
    Qcow2,
    /// A disk byte for byte.
    Raw,
    /// A kernel, perhaps with an initrd.
    KernelInitrd,
    /// LinuxKit's list of what a machine consists of.
    LinuxKit,
}

impl VmFormat {
    /// All of them, by their numbers.
    pub const ALL: [Self; 5] = [Self::Unknown, Self::Qcow2, Self::Raw, Self::KernelInitrd, Self::LinuxKit];

    /// The format of the manifest's word, which is in lower case.
    pub fn from_declared(word: &str) -> Self {
        match word {
            "qcow2" => Self::Qcow2,
            "raw" => Self::Raw,
            "kernel" | "kernel+initrd" => Self::KernelInitrd,
            "linuxkit" => Self::LinuxKit,
            _ => Self::Unknown,
        }
    }

    /// The format of a file. What may be a disk without partitions is raw.
    pub const fn of(detail: &Detail) -> Self {
        match detail {
            Detail::Qcow2(_) => Self::Qcow2,
            Detail::Raw(_) | Detail::FileSystem(_) | Detail::Iso(_) => Self::Raw,
            Detail::Kernel(_) => Self::KernelInitrd,
            Detail::LinuxKit(_) => Self::LinuxKit,
            _ => Self::Unknown,
        }
    }

    /// frakti's number for it.
    pub const fn value(self) -> u8 {
        self as u8
    }

    /// frakti's name for it, such as `KERNEL_INITRD`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::Qcow2 => "QCOW2",
            Self::Raw => "RAW",
            Self::KernelInitrd => "KERNEL_INITRD",
            Self::LinuxKit => "LINUXKIT_YML",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }

    /// Whether a file is of this format, as far as its headers tell: any bytes may be a raw disk, and a kernel may be one
    /// that is not known.
    ///
    /// # Errors
    /// The file is plainly something else.
    pub fn check(self, detail: &Detail) -> Result<(), UnikernelError> {
        let is_it = match (self, detail) {
            (Self::Unknown, _) | (Self::Raw | Self::KernelInitrd, Detail::Unknown) => true,
            (Self::KernelInitrd, Detail::Compressed { .. }) => true,
            (format, detail) => Self::of(detail) == format,
        };
        if is_it {
            return Ok(());
        }
        Err(UnikernelError::Format { declared: self.as_str(), detected: detail.name() })
    }
}

/// The manifest of a unikernel archive. All of it comes from the input.
///
/// ```
/// use layerglass::vm::unikernel::{UnikernelManifest, VmFormat};
/// let json = br#"{"unikernelType":"osv","format":"qcow2","imageFile":"osv.qcow2"}"#;
/// let manifest = UnikernelManifest::parse(json, &Default::default())?;
/// let copy = manifest.copy("sha256:…")?;
/// assert_eq!(copy.format, VmFormat::Qcow2);
/// assert_eq!(copy.image_path("/images"), "/images/sha256:…/osv.qcow2");
/// # Ok::<(), layerglass::vm::unikernel::UnikernelError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnikernelManifest {
    /// Which kind of unikernel it is, such as `osv`.
    pub unikernel_type: String,
    /// The word for its format.
    pub format: String,
    /// The disk, the kernel or the YAML, below the archive's top.
    pub image_file: String,
    /// Read and, as by frakti, not used.
    pub kernel: String,
    /// The initrd, below the archive's top.
    pub initrd: String,
    /// What the kernel is started with.
    pub cmdline: String,
}

decode_struct!(UnikernelManifest {
    "UnikernelType" => unikernel_type,
    "Format" => format,
    "ImageFile" => image_file,
    "Kernel" => kernel,
    "Initrd" => initrd,
    "Cmdline" => cmdline,
});

impl UnikernelManifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// It is not JSON, or a member is no text.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, UnikernelError> {
        let mut manifest = Self::default();
        json::decode(bytes, &mut manifest, limits)??;
        Ok(manifest)
    }

    /// What the manifest makes of an image, for a copy of that name. An initrd counts where the format has one.
    ///
    /// # Errors
    /// There is no image file, a file is not below the archive's top, or the name is none for a copy.
    pub fn copy(&self, uuid: &str) -> Result<VmCopy, UnikernelError> {
        let format = VmFormat::from_declared(&self.format);
        let has_initrd = self.format == "kernel+initrd" && !self.initrd.is_empty();
        let initrd = has_initrd.then(|| confined("Initrd", &self.initrd)).transpose()?;
        Ok(VmCopy {
            uuid: copy_name(uuid)?.to_owned(),
            format,
            image_file: confined("ImageFile", &self.image_file)?,
            initrd,
            cmdline: self.cmdline.clone(),
        })
    }
}

/// A path below a folder, without `.` and `..` in it.
pub(super) fn confined(member: &'static str, path: &str) -> Result<String, UnikernelError> {
    let refused = || UnikernelError::Path { member, path: shown(path) };
    if path.contains(['\0', '\\']) {
        return Err(refused());
    }
    let mut components = Vec::new();
    for component in path.split('/') {
        match component {
            "" | "." => {}
            ".." => {
                components.pop().ok_or_else(refused)?;
            }
            name => components.push(name),
        }
    }
    if components.is_empty() { Err(refused()) } else { Ok(components.join("/")) }
}

/// A name for a copy: one component of a path.
pub(super) fn copy_name(name: &str) -> Result<&str, UnikernelError> {
    let is_one = !matches!(name, "" | "." | "..") && name.len() <= 255 && !name.contains(['/', '\\', '\0']);
    if is_one { Ok(name) } else { Err(UnikernelError::CopyName { name: shown(name) }) }
}
