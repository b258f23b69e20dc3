//! The order of what is written, and what is made of it.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::error::LayoutError;
use super::member::{LayerRead, Member, Step};
use super::options::{ArchiveFormat, LayerEncoding, WriteOptions};
use super::parts::Contents;
use super::plan::{Fate, Planned, Planner, is_unknown, read};
use super::report::{DropReason, LayoutReport, WrittenLayer};
use super::{blobs, docker};
use crate::codec::Compression;
use crate::digest::Digest;
use crate::image::ImageConfig;
use crate::layer::{CopiedLayer, LayerForm};

/// Says what is to be written, member by member, and makes the documents; it is told what came of each layer. Nothing is
/// read or written here.
///
/// The same contents and options give the same members in the same order, wherever they are written. Layers that stay as
/// they are stand among the documents in the order of their paths; ones that are compressed anew come first, in the order
/// of the images, bottom first.
///
/// ```
/// use layerglass::archive::{ArchiveFormat, Content, ImageParts, Layout, Step, WriteOptions};
///
/// let config = br#"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers"}}"#.to_vec();
/// let image = ImageParts { config, ..ImageParts::default() };
/// let mut layout = Layout::new(vec![image], &WriteOptions::new(ArchiveFormat::Oci))?;
/// let mut paths = Vec::new();
/// while let Some(step) = layout.next()? {
///     if let Step::Member(member) = step {
///         paths.push(member.path.unwrap_or_default());
///     }
/// }
/// assert_eq!(paths.first().unwrap(), "blobs/");
/// assert_eq!(paths[paths.len() - 2..], ["index.json", "oci-layout"]);
/// # Ok::<(), layerglass::archive::LayoutError>(())
/// ```
#[derive(Debug)]
pub struct Layout {
    pub(super) options: WriteOptions,
    pub(super) contents: Contents,
    pub(super) configs: Vec<Option<ImageConfig>>,
    pub(super) fates: Vec<Fate>,
    /// For each image and each of its layers, its place in `planned`.
    pub(super) uses: Vec<Vec<Option<usize>>>,
    pub(super) planned: Vec<Planned>,
    pub(super) report: LayoutReport,
    sizes_first: bool,
    stage: Stage,
    measures: VecDeque<LayerRead>,
    queue: VecDeque<Member>,
    /// Planned layers by the number of their stored bytes.
    waiting: HashMap<usize, Vec<usize>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Start,
    Measuring,
    /// Members are written; documents may be left that need the digests of layers.
    Members {
        documents_left: bool,
    },
}

impl Layout {
    /// The layout of these images.
    ///
    /// # Errors
    /// There is no image, the layout holds only one, or layers cannot be had in the form that is asked for.
    pub fn new(contents: impl Into<Contents>, options: &WriteOptions) -> Result<Self, LayoutError> {
        let contents = contents.into();
        if contents.images.is_empty() {
            return Err(LayoutError::Empty);
        }
        if let LayerEncoding::Encode(encoding) = options.encoding {
            let compression = encoding.compression;
            match compression {
                Compression::None => {}
                _ if options.format == ArchiveFormat::Docker => {
                    return Err(LayoutError::PlainLayers { compression });
                }
                Compression::Gzip | Compression::Zstd => {}
                Compression::Bzip2 | Compression::Xz => return Err(LayoutError::Compression { compression }),
            }
        }
        Ok(Self {
            options: *options,
            contents,
            configs: Vec::new(),
            fates: Vec::new(),
            uses: Vec::new(),
            planned: Vec::new(),
            report: LayoutReport::default(),
            sizes_first: false,
            stage: Stage::Start,
            measures: VecDeque::new(),
            queue: VecDeque::new(),
            waiting: HashMap::new(),
        })
    }

    /// The size of each plain tar is to be known before it is written, for output that cannot go back. To know it, layers
    /// are decompressed once more.
    #[must_use]
    pub fn sizes_first(mut self) -> Self {
        self.sizes_first = true;
        self
    }

    /// What is to be done next; nothing when all is written.
    ///
    /// # Errors
    /// Why the images cannot be written.
    #[expect(clippy::should_implement_trait, reason = "it can fail, and is told things in between")]
    pub fn next(&mut self) -> Result<Option<Step>, LayoutError> {
        if self.stage == Stage::Start {
            self.measures = self.unknown_layers();
            self.stage = Stage::Measuring;
        }
        if self.stage == Stage::Measuring {
            if let Some(read) = self.measures.pop_front() {
                return Ok(Some(Step::Measure(read)));
            }
            self.plan()?;
        }
        if let Some(member) = self.queue.pop_front() {
            return Ok(Some(Step::Member(member)));
        }
        if self.stage == (Stage::Members { documents_left: true }) {
            self.stage = Stage::Members { documents_left: false };
            if let Some(layer) = self.planned.iter().find(|layer| layer.result.is_none()) {
                return Err(LayoutError::Unexpected { source_number: layer.read.source });
            }
            let documents = blobs::documents(self)?;
            self.queue.extend(documents.into_values());
        }
        Ok(self.queue.pop_front().map(Step::Member))
    }

    /// Takes what came of a layer that was measured.
    pub fn measured(&mut self, source: usize, copied: &CopiedLayer) {
        let layers = self.contents.images.iter_mut().flat_map(|image| &mut image.layers);
        layers.filter(|layer| layer.source == Some(source)).for_each(|layer| layer.learn(copied));
    }

    /// Takes what came of a layer that was written, and gives the path of its member.
    ///
    /// # Errors
    /// It is not a layer that was asked for.
    pub fn written(&mut self, read: &LayerRead, copied: &CopiedLayer) -> Result<String, LayoutError> {
        let source = read.source;
        let planned = self.waiting.get(&source).map(Vec::as_slice).unwrap_or_default();
        let is_it = |index: &&usize| self.planned.get(**index).is_some_and(|layer| layer.read == *read);
        let layer = planned.iter().find(is_it).copied().and_then(|index| self.planned.get_mut(index));
        let layer = layer.ok_or(LayoutError::Unexpected { source_number: source })?;
        // What is stored keeps the name by which it is known, whatever the algorithm.
        let digest = match (&layer.read.form, layer.read.expected.digest) {
            (LayerForm::Stored, Some(declared)) => declared,
            _ => copied.written.digest,
        };
        layer.result = Some((digest, copied.written.size));
        let path = layer.path.get_or_insert_with(|| blobs::path(self.options.format, &digest)).clone();
        let diff_id = if layer.read.is_tar { copied.tar.digest.to_string() } else { digest.to_string() };
        self.report.layers.push(WrittenLayer {
            source,
            diff_id,
            stored: copied.stored.digest.to_string(),
            stored_size: copied.stored.size,
            written: digest.to_string(),
            written_size: copied.written.size,
        });
        Ok(path)
    }

    /// What was written.
    pub fn into_report(self) -> LayoutReport {
        self.report.once()
    }

    /// The layers of which something is not known that has to be, each once.
    fn unknown_layers(&mut self) -> VecDeque<LayerRead> {
        let mut seen = BTreeSet::new();
        let mut reads = VecDeque::new();
        let (options, sizes_first) = (self.options, self.sizes_first);
        for image in &mut self.contents.images {
            for layer in &mut image.layers {
                layer.infer();
                let Some(source) = layer.source else { continue };
                if is_unknown(image.role, layer, &options, sizes_first) && seen.insert(source) {
                    reads.push_back(read(layer, source, LayerForm::Stored, true));
                }
            }
        }
        reads
    }

    fn plan(&mut self) -> Result<(), LayoutError> {
        for what in std::mem::take(&mut self.contents.not_selected) {
            self.report.drop(what, DropReason::NotSelected);
        }
        for what in std::mem::take(&mut self.contents.absent) {
            self.report.drop(what, DropReason::Absent);
        }
        let mut planner = Planner::new(self.options, &mut self.contents, &mut self.report);
        planner.run()?;
        let Planner { configs, fates, uses, planned, .. } = planner;
        (self.configs, self.fates, self.uses, self.planned) = (configs, fates, uses, planned);
        let members = match self.options.format {
            ArchiveFormat::Docker => {
                self.stage = Stage::Members { documents_left: false };
                docker::members(self)
            }
            _ if self.options.encoding == LayerEncoding::Keep => {
                self.stage = Stage::Members { documents_left: false };
                let mut members = blobs::documents(self)?;
                for layer in &self.planned {
                    let member = layer.member();
                    members.insert(member.path.clone().unwrap_or_default(), member);
                }
                members.into_values().collect()
            }
            format => {
                self.stage = Stage::Members { documents_left: true };
                let mut members: VecDeque<Member> = blobs::folders(self, format).into_values().collect();
                members.extend(self.planned.iter().map(Planned::member));
                members
            }
        };
        for (index, layer) in self.planned.iter().enumerate() {
            self.waiting.entry(layer.read.source).or_default().push(index);
        }
        self.queue = members;
        Ok(())
    }

    /// What was written of a layer of an image: its digest and size.
    pub(super) fn result(&self, image: usize, layer: usize) -> Option<(Digest, u64)> {
        let planned = self.uses.get(image)?.get(layer).copied()??;
        self.planned.get(planned)?.result
    }
}
