//! One of the two files that know holdall's API: a page with its store.

use std::rc::Rc;

use holdall::error::Code;
use holdall::journal::{Limits, Storage, StorageFull};
use holdall::kind::Kind;
use holdall::number::NATIVE;
use holdall::state::{Part, Slice, part_of};
pub(crate) use holdall::time::Now;

use holdall::store::{Captured, Owner, Place, Setting, SliceConfig, Store};

pub(crate) use holdall::state::{Dot, Replica, SETTLED, Stamp};

use crate::history::Memory;
use crate::ops::Ops;
use crate::owners::{self, MINE, SUBJECTS};
use crate::port::Port;
use crate::slices::{FIELDS, Of, SLICES};
use crate::stored::{Role, Stored, horizon};

/// How a change went: whether it changed anything, or the code of its error.
pub(crate) type Outcome = Result<bool, &'static str>;

/// A page: what holdall's shell does in the browser.
pub(crate) struct Page {
    store: Store,
    /// The storage entries by which it has learnt of newer versions.
    newer: Vec<Rc<str>>,
    now: Now,
    /// Its round of compacting, and when that has its next step, by the monotonic clock.
    round: Option<(u64, u64)>,
    /// The last attempt to store failed.
    full: bool,
}

/// How a page is set up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    pub(crate) seed: u64,
    /// Who is signed in.
    pub(crate) subject: Option<usize>,
    /// The version of the application.
    pub(crate) version: u8,
    /// How many small records are worth compacting.
    pub(crate) records: usize,
    /// About how long snapshots are, in bytes.
    pub(crate) chunk: usize,
    /// How many replicas are named.
    pub(crate) replicas: usize,
}

impl Page {
    /// Opens a page on its view of the storage.
    pub(crate) fn open(port: Port, setup: Setup, now: Now) -> Self {
        let mut configs: Vec<SliceConfig> = Vec::new();
        for spec in &SLICES {
            let kind = match spec.kind {
                Of::Map => Kind::Map,
                Of::Set => Kind::Set,
                Of::Object => Kind::Object,
            };
            let mut config = SliceConfig::new(spec.name, kind);
            config.version = spec.version(setup.version).into();
            configs.push(config);
        }
        let mut mine = SliceConfig::new("mine", Kind::Set);
        mine.owner = Owner::User;
        configs.push(mine);
        let setting = Setting {
            local: Rc::new(port),
            session: Rc::new(Nothing),
            numbers: NATIVE,
            limits: Limits {
                records: setup.records,
                chunk: setup.chunk,
                replicas: setup.replicas,
                ..Limits::default()
            },
            seed: setup.seed,
            now,
            owner: setup.subject.map(|subject| SUBJECTS[subject].to_owned()),
        };
        let store = Store::open("shop", &configs, setting).unwrap();
        let mut page = Self {
            store,
            newer: Vec::new(),
            now,
            round: None,
            full: false,
        };
        page.hear();
        page.compact_later(page.store.is_overdue());
        page
    }

    /// What the shell tells its listeners after everything.
    pub(crate) fn hear(&mut self) {
        self.newer.extend(self.store.take_news().newer);
    }

    /// What time it is for all that follows.
    pub(crate) fn tick(&mut self, now: Now) {
        self.now = now;
        self.store.tick(now);
    }

    pub(crate) fn put(&mut self, slice: usize, key: &str, value: &str) -> Outcome {
        outcome(self.store.put(slice, key, value))
    }

    pub(crate) fn patch(&mut self, slice: usize, key: &str, fields: &str) -> Outcome {
        outcome(self.store.patch(slice, key, fields))
    }

    pub(crate) fn increment(&mut self, slice: usize, key: &str, field: &str, by: f64, init: Option<&str>) -> Outcome {
        outcome(self.store.increment(slice, key, field, by, init))
    }

    pub(crate) fn remove(&mut self, slice: usize, key: &str) -> Outcome {
        self.store.remove(slice, key).map_err(|error| error.code.as_str())
    }

    pub(crate) fn clear(&mut self, slice: usize) -> Outcome {
        outcome(self.store.clear(slice))
    }

    pub(crate) fn capture(&self, slice: usize) -> Captured {
        self.store.capture(&[slice])
    }

    pub(crate) fn consume(&mut self, captured: &Captured) {
        self.store.consume(captured);
    }

    pub(crate) fn begin(&mut self) {
        self.store.begin().unwrap();
    }

    pub(crate) fn end(&mut self, keep: bool) {
        self.store.end(keep);
    }

    /// Shows the state of this user, or of a guest.
    pub(crate) fn set_owner(&mut self, subject: Option<usize>) {
        self.store
            .set_owner(subject.map(|subject| SUBJECTS[subject].to_owned()));
    }

    /// Puts a member in the user's set.
    pub(crate) fn join(&mut self, op: usize) -> Outcome {
        outcome(self.store.put(MINE, &owners::name(op), "true"))
    }

    /// The members that the user sees.
    pub(crate) fn members(&self) -> Ops {
        let keys = self.store.keys(MINE);
        keys.iter().fold(Ops::default(), |all, key| all | owners::named(key))
    }

    /// What the shell does at the end of each microtask; gives whether all is stored.
    pub(crate) fn flush(&mut self) -> bool {
        let waits = self.store.has_unwritten();
        let stored = self.store.flush().is_ok() && !self.store.has_unwritten();
        if waits {
            self.compact_later(!stored && !self.full);
        }
        self.full = !stored;
        stored
    }

    /// What the shell does at `pageshow` and `resume`.
    pub(crate) fn load(&mut self) {
        self.store.load();
    }

    /// A storage event: `key` is `None` when the storage was emptied.
    pub(crate) fn receive(&mut self, key: Option<&str>, text: Option<&str>) {
        self.store.stored_elsewhere(Place::Local, key, text);
    }

    fn compact_later(&mut self, at_once: bool) {
        if let Some((round, wait)) = self.store.compact_later(at_once) {
            self.round = Some((round, self.now.monotonic + wait));
        }
    }

    /// When the next step of compacting is due, if one is.
    pub(crate) fn compacts_at(&self) -> Option<u64> {
        self.round.map(|(_, due)| due)
    }

    /// A step of compacting, as the shell takes it in idle time.
    pub(crate) fn compact(&mut self) {
        let Some((round, _)) = self.round else { return };
        let next = self.store.compact_in(round, self.full);
        self.round = next.map(|wait| (round, self.now.monotonic + wait));
    }

    /// What the page shows: keys in order, with their values.
    pub(crate) fn view(&self, slice: usize) -> Vec<(Rc<str>, String)> {
        let keys = match SLICES[slice].kind {
            Of::Object => vec!["".into()],
            _ => self.store.keys(slice),
        };
        let value = |key: &Rc<str>| self.store.entry(slice, key).unwrap_or_else(|| "nothing".into());
        keys.iter().map(|key| (key.clone(), value(key))).collect()
    }

    /// The youngest replica that it doesn't name any more.
    pub(crate) fn horizon(&self) -> Option<Replica> {
        (0..SLICES.len())
            .filter_map(|slice| self.store.state(slice).and_then(horizon))
            .max()
    }

    /// The youngest replica that it doesn't name any more in the part of a key, and whether anything is left of these.
    pub(crate) fn retired(&self, slice: usize, key: &str) -> Option<(Replica, bool)> {
        let part = self.store.state(slice)?.part(part_of(key))?;
        let horizon = part.context.horizon()?;
        let mut events = part.entries.get(key).into_iter().flat_map(|entry| &entry.events);
        Some((horizon, events.any(|event| event.dot.replica <= horizon)))
    }

    /// What it remembers of old replicas.
    pub(crate) fn memory(&self, slice: usize) -> Memory {
        let mut memory = Memory::default();
        for (remembered, key) in memory.iter_mut().zip(SLICES[slice].keys) {
            let part = self.store.state(slice).and_then(|state| state.part(part_of(key)));
            remembered.horizon = part.and_then(|part| part.context.horizon());
            let entry = part.and_then(|part| part.entries.get(key));
            for counter in entry.iter().flat_map(|entry| &entry.counters) {
                let field = FIELDS.iter().position(|field| **field == *counter.field).unwrap();
                remembered.counters.push((field, counter.replica));
                if counter.folded {
                    remembered.folded.push((field, counter.replica));
                }
            }
        }
        memory
    }

    /// Whether the entry has told it of a newer version.
    pub(crate) fn is_warned_by(&self, key: &str) -> bool {
        self.newer.iter().any(|newer| **newer == *key)
    }

    /// Whether it has taken in what the document says of the slice.
    pub(crate) fn has_joined(&self, document: &Stored, slice: usize) -> bool {
        let Some(said) = &document.slices[slice] else {
            return true;
        };
        let nothing = Slice::default();
        let known = self.store.state(slice).unwrap_or(&nothing);
        let shows_removed = |(number, said): &(u8, Part)| {
            let entries = known.part(*number).into_iter().flat_map(|part| part.entries.iter());
            let mut unlisted = entries.filter(|(key, _)| said.entries.get(key).is_none());
            unlisted.any(|(_, entry)| entry.events.iter().any(|event| said.context.contains(event.dot)))
        };
        let is_whole = document.role == Role::Snapshot;
        known.includes(said) && !(is_whole && said.parts().iter().any(shows_removed))
    }

    /// The events of an entry, by which the oracle learns what the operation just made is called.
    pub(crate) fn events(&self, slice: usize, key: &str) -> Vec<Made> {
        let Some(entry) = self.store.state(slice).and_then(|state| state.get(key)) else {
            return Vec::new();
        };
        let made = |event: &Rc<holdall::state::Event>| Made {
            dot: event.dot,
            put: event.put,
            order: event.order,
            newest: event.cells.iter().map(|cell| cell.stamp).max(),
            at: event.at,
        };
        entry.events.iter().map(made).collect()
    }
}

/// What an operation is called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made {
    pub(crate) dot: Dot,
    pub(crate) put: Stamp,
    pub(crate) order: Stamp,
    /// The newest of what it asserts.
    pub(crate) newest: Option<Stamp>,
    /// When its page believed it to be.
    pub(crate) at: u64,
}

fn outcome(result: Result<(), holdall::error::Error>) -> Outcome {
    result.map(|()| true).map_err(|error| Code::as_str(error.code))
}

/// What was noted of a slice, to be consumed.
pub(crate) type Noted = Captured;

impl Storage for Port {
    fn get(&self, key: &str) -> Option<String> {
        self.read(key)
    }

    fn set(&self, key: &str, value: &str) -> Result<(), StorageFull> {
        self.write(key, value).ok_or(StorageFull)
    }

    fn remove(&self, key: &str) {
        self.erase(key);
    }

    fn each_key(&self, see: &mut dyn FnMut(String)) {
        self.list().into_iter().for_each(see);
    }
}

/// A storage that nobody uses.
struct Nothing;

impl Storage for Nothing {
    fn get(&self, _: &str) -> Option<String> {
        None
    }

    fn set(&self, _: &str, _: &str) -> Result<(), StorageFull> {
        Ok(())
    }

    fn remove(&self, _: &str) {}

    fn each_key(&self, _: &mut dyn FnMut(String)) {}
}
