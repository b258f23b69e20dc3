//! Tar files and image archives made by hand, so that what is wrong in them is known.
#![allow(dead_code, reason = "each test binary uses its own part")]

/// Builds a tar, member by member.
#[derive(Clone, Default)]
pub struct Tar(pub Vec<u8>);

/// A header that can still be changed.
pub struct Header(pub [u8; 512]);

impl Header {
    pub fn new(name: &[u8], kind: u8, size: u64) -> Self {
        let mut header = Self([0; 512]);
        header.0[..name.len()].copy_from_slice(name);
        header
            .octal(100..108, 0o644)
            .octal(108..116, 0)
            .octal(116..124, 0)
            .octal(124..136, size)
            .octal(136..148, 0);
        header.0[156] = kind;
        header.0[257..265].copy_from_slice(b"ustar\x0000");
        header
    }

    pub fn octal(&mut self, field: std::ops::Range<usize>, value: u64) -> &mut Self {
        let text = format!("{value:0width$o}\0", width = field.len() - 1);
        self.0[field].copy_from_slice(text.as_bytes());
        self
    }

    pub fn text(&mut self, at: usize, text: &[u8]) -> &mut Self {
        self.0[at..at + text.len()].copy_from_slice(text);
        self
    }

    /// The block with its checksum.
    pub fn sealed(&self) -> [u8; 512] {
        let mut block = self.0;
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        block
    }
}

impl Tar {
    pub fn member(mut self, header: &Header, contents: &[u8]) -> Self {
        self.0.extend(header.sealed());
        self.0.extend(contents);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub fn file(self, name: &str, contents: impl AsRef<[u8]>) -> Self {
        let contents = contents.as_ref();
        let long = if name.len() > 100 { self.pax(&[("path", name.as_bytes())]) } else { self };
        let short = &name.as_bytes()[..name.len().min(100)];
        long.member(&Header::new(short, b'0', contents.len() as u64), contents)
    }

    pub fn directory(self, name: &str) -> Self {
        self.member(&Header::new(name.as_bytes(), b'5', 0), b"")
    }

    pub fn link(self, kind: u8, name: &str, target: &str) -> Self {
        let mut header = Header::new(name.as_bytes(), kind, 0);
        header.text(157, target.as_bytes());
        self.member(&header, b"")
    }

    pub fn symlink(self, name: &str, target: &str) -> Self {
        self.link(b'2', name, target)
    }

    pub fn hardlink(self, name: &str, target: &str) -> Self {
        self.link(b'1', name, target)
    }

    pub fn pax(self, records: &[(&str, &[u8])]) -> Self {
        let mut data = Vec::new();
        for (key, value) in records {
            let rest = key.len() + value.len() + 3;
            let mut length = rest + 1;
            while length != rest + length.to_string().len() {
                length = rest + length.to_string().len();
            }
            data.extend(format!("{length} {key}=").as_bytes());
            data.extend(*value);
            data.push(b'\n');
        }
        self.member(&Header::new(b"pax", b'x', data.len() as u64), &data)
    }

    /// The tar with its end marker.
    pub fn end(mut self) -> Vec<u8> {
        self.0.extend([0; 1024]);
        self.0
    }
}

/// A docker archive of one image with these layers, and its config.
pub fn docker_archive(layers: &[Vec<u8>]) -> Tar {
    docker_archive_with(layers, |config| config)
}

/// The same with a change to the config's text.
pub fn docker_archive_with(layers: &[Vec<u8>], change: impl FnOnce(String) -> String) -> Tar {
    let diff_ids: Vec<String> = layers.iter().map(|layer| format!("\"{}\"", digest(layer))).collect();
    let config = change(format!(
        r#"{{"architecture":"amd64","os":"linux","config":{{}},"rootfs":{{"type":"layers","diff_ids":[{}]}}}}"#,
        diff_ids.join(",")
    ));
    let id = digest(config.as_bytes());
    let name = format!("{}.json", &id["sha256:".len()..]);
    let mut tar = Tar::default().file(&name, &config);
    let mut paths = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        let path = format!("{index}/layer.tar");
        tar = tar.file(&path, layer);
        paths.push(format!("\"{path}\""));
    }
    let manifest = format!(r#"[{{"Config":"{name}","RepoTags":["test:1"],"Layers":[{}]}}]"#, paths.join(","));
    tar.file("manifest.json", manifest)
}

pub fn digest(bytes: &[u8]) -> String {
    layerglass::digest::Digest::sha256(bytes).to_string()
}

/// Opens bytes by jumping over contents, as a seekable file is opened, and scans all layers.
pub fn open(file: &[u8]) -> Result<layerglass::archive::Archive, layerglass::archive::ArchiveError> {
    open_with(file, &layerglass::limits::Limits::default())
}

/// The same with limits.
pub fn open_with(
    file: &[u8],
    limits: &layerglass::limits::Limits,
) -> Result<layerglass::archive::Archive, layerglass::archive::ArchiveError> {
    let mut opener = layerglass::archive::Opener::new(file.len() as u64, limits);
    let mut want = opener.next(None)?;
    while let Some(range) = want {
        want = opener.next(Some(&file[range.offset as usize..][..range.length as usize]))?;
    }
    if opener.compression() != layerglass::codec::Compression::None {
        return pass_with(file, limits);
    }
    let mut archive = opener.finish()?;
    for layer in 0..archive.layer_count() {
        let source = archive.layer_source(layer)?;
        let mut scan = layerglass::layer::LayerScan::new(layerglass::layer::ContentHash::Xxh3, limits);
        scan.push(&file[source.offset as usize..][..source.length as usize]);
        archive.add_scan(layer, scan.finish())?;
    }
    Ok(archive)
}

/// Opens bytes in one pass.
pub fn pass_with(
    file: &[u8],
    limits: &layerglass::limits::Limits,
) -> Result<layerglass::archive::Archive, layerglass::archive::ArchiveError> {
    let mut pass = layerglass::archive::Pass::new(layerglass::layer::ContentHash::Xxh3, limits);
    for piece in file.chunks(4099) {
        pass.push(piece)?;
    }
    pass.finish()
}
