//! What lies in an archive or a folder, read without the part that looks for images.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use layerglass::limits::Limits;
use layerglass::tar::{BLOCK, Entry, EntryKind, Event, Format, Reader, is_header};

use crate::tars::{read, unpacked};

/// An archive's tar and its members, or a folder's files.
#[derive(Default)]
pub struct Contents {
    /// The outer tar; empty for a folder.
    pub tar: Vec<u8>,
    /// Its members in order; none for a folder.
    pub members: Vec<Entry>,
    files: BTreeMap<String, Vec<u8>>,
}

impl Contents {
    pub fn of_file(file: &[u8]) -> Result<Self, String> {
        let (_, tar) = unpacked(file).map_err(|error| error.to_string())?;
        let (members, end) = read(&tar, 1 << 16);
        end.map_err(|error| error.to_string())?;
        let files = members.iter().map(|(entry, contents)| (clean(&name(entry)), contents.clone())).collect();
        let members = members.into_iter().map(|(entry, _)| entry).collect();
        Ok(Self { tar, members, files })
    }

    pub fn of_folder(folder: &Path) -> std::io::Result<Self> {
        let mut contents = Self::default();
        contents.add(folder, "")?;
        Ok(contents)
    }

    fn add(&mut self, folder: &Path, prefix: &str) -> std::io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.add(&entry.path(), &format!("{path}/"))?;
            } else {
                self.files.insert(path, std::fs::read(entry.path())?);
            }
        }
        Ok(())
    }

    pub fn file(&self, path: &str) -> Option<&[u8]> {
        self.files.get(&clean(path)).map(Vec::as_slice)
    }

    pub fn blob(&self, digest: &str) -> Option<&[u8]> {
        self.file(&format!("blobs/{}", digest.replace(':', "/")))
    }

    /// Is there a folder of a layer as Docker before 1.10 wrote it?
    pub fn has_v1_folders(&self) -> bool {
        let is_id = |name: &str| name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        self.files.keys().any(|path| {
            path.split_once('/').is_some_and(|(folder, name)| {
                is_id(folder) && matches!(name, "VERSION" | "json" | "layer.tar")
            })
        })
    }

    pub fn has_linked_layers(&self) -> bool {
        let is_layer = |entry: &Entry| name(entry).ends_with("/layer.tar");
        self.members.iter().any(|entry| entry.kind == EntryKind::Symlink && is_layer(entry))
    }
}

/// Name as text.
pub fn name(entry: &Entry) -> String {
    String::from_utf8_lossy(&entry.path).into_owned()
}

fn clean(path: &str) -> String {
    path.trim_start_matches("./").trim_end_matches('/').to_owned()
}

/// How many zeros a tar ends with.
pub fn trailing_zeros(tar: &[u8]) -> usize {
    tar.iter().rev().take_while(|&&byte| byte == 0).count()
}

/// The families of all headers in a tar, those of tars in it included.
pub fn formats(tar: &[u8]) -> BTreeSet<&'static str> {
    tar.chunks_exact(BLOCK)
        .filter(|block| is_header(block))
        .filter_map(|mut block| match Reader::new(&Limits::default()).next(&mut block) {
            Ok(Some(Event::Entry(entry))) => match entry.format {
                Format::Gnu => Some("gnu"),
                Format::Ustar | Format::Pax | Format::Star => Some("ustar/pax"),
                Format::V7 => Some("v7"),
            },
            _ => None,
        })
        .collect()
}

/// The keys of all PAX records in a tar.
pub fn pax_keys(tar: &[u8]) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for (at, block) in tar.chunks_exact(BLOCK).enumerate() {
        if !is_header(block) || !matches!(block[156], b'x' | b'g') {
            continue;
        }
        let size = std::str::from_utf8(&block[124..135]).ok();
        let size = size.and_then(|size| usize::from_str_radix(size.trim_matches(['\0', ' ']), 8).ok());
        let mut records = tar.get((at + 1) * BLOCK..).unwrap_or_default();
        records = records.get(..size.unwrap_or(0)).unwrap_or_default();
        // "<length> <key>=<value>\n", the length that of the whole record.
        while let Some(space) = records.iter().position(|&byte| byte == b' ') {
            let length = String::from_utf8_lossy(&records[..space]).parse::<usize>().unwrap_or(0);
            let Some(record) = records.get(space + 1..length) else { break };
            keys.extend(
                record
                    .split(|&byte| byte == b'=')
                    .next()
                    .map(|key| String::from_utf8_lossy(key).into_owned()),
            );
            records = &records[length..];
        }
    }
    keys
}
