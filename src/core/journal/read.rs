use std::rc::Rc;

use super::kept::Kept;
use super::retire::add_replicas;
use super::stored::{Kind, Stored};
use super::{CodecError, Document, Journal, Newest, quarantine};
use crate::list::retain;
use crate::mutant::{self, Mutant};
use crate::sort::sort_by;
use crate::state::{Scope, Slice};
use crate::text::compare;

/// Listing is repeated until it shows nothing new, but not for ever while other tabs go on writing: their events will come.
const MAX_LISTINGS: usize = 8;
/// How much less it takes than to read an entry and join it: to read its text alone, and later what that says.
const LATER: usize = 8;
const READ: usize = 4;

/// What is stored comes in: by listing, and by the events of other tabs.
impl Journal {
    /// Joins every stored entry that isn't yet contained.
    pub fn load(&mut self) {
        self.load_some(usize::MAX);
    }

    /// The same in steps of about so many bytes. Gives whether there is more.
    ///
    /// Nothing is joined before all is read: a transaction may be in two snapshots, and its record gone. Before the first load is over
    /// nobody looks, so it needn't wait.
    pub fn load_some(&mut self, bytes: usize) -> bool {
        let mut left = bytes;
        for _ in 0..MAX_LISTINGS {
            let listed = self.list();
            let complete = !self.read(&listed, &mut left);
            if complete {
                // What has gone since it was read is contained in what is listed; or somebody has emptied the storage, and not all of it was read.
                let is_listed = |key: &str| listed.binary_search_by(|other| compare(other, key)).is_ok();
                retain(&mut self.reading, |(stored, _)| is_listed(&stored.key));
            }
            if complete || self.opening {
                self.join_read();
            }
            if complete {
                self.compare(&listed);
                break;
            }
            if left == 0 {
                return true;
            }
        }
        self.join_read();
        self.opening = false;
        self.covering
            .iter_mut()
            .for_each(|(_, document)| document.slices.clear());
        self.loaded = self.now;
        false
    }

    /// The keys of this area, sorted.
    pub(super) fn list(&self) -> Vec<Rc<str>> {
        let mut listed: Vec<Rc<str>> = Vec::new();
        self.storage.each_key(&mut |key| {
            if self.kind(&key).is_some() {
                let known = self.keys.get(&key);
                listed.push(known.map_or_else(|| key.into(), |known| known.key.clone()));
            }
        });
        sort_by(&mut listed, |one, other| compare(one, other));
        listed
    }

    /// Reads the listed entries that weren't yet, until so many bytes were read. Gives whether any was left to read.
    fn read(&mut self, listed: &[Rc<str>], left: &mut usize) -> bool {
        let mut found = false;
        // What contains others comes first: see `join_read`.
        for records in [false, true] {
            for key in listed.iter().rev() {
                if *left > 0
                    && (self.kind(key) == Some(Kind::Record)) == records
                    && !(self.keys.contains(key) || self.find_read(key).is_ok())
                    && let Some(text) = self.storage.get(key)
                {
                    let later = self.opening && self.kind(key) == Some(Kind::Snapshot);
                    *left = left.saturating_sub(if later { text.len() / LATER } else { text.len() });
                    found = true;
                    let text = Rc::new(text);
                    if let (Some((stored, mut document)), Err(at)) = (self.decode(key, &text), self.find_read(key)) {
                        if self.opening && stored.kind != Kind::Snapshot && !self.read_touched(&document, left) {
                            return true;
                        }
                        // Nothing goes in favour of a record, and each would be compared with all that are kept.
                        if !records {
                            self.note_contained(key, &document);
                        }
                        self.forget_included(&stored, &mut document);
                        self.reading.insert(at, (stored, document));
                    }
                }
            }
        }
        found
    }

    /// Reads what a document is to be joined with, which until then is text, a task's worth. Gives whether that was all.
    fn read_touched(&self, document: &Document, left: &mut usize) -> bool {
        // Snapshots are joined first. By their keys they are the last.
        if self
            .reading
            .last()
            .is_some_and(|(stored, _)| stored.kind == Kind::Snapshot)
        {
            return false;
        }
        let mut begun = false;
        for (name, slice) in &document.slices {
            let Some(own) = self.slice(name) else { continue };
            for (number, _) in slice.parts() {
                let entries = own.part(*number).map(|part| &part.entries);
                if let Some((entries, unread)) = entries.and_then(|entries| Some((entries, entries.unread()?))) {
                    if *left == 0 && begun {
                        return false;
                    }
                    begun = true;
                    entries.read();
                    *left = left.saturating_sub(unread / READ);
                }
            }
        }
        true
    }

    /// Forgets the parts that are known already, so that joining is quick. A record is kept whole.
    fn forget_included(&self, stored: &Stored, document: &mut Document) {
        let (scope, opening) = (scope(stored.kind), self.opening);
        if stored.kind == Kind::Record || opening {
            return;
        }
        for (name, slice) in &mut document.slices {
            let own = self.slice(name);
            slice.retain_parts(|number, part| {
                own.and_then(|own| own.part(number))
                    .is_none_or(|own| !own.includes(part, scope))
            });
        }
    }

    fn find_read(&self, key: &str) -> Result<usize, usize> {
        self.reading.binary_search_by(|(stored, _)| compare(&stored.key, key))
    }

    /// Joins what was read.
    fn join_read(&mut self) {
        let mut reading = core::mem::take(&mut self.reading);
        for (stored, document) in &reading {
            self.note_newer(&stored.key, document);
        }
        self.follow(&mut reading);
        // By the order of their keys, so the snapshots that rank highest come first.
        for records in [false, true] {
            for (stored, document) in reading.iter().rev() {
                if (stored.kind == Kind::Record) == records {
                    if self.opening {
                        self.note_covered(stored, document);
                    }
                    self.join(stored, document);
                }
            }
        }
    }

    /// Compares what is known with what is listed, when all that is listed is known.
    fn compare(&mut self, listed: &[Rc<str>]) {
        let known = self.keys.joined().count();
        // What others have removed needs no remembering.
        self.keys
            .retain(|known| listed.binary_search_by(|key| compare(key, &known.key)).is_ok());
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
        if let Some((stored, document)) = self.decode(key, &Rc::new(text.to_owned())) {
            // What it says of replicas that were retired can be followed only by who has what announced it.
            if self.lacks_retirement(&document) {
                self.load();
                if self.keys.contains(key) {
                    return;
                }
                self.reading.push((stored, document));
                return self.join_read();
            }
            self.note_newer(key, &document);
            self.join(&stored, &document);
        }
    }

    fn decode(&mut self, key: &str, text: &Rc<String>) -> Option<(Stored, Document)> {
        let kind = self.kind(key).unwrap_or(Kind::Refused);
        let seen = self.now.monotonic;
        match Document::decode_later(text, self.numbers) {
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

    fn join(&mut self, stored: &Stored, document: &Document) {
        if self.keys.contains(&stored.key) {
            return;
        }
        let scope = scope(stored.kind);
        self.keys.insert(stored.clone());
        if stored.kind == Kind::Record && stored.is_compound() {
            self.kept.push(Kept::new(stored.key.clone(), document.clone()));
        }
        let clock = self.state.clock;
        self.state.clock = clock.max(document.clock);
        for (name, slice) in &document.slices {
            if self.is_outdated(name) {
                add_replicas(&mut self.strangers, slice);
                continue;
            }
            // Before anything was shown nobody asks what has changed; else that must be known.
            if !self.opening
                || self
                    .known
                    .iter()
                    .any(|known| known.name == *name && known.read.is_some())
            {
                slice.read(usize::MAX);
            }
            self.newest = self.newest.max(newest(document, slice).at);
            let absorbed = self.state.slice(name).absorb(slice, scope, clock + 1);
            self.note_read(name, &absorbed.changed);
            self.news.add(name, absorbed);
        }
    }

    /// Notes the slices that a newer version of the application has written. Who doesn't know what that means leaves them as they are
    /// from here on: half of what came since would be a state that never was.
    fn note_newer(&mut self, key: &str, document: &Document) {
        for (name, slice) in &document.slices {
            let known = self.known.iter().find(|known| known.name == *name);
            if known.is_some_and(|known| newest(document, slice).version > known.version) && !self.is_outdated(name) {
                self.outdated.push(name.clone());
                self.news.newer.push(key.into());
                if self.opening {
                    // Some of it may have been read already.
                    retain(&mut self.state.slices, |(other, _)| other != name);
                }
            }
        }
    }

    /// Notes that these keys hold what this page hasn't written itself: see [`take_read`](Self::take_read).
    pub fn note_read(&mut self, slice: &str, keys: &[Rc<str>]) {
        if let Some(known) = self.known.iter_mut().find(|known| *known.name == *slice)
            && let Some(read) = &mut known.read
        {
            read.extend(keys.iter().cloned());
        }
    }
}

/// How much an entry of that kind speaks of.
pub(super) fn scope(kind: Kind) -> Scope {
    if kind == Kind::Snapshot {
        Scope::Whole
    } else {
        Scope::Listed
    }
}

/// The newest of a slice in a document.
fn newest(document: &Document, slice: &Slice) -> Newest {
    // It is that of all its slices, whose versions have nothing to do with each other.
    let said = document.newest.filter(|_| document.slices.len() == 1);
    said.unwrap_or_else(|| Newest::of(slice))
}
