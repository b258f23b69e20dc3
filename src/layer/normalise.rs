//! Times and owners that entries are given.

use crate::tar::{Entry, Timestamp};

/// The times of entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EntryTimes {
    /// Their own.
    #[default]
    Keep,
    /// Their own, but none later than this: what reproducible builds call `SOURCE_DATE_EPOCH`.
    NotAfter(Timestamp),
    /// This one for all.
    Set(Timestamp),
}

impl EntryTimes {
    /// What becomes of a time.
    pub fn apply(self, time: Timestamp) -> Timestamp {
        match self {
            Self::Keep => time,
            Self::NotAfter(last) => time.min(last),
            Self::Set(time) => time,
        }
    }
}

/// Numbers in a row that become others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdRange {
    /// The first.
    pub first: u32,
    /// What the first becomes; the ones after it follow.
    pub becomes: u32,
    /// How many there are.
    pub count: u32,
}

/// The owners of entries. An owner that becomes another loses its name, which would mean another number elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EntryOwners {
    /// Their own.
    #[default]
    Keep,
    /// This one for all.
    Set {
        /// Number of the user.
        uid: u32,
        /// Number of the group.
        gid: u32,
    },
    /// Others by number, as user namespaces have it. What is in no range stays; the first range that fits counts.
    Map {
        /// Users.
        uids: Vec<IdRange>,
        /// Groups.
        gids: Vec<IdRange>,
    },
}

impl EntryOwners {
    /// Gives an entry its owner.
    pub(super) fn apply(&self, entry: &mut Entry) {
        match self {
            Self::Keep => {}
            Self::Set { uid, gid } => {
                (entry.uid, entry.gid) = (i64::from(*uid), i64::from(*gid));
                entry.owner.clear();
                entry.group.clear();
            }
            Self::Map { uids, gids } => {
                if let Some(uid) = mapped(uids, entry.uid) {
                    entry.uid = uid;
                    entry.owner.clear();
                }
                if let Some(gid) = mapped(gids, entry.gid) {
                    entry.gid = gid;
                    entry.group.clear();
                }
            }
        }
    }
}

/// What a number becomes, if it becomes another.
fn mapped(ranges: &[IdRange], id: i64) -> Option<i64> {
    let id = u32::try_from(id).ok()?;
    let range = ranges.iter().find(|range| id.checked_sub(range.first).is_some_and(|at| at < range.count))?;
    let mapped = range.becomes.checked_add(id - range.first)?;
    (mapped != id).then_some(i64::from(mapped))
}
