//! Several layers made one: what is there afterwards is what was there before.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use layerglass::layer::{
    EntryOwners, EntryTimes, FileTable, FileTree, IdRange, NodeKind, Squash, SquashError, SquashOptions,
    SquashReport,
};
use layerglass::limits::Limits;
use layerglass::tar::{Entry, EntryKind, Event, Reader, Timestamp, Writer};

use crate::build::{Header, Tar};
use crate::{scan, tree};

pub fn tables(layers: &[Vec<u8>]) -> Vec<Arc<FileTable>> {
    layers.iter().map(|layer| Arc::new(scan(layer).table)).collect()
}

pub fn try_squash(
    layers: &[Vec<u8>],
    range: Range<usize>,
    options: &SquashOptions,
) -> Result<(Vec<u8>, SquashReport), SquashError> {
    let mut squash = Squash::new(&tables(layers), range, options, &Limits::default())?;
    let mut tar = Vec::new();
    let mut take = |bytes: &[u8]| {
        tar.extend_from_slice(bytes);
        Ok::<(), SquashError>(())
    };
    while let Some(layer) = squash.next_layer()? {
        for piece in layers[layer].chunks(777) {
            squash.push(piece, &mut take)?;
        }
    }
    let report = squash.finish(&mut take)?;
    Ok((tar, report))
}

pub fn squash(layers: &[Vec<u8>], range: Range<usize>, options: &SquashOptions) -> (Vec<u8>, SquashReport) {
    try_squash(layers, range, options).unwrap_or_else(|error| panic!("{error}"))
}

/// All that is to be said of what is there: a line for each path.
pub fn listing(layers: &[Vec<u8>]) -> Vec<String> {
    let tree = tree(layers);
    let mut lines = listing_of(&tree);
    lines.sort();
    lines
}

fn listing_of(tree: &FileTree) -> Vec<String> {
    // Names of one file, by what their rows are.
    let mut names: BTreeMap<(u16, u32), Vec<Vec<u8>>> = BTreeMap::new();
    for node in tree.nodes().filter(|node| node.is_present() && node.kind() != NodeKind::Directory) {
        let row = node.row().expect("only directories are implied");
        names.entry((node.layer(), row.index())).or_default().push(node.path());
    }
    names.values_mut().for_each(|names| names.sort());
    let line = |node: layerglass::layer::Node<'_>| {
        let path = String::from_utf8_lossy(&node.path()).into_owned();
        let Some(row) = node.row() else { return format!("{path} Directory 755 0:0 0.0") };
        let (mode, owner, mtime) = (row.mode(), (row.uid(), row.gid()), row.mtime());
        let start = format!(
            "{path} {:?} {mode:o} {}:{} {}.{}",
            node.kind(),
            owner.0,
            owner.1,
            mtime.secs,
            mtime.nanos
        );
        let mut xattrs: Vec<_> = row.xattrs().collect();
        xattrs.sort();
        let names = names.get(&(node.layer(), row.index())).filter(|names| names.len() > 1);
        let rest = format!(
            "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            row.link().map(String::from_utf8_lossy),
            row.device(),
            row.sha256(),
            String::from_utf8_lossy(row.owner()),
            String::from_utf8_lossy(row.group()),
            xattrs,
            names
        );
        let is_plain = node.kind() == NodeKind::Directory && xattrs.is_empty() && row.owner().is_empty();
        if is_plain { start } else { format!("{start} {rest}") }
    };
    tree.nodes().filter(|node| node.is_present()).map(line).collect()
}

/// Names and kinds of a tar's entries, in order.
pub fn entries(tar: &[u8]) -> Vec<String> {
    let mut reader = Reader::new(&Limits::default());
    let mut input = tar;
    let mut names = Vec::new();
    while let Some(event) = reader.next(&mut input).expect("a tar") {
        if let Event::Entry(entry) = event {
            let link = String::from_utf8_lossy(&entry.link).into_owned();
            let link = if link.is_empty() { link } else { format!(" -> {link}") };
            names.push(format!("{}{link}", String::from_utf8_lossy(&entry.path)));
        }
    }
    reader.finish().expect("complete");
    names
}

fn plain(layers: &[Vec<u8>], range: Range<usize>) -> Vec<String> {
    entries(&squash(layers, range, &SquashOptions::default()).0)
}

fn base() -> Vec<u8> {
    Tar::default()
        .directory("d/")
        .file("d/a", "a")
        .file("d/b", "b")
        .directory("d/s/")
        .file("d/s/c", "c")
        .file("e", "e")
        .symlink("l", "d")
        .end()
}

#[test]
fn what_is_overwritten_or_gone_is_not_written() {
    let second = Tar::default().file("e", "now longer").file("n", "n").file("d/.wh.a", "").end();
    let third = Tar::default().file(".wh.n", "").file("d/s/.wh.c", "").end();
    let layers = [base(), second, third];
    assert_eq!(plain(&layers, 0..3), ["d/", "d/b", "d/s/", "l -> d", "e"]);
    let (one, report) = squash(&layers, 0..3, &SquashOptions::default());
    assert_eq!((report.entries_before, report.entries, report.whiteouts), (12, 5, 0));
    assert_eq!((report.content_before, report.content), (15, 11));
    assert_eq!(listing(&[one]), listing(&layers));
}

#[test]
fn marks_stay_once_where_something_lies_below_and_first() {
    let second = Tar::default().file("n", "").file("d/.wh.a", "").file(".wh.never", "").end();
    let third = Tar::default().file("d/.wh.a", "").file(".wh.n", "").file(".wh.e", "").end();
    assert_eq!(plain(&[base(), second, third], 1..3), ["d/.wh.a", ".wh.e"]);
}

#[test]
fn a_folder_of_which_nothing_is_left_is_hidden_by_one_mark() {
    let gone = Tar::default().file(".wh.d", "").end();
    let back = Tar::default().directory("d/").file("d/n", "n").end();
    assert_eq!(plain(&[base(), gone, back], 1..3), ["d/", "d/.wh..wh..opq", "d/n"]);
}

#[test]
fn what_takes_another_kind_takes_the_place_without_a_mark() {
    let file = Tar::default().file("d", "a file").end();
    assert_eq!(plain(&[base(), file.clone()], 1..2), ["d"]);
    let folder = Tar::default().directory("e/").file("e/n", "").end();
    assert_eq!(plain(&[base(), file, folder], 1..3), ["d", "e/", "e/n"]);
}

/// What no layer lists is listed, so that it replaces what was there.
#[test]
fn a_directory_that_nobody_lists_is_written() {
    let gone = Tar::default().file(".wh.e", "").file(".wh.l", "").end();
    let implied = Tar::default().file("e/x/n", "n").file("l/m", "m").end();
    let layers = [base(), gone, implied];
    assert_eq!(plain(&layers, 1..3), ["e/", "l/", "e/x/", "e/x/n", "l/m"]);
    let emptied = Tar::default().file("e/x/.wh.n", "").end();
    let layers = [&layers[..], &[emptied]].concat();
    assert_eq!(plain(&layers, 1..4), ["e/", "l/", "e/x/", "l/m"]);
}

#[test]
fn names_are_resolved_through_links_of_lower_layers() {
    let second = Tar::default().file("l/n", "n").file("l/.wh.a", "").end();
    assert_eq!(plain(&[base(), second], 1..2), ["d/.wh.a", "d/n"]);
}

#[test]
fn a_directory_keeps_what_was_said_of_it_last() {
    let mut mode = Header::new(b"d/", b'5', 0);
    mode.octal(100..108, 0o1777).octal(136..148, 77);
    let second = Tar::default().file("d/n", "").member(&mode, b"").end();
    let (one, _) = squash(&[base(), second], 0..2, &SquashOptions::default());
    let merged = tree(&[one]);
    let row = merged.find(b"d", 40).and_then(|node| node.row()).expect("listed");
    assert_eq!((row.mode(), row.mtime().secs), (0o1777, 77));
}

#[test]
fn a_hard_link_becomes_the_file_when_its_target_is_gone() {
    let links = Tar::default().file("a", "shared").hardlink("b", "a").hardlink("c", "b").end();
    let without = Tar::default().file(".wh.a", "").end();
    assert_eq!(plain(&[links.clone(), without.clone()], 0..2), ["b", "c -> b"]);
    // The target lies below: as long as a name of it is there it is linked to.
    let more = Tar::default().hardlink("d", "a").hardlink("e", "a").end();
    assert_eq!(plain(&[links.clone(), more.clone()], 1..2), ["d -> c", "e -> c"]);
    let nameless = Tar::default().file(".wh.a", "").file(".wh.b", "").file(".wh.c", "").end();
    let layers = [links, more, nameless];
    let (one, report) = squash(&layers, 1..3, &SquashOptions::default());
    assert_eq!(
        (entries(&one), report.brought_up),
        (vec![".wh..wh..opq".to_owned(), "d".into(), "e -> d".into()], 1)
    );
    assert_eq!(listing(&[layers[0].clone(), one]), listing(&layers));
}

#[test]
fn times_and_owners_are_made_alike() {
    let layer = Tar::default()
        .member(
            Header::new(b"early", b'0', 0).octal(136..148, 5).octal(108..116, 1000).octal(116..124, 1001),
            b"",
        )
        .member(
            Header::new(b"late", b'0', 0).octal(136..148, 50).octal(108..116, 70_000).text(265, b"me"),
            b"",
        )
        .end();
    let lines = |options: SquashOptions| listing(&[squash(std::slice::from_ref(&layer), 0..1, &options).0]);
    let clamp = EntryTimes::NotAfter(Timestamp { secs: 10, nanos: 0 });
    let owners = EntryOwners::Set { uid: 0, gid: 0 };
    let found = lines(SquashOptions { times: clamp, owners, ..SquashOptions::default() });
    assert!(
        found[0].starts_with("early File 644 0:0 5.0 ") && found[1].starts_with("late File 644 0:0 10.0 "),
        "{found:?}"
    );
    assert!(!found[1].contains("me\""), "{found:?}");
    let map = |first, becomes| vec![IdRange { first, becomes, count: 1001 }];
    let owners = EntryOwners::Map { uids: map(0, 100_000), gids: map(1001, 1) };
    let times = EntryTimes::Set(Timestamp { secs: -1, nanos: 5 });
    let found = lines(SquashOptions { times, owners, ..SquashOptions::default() });
    assert!(found[0].starts_with("early File 644 101000:1 -1.5 "), "{found:?}");
    assert!(found[1].starts_with("late File 644 70000:0 -1.5 ") && found[1].contains("me\""), "{found:?}");
}

#[test]
fn sparse_files_keep_their_holes() {
    let mut entry = Entry::new("holes", EntryKind::File);
    (entry.size, entry.sparse) =
        (1 << 22, Some(vec![layerglass::tar::Fragment { offset: 1 << 20, length: 3 }]));
    let mut writer = Writer::new(Default::default());
    let mut layer = writer.entry(&entry).unwrap().to_vec();
    writer.contents(3).unwrap();
    layer.extend(b"end");
    layer.extend(writer.padding().unwrap());
    layer.extend(writer.finish().unwrap());
    let layers = [layer, Tar::default().file("n", "").end()];
    let (one, report) = squash(&layers, 0..2, &SquashOptions::default());
    assert!(one.len() < 8192 && report.content == 1 << 22);
    assert_eq!(listing(&[one]), listing(&layers));
}

/// What has no place, cannot be written or leads nowhere is left out, and the rest is there.
#[test]
fn hostile_entries_are_left_out() {
    let hostile = Tar::default()
        .file("../outside", "x")
        .file("/abs", "y")
        .file("a/../../b", "z")
        .hardlink("one", "two")
        .hardlink("two", "one")
        .hardlink("self", "self")
        .symlink("empty", "")
        .symlink("loop", "loop")
        .file("loop/x", "")
        .file(".wh.", "")
        .file(".wh..wh.aufs", "")
        .file("same", "1")
        .file("same", "2")
        .file("same", "last");
    // Without an end marker.
    let layers = [hostile.0];
    let (one, report) = squash(&layers, 0..1, &SquashOptions::default());
    assert_eq!(entries(&one), ["abs", "loop -> loop", "same"]);
    assert!(report.findings.iter().any(|finding| finding.code == "squash-unwritable"));
    assert!(report.findings.iter().any(|finding| finding.code == "hardlink-target-missing"));
    assert_eq!(tree(&[one]).find(b"same", 40).and_then(|node| node.row()).expect("there").size(), 4);
}

#[test]
fn a_directory_whose_name_looks_like_a_mark_stays_through_what_is_in_it() {
    let layers = [Tar::default().file("d/.wh.x/y", "y").end()];
    let (one, report) = squash(&layers, 0..1, &SquashOptions::default());
    assert_eq!(entries(&one), ["d/", "d/.wh.x/y"]);
    assert_eq!(report.findings[0].code, "squash-mark-name");
    // It can go with the folder around it; alone, no mark names it.
    let gone =
        |mark| [layers[0].clone(), Tar::default().file("d/k", "").end(), Tar::default().file(mark, "").end()];
    assert_eq!(plain(&gone(".wh.d"), 1..3), [".wh.d"]);
    assert_eq!(plain(&gone("d/.wh..wh.x"), 1..3), ["d/.wh..wh.x", "d/k"]);
    let top =
        [Tar::default().file(".wh.x/y", "y").file("z", "").end(), Tar::default().symlink("a", ".").end()];
    assert_eq!(plain(&top, 0..2), [".wh.x/y", "z", "a -> ."]);
}

#[test]
fn other_bytes_than_those_that_were_scanned_are_refused() {
    let layers = [base()];
    let feed = |bytes: &[u8]| {
        let mut squash = Squash::new(&tables(&layers), 0..1, &SquashOptions::default(), &Limits::default())?;
        squash.next_layer()?;
        squash.push(bytes, &mut |_| Ok::<(), SquashError>(()))?;
        squash.finish(&mut |_| Ok::<(), SquashError>(()))
    };
    assert!(feed(&layers[0]).is_ok());
    let other = Tar::default().directory("d/").file("d/a", "longer").end();
    assert_eq!(feed(&other).unwrap_err(), SquashError::Differs { layer: 0, entry: 1 });
    let less = Tar::default().directory("d/").file("d/a", "a").end();
    assert_eq!(feed(&less).unwrap_err(), SquashError::Differs { layer: 0, entry: 2 });
    assert!(matches!(feed(&layers[0][..1024]), Err(SquashError::Tar { layer: 0, .. })));
    let mut squash =
        Squash::new(&tables(&layers), 0..1, &SquashOptions::default(), &Limits::default()).unwrap();
    assert_eq!(squash.next_layer(), Ok(Some(0)));
    let range =
        |range| Squash::new(&tables(&layers), range, &SquashOptions::default(), &Limits::default()).err();
    assert_eq!(range(0..2), Some(SquashError::Range { start: 0, end: 2, count: 1 }));
    assert_eq!(range(1..1), Some(SquashError::Range { start: 1, end: 1, count: 1 }));
}
