//! Headers, descriptors and documents of files that siftool and apptainer made.

use layerglass::digest::Digest;
use layerglass::limits::Limits;
use layerglass::sif::{DataType, FsType, Link, Metadata, PartType, SbomFormat};

use super::{check, codes, fixture, open};

#[test]
fn an_image_of_apptainer_is_read() {
    let file = fixture("quirks.sif");
    let sif = open(&file);
    let header = sif.header();
    assert_eq!(header.launch_script, "#!/usr/bin/env run-singularity");
    assert_eq!(header.version, "01");
    assert_eq!(header.architecture.name(), Some("amd64"));
    assert_eq!(header.uuid(), "e41b2b14-7f4b-4ce0-8070-f44afffd7688");
    assert_eq!((header.descriptors_free, header.descriptors_total), (44, 48));
    assert_eq!((header.descriptors_offset, header.descriptors_size), (4096, 28080));
    assert_eq!((header.data_offset, header.data_size), (32176, 12880));
    assert_eq!(codes(&sif), [""; 0]);

    let kinds: Vec<_> =
        sif.descriptors().iter().map(|one| (one.id, one.data_type, one.name.as_str())).collect();
    assert_eq!(
        kinds,
        [
            (1, DataType::Definition, ""),
            (2, DataType::Json, "inspect-metadata.json"),
            (3, DataType::Json, "oci-config.json"),
            (4, DataType::Partition, ""),
        ]
    );
    assert_eq!(sif.primary().map(|primary| primary.range()), Some(Some(36864..45056)));
    assert!(sif.definition().unwrap().contains("from: "), "{:?}", sif.definition());
    let data = sif.data(&Limits::default());
    assert_eq!(data.created.as_deref(), Some("2026-11-21T04:19:04Z"));
    let config = data.config.expect("a configuration");
    assert!(!config.env.is_empty() || config.cmd.is_some(), "{config:?}");
    assert_eq!(check(&file, true).sha256, Some(Digest::sha256(&file)));
}

#[test]
fn every_type_of_object_is_told() {
    let sif = open(&fixture("sif/types.sif"));
    assert_eq!(codes(&sif), [""; 0]);
    let objects = sif.descriptors();
    let types: Vec<_> = objects.iter().map(|one| one.data_type.name()).collect();
    assert_eq!(
        types,
        [
            "definition",
            "environment",
            "labels",
            "partition",
            "json",
            "generic",
            "crypto-message",
            "sbom",
            "partition",
            "json",
        ]
    );
    let groups: Vec<_> = objects.iter().map(|one| one.group).collect();
    let one = Some(1);
    assert_eq!(groups, [one, one, one, one, one, Some(2), one, one, one, None]);
    assert_eq!(objects[5].link, Some(Link::Object(4)));
    let Metadata::Partition { fs, part, architecture } = objects[3].metadata else {
        panic!("{:?}", objects[3])
    };
    assert_eq!((fs, part, architecture.name()), (FsType::Squashfs, PartType::PrimarySystem, Some("arm64")));
    let Metadata::Partition { fs, part, architecture } = objects[8].metadata else {
        panic!("{:?}", objects[8])
    };
    assert_eq!((fs, part, architecture.name()), (FsType::Raw, PartType::Overlay, Some("loong64")));
    assert_eq!(objects[7].metadata, Metadata::Sbom { format: SbomFormat::SpdxJson });

    let data = sif.data(&Limits::default());
    assert_eq!(data.environment.as_deref(), Some("export GREETING=\"hello\"\n"));
    assert_eq!(data.definition.as_deref(), Some("bootstrap: docker-archive\nfrom: small.tar\n"));
    assert_eq!(data.labels.unwrap()["org.example.version"], "1.2");
    let config = data.config.unwrap();
    assert_eq!((config.user.as_str(), config.cmd), ("1000:50", Some(vec!["-v".to_owned()])));
    assert_eq!(data.primary, Some(4));
}

#[test]
fn only_what_tells_of_the_image_is_read() {
    let file = fixture("quirks.sif");
    let mut opener = layerglass::sif::Opener::new(1 << 40, &Limits::default());
    let mut want = opener.next(None).unwrap();
    let mut read = 0;
    let mut long = file.clone();
    long.resize(1 << 17, 0);
    while let Some(range) = want {
        read += range.length;
        want = opener.next(Some(&long[range.offset as usize..][..range.length as usize])).unwrap();
    }
    assert!(read <= 40 << 10, "{read} bytes of a tebibyte");
    assert_eq!(opener.finish().unwrap().descriptors().len(), 4);
}
