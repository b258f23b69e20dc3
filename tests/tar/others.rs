//! Other people's tar files against what Go's archive/tar reads from them, as `tar.json` records it.
//!
//! `LAYERGLASS_VECTORS` names the folder of `tar.json`, `LAYERGLASS_DATA` that of the files.

use std::path::PathBuf;

use layerglass::codec::{CodecError, Compression, Decoder};
use layerglass::digest::Digest;
use layerglass::limits::Limits;
use layerglass::tar::Entry;
use serde_json::Value;

#[test]
fn tars_of_others_hold_what_go_reads() {
    let folder = |name| std::env::var_os(name).map(PathBuf::from);
    let (Some(vectors), Some(data)) = (folder("LAYERGLASS_VECTORS"), folder("LAYERGLASS_DATA")) else {
        eprintln!("NOT RUN: other people's tars: LAYERGLASS_VECTORS and LAYERGLASS_DATA name no folders");
        return;
    };
    let recorded: Value = serde_json::from_slice(&std::fs::read(vectors.join("tar.json")).unwrap()).unwrap();
    let list = recorded["vectors"].as_array().unwrap();
    let mut members = 0;
    for vector in list {
        let path = vector["path"].as_str().unwrap();
        let tar = unpacked(&std::fs::read(data.join(path)).unwrap());
        assert_eq!(tar.len() as u64, vector["uncompressed_size"], "{path}");
        let (read, end) = super::read(&tar, 1009);
        assert_eq!(end.is_err(), !vector["error"].is_null(), "{path}: {end:?}");
        let expected = vector["entries"].as_array().unwrap();
        assert_eq!(read.len(), expected.len(), "{path}");
        for ((entry, contents), expected) in read.iter().zip(expected) {
            check(path, entry, contents, expected);
            members += 1;
        }
    }
    println!("{} tars, {members} members", list.len());
    assert!(members > 0, "tar.json records no member");
}

fn unpacked(file: &[u8]) -> Vec<u8> {
    let mut decoder =
        Decoder::new(Compression::detect(file).unwrap_or(Compression::None), &Limits::default());
    let mut tar = Vec::new();
    let mut keep = |piece: &[u8]| {
        tar.extend_from_slice(piece);
        Ok::<(), CodecError>(())
    };
    decoder.push(file, &mut keep).unwrap();
    decoder.finish().unwrap();
    tar
}

fn check(path: &str, entry: &Entry, contents: &[u8], expected: &Value) {
    let name = String::from_utf8_lossy(&entry.path);
    assert_eq!(name, expected["name"].as_str().unwrap(), "{path}");
    let kind = if entry.type_flag == 0 { '0' } else { char::from(entry.type_flag) };
    assert_eq!(kind.to_string(), expected["type"].as_str().unwrap(), "{path}: {name}");
    assert_eq!(entry.size, expected["size"], "{path}: {name}");
    assert_eq!(entry.mode, expected["mode"], "{path}: {name}");
    assert_eq!(entry.uid, expected["uid"], "{path}: {name}");
    assert_eq!(entry.gid, expected["gid"], "{path}: {name}");
    let mtime = format!("{}.{:09}", entry.mtime.secs, entry.mtime.nanos);
    assert_eq!(mtime, expected["mtime"].as_str().unwrap(), "{path}: {name}");
    let text = |key: &str| expected[key].as_str().unwrap_or_default().as_bytes().to_vec();
    assert_eq!(entry.link, text("linkname"), "{path}: {name}");
    assert_eq!(entry.owner, text("uname"), "{path}: {name}");
    assert_eq!(entry.group, text("gname"), "{path}: {name}");
    if let Some(sha256) = expected["sha256"].as_str() {
        assert_eq!(Digest::sha256(contents).hex(), sha256, "{path}: {name}");
    }
}
