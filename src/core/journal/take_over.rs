use std::rc::Rc;

use super::chunk::rank;
use super::plan::Compaction;
use super::read::scope;
use super::stored::{Kind, Stored};
use super::{Document, Journal};

/// Removing what pages have compacted that ended before they could.
impl Journal {
    /// Notes whether one of the merged records and snapshots that were read before contains this one, part by part, or this may contain others.
    pub(super) fn note_covered(&mut self, stored: &Stored, document: &Document) {
        // None goes in favour of one that ranks below it.
        let is_below = |other: &Stored| {
            let mut touches = stored.touches.iter();
            other.kind == Kind::Snapshot
                && rank(other) <= rank(stored)
                && touches.any(|(name, touched)| other.touched(name) & touched != 0)
        };
        let keeps_rank =
            stored.kind != Kind::Snapshot || stored.horizon <= self.announced() && !self.keys.joined().any(is_below);
        if keeps_rank && self.is_covered(stored, document) {
            self.covered.push(stored.key.clone());
        } else if stored.kind != Kind::Record {
            self.covering.push((stored.key.clone(), document.clone()));
        }
    }

    /// A merged record goes in favour of snapshots alone: another merged one may be about to go in favour of this one.
    fn is_covered(&self, stored: &Stored, document: &Document) -> bool {
        let may_cover = |key: &str| stored.kind != Kind::Merged || self.kind(key) == Some(Kind::Snapshot);
        document.slices.iter().all(|(name, slice)| {
            slice.parts().iter().all(|(number, part)| {
                self.covering.iter().any(|(key, other)| {
                    let other = other.slices.iter().find(|(other, _)| other == name);
                    let other = other.and_then(|(_, other)| other.part(*number));
                    may_cover(key) && other.is_some_and(|other| other.includes(part, scope(stored.kind)))
                })
            })
        })
    }

    /// What is to be removed once that which contains it has stayed.
    pub(super) fn take_over(&mut self) -> Option<Compaction> {
        let read = core::mem::take(&mut self.covered);
        let mut written = Vec::new();
        for (key, _) in core::mem::take(&mut self.covering) {
            written.push(key);
        }
        if read.is_empty() || self.has_unwritten() {
            return None;
        }
        let stays_from = if self.are_old(&written) {
            0
        } else {
            self.now.monotonic + self.limits.confirm
        };
        Some(Compaction {
            read,
            jobs: Vec::new(),
            written,
            stays_from,
            contained: None,
            together: true,
            horizon: None,
        })
    }

    /// Whether so many pages were born since these were written that they must have stayed: not so many are in half a minute.
    fn are_old(&self, keys: &[Rc<str>]) -> bool {
        let mut clock = 0;
        for key in keys {
            clock = clock.max(self.keys.get(key).map_or(u64::MAX, |stored| stored.clock));
        }
        let replicas = self.replicas();
        let younger = replicas.len() - replicas.partition_point(|replica| replica.birth <= clock);
        younger > self.limits.replicas / 4
    }
}
