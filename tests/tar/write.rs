//! Writing tar: what is written is read back, by us and by GNU tar, and the same entries give the same bytes.

use layerglass::error::{ErrorKind, Reason};
use layerglass::tar::{Entry, EntryKind, Fragment, TarWriteError, Timestamp, WriteFormat, Writer};

use super::read;
use super::tars::{meaning, write as tar};

fn file(path: &[u8], contents: &[u8]) -> (Entry, Vec<u8>) {
    let mut entry = Entry::new(path, EntryKind::File);
    entry.size = contents.len() as u64;
    (entry, contents.to_vec())
}

#[track_caller]
fn read_back(format: WriteFormat, entry: Entry, contents: &[u8]) {
    let written = tar(format, &[(entry.clone(), contents.to_vec())]).expect("can be written");
    let (members, end) = read(&written, 4096);
    assert_eq!(end.expect("a whole tar").end_blocks, 2);
    let [(found, _)] = &members[..] else { panic!("{} members", members.len()) };
    assert_eq!(meaning(found), meaning(&entry));
    assert_eq!(tar(format, &[(entry, contents.to_vec())]).expect("again"), written, "the same bytes again");
}

#[test]
fn a_plain_member_needs_one_header() {
    let written = tar(WriteFormat::Pax, &[file(b"etc/hostname", b"moon\n")]).expect("written");
    assert_eq!(written.len(), 512 + 512 + 1024);
    assert_eq!(&written[257..265], b"ustar\x0000");
}

#[test]
fn what_ustar_cannot_say_is_in_records() {
    let entry = |change: fn(&mut Entry)| {
        let mut entry = Entry::new("some/file", EntryKind::File);
        change(&mut entry);
        entry
    };
    let cases: [fn(&mut Entry); 14] = [
        |entry| entry.path = [b"long/".repeat(60), b"name".to_vec()].concat(),
        |entry| entry.path = vec![b'n'; 255],
        |entry| entry.path = "söme/日本".into(),
        |entry| entry.path = b"not/\xff\xfe/utf8".to_vec(),
        |entry| entry.path = b"line\nfeed=1".to_vec(),
        |entry| entry.uid = 3_000_000,
        |entry| entry.gid = i64::from(u32::MAX),
        |entry| entry.mtime = Timestamp { secs: -86400, nanos: 0 },
        |entry| entry.mtime = Timestamp { secs: -1, nanos: 1 },
        |entry| entry.mtime = Timestamp { secs: i64::MIN, nanos: 999_999_999 },
        |entry| entry.mtime = Timestamp { secs: 10_413_792_000, nanos: 120_000_000 },
        |entry| entry.owner = "ö".repeat(40).into(),
        |entry| entry.group = vec![b'g'; 33],
        |entry| {
            entry.xattrs = vec![
                (b"user.note".to_vec(), b"a\nb=\0c".to_vec()),
                (b"security.capability".to_vec(), vec![1, 0, 0, 2]),
            ]
        },
    ];
    for change in cases {
        read_back(WriteFormat::Pax, entry(change), b"");
    }
}

#[test]
fn gnu_says_it_in_its_own_way() {
    let mut entry = Entry::new(vec![b'n'; 300], EntryKind::Symlink);
    (entry.link, entry.uid, entry.gid) = (vec![b't'; 101], 3_000_000, i64::from(u32::MAX));
    entry.mtime = Timestamp { secs: -86400, nanos: 0 };
    read_back(WriteFormat::Gnu, entry, b"");
    let mut entry = Entry::new("dev", EntryKind::CharDevice);
    entry.device = (u32::MAX, 3_000_000);
    read_back(WriteFormat::Gnu, entry, b"");
}

#[test]
fn every_kind_is_written() {
    for format in [WriteFormat::Pax, WriteFormat::Gnu] {
        for kind in [
            EntryKind::File,
            EntryKind::HardLink,
            EntryKind::Symlink,
            EntryKind::CharDevice,
            EntryKind::BlockDevice,
            EntryKind::Directory,
            EntryKind::Fifo,
        ] {
            let mut entry = Entry::new("a/b", kind);
            entry.mode = 0o6755;
            if matches!(kind, EntryKind::HardLink | EntryKind::Symlink) {
                entry.link = b"../target".to_vec();
            }
            if matches!(kind, EntryKind::CharDevice | EntryKind::BlockDevice) {
                entry.device = (8, 300);
            }
            read_back(format, entry, b"");
        }
    }
}

#[test]
fn sizes_beyond_eight_gigabytes() {
    for format in [WriteFormat::Pax, WriteFormat::Gnu] {
        let mut entry = Entry::new("large", EntryKind::File);
        entry.size = 1 << 40;
        let mut writer = Writer::new(format);
        let header = writer.entry(&entry).expect("a header").to_vec();
        let (members, end) = read(&header, 512);
        assert_eq!((members[0].0.size, members[0].0.stored_size), (1 << 40, 1 << 40));
        assert!(end.is_err(), "the contents are still to come");
    }
}

#[test]
fn sparse_files_keep_their_holes() {
    for format in [WriteFormat::Pax, WriteFormat::Gnu] {
        for count in [0, 1, 3, 4, 5, 25, 26, 60] {
            for tail in [0, 512] {
                let fragments: Vec<Fragment> =
                    (0..count).map(|at| Fragment { offset: at * 4096, length: 100 + at }).collect();
                let end = fragments.last().map_or(0, |last| last.offset + last.length);
                let mut entry = Entry::new("a/sparse", EntryKind::File);
                entry.size = end + tail;
                let stored: u64 = fragments.iter().map(|fragment| fragment.length).sum();
                entry.sparse = Some(fragments);
                let contents = vec![7; stored as usize];
                read_back(format, entry, &contents);
            }
        }
    }
}

#[test]
fn what_no_tar_holds_is_refused() {
    let refused = |entry: &Entry| {
        let error = tar(WriteFormat::Pax, &[(entry.clone(), vec![])]).expect_err("refused");
        (error.kind(), error.code())
    };
    let mut other = Entry::new("a", EntryKind::File);
    other.kind = EntryKind::Other;
    assert_eq!(refused(&other), (ErrorKind::Unsupported, "tar-write-kind"));
    assert_eq!(refused(&Entry::new("", EntryKind::File)), (ErrorKind::Invalid, "tar-write-name"));
    assert_eq!(refused(&Entry::new("a\0b", EntryKind::File)), (ErrorKind::Invalid, "tar-write-name"));
    assert_eq!(refused(&Entry::new("a", EntryKind::Symlink)), (ErrorKind::Invalid, "tar-write-name"));
    let mut xattr = Entry::new("a", EntryKind::File);
    xattr.xattrs = vec![(b"user.a=b".to_vec(), b"c".to_vec())];
    assert_eq!(refused(&xattr), (ErrorKind::Unsupported, "tar-write-value"));
    let mut sparse = Entry::new("a", EntryKind::File);
    sparse.sparse = Some(vec![Fragment { offset: 0, length: 10 }]);
    assert_eq!(refused(&sparse), (ErrorKind::Invalid, "tar-write-sparse"));
    let mut device = Entry::new("a", EntryKind::CharDevice);
    device.device = (u32::MAX, 0);
    assert_eq!(refused(&device), (ErrorKind::Unsupported, "tar-write-value"));
}

#[test]
fn contents_are_as_long_as_the_header_says() {
    let (entry, _) = file(b"a", b"four");
    let mut writer = Writer::new(WriteFormat::Pax);
    writer.entry(&entry).expect("a header");
    assert_eq!(writer.contents(5), Err(TarWriteError::Contents { expected: 4, found: 5 }));
    assert_eq!(writer.padding(), Err(TarWriteError::Contents { expected: 4, found: 0 }));
    assert!(writer.entry(&entry).is_err());
    writer.contents(4).expect("as long as it says");
    assert!(writer.finish().is_err(), "the padding is missing");
    assert_eq!(writer.padding().expect("complete").len(), 508);
    assert_eq!(writer.finish().expect("complete"), [0; 1024]);
}

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use super::*;
    use proptest::prelude::*;

    fn name(longest: usize) -> impl Strategy<Value = Vec<u8>> {
        let letters = prop::collection::vec(
            prop_oneof![4 => b'a'..=b'z', 1 => Just(b'/'), 1 => 1_u8..=255],
            1..longest,
        );
        let ascii = prop::collection::vec(prop_oneof![6 => b'a'..=b'z', 1 => Just(b'/')], 1..longest);
        prop_oneof![letters, ascii]
    }

    fn entry() -> impl Strategy<Value = (Entry, Vec<u8>)> {
        let kind = prop::sample::select(vec![
            EntryKind::File,
            EntryKind::HardLink,
            EntryKind::Symlink,
            EntryKind::CharDevice,
            EntryKind::BlockDevice,
            EntryKind::Directory,
            EntryKind::Fifo,
        ]);
        let id = prop_oneof![0_i64..3_000_000, any::<u32>().prop_map(i64::from), any::<i64>()];
        let time = (prop_oneof![any::<i64>(), -5_i64..5], prop_oneof![Just(0), 0_u32..1_000_000_000]);
        let xattr = (name(20), prop::collection::vec(any::<u8>(), 1..30));
        let contents = prop::collection::vec(any::<u8>(), 0..1500);
        let rest = (prop::collection::btree_map(name(20), xattr.1, 0..3), contents, 0_u32..0o10000);
        (name(400), name(300), kind, (id.clone(), id), time, (0_u32..1 << 21, 0_u32..1 << 21), rest).prop_map(
            |(path, link, kind, ids, (secs, nanos), device, (xattrs, contents, mode))| {
                let mut entry = Entry::new(path, kind);
                (entry.uid, entry.gid) = ids;
                (entry.mtime, entry.mode) = (Timestamp { secs, nanos }, mode);
                if matches!(kind, EntryKind::HardLink | EntryKind::Symlink) {
                    entry.link = link;
                }
                if matches!(kind, EntryKind::CharDevice | EntryKind::BlockDevice) {
                    entry.device = device;
                }
                entry.xattrs = xattrs.into_iter().filter(|(name, _)| !name.contains(&b'=')).collect();
                let contents = if kind == EntryKind::File { contents } else { Vec::new() };
                entry.size = contents.len() as u64;
                (entry, contents)
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        /// What is written is read back, in pieces of any size, and nothing of one member touches the next.
        #[test]
        fn what_is_written_is_read_back(members in prop::collection::vec(entry(), 1..6), piece in 1_usize..2000) {
            let written = tar(WriteFormat::Pax, &members).expect("can be written");
            let (found, end) = read(&written, piece);
            prop_assert_eq!(end.expect("a whole tar").end_blocks, 2);
            prop_assert_eq!(found.len(), members.len());
            for ((entry, contents), (found, read)) in members.iter().zip(&found) {
                prop_assert_eq!(meaning(found), meaning(entry));
                prop_assert_eq!(read, contents);
            }
        }

        /// So is what GNU's form holds: whole seconds, and no attributes.
        #[test]
        fn gnu_forms_are_read_back(members in prop::collection::vec(entry(), 1..6)) {
            let members: Vec<_> = members.into_iter().map(|(mut entry, contents)| {
                entry.xattrs.clear();
                entry.mtime.nanos = 0;
                // Eight bytes in base 256 hold 63 bits with the sign.
                (entry.uid, entry.gid) = (entry.uid >> 2, entry.gid >> 2);
                (entry, contents)
            }).collect();
            let written = tar(WriteFormat::Gnu, &members).expect("can be written");
            let (found, _) = read(&written, 512);
            prop_assert_eq!(found.len(), members.len());
            for ((entry, contents), (found, read)) in members.iter().zip(&found) {
                prop_assert_eq!(meaning(found), meaning(entry));
                prop_assert_eq!(read, contents);
            }
        }
    }
}
