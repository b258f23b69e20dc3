//! From a graph into a store of images.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use layerglass::error::{ErrorKind, Reason};
use layerglass::fs::block_on;
use layerglass::graph::{
    ImageOutcome, Migration, MigrationError, MigrationLayer, MigrationLayers, MigrationReport, NameOutcome,
};
use layerglass::image::{ChainId, DiffId, ImageId};
use layerglass::reference::Reference;
use layerglass::store::{
    Backend, ImageStore, LayerStore, LayerStores, MemoryBackend, MemoryLayers, Sharing, StoreOptions,
};

use crate::faulty::{Fault, Faulty};
use crate::support::env;

/// Diff ids with sizes, bottom first.
type Stack = Vec<(DiffId, u64)>;

/// Layers in memory: every one is the empty tar, but for those that have another diff id here or no contents.
#[derive(Clone, Default)]
pub struct TestLayers {
    pub store: MemoryLayers,
    pub others: BTreeMap<String, Option<DiffId>>,
    /// What each chain id stands for.
    stacks: Arc<Mutex<BTreeMap<ChainId, Stack>>>,
}

impl TestLayers {
    fn diff_id(&self, id: &str) -> Result<DiffId, String> {
        let known = self.others.get(id).cloned().unwrap_or_else(|| Some(DiffId::new(DiffId::EMPTY_TAR)));
        known.ok_or_else(|| "its contents are not there".to_owned())
    }
}

impl MigrationLayers for TestLayers {
    type Held = ChainId;

    async fn check(&self, layer: MigrationLayer<'_>) -> Result<(), String> {
        self.diff_id(layer.id).map(drop)
    }

    async fn register(&self, layer: MigrationLayer<'_>) -> Result<(DiffId, ChainId), String> {
        let diff_id = self.diff_id(layer.id)?;
        assert_eq!(layer.below.is_some(), layer.parent.is_some());
        let mut stacks = self.stacks.lock().expect("nobody fails while having it");
        let mut stack = layer.below.map_or_else(Vec::new, |below| stacks[below].clone());
        stack.push((diff_id.clone(), 0));
        let chain_id = self.store.register(&stack).expect("a layer");
        stacks.insert(chain_id.clone(), stack);
        Ok((diff_id, chain_id))
    }

    async fn release(&self, held: ChainId) {
        self.store.release(held).await.expect("released");
    }
}

pub fn target<B: Backend>(backend: B, layers: &TestLayers) -> ImageStore<B, MemoryLayers> {
    let options = StoreOptions::new(env()).with_layers(LayerStores::any(layers.store.clone()));
    block_on(ImageStore::open(backend, options)).expect("opens").0
}

/// An id of 64 digits.
fn id(digit: char) -> String {
    digit.to_string().repeat(64)
}

fn graph(layers: &[(String, &str)]) -> MemoryBackend {
    let records = layers.iter().map(|(id, json)| (format!("graph/{id}/json"), json.as_bytes().to_vec()));
    records.collect()
}

fn json(id: &str, parent: &str) -> String {
    format!(
        r#"{{"id":"{id}","parent":"{parent}","comment":"{id}","created":"2014-05-01T10:20:30Z","os":"linux"}}"#
    )
}

/// a - b - c, and d beside b.
fn tree() -> MemoryBackend {
    let parent = |digit| id(digit);
    let backend: MemoryBackend =
        [('a', String::new()), ('b', parent('a')), ('c', parent('b')), ('d', parent('a'))]
            .into_iter()
            .map(|(digit, parent)| {
                (format!("graph/{}/json", id(digit)), json(&id(digit), &parent).into_bytes())
            })
            .collect();
    let names = format!(
        r#"{{"Repositories":{{"app":{{"1":"{}","2":"{}","gone":"{}"}},"base":{{"latest":"{}"}}}}}}"#,
        id('c'),
        id('d'),
        id('f'),
        id('a')
    );
    block_on(backend.put("repositories-vfs", names.as_bytes())).expect("put");
    backend
}

fn kinds(report: &MigrationReport) -> Vec<(char, &'static str)> {
    let kind = |outcome: &ImageOutcome| match outcome {
        ImageOutcome::Planned { .. } => "planned",
        ImageOutcome::Migrated { .. } => "migrated",
        ImageOutcome::Done { .. } => "done",
        ImageOutcome::Skipped => "skipped",
        ImageOutcome::Failed { .. } => "failed",
        _ => "unknown",
    };
    report.images.iter().map(|image| (image.id.chars().next().unwrap(), kind(&image.outcome))).collect()
}

fn name_kinds(report: &MigrationReport) -> Vec<(&str, &'static str)> {
    let kind = |outcome: &NameOutcome| match outcome {
        NameOutcome::Planned => "planned",
        NameOutcome::Named { .. } => "named",
        NameOutcome::Done { .. } => "done",
        NameOutcome::Taken { .. } => "taken",
        NameOutcome::Dangling => "dangling",
        NameOutcome::Failed { .. } => "failed",
        _ => "unknown",
    };
    report.names.iter().map(|name| (name.name.as_str(), kind(&name.outcome))).collect()
}

fn name(text: &str) -> Reference {
    Reference::parse_normalized(text).expect("a name")
}

#[test]
fn a_plan_says_what_would_be_done_and_changes_nothing() {
    let (source, target_backend, layers) = (tree(), MemoryBackend::new(), TestLayers::default());
    let (before, empty) = (source.records(), target_backend.records());
    let target = target(target_backend.clone(), &layers);
    let plan = block_on(Migration::new(&source, &target).plan(&layers)).expect("planned");
    assert_eq!(kinds(&plan), [('a', "planned"), ('b', "planned"), ('c', "planned"), ('d', "planned")]);
    let names = [
        ("docker.io/library/app:1", "planned"),
        ("docker.io/library/app:2", "planned"),
        ("docker.io/library/app:gone", "dangling"),
        ("docker.io/library/base:latest", "planned"),
    ];
    assert_eq!(name_kinds(&plan), names);
    assert!(plan.dry_run && !plan.is_complete() && plan.driver.as_deref() == Some("vfs"));
    assert_eq!((source.records(), target_backend.records()), (before, empty));
    assert!(layers.store.list().is_empty());
}

#[test]
fn where_docker_noted_the_diff_ids_a_plan_knows_the_images() {
    let (source, layers) = (tree(), TestLayers::default());
    for digit in ['a', 'b'] {
        let key = format!("graph/{}/.migration-diffid", id(digit));
        block_on(source.put(&key, DiffId::EMPTY_TAR.as_bytes())).expect("put");
    }
    let target = target(MemoryBackend::new(), &layers);
    let migration = Migration::new(&source, &target);
    let plan = block_on(migration.plan(&layers)).expect("planned");
    let run = block_on(migration.run(&layers, |_| {})).expect("migrated");
    for (planned, done) in plan.images.iter().zip(&run.images) {
        let (ImageOutcome::Planned { image }, ImageOutcome::Migrated { image: made }) =
            (&planned.outcome, &done.outcome)
        else {
            panic!("{planned:?} {done:?}");
        };
        let is_noted = planned.id.starts_with(['a', 'b']);
        assert_eq!(*image, is_noted.then_some(*made), "{}", planned.id);
    }
}

#[test]
fn everything_is_migrated_once_and_the_graph_stays_as_it_is() {
    let (source, backend, layers) = (tree(), MemoryBackend::new(), TestLayers::default());
    let before = source.records();
    let target = target(backend.clone(), &layers);
    let migration = Migration::new(&source, &target);
    let mut told = Vec::new();
    let report = block_on(migration.run(&layers, |image| told.push(image.id.clone()))).expect("migrated");
    assert_eq!(kinds(&report), [('a', "migrated"), ('b', "migrated"), ('c', "migrated"), ('d', "migrated")]);
    assert_eq!(told, ['a', 'b', 'c', 'd'].map(id));
    let app = target.named(&name("app:1")).expect("named");
    assert_eq!(target.ancestors(&app).len(), 2);
    assert_eq!(block_on(target.get(&app)).expect("found").history().len(), 3);
    assert_eq!((target.len(), target.names().len()), (4, 3));

    let records = backend.records();
    let again = block_on(migration.run(&layers, |_| {})).expect("migrated");
    assert_eq!(kinds(&again), [('a', "done"), ('b', "done"), ('c', "done"), ('d', "done")]);
    assert!(again.names_done && again.names.is_empty());
    assert_eq!((source.records(), backend.records()), (before, records));
}

#[test]
fn names_that_are_there_stay_as_they_are() {
    let (source, layers) = (tree(), TestLayers::default());
    let target = target(MemoryBackend::new(), &layers);
    let config = br#"{"os":"linux","architecture":"amd64","rootfs":{"type":"layers"}}"#;
    let other = block_on(target.create(config, Default::default())).expect("made");
    block_on(target.tag(&name("app:1"), other, false)).expect("tagged");
    let report = block_on(Migration::new(&source, &target).run(&layers, |_| {})).expect("migrated");
    assert_eq!(
        name_kinds(&report)[..2],
        [("docker.io/library/app:1", "taken"), ("docker.io/library/app:2", "named")]
    );
    assert_eq!(target.named(&name("app:1")), Some(other));
}

#[test]
fn what_cannot_be_migrated_is_left_out_with_what_stands_on_it_and_tried_again() {
    let source = tree();
    let mut layers = TestLayers::default();
    layers.others.insert(id('b'), None);
    let more = [
        (id('0'), json(&id('0'), &id('1'))),
        (id('1'), json(&id('1'), &id('0'))),
        (id('2'), json(&id('2'), &id('2'))),
        (id('3'), json(&id('3'), &id('9'))),
        (id('4'), "{".to_owned()),
        ("short".to_owned(), json("short", "")),
    ];
    for (id, json) in &more {
        block_on(source.put(&format!("graph/{id}/json"), json.as_bytes())).expect("put");
    }
    let target = target(MemoryBackend::new(), &layers);
    let expected = |done| {
        vec![
            ('3', "failed"),
            ('4', "failed"),
            ('a', done),
            ('b', "failed"),
            ('c', "failed"),
            ('d', done),
            ('0', "failed"),
            ('1', "failed"),
            ('2', "failed"),
            ('s', "skipped"),
        ]
    };
    let plan = block_on(Migration::new(&source, &target).plan(&layers)).expect("planned");
    assert_eq!(kinds(&plan), expected("planned"));
    let report = block_on(Migration::new(&source, &target).run(&layers, |_| {})).expect("migrated");
    assert_eq!(kinds(&report), expected("migrated"));
    assert!(
        !report.is_complete()
            && target.named(&name("app:2")).is_some()
            && target.named(&name("app:1")).is_none()
    );

    layers.others.clear();
    let report = block_on(Migration::new(&source, &target).run(&layers, |_| {})).expect("migrated");
    assert_eq!(kinds(&report)[2..6], [('a', "done"), ('b', "migrated"), ('c', "migrated"), ('d', "done")]);
    assert!(target.named(&name("app:1")).is_some(), "names are looked at again until all is done");
}

/// Whichever write fails or is the last, the next run ends as one that was never interrupted.
#[test]
fn a_migration_goes_on_where_it_ended() {
    let source = tree();
    let whole = MemoryBackend::new();
    let layers = TestLayers::default();
    let complete = target(whole.clone(), &layers);
    block_on(Migration::new(&source, &complete).run(&layers, |_| {})).expect("migrated");
    let mut struck = 0;
    for fault in [Fault::Fails, Fault::DoneButFails, Fault::EndsBefore, Fault::EndsAfter] {
        for write in 0.. {
            assert!(write < 200);
            let (inner, layers) = (MemoryBackend::new(), TestLayers::default());
            let faulty = Faulty::new(inner.clone(), fault, write, Sharing::Full);
            let _ = block_on(Migration::new(&source, &target(faulty.clone(), &layers)).run(&layers, |_| {}));
            if !faulty.struck() {
                break;
            }
            struck += 1;
            let again = target(inner.clone(), &layers);
            let report = block_on(Migration::new(&source, &again).run(&layers, |_| {})).expect("migrated");
            assert!(report.is_complete(), "{fault:?} at write {write}");
            assert_eq!(inner.records(), whole.records(), "{fault:?} at write {write}");
        }
    }
    assert!(struck > 50, "only {struck} writes went wrong");
}

#[test]
fn a_driver_has_to_be_chosen_where_several_have_names() {
    let (source, layers) = (tree(), TestLayers::default());
    block_on(source.put("repositories-aufs", br#"{"Repositories":{}}"#)).expect("put");
    let target = target(MemoryBackend::new(), &layers);
    let error = block_on(Migration::new(&source, &target).plan(&layers)).expect_err("two");
    assert!(matches!(&error, MigrationError::Drivers { drivers } if drivers == &["aufs", "vfs"]));
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    let chosen = Migration::new(&source, &target).with_driver("vfs");
    assert_eq!(block_on(chosen.plan(&layers)).expect("planned").names.len(), 4);
    let wrong = Migration::new(&source, &target).with_driver("../x");
    assert_eq!(block_on(wrong.plan(&layers)).expect_err("no name").kind(), ErrorKind::Invalid);
}

/// Documents are not obeyed where they point elsewhere.
#[test]
fn parents_that_are_no_ids_lead_nowhere() {
    let layers = TestLayers::default();
    let source = graph(&[(id('a'), &json(&id('a'), "../../etc"))]);
    let target = target(MemoryBackend::new(), &layers);
    let report = block_on(Migration::new(&source, &target).run(&layers, |_| {})).expect("migrated");
    assert_eq!(kinds(&report), [('a', "failed")]);
    assert_eq!(target.list(), [] as [ImageId; 0]);
}
