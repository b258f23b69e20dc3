//! Filters, flat lists and sort keys of a view, against what a simple loop over all nodes says.

use layerglass::layer::{
    Aspect, Change, FileTree, Node, NodeKind, PathPatterns, Principal, SortKey, TreeFilter, TreeView,
};
use proptest::prelude::*;

use crate::build::{Header, Tar};
use crate::tree;

/// A member of a layer, as a few numbers make it.
#[derive(Clone, Debug)]
struct Member {
    path: Vec<&'static str>,
    kind: u8,
    size: usize,
    mode: u64,
    uid: u64,
    gid: u64,
    mtime: u64,
    owner: &'static str,
}

fn member() -> impl Strategy<Value = Member> {
    let part = prop::sample::select(vec!["a", "B", "b-c", "lib.so", "É", "x.conf", "\u{130}", "b"]);
    (
        prop::collection::vec(part, 1..4),
        prop::sample::select(vec![b'0', b'0', b'0', b'5', b'2', b'3', b'6', b'w']),
        0_usize..40,
        prop::sample::select(vec![0o644, 0o4755, 0o777, 0o1777]),
        0_u64..3,
        0_u64..3,
        0_u64..3,
        prop::sample::select(vec!["", "root", "www"]),
    )
        .prop_map(|(path, kind, size, mode, uid, gid, mtime, owner)| Member {
            path,
            kind,
            size,
            mode,
            uid,
            gid,
            mtime,
            owner,
        })
}

fn layer(members: &[Member]) -> Vec<u8> {
    let mut tar = Tar::default();
    for Member { path, kind, size, mode, uid, gid, mtime, owner } in members {
        let (mut name, mut kind) = (path.join("/"), *kind);
        if kind == b'w' {
            let (folder, last) = name.rsplit_once('/').unwrap_or(("", &name));
            name = format!("{folder}/.wh.{last}");
            kind = b'0';
        }
        let size = if kind == b'0' { *size } else { 0 };
        let mut header = Header::new(name.as_bytes(), kind, size as u64);
        header.octal(100..108, *mode).octal(108..116, *uid).octal(116..124, *gid).octal(136..148, *mtime);
        header.text(265, owner.as_bytes()).text(157, if kind == b'2' { b"a" } else { b"" });
        tar = tar.member(&header, &vec![b'x'; size]);
    }
    tar.end()
}

fn layers() -> impl Strategy<Value = Vec<Vec<Member>>> {
    prop::collection::vec(prop::collection::vec(member(), 0..25), 1..4)
}

fn some<T: Clone + std::fmt::Debug + 'static>(all: &[T]) -> impl Strategy<Value = Vec<T>> + use<T> {
    let most = all.len();
    prop_oneof![6 => Just(Vec::new()), 1 => prop::sample::subsequence(all.to_vec(), 0..=most)]
}

fn maybe<T: Clone + std::fmt::Debug + 'static>(all: &[T]) -> impl Strategy<Value = Option<T>> + use<T> {
    prop_oneof![6 => Just(None), 1 => prop::sample::select(all.to_vec()).prop_map(Some)]
}

const GLOBS: [&str; 7] = ["*.so", "a/*", "**/b", "b*/**", "?", "[A-B]", "a/**/x.conf"];

fn filter() -> impl Strategy<Value = (TreeFilter, Vec<&'static str>)> {
    use NodeKind::{Char, Directory, Fifo, File, Symlink};
    let mode = || maybe(&[0o4000, 0o022, 0o1000]).prop_map(Option::unwrap_or_default);
    let principals =
        [Principal::Id(1), Principal::Name("root".to_owned()), Principal::Name("www".to_owned())];
    let first = (
        maybe(&["b", "É", "é", "SO", "a/b", "\u{130}", "i"]),
        some(&GLOBS),
        maybe(&[0_u64, 1, 20]),
        maybe(&[0_u64, 20, u64::MAX]),
        some(&[File, Directory, Symlink, Char, Fifo]),
        some(&[Change::Unchanged, Change::Added, Change::Modified, Change::Removed]),
        some(&[Aspect::Mode, Aspect::Size, Aspect::Owner]),
        maybe(&principals),
    );
    let second = (maybe(&principals), mode(), mode(), mode(), some(&[0_u16, 1, 2]));
    let nodes = prop_oneof![4 => Just(None), 1 => prop::collection::vec(0_u32..90, 0..40).prop_map(Some)];
    (first, second, nodes).prop_map(|(first, second, nodes)| {
        let (text, globs, min_size, max_size, kinds, changes, aspects, owner) = first;
        let (group, mode_all, mode_any, mode_none, layers) = second;
        let filter = TreeFilter {
            text: text.unwrap_or_default().to_owned(),
            patterns: PathPatterns::parse(&globs).unwrap(),
            min_size,
            max_size,
            kinds,
            changes,
            aspects,
            owner,
            group,
            mode_all,
            mode_any,
            mode_none,
            layers,
            nodes,
        };
        (filter, globs)
    })
}

/// The same question, asked as plainly as it can be.
fn is_meant(filter: &TreeFilter, globs: &[&str], node: Node<'_>) -> bool {
    let path = String::from_utf8_lossy(&node.path()).into_owned();
    let principal = |wanted: &Option<Principal>, id: u32, name: &[u8]| match wanted {
        None => true,
        Some(Principal::Id(wanted)) => *wanted == id,
        Some(Principal::Name(wanted)) => String::from_utf8_lossy(name) == *wanted,
    };
    let row = node.row();
    let is_file = node.kind() == NodeKind::File;
    let size = row.map_or(0, |row| row.size());
    let mode = row.map_or(0o755, |row| row.mode());
    let bits = filter.mode_all | filter.mode_any | filter.mode_none;
    let fits = |glob: &&str| PathPatterns::parse([*glob]).unwrap().fits(&node.path());
    [
        path.to_lowercase().contains(&filter.text.to_lowercase()),
        globs.is_empty() || globs.iter().any(fits),
        filter.min_size.is_none_or(|min| is_file && size >= min),
        filter.max_size.is_none_or(|max| is_file && size <= max),
        filter.kinds.is_empty() || filter.kinds.contains(&node.kind()),
        filter.changes.is_empty() || filter.changes.contains(&node.change()),
        filter.aspects.is_empty() || filter.aspects.iter().any(|wanted| node.aspects().contains(wanted)),
        principal(&filter.owner, row.map_or(0, |row| row.uid()), row.map_or(&[], |row| row.owner())),
        principal(&filter.group, row.map_or(0, |row| row.gid()), row.map_or(&[], |row| row.group())),
        bits == 0 || node.kind() != NodeKind::Symlink,
        mode & filter.mode_all == filter.mode_all,
        filter.mode_any == 0 || mode & filter.mode_any > 0,
        mode & filter.mode_none == 0,
        filter.layers.is_empty() || filter.layers.contains(&node.layer()),
        filter.nodes.as_ref().is_none_or(|nodes| nodes.contains(&node.id())),
    ]
    .iter()
    .all(|&holds| holds)
}

fn belongs(node: Node<'_>, changes_only: bool) -> bool {
    if changes_only { node.change() != Change::Unchanged } else { node.is_present() }
}

/// What a flat list of nodes looks like, sorted by a stable sort over whole paths.
fn sorted(tree: &FileTree, ids: &[u32], key: SortKey, descending: bool) -> Vec<u32> {
    let node = |id: u32| tree.node(id).unwrap();
    let parts = |id: u32| node(id).path().split(|&byte| byte == b'/').map(<[u8]>::to_vec).collect::<Vec<_>>();
    let mut ids = ids.to_vec();
    ids.sort_by_key(|&id| parts(id));
    let mtime = |id: u32| node(id).row().map(|row| (row.mtime().secs, row.mtime().nanos));
    let change = |id: u32| node(id).change() as u8;
    ids.sort_by(|&a, &b| {
        let order = match key {
            SortKey::Name => node(a).name().cmp(node(b).name()),
            SortKey::Path => parts(a).cmp(&parts(b)),
            SortKey::Size => node(a).total_size().cmp(&node(b).total_size()),
            SortKey::Mtime => mtime(a).cmp(&mtime(b)),
            SortKey::Mode => node(a).mode().cmp(&node(b).mode()),
            SortKey::Owner => (node(a).uid(), node(a).gid()).cmp(&(node(b).uid(), node(b).gid())),
            SortKey::Layer => node(a).layer().cmp(&node(b).layer()),
            SortKey::Change => change(a).cmp(&change(b)),
        };
        if descending { order.reverse() } else { order }
    });
    ids
}

fn rows(view: &mut TreeView) -> Vec<u32> {
    view.page(0, u32::MAX).into_iter().map(|(id, _)| id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_view_shows_what_a_simple_loop_finds(
        layers in layers(),
        (filter, globs) in filter(),
        changes_only: bool,
        key in 0..SortKey::ALL.len(),
        descending: bool,
        flat_first: bool,
    ) {
        let tars: Vec<Vec<u8>> = layers.iter().map(|members| layer(members)).collect();
        let (plain, key) = (tree(&tars), SortKey::ALL[key].1);
        let mut meant: Vec<u32> = plain
            .nodes()
            .filter(|&node| belongs(node, changes_only) && is_meant(&filter, &globs, node))
            .map(Node::id)
            .collect();
        let mut view = TreeView::new(tree(&tars), changes_only);
        if flat_first {
            view.set_flat(true);
            view.sort(key, descending);
        }
        view.filter(filter.clone());
        prop_assert_eq!(view.matches() as usize, meant.len());

        // The list: exactly those, in the order of the key.
        view.set_flat(true);
        view.sort(key, descending);
        let list = rows(&mut view);
        prop_assert_eq!(&list, &sorted(&plain, &meant, key, descending));
        prop_assert_eq!(view.len() as usize, list.len());
        for (at, &id) in list.iter().enumerate() {
            prop_assert_eq!(view.reveal_node(id), Some(at as u32));
            prop_assert_eq!(view.position(id), at as u32);
            prop_assert_eq!(view.page(at as u32, 1), vec![(id, 0)]);
        }

        // The outline: those and the folders around them, parents before children, siblings in the order of the key.
        view.set_flat(false);
        view.expand_all(u32::MAX);
        let outline = rows(&mut view);
        let mut around: Vec<u32> = meant.clone();
        for &id in &meant {
            let mut node = plain.node(id).unwrap().parent();
            while node.id() != 0 {
                around.push(node.id());
                node = node.parent();
            }
        }
        around.sort_unstable();
        around.dedup();
        let mut shown = outline.clone();
        shown.sort_unstable();
        prop_assert_eq!(shown, around);
        for (at, &id) in outline.iter().enumerate() {
            prop_assert_eq!(view.reveal_node(id), Some(at as u32));
            let parent = plain.node(id).unwrap().parent().id();
            prop_assert!(parent == 0 || outline[..at].contains(&parent));
        }
        let siblings = |parent: u32| {
            let of = |id: &&u32| plain.node(**id).unwrap().parent().id() == parent;
            outline.iter().filter(of).copied().collect::<Vec<u32>>()
        };
        for parent in std::iter::once(0).chain(outline.iter().copied()) {
            let children = siblings(parent);
            let mut expected = sorted(&plain, &children, key, descending);
            if key == SortKey::Name {
                let is_file = |&id: &u32| plain.node(id).unwrap().kind() != NodeKind::Directory;
                expected.sort_by_key(|id| is_file(id) != descending);
            }
            prop_assert_eq!(children, expected);
        }

        // Everything again.
        view.filter("");
        view.expand_all(u32::MAX);
        meant = plain.nodes().filter(|&node| belongs(node, changes_only)).map(Node::id).collect();
        prop_assert_eq!(view.matches() as usize, meant.len());
    }
}

fn view() -> TreeView {
    let lower = Tar::default()
        .directory("etc/")
        .file("etc/hosts", "1")
        .file("etc/Hosts.bak", "22")
        .file("usr/share/hosts.txt", "333");
    TreeView::new(tree(&[lower.end()]), false)
}

fn names(view: &mut TreeView) -> Vec<String> {
    let rows = rows(view);
    let path = |id: &u32| String::from_utf8_lossy(&view.tree().node(*id).unwrap().path()).into_owned();
    rows.iter().map(path).collect()
}

#[test]
fn a_flat_list_has_no_folders_around_matches() {
    let mut view = view();
    view.filter("HOSTS");
    assert_eq!(view.matches(), 3);
    assert_eq!(names(&mut view).len(), 6);
    view.set_flat(true);
    view.sort(SortKey::Path, false);
    assert_eq!(names(&mut view), ["etc/Hosts.bak", "etc/hosts", "usr/share/hosts.txt"]);
    view.sort(SortKey::Size, true);
    assert_eq!(names(&mut view), ["usr/share/hosts.txt", "etc/Hosts.bak", "etc/hosts"]);
    assert_eq!((view.siblings(1), view.child_count(1), view.is_expanded(1)), (3, 0, false));
    assert_eq!(view.reveal(b"etc/hosts"), Some(2));
    assert_eq!(view.reveal(b"etc"), None, "a folder that is only around a match is no row of the list");
    view.set_flat(false);
    assert_eq!(names(&mut view).len(), 6, "what was open is open again");
}

#[test]
fn a_name_is_found_by_its_beginning() {
    let mut view = view();
    let lower = |text: &str| text.to_lowercase();
    assert_eq!(view.find(0, "US", lower), Some(1));
    assert_eq!(view.find(0, "hosts", lower), None, "what is in a closed folder is no row");
    view.expand_all(100);
    assert_eq!(view.find(0, "HOSTS", lower), Some(1));
    assert_eq!(view.find(2, "hosts", lower), Some(2));
    assert_eq!(view.find(5, "etc", lower), Some(0), "the search goes round");
    assert_eq!(view.find(u32::MAX, "etc", lower), Some(0));
    assert_eq!(view.find(0, "nothing", lower), None);
}

#[test]
fn nodes_that_are_not_there_do_no_harm() {
    let mut view = view();
    let nodes = Some(vec![0, 1, 77, u32::MAX]);
    view.filter(TreeFilter { nodes, ..TreeFilter::default() });
    assert_eq!(view.matches(), 1);
    assert_eq!((view.reveal_node(0), view.reveal_node(u32::MAX)), (None, None));
    assert_eq!((view.depth(u32::MAX), view.position(u32::MAX), view.child_count(u32::MAX)), (0, 0, 0));
    view.set_expanded(u32::MAX, true);
    assert!(view.page(u32::MAX, u32::MAX).is_empty());
    view.set_flat(true);
    assert!(view.page(u32::MAX, u32::MAX).is_empty());
    assert_eq!(view.depth(u32::MAX), 0);
}

#[test]
fn names_of_keys_and_kinds_are_those_of_their_values() {
    for (name, key) in SortKey::ALL {
        assert_eq!(SortKey::from_name(name), Some(key));
    }
    assert_eq!(SortKey::from_name("Name"), None);
}
