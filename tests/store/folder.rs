//! A folder: its modes, several stores over one, and waiting for it without a runtime.

use std::env::{current_exe, var_os};
use std::fs;
use std::future::Future;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::pin::pin;
use std::process::Command;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use layerglass::fs::{FolderBackend, block_on};
use layerglass::store::{Backend, CreateOptions, DeletePolicy, GcOptions, ImageStore, LeaseOptions};

use crate::support::{config, id, name, open};

const FOLDER: &str = "LAYERGLASS_TEST_FOLDER";

/// Runs a test, and fails when it does not end.
fn within(seconds: u64, test: impl FnOnce() + Send + 'static) {
    let (done, ended) = mpsc::channel();
    let thread = thread::spawn(move || {
        test();
        let _ = done.send(());
    });
    if ended.recv_timeout(Duration::from_secs(seconds)) == Err(mpsc::RecvTimeoutError::Timeout) {
        panic!("it hangs");
    }
    thread.join().expect("it passes");
}

fn store(folder: &Path) -> ImageStore<FolderBackend> {
    open(FolderBackend::open(folder).expect("opens")).0
}

/// The mask of a process takes nothing from the mode of a file.
#[test]
fn modes_are_exact_whatever_the_mask() {
    if let Some(folder) = var_os(FOLDER) {
        let backend = FolderBackend::open(folder).expect("opens");
        block_on(backend.put("masked", b"x")).expect("written");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for mask in ["0", "022", "0277", "0777"] {
        let status = Command::new("sh")
            .args(["-c", &format!("umask {mask}; exec \"$0\" \"$@\"")])
            .arg(current_exe().expect("this program"))
            .args(["--exact", "folder::modes_are_exact_whatever_the_mask"])
            .env(FOLDER, folder.path())
            .output()
            .expect("starts");
        assert!(status.status.success(), "{mask}: {}", String::from_utf8_lossy(&status.stdout));
        let mode = fs::metadata(folder.path().join("masked")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o7777, 0o600, "with mask {mask}");
    }
}

/// Two stores over one folder, each on its threads, in one process: nobody waits for ever, and each sees what the other
/// did as soon as it changes something itself.
#[test]
fn stores_over_one_folder_on_several_threads() {
    const ROUNDS: usize = 25;
    within(120, || {
        let folder = tempfile::tempdir().expect("a folder");
        let stores = [store(folder.path()), store(folder.path())];
        block_on(stores[0].create(&config("shared"), CreateOptions::default())).expect("created");
        thread::scope(|scope| {
            for (number, store) in stores.iter().chain(&stores).enumerate() {
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        let image = format!("image {number} {round}");
                        block_on(async {
                            store.create(&config(&image), CreateOptions::default()).await?;
                            store.tag(&name(&format!("thread{number}:{round}")), id(&image), false).await?;
                            store.lease(&id("shared"), &image, LeaseOptions::default()).await?;
                            if round % 2 == 0 {
                                store.delete(&id(&image), DeletePolicy::default()).await?;
                            }
                            Ok::<(), layerglass::store::StoreError>(())
                        })
                        .unwrap_or_else(|error| panic!("{image}: {error}"));
                    }
                });
            }
        });
        for store in &stores {
            let problems = block_on(store.reload()).expect("read anew");
            assert_eq!(problems, []);
            assert_eq!((store.len(), store.names().len()), (4 * (ROUNDS / 2) + 1, 4 * (ROUNDS / 2)));
        }
        assert_eq!(block_on(stores[1].users(&id("shared"))).expect("users").len(), 4 * ROUNDS);
        assert_eq!(block_on(stores[0].gc(GcOptions::default())).expect("collected").debris, [""; 0]);
    });
}

/// On one thread, a call that waits for another one's lock lets go of the thread, so that the other can go on.
#[test]
fn stores_over_one_folder_on_one_thread() {
    within(60, || {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, two) = (store(folder.path()), store(folder.path()));
        // Held as by a caller of the backend, in the middle of its work.
        let lock = block_on(one.backend().lock()).expect("locked");
        let (a, b) = (config("a"), config("b"));
        let mut first = pin!(one.create(&a, CreateOptions::default()));
        let mut second = pin!(two.create(&b, CreateOptions::default()));
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..3 {
            assert!(first.as_mut().poll(&mut context).is_pending());
            assert!(second.as_mut().poll(&mut context).is_pending());
        }
        drop(lock);
        assert!(matches!(first.as_mut().poll(&mut context), Poll::Ready(Ok(_))), "it came first");
        assert!(matches!(second.as_mut().poll(&mut context), Poll::Ready(Ok(_))));
        // Who goes away while it waits stands in nobody's way.
        let lock = block_on(one.backend().lock()).expect("locked");
        {
            let image = id("a");
            let mut gone = pin!(one.touch(&image));
            assert!(gone.as_mut().poll(&mut context).is_pending());
        }
        drop(lock);
        for round in 0..20 {
            let (from, to) = if round % 2 == 0 { (&one, &two) } else { (&two, &one) };
            let tag = name(&format!("turn:{round}"));
            block_on(from.tag(&tag, id("b"), false)).expect("tagged");
            block_on(to.untag(&tag)).expect("the other one sees it");
        }
        assert_eq!(block_on(one.reload()).expect("read anew"), []);
        assert_eq!((one.len(), one.names().len()), (2, 0));
    });
}

/// Waiting in a callback that a store calls: nobody holds a lock then.
#[test]
fn a_callback_may_wait_for_the_store() {
    within(60, || {
        let folder = tempfile::tempdir().expect("a folder");
        let store = std::sync::Arc::new(store(folder.path()));
        let (heard, told) = mpsc::channel();
        let inner = std::sync::Arc::downgrade(&store);
        let subscription = store.subscribe(move |change| {
            if let (layerglass::store::StoreChange::Created { id }, Some(store)) = (change, inner.upgrade()) {
                block_on(store.tag(&name("from:callback"), *id, true)).expect("tagged");
                let _ = heard.send(*id);
            }
        });
        block_on(store.create(&config("a"), CreateOptions::default())).expect("created");
        assert_eq!(told.try_recv(), Ok(id("a")));
        assert_eq!(store.names_of(&id("a")), [name("from:callback")]);
        drop(subscription);
    });
}
