//! Loading images of a file into a store: first the layers, then in one commit all that makes them images.

mod error;
mod layers;
mod report;
mod source;

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

pub use error::LoadError;
pub use report::{LoadEvent, LoadReport, LoadedImage, LoadedLayer};

use self::layers::Layers;
use self::source::Source;
use super::{DataRoot, ImageFile, LayerFolder, block_on};
use crate::archive::{LoadOptions, LoadPlan, LoadUnit, PlannedImage};
use crate::image::ImageId;
use crate::store::{Backend, ImageStore, LayerStore, NamePolicy, NewImage, NewName};

/// Who is told how far it is, and whether that one has had enough.
struct Progress<'p> {
    callback: &'p LoadWatch<'p>,
    ended: AtomicBool,
}

/// Is told how far loading is, from several threads, and says whether it is to go on.
pub type LoadWatch<'w> = dyn Fn(&LoadEvent<'_>) -> ControlFlow<()> + Sync + 'w;

impl Progress<'_> {
    fn is_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

impl DataRoot {
    /// Loads the images of a file, of whatever dialect: as a whole or not at all, unless each image is to come in by itself
    /// ([`LoadUnit::Image`]). Layers are verified against their diff ids and, where the file declares them, the digests of
    /// their stored bytes; those that are there already are not read. Names move as with Docker, and the report says from
    /// where.
    ///
    /// Until all layers are there nothing is to be seen, and a failure gives them back. What a process that was killed had
    /// brought in is freed when the data root is opened the next time.
    ///
    /// A file that is compressed as a whole is first decompressed into a file without a name in the data root.
    ///
    /// # Errors
    /// What is wrong with the file or with one of its layers, by the name of the entry; that the disk is full; that the
    /// caller ended it. Where each image comes in by itself that is in the report instead.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use layerglass::fs::{DataRoot, ImageFile, LayerDriver, OpenOptions, host_env};
    /// use layerglass::reference::Reference;
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path();
    /// let root = DataRoot::open(folder, LayerDriver::Tar, host_env(), &Default::default())?;
    /// let file = ImageFile::open("tests/fixtures/quirks.docker28.tar", &OpenOptions::default())?;
    /// let report = root.load(&file, &Default::default(), &|_| ControlFlow::Continue(()))?;
    /// assert!(report.images[0].is_new);
    /// assert_eq!(root.images.named(&Reference::parse_normalized("quirks:1")?), Some(report.images[0].id));
    ///
    /// // The second time there is nothing to be read.
    /// let again = root.load(&file, &Default::default(), &|_| ControlFlow::Continue(()))?;
    /// assert!(!again.images[0].is_new && again.layers.iter().all(|layer| layer.known));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn load(
        &self,
        file: &ImageFile,
        options: &LoadOptions,
        watch: &LoadWatch<'_>,
    ) -> Result<LoadReport, LoadError> {
        file.load_into(&self.images, &self.layers, options, watch)
    }
}

impl ImageFile {
    /// Loads images of the file into a store of images and the layers that it takes its own from. [`DataRoot::load`] has
    /// both.
    ///
    /// # Errors
    /// As there.
    pub fn load_into<B: Backend, L: LayerStore>(
        &self,
        images: &ImageStore<B, L>,
        layers: &LayerFolder,
        options: &LoadOptions,
        watch: &LoadWatch<'_>,
    ) -> Result<LoadReport, LoadError> {
        let progress = Progress { callback: watch, ended: AtomicBool::new(false) };
        let mut plan = LoadPlan::new(self.archive(), options);
        let mut report = LoadReport {
            skipped: std::mem::take(&mut plan.skipped),
            notes: std::mem::take(&mut plan.notes),
            ..LoadReport::default()
        };
        let mut problems = std::mem::take(&mut plan.problems).into_iter();
        match options.unit {
            LoadUnit::Archive => {
                if let Some((image, first)) = problems.next() {
                    let first = Box::new(first);
                    return Err(LoadError::Wrong { image, first, more: problems.collect() });
                }
            }
            LoadUnit::Image => report.failed.extend(problems.map(|(image, first)| {
                let (first, more) = (Box::new(first), Vec::new());
                (image, LoadError::Wrong { image, first, more })
            })),
        }
        let sources = plan.blobs().into_iter().filter_map(|blob| self.archive().layer_source(blob).ok());
        let bytes = sources.map(|source| source.length).fold(0, u64::saturating_add);
        progress.tell(&LoadEvent::Planned { images: plan.images.len(), bytes })?;
        let work = Work { file: self, images, plan: &plan, options, progress: &progress };
        let mut held = Layers::new(self, layers, options, &progress);
        let loaded = match options.unit {
            LoadUnit::Archive => work.load_all(&mut held, &mut report),
            LoadUnit::Image => {
                work.load_each(&mut held, &mut report);
                Ok(())
            }
        };
        let released = held.release();
        loaded?;
        // The images are there; what could not be given back is freed when it is looked for who needs it.
        report.cleanup_pending |= released.is_err();
        Ok(report)
    }
}

/// One file that is loaded.
struct Work<'w, B, L: LayerStore> {
    file: &'w ImageFile,
    images: &'w ImageStore<B, L>,
    plan: &'w LoadPlan,
    options: &'w LoadOptions,
    progress: &'w Progress<'w>,
}

impl<B: Backend, L: LayerStore> Work<'_, B, L> {
    /// All images in one commit.
    fn load_all(&self, layers: &mut Layers<'_>, report: &mut LoadReport) -> Result<(), LoadError> {
        let mut configs = Vec::new();
        for image in &self.plan.images {
            configs.push(self.config(layers, image)?);
        }
        let parent = |parent: usize| configs.get(parent).map(|of| ImageId::of(of));
        self.add(layers, &self.plan.images, &configs, parent, report)?;
        report.layers = layers.take_report();
        Ok(())
    }

    /// Each image in a commit of its own, parents first.
    fn load_each(&self, layers: &mut Layers<'_>, report: &mut LoadReport) {
        let mut ids: Vec<Option<ImageId>> = Vec::new();
        for image in &self.plan.images {
            let loaded = self.config(layers, image).and_then(|config| {
                let parent = |parent: usize| ids.get(parent).copied().flatten();
                self.add(layers, std::slice::from_ref(image), std::slice::from_ref(&config), parent, report)?;
                Ok(ImageId::of(&config))
            });
            ids.push(loaded.as_ref().ok().copied());
            if let Err(error) = loaded {
                layers.forget_failed();
                report.failed.push((Some(image.image), error));
            }
        }
        report.layers = layers.take_report();
    }

    /// Brings the layers of an image in, and gives its configuration.
    fn config(&self, layers: &mut Layers<'_>, image: &PlannedImage) -> Result<Vec<u8>, LoadError> {
        let diff_ids = layers.bring(image)?;
        let limits = &self.file.options().limits;
        image.config(&diff_ids, limits).map_err(|source| {
            let entry = image.layers.last().map(|layer| layer.entry.clone()).unwrap_or_default();
            LoadError::Config { entry, source }
        })
    }

    fn add(
        &self,
        layers: &mut Layers<'_>,
        images: &[PlannedImage],
        configs: &[Vec<u8>],
        parent_of: impl Fn(usize) -> Option<ImageId>,
        report: &mut LoadReport,
    ) -> Result<(), LoadError> {
        self.progress.tell(&LoadEvent::Adding { images: images.len() })?;
        let (mut new, mut names, mut loaded) = (Vec::new(), Vec::new(), Vec::new());
        for (image, config) in images.iter().zip(configs) {
            let id = ImageId::of(config);
            // Two legacy images of one id are each other's parents otherwise.
            let parent = image.parent.and_then(&parent_of).filter(|parent| *parent != id);
            new.push(NewImage::new(&config[..]).with_parent(parent));
            for reference in &image.names {
                let policy = self.options.names.unwrap_or_default();
                // A name by digest never moves; that is no reason not to load an image.
                let is_digest = reference.digest().is_some() && policy == NamePolicy::Move;
                let policy = if is_digest { NamePolicy::Keep } else { policy };
                names.push(NewName { reference: reference.clone(), id, policy });
            }
            let (names, image) = (image.names.clone(), image.image);
            loaded.push(LoadedImage { image, id, is_new: false, parent, names });
        }
        let added = match block_on(self.images.add_all(&new, &names)) {
            Ok(added) => added,
            Err(error) => {
                let ids: Vec<ImageId> = loaded.iter().map(|image| image.id).collect();
                if !block_on(self.images.has_none_of(&ids)) {
                    layers.keep();
                }
                return Err(error.into());
            }
        };
        for (loaded, (_, is_new)) in loaded.iter_mut().zip(added.images) {
            loaded.is_new = is_new;
        }
        report.images.extend(loaded);
        report.names.extend(added.names);
        report.kept.extend(added.kept);
        report.cleanup_pending |= added.cleanup_pending;
        Ok(())
    }
}
