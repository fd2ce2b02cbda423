use std::rc::Rc;

use super::chunk::{Dirty, Layout};
use super::stored::{Kind, Stored};
use super::{Document, Journal, Limits};
use crate::state::Replica;

/// So many chunks are written before the entries that they contain go: a storage that is nearly full has no room for all.
const CHUNKS: usize = 16;
/// Records of so many chunks may pile up while these can't be written.
const WAITING: usize = 64;

/// What is under way.
pub(super) struct Compaction {
    /// What had been read before anything was written; of records that are joined, those that have been.
    pub(super) read: Vec<Rc<str>>,
    /// What is still to be written, the last first.
    pub(super) jobs: Vec<Job>,
    pub(super) written: Vec<Rc<str>>,
    /// From when on that will stay, by the monotonic clock.
    pub(super) stays_from: u64,
    /// What is to be removed, once that is known.
    pub(super) contained: Option<Vec<Rc<str>>>,
    /// Whether what they contain they contain together, and not each its parts.
    pub(super) together: bool,
    /// Up to where the snapshots announce that replicas are retired.
    pub(super) horizon: Option<Replica>,
}

/// One thing to do.
pub(super) enum Job {
    /// See that a snapshot holds all of a chunk.
    Snapshot(Rc<str>, Dirty),
    /// Join small records to large ones.
    Merge(Merge),
}

/// How far that has got.
#[derive(Default)]
pub(super) struct Merge {
    /// What is still to be joined, the last first.
    pub(super) rest: Vec<Rc<str>>,
    /// What has been joined to the next large one, and that one.
    pub(super) joined: Vec<Rc<str>>,
    pub(super) document: Document,
}

/// What is worth compacting, and when.
impl Journal {
    /// What is worth doing, if anything. Everything that is stored has been read.
    pub(super) fn plan(&self) -> Option<Compaction> {
        let Limits { records, chunk, .. } = self.limits;
        let mut removable: Vec<&Stored> = Vec::new();
        for stored in self.keys.joined() {
            // What a newer version has written stays: this page doesn't hold all that it says.
            if !stored.touches.iter().any(|(name, _)| self.is_outdated(name)) {
                removable.push(stored);
            }
        }
        let mut clean = 0;
        let mut jobs = Vec::new();
        for (name, slice) in &self.state.slices {
            if !self.is_outdated(name) {
                let layout = Layout::new(name, slice, &removable, &self.limits);
                clean += layout.clean;
                for dirty in layout.dirty {
                    jobs.push(Job::Snapshot(name.clone(), dirty));
                }
            }
        }
        let unsettled = self.is_unsettled();
        let largest = if unsettled { chunk / 2 } else { chunk / 8 };
        let (mut read, mut bytes) = (Vec::new(), 0);
        // As many as make one chunk: the rest has its turn. But where changes have found no room, all, for joining records is what makes some.
        let full = self.has_unwritten();
        let most = if full { usize::MAX } else { chunk };
        let (mut small, mut small_bytes, mut smalls) = (Vec::new(), 0, 0);
        for stored in removable {
            bytes += stored.bytes;
            read.push(stored.key.clone());
            if stored.kind != Kind::Snapshot && stored.bytes < largest {
                smalls += 1;
                if small_bytes < most {
                    small_bytes += stored.bytes;
                    small.push(stored.key.clone());
                }
            }
        }
        let beside = bytes.saturating_sub(clean);
        let much = beside >= (clean / 2).max(chunk / 2);
        let stuck = full && small.len() > 1;
        if !much && smalls < records && !stuck {
            return None;
        }
        let (mut horizon, mut together) = (None, false);
        if (much || bytes < chunk / 4 * 3) && !stuck && !(unsettled && smalls >= records) {
            // The next round goes on where this one ends: the first chunks may have changed again by then.
            let begun = self.rounds.wrapping_mul(CHUNKS) % jobs.len().max(1);
            for _ in 0..begun {
                let first = jobs.remove(0);
                jobs.push(first);
            }
            jobs.truncate(CHUNKS);
            // Where one is the first of its chunk nobody could tell that it has stayed.
            let is_first = |job: &Job| matches!(job, Job::Snapshot(_, dirty) if dirty.is_first);
            horizon = self.retirable().filter(|_| !jobs.iter().any(is_first));
        } else {
            jobs = vec![Job::Merge(Merge {
                rest: small,
                ..Merge::default()
            })];
            (read, together) = (Vec::new(), true);
        }
        (!jobs.is_empty()).then_some(Compaction {
            read,
            jobs,
            written: Vec::new(),
            stays_from: 0,
            contained: None,
            together,
            horizon,
        })
    }

    /// Whether so many records lie about that compacting shouldn't wait: pages that live for seconds would never come to it.
    #[must_use]
    pub fn is_overdue(&self) -> bool {
        let is_record = |stored: &&Stored| stored.kind == Kind::Record;
        self.keys.joined().filter(is_record).count() > 2 * self.limits.records
    }

    /// Whether to wait with it.
    pub(super) fn is_untimely(&mut self, compaction: &Compaction) -> bool {
        if let Some(Job::Merge(..)) = compaction.jobs.first() {
            return false;
        }
        // Another tab may end in the midst of it, so this is believed some of the time. That differs from tab to tab.
        self.is_unsettled() || self.is_crowded() && !self.random.draw().is_multiple_of(4)
    }

    /// Whether a record that touches several parts may yet be dropped, so that a chunk would be left that has half of it. Where one such
    /// record follows the other, this isn't waited for without end: not until the storage is full.
    pub(super) fn is_unsettled(&self) -> bool {
        let now = self.now.monotonic;
        let (mut beside, mut young) = (0, false);
        for stored in self.keys.joined() {
            if stored.kind != Kind::Snapshot {
                beside += stored.bytes;
            }
            let recent = now < stored.seen + self.limits.confirm;
            young |= stored.kind == Kind::Record && stored.is_compound() && recent;
        }
        young && beside < self.limits.chunk * WAITING
    }

    /// Whether another tab seems to be at it: it has written a snapshot, and not yet removed the one before.
    fn is_crowded(&self) -> bool {
        let mut held: Vec<(&str, u64)> = Vec::new();
        for stored in self.keys.joined() {
            for (name, parts) in stored.touches.iter().filter(|_| stored.kind == Kind::Snapshot) {
                match held.iter_mut().find(|(other, _)| *other == &**name) {
                    Some((_, held)) if *held & parts != 0 => return true,
                    Some((_, held)) => *held |= parts,
                    None => held.push((name, *parts)),
                }
            }
        }
        false
    }
}
