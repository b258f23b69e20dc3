//! Just enough of a tar writer for the inputs.

use std::io::Write;

/// Writes one member. Names of more than 99 bytes are cut at the front.
pub fn member(out: &mut dyn Write, name: &str, kind: u8, contents: &[u8]) -> std::io::Result<()> {
    let mut header = [0; 512];
    let name = &name.as_bytes()[name.len().saturating_sub(99)..];
    header[..name.len()].copy_from_slice(name);
    let mode = if kind == b'5' { "0000755" } else { "0000644" };
    header[100..107].copy_from_slice(mode.as_bytes());
    header[108..115].copy_from_slice(b"0000000");
    header[116..123].copy_from_slice(b"0000000");
    header[124..135].copy_from_slice(format!("{:011o}", contents.len()).as_bytes());
    header[136..147].copy_from_slice(b"14632471500");
    header[148..156].fill(b' ');
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    out.write_all(&header)?;
    out.write_all(contents)?;
    out.write_all(&[0; 512][..contents.len().next_multiple_of(512) - contents.len()])
}

/// Writes the end marker.
pub fn end(out: &mut dyn Write) -> std::io::Result<()> {
    out.write_all(&[0; 1024])
}
