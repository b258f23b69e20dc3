//! Other people's tars against what Go's archive/tar reads from them, as `tar.json` records it, and the same tars written
//! again from what was read.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::path::Path;
use std::process::{Command, Stdio};

use layerglass::digest::Digest;
use layerglass::tar::{Entry, EntryKind, Format, TarWriteError, WriteFormat};
use serde_json::Value;

use crate::recorded::{Object, Report};
use crate::tars::{meaning, read, unpacked, write};

/// Compares one file with its vector. What was read is handed out for more tests.
pub fn check_tar(report: &mut Report, data: &Path, vector: &Value) -> Vec<(Entry, Vec<u8>)> {
    let path = vector["path"].as_str().unwrap_or_default();
    let object = Object { what: "tar", place: path, value: vector };
    report.take(object, "path");
    let file = match std::fs::read(data.join(path)) {
        Ok(file) => file,
        Err(error) => {
            report.fail(format!("{path}: {error}"));
            return Vec::new();
        }
    };
    let (compression, tar) = match unpacked(&file) {
        Ok(unpacked) => unpacked,
        Err(error) => {
            report.fail(format!("{path}: {error}"));
            return Vec::new();
        }
    };
    report.same(object, "compression", compression.as_str());
    report.same(object, "uncompressed_size", tar.len());
    let (members, end) = read(&tar, 1009);
    // The texts of errors are each program's own.
    if let Some(error) = report.take(object, "error")
        && error.is_null() != end.is_ok()
    {
        report.fail(format!("{path}: read {end:?}, recorded {error}"));
    }
    report.same(object, "count", members.len());
    let recorded = report.take(object, "entries").and_then(Value::as_array);
    if let Some(recorded) = recorded {
        if recorded.len() != members.len() {
            report.fail(format!("{path}: read {} entries, recorded {}", members.len(), recorded.len()));
        }
        for ((entry, contents), recorded) in members.iter().zip(recorded) {
            check_entry(report, path, entry, contents, recorded);
        }
    }
    report.end(object);
    members
}

fn check_entry(report: &mut Report, path: &str, entry: &Entry, contents: &[u8], recorded: &Value) {
    let name = String::from_utf8_lossy(&entry.path).into_owned();
    let place = format!("{path}: {name}");
    let object = Object { what: "entry", place: &place, value: recorded };
    report.same(object, "name", name.as_str());
    let kind = if entry.type_flag == 0 { '0' } else { char::from(entry.type_flag) };
    report.same(object, "type", kind.to_string());
    report.same(object, "size", entry.size);
    report.same(object, "mode", entry.mode);
    report.same(object, "uid", entry.uid);
    report.same(object, "gid", entry.gid);
    report.same(object, "mtime", format!("{}.{:09}", entry.mtime.secs, entry.mtime.nanos));
    let lossy = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    report.same(object, "linkname", lossy(&entry.link));
    report.same(object, "uname", lossy(&entry.owner));
    report.same(object, "gname", lossy(&entry.group));
    report.same(object, "devmajor", entry.device.0);
    report.same(object, "devminor", entry.device.1);
    // Go knows three families by name; V7 and star are unknown to it.
    match entry.format {
        Format::Gnu => report.same(object, "format", "GNU"),
        Format::Pax => report.same(object, "format", "PAX"),
        Format::Ustar => report.same(object, "format", "USTAR"),
        _ => report.leave(object, "format"),
    }
    report.same(object, "sha256", Digest::sha256(contents).hex());
    report.end(object);
}

/// A tar that was written again: what it is, its bytes, and its members' names.
pub type Written = (String, Vec<u8>, Vec<Vec<u8>>);

/// Writes what was read, twice, and reads it again.
pub fn check_written(path: &str, members: &[(Entry, Vec<u8>)]) -> Vec<Written> {
    let members: Vec<(Entry, Vec<u8>)> = members
        .iter()
        // A tar has no type for what engines skip.
        .filter(|(entry, _)| entry.kind != EntryKind::Other)
        .map(|(entry, contents)| {
            let mut entry = entry.clone();
            if entry.kind != EntryKind::File {
                entry.size = 0;
                return (entry, Vec::new());
            }
            let fragments = entry.sparse.iter().flatten();
            let stored = fragments.flat_map(|fragment| {
                let start = usize::try_from(fragment.offset).unwrap();
                contents[start..start + usize::try_from(fragment.length).unwrap()].iter().copied()
            });
            let stored = if entry.sparse.is_some() { stored.collect() } else { contents.clone() };
            (entry, stored)
        })
        .collect();
    let mut written = Vec::new();
    for format in [WriteFormat::Pax, WriteFormat::Gnu] {
        let mut members = members.clone();
        if format == WriteFormat::Gnu {
            // GNU's own form has whole seconds only.
            members.iter_mut().for_each(|(entry, _)| entry.mtime.nanos = 0);
        }
        let tar = match write(format, &members) {
            Ok(tar) => tar,
            Err(TarWriteError::Unrepresentable { field, .. }) if format == WriteFormat::Gnu => {
                println!("{path}: GNU's form cannot hold {field}");
                continue;
            }
            Err(error) => panic!("{path}: {error}"),
        };
        assert_eq!(write(format, &members).unwrap(), tar, "{path}: the same bytes again");
        let (found, end) = read(&tar, 1009);
        assert_eq!(end.unwrap().end_blocks, 2, "{path}");
        assert_eq!(found.len(), members.len(), "{path}");
        for ((found, contents), (entry, stored)) in found.iter().zip(&members) {
            assert_eq!(meaning(found), meaning(entry), "{path} as {format:?}");
            if entry.sparse.is_none() {
                assert_eq!(contents, stored, "{path} as {format:?}");
            }
        }
        let names = members.iter().map(|(entry, _)| entry.path.clone()).collect();
        written.push((format!("{path} as {format:?}"), tar, names));
    }
    written
}

/// Does GNU tar list the names? `None` when it is not there.
pub fn gnu_tar_lists(tar: &[u8], names: &[Vec<u8>]) -> Option<bool> {
    let arguments = ["--list", "--quoting-style=literal", "--show-transformed-names", "-P", "--file=-"];
    let listed = fed("tar", &arguments, tar)?;
    let trimmed = |name: &[u8]| name.strip_suffix(b"/").unwrap_or(name).to_vec();
    let expected: Vec<u8> = names.iter().flat_map(|name| [trimmed(name), vec![b'\n']].concat()).collect();
    let listed: Vec<u8> = listed
        .split_inclusive(|&byte| byte == b'\n')
        .flat_map(|line| {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            [trimmed(line), vec![b'\n']].concat()
        })
        .collect();
    Some(listed == expected)
}

/// Does Python's tarfile read the members' names of each of these tars? `None` when there is no Python.
pub fn python_lists(tars: &[Written]) -> Option<bool> {
    let folder = tempfile::tempdir().expect("a folder");
    let script = "import sys, tarfile
for line in sys.stdin:
    with tarfile.open(line.rstrip('\\n'), encoding='utf-8', errors='surrogateescape') as tar:
        for member in tar:
            print(member.name.rstrip('/').encode('utf-8', 'surrogateescape').hex())";
    let (mut paths, mut expected) = (String::new(), String::new());
    for (index, (_, tar, names)) in tars.iter().enumerate() {
        let path = folder.path().join(index.to_string());
        std::fs::write(&path, tar).expect("written");
        paths += &format!("{}\n", path.display());
        for name in names {
            let end = name.iter().rposition(|&byte| byte != b'/').map_or(0, |last| last + 1);
            expected.extend(name[..end].iter().map(|byte| format!("{byte:02x}")));
            expected.push('\n');
        }
    }
    let listed = fed("python3", &["-c", script], paths.as_bytes())?;
    Some(String::from_utf8_lossy(&listed) == expected)
}

/// What a program prints that is fed these bytes; `None` when there is no such program.
fn fed(program: &str, arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = command.spawn().ok()?;
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || {
        // A program that has seen the end marker may stop reading.
        let _ = std::io::Write::write_all(&mut stdin, &input);
    });
    let output = child.wait_with_output().expect("it ends");
    feeder.join().expect("it was fed");
    assert!(output.status.success(), "{program} failed");
    Some(output.stdout)
}
