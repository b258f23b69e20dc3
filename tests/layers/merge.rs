//! What several layers make of each other.

use layerglass::layer::{Aspect, Change, Contents, FileTree, Node, NodeKind};

use crate::build::{Header, Tar};
use crate::{paths, tree};

fn at<'a>(tree: &'a FileTree, path: &str) -> Node<'a> {
    tree.nodes()
        .find(|node| node.path() == path.as_bytes())
        .unwrap_or_else(|| panic!("{path} is not in the tree"))
}

fn base() -> Vec<u8> {
    Tar::default()
        .directory("d/")
        .file("d/a", "a")
        .file("d/b", "b")
        .directory("d/s/")
        .file("d/s/c", "c")
        .file("e", "e")
        .end()
}

#[test]
fn a_mark_removes_a_name_of_lower_layers() {
    let upper = Tar::default().file("d/.wh.a", "").file("d/.wh.s", "").file(".wh.nothing", "").end();
    let tree = tree(&[base(), upper]);
    assert_eq!(paths(&tree), ["d", "d/b", "e"]);
    assert_eq!(at(&tree, "d/s/c").change(), Change::Removed);
    assert_eq!(tree.totals().removed, 3);
}

#[test]
fn a_mark_spares_what_its_own_layer_adds_wherever_it_stands() {
    let before = Tar::default().file("d/.wh.a", "").file("d/a", "new").end();
    let behind = Tar::default().file("d/a", "new").file("d/.wh.a", "").end();
    for upper in [before, behind] {
        let tree = tree(&[base(), upper]);
        assert_eq!(at(&tree, "d/a").change(), Change::Modified);
        assert_eq!(at(&tree, "d/a").row().unwrap().size(), 3);
    }
}

#[test]
fn an_opaque_directory_hides_what_lay_below_it_wherever_the_mark_stands() {
    let before = Tar::default().file("d/.wh..wh..opq", "").file("d/n", "n").end();
    let behind = Tar::default().file("d/n", "n").file("d/.wh..wh..opq", "").end();
    for upper in [before, behind] {
        assert_eq!(paths(&tree(&[base(), upper])), ["d", "d/n", "e"]);
    }
}

#[test]
fn a_directory_over_a_directory_keeps_the_children_and_any_other_change_of_type_does_not() {
    let mut sticky = Header::new(b"d/", b'5', 0);
    sticky.octal(100..108, 0o1777);
    let kept = tree(&[base(), Tar::default().member(&sticky, b"").end()]);
    assert_eq!(paths(&kept), ["d", "d/a", "d/b", "d/s", "d/s/c", "e"]);
    assert_eq!(at(&kept, "d").aspects(), [Aspect::Mode]);
    let file = tree(&[base(), Tar::default().file("d", "now a file").end()]);
    assert_eq!(paths(&file), ["d", "e"]);
    assert_eq!(at(&file, "d").aspects()[0], Aspect::Type);
    let link = tree(&[base(), Tar::default().symlink("d", "e").end()]);
    assert_eq!(
        (paths(&link), at(&link, "d").kind()),
        (vec!["d".to_owned(), "e".to_owned()], NodeKind::Symlink)
    );
}

#[test]
fn entries_reach_through_links_of_lower_layers_and_stay_inside() {
    let lower = Tar::default()
        .directory("usr/lib/")
        .symlink("lib", "usr/lib")
        .symlink("abs", "/usr/lib")
        .symlink("out", "../../../usr/lib")
        .end();
    let upper = Tar::default().file("lib/a", "a").file("abs/b", "b").file("out/c", "c").end();
    let merged = tree(&[lower.clone(), upper]);
    assert_eq!(
        paths(&merged),
        ["abs", "lib", "out", "usr", "usr/lib", "usr/lib/a", "usr/lib/b", "usr/lib/c"]
    );
    let removed = tree(&[
        lower,
        Tar::default().file("usr/lib/a", "").end(),
        Tar::default().file("lib/.wh.a", "").end(),
    ]);
    assert!(!paths(&removed).contains(&"usr/lib/a".to_owned()));
}

#[test]
fn a_mark_does_not_reach_through_a_link_that_its_layer_replaces() {
    let lower = Tar::default().directory("d/").file("d/a", "a").symlink("l", "d").end();
    let upper = Tar::default().directory("l/").file("l/.wh..wh..opq", "").file("l/n", "n").end();
    assert_eq!(paths(&tree(&[lower, upper])), ["d", "d/a", "l", "l/n"]);
}

#[test]
fn links_in_a_circle_and_paths_through_files_are_reported() {
    let layer = Tar::default()
        .symlink("x", "y")
        .symlink("y", "x")
        .file("x/a", "")
        .file("f", "")
        .file("f/b", "")
        .end();
    let tree = tree(&[layer]);
    assert_eq!(paths(&tree), ["f", "x", "y"]);
    let codes: Vec<_> = tree.totals().findings.into_iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["symlink-loop", "parent-not-a-directory"]);
}

#[test]
fn hard_links_share_contents_across_layers() {
    let lower = Tar::default().file("a", "shared").hardlink("b", "a").end();
    let upper = Tar::default().hardlink("c", "./a").hardlink("lost", "nothing").end();
    let tree = tree(&[lower.clone(), upper]);
    assert_eq!(paths(&tree), ["a", "b", "c"]);
    assert_eq!((at(&tree, "c").links(), at(&tree, "c").row().unwrap().size()), (3, 6));
    assert_eq!(tree.totals().file_bytes, 6, "names of one file count once");
    let findings = tree.totals().findings;
    assert_eq!((findings.len(), findings[0].code.as_ref()), (1, "hardlink-target-missing"));
    let cut = crate::tree(&[lower, Tar::default().file(".wh.a", "").end()]);
    assert_eq!(at(&cut, "b").links(), 1);
}

#[test]
fn aufs_bookkeeping_is_passed_over_and_serves_hard_links() {
    let layer = Tar::default()
        .file(".wh..wh.aufs", "")
        .directory(".wh..wh.plnk/")
        .file(".wh..wh.plnk/7", "kept aside")
        .hardlink("a", ".wh..wh.plnk/7")
        .end();
    let tree = tree(&[layer]);
    assert_eq!(paths(&tree), ["a"]);
    assert_eq!(at(&tree, "a").row().unwrap().size(), 10);
}

#[test]
fn missing_directories_are_implied_and_later_entries_win() {
    let layer = Tar::default().file("x/y/z", "1").file("x/y/z", "22").end();
    let tree = tree(&[layer]);
    assert!(at(&tree, "x").row().is_none());
    assert_eq!(at(&tree, "x/y/z").row().unwrap().size(), 2);
    assert_eq!(tree.node(0).unwrap().total_size(), 2);
}

#[test]
fn changes_say_what_differs() {
    let mut touched = Header::new(b"e", b'0', 1);
    touched.octal(136..148, 5);
    let same = tree(&[base(), Tar::default().file("e", "e").end()]);
    assert_eq!((at(&same, "e").change(), at(&same, "e").aspects()), (Change::Modified, vec![]));
    assert_eq!(at(&same, "e").contents(), Some(Contents::Same));
    let later = tree(&[base(), Tar::default().member(&touched, b"e").end()]);
    assert_eq!(at(&later, "e").aspects(), [Aspect::Time]);
    let other = tree(&[base(), Tar::default().file("e", "f").end()]);
    assert_eq!(
        (at(&other, "e").aspects(), at(&other, "e").contents()),
        (vec![Aspect::Contents], Some(Contents::Different))
    );
    assert_eq!(at(&other, "d").change(), Change::Unchanged);
    assert_eq!(at(&other, "e").layer(), 1);
}
