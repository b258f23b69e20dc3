//! Reading one file: says which bytes it wants, and is given them.

use super::draft::FilePackages;
use super::error::PackageError;
use super::java::JavaReader;
use super::select::{PackageFile, Role};
use super::view::{Stop, View, Want};
use super::{apk, distribution::Distribution, dpkg, executable, gem, node, python, rpm};
use crate::limits::{LimitExceeded, Limits};

/// Reads one file of a [`Selection`](super::Selection).
///
/// Most are wanted whole. Of programs their headers and one section are wanted, of Java archives their directory and
/// some members.
#[derive(Debug)]
pub struct PackageReader {
    role: Role,
    path: Vec<u8>,
    limits: Limits,
    state: State,
    want: Option<Want>,
    result: Option<Result<FilePackages, PackageError>>,
}

#[derive(Debug)]
enum State {
    Whole(u64),
    Program(View),
    Java(Box<JavaReader>),
}

impl PackageReader {
    /// Reads a file that was selected.
    pub fn new(file: &PackageFile, limits: &Limits) -> Self {
        Self::with_role(file.role, &file.path, file.size, limits)
    }

    /// Reads any file of `size` bytes as one that tells `role`. The path matters where the paths of packages are relative
    /// to it.
    pub fn with_role(role: Role, path: &[u8], size: u64, limits: &Limits) -> Self {
        let state = match role {
            Role::Program => State::Program(View::new(size, limits)),
            Role::JavaArchive => State::Java(Box::new(JavaReader::new(path, size, limits))),
            _ => State::Whole(size),
        };
        Self { role, path: path.to_vec(), limits: *limits, state, want: None, result: None }
    }

    /// Takes what was wanted, and says what is wanted next: nothing when all is known, or nothing more can be.
    pub fn next(&mut self, bytes: Option<&[u8]>) -> Option<Want> {
        if self.result.is_some() {
            return None;
        }
        match self.step(bytes) {
            Ok(packages) => self.result = Some(Ok(packages)),
            Err(Stop::Failed(error)) => self.result = Some(Err(error)),
            Err(Stop::Want(want)) => self.want = Some(want),
        }
        if self.result.is_some() { None } else { self.want }
    }

    /// Reads a file whose contents are all there.
    ///
    /// # Errors
    /// The file cannot be read as what it is, or passes a limit.
    pub fn read(mut self, contents: &[u8]) -> Result<FilePackages, PackageError> {
        let mut want = self.next(None);
        while let Some(range) = want {
            let start = usize::try_from(range.offset).unwrap_or(usize::MAX).min(contents.len());
            let rest = contents.split_at(start).1;
            let end = usize::try_from(range.length).unwrap_or(usize::MAX).min(rest.len());
            want = self.next(Some(rest.split_at(end).0));
        }
        self.finish()
    }

    /// What the file tells.
    ///
    /// # Errors
    /// The file cannot be read as what it is, passes a limit, or not all was given that is wanted.
    pub fn finish(self) -> Result<FilePackages, PackageError> {
        self.result.unwrap_or(Err(PackageError::Unfinished))
    }

    fn step(&mut self, bytes: Option<&[u8]>) -> Result<FilePackages, Stop> {
        let given = self.want.take().zip(bytes);
        let mut found = FilePackages::new(&self.limits);
        match &mut self.state {
            State::Whole(size) => {
                LimitExceeded::check("packageFileBytes", self.limits.package_file_bytes, *size)?;
                let Some((want, bytes)) = given else {
                    if *size > 0 {
                        return Err(Stop::Want(Want { offset: 0, length: *size }));
                    }
                    return Ok(found);
                };
                if bytes.len() as u64 != want.length {
                    let size = bytes.len() as u64;
                    let length = want.length;
                    return Err(PackageError::BeyondEnd { what: "file", offset: 0, length, size }.into());
                }
                read_whole(self.role, &self.path, bytes, &self.limits, &mut found)?;
                Ok(found)
            }
            State::Program(view) => {
                if let Some((want, bytes)) = given {
                    view.add(want, bytes)?;
                }
                executable::read(view, &self.limits, &mut found)?;
                Ok(found)
            }
            State::Java(reader) => {
                reader.step(given)?;
                Ok(reader.take())
            }
        }
    }
}

fn read_whole(
    role: Role,
    path: &[u8],
    bytes: &[u8],
    limits: &Limits,
    found: &mut FilePackages,
) -> Result<(), PackageError> {
    match role {
        Role::Distribution => found.distribution = Some(Distribution::parse(bytes)),
        Role::DpkgStatus => dpkg::status(bytes, found)?,
        Role::DpkgList => dpkg::list(bytes, found),
        Role::DpkgSums => dpkg::sums(bytes, found),
        Role::ApkInstalled => apk::installed(bytes, found)?,
        Role::RpmDatabase => rpm::database(bytes, found)?,
        Role::PythonMetadata => python::metadata(bytes, path, found)?,
        Role::PythonRecord => python::record(bytes, path, found),
        Role::NodePackage => node::package(bytes, path, limits, found)?,
        Role::RubySpecification => gem::specification(bytes, path, found)?,
        Role::JavaArchive | Role::Program => {}
    }
    Ok(())
}
