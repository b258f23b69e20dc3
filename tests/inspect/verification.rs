//! What files declare of their bytes: one byte is changed in each kind of document, and it is seen where it was changed.

use layerglass::archive::{Archive, CheckState, Opener};
use layerglass::codec::Compression;
use layerglass::inspect::verification::{VerificationData, VerifiedItem, VerifiedKind, verification};
use layerglass::limits::Limits;

use super::build::{Tar, digest, docker_archive, open, open_with, pass_with};

fn verified(file: &[u8]) -> VerificationData {
    verification(&open(file).unwrap(), &Limits::default())
}

fn opened(file: &[u8]) -> Archive {
    let mut opener = Opener::new(file.len() as u64, &Limits::default());
    let mut want = opener.next(None).unwrap();
    while let Some(range) = want {
        want = opener.next(Some(&file[range.offset as usize..][..range.length as usize])).unwrap();
    }
    assert_eq!(opener.compression(), Compression::None);
    opener.finish().unwrap()
}

/// Kind, position of image and layer, and state of each item, in words.
fn states(data: &VerificationData) -> Vec<String> {
    let word = |item: &VerifiedItem| {
        let at = |position: Option<usize>| position.map_or(String::new(), |position| format!(" {position}"));
        format!("{:?}{}{} {:?}", item.what, at(item.image), at(item.layer), item.check.state)
    };
    data.items.iter().map(word).collect()
}

fn layers() -> Vec<Vec<u8>> {
    [("a", "one"), ("b", "two")].map(|(name, text)| Tar::default().file(name, text).end()).to_vec()
}

/// An OCI layout of an image within an index, and a platform that is not there: the tar, and the contents by path.
fn layout() -> (Vec<u8>, Vec<(String, Vec<u8>)>) {
    let mut blobs: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |contents: Vec<u8>| {
        let digest = digest(&contents);
        blobs.push((format!("blobs/{}", digest.replace(':', "/")), contents.clone()));
        (digest, contents.len())
    };
    let layers = layers();
    let diff_ids: Vec<String> = layers.iter().map(|layer| format!("\"{}\"", digest(layer))).collect();
    let diff_ids = diff_ids.join(",");
    let config = format!(
        r#"{{"architecture":"amd64","os":"linux","rootfs":{{"type":"layers","diff_ids":[{diff_ids}]}}}}"#
    );
    let (config, config_size) = add(config.into_bytes());
    let layer_type = "application/vnd.oci.image.layer.v1.tar";
    let descriptors: Vec<String> = layers
        .into_iter()
        .map(|layer| {
            let (digest, size) = add(layer);
            format!(r#"{{"mediaType":"{layer_type}","digest":"{digest}","size":{size}}}"#)
        })
        .collect();
    let manifest = format!(
        r#"{{"schemaVersion":2,"config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{config}","size":{config_size}}},"layers":[{}]}}"#,
        descriptors.join(",")
    );
    let (manifest, manifest_size) = add(manifest.into_bytes());
    let manifest_type = "application/vnd.oci.image.manifest.v1+json";
    let absent = digest(b"elsewhere");
    let index = format!(
        r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"{manifest_type}","digest":"{manifest}","size":{manifest_size},"platform":{{"os":"linux","architecture":"amd64"}}}},{{"mediaType":"{manifest_type}","digest":"{absent}","size":7,"platform":{{"os":"linux","architecture":"arm64","variant":"v8"}}}}]}}"#
    );
    let (index, index_size) = add(index.into_bytes());
    let top = format!(
        r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"{index}","size":{index_size}}}]}}"#
    );
    let mut files = vec![("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec())];
    files.push(("index.json".to_owned(), top.into_bytes()));
    files.extend(blobs);
    let tar = files.iter().fold(Tar::default(), |tar, (path, contents)| tar.file(path, contents));
    (tar.end(), files)
}

const LAYOUT: [&str; 12] = [
    "Index Undeclared",
    "Index Match",
    "Manifest Match",
    "Manifest 1 Absent",
    "Config Match",
    "Layer 0 Match",
    "Layer 1 Match",
    "DiffId 0 0 Match",
    "DiffId 0 1 Match",
    "ChainId 0 0 Match",
    "ChainId 0 1 Match",
    "ImageId 0 Match",
];

#[test]
fn a_sound_layout() {
    let (tar, files) = layout();
    let data = verified(&tar);
    assert_eq!(states(&data), LAYOUT);
    assert_eq!(
        (data.matching, data.mismatching, data.pending, data.undeclared, data.absent),
        (10, 0, 0, 1, 1)
    );
    assert_eq!(data.missing_platforms, ["linux/arm64/v8"]);
    assert_eq!((data.label, data.producer, data.more_items), ("OCI image layout", None, 0));
    for item in data.items.iter().filter(|item| item.check.state != CheckState::Absent) {
        let contents = &files.iter().find(|(path, _)| *path == item.path).expect("a file that is there").1;
        let start = item.offset.expect("a place in a plain archive") as usize;
        assert_eq!(&tar[start..start + contents.len()], contents, "{item:?}");
        assert_eq!(item.size.unwrap_or(contents.len() as u64), contents.len() as u64);
        let own = digest(contents);
        if item.what != VerifiedKind::ChainId {
            assert_eq!(item.check.computed.as_ref(), Some(&own), "{item:?}");
        }
    }
    // By hand: image-spec config.md, Layer ChainID.
    let (lower, upper) = (digest(&layers()[0]), digest(&layers()[1]));
    let chain = |position: usize| {
        let is_it = |item: &&VerifiedItem| item.what == VerifiedKind::ChainId && item.layer == Some(position);
        data.items.iter().find(is_it).unwrap().check.computed.clone().unwrap()
    };
    assert_eq!(chain(0), lower);
    assert_eq!(chain(1), digest(format!("{lower} {upper}").as_bytes()));
    let absent = data.items.iter().find(|item| item.check.state == CheckState::Absent).unwrap();
    assert_eq!(absent.path, format!("blobs/{}", digest(b"elsewhere").replace(':', "/")));
}

/// What is seen when one byte of each file is changed: the items that are no longer as in a sound layout.
#[test]
fn one_byte_of_each_kind() {
    let (tar, files) = layout();
    let with = |path: &str, from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let contents = &files.iter().find(|(name, _)| name == path).unwrap().1;
        let start = tar.windows(contents.len()).position(|window| window == contents).unwrap();
        let at = contents.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        let mut tar = tar.clone();
        tar[start + at..start + at + to.len()].copy_from_slice(to.as_bytes());
        let data = verified(&tar);
        let differing = states(&data).into_iter().filter(|state| !LAYOUT.contains(&state.as_str()));
        (differing.collect::<Vec<_>>(), data)
    };
    let holding = |text: &str| -> String {
        let holds = |contents: &Vec<u8>| contents.windows(text.len()).any(|part| part == text.as_bytes());
        files.iter().find(|(path, contents)| path.starts_with("blobs") && holds(contents)).unwrap().0.clone()
    };
    let (config, manifest, index) = (holding("rootfs"), holding("\"config\""), holding("arm64"));
    let (lower, upper) = (holding("one"), holding("two"));

    let (seen, data) = with(&index, "arm64", "arm65");
    assert_eq!(seen, ["Index Mismatch"]);
    assert_eq!(data.missing_platforms, ["linux/arm65/v8"]);
    assert_eq!(with(&manifest, "\"size\"", "\"sizE\"").0, ["Manifest Mismatch"]);
    assert_eq!(with(&config, "amd64", "amd65").0, ["Config Mismatch", "ImageId 0 Mismatch"]);
    let (seen, _) = with(&lower, "one", "eno");
    let chain = ["ChainId 0 0 Mismatch", "ChainId 0 1 Mismatch"];
    assert_eq!(seen, [&["Layer 0 Mismatch", "DiffId 0 0 Mismatch"][..], &chain].concat());
    assert_eq!(
        with(&upper, "two", "owt").0,
        ["Layer 1 Mismatch", "DiffId 0 1 Mismatch", "ChainId 0 1 Mismatch"]
    );
    // A diff id that the config declares falsely, in a config whose digest is right, is a fault of that layer alone and what
    // stands on it; here the config's own digest is wrong as well.
    let diff_id = digest(&layers()[1]);
    let wrong = format!("{}{}", &diff_id[..70], if diff_id.ends_with('0') { '1' } else { '0' });
    let (seen, _) = with(&config, &diff_id, &wrong);
    assert_eq!(
        seen,
        ["Config Mismatch", "DiffId 0 1 Mismatch", "ChainId 0 1 Mismatch", "ImageId 0 Mismatch"]
    );

    // What can no longer be read is told with its digest all the same.
    for (path, expected) in
        [(&index, "Index Mismatch"), (&manifest, "Manifest Mismatch"), (&config, "Config Mismatch")]
    {
        let (seen, data) = with(path, "{", "[");
        assert!(seen.contains(&expected.to_owned()), "{path}: {:?}", states(&data));
        assert!(data.mismatching > 0 && !data.findings.is_empty());
    }
    // A descriptor that names another blob: the one that it named is not there.
    let text = digest(&files.iter().find(|(path, _)| *path == lower).unwrap().1);
    let other = format!("{}{}", &text[..70], if text.ends_with('0') { '1' } else { '0' });
    let (seen, data) = with(&manifest, &text, &other);
    assert!(seen.contains(&"Layer 0 Absent".to_owned()), "{seen:?}");
    assert!(seen.contains(&"DiffId 0 0 Absent".to_owned()), "{seen:?}");
    assert!(seen.contains(&"ChainId 0 1 Absent".to_owned()), "{seen:?}");
    assert_eq!(data.absent, 1 + 1 + 1 + 2);
}

#[test]
fn docker_archives() {
    let tar = docker_archive(&layers());
    let sound = tar.clone().end();
    let data = verified(&sound);
    let expected = [
        "Index Undeclared",
        "Config Match",
        "Layer 0 Undeclared",
        "Layer 1 Undeclared",
        "DiffId 0 0 Match",
        "DiffId 0 1 Match",
        "ChainId 0 0 Match",
        "ChainId 0 1 Match",
        "ImageId 0 Match",
    ];
    assert_eq!(states(&data), expected);
    let undeclared = data.items.iter().find(|item| item.what == VerifiedKind::Layer).unwrap();
    assert_eq!(undeclared.check.computed, Some(digest(&layers()[0])), "it is told all the same");

    // Before the layers are scanned.
    let pending = verification(&opened(&sound), &Limits::default());
    assert_eq!((pending.matching, pending.pending, pending.mismatching), (2, 4, 0));
    assert!(states(&pending).contains(&"ChainId 0 1 Pending".to_owned()));

    // In a file that is compressed as a whole nothing lies at an offset.
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &sound).unwrap();
    let data =
        verification(&pass_with(&encoder.finish().unwrap(), &Limits::default()).unwrap(), &Limits::default());
    assert_eq!(states(&data), expected);
    assert!(data.items.iter().all(|item| item.offset.is_none() && !item.path.is_empty()));

    // Names are escaped by nobody here, and findings of layers are told with the layer's file.
    let odd = Tar::default().file("../out", "x").end();
    let data = verified(&docker_archive(&[odd]).end());
    let finding = data.findings.iter().find(|finding| finding.path.as_deref() == Some("../out")).unwrap();
    assert_eq!(finding.file.as_deref(), Some("0/layer.tar"));
}

/// A layer that cannot be read to its end does not come to what is declared.
#[test]
fn broken_layers() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, &layers()[0]).unwrap();
    let mut gzip = encoder.finish().unwrap();
    let last = gzip.len() - 5;
    gzip[last] ^= 1;
    let data = verified(&docker_archive(&[gzip, layers()[1].clone()]).end());
    let state = |what, layer| {
        let is_it = |item: &&VerifiedItem| item.what == what && item.layer == Some(layer);
        let check = &data.items.iter().find(is_it).unwrap().check;
        (check.state, check.computed.is_some())
    };
    assert_eq!(state(VerifiedKind::DiffId, 0), (CheckState::Mismatch, false));
    assert_eq!(state(VerifiedKind::ChainId, 1), (CheckState::Mismatch, false));
    assert_eq!(state(VerifiedKind::DiffId, 1), (CheckState::Match, true));
    let errors = data.findings.iter().filter(|finding| finding.file.as_deref() == Some("0/layer.tar"));
    assert!(errors.count() > 0);
}

#[test]
fn limits_hold() {
    let file = docker_archive(&layers()).end();
    let limits = Limits { verified_items: 3, findings: 1, ..Limits::default() };
    let data = verification(&open_with(&file, &limits).unwrap(), &limits);
    assert_eq!((data.items.len(), data.more_items), (3, 6));
    let counted = data.matching + data.mismatching + data.pending + data.undeclared + data.absent;
    assert_eq!(counted, 9, "what is not listed is counted");
}

/// The shape in which the package has it.
#[test]
fn as_plain_data() {
    let (tar, _) = layout();
    let data = serde_json::to_value(verified(&tar)).unwrap();
    let item = &data["items"][7];
    let diff_id = digest(&layers()[0]);
    assert_eq!(
        *item,
        serde_json::json!({
            "what": "diff-id", "path": format!("blobs/{}", diff_id.replace(':', "/")), "image": 0, "layer": 0,
            "offset": item["offset"], "size": 2048, "declared": diff_id, "computed": diff_id, "state": "match"
        })
    );
    let mut keys: Vec<_> = data.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    let expected = [
        "absent",
        "findings",
        "items",
        "label",
        "matching",
        "mismatching",
        "missingPlatforms",
        "moreFindings",
        "moreItems",
        "pending",
        "undeclared",
    ];
    assert_eq!(keys, expected);
}

/// Every real image is as it declares, and its blobs lie where they are said to lie.
#[cfg(feature = "fs")]
#[test]
fn real_images() {
    use layerglass::fs::{ImageFile, OpenOptions};
    let images = std::env::var_os("LAYERGLASS_IMAGES").unwrap_or_else(|| "tests/fixtures".into());
    let images = std::path::Path::new(&images);
    let expected: &[(&str, &[&str])] = &[
        ("quirks.docker20.tar", &[]),
        ("quirks.docker28.tar", &[]),
        ("quirks.docker28-containerd.tar", &[]),
        ("quirks.podman.tar", &[]),
        ("quirks.podman.oci.tar", &[]),
        ("quirks.zstd.oci.tar", &[]),
        ("quirks.docker20.tar.xz", &[]),
        ("quirks.dir", &[]),
        ("quirks.oci", &[]),
        ("multiarch.oci", &[]),
        ("multiarch.dir", &[]),
        ("legacy-v1.tar", &[]),
        ("shared.docker20.tar", &[]),
    ];
    for (name, missing) in expected {
        let path = images.join(name);
        let mut file = ImageFile::open(&path, &OpenOptions::default())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        file.scan().unwrap();
        let data = file.verification();
        assert_eq!((data.mismatching, data.pending), (0, 0), "{name}: {:?}", states(&data));
        assert!(data.undeclared + data.matching > 3, "{name}");
        assert_eq!(data.missing_platforms, *missing, "{name}");
        let counted = data.matching + data.undeclared + data.absent;
        assert_eq!(counted as usize, data.items.len());
        let images = file.archive().data().images;
        let chains: Vec<_> = images
            .iter()
            .flat_map(|image| &image.layers)
            .filter_map(|layer| layer.chain_id.clone())
            .collect();
        let told = data.items.iter().filter(|item| item.what == VerifiedKind::ChainId);
        let told: Vec<_> = told.filter_map(|item| item.check.computed.clone()).collect();
        assert!(!told.is_empty() && told.iter().all(|chain| chains.contains(chain)), "{name}");
        for item in &data.items {
            let Some(offset) = item.offset else { continue };
            let place = if path.is_dir() { path.join(&item.path) } else { path.clone() };
            let bytes = std::fs::read(place).unwrap();
            let is_whole = !matches!(item.what, VerifiedKind::DiffId | VerifiedKind::ChainId);
            if let (Some(size), Some(computed), true) = (item.size, &item.check.computed, is_whole) {
                let start = offset as usize;
                assert_eq!(digest(&bytes[start..start + size as usize]), *computed, "{name}: {item:?}");
            }
        }
    }
}
