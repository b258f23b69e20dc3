//! Fields of headers. Whoever reads one has made sure that it is there; beyond the end all is zero.

fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..).and_then(<[u8]>::first_chunk::<N>).copied().unwrap_or([0; N])
}

pub(super) fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or_default()
}

pub(super) fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(field(bytes, at))
}

pub(super) fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(field(bytes, at))
}

pub(super) fn be64(bytes: &[u8], at: usize) -> u64 {
    u64::from_be_bytes(field(bytes, at))
}

pub(super) fn le16(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(field(bytes, at))
}

pub(super) fn le32(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(field(bytes, at))
}

pub(super) fn le64(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(field(bytes, at))
}

/// A part of a header, empty where it is not there.
pub(super) fn part(bytes: &[u8], at: usize, length: usize) -> &[u8] {
    bytes.get(at..).map_or(&[], |rest| rest.get(..length).unwrap_or(rest))
}

/// Whether a magic number stands at a place.
pub(super) fn has(bytes: &[u8], at: usize, magic: &[u8]) -> bool {
    bytes.get(at..).is_some_and(|rest| rest.starts_with(magic))
}

/// Text up to the first NUL, without white space around it; what is not UTF-8 is replaced.
pub(super) fn text(bytes: &[u8]) -> String {
    let bytes = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(bytes).trim().to_owned()
}

/// The same in UTF-16 with units read by `unit`.
fn wide_text(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|&pair| unit(pair)).take_while(|&unit| unit != 0).collect();
    String::from_utf16_lossy(&units).trim().to_owned()
}

/// Text in UTF-16, low byte first.
pub(super) fn le_text(bytes: &[u8]) -> String {
    wide_text(bytes, u16::from_le_bytes)
}

/// Text in UTF-16, high byte first.
pub(super) fn be_text(bytes: &[u8]) -> String {
    wide_text(bytes, u16::from_be_bytes)
}

/// Text, or nothing when it is empty.
pub(super) fn filled(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// A GUID as Microsoft stores it: the first three groups low byte first.
pub(super) fn guid(bytes: &[u8], at: usize) -> String {
    let (a, b, c) = (le32(bytes, at), le16(bytes, at + 4), le16(bytes, at + 6));
    format!("{a:08x}-{b:04x}-{c:04x}-{:04x}-{}", be16(bytes, at + 8), hex(part(bytes, at + 10, 6)))
}

/// A UUID as RFC 9562 stores it: high byte first.
pub(super) fn uuid(bytes: &[u8], at: usize) -> String {
    let groups = [(0, 4), (4, 2), (6, 2), (8, 2), (10, 6)];
    groups.map(|(from, length)| hex(part(bytes, at + from, length))).join("-")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A CRC of 32 bits, low bit first, by the reversed polynomial.
fn crc(bytes: &[u8], polynomial: u32) -> u32 {
    let mut table = [0_u32; 256];
    for (value, entry) in (0_u32..).zip(&mut table) {
        *entry = (0..8).fold(value, |crc, _| if crc & 1 == 1 { crc >> 1 ^ polynomial } else { crc >> 1 });
    }
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        let index = (crc ^ u32::from(byte)) & 0xff;
        crc >> 8 ^ table.get(index as usize).copied().unwrap_or_default()
    })
}

/// The CRC-32 of GPT.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    crc(bytes, 0xedb8_8320)
}

/// The CRC-32C of VHDX.
pub(super) fn crc32c(bytes: &[u8]) -> u32 {
    crc(bytes, 0x82f6_3b78)
}
