//! Paths as a layer means them: relative to the root, without `.`, `..` and doubled slashes.

use std::borrow::Cow;

/// Why a name has no place in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathProblem {
    /// It climbs out of the root with `..`.
    Escapes,
    /// It holds a NUL byte.
    Nul,
}

/// The path that a member's name means; empty for the root itself.
///
/// Leading slashes and `./` go, `..` is resolved by the letters, as the engines do before they look at the disk.
///
/// # Errors
/// The name climbs out of the root, or no file system could hold it.
///
/// ```
/// use layerglass::layer::clean_path;
/// assert_eq!(clean_path(b"./usr//lib/").unwrap(), &b"usr/lib"[..]);
/// assert!(clean_path(b"../etc/passwd").is_err());
/// ```
pub fn clean_path(name: &[u8]) -> Result<Cow<'_, [u8]>, PathProblem> {
    if name.contains(&0) {
        return Err(PathProblem::Nul);
    }
    let trimmed = name.strip_suffix(b"/").unwrap_or(name);
    if !trimmed.is_empty() && trimmed.split(|&byte| byte == b'/').all(is_plain) {
        return Ok(Cow::Borrowed(trimmed));
    }
    let mut clean: Vec<u8> = Vec::with_capacity(name.len());
    for part in name.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                if clean.is_empty() {
                    return Err(PathProblem::Escapes);
                }
                let parent = clean.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
                clean.truncate(parent);
            }
            _ => {
                if !clean.is_empty() {
                    clean.push(b'/');
                }
                clean.extend_from_slice(part);
            }
        }
    }
    Ok(Cow::Owned(clean))
}

fn is_plain(part: &[u8]) -> bool {
    !matches!(part, b"" | b"." | b"..")
}

/// Folder and last component of a clean path; the folder of a top-level name is empty.
pub(crate) fn split_path(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (&[], path),
    }
}

/// Number of components of a clean path.
pub(crate) fn depth(path: &[u8]) -> u64 {
    if path.is_empty() { 0 } else { path.iter().filter(|&&byte| byte == b'/').count() as u64 + 1 }
}
