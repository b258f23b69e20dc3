//! What about an image should worry whoever ships it.

use serde::Serialize;
use wasm_bindgen::JsValue;

use super::Inspected;
use crate::image::ImageConfig;
use crate::inspect::lint::{Issue, Lint, LintOptions};
use crate::inspect::survey::{LintSurvey, Survey};
use crate::js::error::to_thrown;
use crate::js::jobs::{JobHandle, Opened, Progress, Scanning, Step, Work, count};
use crate::js::object::{each_property, to_count, wrong};
use crate::js::opener::RangeData;
use crate::js::value::to_js;
use crate::json::size;

struct Issues {
    opened: Opened,
    image: usize,
    options: LintOptions,
    scanning: Scanning,
    survey: Option<LintSurvey>,
}

/// `{ image, now?, expiryDays?, cacheBytes?, gitBytes? }`: its report is `IssuesData`. `now` is in seconds since 1970.
pub(super) fn job(inspected: &Inspected, options: &JsValue) -> Result<JobHandle, JsValue> {
    let (mut image, mut lint) = (None, LintOptions::default());
    let whole = |what, value: &JsValue| to_count(value).ok_or_else(|| wrong(what, "it is no count"));
    each_property(options, "options", |name, value| {
        match name {
            "image" => image = Some(count("image", value)?),
            "now" => lint.now = i64::try_from(whole("now", value)?).ok(),
            "expiryDays" => {
                let days = whole("expiryDays", value)?;
                lint.expiry_days = u32::try_from(days).unwrap_or(u32::MAX);
            }
            "cacheBytes" => lint.cache_bytes = whole("cacheBytes", value)?,
            "gitBytes" => lint.git_bytes = whole("gitBytes", value)?,
            _ => return Err(wrong("options", &format!("there is no option `{name}`"))),
        }
        Ok(())
    })?;
    let image = image.ok_or_else(|| wrong("options", "`image` is missing"))?;
    let opened = inspected.opened.clone();
    let scanning = Scanning::new(&opened, opened.layers(image)?);
    Ok(JobHandle::new(Issues { opened, image, options: lint, scanning, survey: None }))
}

/// `IssuesData` of the package.
#[derive(Serialize)]
struct IssuesData<'a> {
    issues: &'a [Issue],
    #[serde(serialize_with = "size::serialize")]
    more: u64,
}

impl Issues {
    fn begin(&self) -> Result<LintSurvey, JsValue> {
        let archive = self.opened.archive()?;
        let limits = &self.opened.limits;
        let tree = archive.tree(self.image, usize::MAX).map_err(to_thrown)?;
        let mut lint = Lint::new(&tree, &self.options, limits);
        // A bare root file system has none.
        let config = archive.raw_config(self.image).ok().map(|config| ImageConfig::parse(config, limits));
        if let Some(Ok(config)) = config {
            lint.config(&config);
        }
        Ok(LintSurvey::new(lint, &archive, self.image, limits))
    }
}

impl Work for Issues {
    fn next(&mut self, answer: &JsValue, _out: &mut Vec<u8>) -> Result<Step, JsValue> {
        if let Some(step) = self.scanning.next(answer)? {
            return Ok(step);
        }
        let mut survey = match self.survey.take() {
            Some(survey) => survey,
            None => self.begin()?,
        };
        let want = survey.next(&*self.opened.archive()?);
        self.survey = Some(survey);
        Ok(want.map_or(Step::Done, |want| Step::Read(RangeData::from(want))))
    }

    fn push(&mut self, bytes: &[u8], _out: &mut Vec<u8>) -> Result<(), JsValue> {
        if !self.scanning.push(bytes)
            && let Some(survey) = &mut self.survey
        {
            survey.push(bytes);
        }
        Ok(())
    }

    fn end(&mut self, _out: &mut Vec<u8>) -> Result<(), JsValue> {
        if !self.scanning.end()?
            && let Some(survey) = &mut self.survey
        {
            survey.end(None);
        }
        Ok(())
    }

    fn is_enough(&self) -> bool {
        self.survey.as_ref().is_some_and(Survey::is_enough)
    }

    fn progress(&self) -> Option<Progress> {
        self.survey.as_ref().map(|survey| survey.progress().into())
    }

    fn report(&mut self) -> Result<JsValue, JsValue> {
        let (issues, more) = self.survey.take().map(LintSurvey::finish).unwrap_or_default();
        to_js(&IssuesData { issues: &issues, more })
    }
}
