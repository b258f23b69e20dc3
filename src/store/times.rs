//! When an image was last changed, whether it was built here, and what callers keep beside it.

use super::change::Change;
use super::{Backend, ImageStore, LayerStore, StoreChange, StoreError, key};
use crate::image::{ImageId, Timestamp};

impl<B: Backend, L: LayerStore> ImageStore<B, L> {
    /// Notes the present time as that of an image's last change, in UTC.
    ///
    /// # Errors
    /// That the image is not there, or why the storage failed.
    pub async fn touch(&self, id: &ImageId) -> Result<(), Box<StoreError>> {
        let now = self.env.now().timestamp().as_str().to_owned();
        self.write_metadata(id, key::LAST_UPDATED, Some(now.as_bytes())).await
    }

    /// When an image was last changed, as far as that was ever noted.
    ///
    /// # Errors
    /// That what was noted is no time, or why the storage failed.
    pub async fn last_updated(&self, id: &ImageId) -> Result<Option<Timestamp>, Box<StoreError>> {
        self.settle().await;
        let key = key::metadata(id, key::LAST_UPDATED);
        let Some(bytes) = self.backend.get(&key).await?.filter(|bytes| !bytes.is_empty()) else {
            return Ok(None);
        };
        let time = std::str::from_utf8(&bytes).ok().and_then(Timestamp::parse);
        let reason = || "this is no time in the form of RFC 3339".to_owned();
        Ok(Some(time.ok_or_else(|| StoreError::Record { key, reason: reason() })?))
    }

    /// Whether an image was built here.
    ///
    /// # Errors
    /// Why the storage failed.
    pub async fn is_built_locally(&self, id: &ImageId) -> Result<bool, Box<StoreError>> {
        self.settle().await;
        let mark = self.backend.get(&key::metadata(id, key::BUILT_LOCALLY)).await?;
        Ok(mark.as_deref() == Some(&[1]))
    }

    /// Notes that an image was built here.
    ///
    /// # Errors
    /// That the image is not there, or why the storage failed.
    pub async fn set_built_locally(&self, id: &ImageId) -> Result<(), Box<StoreError>> {
        self.write_metadata(id, key::BUILT_LOCALLY, Some(&[1])).await
    }

    /// What the caller keeps beside an image under a name.
    ///
    /// # Errors
    /// That the name cannot be one, or why the storage failed.
    pub async fn metadata(&self, id: &ImageId, name: &str) -> Result<Option<Vec<u8>>, Box<StoreError>> {
        check_name(name)?;
        self.settle().await;
        Ok(self.backend.get(&key::metadata(id, name)).await?)
    }

    /// Keeps bytes beside an image under a name; nothing deletes them.
    ///
    /// # Errors
    /// That the name cannot be one or the image is not there, or why the storage failed.
    pub async fn set_metadata(
        &self,
        id: &ImageId,
        name: &str,
        value: Option<&[u8]>,
    ) -> Result<(), Box<StoreError>> {
        check_name(name)?;
        self.write_metadata(id, name, value).await
    }

    async fn write_metadata(
        &self,
        id: &ImageId,
        name: &str,
        value: Option<&[u8]>,
    ) -> Result<(), Box<StoreError>> {
        let writer = self.writer_of(id).await?;
        let key = key::metadata(id, name);
        let change =
            value.map_or_else(|| Change::delete(key.clone()), |value| Change::put(key.clone(), value));
        self.commit(&[change]).await?;
        self.listeners.note([StoreChange::Metadata { id: *id, name: name.to_owned() }]);
        writer.done();
        Ok(())
    }
}

pub(super) fn check_name(name: &str) -> Result<(), Box<StoreError>> {
    if key::is_metadata_name(name) {
        return Ok(());
    }
    Err(StoreError::MetadataName { name: name.chars().take(200).collect() }.into())
}
