//! What is unusual or wrong with the parts of a SIF file.

use std::collections::{BTreeMap, BTreeSet};

use super::descriptor::{DESCRIPTOR_BYTES, Descriptor, Link, Metadata};
use super::header::HEADER_BYTES;
use super::image::{Sif, is_primary};
use super::kinds::{DataType, FsType, PartType};
use crate::digest::{Algorithms, Digest};
use crate::finding::{Finding, Findings, Severity};
use crate::json;
use crate::limits::Limits;

/// Looks at header and table.
pub(super) fn structure(sif: &Sif, findings: &mut Findings) {
    header(sif, findings);
    let mut ids = BTreeSet::new();
    for descriptor in sif.descriptors() {
        if !ids.insert(descriptor.id) {
            let message =
                format!("object {} is there twice: what links to it can mean either", descriptor.id);
            findings.push(|| of(descriptor, Severity::Error, "sif-id-repeated", message));
        }
        one(sif, descriptor, findings);
    }
    let groups: BTreeSet<u32> = sif.descriptors().iter().filter_map(|descriptor| descriptor.group).collect();
    for descriptor in sif.descriptors() {
        let (what, id, is_there) = match descriptor.link {
            Some(Link::Object(id)) => ("object", id, ids.contains(&id)),
            Some(Link::Group(id)) => ("group", id, groups.contains(&id)),
            None => continue,
        };
        if !is_there {
            let message = format!("object {} links to {what} {id}, which is not there", descriptor.id);
            findings.push(|| of(descriptor, Severity::Warning, "sif-link", message));
        }
    }
    overlaps(sif, findings);
    primary(sif, findings);
}

fn of(descriptor: &Descriptor, severity: Severity, code: &'static str, message: String) -> Finding {
    let finding = Finding::new(severity, code, message);
    match u64::try_from(descriptor.offset) {
        Ok(offset) => finding.at_offset(offset),
        Err(_) => finding,
    }
}

fn header(sif: &Sif, findings: &mut Findings) {
    let header = sif.header();
    if header.launch_is_odd {
        let message = "the launch script fills its field, or something follows its end";
        findings.push(|| Finding::new(Severity::Warning, "sif-launch-script", message).at_offset(0));
    }
    let used = sif.descriptors().len() as u64;
    let total = header.descriptors_total.unsigned_abs();
    let free = total.saturating_sub(used);
    if u64::try_from(header.descriptors_free) != Ok(free) {
        let (expected, found) = (free.to_string(), header.descriptors_free.to_string());
        let message = "the header counts free descriptors wrongly";
        findings.push(|| {
            let finding = Finding::new(Severity::Warning, "sif-descriptors-free", message);
            finding.at_offset(80).differing(expected, found)
        });
    }
    let size = total.saturating_mul(DESCRIPTOR_BYTES as u64);
    if u64::try_from(header.descriptors_size) != Ok(size) {
        let (expected, found) = (size.to_string(), header.descriptors_size.to_string());
        let message = "the header's size of the table is not that of its descriptors";
        findings.push(|| {
            let finding = Finding::new(Severity::Warning, "sif-table-size", message);
            finding.at_offset(104).differing(expected, found)
        });
    }
    for (what, seconds, at) in [("creation", header.created, 64), ("change", header.modified, 72)] {
        if seconds < 0 {
            let message = format!("the header's time of {what} is before 1970: {seconds}");
            findings.push(|| Finding::new(Severity::Warning, "sif-time", message).at_offset(at));
        }
    }
}

/// What can be told of a descriptor alone.
fn one(sif: &Sif, descriptor: &Descriptor, findings: &mut Findings) {
    let id = descriptor.id;
    let mut add = |severity, code, message: String| {
        findings.push(|| of(descriptor, severity, code, message));
    };
    if id == 0 {
        add(Severity::Error, "sif-id-zero", "an object has no id".into());
    }
    if descriptor.used != 1 {
        let message = format!("object {id} is marked as used by {}, not by 1", descriptor.used);
        add(Severity::Info, "sif-used", message);
    }
    let numbers = [("offset", descriptor.offset), ("size", descriptor.size)];
    for (what, number) in numbers.into_iter().filter(|(_, number)| *number < 0) {
        add(Severity::Error, "sif-object-negative", format!("object {id}: its {what} is negative: {number}"));
    }
    let is_negative = numbers.into_iter().any(|(_, number)| number < 0);
    match descriptor.range() {
        Some(range) if range.end <= sif.size() => {}
        _ if is_negative => {}
        _ => {
            let (offset, size, end) = (descriptor.offset, descriptor.size, sif.size());
            let message =
                format!("object {id} has {size} bytes from {offset} on, but the file ends at {end}");
            add(Severity::Error, "sif-object-end", message);
        }
    }
    if descriptor.created < 0 || descriptor.modified < 0 {
        add(Severity::Warning, "sif-time", format!("object {id} has a time before 1970"));
    }
    let name = descriptor.name_field();
    if !name.has_end {
        add(
            Severity::Info,
            "sif-name-end",
            format!("the name of object {id} fills its field without an end"),
        );
    } else if !name.is_clean {
        add(
            Severity::Warning,
            "sif-name-end",
            format!("something follows the end of the name of object {id}"),
        );
    }
    if !name.is_utf8 {
        add(Severity::Warning, "sif-name-utf8", format!("the name of object {id} is not UTF-8"));
    }
    if let DataType::Other(code) = descriptor.data_type {
        add(Severity::Warning, "sif-type", format!("object {id} is of a type that is not known: {code:#x}"));
    }
    match &descriptor.metadata {
        Metadata::Partition { fs: FsType::Other(code), .. } => {
            add(
                Severity::Warning,
                "sif-partition",
                format!("partition {id} has an unknown file system: {code}"),
            );
        }
        Metadata::Partition { part: PartType::Other(code), .. } => {
            add(Severity::Warning, "sif-partition", format!("partition {id} is of an unknown type: {code}"));
        }
        Metadata::Oci { digest } if Digest::parse_with(digest, Algorithms::ALL).is_err() => {
            add(Severity::Error, "sif-oci-digest", format!("object {id} names no digest: `{digest:.80}`"));
        }
        _ => {}
    }
}

/// Objects that share bytes with each other, the header or the table.
fn overlaps(sif: &Sif, findings: &mut Findings) {
    let header = sif.header();
    let table = u64::try_from(header.descriptors_offset).unwrap_or_default();
    let table_size = header.descriptors_total.unsigned_abs().saturating_mul(DESCRIPTOR_BYTES as u64);
    let mut ranges = vec![
        ("the header".to_owned(), 0..HEADER_BYTES as u64),
        ("the table of descriptors".to_owned(), table..table.saturating_add(table_size)),
    ];
    for descriptor in sif.descriptors() {
        if let Some(range) = descriptor.range().filter(|range| range.end > range.start) {
            ranges.push((format!("object {}", descriptor.id), range));
        }
    }
    ranges.sort_by_key(|(_, range)| (range.start, range.end));
    // That of the ranges so far which reaches farthest.
    let mut farthest: Option<(&str, u64)> = None;
    for (what, range) in &ranges {
        if let Some((other, end)) = farthest.filter(|(_, end)| *end > range.start) {
            let message = format!("{what} shares bytes with {other}, which ends at {end}");
            findings.push(|| Finding::new(Severity::Error, "sif-overlap", message).at_offset(range.start));
        }
        if farthest.is_none_or(|(_, end)| end < range.end) {
            farthest = Some((what, range.end));
        }
    }
}

fn primary(sif: &Sif, findings: &mut Findings) {
    let primaries: Vec<&Descriptor> = sif.descriptors().iter().filter(|one| is_primary(one)).collect();
    let is_oci = sif.descriptors().iter().any(|one| one.data_type == DataType::OciRootIndex);
    match primaries.as_slice() {
        [] if is_oci => {}
        [] => findings.push(|| {
            let message = "the file has no primary partition: nothing in it can be run";
            Finding::new(Severity::Warning, "sif-no-primary", message)
        }),
        [only] => {
            if let Metadata::Partition { architecture, .. } = &only.metadata
                && *architecture != sif.header().architecture
            {
                let (expected, found) = (sif.header().architecture.code(), architecture.code());
                let message = "the header has another architecture than the primary partition";
                findings.push(|| {
                    let finding = Finding::new(Severity::Warning, "sif-architecture", message);
                    finding.at_offset(45).differing(expected, found)
                });
            }
        }
        [_, second, ..] => {
            let message = format!("the file has {} primary partitions", primaries.len());
            findings.push(|| of(second, Severity::Error, "sif-primaries", message));
        }
    }
}

/// Looks at the documents that were read.
pub(super) fn documents(sif: &Sif, limits: &Limits, findings: &mut Findings) {
    for descriptor in sif.descriptors() {
        let Some(bytes) = sif.document(descriptor) else { continue };
        let id = descriptor.id;
        match (descriptor.data_type, &descriptor.metadata) {
            (DataType::Labels | DataType::Json, _) => {
                if let Err(error) = json::parse(bytes, limits) {
                    let message = format!("object {id} is not JSON: {error}");
                    findings.push(|| of(descriptor, Severity::Warning, "sif-json", message));
                } else if descriptor.data_type == DataType::Json && sif.run_config(limits).is_none() {
                    let message = format!("object {id} is no configuration of a container");
                    findings.push(|| of(descriptor, Severity::Warning, "sif-oci-config", message));
                }
            }
            (DataType::Definition | DataType::Environment, _) if std::str::from_utf8(bytes).is_err() => {
                let message = format!("the text of object {id} is not UTF-8");
                findings.push(|| of(descriptor, Severity::Warning, "sif-text-utf8", message));
            }
            (_, Metadata::Oci { digest }) => {
                let Ok(stated) = Digest::parse_with(digest, Algorithms::ALL) else { continue };
                let computed = Digest::of(stated.algorithm(), bytes);
                if computed != stated {
                    let message = format!("the OCI document in object {id} is not what its digest says");
                    findings.push(|| {
                        let finding = of(descriptor, Severity::Error, "sif-oci-mismatch", message);
                        finding.differing(stated.to_string(), computed.to_string())
                    });
                }
            }
            _ => {}
        }
    }
    repeated_blobs(sif, findings);
}

/// Blobs with the same digest.
fn repeated_blobs(sif: &Sif, findings: &mut Findings) {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for descriptor in sif.descriptors() {
        let (DataType::OciBlob, Metadata::Oci { digest }) = (descriptor.data_type, &descriptor.metadata)
        else {
            continue;
        };
        if let Some(first) = seen.insert(digest, descriptor.id) {
            let message = format!("objects {first} and {} are the same OCI blob", descriptor.id);
            findings.push(|| of(descriptor, Severity::Info, "sif-oci-repeated", message));
        }
    }
}
