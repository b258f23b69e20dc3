//! The input files, the same for the same sources: layers of programs, libraries, sources and texts as real
//! images mix them, taken from the installed Rust toolchain and from the sources of crates.

use std::fs::{self, File};
use std::io::{BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use layerglass::digest::{Algorithm, Hasher};

use crate::{Result, tar};

const LAYER_BYTES: u64 = 500_000_000;
const IMAGE_LAYER_BYTES: u64 = 226_750_000;
const IMAGE_LAYERS: usize = 4;
const LARGE_LAYER_BYTES: u64 = 1 << 30;
/// So much compresses to 500 MB.
const ACCESS_LAYER_BYTES: u64 = 1_900_000_000;
/// An image with one gzip layer of 500 MB.
pub const ACCESS: &str = "image-500m-gzip-layer.tar";
const MANY_FILES: usize = 200_000;
/// Larger files are taken in pieces of this size, so that no single one makes a layer.
const PIECE_BYTES: u64 = 4 << 20;
/// The share of programs and libraries among the bytes of a layer, in percent.
const PROGRAMS: u64 = 60;

/// Writes what is not there yet.
pub fn make(folder: &Path, sources: &[&str]) -> Result {
    fs::create_dir_all(folder)?;
    let mut found = Vec::new();
    for source in sources {
        list(Path::new(source), &mut found)?;
    }
    let mut files = Files::new(found)?;
    once(folder, "layer-a.tar.gz", |out| gzip_layer(out, &mut files, LAYER_BYTES))?;
    once(folder, "layer-b.tar.gz", |out| gzip_layer(out, &mut files, LAYER_BYTES))?;
    once(folder, "layer-1g.tar.gz", |out| gzip_layer(out, &mut files, LARGE_LAYER_BYTES))?;
    image(folder, "image-907m.tar", IMAGE_LAYERS, |out| layer(out, &mut files, IMAGE_LAYER_BYTES))?;
    image(folder, "image-200k-files.tar", 1, |out| many_files(out, &mut files))?;
    let layers = ["layer-a.tar.gz", "layer-b.tar.gz"].map(|name| folder.join(name));
    once(folder, "image-2-gzip-layers.tar", |out| oci_image(out, &layers))?;
    let layers = [folder.join("layer-1g.tar.gz")];
    once(folder, "image-1g-gzip-layer.tar", |out| oci_image(out, &layers))?;
    let layer = folder.join("layer-500m.tar.gz");
    once(folder, ACCESS, |out| {
        once(folder, "layer-500m.tar.gz", |out| gzip_layer(out, &mut files, ACCESS_LAYER_BYTES))?;
        oci_image(out, std::slice::from_ref(&layer))
    })?;
    if layer.exists() {
        fs::remove_file(&layer)?;
    }
    Ok(())
}

/// Writes a file under another name first, so that one that is there is whole.
fn once(folder: &Path, name: &str, write: impl FnOnce(&mut dyn Write) -> Result) -> Result {
    let path = folder.join(name);
    if path.exists() {
        return Ok(());
    }
    let unfinished = folder.join(format!("{name}.unfinished"));
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&unfinished)?);
    write(&mut out)?;
    out.into_inner()?.sync_all()?;
    fs::rename(unfinished, &path)?;
    println!("{} {}", path.display(), fs::metadata(&path)?.len());
    Ok(())
}

/// A piece of a source file.
struct Piece {
    path: PathBuf,
    offset: u64,
}

fn list(folder: &Path, pieces: &mut Vec<Piece>) -> Result {
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<std::io::Result<_>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list(&entry.path(), pieces)?;
        } else if kind.is_file() {
            let size = entry.metadata()?.len();
            let offsets = (0..size.max(1)).step_by(PIECE_BYTES as usize);
            pieces.extend(offsets.map(|offset| Piece { path: entry.path(), offset }));
        }
    }
    Ok(())
}

/// The same order every time.
fn shuffle(pieces: &mut [Piece]) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for index in (1..pieces.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        pieces.swap(index, (state % (index as u64 + 1)) as usize);
    }
}

/// One kind of source files, one after another, and from the start again when they are used up.
struct Kind {
    pieces: Vec<Piece>,
    next: usize,
    bytes: u64,
}

impl Kind {
    fn new(pieces: Vec<Piece>) -> Result<Self> {
        if pieces.is_empty() {
            return Err("too few source files".into());
        }
        Ok(Self { pieces, next: 0, bytes: 0 })
    }

    fn next(&mut self) -> Result<(String, Vec<u8>)> {
        let Piece { path, offset } = &self.pieces[self.next % self.pieces.len()];
        let round = self.next / self.pieces.len();
        self.next += 1;
        let mut contents = Vec::new();
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(*offset))?;
        file.take(PIECE_BYTES).read_to_end(&mut contents)?;
        self.bytes += contents.len() as u64;
        let part = if *offset > 0 { format!(".{offset}") } else { String::new() };
        Ok((format!("usr/{round}{}{part}", path.display()), contents))
    }
}

/// Programs and texts in constant shares.
struct Files {
    programs: Kind,
    texts: Kind,
}

impl Files {
    fn new(mut pieces: Vec<Piece>) -> Result<Self> {
        shuffle(&mut pieces);
        let mut programs = Vec::new();
        let mut texts = Vec::new();
        for piece in pieces {
            let mut start = Vec::new();
            File::open(&piece.path)?.take(4096).read_to_end(&mut start)?;
            if start.contains(&0) { programs.push(piece) } else { texts.push(piece) }
        }
        Ok(Self { programs: Kind::new(programs)?, texts: Kind::new(texts)? })
    }

    fn next(&mut self) -> Result<(String, Vec<u8>)> {
        let total = self.programs.bytes + self.texts.bytes;
        if self.programs.bytes * 100 <= total * PROGRAMS { self.programs.next() } else { self.texts.next() }
    }
}

fn layer(out: &mut dyn Write, files: &mut Files, bytes: u64) -> Result {
    let mut written = 0;
    while written < bytes {
        let (name, contents) = files.next()?;
        tar::member(out, &name, b'0', &contents)?;
        written += 512 + contents.len().next_multiple_of(512) as u64;
    }
    Ok(tar::end(out)?)
}

fn gzip_layer(out: &mut dyn Write, files: &mut Files, bytes: u64) -> Result {
    let mut gzip = flate2::write::GzEncoder::new(out, flate2::Compression::new(6));
    layer(&mut gzip, files, bytes)?;
    gzip.finish()?;
    Ok(())
}

/// Small files in many folders.
fn many_files(out: &mut dyn Write, files: &mut Files) -> Result {
    let mut number = 0;
    while number < MANY_FILES {
        let (_, contents) = files.next()?;
        for piece in contents.chunks(700).take(50) {
            let (upper, lower) = (number / 10_000, number / 100 % 100);
            let name = format!("srv/data/{upper:02}/{lower:02}/record-{number}.json");
            tar::member(out, &name, b'0', piece)?;
            number += 1;
            if number == MANY_FILES {
                break;
            }
        }
    }
    Ok(tar::end(out)?)
}

/// A file as `docker save` before version 25 writes it.
fn image(
    folder: &Path,
    name: &str,
    layers: usize,
    mut write: impl FnMut(&mut dyn Write) -> Result,
) -> Result {
    once(folder, name, |out| {
        let mut diff_ids = Vec::new();
        let mut names = Vec::new();
        for _ in 0..layers {
            let mut layer = Vec::new();
            write(&mut layer)?;
            let id = sha256(&layer);
            let folder = format!("{id}/");
            tar::member(out, &folder, b'5', b"")?;
            tar::member(out, &format!("{folder}VERSION"), b'0', b"1.0")?;
            tar::member(out, &format!("{folder}layer.tar"), b'0', &layer)?;
            names.push(format!("\"{folder}layer.tar\""));
            diff_ids.push(format!("\"sha256:{id}\""));
        }
        let config = config(&diff_ids);
        let config_name = format!("{}.json", sha256(config.as_bytes()));
        tar::member(out, &config_name, b'0', config.as_bytes())?;
        let manifest = format!(
            r#"[{{"Config":"{config_name}","RepoTags":["bench:1"],"Layers":[{}]}}]"#,
            names.join(",")
        );
        tar::member(out, "manifest.json", b'0', manifest.as_bytes())?;
        Ok(tar::end(out)?)
    })
}

/// An OCI layout in a tar, with gzip layers.
fn oci_image(out: &mut dyn Write, layers: &[PathBuf]) -> Result {
    let mut diff_ids = Vec::new();
    let mut descriptors = Vec::new();
    let blob = |out: &mut dyn Write, bytes: &[u8]| -> Result<String> {
        let id = sha256(bytes);
        tar::member(out, &format!("blobs/sha256/{id}"), b'0', bytes)?;
        Ok(format!("\"digest\":\"sha256:{id}\",\"size\":{}", bytes.len()))
    };
    tar::member(out, "oci-layout", b'0', br#"{"imageLayoutVersion":"1.0.0"}"#)?;
    for layer in layers {
        let stored = fs::read(layer)?;
        let mut hasher = Hasher::new(Algorithm::Sha256);
        let mut contents = flate2::read::GzDecoder::new(&stored[..]);
        let mut buffer = vec![0; 1 << 20];
        loop {
            let read = std::io::Read::read(&mut contents, &mut buffer)?;
            if read == 0 {
                break;
            }
            hasher.update(&buffer[..read]);
        }
        diff_ids.push(format!("\"{}\"", hasher.finish()));
        let descriptor = blob(out, &stored)?;
        descriptors
            .push(format!(r#"{{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip",{descriptor}}}"#));
    }
    let config = blob(out, config(&diff_ids).as_bytes())?;
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":"application/vnd.oci.image.config.v1+json",{config}}},"layers":[{}]}}"#,
        descriptors.join(",")
    );
    let manifest = blob(out, manifest.as_bytes())?;
    let index = format!(
        r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.manifest.v1+json",{manifest}}}]}}"#
    );
    tar::member(out, "index.json", b'0', index.as_bytes())?;
    Ok(tar::end(out)?)
}

fn config(diff_ids: &[String]) -> String {
    let history =
        vec![r#"{"created":"2024-06-01T00:00:00Z","created_by":"bench"}"#; diff_ids.len()].join(",");
    let diff_ids = diff_ids.join(",");
    format!(
        r#"{{"architecture":"amd64","os":"linux","created":"2024-06-01T00:00:00Z","config":{{}},"rootfs":{{"type":"layers","diff_ids":[{diff_ids}]}},"history":[{history}]}}"#
    )
}

fn sha256(bytes: &[u8]) -> String {
    let mut hasher = Hasher::new(Algorithm::Sha256);
    hasher.update(bytes);
    hasher.finish().hex()
}
