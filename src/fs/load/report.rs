//! What loading a file says: on the way, and at its end.

use super::LoadError;
use crate::archive::{LoadNote, LoadSkip};
use crate::image::{ChainId, DiffId, ImageId};
use crate::reference::Reference;
use crate::store::NameChange;

/// How far loading is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadEvent<'e> {
    /// What is to be loaded is known.
    Planned {
        /// How many images come in.
        images: usize,
        /// Bytes of their layers as they are stored in the file. Known layers are not read.
        bytes: u64,
    },
    /// A file that is compressed as a whole is decompressed before its layers are read.
    Unpacking {
        /// Bytes of it so far, as they come out.
        bytes: u64,
    },
    /// A layer is there already, and is not read.
    Known {
        /// The entry of the file.
        entry: &'e str,
        /// The layer with all below it.
        chain_id: &'e ChainId,
    },
    /// Bytes of a layer were read.
    Reading {
        /// The entry of the file.
        entry: &'e str,
        /// Bytes so far, as they are stored in the file.
        bytes: u64,
        /// All of them.
        total: u64,
    },
    /// A layer was read, is what it should be, and is kept.
    Read {
        /// The entry of the file.
        entry: &'e str,
        /// The layer with all below it.
        chain_id: &'e ChainId,
    },
    /// All layers are there, and so many images are added now, which can no longer be stopped.
    Adding {
        /// How many.
        images: usize,
    },
}

/// What came of loading a file.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct LoadReport {
    /// The images that came in, each after its parent.
    pub images: Vec<LoadedImage>,
    /// What became of their names: one that moved says from which image.
    pub names: Vec<NameChange>,
    /// Names that stayed with the image that has them.
    pub kept: Vec<(Reference, ImageId)>,
    /// The layers that they consist of, each once.
    pub layers: Vec<LoadedLayer>,
    /// Images that were left out, by their numbers in the file.
    pub skipped: Vec<(usize, LoadSkip)>,
    /// What was wrong, with the number of the image where it concerns one: those images are not in the store. There is
    /// nothing where the file comes in as a whole, because that is an error then.
    pub failed: Vec<(Option<usize>, LoadError)>,
    /// What became of names and parents of the file that could not be kept.
    pub notes: Vec<LoadNote>,
    /// Everything is committed, and something is left to be made by whoever works with the store next.
    pub cleanup_pending: bool,
}

/// An image that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadedImage {
    /// Its number in the file.
    pub image: usize,
    /// Its id.
    pub id: ImageId,
    /// Whether it was not there before.
    pub is_new: bool,
    /// The image that it was made from, where the file says so.
    pub parent: Option<ImageId>,
    /// The names that the file gives it.
    pub names: Vec<Reference>,
}

/// A layer of an image that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadedLayer {
    /// The entry of the file.
    pub entry: String,
    /// The layer itself.
    pub diff_id: DiffId,
    /// The layer with all below it.
    pub chain_id: ChainId,
    /// Whether it was there already, and was not read.
    pub known: bool,
}
