//! Merged trees against `rootfs/*.tsv`: what umoci unpacked, one line an entry.

use std::collections::BTreeMap;
use std::path::Path;

use layerglass::archive::{Archive, ImageData};
use layerglass::layer::{Node, NodeKind};
use layerglass::tar::Timestamp;
use serde_json::Value;

use crate::quoting::{hex, quoted};

/// Checks the tree against the counts, and against the file where there is one.
pub fn check(name: &str, rootfs: &Value, image: &ImageData, archive: &Archive, tsv: &Path) {
    if rootfs.get("refused").is_some() {
        return;
    }
    let tree = archive.tree(image.index, usize::MAX).unwrap();
    let nodes: Vec<Node<'_>> = tree.nodes().filter(|node| node.is_present()).collect();
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    for node in &nodes {
        *kinds.entry(letter(*node).to_string()).or_default() += 1;
    }
    assert_eq!(serde_json::to_value(&kinds).unwrap(), rootfs["kinds"], "{name}");
    assert_eq!(nodes.len() as u64, rootfs["entries"], "{name}");
    let root = tree.node(0).unwrap();
    assert_eq!(root.total_size(), rootfs["file_bytes"], "{name}");
    let Ok(expected) = std::fs::read_to_string(tsv) else { return };
    let mut lines: Vec<String> = nodes.into_iter().map(line).collect();
    lines.sort();
    let expected: Vec<&str> = expected.lines().collect();
    for (line, expected) in lines.iter().zip(&expected) {
        assert_eq!(line, expected, "{name} against {}", tsv.display());
    }
    assert_eq!(lines.len(), expected.len(), "{name}");
}

fn letter(node: Node<'_>) -> char {
    match node.kind() {
        NodeKind::File => 'f',
        NodeKind::Directory => 'd',
        NodeKind::Symlink => 'l',
        NodeKind::Char => 'c',
        NodeKind::Block => 'b',
        NodeKind::Fifo => 'p',
    }
}

fn line(node: Node<'_>) -> String {
    let row = node.row().unwrap_or_else(|| panic!("{:?} is implied", node.path()));
    let kind = letter(node);
    let is_file = kind == 'f';
    let extra = match (kind, row.device()) {
        ('l', _) => quoted(row.link().unwrap(), "/,"),
        ('b' | 'c', Some((major, minor))) => format!("{major},{minor}"),
        _ => String::new(),
    };
    let mut xattrs: Vec<String> = row
        .xattrs()
        .map(|(name, value)| format!("{}={}", String::from_utf8_lossy(name), hex(value)))
        .collect();
    xattrs.sort();
    [
        quoted(&node.path(), "/"),
        kind.to_string(),
        format!("{:04o}", row.mode()),
        row.uid().to_string(),
        row.gid().to_string(),
        if is_file { row.size() } else { 0 }.to_string(),
        unpacked_seconds(row.mtime()).to_string(),
        if kind == 'd' { 1 } else { node.links() }.to_string(),
        extra,
        xattrs.join(","),
        if is_file { hex(&row.sha256().unwrap()) } else { String::new() },
    ]
    .join("\t")
}

/// The time that umoci left on disk: it hands over nanoseconds in 64 bits, which wrap in 2262, and ext4 holds nothing
/// before 1901.
fn unpacked_seconds(time: Timestamp) -> i64 {
    let nanos = time.secs.wrapping_mul(1_000_000_000).wrapping_add(i64::from(time.nanos));
    nanos.div_euclid(1_000_000_000).max(i64::from(i32::MIN))
}
