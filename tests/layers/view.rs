//! A tree as rows on a screen.

use layerglass::layer::{SortKey, TreeView};

use crate::build::Tar;
use crate::tree;

fn view(changes_only: bool) -> TreeView {
    let lower =
        Tar::default().file("b/x", "1").file("b/y", "333").file("a/z/deep", "22").file("c", "55555").end();
    let upper = Tar::default().file("b/y", "4444").file("b/.wh.x", "").file("new/n", "n").end();
    TreeView::new(tree(&[lower, upper]), changes_only)
}

fn rows(view: &mut TreeView, offset: u32, limit: u32) -> Vec<String> {
    let page = view.page(offset, limit);
    page.into_iter()
        .map(|(id, depth)| {
            let name = String::from_utf8_lossy(view.tree().node(id).unwrap().name()).into_owned();
            format!("{}{name}", " ".repeat(depth as usize))
        })
        .collect()
}

fn id(view: &TreeView, path: &str) -> u32 {
    view.tree().nodes().find(|node| node.path() == path.as_bytes()).unwrap().id()
}

#[test]
fn directories_open_and_close() {
    let mut view = view(false);
    assert_eq!(rows(&mut view, 0, 10), ["a", "b", "new", "c"]);
    view.set_expanded(id(&view, "a/z"), true);
    assert_eq!(view.len(), 4, "what is open in a closed directory does not show");
    view.set_expanded(id(&view, "a"), true);
    assert_eq!(rows(&mut view, 0, 10), ["a", " z", "  deep", "b", "new", "c"]);
    assert_eq!(rows(&mut view, 2, 2), ["  deep", "b"]);
    view.set_expanded(id(&view, "a"), false);
    assert_eq!(view.len(), 4);
    view.set_expanded(9999, true);
    assert!(rows(&mut view, 100, 10).is_empty());
}

#[test]
fn a_row_knows_its_place_among_its_siblings() {
    let mut view = view(false);
    let position = |view: &mut TreeView, path: &str| view.position(id(view, path));
    assert_eq!(["a", "b", "new", "c"].map(|path| position(&mut view, path)), [0, 1, 2, 3]);
    assert_eq!(position(&mut view, "a/z/deep"), 0);
    view.sort(SortKey::Name, true);
    assert_eq!(["a", "b", "new", "c"].map(|path| position(&mut view, path)), [3, 2, 1, 0]);
    assert_eq!(view.position(9999), 0);
    assert_eq!(view.position(0), 0);
}

#[test]
fn every_page_is_a_part_of_the_whole() {
    let mut view = view(false);
    view.expand_all(u32::MAX);
    let all = rows(&mut view, 0, u32::MAX);
    assert_eq!(all.len() as u32, view.len());
    for offset in 0..all.len() {
        for limit in 0..4 {
            let page = rows(&mut view, offset as u32, limit);
            assert_eq!(page, all[offset..(offset + limit as usize).min(all.len())]);
        }
    }
    let mut narrow = self::view(false);
    narrow.expand_all(5);
    assert!(narrow.len() <= 5);
}

#[test]
fn changes_show_what_the_last_layer_did_and_where() {
    let mut view = view(true);
    view.expand_all(100);
    assert_eq!(rows(&mut view, 0, 10), ["b", " x", " y", "new", " n"]);
}

#[test]
fn a_path_is_revealed_at_its_row() {
    let mut view = view(false);
    let row = view.reveal(b"a/z/deep").unwrap();
    assert_eq!(rows(&mut view, row, 1), ["  deep"]);
    assert_eq!((view.reveal(b"a/none"), view.reveal(b"")), (None, None));
    let row = view.reveal(b"c").unwrap();
    assert_eq!(rows(&mut view, row, 1), ["c"]);
}

#[test]
fn siblings_are_sorted() {
    let mut view = view(false);
    view.sort(SortKey::Size, true);
    assert_eq!(rows(&mut view, 0, 10), ["c", "b", "a", "new"]);
    view.sort(SortKey::Name, true);
    assert_eq!(rows(&mut view, 0, 10), ["c", "new", "b", "a"]);
    view.sort(SortKey::Mtime, false);
    assert_eq!(rows(&mut view, 0, 10), ["a", "b", "new", "c"]);
}

#[test]
fn a_filter_shows_what_matches_and_what_is_around_it() {
    let mut view = view(false);
    view.filter("DEEP");
    assert_eq!(rows(&mut view, 0, 10), ["a", " z", "  deep"]);
    view.filter("nothing");
    assert!(view.is_empty());
    view.filter("");
    assert_eq!(view.len(), 4);
}
