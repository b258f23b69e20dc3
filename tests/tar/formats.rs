//! Each header format and extension, made by hand.

use layerglass::error::{ErrorKind, Reason};
use layerglass::limits::Limits;
use layerglass::tar::{Entry, EntryKind, Event, Format, Reader, TarError, Timestamp};

use crate::build::{Header, Tar};
use crate::read;

fn single(tar: &[u8]) -> (Entry, Vec<u8>) {
    let (members, end) = read(tar, usize::MAX);
    end.unwrap();
    assert_eq!(members.len(), 1);
    members.into_iter().next().unwrap()
}

fn failure(tar: &[u8]) -> TarError {
    read(tar, usize::MAX).1.unwrap_err()
}

#[test]
fn ustar_joins_prefix_and_name() {
    let mut header = Header::new(b"name", b'0', 2);
    header.text(345, b"some/prefix").text(265, b"root").text(297, b"wheel");
    let (entry, contents) = single(&Tar::default().member(&header, b"hi").end());
    assert_eq!((entry.path.as_slice(), contents.as_slice()), (&b"some/prefix/name"[..], &b"hi"[..]));
    assert_eq!((entry.owner.as_slice(), entry.group.as_slice()), (&b"root"[..], &b"wheel"[..]));
    assert_eq!((entry.format, entry.kind, entry.data_offset), (Format::Ustar, EntryKind::File, 512));
}

#[test]
fn old_tars_tell_a_directory_by_its_slash() {
    let mut header = Header::new(b"dir/", 0, 0);
    header.text(257, &[0; 8]);
    let (entry, _) = single(&Tar::default().member(&header, b"").end());
    assert_eq!((entry.kind, entry.format), (EntryKind::Directory, Format::V7));
}

#[test]
fn gnu_long_names_and_links_apply_to_the_next_member() {
    let (name, target) = ("n".repeat(300), "t".repeat(400));
    let text = |text: &str| format!("{text}\0").into_bytes();
    let mut link = Header::new(b"short", b'2', 0);
    link.text(157, b"cut");
    let tar = Tar::default()
        .member(&Header::new(b"././@LongLink", b'L', 301), &text(&name))
        .member(&Header::new(b"././@LongLink", b'K', 401), &text(&target))
        .member(&link, b"")
        .end();
    let (entry, _) = single(&tar);
    assert_eq!((entry.path, entry.link), (name.into_bytes(), target.into_bytes()));
    assert_eq!(entry.header_offset, 0);
}

#[test]
fn numbers_may_be_binary_and_negative() {
    let mut header = Header::new(b"a", b'0', 0);
    header.text(108, &[0x80, 0, 0, 0, 0, 0x2d, 0xc6, 0xc0]);
    header.text(136, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xae, 0x80]);
    let (entry, _) = single(&Tar::default().member(&header, b"").end());
    assert_eq!((entry.uid, entry.mtime), (3_000_000, Timestamp { secs: -86400, nanos: 0 }));
}

#[test]
fn pax_records_win_over_the_header() {
    let tar = Tar::default()
        .pax(&[
            ("path", "日本語".as_bytes()),
            ("uid", b"4000000"),
            ("mtime", b"-1.25"),
            ("SCHILY.xattr.user.bin", &[0, 255, 10]),
            ("size", b"3"),
            ("comment", b"kept by nobody"),
        ])
        .member(&Header::new(b"fallback", b'0', 3), b"abc")
        .end();
    let (entry, contents) = single(&tar);
    assert_eq!((entry.path.as_slice(), contents.as_slice()), ("日本語".as_bytes(), &b"abc"[..]));
    assert_eq!((entry.uid, entry.format), (4_000_000, Format::Pax));
    assert_eq!(entry.mtime, Timestamp { secs: -2, nanos: 750_000_000 });
    assert_eq!(entry.xattrs, [(b"user.bin".to_vec(), vec![0, 255, 10])]);
}

#[test]
fn an_empty_record_gives_the_header_back_and_globals_do_nothing() {
    let global = b"15 path=global\n";
    let tar = Tar::default()
        .member(&Header::new(b"g", b'g', 15), global)
        .pax(&[("path", b"x"), ("path", b"")])
        .file("header", "")
        .end();
    let (members, end) = read(&tar, 100);
    assert_eq!(members[0].0.path, b"header");
    assert_eq!(end.unwrap().global_headers, 1);
}

#[test]
fn sparse_files_of_every_kind_are_filled_with_zeros() {
    let mut unpacked = vec![0; 20];
    unpacked[4..8].copy_from_slice(b"data");
    unpacked[18..].copy_from_slice(b"!!");
    let stored = b"data!!";
    let mut old = Header::new(b"old", b'S', 6);
    old.text(257, b"ustar  \0").octal(386..398, 4).octal(398..410, 4).octal(410..422, 18).octal(422..434, 2);
    old.octal(483..495, 20);
    let file = |name: &[u8]| Header::new(name, b'0', 6);
    let mut map = b"2\n4\n4\n18\n2\n".to_vec();
    map.resize(512, 0);
    map.extend(stored);
    let tar = Tar::default()
        .member(&old, stored)
        .pax(&[
            ("GNU.sparse.size", b"20"),
            ("GNU.sparse.numblocks", b"2"),
            ("GNU.sparse.offset", b"4"),
            ("GNU.sparse.numbytes", b"4"),
            ("GNU.sparse.offset", b"18"),
            ("GNU.sparse.numbytes", b"2"),
        ])
        .member(&file(b"pax00"), stored)
        .pax(&[("GNU.sparse.size", b"20"), ("GNU.sparse.map", b"4,4,18,2"), ("GNU.sparse.name", b"pax01")])
        .member(&file(b"GNUSparseFile.1/pax01"), stored)
        .pax(&[
            ("GNU.sparse.major", b"1"),
            ("GNU.sparse.minor", b"0"),
            ("GNU.sparse.name", b"pax10"),
            ("GNU.sparse.realsize", b"20"),
        ])
        .member(&Header::new(b"GNUSparseFile.1/pax10", b'0', 518), &map)
        .end();
    for piece in [1, 7, 512, usize::MAX] {
        let (members, end) = read(&tar, piece);
        end.unwrap();
        let names: Vec<_> = members.iter().map(|(entry, _)| String::from_utf8_lossy(&entry.path)).collect();
        assert_eq!(names, ["old", "pax00", "pax01", "pax10"]);
        for (entry, contents) in &members {
            assert_eq!((entry.size, entry.stored_size), (20, 6), "{:?}", entry.path);
            assert_eq!(*contents, unpacked, "{:?}", entry.path);
        }
    }
}

#[test]
fn sparse_maps_that_cannot_be_are_refused() {
    for map in ["4,4,2,2", "4,4,18,9", "4,4", "4,5,18,2", "18446744073709551615,6"] {
        let tar = Tar::default()
            .pax(&[("GNU.sparse.size", b"20"), ("GNU.sparse.map", map.as_bytes())])
            .member(&Header::new(b"x", b'0', 6), b"data!!")
            .end();
        assert_eq!(failure(&tar).code(), "tar-sparse", "{map}");
    }
}

#[test]
fn links_and_directories_have_no_contents_whatever_their_size_says() {
    let tar = Tar::default()
        .member(&Header::new(b"link", b'1', 1000), b"")
        .member(&Header::new(b"dir", b'5', 1000), b"")
        .file("after", "x")
        .end();
    let (members, end) = read(&tar, usize::MAX);
    end.unwrap();
    assert_eq!(members.iter().map(|(entry, _)| entry.size).collect::<Vec<_>>(), [0, 0, 1]);
}

#[test]
fn the_end_is_told() {
    let one = Tar::default().file("a", "a");
    let end = |tail: &[u8]| read(&[&one.0, tail].concat(), 333).1.unwrap();
    assert_eq!(end(&[]).end_blocks, 0);
    assert_eq!(end(&[0; 512]).end_blocks, 1);
    assert_eq!((end(&[0; 10240]).end_blocks, end(&[0; 10240]).data_offset), (2, None));
    let toc = end(&[&[0; 1024][..], b"behind"].concat());
    assert_eq!((toc.data_offset, toc.bytes), (Some(2048), 6));
    let mut lone = vec![0; 512];
    lone.extend(Tar::default().file("b", "b").end());
    assert_eq!((end(&lone).end_blocks, end(&lone).data_offset), (1, Some(1536)));
}

#[test]
fn what_is_no_tar_is_said_to_be_none() {
    assert_eq!(failure(&[b'x'; 600]), TarError::NotATar);
    assert_eq!(failure(b"short"), TarError::NotATar);
    assert!(read(b"", 1).1.is_ok(), "an empty layer is an empty tar");
}

#[test]
fn damage_is_told_with_its_offset() {
    let mut tar = Tar::default().file("a", "a").file("b", "b").end();
    tar[1024 + 5] ^= 1;
    let error = failure(&tar);
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Corrupt, Some(1024)));
    let pax = |data: &[u8]| {
        let tar =
            Tar::default().member(&Header::new(b"p", b'x', data.len() as u64), data).file("a", "").end();
        failure(&tar).code()
    };
    for records in
        [&b"5 a=\n99 b=c\n"[..], b"x a=b\n", b"6 a=bc", b"6 abc\n", b"0 a=b\n", b"7 path=\n", b"9 path=\0x\n"]
    {
        assert_eq!(pax(records), "tar-pax", "{:?}", String::from_utf8_lossy(records));
    }
    assert_eq!(pax(b"12 size=-10\n"), "tar-number");
    let limits = Limits { header_bytes: 100, ..Limits::default() };
    let mut reader = Reader::new(&limits);
    let long = Tar::default().file(&"n".repeat(200), "").end();
    let error = reader.next(&mut &long[..]).unwrap_err();
    assert_eq!((error.kind(), error.to_string().contains("headerBytes")), (ErrorKind::Limit, true));
    assert_eq!(reader.next(&mut &long[..]), Ok(None), "after an error nothing more is read");
}

#[test]
fn contents_can_be_left_out() {
    let tar = Tar::default().file("a", vec![1; 5000]).file("b", "b").end();
    let mut reader = Reader::new(&Limits::default());
    let mut input = &tar[..512];
    assert!(matches!(reader.next(&mut input), Ok(Some(Event::Entry(_)))));
    assert_eq!(reader.skip_contents(), 5120);
    assert_eq!((reader.offset(), reader.skip_contents()), (512 + 5120, 0));
    let mut input = &tar[512 + 5120..];
    assert!(matches!(reader.next(&mut input), Ok(Some(Event::Entry(entry))) if entry.path == b"b"));
}
