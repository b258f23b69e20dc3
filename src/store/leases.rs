//! Who uses an image.
//!
//! Users that are kept in the storage stand in one record an image:
//!
//! ```text
//! {"users":{"<name>":{"expires":<seconds since 1970>}}}      ; `expires` only where the lease ends by itself
//! ```

use super::change::Change;
use super::table::Table;
use super::{Backend, ImageStore, LayerStore, Sharing, StoreChange, StoreError, key};
use crate::image::ImageId;
use crate::json::{self, Escapes, ObjectWriter, Value};
use crate::limits::Limits;

/// How often a record that others change at the same time is tried again.
const ATTEMPTS: u32 = 64;
/// Bytes that the name of a user may have.
const MAX_USER: usize = 1024;

/// How an image is borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeaseOptions {
    /// Keep it in the storage, so that it outlives the process and others see it. True by default.
    pub persist: bool,
    /// When it ends by itself, in seconds since 1970 in UTC; never by default.
    pub expires: Option<i64>,
}

impl Default for LeaseOptions {
    fn default() -> Self {
        Self { persist: true, expires: None }
    }
}

impl LeaseOptions {
    /// One that ends with the process.
    pub fn in_memory() -> Self {
        Self { persist: false, ..Self::default() }
    }

    /// The same, ending by itself at that time, in seconds since 1970 in UTC.
    #[must_use]
    pub const fn until(mut self, seconds: i64) -> Self {
        self.expires = Some(seconds);
        self
    }
}

/// One use of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lease {
    expires: Option<i64>,
}

impl Lease {
    pub(super) const fn lasts(&self, now: i64) -> bool {
        match self.expires {
            Some(expires) => expires > now,
            None => true,
        }
    }
}

/// Users by name.
pub(super) type Users = Table<String, Lease>;

/// Reads a record of users.
pub(super) fn read(record: &[u8], limits: &Limits) -> Result<Users, String> {
    let value = json::parse(record, limits).map_err(|error| error.to_string())?;
    let users = value.get("users").and_then(Value::members).ok_or("there is no member `users`")?;
    let mut read = Users::new();
    for (name, lease) in users {
        let expires = match lease.get("expires") {
            None | Some(Value::Null) => None,
            Some(value) => {
                Some(value.as_i64().ok_or_else(|| format!("`expires` of `{name:.100}` is no time"))?)
            }
        };
        read.insert(name.to_string(), Lease { expires });
    }
    Ok(read)
}

/// The record of users; nothing when there are none.
pub(super) fn write(users: &Users) -> Option<Vec<u8>> {
    if users.is_empty() {
        return None;
    }
    let mut members = ObjectWriter::new(Escapes::Current);
    for (name, lease) in users.iter() {
        let mut fields = ObjectWriter::new(Escapes::Current);
        if let Some(expires) = lease.expires {
            fields.integer("expires", expires);
        }
        members.raw(name, &fields.finish());
    }
    let mut record = ObjectWriter::new(Escapes::Current);
    record.raw("users", &members.finish());
    Some(record.finish())
}

impl<B: Backend, L: LayerStore> ImageStore<B, L> {
    /// Borrows an image for a user, who then stands in the way of its deletion. A user counts once, however often it
    /// borrows; the last call decides how long.
    ///
    /// # Errors
    /// That the image is not there, that the user has no usable name, or why the storage failed.
    pub async fn lease(
        &self,
        id: &ImageId,
        user: &str,
        options: LeaseOptions,
    ) -> Result<(), Box<StoreError>> {
        if !(1..=MAX_USER).contains(&user.len()) {
            return Err(StoreError::UserName { length: user.len() }.into());
        }
        let writer = self.writer_of(id).await?;
        let lease = Lease { expires: options.expires };
        if options.persist {
            self.change_users(id, &|users| {
                users.insert(user.to_owned(), lease);
            })
            .await?;
        } else {
            self.index().users.update(*id, |users| users.insert(user.to_owned(), lease));
        }
        self.listeners.note([StoreChange::Leased { id: *id, user: user.to_owned() }]);
        writer.done();
        Ok(())
    }

    /// Gives an image back for a user. False when the user did not have it.
    ///
    /// # Errors
    /// Why the storage failed.
    pub async fn return_lease(&self, id: &ImageId, user: &str) -> Result<bool, Box<StoreError>> {
        let writer = self.writer().await?;
        let mut was_there = false;
        if self.stored_users(id).await?.1.contains_key(user) {
            self.change_users(id, &|users| {
                users.remove(user);
            })
            .await?;
            was_there = true;
        }
        was_there |= self.index().users.get_mut(id).is_some_and(|users| users.remove(user).is_some());
        if was_there {
            self.listeners.note([StoreChange::Released { id: *id, user: user.to_owned() }]);
        }
        writer.done();
        Ok(was_there)
    }

    /// Who uses an image, sorted. Leases that have ended do not count.
    ///
    /// # Errors
    /// That the record of its users is damaged, or why the storage failed.
    pub async fn users(&self, id: &ImageId) -> Result<Vec<String>, Box<StoreError>> {
        self.settle().await;
        self.users_now(id).await
    }

    pub(super) async fn users_now(&self, id: &ImageId) -> Result<Vec<String>, Box<StoreError>> {
        let now = self.env.now().seconds;
        let mut users = self.stored_users(id).await?.1;
        users.extend(self.index().users.get(id).cloned().unwrap_or_default());
        Ok(users.into_iter().filter(|(_, lease)| lease.lasts(now)).map(|(user, _)| user).collect())
    }

    async fn stored_users(&self, id: &ImageId) -> Result<(Option<Vec<u8>>, Users), Box<StoreError>> {
        let key = key::users(id);
        let raw = self.backend.get(&key).await?;
        let users = raw.as_deref().map_or(Ok(Users::new()), |raw| read(raw, &self.limits));
        let users = users.map_err(|reason| StoreError::Record { key, reason })?;
        Ok((raw, users))
    }

    /// Changes the record of users, without losing what others change in it at the same time.
    async fn change_users(
        &self,
        id: &ImageId,
        change: &(dyn Fn(&mut Users) + Sync),
    ) -> Result<(), Box<StoreError>> {
        let now = self.env.now().seconds;
        let key = key::users(id);
        for _ in 0..ATTEMPTS {
            let (raw, mut users) = self.stored_users(id).await?;
            change(&mut users);
            users.retain(|_, lease| lease.lasts(now));
            let new = write(&users);
            // What could not be read again is not written: nobody could give the image back.
            if let Some(Err(reason)) = new.as_deref().map(|new| read(new, &self.limits)) {
                return Err(StoreError::Record { key, reason }.into());
            }
            if self.write_shared(&key, raw.as_deref(), new.as_deref()).await? {
                return Ok(());
            }
        }
        Err(StoreError::Contended { key, attempts: ATTEMPTS }.into())
    }

    /// Writes a record that others may write at the same time. False when it is no longer what it was.
    pub(super) async fn write_shared(
        &self,
        key: &str,
        expected: Option<&[u8]>,
        new: Option<&[u8]>,
    ) -> Result<bool, Box<StoreError>> {
        if expected == new {
            return Ok(true);
        }
        if self.concurrency() == Sharing::Records {
            self.begin();
            return Ok(self.backend.swap(key, expected, new).await?);
        }
        // One writer only: by nature, or by the lock that is held.
        let change = new.map_or_else(|| Change::delete(key), |new| Change::put(key, new));
        self.commit(&[change]).await?;
        Ok(true)
    }
}
