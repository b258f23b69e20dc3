//! Java archives: what they are by Maven's properties, their manifest and their name, and the archives in them.

use std::collections::VecDeque;

use super::draft::{Draft, FilePackages, Files};
use super::error::PackageError;
use super::fields::{self, Paragraph, filled};
use super::package::PackageKind;
use super::select::is_java;
use super::view::{Stop, View, Want};
use super::zip::{self, Member};
use crate::layer::split_path;
use crate::limits::{LimitExceeded, Limits};

const MANIFEST: &[u8] = b"META-INF/MANIFEST.MF";

/// Reads a Java archive: its directory first, then one wanted member after the other.
#[derive(Debug)]
pub(super) struct JavaReader {
    name: Vec<u8>,
    size: u64,
    view: View,
    /// The members that are still to be read; absent before the directory was.
    members: Option<VecDeque<Member>>,
    told: Told,
    budget: Budget,
    found: FilePackages,
}

/// What may be read of the archive and those in it.
#[derive(Debug)]
struct Budget {
    /// Members so far.
    entries: u64,
    /// Bytes so far.
    bytes: u64,
    limits: Limits,
}

impl Budget {
    /// Takes what a member costs. Once it does not fit, nothing does.
    fn take(&mut self, member: &Member) -> Result<(), PackageError> {
        self.bytes = self.bytes.saturating_add(member.cost());
        Ok(LimitExceeded::check("jarBytes", self.limits.jar_bytes, self.bytes)?)
    }
}

/// What the members of one archive tell.
#[derive(Debug, Default)]
struct Told {
    manifest: Vec<u8>,
    drafts: Vec<Draft>,
}

/// Manifests and properties are not longer.
const TEXT_BYTES: u64 = 4 << 20;

fn wants(name: &[u8]) -> bool {
    name == MANIFEST || is_properties(name) || is_java(name)
}

/// `META-INF/maven/group/artifact/pom.properties`
fn is_properties(name: &[u8]) -> bool {
    name.starts_with(b"META-INF/maven/") && name.ends_with(b"/pom.properties")
}

impl JavaReader {
    pub(super) fn new(path: &[u8], size: u64, limits: &Limits) -> Self {
        Self {
            name: split_path(path).1.to_vec(),
            size,
            view: View::new(size, limits),
            members: None,
            told: Told::default(),
            budget: Budget { entries: 0, bytes: 0, limits: *limits },
            found: FilePackages::new(limits),
        }
    }

    /// Takes what was wanted; stops for what is wanted next.
    pub(super) fn step(&mut self, given: Option<(Want, &[u8])>) -> Result<(), Stop> {
        if let Some((want, bytes)) = given {
            self.view.add(want, bytes)?;
        }
        let limits = self.budget.limits;
        if self.members.is_none() {
            let mut entries = 0;
            let members = zip::directory(&self.view, &mut entries, limits.jar_entries, wants)?;
            self.budget.entries = entries;
            self.view = View::new(self.size, &limits);
            let members = self.members.insert(members.into());
            pay(members, &mut self.budget, &mut self.found);
        }
        while let Some(member) = self.members.as_ref().and_then(VecDeque::front).cloned() {
            match member.read(&self.view) {
                Err(Stop::Want(want)) => return Err(Stop::Want(want)),
                Err(Stop::Failed(error)) => self.found.note(&error),
                Ok(contents) => {
                    let outer = Place { inner: b"", depth: 0 };
                    take(&member, contents, outer, &mut self.told, &mut self.budget, &mut self.found);
                }
            }
            self.view = View::new(self.size, &limits);
            let Some(members) = &mut self.members else { break };
            members.pop_front();
            pay(members, &mut self.budget, &mut self.found);
        }
        let told = std::mem::take(&mut self.told);
        identify(&self.name, told, None, self.size, &mut self.found)?;
        Ok(())
    }

    /// What the archive tells, once it was read.
    pub(super) fn take(&mut self) -> FilePackages {
        std::mem::replace(&mut self.found, FilePackages::new(&Limits::default()))
    }
}

/// Pays for the next member before any of it is wanted. Once that cannot be, there is none.
fn pay(members: &mut VecDeque<Member>, budget: &mut Budget, found: &mut FilePackages) {
    if let Some(Err(error)) = members.front().map(|next| budget.take(next)) {
        found.note(&error);
        members.clear();
    }
}

/// Where an archive stands within the outermost one.
#[derive(Clone, Copy)]
struct Place<'a> {
    inner: &'a [u8],
    depth: u32,
}

/// Takes a member's contents. What is wrong with it costs what it tells alone.
fn take(
    member: &Member,
    contents: Vec<u8>,
    place: Place<'_>,
    told: &mut Told,
    budget: &mut Budget,
    found: &mut FilePackages,
) {
    let is_text = member.name == MANIFEST || is_properties(&member.name);
    if is_text && member.size > TEXT_BYTES {
        found.note(&PackageError::Unsupported { what: "a manifest of more than 4 MiB" });
    } else if member.name == MANIFEST {
        told.manifest = contents;
    } else if is_text {
        told.drafts.extend(properties(&contents));
    } else {
        let inner = match place.inner {
            b"" => member.name.clone(),
            outer => [outer, b"!/", &member.name].concat(),
        };
        let place = Place { inner: &inner, depth: place.depth + 1 };
        let read = LimitExceeded::check("jarDepth", budget.limits.jar_depth.into(), place.depth.into())
            .map_err(PackageError::from)
            .and_then(|()| read_inner(contents, member, place, budget, found));
        if let Err(error) = read {
            found.note(&error);
        }
    }
}

/// Reads an archive within another one, whose bytes are all there.
fn read_inner(
    contents: Vec<u8>,
    archive: &Member,
    place: Place<'_>,
    budget: &mut Budget,
    found: &mut FilePackages,
) -> Result<(), PackageError> {
    let view = View::whole(contents, &budget.limits);
    let fail = |stop| match stop {
        Stop::Failed(error) => error,
        Stop::Want(want) => PackageError::Damaged { what: "archive in the archive", offset: want.offset },
    };
    let limit = budget.limits.jar_entries;
    let members = zip::directory(&view, &mut budget.entries, limit, wants).map_err(fail)?;
    let mut told = Told::default();
    for member in &members {
        budget.take(member)?;
        match member.read(&view).map_err(fail) {
            Ok(contents) => take(member, contents, place, &mut told, budget, found),
            Err(error) => found.note(&error),
        }
    }
    let name = split_path(&archive.name).1;
    identify(name, told, Some(place.inner), archive.size, found)
}

/// Adds the packages that an archive is made of: itself, and those whose properties were merged into it.
fn identify(
    file: &[u8],
    told: Told,
    inner: Option<&[u8]>,
    size: u64,
    found: &mut FilePackages,
) -> Result<(), PackageError> {
    let file = String::from_utf8_lossy(file);
    let stem = file.rsplit_once('.').map_or(file.as_ref(), |(stem, _)| stem);
    let inner = inner.map(|inner| String::from_utf8_lossy(inner).into_owned());
    let mut drafts = told.drafts;
    let manifest = fields::manifest(&told.manifest);
    // Of several the archive is the one that its name says; a single one may have been renamed.
    let own = drafts.iter().position(|draft| {
        let rest = stem.strip_prefix(&draft.name);
        rest.is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix('-').is_some_and(|rest| rest.starts_with(&draft.version))
        })
    });
    let own = own.or((drafts.len() == 1).then_some(0));
    let mut main = match own {
        Some(place) => drafts.swap_remove(place),
        None => by_name(stem, &manifest),
    };
    main.license =
        manifest.get("Bundle-License").map(|text| text.split(';').next().unwrap_or_default().to_owned());
    main.supplier = manifest.get("Implementation-Vendor").or_else(|| manifest.get("Bundle-Vendor"));
    main.homepage = manifest.get("Implementation-URL").or_else(|| manifest.get("Bundle-DocURL"));
    main.installed_size = Some(size);
    main.files = if inner.is_none() { Files::Own } else { Files::None };
    drafts.sort_by(|a, b| (&a.group, &a.name, &a.version).cmp(&(&b.group, &b.name, &b.version)));
    for mut draft in std::iter::once(main).chain(drafts) {
        draft.inner.clone_from(&inner);
        found.push(draft)?;
    }
    Ok(())
}

/// What Maven says of an artifact.
fn properties(bytes: &[u8]) -> Option<Draft> {
    let (mut group, mut artifact, mut version) = (None, None, None);
    for line in fields::lines(bytes) {
        let line = String::from_utf8_lossy(line);
        let Some((name, value)) = line.split_once('=') else { continue };
        match name.trim() {
            "groupId" => group = filled(value),
            "artifactId" => artifact = filled(value),
            "version" => version = filled(value),
            _ => {}
        }
    }
    let mut draft = Draft::new(PackageKind::Java, artifact?, version.unwrap_or_default());
    draft.group = group;
    Some(draft)
}

/// An archive without properties: `name-1.2.jar`, or what its manifest says.
fn by_name(stem: &str, manifest: &Paragraph<'_>) -> Draft {
    let digits =
        |at: &usize| stem.get(at + 1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let dash = stem.match_indices('-').map(|(at, _)| at).find(digits);
    let (name, version) = match dash.and_then(|at| Some((stem.get(..at)?, stem.get(at + 1..)?))) {
        Some((name, version)) => (name.to_owned(), Some(version.to_owned())),
        None => (stem.to_owned(), None),
    };
    let symbolic = manifest.get("Bundle-SymbolicName");
    let symbolic = symbolic.and_then(|text| filled(text.split(';').next().unwrap_or_default()));
    let titled = manifest.get("Implementation-Title").filter(|title| !title.contains(char::is_whitespace));
    let name = if version.is_some() { name } else { symbolic.or(titled).unwrap_or(name) };
    let versions = ["Implementation-Version", "Bundle-Version", "Specification-Version"];
    let version = version.or_else(|| versions.into_iter().find_map(|field| manifest.get(field)));
    let mut draft = Draft::new(PackageKind::Java, name, version.unwrap_or_default());
    draft.group = manifest.get("Implementation-Vendor-Id");
    draft
}
