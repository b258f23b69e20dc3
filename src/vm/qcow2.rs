//! qcow2, versions 2 and 3: QEMU's `docs/interop/qcow2.rst`.

use serde::Serialize;

use super::DiskError;
use super::field::{be16, be32, be64, byte, filled, part, text};
use super::places::Places;
use super::view::{Stop, View};
use crate::finding::{Finding, Findings, Severity};
use crate::limits::{LimitExceeded, Limits};

/// Bytes of the header of version 2, and what version 3 has at least.
const HEADER: (u64, u64) = (72, 104);
/// What QEMU lets the name of a backing file have.
const NAME_BYTES: u32 = 1023;
/// Features without which an image cannot be read, by their bits.
const INCOMPATIBLE: [&str; 5] = ["dirty", "corrupt", "external data file", "compression type", "extended L2"];
/// Features that can be left aside.
const COMPATIBLE: [&str; 1] = ["lazy refcounts"];
/// Features that whoever writes without knowing them clears.
const AUTOCLEAR: [&str; 2] = ["bitmaps", "raw external data"];

/// What the headers of a qcow2 image say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Qcow2 {
    /// Version of the format: 2 or 3.
    pub version: u32,
    /// Bytes of a cluster.
    pub cluster_size: u32,
    /// Bits of a reference count.
    pub refcount_bits: u32,
    /// How compressed clusters are compressed: `deflate` or `zstd`.
    pub compression: String,
    /// How it is encrypted: `aes` or `luks`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption: Option<&'static str>,
    /// The file that holds what this one does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backing: Option<Backing>,
    /// The file in which the guest's data lies, where it is not in this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_file: Option<String>,
    /// Names of the features that are in use.
    pub features: Vec<String>,
    /// Snapshots, in the order of the file.
    pub snapshots: Vec<Snapshot>,
}

/// The file that an image builds upon.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Backing {
    /// Its name as it is written there: a path, relative to the folder of the image, or a URL. It comes from the input.
    pub name: String,
    /// Its format, where that is written there. QEMU refuses to guess it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
}

/// One snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// What it is known by.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When it was made, in seconds since 1970 in UTC.
    pub seconds: u32,
    /// Nanoseconds beyond them.
    pub nanoseconds: u32,
    /// Nanoseconds that the guest had run.
    #[serde(serialize_with = "crate::json::size::serialize")]
    pub guest_nanoseconds: u64,
    /// Bytes of the guest's memory that were kept.
    #[serde(serialize_with = "crate::json::size::serialize")]
    pub state_size: u64,
    /// Bytes of the disk at that time, where they are written there.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "crate::json::size::serialize_option")]
    pub virtual_size: Option<u64>,
}

/// What an image is, and the bytes of the disk in it.
pub(super) fn read(view: &View, limits: &Limits, findings: &mut Findings) -> Result<(Qcow2, u64), Stop> {
    let version = be32(view.range("qcow2 header", 0, 8)?, 4);
    if !matches!(version, 2 | 3) {
        return Err(DiskError::Version { format: "qcow2", version: version.into() }.into());
    }
    let least = if version == 2 { HEADER.0 } else { HEADER.1 };
    let header = view.range("qcow2 header", 0, least)?;
    let header_length = if version == 2 { least } else { be32(header, 100).into() };
    let bits = be32(header, 20);
    if !(9..=21).contains(&bits) {
        return Err(wrong("cluster bits", 20, "9 to 21", bits));
    }
    let cluster = 1_u64 << bits;
    if header_length < least || header_length % 8 != 0 || header_length > cluster {
        return Err(wrong("header length", 100, "a multiple of 8 from 104 to one cluster", header_length));
    }
    let refcount_order = if version == 2 { 4 } else { be32(header, 96) };
    if refcount_order > 6 {
        return Err(wrong("refcount order", 96, "0 to 6", refcount_order));
    }
    let feature = |at| if version == 2 { 0 } else { be64(header, at) };
    let (incompatible, compatible, autoclear) = (feature(72), feature(80), feature(88));
    let encryption = match be32(header, 32) {
        0 => None,
        1 => Some("aes"),
        2 => Some("luks"),
        other => return Err(wrong("encryption method", 32, "0, 1 or 2", other)),
    };
    let size = be64(header, 24);
    check_tables(view, header, cluster, size, findings)?;
    let whole = view.upto("qcow2 header", 0, header_length.max(112))?;
    let compression = match if header_length > 104 { byte(whole, 104) } else { 0 } {
        0 => "deflate".to_owned(),
        1 => "zstd".to_owned(),
        other => format!("unknown ({other})"),
    };
    let extensions = extensions(view, header_length, cluster, header)?;
    let mut features = named(incompatible, &INCOMPATIBLE, "incompatible");
    features.extend(named(compatible, &COMPATIBLE, "compatible"));
    features.extend(named(autoclear, &AUTOCLEAR, "autoclear"));
    if incompatible & 2 != 0 {
        let message = "the image is marked as corrupt: QEMU opens it for reading only";
        findings.push(|| Finding::new(Severity::Error, "qcow2-corrupt", message));
    }
    if incompatible & !0x1f != 0 {
        let message = "the image needs features that no program known here has";
        findings.push(|| Finding::new(Severity::Warning, "qcow2-features", message).at_offset(72));
    }
    let backing = backing(view, header, cluster, extensions.backing_format)?;
    if backing.as_ref().is_some_and(|backing| backing.format.is_none()) {
        let message = "the format of the backing file is not written down: whoever opens it has to guess";
        findings.push(|| Finding::new(Severity::Warning, "qcow2-backing-format", message));
    }
    let snapshots = snapshots(view, be64(header, 64), be32(header, 60), limits)?;
    let disk = Qcow2 {
        version,
        cluster_size: 1 << bits,
        refcount_bits: 1 << refcount_order,
        compression,
        encryption,
        backing,
        data_file: extensions.data_file,
        features,
        snapshots,
    };
    Ok((disk, size))
}

fn wrong(what: &'static str, offset: u64, expected: &'static str, found: impl ToString) -> Stop {
    DiskError::Value { what, offset, expected, found: found.to_string() }.into()
}

/// The tables that the header points at: in the file, at borders of clusters, none upon another, and large enough.
fn check_tables(
    view: &View,
    header: &[u8],
    cluster: u64,
    size: u64,
    findings: &mut Findings,
) -> Result<(), Stop> {
    let l1 = (be64(header, 40), u64::from(be32(header, 36)));
    let refcounts = (be64(header, 48), u64::from(be32(header, 56)));
    let snapshots = (be64(header, 64), u64::from(be32(header, 60)));
    for (what, at, offset) in [
        ("offset of the L1 table", 40, l1.0),
        ("offset of the refcount table", 48, refcounts.0),
        ("offset of the snapshot table", 64, snapshots.0),
    ] {
        if offset % cluster != 0 {
            return Err(wrong(what, at, "a multiple of the cluster size", offset));
        }
    }
    // An entry of the L1 table stands for a table of one cluster, whose entries of 8 bytes stand for clusters.
    let extended = be32(header, 4) == 3 && be64(header, 72) & 0x10 != 0;
    let covered = (cluster / if extended { 16 } else { 8 }).saturating_mul(cluster);
    if l1.1 < size.div_ceil(covered) {
        return Err(wrong("L1 entries", 36, "as many as the virtual size needs", l1.1));
    }
    let mut places = Places::default();
    places.take("header", 0, cluster.min(view.size()), view.size())?;
    let table_length = refcounts.1.saturating_mul(cluster);
    // The last cluster of a file may be cut where its zeros begin.
    let room = |offset: u64, length: u64| length.min(view.size().saturating_sub(offset).max(1));
    places.take("refcount table", refcounts.0, room(refcounts.0, table_length), view.size())?;
    if refcounts.0.saturating_add(table_length) > view.size() {
        let error = DiskError::BeyondEnd {
            what: "refcount table",
            offset: refcounts.0,
            length: table_length,
            size: view.size(),
        };
        findings.push(|| Finding::from_reason(&error));
    }
    places.take("L1 table", l1.0, l1.1.saturating_mul(8), view.size())?;
    if snapshots.1 > 0 {
        places.take("snapshot table", snapshots.0, snapshots.1.saturating_mul(40), view.size())?;
    }
    Ok(())
}

/// What stands behind the header.
#[derive(Default)]
struct Extensions {
    backing_format: Option<String>,
    data_file: Option<String>,
}

fn extensions(view: &View, from: u64, cluster: u64, header: &[u8]) -> Result<Extensions, Stop> {
    let mut read = Extensions::default();
    // They end where the name of the backing file begins, at the latest with the cluster.
    let name = be64(header, 8);
    let end = if name > from { name.min(cluster) } else { cluster }.min(view.size());
    let mut at = from;
    while at.saturating_add(8) <= end {
        let head = view.range("header extension", at, 8)?;
        let (kind, length) = (be32(head, 0), u64::from(be32(head, 4)));
        if kind == 0 {
            break;
        }
        let start = at + 8;
        if length > end - start {
            return Err(wrong(
                "length of a header extension",
                at + 4,
                "less than the cluster has left",
                length,
            ));
        }
        match kind {
            0xe279_2aca => {
                read.backing_format = filled(text(view.range("header extension", start, length)?))
            }
            0x4441_5441 => read.data_file = filled(text(view.range("header extension", start, length)?)),
            _ => {}
        }
        at = start.saturating_add(length.next_multiple_of(8));
    }
    Ok(read)
}

fn backing(
    view: &View,
    header: &[u8],
    cluster: u64,
    format: Option<String>,
) -> Result<Option<Backing>, Stop> {
    let (offset, length) = (be64(header, 8), be32(header, 16));
    if offset == 0 {
        return Ok(None);
    }
    if length > NAME_BYTES {
        return Err(wrong("length of the backing file's name", 16, "at most 1023", length));
    }
    if offset.saturating_add(length.into()) > cluster {
        return Err(wrong("offset of the backing file's name", 8, "within the first cluster", offset));
    }
    let name = view.range("name of the backing file", offset, length.into())?;
    Ok(filled(String::from_utf8_lossy(name).into_owned()).map(|name| Backing { name, format }))
}

fn snapshots(view: &View, offset: u64, count: u32, limits: &Limits) -> Result<Vec<Snapshot>, Stop> {
    LimitExceeded::check("snapshots", limits.snapshots.into(), count.into())?;
    let mut snapshots = Vec::new();
    let mut at = offset;
    for _ in 0..count {
        let head = view.range("snapshot", at, 40)?;
        let (id, name) = (u64::from(be16(head, 12)), u64::from(be16(head, 14)));
        let (extra, state) = (u64::from(be32(head, 36)), be32(head, 32));
        let length = 40 + extra + id + name;
        let whole = view.range("snapshot", at, length)?;
        // At most 2^33 together, and in memory by now.
        let (extra, id, name) = (extra as usize, id as usize, name as usize);
        snapshots.push(Snapshot {
            id: String::from_utf8_lossy(part(whole, 40 + extra, id)).into_owned(),
            name: String::from_utf8_lossy(part(whole, 40 + extra + id, name)).into_owned(),
            seconds: be32(whole, 16),
            nanoseconds: be32(whole, 20),
            guest_nanoseconds: be64(whole, 24),
            state_size: if extra >= 8 { be64(whole, 40) } else { state.into() },
            virtual_size: (extra >= 16).then(|| be64(whole, 48)),
        });
        at = at.saturating_add(length.next_multiple_of(8));
    }
    Ok(snapshots)
}

fn named(bits: u64, names: &[&str], kind: &str) -> Vec<String> {
    let set = (0..64).filter(|bit| bits >> bit & 1 == 1);
    set.map(|bit| names.get(bit).map_or_else(|| format!("{kind} {bit}"), |name| (*name).to_owned())).collect()
}
