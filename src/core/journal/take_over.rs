use std::rc::Rc;

use super::chunk::rank;
use super::plan::Compaction;
use super::stored::{Kind, Stored};
use super::{Document, Journal};
use crate::state::Slice;

/// Removing what pages have compacted that ended before they could.
impl Journal {
    /// Notes that a merged record or a snapshot says nothing that those which this page has read before don't say, too. `news` is what it
    /// does say.
    pub(super) fn note_covered(&mut self, stored: &Stored, news: &Document) {
        let says_nothing = news.slices.iter().all(|(_, slice)| slice.parts().is_empty());
        let announced = self.announced();
        // None goes in favour of one that ranks below it.
        let is_below = |other: &Stored| {
            let mut touches = stored.touches.iter();
            other.kind == Kind::Snapshot
                && rank(other) <= rank(stored)
                && touches.any(|(name, touched)| other.touched(name) & touched != 0)
        };
        let keeps_rank = stored.kind != Kind::Snapshot || !self.keys.joined().any(is_below);
        if says_nothing && stored.horizon <= announced && keeps_rank {
            self.covered.push(stored.key.clone());
        }
    }

    /// The same of records, before any is joined: one that was superseded by others alone isn't contained in what was compacted.
    pub(super) fn note_covered_records(&mut self, reading: &[(Stored, Document)]) {
        if self.keys.joined().any(|stored| stored.kind == Kind::Record) {
            return;
        }
        for (stored, document) in reading {
            let mut slices = document.slices.iter();
            let contains = |(name, slice): &(Rc<str>, Slice)| self.slice(name).is_some_and(|own| own.includes(slice));
            if stored.kind == Kind::Record && slices.all(contains) {
                self.covered.push(stored.key.clone());
            }
        }
    }

    /// What is to be removed once that which contains it has stayed.
    pub(super) fn take_over(&mut self) -> Option<Compaction> {
        let read = core::mem::take(&mut self.covered);
        if read.is_empty() || self.has_unwritten() {
            return None;
        }
        let mut written = Vec::new();
        for stored in self.keys.joined() {
            if stored.kind != Kind::Record && !read.contains(&stored.key) {
                written.push(stored.key.clone());
            }
        }
        Some(Compaction {
            read,
            jobs: Vec::new(),
            written,
            contained: None,
            taken_over: true,
            horizon: None,
        })
    }

    /// Whether so many pages were born since these were written that they must have stayed: not so many are in half a minute.
    pub(super) fn are_old(&self, keys: &[Rc<str>]) -> bool {
        let mut clock = 0;
        for key in keys {
            clock = clock.max(self.keys.get(key).map_or(u64::MAX, |stored| stored.clock));
        }
        let replicas = self.replicas();
        let younger = replicas.len() - replicas.partition_point(|replica| replica.birth <= clock);
        younger > self.limits.replicas / 4
    }
}
