//! OCI images that a SIF file holds as such: a root index and blobs, laid out as singularity's OCI-SIF has it.

use std::path::PathBuf;

use layerglass::digest::Digest;
use layerglass::limits::Limits;
use layerglass::sif::{DataType, DigestState};

use super::{at, check, codes, field, fixture, open, put};

/// The layout of the fixtures in one SIF file: every blob, then the index.
fn file() -> Vec<u8> {
    let layout = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/quirks.oci");
    let mut blobs: Vec<_> =
        layout.join("blobs/sha256").read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    blobs.sort();
    let mut objects: Vec<(DataType, Vec<u8>)> =
        blobs.iter().map(|path| (DataType::OciBlob, std::fs::read(path).unwrap())).collect();
    objects.push((DataType::OciRootIndex, std::fs::read(layout.join("index.json")).unwrap()));

    let mut file = fixture("sif/dsse.sif");
    file.truncate(32_176);
    (0..48).for_each(|slot| file[field(slot, at::USED)] = 0);
    for (slot, (data_type, bytes)) in objects.into_iter().enumerate() {
        file[field(slot, 0)..field(slot + 1, 0)].fill(0);
        put(&mut file, field(slot, at::TYPE), &data_type.code().to_le_bytes());
        file[field(slot, at::USED)] = 1;
        put(&mut file, field(slot, at::ID), &(slot as u32 + 1).to_le_bytes());
        put(&mut file, field(slot, at::GROUP), &0xf000_0001_u32.to_le_bytes());
        let offset = file.len() as i64;
        put(&mut file, field(slot, at::OFFSET), &offset.to_le_bytes());
        put(&mut file, field(slot, at::SIZE), &(bytes.len() as i64).to_le_bytes());
        put(&mut file, field(slot, at::EXTRA), Digest::sha256(&bytes).to_string().as_bytes());
        file.extend(bytes);
        put(&mut file, 80, &(47 - slot as i64).to_le_bytes());
    }
    file
}

#[test]
fn images_are_read_from_the_root_index_on() {
    let file = file();
    let sif = open(&file);
    assert_eq!(codes(&sif), [""; 0]);
    let images = sif.oci_images(&Limits::default());
    assert!(images.len() > 1, "{images:?}");
    for image in &images {
        assert_eq!(image.platform.as_ref().map(ToString::to_string).as_deref(), Some("linux/amd64"));
        assert!(image.config.is_some() && !image.layers.is_empty());
        assert!(image.layers.iter().all(|layer| sif.blob(&layer.digest).is_some()));
    }
    let data = sif.data(&Limits::default());
    assert_eq!(data.config, images[0].config);
    assert_eq!(data.primary, None);
    let read: u64 = sif.oci_documents().map(|(object, _)| object.size as u64).sum();
    assert!(read * 2 < file.len() as u64, "layers are not read: {read} of {}", file.len());

    let report = check(&file, false);
    assert_eq!(report.blobs.len(), sif.descriptors().len());
    assert!(report.blobs.iter().all(|blob| blob.data.state == DigestState::Match));
}

#[test]
fn changed_blobs_are_found() {
    let mut file = file();
    let sif = open(&file);
    let range = |index: usize| sif.descriptors()[index].range().unwrap().start as usize;
    let is_document = |index: usize| sif.document(&sif.descriptors()[index]).is_some();
    let count = sif.descriptors().len();
    let layer = (0..count).find(|&index| !is_document(index)).expect("a layer");
    let root = range(count - 1);
    file[range(layer)] ^= 1;
    let report = check(&file, false);
    let wrong: Vec<_> = report.blobs.iter().filter(|blob| blob.data.state == DigestState::Mismatch).collect();
    assert_eq!(wrong.iter().map(|blob| blob.id).collect::<Vec<_>>(), [layer as u32 + 1]);
    assert_eq!(codes(&open(&file)), [""; 0], "opening does not read layers");

    // Of documents opening tells.
    file[root] = b' ';
    let sif = open(&file);
    assert_eq!(codes(&sif), ["sif-oci-mismatch"]);
    assert_eq!(sif.oci_images(&Limits::default()).len(), 0);

    put(&mut file, field(0, at::EXTRA), b"md5:00\0");
    assert!(codes(&open(&file)).contains(&"sif-oci-digest".into()));
}

#[test]
fn indexes_that_name_each_other_end() {
    // Two blobs whose digests are made up, each an index of the other, under a root that names the first.
    let digest = |digit: &str| format!("sha256:{}", digit.repeat(64));
    let index = |to: &str| {
        let media = "application/vnd.oci.image.index.v1+json";
        format!(
            r#"{{"schemaVersion":2,"mediaType":"{media}","manifests":[{{"mediaType":"{media}","digest":"{to}","size":1}}]}}"#
        )
    };
    let mut file = fixture("sif/dsse.sif");
    for (slot, (data_type, own, to)) in
        [(DataType::OciRootIndex, "c", "a"), (DataType::OciBlob, "a", "b"), (DataType::OciBlob, "b", "a")]
            .into_iter()
            .enumerate()
    {
        let bytes = index(&digest(to));
        put(&mut file, field(slot, at::TYPE), &data_type.code().to_le_bytes());
        let offset = file.len() as i64;
        put(&mut file, field(slot, at::OFFSET), &offset.to_le_bytes());
        put(&mut file, field(slot, at::SIZE), &(bytes.len() as i64).to_le_bytes());
        put(&mut file, field(slot, at::EXTRA), digest(own).as_bytes());
        file.extend(bytes.into_bytes());
    }
    let sif = open(&file);
    assert_eq!(sif.oci_documents().count(), 3);
    assert_eq!(codes(&sif).iter().filter(|code| *code == "sif-oci-mismatch").count(), 3);
}
