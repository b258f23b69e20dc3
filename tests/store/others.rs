//! What others did to the same storage, as far as a store learns of it.

use std::sync::{Arc, Mutex};

use layerglass::fs::block_on;
use layerglass::store::{
    Backend, CreateOptions, DeletePolicy, MemoryBackend, ProblemKind, StoreChange, StoreError,
};

use crate::support::{chain, config, id, name, open};

/// Names that others gave, moved and took are told before the change that came upon them, and only once.
#[test]
fn names_of_others_are_told() {
    let backend = MemoryBackend::new();
    let (here, _) = open(backend.clone());
    for image in ["a", "b"] {
        block_on(here.create(&config(image), CreateOptions::default())).expect("created");
    }
    for tag in ["x:goes", "x:moves", "x:stays"] {
        block_on(here.tag(&name(tag), id("a"), false)).expect("tagged");
    }
    let (there, _) = open(backend);
    let told = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&told);
    let _subscription = here.subscribe(move |change| note.lock().expect("told").push(change.clone()));
    block_on(there.untag(&name("x:goes"))).expect("untagged");
    block_on(there.tag(&name("x:moves"), id("b"), true)).expect("moved");
    block_on(there.tag(&name("y:new"), id("b"), false)).expect("tagged");
    let refused = block_on(here.tag(&name("y:new"), id("a"), false)).expect_err("it has that name");
    assert!(matches!(*refused, StoreError::Name(_)));
    block_on(here.tag(&name("z:own"), id("a"), false)).expect("tagged");
    let tagged = |text: &str, of: &str, from: Option<&str>| StoreChange::Tagged {
        reference: name(text),
        id: id(of),
        moved_from: from.map(id),
    };
    let expected = [
        StoreChange::Untagged { reference: name("x:goes"), id: id("a") },
        tagged("x:moves", "b", Some("a")),
        tagged("y:new", "b", None),
        tagged("z:own", "a", None),
    ];
    assert_eq!(*told.lock().expect("told"), expected);
    assert_eq!(here.names(), block_on(async { there.reload().await.map(|_| there.names()) }).expect("read"));
}

/// An image that comes back is linked to those that still name it as their parent, as after opening.
#[test]
fn an_image_that_comes_back_has_its_children() {
    let (store, backend) = chain();
    // Docker deletes without a word to the children.
    let content = |of: &str| format!("imagedb/content/sha256/{}", id(of).digest().hex());
    block_on(backend.delete(&content("b"))).expect("deleted");
    let (reopened, report) = open(backend.clone());
    assert!(report.problems.iter().any(|problem| problem.kind == ProblemKind::ParentMissing));
    assert!(block_on(store.touch(&id("b"))).is_err(), "the other store learns that it is gone");
    for store in [reopened, store] {
        assert_eq!(store.parent(&id("c")), None);
        let circle = block_on(store.create(&config("b"), CreateOptions::with_parent(id("c"))));
        let error = circle.expect_err("a circle");
        assert!(matches!(*error, StoreError::ParentCycle { .. }), "{error}");
        block_on(store.create(&config("b"), CreateOptions::default())).expect("created");
        let (other, report) = open(backend.clone());
        assert_eq!(store.by_parent(), other.by_parent());
        assert_eq!(store.children(&id("b")), [id("c")]);
        assert_eq!(report.problems, []);
        block_on(backend.delete(&content("b"))).expect("deleted");
    }
}

/// What was given another parent meanwhile, or is gone, is not linked.
#[test]
fn an_image_that_comes_back_takes_nobody_from_others() {
    let backend = MemoryBackend::new();
    let (store, _) = open(backend.clone());
    block_on(async {
        store.create(&config("a"), CreateOptions::default()).await?;
        for child in ["b", "c", "d"] {
            store.create(&config(child), CreateOptions::with_parent(id("a"))).await?;
        }
        store.create(&config("e"), CreateOptions::default()).await
    })
    .expect("prepared");
    block_on(backend.delete(&format!("imagedb/content/sha256/{}", id("a").digest().hex()))).expect("deleted");
    assert!(block_on(store.touch(&id("a"))).is_err());
    block_on(store.set_parent(&id("b"), Some(id("e")))).expect("set");
    block_on(store.set_parent(&id("c"), None)).expect("cleared");
    block_on(store.delete(&id("d"), DeletePolicy::default())).expect("deleted");
    block_on(store.create(&config("a"), CreateOptions::default())).expect("created");
    assert_eq!(store.by_parent(), [(id("e"), vec![id("b")])]);
    assert_eq!(open(backend).0.by_parent(), store.by_parent());
}
