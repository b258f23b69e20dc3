//! What a graph reads: URLs and filters round-trip; whatever stands in the place of a document, a size, a mark, a file of names
//! or a record of a layer is reported, is in nobody's way and can be removed; layers pass through filters in any pieces.
#![no_main]

use layerglass::env::{Env, UnixTime};
use layerglass::fs::block_on;
use layerglass::graph::{
    FilterRule, Graph, GraphOptions, LayerUrl, NamedStores, PathFilter, RecordContents, SCRATCH, StoreUrl,
    StoresOptions, TagStore, WriteLayer,
};
use layerglass::image::Platform;
use layerglass::layer::LayerFilter;
use layerglass::limits::Limits;
use layerglass::store::MemoryBackend;
use libfuzzer_sys::fuzz_target;

fn env() -> Env {
    let state = std::sync::atomic::AtomicU8::new(0xa0);
    Env::new(UnixTime::default, Platform::new("linux", "amd64")).with_random(move |bytes| {
        let next = state.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        bytes.fill(next | 0xa0);
    })
}

fuzz_target!(|input: &[u8]| {
    let Some((kind, input)) = input.split_first() else { return };
    match kind % 4 {
        0 => texts(input),
        1 => graph(input),
        2 => stores(input),
        _ => layer(input),
    }
});

fn texts(input: &[u8]) {
    let limits = Limits::default();
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(url) = text.parse::<LayerUrl>() {
        assert_eq!(url.to_string().parse::<LayerUrl>().as_ref(), Ok(&url));
        assert_eq!(url.store().to_string().parse::<StoreUrl>().as_ref(), Ok(url.store()));
    }
    for filter in
        [PathFilter::decode(text, &limits), PathFilter::from_json(input, &limits)].into_iter().flatten()
    {
        assert_eq!(PathFilter::decode(&filter.encode(), &limits).as_ref(), Ok(&filter));
        assert_eq!(filter.excludes(input), filter.apply(input).is_none());
    }
}

fn graph(input: &[u8]) {
    let places = [
        "graph/a/json",
        "graph/a/parent",
        "graph/a/layersize",
        "layerglass/layers/a",
        "layerglass/graph/pending/a",
        "layerglass/graph/dropping/a",
        "repositories-records",
    ];
    for place in places {
        let records = [
            ("graph/a/json", br#"{"id":"a","parent":"b"}"#.as_slice()),
            ("layerglass/layers/a", b"token 0 0\n"),
            ("graph/b/json", br#"{"id":"b"}"#),
            ("layerglass/layers/b", b"other 0 0\n"),
            (place, input),
        ];
        let backend: MemoryBackend =
            records.into_iter().map(|(key, bytes)| (key.to_owned(), bytes.to_vec())).collect();
        let contents = RecordContents::new(backend.clone());
        block_on(async {
            let (graph, report) =
                Graph::open(backend.clone(), contents, GraphOptions::new(env())).await.expect("opens");
            let listing = graph.list().await.expect("lists");
            assert!(
                listing.images.len() == report.images && listing.images.iter().any(|image| image.id == "b")
            );
            let _ = (graph.history("a").await, graph.get("a").await);
            if let Ok(tags) = TagStore::open(&graph).await {
                let before = tags.repositories().await.expect("reads");
                for id in before.values().flat_map(|tags| tags.values()) {
                    tags.delete_all(id).await.expect("deletes");
                }
                assert!(tags.by_id().await.expect("reads").is_empty());
            }
            let _ = graph.delete("a").await;
            assert!(graph.get("b").await.is_ok(), "another one is not touched");
        });
    }
}

fn stores(input: &[u8]) {
    for place in [
        "VIC/s/images/a/manifest",
        "layerglass/layers/s/a",
        "layerglass/graph/users/s/a",
        "layerglass/graph/dropping/s",
    ] {
        let backend = MemoryBackend::new();
        let open = || {
            let contents = RecordContents::new(backend.clone());
            NamedStores::open(backend.clone(), contents, StoresOptions::new(env(), Limits::default()))
        };
        block_on(async {
            let (stores, _) = open().await.expect("opens");
            stores.create("s").await.expect("created");
            for id in ["a", "b"] {
                stores.write("s", id, WriteLayer::on(SCRATCH), id.as_bytes()).await.expect("written");
            }
            layerglass::store::Backend::put(&backend, place, input).await.expect("put");
            let (stores, _) = open().await.expect("opens");
            let (_, problems) = stores.get_store("s").await.expect("is there");
            let listed = stores.list("s").await.expect("lists");
            assert!(listed.iter().any(|layer| layer.id == "b") && listed.len() + problems.len() <= 2);
            let _ = (stores.get("s", "a").await, stores.layer_usage("s", "a").await);
            let _ = stores.delete("s", "a").await;
            assert!(stores.get("s", "b").await.is_ok(), "another one is not touched");
        });
    }
}

fn layer(input: &[u8]) {
    let rules = [
        ("", FilterRule::Exclude),
        ("e", FilterRule::Include),
        ("x", FilterRule::Rebase),
        ("et", FilterRule::Strip),
    ];
    let filter = PathFilter::new(rules).expect("a filter");
    let run = |size: usize| {
        let (mut through, mut out) = (LayerFilter::new(filter.clone(), &Limits::default()), Vec::new());
        input.chunks(size).try_for_each(|piece| through.push(piece, &mut out))?;
        through.finish(&mut out).map(|report| (report, out))
    };
    let (whole, pieces) = (run(input.len().max(1)), run(97));
    assert_eq!(whole.as_ref().ok(), pieces.as_ref().ok());
}
