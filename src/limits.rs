//! The named limits that keep hostile input from growing without bound.

use crate::error::{ErrorKind, Reason};

/// Limits with their defaults. Every one can be raised by the caller; passing one is a [`LimitExceeded`] that names it.
///
/// ```
/// use layerglass::limits::Limits;
/// let limits = Limits { json_bytes: 1 << 20, ..Limits::default() };
/// assert_eq!(limits.json_depth, 128);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Length of one JSON document (config, manifest, index) in bytes; 20 MiB, as containerd has it.
    pub json_bytes: u64,
    /// Nesting of one JSON document; 128. It can be lowered, not raised.
    pub json_depth: u32,
    /// Values in one JSON document, counting each number, string, list and object; 1,000,000.
    pub json_values: u64,
    /// Bytes of all JSON documents of one stream together; 512 MiB. A file that can be read at will has no such limit.
    pub document_bytes: u64,
    /// Entries of an archive file or files of a folder; 1,000,000.
    pub archive_entries: u64,
    /// Entries of one layer; 10,000,000.
    pub layer_entries: u64,
    /// Bytes of one extended header (PAX records or a GNU long name); 1 MiB.
    pub header_bytes: u64,
    /// Bytes of one path inside a layer; 32 KiB.
    pub path_bytes: u64,
    /// Components of one path inside a layer; 2,048.
    pub path_depth: u32,
    /// Folders within folders that unpacking enters, each of which it holds open; 512.
    pub unpack_depth: u32,
    /// Symbolic links followed while one path is resolved; 40, as Linux has it.
    pub symlinks: u32,
    /// Layers of one image; 4,096. It can be raised to 65,535.
    pub layers: u32,
    /// Layers above each other in a layer store; 125, as Docker has it. Native only.
    pub layer_depth: u32,
    /// Path components looked up while the layers of one image are merged; 200,000,000.
    pub merge_steps: u64,
    /// Data fragments of one sparse file; 100,000.
    pub sparse_fragments: u32,
    /// Bytes of holes in one layer that are hashed as zeros; 1 GiB. Contents past it are left without a hash.
    pub sparse_bytes: u64,
    /// Bytes that one compressed stream may unpack to; 1 TiB.
    pub unpacked_bytes: u64,
    /// Unpacked bytes for each stored byte, checked once more than `expansion_floor` bytes came out; 250.
    pub expansion_ratio: u64,
    /// Unpacked bytes below which the ratio is not looked at; 256 MiB.
    pub expansion_floor: u64,
    /// Window of a zstd frame or dictionary of an xz stream, in bytes; 128 MiB.
    pub window_bytes: u64,
    /// Bytes of the places that the scan of one layer keeps, so that its files can be opened without reading it from its
    /// start; 32 MiB, which is enough for a gzip layer of 3 GiB, and of larger ones they are farther apart. 0 keeps none.
    pub seek_bytes: u64,
    /// Images listed by one archive, counting each platform; 10,000.
    pub images: u32,
    /// Levels of indexes within indexes; 8.
    pub index_depth: u32,
    /// Names of images in one store, and entries that are kept though they are none; 1,000,000.
    pub names: u32,
    /// Bytes of a store's file of names; 128 MiB.
    pub names_bytes: u64,
    /// Bytes of one record of a store in a folder; 256 MiB. The largest are files of names and what is committed together.
    pub record_bytes: u64,
    /// Images of one store, damaged ones included, and likewise records kept beside images; 1,000,000.
    pub store_keys: u32,
    /// Problems that opening or verifying a store tells one by one; 10,000. The last one told says how many more there
    /// are.
    pub store_problems: u32,
    /// Lines of a file of image records; 1,000,000. Each is a JSON document of its own.
    pub records: u32,
    /// Bytes of headers that are read of one disk of a virtual machine; 64 MiB.
    pub disk_bytes: u64,
    /// Partitions of one disk, extents of one VMDK and the like; 1,024.
    pub partitions: u32,
    /// Snapshots of one disk; 65,536, as QEMU has it.
    pub snapshots: u32,
    /// Disks that build upon each other; 64.
    pub backing_files: u32,
    /// Descriptors in the table of a SIF file, used or not; 10,000. Usual are 48.
    pub sif_descriptors: u32,
    /// Bytes of a SIF file's definition, labels, signatures and other documents that are read together; 32 MiB.
    pub sif_document_bytes: u64,
    /// Bytes that are hashed for each byte of a SIF file, to compare it with what its signatures state; 16.
    pub sif_hash_ratio: u32,
    /// Signatures of one SIF file that are tried with keys, counting each of an envelope; 1,000.
    pub sif_signatures: u32,
    /// Bytes of one image that is pulled; 1 TiB.
    pub pull_bytes: u64,
    /// Files of one image that are looked at for packages; 1,000,000.
    pub package_files: u32,
    /// Bytes of one file that are held while packages are looked for in it; 256 MiB. Of programs that is a small part.
    pub package_file_bytes: u64,
    /// Packages of one image, counting each place and each version of a database; 500,000.
    pub packages: u32,
    /// Paths that the packages of one image say are theirs, those of one file and those of all; 4,000,000.
    pub package_paths: u64,
    /// Members of one Java archive, those of archives in it included; 1,000,000.
    pub jar_entries: u32,
    /// Bytes that are unpacked from one Java archive, those of archives in it included; 512 MiB.
    pub jar_bytes: u64,
    /// Java archives within Java archives; 4.
    pub jar_depth: u32,
    /// Bytes of one file that is looked through for secrets and certificates; 1 MiB. Larger ones are not.
    pub lint_file_bytes: u64,
    /// Issues kept of one image; 10,000. Further ones are counted.
    pub lint_issues: u32,
    /// Copies of files of no use that are told one by one for one image; 10,000. Further ones are summed.
    pub waste_items: u32,
    /// Parts that the use of space of one image is told by; 5,000. What is smaller is summed.
    pub usage_nodes: u32,
    /// Parts within parts of them; 64. What is deeper counts in what is around it.
    pub usage_depth: u32,
    /// Cells of the table by which the steps of two histories are laid beside each other, one for each pair of steps between
    /// what they begin and end with alike; 4,194,304, which is 2,048 steps each. Steps beyond it are paired with none.
    pub history_cells: u64,
    /// Digests of one file that its verification lists; 200,000. Further ones are counted.
    pub verified_items: u32,
    /// Findings kept for one layer or archive; 1,000. Further ones are counted.
    pub findings: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            json_bytes: 20 << 20,
            json_depth: 128,
            json_values: 1_000_000,
            document_bytes: 512 << 20,
            archive_entries: 1_000_000,
            layer_entries: 10_000_000,
            header_bytes: 1 << 20,
            path_bytes: 32 << 10,
            path_depth: 2048,
            unpack_depth: 512,
            symlinks: 40,
            layers: 4096,
            layer_depth: 125,
            merge_steps: 200_000_000,
            sparse_fragments: 100_000,
            sparse_bytes: 1 << 30,
            unpacked_bytes: 1 << 40,
            expansion_ratio: 250,
            expansion_floor: 256 << 20,
            window_bytes: 128 << 20,
            seek_bytes: 32 << 20,
            images: 10_000,
            index_depth: 8,
            names: 1_000_000,
            names_bytes: 128 << 20,
            record_bytes: 256 << 20,
            store_keys: 1_000_000,
            store_problems: 10_000,
            records: 1_000_000,
            disk_bytes: 64 << 20,
            partitions: 1024,
            snapshots: 65_536,
            backing_files: 64,
            sif_descriptors: 10_000,
            sif_document_bytes: 32 << 20,
            sif_hash_ratio: 16,
            sif_signatures: 1000,
            pull_bytes: 1 << 40,
            package_files: 1_000_000,
            package_file_bytes: 256 << 20,
            packages: 500_000,
            package_paths: 4_000_000,
            jar_entries: 1_000_000,
            jar_bytes: 512 << 20,
            jar_depth: 4,
            lint_file_bytes: 1 << 20,
            lint_issues: 10_000,
            waste_items: 10_000,
            usage_nodes: 5000,
            usage_depth: 64,
            history_cells: 1 << 22,
            verified_items: 200_000,
            findings: 1000,
        }
    }
}

impl Limits {
    /// Sets one limit by its name in camelCase, as JavaScript and [`LimitExceeded`] spell it. A limit that has 32 bits
    /// takes a larger value as the largest of those.
    ///
    /// # Errors
    /// There is no limit of that name.
    ///
    /// ```
    /// use layerglass::limits::Limits;
    /// let mut limits = Limits::default();
    /// limits.set("jsonBytes", 1 << 20).unwrap();
    /// assert_eq!(limits.json_bytes, 1 << 20);
    /// assert!(limits.set("json_bytes", 1 << 20).is_err());
    /// ```
    pub fn set(&mut self, name: &str, value: u64) -> Result<(), UnknownLimit> {
        let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
        match name {
            "jsonBytes" => self.json_bytes = value,
            "jsonDepth" => self.json_depth = small(value),
            "documentBytes" => self.document_bytes = value,
            "archiveEntries" => self.archive_entries = value,
            "layerEntries" => self.layer_entries = value,
            "headerBytes" => self.header_bytes = value,
            "pathBytes" => self.path_bytes = value,
            "pathDepth" => self.path_depth = small(value),
            "unpackDepth" => self.unpack_depth = small(value),
            "symlinks" => self.symlinks = small(value),
            "layers" => self.layers = small(value),
            "mergeSteps" => self.merge_steps = value,
            "sparseFragments" => self.sparse_fragments = small(value),
            "sparseBytes" => self.sparse_bytes = value,
            "unpackedBytes" => self.unpacked_bytes = value,
            "expansionRatio" => self.expansion_ratio = value,
            "expansionFloor" => self.expansion_floor = value,
            "windowBytes" => self.window_bytes = value,
            "seekBytes" => self.seek_bytes = value,
            "images" => self.images = small(value),
            "indexDepth" => self.index_depth = small(value),
            "names" => self.names = small(value),
            "namesBytes" => self.names_bytes = value,
            "recordBytes" => self.record_bytes = value,
            "storeKeys" => self.store_keys = small(value),
            "storeProblems" => self.store_problems = small(value),
            "records" => self.records = small(value),
            "diskBytes" => self.disk_bytes = value,
            "partitions" => self.partitions = small(value),
            "snapshots" => self.snapshots = small(value),
            "backingFiles" => self.backing_files = small(value),
            "sifDescriptors" => self.sif_descriptors = small(value),
            "sifDocumentBytes" => self.sif_document_bytes = value,
            "sifHashRatio" => self.sif_hash_ratio = small(value),
            "sifSignatures" => self.sif_signatures = small(value),
            "pullBytes" => self.pull_bytes = value,
            "packageFiles" => self.package_files = small(value),
            "packageFileBytes" => self.package_file_bytes = value,
            "packages" => self.packages = small(value),
            "packagePaths" => self.package_paths = value,
            "jarEntries" => self.jar_entries = small(value),
            "jarBytes" => self.jar_bytes = value,
            "jarDepth" => self.jar_depth = small(value),
            "lintFileBytes" => self.lint_file_bytes = value,
            "lintIssues" => self.lint_issues = small(value),
            "wasteItems" => self.waste_items = small(value),
            "usageNodes" => self.usage_nodes = small(value),
            "usageDepth" => self.usage_depth = small(value),
            "historyCells" => self.history_cells = value,
            "verifiedItems" => self.verified_items = small(value),
            "findings" => self.findings = small(value),
            _ => return Err(UnknownLimit { name: name.to_owned() }),
        }
        Ok(())
    }
}

/// There is no limit of a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no limit `{name}`")]
pub struct UnknownLimit {
    /// The name.
    pub name: String,
}

impl Reason for UnknownLimit {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "limit-unknown"
    }
}

/// A named limit was passed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("limit `{name}` of {limit} exceeded: found {found}")]
pub struct LimitExceeded {
    /// The field of [`Limits`], in camelCase as JavaScript spells it.
    pub name: &'static str,
    /// Its value.
    pub limit: u64,
    /// What was found, or the first value that is known to be too large.
    pub found: u64,
}

impl LimitExceeded {
    /// `Ok` when `found` stays within `limit`.
    ///
    /// # Errors
    /// The limit's name with both values when it does not.
    pub const fn check(name: &'static str, limit: u64, found: u64) -> Result<(), Self> {
        if found > limit { Err(Self { name, limit, found }) } else { Ok(()) }
    }
}

impl Reason for LimitExceeded {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Limit
    }

    fn code(&self) -> &'static str {
        "limit"
    }
}
