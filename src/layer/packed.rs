//! A layer's report as bytes: its fields one after the other, numbers little-endian, texts behind their length.

use std::borrow::Cow;

use super::report::LayerReport;
use crate::codec::Compression;
use crate::digest::Digest;
use crate::error::ErrorKind;
use crate::finding::{ErrorData, Finding, Severity};

/// The report as bytes.
pub(super) fn pack(report: &LayerReport) -> Vec<u8> {
    let mut out = Packer(Vec::new());
    out.text(&report.digest.to_string());
    out.option(report.diff_id.map(|digest| digest.to_string()).as_deref());
    out.text(report.compression.as_str());
    for number in [report.stored_size, report.tar_size, report.content_size, report.more_findings] {
        out.long(number);
    }
    let counts = [report.files, report.directories, report.symlinks, report.hardlinks, report.devices];
    for number in [report.entries, report.whiteouts].into_iter().chain(counts) {
        out.number(number);
    }
    out.flag(report.error.is_some());
    if let Some(error) = &report.error {
        out.text(error.kind.as_str());
        out.text(&error.code);
        out.text(&error.message);
        out.offset(error.offset);
        out.option(error.expected.as_deref());
        out.option(error.found.as_deref());
        out.option(error.path.as_deref());
    }
    out.number(report.findings.len() as u32);
    for finding in &report.findings {
        out.text(finding.severity.as_str());
        out.text(&finding.code);
        out.text(&finding.message);
        out.offset(finding.offset);
        out.option(finding.file.as_deref());
        out.option(finding.path.as_deref());
        out.option(finding.expected.as_deref());
        out.option(finding.found.as_deref());
    }
    out.0
}

/// The report that [`pack`] wrote, or what is wrong with the bytes.
pub(super) fn unpack(bytes: &[u8]) -> Result<LayerReport, &'static str> {
    let mut input = Unpacker(bytes);
    let digest = input.digest()?;
    let diff_id = if input.flag()? { Some(input.digest()?) } else { None };
    let compression = Compression::from_name(input.text()?).ok_or("it names an unknown compression")?;
    let [stored_size, tar_size, content_size, more_findings] =
        [input.long()?, input.long()?, input.long()?, input.long()?];
    let [entries, whiteouts] = [input.number()?, input.number()?];
    let [files, directories, symlinks, hardlinks, devices] =
        [input.number()?, input.number()?, input.number()?, input.number()?, input.number()?];
    let error = if input.flag()? { Some(input.error()?) } else { None };
    let mut findings = Vec::new();
    for _ in 0..input.number()? {
        findings.push(input.finding()?);
    }
    if !input.0.is_empty() {
        return Err("bytes follow it");
    }
    Ok(LayerReport {
        digest,
        diff_id,
        compression,
        stored_size,
        tar_size,
        entries,
        files,
        directories,
        symlinks,
        hardlinks,
        devices,
        whiteouts,
        content_size,
        error,
        findings,
        more_findings,
    })
}

struct Packer(Vec<u8>);

impl Packer {
    fn flag(&mut self, flag: bool) {
        self.0.push(u8::from(flag));
    }

    fn number(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn long(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u32);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn option(&mut self, text: Option<&str>) {
        self.flag(text.is_some());
        if let Some(text) = text {
            self.text(text);
        }
    }

    fn offset(&mut self, offset: Option<u64>) {
        self.flag(offset.is_some());
        if let Some(offset) = offset {
            self.long(offset);
        }
    }
}

/// The bytes that are still to be read.
struct Unpacker<'a>(&'a [u8]);

impl<'a> Unpacker<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], &'static str> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or("it ends early")?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        let (taken, rest) = self.0.split_first_chunk().ok_or("it ends early")?;
        self.0 = rest;
        Ok(*taken)
    }

    fn flag(&mut self) -> Result<bool, &'static str> {
        match self.array()? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err("a mark is neither 0 nor 1"),
        }
    }

    fn number(&mut self) -> Result<u32, &'static str> {
        self.array().map(u32::from_le_bytes)
    }

    fn long(&mut self) -> Result<u64, &'static str> {
        self.array().map(u64::from_le_bytes)
    }

    fn text(&mut self) -> Result<&'a str, &'static str> {
        let length = self.number()? as usize;
        std::str::from_utf8(self.take(length)?).map_err(|_| "a text in it is not UTF-8")
    }

    fn option(&mut self) -> Result<Option<String>, &'static str> {
        if self.flag()? { self.text().map(|text| Some(text.to_owned())) } else { Ok(None) }
    }

    fn offset(&mut self) -> Result<Option<u64>, &'static str> {
        if self.flag()? { self.long().map(Some) } else { Ok(None) }
    }

    fn digest(&mut self) -> Result<Digest, &'static str> {
        Digest::parse(self.text()?).map_err(|_| "a digest in it is malformed")
    }

    fn error(&mut self) -> Result<ErrorData, &'static str> {
        Ok(ErrorData {
            kind: ErrorKind::from_name(self.text()?).ok_or("it names an unknown kind of error")?,
            code: self.text()?.to_owned(),
            message: self.text()?.to_owned(),
            offset: self.offset()?,
            expected: self.option()?,
            found: self.option()?,
            path: self.option()?,
        })
    }

    fn finding(&mut self) -> Result<Finding, &'static str> {
        Ok(Finding {
            severity: Severity::from_name(self.text()?).ok_or("it names an unknown severity")?,
            code: Cow::Owned(self.text()?.to_owned()),
            message: self.text()?.to_owned(),
            offset: self.offset()?,
            file: self.option()?,
            path: self.option()?,
            expected: self.option()?,
            found: self.option()?,
        })
    }
}
