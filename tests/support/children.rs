//! Other processes of a test, and killing them at random points.
//!
//! They are the test program again, started for one test with what it is to do in the environment.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// Numbers that look random and are the same each time.
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Starts a test by its full name, in a folder and with a number.
pub fn spawn(test: &str, folder: &Path, number: u64) -> Child {
    Command::new(env::current_exe().expect("this program"))
        .args(["--exact", test, "--nocapture"])
        .env("LAYERGLASS_TEST_FOLDER", folder)
        .env("LAYERGLASS_TEST_NUMBER", number.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts")
}

/// What a process of a test was started with; nothing in the test itself.
pub fn started() -> Option<(PathBuf, u64)> {
    let number = env::var("LAYERGLASS_TEST_NUMBER").ok()?.parse().ok()?;
    Some((env::var_os("LAYERGLASS_TEST_FOLDER")?.into(), number))
}

/// Starts a test in a folder, waits until it has noted something in the file `log` there, and kills it at most so many
/// microseconds later.
pub fn kill(test: &str, folder: &Path, seed: u64, within: u64) {
    let mut child = spawn(test, folder, seed);
    let log = folder.join("log");
    while fs::metadata(&log).map_or(true, |log| log.len() == 0) {
        thread::sleep(Duration::from_millis(1));
    }
    thread::sleep(Duration::from_micros(Numbers::new(seed + 1000).below(within)));
    child.kill().expect("killed");
    child.wait().expect("ended");
}
