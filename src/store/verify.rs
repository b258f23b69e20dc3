//! Looking at everything again.

use super::index::Index;
use super::open::{dangling, read_content};
use super::problem::Problems;
use super::{Backend, ImageStore, LayerStore, Problem, ProblemKind, StoreError, key};
use crate::image::{ImageConfig, ImageId};

/// What a verification looked at and found.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct VerifyReport {
    /// Configurations that were read and hashed.
    pub checked: usize,
    /// Their bytes.
    #[serde(serialize_with = "crate::json::size::serialize")]
    pub bytes: u64,
    /// What is wrong, by key: as much of it as the limit `storeProblems` allows.
    pub problems: Vec<Problem>,
}

impl<B: Backend, L: LayerStore> ImageStore<B, L> {
    /// Reads and hashes every configuration again, asks for its layers, and looks at parents, users and names. `progress`
    /// is called after each configuration with its key and what is wrong with it, if anything. The store can be used
    /// meanwhile; nothing is changed.
    ///
    /// # Errors
    /// The backend cannot be listed.
    pub async fn verify(
        &self,
        mut progress: impl FnMut(&str, Option<&Problem>),
    ) -> Result<VerifyReport, Box<StoreError>> {
        self.settle().await;
        let mut report = VerifyReport::default();
        let mut problems = Problems::new(&self.limits);
        let mut index = Index::default();
        for key in self.backend.list(key::CONTENT).await? {
            let bytes = match self.backend.get(&key).await {
                Ok(None) => continue, // deleted since it was listed
                Ok(Some(bytes)) => Ok(bytes),
                Err(error) => Err(error),
            };
            report.checked += 1;
            report.bytes += bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
            let problem = match read_content(&key, bytes, &self.limits) {
                Ok((id, config)) => {
                    index.insert(id, None);
                    self.layers_problem(id, &config).await
                }
                Err(problem) => Some(problem),
            };
            progress(&key, problem.as_ref());
            if let Some(problem) = problem {
                if let Some(id) = problem.id.filter(|id| !index.images.contains_key(id)) {
                    index.damaged.insert(id, problem.clone());
                }
                problems.push(problem);
            }
        }
        self.read_parents(&mut index, &mut problems).await?;
        self.read_users(&index, &mut problems).await?;
        index.names = self.read_names(&mut problems).await;
        dangling(&index, &mut problems);
        report.problems = problems.finish();
        Ok(report)
    }

    /// Whether the layers of an image are there.
    async fn layers_problem(&self, id: ImageId, config: &ImageConfig) -> Option<Problem> {
        match self.layer(self.os_of(config), config.rootfs().chain_id().as_ref()).await {
            Ok(layer) => {
                self.release(layer).await;
                None
            }
            Err(error) => {
                Some(Problem::from_reason(ProblemKind::of_layers(&error), key::content(&id), &*error).of(id))
            }
        }
    }
}
