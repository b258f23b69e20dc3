//! Descriptors: a SIF file's table of objects.

use super::kinds::{
    Architecture, DataType, FsType, HashType, MessageFormat, MessageType, PartType, SbomFormat,
};
use super::text::{FieldText, Fields, field, hex};

/// Bytes of a descriptor.
pub const DESCRIPTOR_BYTES: usize = 585;

/// Bits of a number that say that it names a group.
const GROUP_MASK: u32 = 0xf000_0000;

/// What an object is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// Another object, by its id.
    Object(u32),
    /// A group of objects.
    Group(u32),
}

/// What only objects of one type have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Metadata {
    /// Nothing more.
    None,
    /// Of a partition.
    Partition {
        /// What its bytes are.
        fs: FsType,
        /// What it is for.
        part: PartType,
        /// What it runs on.
        architecture: Architecture,
    },
    /// Of a signature.
    Signature {
        /// The hash that it was made with.
        hash: HashType,
        /// The fingerprint of its OpenPGP key, 20 bytes; absent where the key is of another kind.
        fingerprint: Option<[u8; 20]>,
    },
    /// Of a cryptographic message.
    CryptoMessage {
        /// Its form.
        format: MessageFormat,
        /// What it is.
        message: MessageType,
    },
    /// Of a bill of materials.
    Sbom {
        /// Its form.
        format: SbomFormat,
    },
    /// Of an OCI index or blob.
    Oci {
        /// The digest, as written.
        digest: String,
    },
}

/// One object of a SIF file. Numbers are as they stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Position in the table, unused entries included.
    pub slot: u32,
    /// What it is.
    pub data_type: DataType,
    /// Its id.
    pub id: u32,
    /// Its group.
    pub group: Option<u32>,
    /// What it is about.
    pub link: Option<Link>,
    /// Where its bytes start.
    pub offset: i64,
    /// How many bytes it has.
    pub size: i64,
    /// How many bytes it takes together with the gap before it.
    pub padded_size: i64,
    /// When it was made, in seconds since 1970.
    pub created: i64,
    /// When it was changed last, in seconds since 1970.
    pub modified: i64,
    /// Owner; no longer used.
    pub uid: i64,
    /// Group of the owner; no longer used.
    pub gid: i64,
    /// Its name; can be empty.
    pub name: String,
    /// What only objects of its type have.
    pub metadata: Metadata,
    /// Name and extra field as they stand there.
    pub(super) tail: Box<[u8; 512]>,
    /// The link as it stands there.
    pub(super) raw_link: u32,
    /// The byte that says that it is used.
    pub(super) used: u8,
}

impl Descriptor {
    /// Reads one entry of the table; `None` for one that is not used.
    pub(super) fn parse(slot: u32, bytes: &[u8; DESCRIPTOR_BYTES]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let data_type = DataType::from_code(fields.i32());
        let [used] = fields.array();
        if used == 0 {
            return None;
        }
        let (id, group, raw_link) = (fields.u32(), fields.u32(), fields.u32());
        let numbers: [i64; 7] = std::array::from_fn(|_| fields.i64());
        let [offset, size, padded_size, created, modified, uid, gid] = numbers;
        let tail: Box<[u8; 512]> = Box::new(fields.array());
        let (name, extra) = tail.split_at(128);
        let linked = raw_link & !GROUP_MASK;
        Some(Self {
            slot,
            data_type,
            id,
            group: Some(group & !GROUP_MASK).filter(|&group| group != 0),
            link: match raw_link {
                0 => None,
                _ if raw_link & GROUP_MASK == GROUP_MASK => Some(Link::Group(linked)),
                _ => Some(Link::Object(linked)),
            },
            offset,
            size,
            padded_size,
            created,
            modified,
            uid,
            gid,
            name: field(name).text,
            metadata: Metadata::parse(data_type, extra),
            tail,
            raw_link,
            used,
        })
    }

    /// The bytes that it covers, where those numbers make sense.
    pub fn range(&self) -> Option<std::ops::Range<u64>> {
        let offset = u64::try_from(self.offset).ok()?;
        let size = u64::try_from(self.size).ok()?;
        Some(offset..offset.checked_add(size)?)
    }

    /// What signatures cover of the descriptor. `relative_id` is its id less the least id of its group.
    pub fn signed_bytes(&self, relative_id: u32) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(561);
        bytes.extend(self.data_type.code().to_le_bytes());
        // Go writes a boolean, whatever the byte was.
        bytes.push(1);
        bytes.extend(relative_id.to_le_bytes());
        bytes.extend(self.raw_link.to_le_bytes());
        for number in [self.size, self.created, self.uid, self.gid] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(self.tail.iter());
        bytes
    }

    /// The name with what is odd about it.
    pub(super) fn name_field(&self) -> FieldText {
        field(self.tail.split_at(128).0)
    }

    /// The fingerprint of a signature's OpenPGP key, as hexadecimal text.
    pub fn fingerprint(&self) -> Option<String> {
        match &self.metadata {
            Metadata::Signature { fingerprint: Some(bytes), .. } => Some(hex(bytes)),
            _ => None,
        }
    }
}

impl Metadata {
    fn parse(data_type: DataType, extra: &[u8]) -> Self {
        let mut fields = Fields(extra);
        match data_type {
            DataType::Partition => Self::Partition {
                fs: FsType::from_code(fields.i32()),
                part: PartType::from_code(fields.i32()),
                architecture: Architecture(fields.array()),
            },
            DataType::Signature => Self::Signature {
                hash: HashType::from_code(fields.i32()),
                fingerprint: Some(fields.array()).filter(|bytes| *bytes != [0; 20]),
            },
            DataType::CryptoMessage => Self::CryptoMessage {
                format: MessageFormat::from_code(fields.i32()),
                message: MessageType::from_code(fields.i32()),
            },
            DataType::Sbom => Self::Sbom { format: SbomFormat::from_code(fields.i32()) },
            DataType::OciRootIndex | DataType::OciBlob => Self::Oci { digest: field(extra).text },
            _ => Self::None,
        }
    }
}
