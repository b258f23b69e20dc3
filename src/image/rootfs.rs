//! The layers of an image.

use std::fmt;

use crate::digest::{Digest, DigestError};
use crate::json::{Decode, FieldError, Input, decode_struct};

macro_rules! layer_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes a text as it stands.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text as a digest.
            ///
            /// # Errors
            /// Why it is none.
            pub fn digest(&self) -> Result<Digest, DigestError> {
                Digest::parse(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<Digest> for $name {
            fn from(digest: Digest) -> Self {
                Self(digest.to_string())
            }
        }
    };
}

layer_id! {
    /// Digest of a layer's uncompressed tar, as a configuration declares it. Engines do not check its form when they
    /// read one, so it is kept as text.
    DiffId
}

layer_id! {
    /// Digest that stands for a layer together with all layers below it (image-spec config.md, Layer ChainID).
    ChainId
}

impl DiffId {
    /// Digest of a tar without entries, 1,024 zero bytes. Docker never appends such a layer.
    pub const EMPTY_TAR: &'static str =
        "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

    /// Whether it is [`Self::EMPTY_TAR`].
    pub fn is_empty_tar(&self) -> bool {
        self.0 == Self::EMPTY_TAR
    }
}

impl Decode for DiffId {
    fn read(&mut self, input: Input<'_, '_>) -> Result<(), FieldError> {
        self.0.read(input)
    }
}

/// The chain id of every layer, bottom first.
///
/// The bottom layer's is its diff id; every other is the SHA-256 of the chain id below it, a space, and its diff id,
/// as text. The texts are taken as they are, and it is SHA-256 whatever algorithm they name.
pub fn chain_ids(diff_ids: &[DiffId]) -> Vec<ChainId> {
    let mut chain: Vec<ChainId> = Vec::with_capacity(diff_ids.len());
    for diff_id in diff_ids {
        let next = match chain.last() {
            None => ChainId::new(diff_id.as_str()),
            Some(below) => {
                let below_and_own = [below.as_str(), diff_id.as_str()].join(" ");
                Digest::sha256(below_and_own.as_bytes()).into()
            }
        };
        chain.push(next);
    }
    chain
}

/// The `rootfs` of a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RootFs {
    /// Always `layers`; old Windows images have `layers+base`. Not checked when read.
    pub kind: String,
    /// Diff ids, bottom layer first.
    pub diff_ids: Vec<DiffId>,
}

impl RootFs {
    /// The only type that is written.
    pub const LAYERS: &'static str = "layers";

    /// One without layers.
    pub fn new() -> Self {
        Self { kind: Self::LAYERS.to_owned(), diff_ids: Vec::new() }
    }

    /// Puts a layer on top.
    pub fn push(&mut self, diff_id: DiffId) {
        self.diff_ids.push(diff_id);
    }

    /// The chain id of the whole; none without layers.
    pub fn chain_id(&self) -> Option<ChainId> {
        self.chain_ids().pop()
    }

    /// The chain id of every layer, bottom first.
    pub fn chain_ids(&self) -> Vec<ChainId> {
        chain_ids(&self.diff_ids)
    }
}

decode_struct!(RootFs { "type" => kind, "diff_ids" => diff_ids });
