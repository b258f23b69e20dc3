//! Probing files and bytes, and the programs that make disks.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use layerglass::limits::Limits;
use layerglass::vm::{Disk, DiskError, DiskProbe};

/// A file of `tests/fixtures/disk`, unpacked.
pub fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/disk");
    if let Ok(bytes) = std::fs::read(folder.join(name)) {
        return bytes;
    }
    let file = std::fs::File::open(folder.join(format!("{name}.gz"))).expect("a fixture of that name");
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).expect("gzip");
    bytes
}

pub fn probe(bytes: &[u8]) -> Result<Disk, DiskError> {
    probe_within(bytes, &Limits::default()).map(|(disk, _)| disk)
}

/// What the bytes are, and how many of them were read for it.
pub fn probe_within(bytes: &[u8], limits: &Limits) -> Result<(Disk, u64), DiskError> {
    let mut probe = DiskProbe::new(bytes.len() as u64, limits);
    let mut want = probe.next(None)?;
    let mut read = 0;
    while let Some(range) = want {
        assert!(range.length > 0, "nothing is wanted for nothing");
        let from = usize::try_from(range.offset).expect("a place in the file");
        read += range.length;
        want = probe.next(Some(&bytes[from..][..range.length as usize]))?;
    }
    probe.finish().map(|disk| (disk, read))
}

pub fn codes(disk: &Disk) -> Vec<&str> {
    disk.findings.iter().map(|finding| &*finding.code).collect()
}

/// A program of the machine. Where it is not installed, the test that needs it says so.
pub fn tool(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let more = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let found =
        std::env::split_paths(&paths).chain(more).map(|folder| folder.join(name)).find(|path| path.is_file());
    if found.is_none() {
        eprintln!("SKIPPED: {name} is not installed, and this test compares with it");
    }
    found
}

/// Runs a program in a folder, and gives what it wrote.
pub fn run(program: &Path, folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output =
        Command::new(program).current_dir(folder).args(arguments).output().expect("the program starts");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {arguments:?}: {complaint}", program.display());
    output.stdout
}
