//! Files that tell of packages: no bytes lead to a panic, to a wish outside of the file, or to wishes without end. The
//! first byte says what the file is taken for.
#![no_main]

use layerglass::inspect::packages::{PackageReader, Role};
use layerglass::limits::Limits;

const ROLES: [Role; 12] = [
    Role::RpmDatabase,
    Role::Program,
    Role::JavaArchive,
    Role::DpkgStatus,
    Role::DpkgList,
    Role::DpkgSums,
    Role::ApkInstalled,
    Role::PythonMetadata,
    Role::PythonRecord,
    Role::NodePackage,
    Role::RubySpecification,
    Role::Distribution,
];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((first, data)) = data.split_first() else { return };
    let role = ROLES[usize::from(*first) % ROLES.len()];
    let limits = Limits {
        package_file_bytes: 1 << 20,
        packages: 1000,
        package_paths: 1000,
        jar_entries: 1000,
        jar_bytes: 1 << 20,
        ..Limits::default()
    };
    let mut reader = PackageReader::with_role(role, b"opt/x.dist-info/name-1.0.jar", data.len() as u64, &limits);
    let mut want = reader.next(None);
    let mut wishes = 0;
    while let Some(range) = want {
        wishes += 1;
        assert!(range.length > 0 && wishes < 10_000);
        let from = usize::try_from(range.offset).expect("a place in the file");
        want = reader.next(Some(&data[from..][..range.length as usize]));
    }
    if let Ok(found) = reader.finish() {
        assert!(found.len() <= limits.packages as usize);
    }
});
