//! What of an image is of no use, beside a computation by hand.

use layerglass::image::ImageConfig;
use layerglass::inspect::waste::{Waste, WasteItem, WasteKind, waste};
use layerglass::layer::{FileTree, RowKind};
use layerglass::limits::Limits;

use super::support::Layer;

fn of(layers: &[Layer]) -> Waste {
    within(layers, &Limits::default())
}

fn within(layers: &[Layer], limits: &Limits) -> Waste {
    let tables: Vec<_> = layers.iter().map(Layer::table).collect();
    let found = waste(&tables, None, limits).unwrap();
    // Whatever else: the kinds add up, in all and by layer, and what is left is what the tree holds.
    assert_eq!(found.wasted, found.overwritten + found.removed + found.duplicate);
    assert_eq!(found.squashed, FileTree::merge(&tables, limits).unwrap().totals().file_bytes);
    assert_eq!(found.squashed, found.content_size - found.overwritten - found.removed);
    assert_eq!(found.items.iter().map(|item| item.bytes).sum::<u64>() + found.more_bytes, found.wasted);
    assert_eq!(found.layers.iter().map(|layer| layer.caused).sum::<u64>(), found.overwritten + found.removed);
    for (table, layer) in tables.iter().zip(&found.layers) {
        let files = table.rows().filter(|row| row.kind() == RowKind::File);
        assert_eq!(layer.content_size, files.map(|row| row.size()).sum::<u64>());
    }
    found
}

/// Kind, path, layer, bytes, by.
fn told(waste: &Waste) -> Vec<(WasteKind, &str, u16, u64, u16)> {
    let told = |item: &'_ WasteItem| (item.kind, item.layer, item.bytes, item.by);
    let items = waste.items.iter();
    items
        .map(|item| {
            let (kind, layer, bytes, by) = told(item);
            (kind, item.path.as_str(), layer, bytes, by)
        })
        .collect()
}

use WasteKind::{Duplicate, Overwritten, Removed};

/// An image as people make them, with every kind in it. By hand:
///
/// | layer | files | bytes |
/// |---|---|---|
/// | 0 | `usr/bin/tool` 400, `etc/conf` 30, `var/cache/index` 1000, `lib/one` 50 | 1480 |
/// | 1 | `usr/bin/tool` 500, `tmp/download` 700, `lib/two` 50 like `lib/one` | 1250 |
/// | 2 | `etc/conf` again for its mode 30; deletes `var/cache/index` and `tmp/download` | 30 |
///
/// Overwritten are 400 of `tool` and 30 of `conf`; deleted 1000 and 700; twice there are 50.
#[test]
fn every_kind_by_hand() {
    let config = r#"{"architecture":"amd64","os":"linux","config":{},"history":[
        {"created_by":"ADD rootfs.tar /"},{"created_by":"ENV A=1","empty_layer":true},
        {"created_by":"RUN make install"},{"created_by":"RUN chmod 600 /etc/conf && rm -r /var/cache /tmp/download"}],
        "rootfs":{"type":"layers","diff_ids":["sha256:0000000000000000000000000000000000000000000000000000000000000000",
        "sha256:1111111111111111111111111111111111111111111111111111111111111111",
        "sha256:2222222222222222222222222222222222222222222222222222222222222222"]}}"#;
    let config = ImageConfig::parse(config.as_bytes(), &Limits::default()).unwrap();
    let layers = [
        Layer::default()
            .with_mode("usr/bin/tool", 0o755, [1; 400])
            .file("etc/conf", [2; 30])
            .file("var/cache/index", [3; 1000])
            .file("lib/one", [4; 50]),
        Layer::default()
            .with_mode("usr/bin/tool", 0o755, [5; 500])
            .file("tmp/download", [6; 700])
            .file("lib/two", [4; 50]),
        Layer::default()
            .with_mode("etc/conf", 0o600, [2; 30])
            .file("var/.wh.cache", "")
            .file("tmp/.wh.download", ""),
    ];
    let tables: Vec<_> = layers.iter().map(Layer::table).collect();
    let found = waste(&tables, Some(&config), &Limits::default()).unwrap();
    assert_eq!((found.content_size, found.squashed), (2760, 500 + 50 + 50 + 30));
    assert_eq!((found.overwritten, found.removed, found.duplicate, found.wasted), (430, 1700, 50, 2180));
    let layer = |at: usize| {
        let layer = &found.layers[at];
        (layer.content_size, layer.overwritten, layer.removed, layer.duplicate, layer.caused)
    };
    assert_eq!(
        [layer(0), layer(1), layer(2)],
        [(1480, 430, 1000, 0, 0), (1250, 0, 700, 50, 400), (30, 0, 0, 0, 1730)]
    );
    let commands: Vec<_> = found.layers.iter().map(|layer| layer.command.as_deref().unwrap()).collect();
    assert_eq!(
        commands,
        ["ADD rootfs.tar /", "RUN make install", "RUN chmod 600 /etc/conf && rm -r /var/cache /tmp/download"]
    );
    assert_eq!(
        told(&found),
        [
            (Removed, "var/cache/index", 0, 1000, 2),
            (Removed, "tmp/download", 1, 700, 2),
            (Overwritten, "usr/bin/tool", 0, 400, 1),
            (Duplicate, "lib/two", 1, 50, 0),
            (Overwritten, "etc/conf", 0, 30, 2),
        ]
    );
    assert_eq!(found.items[3].same_as.as_deref(), Some("lib/one"));
    let unchanged: Vec<_> = found.items.iter().map(|item| item.unchanged).collect();
    assert_eq!(unchanged, [false, false, false, false, true], "only the mode changed");
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(
        json["items"][3],
        serde_json::json!({"kind": "duplicate", "path": "lib/two", "layer": 1, "bytes": 50, "by": 0, "sameAs": "lib/one", "unchanged": false})
    );
    assert_eq!(json["contentSize"], 2760);
    assert_eq!(json["layers"][2]["caused"], 1730);
}

/// Hard links of one layer are one copy, which is free only when all its names are gone.
#[test]
fn a_copy_is_waste_when_its_last_name_is_gone() {
    let lowest = Layer::default().file("a", [1; 100]).hardlink("b", "a").hardlink("c", "a");
    let one = Layer::default().file(".wh.a", "");
    let two = Layer::default().file(".wh.b", "").file("b", "new");
    let three = Layer::default().file(".wh.c", "");
    let stack = [lowest.clone(), one.clone(), two.clone(), three];
    assert_eq!(of(&stack[..1]).content_size, 100);
    assert_eq!(told(&of(&stack[..2])), [], "`b` and `c` are still there");
    assert_eq!(told(&of(&stack[..3])), [], "`c` is still there");
    assert_eq!(told(&of(&stack)), [(Removed, "c", 0, 100, 3)]);
    // Of several that go at once, the name of the entry itself is told.
    let all = Layer::default().file(".wh.c", "").file(".wh.b", "").file("a", "new");
    assert_eq!(told(&of(&[lowest.clone(), all])), [(Overwritten, "a", 0, 100, 1)]);
    // A further name from an upper layer keeps it as well, and needs no room.
    let renamed =
        Layer::default().hardlink("kept/d", "a").file(".wh.a", "").file(".wh.b", "").file(".wh.c", "");
    let lowest_and_link = [lowest.clone(), Layer::default().hardlink("kept/d", "a"), renamed];
    let found = of(&lowest_and_link[..2]);
    assert_eq!((found.content_size, found.wasted), (100, 0));
    assert_eq!(
        told(&of(&[lowest.clone(), lowest_and_link[1].clone(), one, two])),
        [],
        "removed names whose contents live on under another name are no waste"
    );
    // Names in one layer, one of them written anew within it.
    let within_one = Layer::default().file("x", [7; 10]).hardlink("y", "x").file("x", [8; 20]);
    assert_eq!(told(&of(&[within_one])), []);
}

#[test]
fn the_same_layer_may_write_a_path_twice() {
    let layer = Layer::default().file("a", [1; 10]).file("a", [2; 20]).file("a", [2; 20]);
    let found = of(&[Layer::default(), layer]);
    assert_eq!(told(&found), [(Overwritten, "a", 1, 20, 1), (Overwritten, "a", 1, 10, 1)]);
    assert_eq!(found.items.iter().map(|item| item.unchanged).collect::<Vec<_>>(), [true, false]);
    assert_eq!((found.layers[1].content_size, found.layers[1].caused, found.squashed), (50, 30, 20));
}

#[test]
fn opaque_folders_and_what_takes_the_place_of_folders() {
    let lowest = Layer::default()
        .file("app/kept", [1; 100])
        .file("app/gone", [2; 200])
        .file("app/deep/gone", [3; 300])
        .file("data/one", [4; 400])
        .file("data/two", [5; 500])
        .file("lib/x", [6; 600])
        .file("was", [7; 700]);
    let upper = Layer::default()
        .file("app/kept", [1; 100])
        .file("app/.wh..wh..opq", "")
        .file("data", [8; 8])
        .symlink("lib", "usr/lib")
        .file("usr/lib/x", [6; 600])
        .file("was/inside", [9; 9]);
    let found = of(&[lowest, upper]);
    assert_eq!(
        told(&found),
        [
            (Removed, "lib/x", 0, 600, 1),
            (Removed, "data/two", 0, 500, 1),
            (Removed, "data/one", 0, 400, 1),
            (Removed, "app/deep/gone", 0, 300, 1),
            (Removed, "app/gone", 0, 200, 1),
            (Overwritten, "app/kept", 0, 100, 1),
            (Removed, "was/inside", 1, 9, 1),
        ],
        "an entry below a file has no place: `was` stays a file"
    );
    assert!(found.items[5].unchanged);
    // What has no place is of no use from the start.
    let found = of(&[Layer::default().file("../climbs", [1; 10]).file("a/.wh.marked", [2; 20])]);
    assert_eq!(told(&found), [(Removed, "a/.wh.marked", 0, 20, 0), (Removed, "../climbs", 0, 10, 0)]);
}

#[test]
fn of_equal_contents_the_lowest_first_one_counts() {
    let layers = [
        Layer::default().file("z/first", [1; 100]).file("a/second", [1; 100]).file("old", [1; 100]),
        Layer::default()
            .file("b/third", [1; 100])
            .hardlink("b/fourth", "b/third")
            .file(".wh.old", "")
            .file("empty", "")
            .file("void", "")
            .file("like", [2; 100]),
        Layer::default().symlink("link", "z/first"),
    ];
    let found = of(&layers);
    assert_eq!(
        told(&found),
        [(Duplicate, "a/second", 0, 100, 0), (Removed, "old", 0, 100, 1), (Duplicate, "b/third", 1, 100, 0)],
        "the removed one is not counted as a duplicate as well, further names are not, and empty files weigh nothing"
    );
    assert!(
        found
            .items
            .iter()
            .filter(|item| item.kind == Duplicate)
            .all(|item| item.same_as.as_deref() == Some("z/first"))
    );
    assert_eq!(found.squashed, 400);
}

#[test]
fn items_beyond_the_limit_are_summed() {
    let lowest = (1..=20)
        .fold(Layer::default(), |layer, at| layer.file(&format!("d/{at}"), vec![at; usize::from(at)]));
    let upper = Layer::default().file(".wh.d", "");
    let found = within(&[lowest, upper], &Limits { waste_items: 3, ..Limits::default() });
    assert_eq!(found.items.iter().map(|item| item.bytes).collect::<Vec<_>>(), [20, 19, 18]);
    assert_eq!((found.more_items, found.more_bytes, found.wasted), (17, 210 - 57, 210));
    let found = waste(&[], None, &Limits::default()).unwrap();
    assert_eq!((found.content_size, found.layers.len()), (0, 0));
}
