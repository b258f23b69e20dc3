//! The numbers by which a SIF file says what its objects are, with their names.

use serde::{Serialize, Serializer};

/// An enumeration over the codes of a field: those that are known, and any other as it is.
macro_rules! codes {
    ($(#[$about:meta])* $name:ident { $($(#[$line:meta])* $code:literal $variant:ident $text:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$line])* $variant,)*
            /// A code that is not known.
            Other(i32),
        }

        impl $name {
            /// What a code means.
            pub const fn from_code(code: i32) -> Self {
                match code {
                    $($code => Self::$variant,)*
                    other => Self::Other(other),
                }
            }

            /// The number in the file.
            pub const fn code(self) -> i32 {
                match self {
                    $(Self::$variant => $code,)*
                    Self::Other(code) => code,
                }
            }

            /// Its name, in kebab-case; `unknown` for a code that is not known.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(_) => "unknown",
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    };
}

codes!(
    /// What an object is.
    DataType {
        /// The definition that the image was built from.
        0x4001 Definition "definition",
        /// Environment variables.
        0x4002 Environment "environment",
        /// Labels, as JSON.
        0x4003 Labels "labels",
        /// A file system.
        0x4004 Partition "partition",
        /// A signature over other objects.
        0x4005 Signature "signature",
        /// Any JSON.
        0x4006 Json "json",
        /// Anything.
        0x4007 Generic "generic",
        /// A message of a cryptographic system, such as the key of an encrypted partition.
        0x4008 CryptoMessage "crypto-message",
        /// A bill of materials.
        0x4009 Sbom "sbom",
        /// The index of an OCI layout.
        0x400a OciRootIndex "oci-root-index",
        /// A blob of an OCI layout.
        0x400b OciBlob "oci-blob",
    }
);

codes!(
    /// What a partition's bytes are.
    FsType {
        /// Squashfs.
        1 Squashfs "squashfs",
        /// Ext3.
        2 Ext3 "ext3",
        /// An archive of immutable objects.
        3 Archive "archive",
        /// Raw bytes.
        4 Raw "raw",
        /// Squashfs, encrypted with LUKS2.
        5 EncryptedSquashfs "encrypted-squashfs",
        /// Squashfs, encrypted with gocryptfs (apptainer).
        6 GocryptfsSquashfs "gocryptfs-squashfs",
    }
);

codes!(
    /// What a partition is for.
    PartType {
        /// An operating system.
        1 System "system",
        /// The operating system that is run.
        2 PrimarySystem "primary-system",
        /// Data.
        3 Data "data",
        /// A writable overlay.
        4 Overlay "overlay",
    }
);

codes!(
    /// The hash that a signature was made with.
    HashType {
        /// SHA-256.
        1 Sha256 "sha256",
        /// SHA-384.
        2 Sha384 "sha384",
        /// SHA-512.
        3 Sha512 "sha512",
        /// BLAKE2s with 256 bits.
        4 Blake2s "blake2s",
        /// BLAKE2b with 256 bits.
        5 Blake2b "blake2b",
    }
);

codes!(
    /// The form of a cryptographic message.
    MessageFormat {
        /// OpenPGP.
        1 OpenPgp "openpgp",
        /// PEM.
        2 Pem "pem",
    }
);

codes!(
    /// What a cryptographic message is.
    MessageType {
        /// A clear-signed text.
        0x100 ClearSignature "clear-signature",
        /// A key, encrypted with RSA-OAEP.
        0x200 RsaOaep "rsa-oaep",
    }
);

codes!(
    /// The form of a bill of materials.
    SbomFormat {
        /// CycloneDX as JSON.
        1 CycloneDxJson "cyclonedx-json",
        /// CycloneDX as XML.
        2 CycloneDxXml "cyclonedx-xml",
        /// GitHub's dependency snapshot as JSON.
        3 GitHubJson "github-json",
        /// SPDX as JSON.
        4 SpdxJson "spdx-json",
        /// SPDX as RDF.
        5 SpdxRdf "spdx-rdf",
        /// SPDX as tags and values.
        6 SpdxTagValue "spdx-tag-value",
        /// SPDX as YAML.
        7 SpdxYaml "spdx-yaml",
        /// Syft's JSON.
        8 SyftJson "syft-json",
    }
);

/// What a partition or an image runs on: the two digits in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Architecture(pub(super) [u8; 3]);

impl Architecture {
    /// Codes and names, as Go has them (`GOARCH`).
    const NAMES: [(&'static [u8; 3], &'static str); 13] = [
        (b"01\0", "386"),
        (b"02\0", "amd64"),
        (b"03\0", "arm"),
        (b"04\0", "arm64"),
        (b"05\0", "ppc64"),
        (b"06\0", "ppc64le"),
        (b"07\0", "mips"),
        (b"08\0", "mipsle"),
        (b"09\0", "mips64"),
        (b"10\0", "mips64le"),
        (b"11\0", "s390x"),
        (b"12\0", "riscv64"),
        (b"13\0", "loong64"),
    ];

    /// The name, as in platforms of OCI images; `None` for `00`, which means none, and for codes that are not known.
    pub fn name(self) -> Option<&'static str> {
        Self::NAMES.into_iter().find(|(code, _)| **code == self.0).map(|(_, name)| name)
    }

    /// The code as text, without what fills the field.
    pub fn code(self) -> String {
        super::text::field(&self.0).text
    }
}
