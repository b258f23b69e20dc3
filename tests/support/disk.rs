//! A small disk that a test may fill.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

/// What the smallest file takes.
pub const PAGE: u64 = 4096;

/// A file system of its own in memory, unmounted when this is dropped.
pub struct Disk(pub PathBuf);

impl Disk {
    /// Nothing where it cannot be mounted, which is for root; the test says so.
    pub fn mount(path: PathBuf, bytes: u64) -> Option<Self> {
        fs::create_dir_all(&path).expect("a folder");
        let size = format!("size={bytes},mode=0700");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&path).output();
        match mount {
            Ok(output) if output.status.success() => return Some(Self(path)),
            Ok(output) => eprint!("{}", String::from_utf8_lossy(&output.stderr)),
            Err(error) => eprintln!("{error}"),
        }
        eprintln!("NO DISK COULD BE MOUNTED, A FULL ONE WAS NOT CHECKED");
        None
    }

    pub fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        let status = Command::new("mount").args(["-o", &options]).arg(&self.0).status().expect("mount");
        assert!(status.success(), "{options}");
    }

    /// Takes all space but so many pages.
    pub fn fill(&self, left: u64) {
        let mut filler = File::create(self.0.join("filler")).expect("a file");
        let mut pages = 0;
        while filler.write_all(&[0; PAGE as usize]).is_ok() {
            pages += 1;
        }
        filler.set_len(PAGE * u64::saturating_sub(pages, left)).expect("cut");
    }

    pub fn free(&self) {
        fs::remove_file(self.0.join("filler")).expect("freed");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
