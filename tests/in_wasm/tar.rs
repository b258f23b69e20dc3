//! Small tar files, made by hand.

/// Entries of a path, a type and contents, with the end of the archive.
pub fn archive(entries: &[(&str, u8, &[u8])]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (path, kind, contents) in entries {
        entry(&mut tar, path, *kind, contents);
    }
    tar.extend([0; 1024]);
    tar
}

/// One entry whose name stands in a GNU long-name entry before it.
pub fn with_long_name(path: &str, kind: u8) -> Vec<u8> {
    archive(&[("././@LongLink", b'L', format!("{path}\0").as_bytes()), (&path[..90], kind, b"")])
}

/// Declares another size, as a big-endian number.
pub fn set_size(header: &mut [u8], size: u64) {
    header[124..136].fill(0);
    header[124] = 0x80;
    header[128..136].copy_from_slice(&size.to_be_bytes());
    set_checksum(header);
}

fn entry(tar: &mut Vec<u8>, path: &str, kind: u8, contents: &[u8]) {
    let mut header = [0; 512];
    header[..path.len()].copy_from_slice(path.as_bytes());
    header[100..108].copy_from_slice(b"0000755\0");
    header[108..124].copy_from_slice(b"0000000\x000000000\0");
    header[124..136].copy_from_slice(format!("{:011o}\0", contents.len()).as_bytes());
    header[136..148].copy_from_slice(b"00000000000\0");
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    set_checksum(&mut header);
    tar.extend(header);
    tar.extend(contents);
    tar.resize(tar.len().next_multiple_of(512), 0);
}

fn set_checksum(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}
