//! What is wrong with a file: typed errors, or findings.

use layerglass::error::{ErrorKind, Reason};
use layerglass::limits::Limits;
use layerglass::sif::SifError;

use super::{at, check, codes, field, fixture, open, put, try_open};

fn error(file: &[u8]) -> SifError {
    try_open(file, &Limits::default()).expect_err("an error")
}

fn found(change: impl FnOnce(&mut Vec<u8>)) -> Vec<String> {
    let mut file = fixture("quirks.sif");
    change(&mut file);
    let sif = open(&file);
    check(&file, true);
    codes(&sif)
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let file = fixture("quirks.sif");
    assert_eq!(error(b"").code(), "sif-magic");
    assert_eq!(error(b"hsqs").code(), "sif-magic");
    assert_eq!(error(&file[..100]).code(), "sif-header-short");
    assert_eq!(error(&file[..128]).code(), "sif-table-behind-end");
    let with = |at: usize, bytes: &[u8]| {
        let mut file = file.clone();
        put(&mut file, at, bytes);
        file
    };
    assert_eq!(error(&with(32, b"X")).code(), "sif-magic");
    let later = error(&with(42, b"02"));
    assert_eq!((later.kind(), later.found().as_deref()), (ErrorKind::Unsupported, Some("02")));
    for number in [88, 96] {
        assert_eq!(error(&with(number, &(-1_i64).to_le_bytes())).code(), "sif-header-negative");
    }
    let many = error(&with(88, &i64::MAX.to_le_bytes()));
    assert!(matches!(many, SifError::Limit(ref limit) if limit.name == "sifDescriptors"), "{many}");
    assert_eq!(error(&with(96, &i64::MAX.to_le_bytes())).code(), "sif-table-behind-end");
}

#[test]
fn a_file_that_ends_within_its_table_keeps_the_rest() {
    let file = fixture("quirks.sif");
    let sif = open(&file[..field(2, 100)]);
    assert_eq!(sif.descriptors().len(), 2);
    let codes = codes(&sif);
    assert!(codes.contains(&"sif-table-end".into()), "{codes:?}");
    assert_eq!(codes.iter().filter(|code| *code == "sif-object-end").count(), 2);
}

#[test]
fn a_reader_that_gives_too_little_is_told() {
    let file = fixture("quirks.sif");
    let mut opener = layerglass::sif::Opener::new(file.len() as u64, &Limits::default());
    opener.next(None).unwrap();
    let error = opener.next(Some(&file[..1000])).unwrap_err();
    assert_eq!(error, SifError::Truncated { expected: 45056, found: 1000 });
    assert_eq!(opener.next(None), Ok(None));
    assert_eq!(opener.finish().unwrap_err(), SifError::Unfinished);
}

#[test]
fn objects_out_of_place_are_found() {
    let number = |slot, at, value: i64| found(move |file| put(file, field(slot, at), &value.to_le_bytes()));
    assert_eq!(number(3, at::OFFSET, 40_000), ["sif-object-end"]);
    assert_eq!(number(3, at::OFFSET, i64::MAX), ["sif-object-end"]);
    assert_eq!(number(3, at::OFFSET, -5), ["sif-object-negative"]);
    assert_eq!(number(3, at::SIZE, -5), ["sif-object-negative"]);
    assert_eq!(number(3, at::SIZE, i64::MAX), ["sif-object-end"]);
    assert_eq!(number(0, at::SIZE, 200), ["sif-overlap"]);
    assert_eq!(number(0, at::OFFSET, 100)[0], "sif-overlap", "the header");
    assert_eq!(number(0, at::OFFSET, 5000), ["sif-overlap"], "the table");
    assert_eq!(number(0, at::CREATED, -1), ["sif-time"]);
    assert_eq!(found(|file| put(file, 96, &64_i64.to_le_bytes()))[0], "sif-descriptors-free");
}

#[test]
fn numbers_and_links_that_mean_nothing_are_found() {
    let number = |slot, at, value: u32| found(move |file| put(file, field(slot, at), &value.to_le_bytes()));
    assert_eq!(number(1, at::ID, 1), ["sif-id-repeated"]);
    assert_eq!(number(1, at::ID, 0), ["sif-id-zero"]);
    assert_eq!(number(1, at::LINK, 9), ["sif-link"]);
    assert_eq!(number(1, at::LINK, 0xf000_0009), ["sif-link"]);
    assert_eq!(number(1, at::LINK, 0xf000_0001), [""; 0]);
    assert_eq!(number(0, at::TYPE, 0x5000), ["sif-type"]);
    assert_eq!(number(3, at::EXTRA, 99), ["sif-partition"]);
    assert_eq!(number(3, at::EXTRA + 4, 1), ["sif-no-primary"]);
    assert_eq!(number(3, at::GROUP, 0), [""; 0]);
    assert_eq!(found(|file| file[field(3, at::EXTRA + 9)] = b'4'), ["sif-architecture"]);
    assert_eq!(found(|file| file[field(3, at::USED)] = 7), ["sif-used"]);
    assert_eq!(found(|file| file[field(3, at::USED)] = 0), ["sif-descriptors-free", "sif-no-primary"]);
    assert_eq!(found(|file| put(file, 80, &3_i64.to_le_bytes())), ["sif-descriptors-free"]);
    assert_eq!(found(|file| put(file, 104, &3_i64.to_le_bytes())), ["sif-table-size"]);
    assert_eq!(found(|file| put(file, 64, &(-3_i64).to_le_bytes())), ["sif-time"]);
    let twice = found(|file| {
        let copy = file[field(3, 0)..field(4, 0)].to_vec();
        put(file, field(4, 0), &copy);
        put(file, field(4, at::ID), &5_u32.to_le_bytes());
    });
    assert_eq!(twice, ["sif-descriptors-free", "sif-overlap", "sif-primaries"]);
}

#[test]
fn texts_without_an_end_are_found() {
    let fill = |slot, at, length: usize| found(move |file| put(file, field(slot, at), &vec![b'x'; length]));
    assert_eq!(fill(0, at::NAME, 128), ["sif-name-end"]);
    assert_eq!(found(|file| file[field(0, at::NAME + 9)] = b'x'), ["sif-name-end"]);
    assert_eq!(found(|file| file[field(0, at::NAME)] = 0xff), ["sif-name-utf8"]);
    assert_eq!(found(|file| file[31] = b'x'), ["sif-launch-script"]);
    assert_eq!(found(|file| file[36_252] = b'x'), ["sif-json"]);
    assert_eq!(found(|file| put(file, 36_252, b"[  ")).len(), 1);
    assert_eq!(found(|file| file[32_176] = 0xff), ["sif-text-utf8"]);
}

#[test]
fn documents_have_a_limit() {
    let file = fixture("quirks.sif");
    let limits = Limits { sif_document_bytes: 100, ..Limits::default() };
    let sif = try_open(&file, &limits).unwrap();
    assert_eq!(codes(&sif), ["sif-document-unread"]);
    assert!(sif.definition().is_some(), "77 bytes of 100");
    assert_eq!(sif.oci_config(), None);
}
