//! What reaches the disk when an image is added: counted by `strace`, where there is one.

use std::env::{current_exe, var_os};
use std::fs;
use std::path::Path;
use std::process::Command;

use layerglass::fs::{FolderBackend, block_on};
use layerglass::store::CreateOptions;

use crate::support::{config, id, open};

const FOLDER: &str = "LAYERGLASS_TEST_SYNCS";
/// Asked for before and after what is counted. There are no such files.
const BEGIN: &str = "/layerglass-begin";
const END: &str = "/layerglass-end";
/// Everything that can change a folder or wait for the disk.
const CALLS: &str = "fsync,fdatasync,sync,syncfs,sync_file_range,msync,rename,renameat,renameat2,link,linkat,\
    write,pwrite64,writev,pwritev,pwritev2,mkdir,mkdirat,unlink,unlinkat,rmdir,truncate,ftruncate,fallocate,\
    stat,lstat,statx,newfstatat";

/// The calls that were made between the marks, with descriptors as paths.
fn traced(folder: &Path) -> Result<Vec<String>, String> {
    let log = folder.join("calls");
    let output = Command::new("strace")
        .args(["-f", "-y", "-qq", "-s", "0", "-e", &format!("trace={CALLS}"), "-o"])
        .arg(&log)
        .arg(current_exe().expect("this program"))
        .args(["--exact", "syncs::creating_an_image_writes_and_syncs_one_file", "--nocapture"])
        .env(FOLDER, folder.join("store"))
        .output()
        .map_err(|error| format!("strace: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let calls = fs::read_to_string(log).map_err(|error| error.to_string())?;
    let counted = calls.lines().skip_while(|line| !line.contains(BEGIN)).skip(1);
    // Before the call stands the number of the thread.
    let calls = counted.take_while(|line| !line.contains(END)).filter_map(|line| line.split_once(' '));
    let asks = |call: &str| ["stat", "lstat", "newfstatat"].iter().any(|name| call.starts_with(name));
    Ok(calls.map(|(_, call)| call.trim().to_owned()).filter(|call| !asks(call)).collect())
}

#[test]
fn creating_an_image_writes_and_syncs_one_file() {
    if let Some(folder) = var_os(FOLDER) {
        let (store, _) = open(FolderBackend::open(folder).expect("opens"));
        block_on(store.create(&config("first"), CreateOptions::default())).expect("created");
        let _ = fs::metadata(BEGIN);
        block_on(store.create(&config("second"), CreateOptions::default())).expect("created");
        let _ = fs::metadata(END);
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let calls = match traced(folder.path()) {
        Ok(calls) => calls,
        Err(reason) => {
            eprintln!("NOTHING CAN BE TRACED, WRITES AND SYNCS OF A CREATION WERE NOT COUNTED: {reason}");
            return;
        }
    };
    let hex = id("second").digest().hex();
    assert_eq!(calls.len(), 4, "{calls:#?}");
    let temporary = format!("imagedb/content/sha256/.tmp-{hex}");
    let is = |call: &str, name: &str, on: &str| call.starts_with(name) && call.contains(on);
    assert!(is(&calls[0], "write(", &temporary), "the file is written: {}", calls[0]);
    assert!(is(&calls[1], "fsync(", &temporary), "and synced: {}", calls[1]);
    assert!(is(&calls[2], "rename", &temporary), "gets its name: {}", calls[2]);
    assert!(is(&calls[3], "fsync(", "imagedb/content/sha256>"), "and its folder is synced: {}", calls[3]);
    let content = folder.path().join("store/imagedb/content/sha256").join(hex);
    assert_eq!(fs::read(content).expect("there"), config("second"));
}
