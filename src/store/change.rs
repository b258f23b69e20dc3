//! Changes of keys.

/// What becomes of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// Which one.
    pub(super) key: String,
    /// Its bytes, or nothing when it is deleted.
    pub(super) bytes: Option<Vec<u8>>,
}

impl Change {
    pub(super) fn put(key: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { key: key.into(), bytes: Some(bytes.into()) }
    }

    pub(super) fn delete(key: impl Into<String>) -> Self {
        Self { key: key.into(), bytes: None }
    }
}
