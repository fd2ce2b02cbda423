use std::rc::Rc;

use super::compact::Compaction;
use super::own::Own;
use super::stored::{Keys, Kind, Stored};
use super::write::Transaction;
use super::{CodecError, Document, Limits, Storage, quarantine};
use crate::mutant::{self, Mutant};
use crate::number::Numbers;
use crate::random::Random;
use crate::sort::sort_and_dedup;
use crate::state::{Replica, Scope, Slice};
use crate::text::concat;
use crate::time::Now;

/// Listing is repeated until it shows nothing new, but not for ever while other tabs go on writing: their events will come.
const MAX_LISTINGS: usize = 8;

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
    known: Vec<Known>,
    /// Slices that a newer version has written.
    pub(super) outdated: Vec<Rc<str>>,
    /// Own records that no other stored entry is known to contain.
    pub(super) own: Vec<Own>,
    pub(super) compaction: Option<Compaction>,
    pub(super) replica: Option<Replica>,
    pub(super) records: u64,
    /// Whether so many younger replicas have written that this one may soon be retired by others.
    pub(super) behind: bool,
    /// When the storage was looked at last, and what time it is now.
    pub(super) loaded: Now,
    pub(super) now: Now,
    /// What compacting has read of the storage and not joined yet.
    reading: Vec<(Stored, Document)>,
    /// The newest wall time that is stored.
    pub(super) newest: u64,
    pub(super) unwritten: Option<Document>,
    pub(super) transaction: Option<Transaction>,
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
            own: Vec::new(),
            compaction: None,
            replica: None,
            records: 0,
            behind: false,
            loaded: Now::default(),
            now: Now::default(),
            reading: Vec::new(),
            newest: 0,
            unwritten: None,
            transaction: None,
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

    /// What has changed since this was asked last.
    pub fn take_changes(&mut self) -> Changes {
        let mut changes = core::mem::take(&mut self.news);
        changes.keys.iter_mut().for_each(|(_, keys)| sort_and_dedup(keys));
        changes
    }

    /// Leaves nothing to [`take_changes`](Self::take_changes), except what couldn't be read.
    pub fn forget_news(&mut self) {
        self.news.keys.clear();
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

    /// Joins every stored entry that isn't yet contained.
    pub fn load(&mut self) {
        self.loaded = self.now;
        for _ in 0..MAX_LISTINGS {
            let listed = self.list();
            if !self.read(&listed, usize::MAX) {
                self.join_read();
                return self.compare(&listed);
            }
        }
        self.join_read();
    }

    /// The keys of this area, sorted.
    pub(super) fn list(&self) -> Vec<String> {
        let mut listed = Vec::new();
        for key in self.storage.keys() {
            if self.kind(&key).is_some() {
                listed.push(key);
            }
        }
        sort_and_dedup(&mut listed);
        listed
    }

    /// Reads the listed entries that weren't yet, until about so many bytes were read. Gives whether any was.
    pub(super) fn read(&mut self, listed: &[String], bytes: usize) -> bool {
        let mut left = bytes;
        let mut found = false;
        for key in listed {
            let known = self.keys.contains(key) || self.reading.iter().any(|(stored, _)| *stored.key == **key);
            if left > 0
                && !known
                && let Some(text) = self.storage.get(key)
            {
                left = left.saturating_sub(text.len());
                found = true;
                let read = self.decode(key, &text);
                self.reading.extend(read);
            }
        }
        found
    }

    /// Joins what was read. All of it at once: a transaction may be in two snapshots, and its record gone.
    pub(super) fn join_read(&mut self) {
        for (stored, document) in core::mem::take(&mut self.reading) {
            if !self.keys.contains(&stored.key) {
                self.join(stored, document);
            }
        }
    }

    /// Compares what is known with what is listed, when all that is listed is known.
    pub(super) fn compare(&mut self, listed: &[String]) {
        let known = self.keys.joined().count();
        // What others have removed needs no remembering.
        self.keys.retain(|known| listed.iter().any(|key| **key == *known.key));
        if mutant::on(Mutant::WipeOnVanish) && self.keys.joined().count() < known {
            return self.wipe();
        }
        self.rewrite_vanished();
        self.behind = self.is_behind();
    }

    /// Another tab has stored an entry. Keys of others are passed over, and so are merged records and snapshots: they say nothing new to
    /// whom has heard the records, and are read by the next load.
    pub fn receive(&mut self, key: &str, text: &str) {
        if self.kind(key) != Some(Kind::Record) || self.keys.contains(key) {
            return;
        }
        if let Some((stored, document)) = self.decode(key, text) {
            let outdated = document.horizon > self.horizon();
            self.join(stored, document);
            // Its writer knows of replicas that were retired, and floors their counters under another name than this page has them.
            if outdated {
                self.load();
            }
        }
    }

    fn decode(&mut self, key: &str, text: &str) -> Option<(Stored, Document)> {
        let kind = self.kind(key).unwrap_or(Kind::Refused);
        let seen = self.now.monotonic;
        match Document::decode(text, self.numbers) {
            Ok(document) => {
                let stored = Stored::new(key, text.len(), kind, &document, seen);
                Some((stored, document))
            }
            Err(error) => {
                let stays = error == CodecError::Newer || !quarantine::take(self, key, text);
                if stays {
                    let refused = Stored::new(key, text.len(), Kind::Refused, &Document::default(), seen);
                    self.keys.insert(refused);
                }
                match error {
                    CodecError::Damaged => self.news.damaged.push(key.into()),
                    CodecError::Newer => self.news.newer.push(key.into()),
                }
                None
            }
        }
    }

    fn join(&mut self, stored: Stored, mut document: Document) {
        let key = stored.key.clone();
        let scope = if stored.kind == Kind::Snapshot {
            Scope::Whole
        } else {
            Scope::Listed
        };
        self.keys.insert(stored);
        self.note_contained(&key, &document);
        if self
            .keys
            .get(&key)
            .is_some_and(|stored| stored.kind == Kind::Record && stored.is_compound())
        {
            self.own.push(Own::new(key.clone(), document.clone()));
        }
        self.leave_newer(&key, &mut document);
        self.state.clock = self.state.clock.max(document.clock);
        for (slice, part) in &document.slices {
            self.note_time(part);
            let keys = self.state.slice(slice).absorb(part, scope);
            self.note_read(slice, &keys);
            self.news.add(slice, keys);
        }
    }

    /// Takes the slices out that a newer version of the application has written: who doesn't know what they mean leaves them alone.
    fn leave_newer(&mut self, key: &str, document: &mut Document) {
        let mut slices = Vec::new();
        for (name, slice) in core::mem::take(&mut document.slices) {
            let known = self.known.iter().find(|known| known.name == name);
            if known.is_some_and(|known| newest_version(&slice) > known.version) {
                if !self.is_outdated(&name) {
                    self.outdated.push(name);
                    self.news.newer.push(key.into());
                }
            } else {
                slices.push((name, slice));
            }
        }
        document.slices = slices;
    }

    /// Notes that these keys hold what this page hasn't written itself: see [`take_read`](Self::take_read).
    pub fn note_read(&mut self, slice: &str, keys: &[Rc<str>]) {
        if let Some(known) = self.known.iter_mut().find(|known| *known.name == *slice)
            && let Some(read) = &mut known.read
        {
            read.extend(keys.iter().cloned());
        }
    }

    pub(super) fn note_time(&mut self, slice: &Slice) {
        for (_, entry) in slice.entries() {
            for event in &entry.events {
                self.newest = self.newest.max(event.at);
            }
        }
    }

    /// Forgets everything, because somebody has emptied the storage.
    pub fn wipe(&mut self) {
        for (name, slice) in core::mem::take(&mut self.state.slices) {
            let keys = slice.keys();
            self.news.add(&name, keys);
        }
        self.keys = Keys::default();
        self.outdated = Vec::new();
        self.own = Vec::new();
        self.compaction = None;
        self.reading = Vec::new();
        self.unwritten = None;
        self.newest = 0;
        // The old one's operations are known nowhere any more, so its numbers can't go on.
        self.replica = None;
    }

    /// Removes all that is stored of this area, and forgets it.
    pub fn erase(&mut self) {
        self.remove_stored();
        self.wipe();
    }

    /// Removes all that is stored of this area.
    pub fn remove_stored(&self) {
        for key in self.storage.keys() {
            if key.starts_with(&*self.prefix) {
                self.storage.remove(&key);
            }
        }
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

fn newest_version(slice: &Slice) -> u32 {
    let mut newest = 0;
    for (_, entry) in slice.entries() {
        for event in &entry.events {
            newest = newest.max(event.version);
        }
    }
    newest
}

impl Changes {
    pub(super) fn add(&mut self, slice: &Rc<str>, keys: Vec<Rc<str>>) {
        if keys.is_empty() {
            return;
        }
        match self.keys.iter_mut().find(|(other, _)| other == slice) {
            Some((_, known)) => known.extend(keys),
            None => self.keys.push((slice.clone(), keys)),
        }
    }
}
