//! Finding out whether an object store keeps to the conditions of a put.

use std::hash::{BuildHasher, Hasher, RandomState};

use object_store::path::Path;
use object_store::{Error, ObjectStoreExt, PutMode, PutOptions, PutPayload, UpdateVersion};

use super::{ABSENT, ObjectStoreBackend, failure};
use crate::store::{BackendError, Sharing};

impl ObjectStoreBackend {
    /// The same, having tried whether the object store keeps to the conditions of a put: some refuse them, and some servers
    /// that call themselves compatible pass over them. Where it does not, the backend has a single writer. One object is
    /// written below the prefix and deleted again.
    ///
    /// # Errors
    /// Nothing can be written or deleted there.
    pub async fn probed(mut self) -> Result<Self, BackendError> {
        let key = format!("layerglass/probe-{:016x}", RandomState::new().build_hasher().finish());
        let path = self.path(&key)?;
        let found = self.keeps_conditions(&path).await;
        match self.objects.delete(&path).await {
            Ok(()) | Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(failure("probe", &key, error)),
        }
        self.sharing = match found {
            Ok(true) => Sharing::Records,
            Ok(false) | Err(Error::NotSupported { .. } | Error::NotImplemented { .. }) => Sharing::Single,
            Err(error) => return Err(failure("probe", &key, error)),
        };
        Ok(self)
    }

    async fn keeps_conditions(&self, path: &Path) -> Result<bool, Error> {
        let put = async |bytes: &[u8], mode| {
            let options = PutOptions { mode, ..PutOptions::default() };
            match self.objects.put_opts(path, PutPayload::from(bytes.to_vec()), options).await {
                Ok(put) => Ok(Some(UpdateVersion::from(put))),
                Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        };
        let Some(first) = put(ABSENT, PutMode::Create).await? else { return Ok(false) };
        if put(ABSENT, PutMode::Create).await?.is_some() {
            return Ok(false);
        }
        // Other bytes, since a version may be a digest of them.
        let other = [ABSENT, ABSENT].concat();
        let changed = put(&other, PutMode::Update(first.clone())).await?.is_some();
        Ok(changed && put(ABSENT, PutMode::Update(first)).await?.is_none())
    }
}
