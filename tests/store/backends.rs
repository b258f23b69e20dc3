//! Every backend does what the suite for backends asks.

use std::collections::BTreeMap;
use std::sync::Mutex;

use layerglass::digest::Digest;
use layerglass::fs::{FolderBackend, block_on};
use layerglass::store::{
    Backend, BackendError, CallsBackend, MemoryBackend, SevenCalls, Sharing, conformance,
};

fn conforms<B: Backend>(backend: &B, sharing: Sharing) {
    assert_eq!(backend.sharing(), sharing);
    let report = block_on(conformance::run(backend));
    assert!(report.checks.len() >= 14, "{report}");
    assert!(report.failures().next().is_none(), "{report}");
}

#[test]
fn memory() {
    conforms(&MemoryBackend::new(), Sharing::Full);
}

#[test]
fn a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let backend = FolderBackend::open(folder.path()).expect("opens");
    conforms(&backend, Sharing::Full);
    let left = block_on(backend.list("")).expect("lists");
    assert_eq!(left, ["layerglass/lock"]);
}

#[test]
fn the_older_interface_of_seven_calls() {
    let backend = CallsBackend::new(Calls::default());
    conforms(&backend, Sharing::Single);
}

/// A backend that forgets what a check looks at is found out.
#[test]
fn a_backend_that_does_not_conform_is_found_out() {
    struct Forgetful(MemoryBackend);
    impl Backend for Forgetful {
        async fn list(&self, prefix: &str) -> Result<Vec<String>, BackendError> {
            self.0.list(prefix).await.map(|keys| keys.into_iter().take(3).collect())
        }
        async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BackendError> {
            Ok(self.0.get(key).await?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned().into_bytes()))
        }
        async fn put(&self, key: &str, bytes: &[u8]) -> Result<(), BackendError> {
            self.0.put(&key.to_ascii_lowercase(), bytes).await
        }
        async fn delete(&self, key: &str) -> Result<(), BackendError> {
            match self.0.get(key).await? {
                Some(_) => self.0.delete(key).await,
                None => Err(BackendError::Failed {
                    operation: "delete",
                    key: key.to_owned(),
                    reason: "it is not there".to_owned(),
                }),
            }
        }
        fn sharing(&self) -> Sharing {
            Sharing::Full
        }
        async fn swap(&self, key: &str, _: Option<&[u8]>, new: Option<&[u8]>) -> Result<bool, BackendError> {
            self.put(key, new.unwrap_or_default()).await.map(|()| true)
        }
    }
    let report = block_on(conformance::run(&Forgetful(MemoryBackend::new())));
    let failed: Vec<&str> = report.failures().map(|(name, _)| name).collect();
    for name in ["any bytes", "deleting", "unusual keys", "listing", "scanning", "swapping", "the lock"] {
        assert!(failed.contains(&name), "{name} passes\n{report}");
    }
}

/// The seven calls in memory, as strict as Docker's own: metadata needs its content.
#[derive(Default)]
struct Calls {
    contents: Mutex<BTreeMap<Digest, Vec<u8>>>,
    metadata: Mutex<BTreeMap<(Digest, String), Vec<u8>>>,
}

impl SevenCalls for Calls {
    async fn walk(&self) -> Result<Vec<Digest>, BackendError> {
        Ok(self.contents.lock().unwrap().keys().copied().collect())
    }

    async fn get(&self, id: &Digest) -> Result<Option<Vec<u8>>, BackendError> {
        Ok(self.contents.lock().unwrap().get(id).cloned())
    }

    async fn set(&self, content: &[u8]) -> Result<Digest, BackendError> {
        let id = Digest::sha256(content);
        self.contents.lock().unwrap().insert(id, content.to_owned());
        Ok(id)
    }

    async fn delete(&self, id: &Digest) -> Result<(), BackendError> {
        self.metadata.lock().unwrap().retain(|(of, _), _| of != id);
        self.contents.lock().unwrap().remove(id);
        Ok(())
    }

    async fn set_metadata(&self, id: &Digest, name: &str, value: &[u8]) -> Result<(), BackendError> {
        if !self.contents.lock().unwrap().contains_key(id) {
            return Err(BackendError::failed("set", name, "there is no such content"));
        }
        self.metadata.lock().unwrap().insert((*id, name.to_owned()), value.to_owned());
        Ok(())
    }

    async fn get_metadata(&self, id: &Digest, name: &str) -> Result<Option<Vec<u8>>, BackendError> {
        Ok(self.metadata.lock().unwrap().get(&(*id, name.to_owned())).cloned())
    }

    async fn delete_metadata(&self, id: &Digest, name: &str) -> Result<(), BackendError> {
        self.metadata.lock().unwrap().remove(&(*id, name.to_owned()));
        Ok(())
    }
}
