use std::rc::Rc;

use super::kept::Kept;
use super::plan::Compaction;
use super::stored::{Keys, Kind, Stored};
use super::write::Transaction;
use super::{Document, Limits, Storage};
use crate::number::Numbers;
use crate::random::Random;
use crate::sort::sort_and_dedup;
use crate::state::{Absorbed, Replica, Slice};
use crate::text::concat;
use crate::time::Now;

/// The journal of one area: its joined state, and what of it isn't stored yet.
pub struct Journal {
    pub(super) storage: Rc<dyn Storage>,
    pub(super) prefix: String,
    pub(super) numbers: Numbers,
    pub(super) random: Random,
    pub(super) limits: Limits,
    pub(super) state: Document,
    /// What is stored, as far as it was seen.
    pub(super) keys: Keys,
    pub(super) known: Vec<Known>,
    /// Slices that a newer version has written.
    pub(super) outdated: Vec<Rc<str>>,
    /// Who has written to them, since this page has its name.
    pub(super) strangers: Vec<Replica>,
    /// Records that may have to be written again.
    pub(super) kept: Vec<Kept>,
    pub(super) compaction: Option<Compaction>,
    /// How many rounds of compacting were begun.
    pub(super) rounds: usize,
    pub(super) replica: Option<Replica>,
    /// Whether it begins no earlier than the wall clock: see [`Journal::date`].
    pub(super) dated: bool,
    pub(super) records: u64,
    /// Whether so many younger replicas have written that this one may soon be retired by others.
    pub(super) behind: bool,
    /// When the storage was looked at last, and what time it is now.
    pub(super) loaded: Now,
    pub(super) now: Now,
    /// Nothing was shown yet: the first load isn't over.
    pub(super) opening: bool,
    /// What merged records and snapshots were found to contain then, and these.
    pub(super) covered: Vec<Rc<str>>,
    pub(super) covering: Vec<(Rc<str>, Document)>,
    /// What was read of the storage and not joined yet.
    pub(super) reading: Vec<(Stored, Document)>,
    /// The newest wall time that is stored.
    pub(super) newest: u64,
    pub(super) unwritten: Option<Document>,
    pub(super) transaction: Option<Transaction>,
    /// How many entries are in quarantine, once that was asked.
    pub(super) quarantined: Option<usize>,
    pub(super) news: Changes,
}

/// A slice as this version of the application knows it.
pub struct Known {
    /// Its name.
    pub name: Rc<str>,
    /// Its version. What a newer one has written is left alone.
    pub version: u32,
    /// The keys that were read of it, if somebody wants to know: see [`Journal::take_read`].
    pub read: Option<Vec<Rc<str>>>,
}

/// What has happened to the state, for those who watch it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The keys that changed, by slice.
    pub keys: Vec<(Rc<str>, Vec<Rc<str>>)>,
    /// Whether other keys are present somewhere, or in another order; but for those that have come last.
    pub moved: bool,
    /// Storage entries that couldn't be read.
    pub damaged: Vec<Rc<str>>,
    /// Storage entries of a newer version of this library, or of the application. They stay where they are.
    pub newer: Vec<Rc<str>>,
}

impl Journal {
    /// A journal whose keys begin with `prefix`, on a storage that others may share. Of slices that aren't `known` it takes any version.
    #[must_use]
    pub fn new(
        storage: Rc<dyn Storage>,
        prefix: String,
        numbers: Numbers,
        random: Random,
        limits: Limits,
        known: Vec<Known>,
    ) -> Self {
        Self {
            storage,
            prefix,
            numbers,
            random,
            limits,
            state: Document::default(),
            keys: Keys::default(),
            known,
            outdated: Vec::new(),
            strangers: Vec::new(),
            kept: Vec::new(),
            compaction: None,
            rounds: 0,
            replica: None,
            dated: false,
            records: 0,
            behind: false,
            loaded: Now::default(),
            now: Now::default(),
            opening: true,
            covered: Vec::new(),
            covering: Vec::new(),
            reading: Vec::new(),
            newest: 0,
            unwritten: None,
            transaction: None,
            quarantined: None,
            news: Changes::default(),
        }
    }

    /// The state of a slice; `None` if nobody has changed it yet.
    #[must_use]
    pub fn slice(&self, name: &str) -> Option<&Slice> {
        self.state
            .slices
            .iter()
            .find(|(other, _)| **other == *name)
            .map(|(_, slice)| slice)
    }

    /// All slices that somebody has changed.
    #[must_use]
    pub fn slices(&self) -> &[(Rc<str>, Slice)] {
        &self.state.slices
    }

    /// The prefix of its keys.
    #[must_use]
    pub fn area(&self) -> &str {
        &self.prefix
    }

    /// How numbers are read and written.
    #[must_use]
    pub fn numbers(&self) -> Numbers {
        self.numbers
    }

    /// The newest wall time that anything stored was changed at, in milliseconds since 1970.
    #[must_use]
    pub fn newest(&self) -> u64 {
        self.newest
    }

    /// Whether a newer version of the application has written this slice, so that this one must not.
    #[must_use]
    pub fn is_outdated(&self, name: &str) -> bool {
        self.outdated.iter().any(|other| **other == *name)
    }

    /// Whether [`take_changes`](Self::take_changes) has anything to give.
    #[must_use]
    pub fn has_news(&self) -> bool {
        !(self.news.keys.is_empty() && self.news.damaged.is_empty() && self.news.newer.is_empty())
    }

    /// What has changed since this was asked last.
    pub fn take_changes(&mut self) -> Changes {
        let mut changes = core::mem::take(&mut self.news);
        changes.keys.iter_mut().for_each(|(_, keys)| sort_and_dedup(keys));
        changes
    }

    /// Leaves nothing to [`take_changes`](Self::take_changes), except what couldn't be read.
    pub fn forget_news(&mut self) {
        self.news.keys.clear();
        self.news.moved = false;
    }

    /// The keys of a slice that were read from the storage since this was asked last.
    pub fn take_read(&mut self, name: &str) -> Vec<Rc<str>> {
        let known = self.known.iter_mut().find(|known| *known.name == *name);
        known
            .and_then(|known| known.read.as_mut())
            .map(core::mem::take)
            .unwrap_or_default()
    }

    /// What time it is. All that follows is done now.
    pub fn tick(&mut self, now: Now) {
        self.now = now;
    }

    /// Forgets everything, because somebody has emptied the storage.
    pub fn wipe(&mut self) {
        for (name, slice) in core::mem::take(&mut self.state.slices) {
            let keys = slice.keys();
            self.news.add(&name, all_moved(keys));
        }
        self.keys = Keys::default();
        self.outdated = Vec::new();
        self.strangers = Vec::new();
        self.kept = Vec::new();
        self.compaction = None;
        self.covered = Vec::new();
        self.covering = Vec::new();
        self.reading = Vec::new();
        self.unwritten = None;
        if let Some(transaction) = &mut self.transaction {
            *transaction = Transaction::default();
        }
        self.newest = 0;
        // The old one's operations are known nowhere any more, so its numbers can't go on.
        self.replica = None;
    }

    /// Whether all that is stored here could be read.
    #[must_use]
    pub fn is_understood(&self) -> bool {
        self.outdated.is_empty() && self.keys.is_understood()
    }

    /// Whether all that is stored here, as far as it was seen, has stayed for a while, and nothing waits to be.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let believed = self.now.monotonic.saturating_sub(self.limits.confirm);
        !self.has_unwritten() && self.keys.joined().all(|stored| stored.seen <= believed)
    }

    /// Removes what is stored of this area and was read.
    pub fn remove_joined(&self) {
        for stored in self.keys.joined() {
            self.storage.remove(&stored.key);
        }
    }

    /// Removes all that is stored of this area, whatever it is.
    pub fn remove_all(&self) {
        for key in self.storage.keys() {
            if key.starts_with(&*self.prefix) {
                self.storage.remove(&key);
            }
        }
    }

    /// Has this page's clock begin at the wall clock, so that what it puts comes after what was put in other areas before ("Logical
    /// Physical Clocks", Kulkarni et al. 2014). They are joined later, and the clocks of areas know nothing of each other.
    pub fn date(&mut self) {
        self.dated = true;
    }

    /// Steps the clock beyond all that another journal has seen.
    pub fn witness(&mut self, other: &Self) {
        self.state.clock = self.state.clock.max(other.state.clock);
    }

    /// What kind of entry a key is, if it is one of this area.
    pub(super) fn kind(&self, key: &str) -> Option<Kind> {
        match key.strip_prefix(&*self.prefix)?.get(..2)? {
            "r/" => Some(Kind::Record),
            "m/" => Some(Kind::Merged),
            "s/" => Some(Kind::Snapshot),
            _ => None,
        }
    }

    pub(super) fn key(&self, parts: &[&str]) -> String {
        concat(&[&self.prefix, &concat(parts)])
    }
}

/// Keys that may be present, or not any more, for whatever reason.
pub(super) fn all_moved(changed: Vec<Rc<str>>) -> Absorbed {
    Absorbed {
        changed,
        moved: true,
        ..Absorbed::default()
    }
}

impl Changes {
    pub(super) fn add(&mut self, slice: &Rc<str>, absorbed: Absorbed) {
        let keys = absorbed.changed;
        self.moved |= absorbed.moved;
        if keys.is_empty() {
            return;
        }
        match self.keys.iter_mut().find(|(other, _)| other == slice) {
            Some((_, known)) => known.extend(keys),
            None => self.keys.push((slice.clone(), keys)),
        }
    }
}
