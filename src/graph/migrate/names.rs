//! Names.

use std::collections::BTreeMap;

use super::super::id::{check_id, shown};
use super::{
    ImageOutcome, MigratedName, Migration, MigrationError, MigrationReport, NAMES, NameOutcome, REPOSITORIES,
};
use crate::image::ImageId;
use crate::reference::{Kind, Reference};
use crate::store::{Backend, LayerStore, Names, StoreError};

impl<S: Backend, B: Backend, L: LayerStore> Migration<'_, S, B, L> {
    /// Takes over the names, or says what would become of them.
    pub(super) async fn names(&self, report: &mut MigrationReport) -> Result<(), MigrationError> {
        let Some(driver) = self.driver().await? else { return Ok(()) };
        report.driver = Some(driver.clone());
        let mark = format!("{NAMES}{driver}");
        if self.target.backend().get(&mark).await?.is_some() {
            report.names_done = true;
            return Ok(());
        }
        let Some(file) = self.source.get(&format!("{REPOSITORIES}{driver}")).await? else { return Ok(()) };
        let (names, problems) = Names::read(&file, &self.limits)?;
        let images = images(report);
        let mut outcomes = Vec::new();
        for (name, legacy) in names.iter() {
            let id = legacy.hex();
            let outcome = match images.get(&id) {
                None => NameOutcome::Dangling,
                Some(image) => self.name(name, *image, report.dry_run).await?,
            };
            outcomes.push(MigratedName { name: name.to_string(), id, outcome });
        }
        for problem in problems {
            let reason = problem.to_string();
            let name = crate::error::Reason::path(&problem).unwrap_or_default();
            outcomes.push(MigratedName { name, id: String::new(), outcome: NameOutcome::Failed { reason } });
        }
        outcomes.sort_by(|a, b| a.name.cmp(&b.name));
        // Names of what could not be migrated yet are taken over when that is.
        if !report.dry_run && report.is_complete() {
            self.target.backend().put(&mark, b"done").await?;
        }
        report.names = outcomes;
        Ok(())
    }

    async fn name(
        &self,
        name: &Reference,
        image: Option<ImageId>,
        dry_run: bool,
    ) -> Result<NameOutcome, MigrationError> {
        match (self.target.named(name), image) {
            (Some(held), Some(image)) if held == image => return Ok(NameOutcome::Done { image }),
            (Some(held), _) => return Ok(NameOutcome::Taken { held }),
            _ => {}
        }
        let Some(image) = image.filter(|_| !dry_run) else { return Ok(NameOutcome::Planned) };
        let done = match name.kind() {
            Kind::Canonical => self.target.add_digest(name, image).await,
            _ => self.target.tag(name, image, false).await,
        };
        match done {
            Ok(_) => Ok(NameOutcome::Named { image }),
            Err(error) if matches!(*error, StoreError::Backend(_)) => Err(error.into()),
            Err(error) => Ok(NameOutcome::Failed { reason: error.to_string() }),
        }
    }

    /// The driver whose names are taken over.
    async fn driver(&self) -> Result<Option<String>, MigrationError> {
        if let Some(driver) = &self.driver {
            let is_name = check_id(driver).is_ok();
            return if is_name {
                Ok(Some(driver.clone()))
            } else {
                Err(MigrationError::Driver { driver: shown(driver) })
            };
        }
        let keys = self.source.list(REPOSITORIES).await?;
        let names = keys.iter().filter_map(|key| key.strip_prefix(REPOSITORIES));
        let mut drivers: Vec<String> =
            names.filter(|name| check_id(name).is_ok()).map(str::to_owned).collect();
        match drivers.len() {
            0 | 1 => Ok(drivers.pop()),
            _ => Err(MigrationError::Drivers { drivers }),
        }
    }
}

/// What the layers of the graph became; nothing for those that would become something.
fn images(report: &MigrationReport) -> BTreeMap<String, Option<ImageId>> {
    let became = report.images.iter().filter_map(|image| match &image.outcome {
        ImageOutcome::Migrated { image: became } | ImageOutcome::Done { image: became } => {
            Some((image.id.clone(), Some(*became)))
        }
        ImageOutcome::Planned { image: became } => Some((image.id.clone(), *became)),
        _ => None,
    });
    became.collect()
}
