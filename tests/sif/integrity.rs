//! What signatures state, recomputed without a key.

use layerglass::digest::Digest;
use layerglass::error::{ErrorKind, Reason};
use layerglass::limits::Limits;
use layerglass::sif::{DigestState, Integrity, SifError, SignatureForm};

use super::{at, check, field, fixture, open, put};

#[test]
fn what_apptainer_signed_is_intact() {
    let file = fixture("sif/pgp.sif");
    let report = check(&file, true);
    assert_eq!(report.sha256, Some(Digest::sha256(&file)));
    assert_eq!(report.size, file.len() as u64);
    assert_eq!(report.uncovered, [0; 0]);
    let told: Vec<_> = report.signatures.iter().map(|one| (one.id, one.form, one.intact)).collect();
    let pgp = Some(SignatureForm::Pgp);
    assert_eq!(told, [(6, pgp, true), (7, pgp, true), (8, pgp, true), (9, pgp, true), (10, pgp, true)]);
    let covered: Vec<u32> = report.signatures[0].objects.iter().map(|object| object.id).collect();
    assert_eq!(covered, [1, 2, 3, 4]);

    let report = check(&fixture("sif/dsse.sif"), false);
    assert_eq!(report.sha256, None);
    let told: Vec<_> = report.signatures.iter().map(|one| (one.form, one.intact)).collect();
    assert_eq!(told[..5], [(Some(SignatureForm::Dsse), true); 5]);
    // The last one is over object 1 alone.
    assert_eq!(told[5], (Some(SignatureForm::Dsse), false));
    assert_eq!(report.signatures[5].left_out, [2, 3, 4]);
    assert!(report.signatures[5].objects[0].data.as_ref().unwrap().state == DigestState::Match);

    let report = check(&fixture("sif/legacy.sif"), false);
    let told: Vec<_> =
        report.signatures.iter().map(|one| (one.form, one.intact, one.objects.len())).collect();
    let legacy = Some(SignatureForm::PgpLegacy);
    assert_eq!(told, [(legacy, true, 4), (legacy, true, 1)]);
}

/// Each class of bytes: header, descriptor, data, signature.
#[test]
fn every_change_of_what_is_signed_is_seen() {
    for name in ["sif/pgp.sif", "sif/dsse.sif"] {
        let file = fixture(name);
        let first = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut changed = file.clone();
            change(&mut changed);
            check(&changed, false).signatures.swap_remove(0)
        };
        // The header: launch script and id.
        for place in [3, 48, 63] {
            let report = first(&|file| file[place] ^= 1);
            assert!(!report.intact, "{name} {place}");
            assert_eq!(report.header.unwrap().state, DigestState::Mismatch);
        }
        // A descriptor: type, link, size, time, owner, name, what only its type has.
        for part in [at::TYPE, at::LINK, at::CREATED, at::UID, at::NAME, at::EXTRA, at::EXTRA + 383] {
            let report = first(&|file| file[field(1, part)] ^= 1);
            assert!(!report.intact, "{name} {part}");
            assert_eq!(report.objects[1].descriptor.as_ref().unwrap().state, DigestState::Mismatch, "{part}");
        }
        let report = first(&|file| file[field(1, at::SIZE)] -= 1);
        assert_eq!(report.objects[1].descriptor.as_ref().unwrap().state, DigestState::Mismatch);
        assert_eq!(report.objects[1].data.as_ref().unwrap().state, DigestState::Mismatch);
        // Data.
        let report = first(&|file| file[32176] ^= 1);
        assert_eq!(report.objects[0].data.as_ref().unwrap().state, DigestState::Mismatch);
        assert_eq!(report.objects[1].data.as_ref().unwrap().state, DigestState::Match);
        // An object that is taken out, and one that is put in.
        let report = first(&|file| file[field(3, at::USED)] = 0);
        assert_eq!(report.objects[3].data.as_ref().unwrap().state, DigestState::Absent);
        assert!(!report.intact);
        let report = first(&|file| {
            let copy = file[field(3, 0)..field(4, 0)].to_vec();
            put(file, field(20, 0), &copy);
            put(file, field(20, at::ID), &40_u32.to_le_bytes());
        });
        assert_eq!((report.left_out, report.intact), (vec![40], false));
        // What is not signed may change: times of change, free bytes.
        assert!(first(&|file| file[field(1, at::MODIFIED)] ^= 1).intact);
        assert!(first(&|file| file[72] ^= 1).intact);
        assert!(first(&|file| file[30_000] ^= 1).intact);
    }
}

#[test]
fn a_second_object_of_the_same_id_is_not_covered() {
    let mut file = fixture("sif/pgp.sif");
    let copy = file[field(0, 0)..field(1, 0)].to_vec();
    put(&mut file, field(20, 0), &copy);
    put(&mut file, field(20, at::OFFSET), &100_i64.to_le_bytes());
    let report = check(&file, false);
    assert_eq!(report.uncovered, [1]);
    assert!(open(&file).findings().as_slice().iter().any(|finding| finding.code == "sif-id-repeated"));
}

#[test]
fn the_older_form_covers_bytes_only() {
    let file = fixture("sif/legacy.sif");
    let mut changed = file.clone();
    changed[32176] ^= 1;
    assert!(check(&changed, false).signatures.iter().all(|one| !one.intact));
    let mut changed = file.clone();
    changed[field(0, at::NAME)] ^= 1;
    assert!(check(&changed, false).signatures.iter().all(|one| one.intact), "names are not covered");
}

/// The older form has the bytes of a group in the order of the table, which need not be that of the file.
#[test]
fn bytes_are_hashed_in_the_order_of_the_table() {
    let mut file = fixture("sif/legacy.sif");
    let (first, second) = (file[field(0, 0)..field(1, 0)].to_vec(), file[field(1, 0)..field(2, 0)].to_vec());
    put(&mut file, field(0, 0), &second);
    put(&mut file, field(1, 0), &first);
    let report = check(&file, true);
    assert_eq!(report.sha256, Some(Digest::sha256(&file)));
    assert_eq!(report.signatures[0].bytes.as_ref().unwrap().state, DigestState::Mismatch);
    // The bytes change places too, so that the same text is hashed, with ranges that go back.
    let range = |slot: usize| {
        let number = |at| i64::from_le_bytes(file[field(slot, at)..][..8].try_into().unwrap()) as usize;
        number(at::OFFSET)..number(at::OFFSET) + number(at::SIZE)
    };
    let (a, b) = (file[range(1)].to_vec(), file[range(0)].to_vec());
    let end = file.len();
    file.extend(&a);
    file.extend(&b);
    put(&mut file, field(1, at::OFFSET), &(end as i64 + 7).to_le_bytes());
    put(&mut file, field(0, at::OFFSET), &(end as i64).to_le_bytes());
    put(&mut file, field(0, at::SIZE), &7_i64.to_le_bytes());
    put(&mut file, field(1, at::SIZE), &((a.len() + b.len() - 7) as i64).to_le_bytes());
    assert_eq!(check(&file, false).signatures[0].bytes.as_ref().unwrap().state, DigestState::Match);
}

#[test]
fn objects_that_share_bytes_are_not_hashed_without_end() {
    // Twenty objects, each with nearly the whole file, none with the range of another.
    let mut file = fixture("sif/dsse.sif");
    let template = file[field(0, 0)..field(1, 0)].to_vec();
    for slot in 11..48 {
        put(&mut file, field(slot, 0), &template);
        put(&mut file, field(slot, at::TYPE), &0x400b_u32.to_le_bytes());
        put(&mut file, field(slot, at::ID), &(slot as u32).to_le_bytes());
        put(&mut file, field(slot, at::OFFSET), &(slot as i64).to_le_bytes());
        put(&mut file, field(slot, at::SIZE), &40_000_i64.to_le_bytes());
        let digest = format!("sha256:{}", "0".repeat(64));
        put(&mut file, field(slot, at::EXTRA), digest.as_bytes());
    }
    let sif = open(&file);
    let error = Integrity::new(&sif, true, &Limits::default()).err().expect("a limit");
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
    assert!(matches!(error, SifError::Limit(limit) if limit.name == "sifHashRatio"));
    let raised = Limits { sif_hash_ratio: 40, ..Limits::default() };
    assert!(Integrity::new(&sif, true, &raised).is_ok());
}
