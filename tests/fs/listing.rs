//! A folder as lines of `rootfs/*.tsv`: path, type, mode, owner, group, size, time, links, target or device, extended
//! attributes and SHA-256, one line an entry.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use layerglass::digest::Digest;
use rustix::fs::{FileType, lgetxattr, llistxattr, major, minor};

use crate::quoting::{hex, quoted};

/// The lines of all below a folder, sorted.
pub fn lines(folder: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    list(folder, folder, &mut lines);
    lines.sort();
    lines
}

fn list(root: &Path, folder: &Path, lines: &mut Vec<String>) {
    for entry in folder.read_dir().unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("an entry").path();
        lines.push(line(root, &path));
        if path.symlink_metadata().expect("metadata").is_dir() {
            list(root, &path, lines);
        }
    }
}

fn line(root: &Path, path: &Path) -> String {
    let data = path.symlink_metadata().expect("metadata");
    let below = path.strip_prefix(root).expect("below the folder").as_os_str().as_bytes();
    let (kind, extra) = match FileType::from_raw_mode(data.mode()) {
        FileType::RegularFile => ('f', String::new()),
        FileType::Directory => ('d', String::new()),
        FileType::Symlink => ('l', quoted(fs::read_link(path).expect("a link").as_os_str().as_bytes(), "/,")),
        FileType::CharacterDevice => ('c', format!("{},{}", major(data.rdev()), minor(data.rdev()))),
        FileType::BlockDevice => ('b', format!("{},{}", major(data.rdev()), minor(data.rdev()))),
        FileType::Fifo => ('p', String::new()),
        other => panic!("{}: {other:?}", path.display()),
    };
    let is_file = kind == 'f';
    [
        quoted(below, "/"),
        kind.to_string(),
        format!("{:04o}", data.mode() & 0o7777),
        data.uid().to_string(),
        data.gid().to_string(),
        if is_file { data.size() } else { 0 }.to_string(),
        data.mtime().to_string(),
        if kind == 'd' { 1 } else { data.nlink() }.to_string(),
        extra,
        xattrs(path),
        if is_file { Digest::sha256(&fs::read(path).expect("read")).hex() } else { String::new() },
    ]
    .join("\t")
}

fn xattrs(path: &Path) -> String {
    let mut names = vec![0_u8; 65536];
    let length = llistxattr(path, &mut names[..]).unwrap_or(0);
    let mut found: Vec<String> = names[..length]
        .split(|&byte| byte == 0)
        .filter(|name| !name.is_empty() && *name != b"security.selinux")
        .map(|name| {
            let mut value = vec![0_u8; 65536];
            let length = lgetxattr(path, name, &mut value[..]).expect("an attribute");
            format!("{}={}", String::from_utf8_lossy(name), hex(&value[..length]))
        })
        .collect();
    found.sort();
    found.join(",")
}
