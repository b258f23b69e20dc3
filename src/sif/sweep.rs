//! Hashing several ranges of a file in one pass over it.

use std::ops::Range;

use super::hash::{StatedAlgorithm, StatedDigest, StatedHasher};
use super::opener::Want;

/// Bytes that are asked for at once.
const CHUNK: u64 = 1 << 20;

/// One digest to be computed: of several ranges, one after the other.
struct Job {
    ranges: Vec<Range<u64>>,
    /// Which of them is next, and what is still to come of it.
    next: usize,
    at: u64,
    hasher: StatedHasher,
    /// Its number.
    number: usize,
}

impl Job {
    /// Takes what it needs of bytes at an offset.
    fn feed(&mut self, offset: u64, bytes: &[u8]) {
        let end = offset + bytes.len() as u64;
        while let Some(range) = self.ranges.get(self.next) {
            let from = self.at.max(range.start);
            if from < range.end {
                if from < offset || from >= end {
                    return;
                }
                let to = range.end.min(end);
                let slice = usize::try_from(from - offset).ok().zip(usize::try_from(to - offset).ok());
                self.hasher.update(slice.and_then(|(from, to)| bytes.get(from..to)).unwrap_or_default());
                self.at = to;
                if to < range.end {
                    return;
                }
            }
            self.next += 1;
            self.at = 0;
        }
    }

    fn is_done(&self) -> bool {
        self.next >= self.ranges.len()
    }

    /// Can it be fed going forward only?
    fn is_ascending(&self) -> bool {
        self.ranges.windows(2).all(|pair| match pair {
            [first, second] => first.end <= second.start,
            _ => true,
        })
    }
}

/// Computes digests of ranges: going forward through the file once, and once more for each that cannot be had so.
pub(super) struct Sweep {
    /// Those that wait for their first byte, the last one first.
    waiting: Vec<Job>,
    /// Those that are being fed.
    active: Vec<Job>,
    /// Those that go back, each by itself.
    backward: Vec<Job>,
    /// Ranges that are still to be read, the next one last.
    needed: Vec<Range<u64>>,
    digests: Vec<Option<StatedDigest>>,
    /// Bytes that will be read.
    total: u64,
}

impl Sweep {
    /// Plans the digests of these ranges. `whole` is read in any case.
    pub fn new(jobs: Vec<(Vec<Range<u64>>, StatedAlgorithm)>, whole: Option<Range<u64>>) -> Self {
        let digests = vec![None; jobs.len()];
        let mut all = Vec::new();
        for (number, (ranges, algorithm)) in jobs.into_iter().enumerate() {
            let ranges = ranges.into_iter().filter(|range| range.end > range.start).collect();
            let hasher = StatedHasher::new(algorithm);
            all.push(Job { ranges, next: 0, at: 0, hasher, number });
        }
        let (mut waiting, backward): (Vec<Job>, Vec<Job>) = all.into_iter().partition(Job::is_ascending);
        let ranges = waiting.iter().flat_map(|job| job.ranges.iter().cloned());
        let needed = merged(ranges.chain(whole).collect());
        let again = backward.iter().flat_map(|job| &job.ranges);
        let total = needed.iter().chain(again).map(|range| range.end - range.start);
        let total = total.fold(0, u64::saturating_add);
        waiting.sort_by_key(|job| std::cmp::Reverse(job.ranges.first().map_or(0, |range| range.start)));
        let mut sweep = Self { waiting, active: Vec::new(), backward, needed, digests, total };
        sweep.needed.reverse();
        sweep
    }

    /// Bytes that will be read altogether.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The range that is needed next.
    pub fn want(&mut self) -> Option<Want> {
        loop {
            if let Some(range) = self.needed.last() {
                return Some(Want { offset: range.start, length: (range.end - range.start).min(CHUNK) });
            }
            let waiting = std::mem::take(&mut self.waiting);
            waiting.into_iter().chain(std::mem::take(&mut self.active)).for_each(|job| {
                finish(&mut self.digests, job);
            });
            let job = self.backward.pop()?;
            self.needed = job.ranges.iter().rev().cloned().collect();
            self.active.push(job);
        }
    }

    /// Takes the bytes of the range that was wanted.
    pub fn take(&mut self, offset: u64, bytes: &[u8]) {
        let end = offset + bytes.len() as u64;
        let starts = |job: &Job| job.ranges.first().is_none_or(|range| range.start < end);
        while let Some(job) = self.waiting.pop_if(|job| starts(job)) {
            self.active.push(job);
        }
        self.active.iter_mut().for_each(|job| job.feed(offset, bytes));
        for job in self.active.extract_if(.., |job| job.is_done()) {
            finish(&mut self.digests, job);
        }
        if let Some(range) = self.needed.last_mut() {
            range.start = end;
            if range.start >= range.end {
                self.needed.pop();
            }
        }
    }

    /// The digests, in the order of their jobs.
    pub fn into_digests(self) -> Vec<Option<StatedDigest>> {
        self.digests
    }
}

/// Keeps the digest of a job that had all its bytes.
fn finish(digests: &mut [Option<StatedDigest>], job: Job) {
    if job.is_done()
        && let Some(digest) = digests.get_mut(job.number)
    {
        *digest = Some(job.hasher.finish());
    }
}

/// The same bytes as ranges that are sorted and do not touch.
fn merged(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<u64>> = Vec::new();
    for range in ranges.into_iter().filter(|range| range.end > range.start) {
        match merged.last_mut().filter(|last| last.end >= range.start) {
            Some(last) => last.end = last.end.max(range.end),
            None => merged.push(range),
        }
    }
    merged
}
