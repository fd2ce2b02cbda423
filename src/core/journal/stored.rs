use std::rc::Rc;

use super::Document;
use crate::list::retain;
use crate::state::Replica;
use crate::text::compare;

/// A storage entry that has been read, or left alone.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) key: Rc<str>,
    pub(super) bytes: usize,
    pub(super) kind: Kind,
    /// The parts that it speaks of, as bits, by slice; less those of which all that it says has been confirmed to be elsewhere, too.
    pub(super) touches: Vec<(Rc<str>, u64)>,
    /// When it was first seen, by the monotonic clock.
    pub(super) seen: u64,
    /// The clock of its writer.
    pub(super) clock: u64,
    /// Of a snapshot: up to where replicas may be retired in what it holds. Of anything else: up to where its writer had.
    pub(super) horizon: Option<Replica>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Record,
    /// Several records, joined.
    Merged,
    Snapshot,
    /// It can't be read here, and stays.
    Refused,
}

impl Stored {
    pub(super) fn new(key: &str, bytes: usize, kind: Kind, document: &Document, seen: u64) -> Self {
        let mut touches = Vec::with_capacity(document.slices.len());
        for (name, slice) in &document.slices {
            touches.push((name.clone(), slice.touched()));
        }
        Self {
            key: key.into(),
            bytes: key.len() + bytes,
            kind,
            touches,
            seen,
            clock: document.clock,
            horizon: document.horizon,
        }
    }

    /// Whether it speaks of more than one part, so that one of them alone would be half of what was changed together.
    pub(super) fn is_compound(&self) -> bool {
        let mut parts = 0;
        for (_, touched) in &self.touches {
            parts += touched.count_ones();
        }
        parts > 1
    }

    /// The parts of the slice that it speaks of.
    pub(super) fn touched(&self, name: &str) -> u64 {
        let mut bits = 0;
        for (other, touched) in &self.touches {
            if **other == *name {
                bits |= touched;
            }
        }
        bits
    }
}

/// What is known of the storage, sorted by key.
#[derive(Default)]
#[expect(
    clippy::vec_box,
    reason = "there may be many thousands, and each change's comes in between them"
)]
pub(super) struct Keys(Vec<Box<Stored>>);

impl Keys {
    pub(super) fn get(&self, key: &str) -> Option<&Stored> {
        self.0.get(self.find(key).ok()?).map(Box::as_ref)
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Stored> {
        let at = self.find(key).ok()?;
        self.0.get_mut(at).map(Box::as_mut)
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    pub(super) fn insert(&mut self, stored: Stored) {
        if let Err(at) = self.find(&stored.key) {
            self.0.insert(at, Box::new(stored));
        }
    }

    pub(super) fn remove(&mut self, key: &str) {
        if let Ok(at) = self.find(key) {
            self.0.remove(at);
        }
    }

    pub(super) fn retain(&mut self, mut keep: impl FnMut(&Stored) -> bool) {
        retain(&mut self.0, |stored| keep(stored));
    }

    /// Those that have been joined.
    pub(super) fn joined(&self) -> impl Iterator<Item = &Stored> {
        self.0
            .iter()
            .map(Box::as_ref)
            .filter(|stored| stored.kind != Kind::Refused)
    }

    pub(super) fn is_understood(&self) -> bool {
        self.0.iter().all(|stored| stored.kind != Kind::Refused)
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|other| compare(&other.key, key))
    }
}
