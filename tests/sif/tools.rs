//! The same lists as `siftool` gives, where it can be found.

use std::path::{Path, PathBuf};
use std::process::Command;

use layerglass::sif::{
    DataType, FsType, HashType, Link, MessageFormat, MessageType, Metadata, PartType, Sif,
};

use super::open;

/// What siftool prints, or `None` where there is none.
fn siftool(arguments: &[&str], file: &Path) -> Option<Vec<u8>> {
    let output = Command::new("siftool").args(arguments).arg(file).output().ok()?;
    assert!(output.status.success(), "siftool {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

fn files() -> Vec<PathBuf> {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let names = ["quirks.sif", "sif/types.sif", "sif/pgp.sif", "sif/dsse.sif", "sif/legacy.sif"];
    let mut files: Vec<PathBuf> = names.iter().map(|name| fixtures.join(name)).collect();
    match std::env::var_os("LAYERGLASS_IMAGES") {
        Some(images) => files.push(Path::new(&images).join("quirks.sif")),
        None => eprintln!("SKIPPED: the file of LAYERGLASS_IMAGES is not compared, because that is not set"),
    }
    files
}

/// The list as siftool prints it, without its spaces.
fn list(sif: &Sif) -> Vec<String> {
    let lines = sif.descriptors().iter().map(|one| {
        let number =
            |number: Option<u32>| number.map_or_else(|| "NONE".to_owned(), |number| number.to_string());
        let link = match one.link {
            None => "NONE".into(),
            Some(Link::Object(id)) => id.to_string(),
            Some(Link::Group(id)) => format!("{id}(G)"),
        };
        let range = one.range().expect("a range");
        let what = kind(one.data_type, &one.metadata);
        format!("{}|{}|{link}|{}-{}|{what}", one.id, number(one.group), range.start, range.end)
    });
    lines.map(|line| line.replace(' ', "")).collect()
}

fn kind(data_type: DataType, metadata: &Metadata) -> String {
    match (data_type, metadata) {
        (DataType::Definition, _) => "Def.FILE".into(),
        (DataType::Environment, _) => "Env.Vars".into(),
        (DataType::Labels, _) => "JSON.Labels".into(),
        (DataType::Json, _) => "JSON.Generic".into(),
        (DataType::Generic, _) => "Generic/Raw".into(),
        (_, Metadata::Partition { fs, part, architecture }) => {
            let fs = if *fs == FsType::Squashfs { "Squashfs" } else { "Raw" };
            let part = match part {
                PartType::PrimarySystem => "*System",
                PartType::Overlay => "Overlay",
                other => panic!("{other:?}"),
            };
            format!("FS({fs}/{part}/{})", architecture.name().unwrap_or("unknown"))
        }
        (_, Metadata::Signature { hash, .. }) => {
            format!("Signature({})", if *hash == HashType::Sha256 { "SHA-256" } else { "SHA-384" })
        }
        (_, Metadata::CryptoMessage { format, message }) => {
            let unknown = matches!((format, message), (MessageFormat::Other(_), MessageType::Other(_)));
            assert!(unknown, "siftool adds messages without their form");
            "CryptographicMessage(Unknown/Unknown)".into()
        }
        (_, Metadata::Sbom { format }) => format!("SBOM({})", format.name()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn lists_are_those_of_siftool() {
    for path in files() {
        let file = std::fs::read(&path).expect("the file");
        let Some(output) = siftool(&["list"], &path) else {
            eprintln!("SKIPPED: nothing is compared with siftool, because it is not installed");
            return;
        };
        let sif = open(&file);
        let output = String::from_utf8(output).expect("text");
        let expected: Vec<String> = output
            .lines()
            .filter(|line| line.starts_with(|first: char| first.is_ascii_digit()))
            .map(|line| line.replace(' ', ""))
            .collect();
        // An older siftool does not know the newest architectures.
        let ours = list(&sif).into_iter().zip(&expected).map(|(line, expected)| {
            if expected.contains("unknown)") { line.replace("loong64", "unknown") } else { line }
        });
        assert_eq!(ours.collect::<Vec<_>>(), expected, "{}", path.display());

        let header = String::from_utf8(siftool(&["header"], &path).expect("siftool")).expect("text");
        for (name, value) in [
            ("ID:", sif.header().uuid()),
            ("Descriptors Free:", sif.header().descriptors_free.to_string()),
            ("Data Offset:", sif.header().data_offset.to_string()),
        ] {
            let line = header.lines().find(|line| line.starts_with(name)).expect(name);
            assert_eq!(line[name.len()..].trim(), value, "{name}");
        }
        for object in sif.descriptors() {
            let dumped = siftool(&["dump", &object.id.to_string()], &path).expect("siftool");
            let range = object.range().expect("a range");
            assert_eq!(dumped, file[range.start as usize..range.end as usize], "object {}", object.id);
        }
    }
}
