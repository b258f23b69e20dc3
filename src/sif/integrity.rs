//! Whether a SIF file is what its signatures say, whoever made them: digests are recomputed, no key is needed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Serialize;

use super::descriptor::{Descriptor, Link, Metadata};
use super::error::SifError;
use super::hash::{StatedAlgorithm, StatedDigest};
use super::image::Sif;
use super::kinds::DataType;
use super::opener::Want;
use super::signature::{SignatureBlock, SignatureError, SignatureForm, Statement};
use super::sweep::Sweep;
use crate::digest::{Algorithm, Digest, Hasher};
use crate::finding::ErrorData;
use crate::json::size;
use crate::limits::{LimitExceeded, Limits};

/// How a stated digest compares with the computed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DigestState {
    /// Equal.
    Match,
    /// Not equal.
    Mismatch,
    /// The object is not in the file, or lies outside of it.
    Absent,
}

/// A stated digest beside the computed one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DigestCheck {
    /// How they compare.
    pub state: DigestState,
    /// The stated digest.
    pub declared: String,
    /// The computed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computed: Option<String>,
}

impl DigestCheck {
    fn new(declared: &StatedDigest, computed: Option<&StatedDigest>) -> Self {
        let state = match computed {
            Some(computed) if computed == declared => DigestState::Match,
            Some(_) => DigestState::Mismatch,
            None => DigestState::Absent,
        };
        Self { state, declared: declared.to_string(), computed: computed.map(ToString::to_string) }
    }

    fn is_match(&self) -> bool {
        self.state == DigestState::Match
    }
}

/// What a signature says of an object, compared with the object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObjectIntegrity {
    /// The object's id.
    pub id: u32,
    /// Its descriptor; absent where the signature is of the older form, which says nothing of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub descriptor: Option<DigestCheck>,
    /// Its bytes; absent where the older form has one digest for the whole group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<DigestCheck>,
}

/// What a signature says, compared with the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignatureIntegrity {
    /// Id of the signature.
    pub id: u32,
    /// Its form, where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<SignatureForm>,
    /// Everything that it says is so, and it says something of every object that it should.
    pub intact: bool,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorData>,
    /// The header; absent where the signature is of the older form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<DigestCheck>,
    /// The bytes of all objects one after the other: the older form, over a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<DigestCheck>,
    /// The objects that it covers.
    pub objects: Vec<ObjectIntegrity>,
    /// Objects of the group it is linked to that it does not cover.
    pub left_out: Vec<u32>,
    /// Slots of the objects that it covers and that are as it says.
    #[serde(skip)]
    pub(super) covered: Vec<u32>,
}

impl SignatureIntegrity {
    /// Everything that it says is so, whether or not it leaves objects of its group out.
    pub fn matches(&self) -> bool {
        let is_match = |check: &Option<DigestCheck>| check.as_ref().is_none_or(DigestCheck::is_match);
        let objects = &mut self.objects.iter();
        self.error.is_none()
            && !self.objects.is_empty()
            && is_match(&self.header)
            && is_match(&self.bytes)
            && objects.all(|object| is_match(&object.descriptor) && is_match(&object.data))
    }
}

/// An OCI blob, compared with its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BlobIntegrity {
    /// Id of the object.
    pub id: u32,
    /// Its bytes.
    pub data: DigestCheck,
}

/// What was computed of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IntegrityReport {
    /// Bytes of the file.
    #[serde(serialize_with = "size::serialize")]
    pub size: u64,
    /// SHA-256 of the file, where it was asked for: what the image is known by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
    /// Each signature.
    pub signatures: Vec<SignatureIntegrity>,
    /// OCI blobs.
    pub blobs: Vec<BlobIntegrity>,
    /// Objects of which no signature says what they are, or only something else, by id. Signatures themselves are not
    /// counted.
    pub uncovered: Vec<u32>,
}

/// A stated digest, and the number of the computed one; absent where an object's bytes are not in the file.
type Awaited = (StatedDigest, Option<usize>);

/// What a signature waits for.
struct Pending {
    report: SignatureIntegrity,
    /// For each object its slot and the digest of its bytes.
    objects: Vec<(Option<u32>, Option<Awaited>)>,
    /// The one digest of the older form, over a group.
    bytes: Option<Awaited>,
}

/// Computes what the signatures of a file state, and the digest of the file itself: says which bytes it wants, and is
/// given them. The file is read once, going forward.
///
/// ```
/// use layerglass::sif::{Integrity, Opener};
/// # let file = std::fs::read("tests/fixtures/quirks.sif").unwrap();
/// # let mut opener = Opener::new(file.len() as u64, &Default::default());
/// # let mut want = opener.next(None).unwrap();
/// # while let Some(range) = want {
/// #     let bytes = &file[range.offset as usize..][..range.length as usize];
/// #     want = opener.next(Some(bytes)).unwrap();
/// # }
/// # let sif = opener.finish().unwrap();
/// let mut integrity = Integrity::new(&sif, true, &Default::default()).unwrap();
/// let mut want = integrity.next(None).unwrap();
/// while let Some(range) = want {
///     let bytes = &file[range.offset as usize..][..range.length as usize];
///     want = integrity.next(Some(bytes)).unwrap();
/// }
/// let report = integrity.finish().unwrap();
/// assert_eq!(report.sha256.unwrap().short(), "5540b4d6862f");
/// assert_eq!(report.uncovered, [1, 2, 3, 4], "nobody signed it");
/// ```
pub struct Integrity {
    size: u64,
    want: Option<Want>,
    is_done: bool,
    sweep: Sweep,
    identity: Option<(Hasher, u64)>,
    signatures: Vec<Pending>,
    blobs: Vec<(u32, StatedDigest, Option<usize>)>,
    /// Slots and ids of what signatures should cover.
    objects: Vec<(u32, u32)>,
}

/// Numbers of digests to be computed, by what they are of.
#[derive(Default)]
struct Jobs {
    known: BTreeMap<(Vec<(u64, u64)>, StatedAlgorithm), usize>,
    list: Vec<(Vec<Range<u64>>, StatedAlgorithm)>,
    bytes: u64,
}

impl Jobs {
    /// The number of a digest; `None` when a range lies outside of the file.
    fn add<'a>(
        &mut self,
        objects: impl Iterator<Item = &'a Descriptor>,
        algorithm: StatedAlgorithm,
        end: u64,
    ) -> Option<usize> {
        let ranges: Option<Vec<_>> =
            objects.map(|object| object.range().filter(|range| range.end <= end)).collect();
        let ranges = ranges?;
        let key = (ranges.iter().map(|range| (range.start, range.end)).collect(), algorithm);
        let number = self.known.entry(key).or_insert_with(|| {
            let bytes = ranges.iter().map(|range| range.end - range.start);
            self.bytes = bytes.fold(self.bytes, u64::saturating_add);
            self.list.push((ranges, algorithm));
            self.list.len() - 1
        });
        Some(*number)
    }
}

impl Integrity {
    /// Plans the work on an opened file; `identity` asks for the SHA-256 of the whole file too.
    ///
    /// # Errors
    /// The signatures want so many bytes hashed that `sifHashRatio` is passed: objects that share bytes.
    pub fn new(sif: &Sif, identity: bool, limits: &Limits) -> Result<Self, SifError> {
        let mut jobs = Jobs::default();
        let signatures = sif.signatures().map(|signature| plan(sif, signature, &mut jobs, limits)).collect();
        let blobs = sif.descriptors().iter().filter_map(|descriptor| {
            let Metadata::Oci { digest } = &descriptor.metadata else { return None };
            let stated = StatedDigest::parse(digest)?;
            let job = jobs.add(std::iter::once(descriptor), stated.algorithm(), sif.size());
            Some((descriptor.id, stated, job))
        });
        let blobs = blobs.collect();
        let limit = sif.size().saturating_mul(limits.sif_hash_ratio.into());
        if jobs.bytes > limit {
            let found = jobs.bytes.div_ceil(sif.size().max(1));
            LimitExceeded::check("sifHashRatio", limits.sif_hash_ratio.into(), found)?;
        }
        let objects = sif.descriptors().iter().filter(|object| object.data_type != DataType::Signature);
        Ok(Self {
            size: sif.size(),
            want: None,
            is_done: false,
            sweep: Sweep::new(jobs.list, identity.then_some(0..sif.size())),
            identity: identity.then(|| (Hasher::new(Algorithm::Sha256), 0)),
            signatures,
            blobs,
            objects: objects.map(|object| (object.slot, object.id)).collect(),
        })
    }

    /// Bytes that will be read altogether.
    pub const fn total(&self) -> u64 {
        self.sweep.total()
    }

    /// Takes the bytes that were wanted last and says which it wants next; `None` when it wants no more.
    ///
    /// # Errors
    /// Fewer bytes were given than were wanted.
    pub fn next(&mut self, response: Option<&[u8]>) -> Result<Option<Want>, SifError> {
        if let (Some(want), Some(bytes)) = (self.want, response) {
            let given = bytes.len() as u64;
            if given < want.length {
                return Err(SifError::Truncated { expected: self.size, found: want.offset + given });
            }
            let length = usize::try_from(want.length).unwrap_or(usize::MAX);
            let bytes = bytes.get(..length).unwrap_or(bytes);
            if let Some((hasher, at)) = self.identity.as_mut().filter(|(_, at)| *at == want.offset) {
                hasher.update(bytes);
                *at += want.length;
            }
            self.sweep.take(want.offset, bytes);
            self.want = None;
        }
        if self.want.is_none() {
            self.want = self.sweep.want();
        }
        self.is_done = self.want.is_none();
        Ok(self.want)
    }

    /// What was computed.
    ///
    /// # Errors
    /// [`SifError::Unfinished`] before [`Integrity::next`] has answered `None`.
    pub fn finish(self) -> Result<IntegrityReport, SifError> {
        if !self.is_done {
            return Err(SifError::Unfinished);
        }
        let digests = self.sweep.into_digests();
        let computed = |job: Option<usize>| job.and_then(|job| digests.get(job)?.as_ref());
        let check = |(stated, job): &Awaited| DigestCheck::new(stated, computed(*job));
        let mut covered = BTreeSet::new();
        let mut signatures = Vec::new();
        for pending in self.signatures {
            let mut report = pending.report;
            report.bytes = pending.bytes.as_ref().map(check);
            for (object, (_, data)) in report.objects.iter_mut().zip(&pending.objects) {
                object.data = data.as_ref().map(check);
            }
            let is_match = |check: &Option<DigestCheck>| check.as_ref().is_none_or(DigestCheck::is_match);
            let all = is_match(&report.header) && is_match(&report.bytes);
            for (object, (slot, _)) in report.objects.iter().zip(pending.objects) {
                let is_good = is_match(&object.descriptor) && is_match(&object.data);
                report.covered.extend(slot.filter(|_| is_good && all));
            }
            report.intact = report.left_out.is_empty() && report.matches();
            covered.extend(report.covered.iter().copied());
            signatures.push(report);
        }
        let blobs = self.blobs.iter().map(|(id, stated, job)| BlobIntegrity {
            id: *id,
            data: DigestCheck::new(stated, computed(*job)),
        });
        let uncovered = self.objects.iter().filter(|(slot, _)| !covered.contains(slot)).map(|(_, id)| *id);
        Ok(IntegrityReport {
            size: self.size,
            sha256: self.identity.map(|(hasher, _)| hasher.finish()),
            signatures,
            blobs: blobs.collect(),
            uncovered: uncovered.collect(),
        })
    }
}

/// What is to be computed for a signature.
fn plan(sif: &Sif, signature: &Descriptor, jobs: &mut Jobs, limits: &Limits) -> Pending {
    let mut report = SignatureIntegrity {
        id: signature.id,
        form: None,
        intact: false,
        error: None,
        header: None,
        bytes: None,
        objects: Vec::new(),
        left_out: Vec::new(),
        covered: Vec::new(),
    };
    let pending = |report| Pending { report, objects: Vec::new(), bytes: None };
    let bytes = sif.document(signature).ok_or(SignatureError::Unread);
    let block = match bytes.and_then(|bytes| SignatureBlock::parse(signature, bytes, limits)) {
        Ok(block) => block,
        Err(error) => {
            report.error = Some(ErrorData::of(&error));
            return pending(report);
        }
    };
    report.form = Some(block.form);
    match block.statement {
        Statement::Objects { header, objects } => {
            report.header =
                Some(DigestCheck::new(&header, Some(&header.same_of(sif.header().signed_bytes()))));
            let Some(Link::Group(group)) = signature.link else {
                report.error = Some(ErrorData::of(&SignatureError::Link));
                return pending(report);
            };
            let mut members: BTreeMap<u32, &Descriptor> = BTreeMap::new();
            sif.group(group).for_each(|object| {
                members.entry(object.id).or_insert(object);
            });
            let least = members.keys().next().copied().unwrap_or_default();
            let mut pending = pending(report);
            let mut stated = BTreeSet::new();
            for object in objects {
                let id = least.checked_add(object.relative_id);
                let found = id.and_then(|id| members.get(&id).copied());
                stated.extend(id);
                let descriptor =
                    found.map(|found| object.descriptor.same_of(&found.signed_bytes(object.relative_id)));
                let job = found
                    .and_then(|found| jobs.add(std::iter::once(found), object.data.algorithm(), sif.size()));
                pending.report.objects.push(ObjectIntegrity {
                    id: id.unwrap_or(u32::MAX),
                    descriptor: Some(DigestCheck::new(&object.descriptor, descriptor.as_ref())),
                    data: None,
                });
                pending.objects.push((found.map(|found| found.slot), Some((object.data, job))));
            }
            let left_out = members.keys().filter(|id| !stated.contains(id));
            pending.report.left_out = left_out.copied().collect();
            pending
        }
        Statement::Bytes(digest) => {
            let objects: Vec<&Descriptor> = match signature.link {
                Some(Link::Group(group)) => sif.group(group).collect(),
                Some(Link::Object(id)) => sif.object(id).into_iter().collect(),
                None => Vec::new(),
            };
            if objects.is_empty() {
                report.error = Some(ErrorData::of(&SignatureError::Link));
                return pending(report);
            }
            let job = jobs.add(objects.iter().copied(), digest.algorithm(), sif.size());
            let mut pending = pending(report);
            for object in objects {
                pending.report.objects.push(ObjectIntegrity { id: object.id, descriptor: None, data: None });
                pending.objects.push((Some(object.slot), None));
            }
            pending.bytes = Some((digest, job));
            pending
        }
    }
}
