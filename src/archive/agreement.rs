//! Whether the documents of one file agree with each other, and with what lies in it.

use std::collections::{HashMap, HashSet};

use super::data::Role;
use super::dialect::FileKind;
use super::image::{Builder, ImageRecord};
use super::listing::{Member, Unresolved};
use crate::finding::{Finding, Severity};
use crate::manifest::Repositories;

const REPOSITORIES: &str = "repositories";

impl Builder<'_> {
    /// The regular file that a document names as its layer or config; what keeps it from being one is reported.
    pub(super) fn named_file(&mut self, what: &'static str, path: &str, file: &str) -> Option<usize> {
        let why = match self.listing.resolve(path, self.limits) {
            Ok(member) => return Some(member),
            Err(why) => why,
        };
        let missing = if what == "layer" { "layer-missing" } else { "config-missing" };
        let (code, found) = match why {
            Unresolved::Missing => (missing, "nothing"),
            Unresolved::NotAFile => (missing, "no regular file"),
            Unresolved::Circle => ("link-cycle", "links in a circle"),
            Unresolved::Outside => ("path-escapes", "a path out of the archive"),
        };
        self.findings.push(|| {
            let message = format!("the {what} {path} that {file} names is not in the file: found {found}");
            Finding::new(Severity::Error, code, message).in_file(file).differing(path, found)
        });
        None
    }

    /// The path of a stored layer.
    pub(super) fn layer_path(&self, layer: usize) -> String {
        let member = self.layers.get(layer).and_then(|layer| self.listing.get(layer.member));
        member.map(Member::display).unwrap_or_default()
    }

    /// Reports a stored layer that two diff ids are declared for: only one can be true (containers/image refuses it).
    pub(super) fn check_layers(&mut self, image: &ImageRecord, file: &str) {
        for layer in &image.layers {
            let (Some(stored), Some(diff_id)) = (layer.layer, &layer.diff_id) else { continue };
            let first = self.diff_ids.entry(stored).or_insert_with(|| diff_id.clone()).clone();
            if first != *diff_id {
                let path = self.layer_path(stored);
                self.findings.push(|| {
                    let message = format!("{path} is named for two layers with different diff ids");
                    Finding::new(Severity::Error, "layer-shared", message)
                        .in_file(file)
                        .differing(first.as_str(), diff_id.as_str())
                });
            }
        }
    }

    /// Reports an image that runs on another platform than the index says.
    pub(super) fn check_platform(&mut self, image: &ImageRecord, file: &str) {
        let (Some(declared), Some(config)) = (&image.platform, &image.config) else { return };
        let own = config.platform();
        let (left, right) = (declared.normalize(), own.normalize());
        let is_same = left.os == right.os && left.architecture == right.architecture;
        if image.role == Role::Image && !own.os.is_empty() && !is_same {
            self.findings.push(|| {
                let message = "the index gives the image another platform than its config";
                Finding::new(Severity::Warning, "platform-mismatch", message)
                    .in_file(file)
                    .differing(declared.to_string(), own.to_string())
            });
        }
    }

    /// Reports a name that stands for two images: which one it means is each reader's choice. The platforms of one index
    /// share its names.
    pub(super) fn check_names(&mut self, kind: FileKind) {
        let file = if kind == FileKind::OciLayout { "index.json" } else { "manifest.json" };
        let mut roots: HashMap<&str, String> = HashMap::new();
        for image in &self.images {
            // A tag alone, as it stands in many layouts, says little where there are full names.
            let names = if image.names.is_empty() { &image.ref_names } else { &image.names };
            for name in names {
                let root = image.indexes.first().cloned();
                let root = root.or_else(|| image.manifest.as_ref().map(|manifest| manifest.digest.clone()));
                let root = root.or_else(|| image.config.as_ref().map(|config| config.id().to_string()));
                let root = root.unwrap_or_default();
                let first = roots.entry(name).or_insert_with(|| root.clone());
                if *first != root {
                    self.findings.push(|| {
                        let message = format!("{name} stands for two images; readers choose differently");
                        Finding::new(Severity::Warning, "name-repeated", message)
                            .in_file(file)
                            .differing(first.as_str(), root)
                    });
                }
            }
        }
    }

    /// Reports what the file `repositories` of a Docker archive says that `manifest.json` does not. Engines since 1.10 do
    /// not read it.
    pub(super) fn check_repositories(&mut self) {
        let Some((_, contents)) = self.read(REPOSITORIES) else { return };
        let repositories = match Repositories::parse(contents, self.limits) {
            Ok(repositories) => repositories,
            Err(error) => return self.reason(&error, REPOSITORIES),
        };
        let listed: HashSet<String> = self.images.iter().flat_map(|image| &image.names).cloned().collect();
        for (name, tag, id) in repositories.iter() {
            let name = format!("{name}:{tag}");
            let mut named = ImageRecord::default();
            self.name(&mut named, &name, REPOSITORIES);
            if named.names.iter().any(|name| !listed.contains(name)) {
                self.findings.push(|| {
                    let message = format!("manifest.json does not name {name}");
                    Finding::new(Severity::Warning, "name-not-listed", message)
                        .in_file(REPOSITORIES)
                        .differing("nothing", &name)
                });
            }
            let places = [
                id.to_owned(),
                format!("{id}/json"),
                format!("{id}/layer.tar"),
                format!("blobs/sha256/{id}"),
            ];
            if !places.iter().any(|place| self.listing.has(place)) {
                self.findings.push(|| {
                    let message = format!("{name} names an image that is not in the file");
                    Finding::new(Severity::Warning, "image-missing", message)
                        .in_file(REPOSITORIES)
                        .differing(id, "nothing")
                });
            }
        }
    }
}
