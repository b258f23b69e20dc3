//! Finding out what a file is, by its contents.

use super::disk::{Detail, Disk, Initrd};
use super::field::{has, le32};
use super::view::{Stop, View, Want};
use super::{DiskError, file_system, iso, kernel, linuxkit, partitions, qcow2, vhd, vhdx, vmdk};
use crate::finding::Findings;
use crate::limits::Limits;

/// So much of the start is read at once: the first descriptors of an ISO image are in it.
const START: u64 = 72 << 10;
/// A LinuxKit file is not longer than this.
const TEXT_BYTES: u64 = 1 << 20;

/// Finds out what a file of a virtual machine is: says which bytes it wants, and is given them.
///
/// ```
/// use layerglass::vm::{Detail, DiskProbe};
/// let file = std::fs::read("tests/fixtures/disk/overlay.qcow2").unwrap();
/// let mut probe = DiskProbe::new(file.len() as u64, &Default::default());
/// let mut want = probe.next(None).unwrap();
/// while let Some(range) = want {
///     let bytes = &file[range.offset as usize..][..range.length as usize];
///     want = probe.next(Some(bytes)).unwrap();
/// }
/// let disk = probe.finish().unwrap();
/// let Detail::Qcow2(qcow2) = disk.detail else { panic!() };
/// assert!(qcow2.backing.is_some());
/// ```
#[derive(Debug)]
pub struct DiskProbe {
    view: View,
    want: Option<Want>,
    limits: Limits,
    result: Option<Result<Disk, DiskError>>,
}

impl DiskProbe {
    /// Looks at a file of `size` bytes.
    pub fn new(size: u64, limits: &Limits) -> Self {
        Self { view: View::new(size, limits), want: None, limits: *limits, result: None }
    }

    /// Takes what was wanted, and says what is wanted next: nothing when all is known.
    ///
    /// # Errors
    /// The file cannot be read as what its start says it is, or fewer bytes came than were wanted.
    pub fn next(&mut self, bytes: Option<&[u8]>) -> Result<Option<Want>, DiskError> {
        if let Some(result) = &self.result {
            return result.as_ref().map(|_| None).map_err(Clone::clone);
        }
        if let (Some(want), Some(bytes)) = (self.want.take(), bytes) {
            let added = self.view.add(want, bytes);
            added.inspect_err(|error| self.result = Some(Err(error.clone())))?;
        }
        let mut findings = Findings::new(self.limits.findings);
        let (virtual_size, detail) = match read(&self.view, &self.limits, &mut findings) {
            Ok(read) => read,
            Err(Stop::Want(want)) => {
                self.want = Some(want);
                return Ok(Some(want));
            }
            Err(Stop::Failed(error)) => {
                self.result = Some(Err(error.clone()));
                return Err(error);
            }
        };
        let (findings, more_findings) = findings.into_parts();
        let disk = Disk { size: self.view.size(), virtual_size, detail, findings, more_findings };
        self.result = Some(Ok(disk));
        Ok(None)
    }

    /// What the file is.
    ///
    /// # Errors
    /// The file could not be read, or not all was given that is wanted.
    pub fn finish(self) -> Result<Disk, DiskError> {
        self.result.unwrap_or(Err(DiskError::Unfinished))
    }
}

fn read(view: &View, limits: &Limits, findings: &mut Findings) -> Result<(Option<u64>, Detail), Stop> {
    if view.size() == 0 {
        return Err(DiskError::Empty.into());
    }
    let start = view.upto("start", 0, START)?;
    Ok(if has(start, 0, b"QFI\xfb") {
        let (disk, size) = qcow2::read(view, limits, findings)?;
        (Some(size), Detail::Qcow2(disk))
    } else if has(start, 0, b"KDMV") {
        let (disk, size) = vmdk::read(view, limits, findings)?;
        (Some(size), Detail::Vmdk(disk))
    } else if has(start, 0, vmdk::DESCRIPTOR) {
        let (disk, size) = vmdk::read_descriptor(view, limits)?;
        (Some(size), Detail::Vmdk(disk))
    } else if has(start, 0, b"vhdxfile") {
        let (disk, size) = vhdx::read(view, limits, findings)?;
        (Some(size), Detail::Vhdx(disk))
    } else if has(start, 0, b"conectix") || vhd::is_vhd(view)? {
        let (disk, size) = vhd::read(view, limits, findings)?;
        (Some(size), Detail::Vhd(disk))
    } else if kernel::is_kernel(start) {
        (None, Detail::Kernel(kernel::read(view, findings)?))
    } else if let Some(archive) = cpio(start) {
        (None, Detail::Initrd(Initrd { archive }))
    } else if let Some(compression) = compression(start) {
        (None, Detail::Compressed { compression })
    } else if has(start, 0, b"hsqs") {
        let (system, size) = file_system::read_squashfs(view, findings)?;
        (Some(size), Detail::FileSystem(system))
    } else if has(start, 0x8001, b"CD001") {
        let (disk, size) = iso::read(view, limits, findings)?;
        (Some(size), Detail::Iso(disk))
    } else if let Some(table) = partitions::read(view, view.size(), limits, findings)? {
        (Some(view.size()), Detail::Raw(table))
    } else if has(start, 1080, &[0x53, 0xef]) && le32(start, 1028) > 0 {
        let (system, size) = file_system::read_ext(view, findings)?;
        (Some(size), Detail::FileSystem(system))
    } else {
        (None, text(view, limits)?)
    })
}

fn text(view: &View, limits: &Limits) -> Result<Detail, Stop> {
    if view.size() > TEXT_BYTES {
        return Ok(Detail::Unknown);
    }
    let text = std::str::from_utf8(view.range("text", 0, view.size())?);
    Ok(match text {
        Ok(text) if linuxkit::is_linuxkit(text) => Detail::LinuxKit(linuxkit::read_linuxkit(text, limits)?),
        _ => Detail::Unknown,
    })
}

fn cpio(start: &[u8]) -> Option<&'static str> {
    let kinds = [("070701", "newc"), ("070702", "crc"), ("070707", "odc")];
    kinds.into_iter().find(|(magic, _)| has(start, 0, magic.as_bytes())).map(|(_, kind)| kind)
}

/// How a stream is compressed, of what kernels unpack as an initrd.
fn compression(start: &[u8]) -> Option<&'static str> {
    let kinds: [(&[u8], &str); 6] = [
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xfd7zXZ\0", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"BZh", "bzip2"),
        (b"\x02\x21\x4c\x18", "lz4"),
        (b"\x89LZO\0\r\n\x1a\n", "lzo"),
    ];
    kinds.into_iter().find(|(magic, _)| has(start, 0, magic)).map(|(_, kind)| kind)
}
