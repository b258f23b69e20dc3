//! An image made anew: layers made one, files left out, times and owners made alike.
//!
//! New layers are kept nowhere. They are made once to know their digests, and made again, to the same bytes, when they are
//! written.

use std::ops::Range;
use std::sync::Arc;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::squashed::{Made, Squashed};
use super::write::{Settings, TarOut};
use crate::archive::{
    ArchiveFormat, Contents, LayerEncoding, NewLayer, RangeWork, RepackOptions, RepackPlan, RepackReport,
    SquashLayers,
};
use crate::codec::{Compression, Encoding};
use crate::image::{StepTimes, Timestamp};
use crate::js::error::to_thrown;
use crate::js::jobs::{JobHandle, Opened, Scanning, Step, Work, count};
use crate::js::object::{each_property, to_count, wrong};
use crate::js::value::to_js;
use crate::layer::{EntryOwners, EntryTimes, FileTable, PathPatterns, Squash, SquashOptions};
use crate::reference::Reference;
use crate::tar;

/// An image that is made anew.
struct Repack {
    opened: Opened,
    layers: Vec<usize>,
    options: RepackOptions,
    settings: Settings,
    image: usize,
    scanning: Scanning,
    plan: Option<RepackPlan>,
    /// The new layers: which layers they are made of and what they are compressed with; nothing for one that stays.
    made: Vec<Option<(Range<usize>, Option<Encoding>)>>,
    /// The layer that is made.
    making: Option<Squashed>,
    out: Option<(TarOut, RepackReport)>,
}

/// `WriteSettings` with `{ image, squash?, drop?, notAfter?, time?, owner?, dropEmpty?, names? }`.
pub(super) fn job(opened: &Opened, options: &JsValue) -> Result<JobHandle, JsValue> {
    let mut settings = Settings::default();
    let mut repack = RepackOptions::default();
    let mut image = None;
    each_property(options, "options", |name, value| {
        match name {
            "image" => image = Some(count("image", value)?),
            "squash" => repack.squash = squash(value)?,
            "drop" => {
                let patterns: Option<Vec<String>> =
                    Array::from(value).iter().map(|pattern| pattern.as_string()).collect();
                let patterns = patterns.ok_or_else(|| wrong("drop", "it is no list of texts"))?;
                repack.drop = PathPatterns::parse(patterns).map_err(to_thrown)?;
            }
            "notAfter" => {
                let (entry, step) = time("notAfter", value)?;
                (repack.times, repack.created) = (EntryTimes::NotAfter(entry), StepTimes::NotAfter(step));
            }
            "time" => {
                let (entry, step) = time("time", value)?;
                (repack.times, repack.created) = (EntryTimes::Set(entry), StepTimes::Set(step));
            }
            "owner" => repack.owners = owner(value)?,
            "dropEmpty" => repack.drop_empty = value.is_truthy(),
            "names" => repack.names = Some(names(value)?),
            _ if settings.set(name, value)? => {}
            _ => return Err(wrong("options", &format!("there is no option `{name}`"))),
        }
        Ok(())
    })?;
    let image = image.ok_or_else(|| wrong("options", "`image` is missing"))?;
    settings.options(&opened.limits)?;
    let layers = opened.layers(image)?;
    Ok(JobHandle::new(Repack {
        opened: opened.clone(),
        scanning: Scanning::new(opened, layers.clone()),
        layers,
        options: repack,
        settings,
        image,
        plan: None,
        made: Vec::new(),
        making: None,
        out: None,
    }))
}

/// `"all"`, or ranges as pairs of the first and the last layer.
fn squash(value: &JsValue) -> Result<SquashLayers, JsValue> {
    if value.as_string().as_deref() == Some("all") {
        return Ok(SquashLayers::All);
    }
    let range = |pair: JsValue| {
        let pair = Array::from(&pair);
        let (first, last) = (count("squash", &pair.get(0))?, count("squash", &pair.get(1))?);
        Ok(first..last.saturating_add(1))
    };
    let ranges: Result<Vec<Range<usize>>, JsValue> = Array::from(value).iter().map(range).collect();
    Ok(SquashLayers::Ranges(ranges?))
}

/// Seconds since 1970, as entries and as configs have them.
fn time(what: &'static str, value: &JsValue) -> Result<(tar::Timestamp, Timestamp), JsValue> {
    let seconds = to_count(value).and_then(|seconds| i64::try_from(seconds).ok());
    let both =
        seconds.and_then(|secs| Some((tar::Timestamp { secs, nanos: 0 }, Timestamp::from_unix(secs, 0)?)));
    both.ok_or_else(|| wrong(what, "it is no time that can be written"))
}

/// `[uid, gid]`.
fn owner(value: &JsValue) -> Result<EntryOwners, JsValue> {
    let pair = Array::from(value);
    let number = |at| {
        let number = to_count(&pair.get(at)).and_then(|number| u32::try_from(number).ok());
        number.ok_or_else(|| wrong("owner", "it is no number of a user or group"))
    };
    Ok(EntryOwners::Set { uid: number(0)?, gid: number(1)? })
}

fn names(value: &JsValue) -> Result<Vec<Reference>, JsValue> {
    let name = |name: JsValue| {
        let name = name.as_string().ok_or_else(|| wrong("names", "it is no text"))?;
        Reference::parse_normalized(&name).map(|name| name.with_default_tag()).map_err(to_thrown)
    };
    Array::from(value).iter().map(name).collect()
}

impl Repack {
    /// The layers of a range as one.
    fn squashed(&self, range: &Range<usize>, encoding: Option<Encoding>) -> Result<Squashed, JsValue> {
        let archive = self.opened.archive()?;
        let tables: Vec<Arc<FileTable>> =
            self.layers.iter().filter_map(|layer| archive.table(*layer).cloned()).collect();
        let options = SquashOptions {
            drop: self.options.drop.clone(),
            times: self.options.times,
            owners: self.options.owners.clone(),
            format: self.options.format,
            ..SquashOptions::default()
        };
        let squash = Squash::new(&tables, range.clone(), &options, &self.opened.limits).map_err(to_thrown)?;
        Squashed::new(&self.opened, &self.layers, squash, encoding)
    }

    /// What a new layer is compressed with here: like the uppermost of those that it takes the place of, where the layout keeps
    /// what is stored. Otherwise whoever writes it compresses it.
    fn encoding(&self, plan: &RepackPlan, range: &Range<usize>) -> Result<Option<Encoding>, JsValue> {
        let write = self.settings.options(&self.opened.limits)?;
        if write.encoding != LayerEncoding::Keep || write.format == ArchiveFormat::Docker {
            return Ok(None);
        }
        let compression = plan.compression(&*self.opened.archive()?, range);
        let is_written = matches!(compression, Compression::Gzip | Compression::Zstd);
        Ok(is_written.then_some(Encoding { compression, level: None }))
    }

    /// Makes the next layer to know its digests; nothing when all are known.
    fn measure(&mut self) -> Result<bool, JsValue> {
        let Some(mut plan) = self.plan.take() else {
            self.plan = Some(
                RepackPlan::new(&*self.opened.archive()?, self.image, &self.options).map_err(to_thrown)?,
            );
            return self.measure();
        };
        while let Some((range, work)) = plan.next_range().map_err(to_thrown)? {
            if matches!(work, RangeWork::Keep) {
                plan.tell(None);
                self.made.push(None);
                continue;
            }
            let encoding = self.encoding(&plan, &range)?;
            self.making = Some(self.squashed(&range, encoding)?);
            self.made.push(Some((range, encoding)));
            self.plan = Some(plan);
            return Ok(true);
        }
        let archive = self.opened.archive()?;
        let (parts, report) = plan.finish(&archive, archive.layer_count()).map_err(to_thrown)?;
        let out = TarOut::new(Contents::from(vec![parts]), &self.settings, &self.opened.limits)?;
        drop(archive);
        self.out = Some((out, report));
        Ok(false)
    }

    /// Goes on with the layer that is made; what it wants.
    fn make(&mut self, out: &mut Vec<u8>) -> Result<Option<Step>, JsValue> {
        let Some(making) = &mut self.making else { return Ok(None) };
        let mut bytes = Vec::new();
        let wanted = making.next(&mut bytes)?;
        self.take(&bytes, out)?;
        if let Some(range) = wanted {
            return Ok(Some(Step::Read(range)));
        }
        let Some(Made { report, tar, stored, compression }) = self.making.take().and_then(Squashed::made)
        else {
            return Ok(None);
        };
        match (&mut self.out, &mut self.plan) {
            (Some((tar_out, _)), _) => tar_out.end(out)?,
            (None, Some(plan)) => plan.tell(Some(NewLayer {
                diff_id: tar.0,
                tar_size: tar.1,
                report,
                stored: (stored.0, stored.1, compression),
            })),
            (None, None) => {}
        }
        Ok(None)
    }

    /// Takes stored bytes of a new layer: they are written, once that is what is done.
    fn take(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), JsValue> {
        match &mut self.out {
            Some((tar_out, _)) if !bytes.is_empty() => tar_out.push(bytes, out),
            _ => Ok(()),
        }
    }
}

impl Work for Repack {
    fn next(&mut self, answer: &JsValue, out: &mut Vec<u8>) -> Result<Step, JsValue> {
        if let Some(step) = self.scanning.next(answer)? {
            return Ok(step);
        }
        loop {
            if let Some(step) = self.make(out)? {
                return Ok(step);
            }
            if self.out.is_none() && self.measure()? {
                continue;
            }
            let Some((tar_out, _)) = &mut self.out else { return Ok(Step::Done) };
            let Some(source) = tar_out.next(out)? else { return Ok(Step::Done) };
            let first = self.opened.archive()?.layer_count();
            let new = source.checked_sub(first).and_then(|index| self.made.get(index)?.clone());
            match new {
                Some((range, encoding)) => self.making = Some(self.squashed(&range, encoding)?),
                None => return self.opened.range(source).map(Step::Read),
            }
        }
    }

    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), JsValue> {
        if self.scanning.push(bytes) {
            return Ok(());
        }
        if let Some(making) = &mut self.making {
            let mut made = Vec::new();
            making.push(bytes, &mut made)?;
            return self.take(&made, out);
        }
        self.take(bytes, out)
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), JsValue> {
        if self.scanning.end()? {
            return Ok(());
        }
        match (&mut self.making, &mut self.out) {
            (Some(making), _) => making.end(),
            (None, Some((tar_out, _))) => tar_out.end(out),
            (None, None) => Ok(()),
        }
    }

    fn report(&mut self) -> Result<JsValue, JsValue> {
        let Some((tar_out, mut report)) = self.out.take() else { return Ok(JsValue::NULL) };
        report.written(&tar_out.into_report()?);
        to_js(&report)
    }
}
