use std::rc::Rc;

use super::{Context, Dot, Replica, Stamp, write_object};
use crate::json::utf16_order;
use crate::list::retain;
use crate::mutant::{self, Mutant};
use crate::sort::sort_by;

/// What the joined operations left of one key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// The operations that nothing has superseded, by dot. Without any the entry is absent.
    pub events: Vec<Rc<Event>>,
    /// What was counted, by field and replica. These stay when the entry goes, because their floors must.
    pub counters: Vec<Counter>,
}

/// A change of one key, with all that it asserts.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The operation that this is.
    pub dot: Dot,
    /// When the entry was last put as a whole; [`Stamp::ZERO`] if never.
    pub put: Stamp,
    /// When the entry was first put, which is its place in the order.
    pub order: Stamp,
    /// Wall time of the change in milliseconds since 1970.
    pub at: u64,
    /// The version of the slice by which it was written.
    pub version: u32,
    /// What it holds, by name.
    pub cells: Vec<Cell>,
    /// What made it.
    pub origin: Origin,
}

/// What made an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A put or a patch.
    Written,
    /// An increment, which only asserts again what others have written.
    Counted,
    /// A put or a patch, and all that retired replicas had left beside it.
    Folded,
}

/// The value of a field.
#[derive(Clone, PartialEq, Eq)]
pub struct Cell {
    /// The field; `None` for the value of an entry that is no object.
    pub name: Option<Rc<str>>,
    /// When it was written.
    pub stamp: Stamp,
    /// Canonical JSON.
    pub text: Rc<str>,
}

/// What one replica has added to a field, and how much of it was taken away again.
#[derive(Debug, Clone, PartialEq)]
pub struct Counter {
    /// The field.
    pub field: Rc<str>,
    /// Who counted.
    pub replica: Replica,
    /// The last of its increments, and the sum of all of them.
    pub added: Tally,
    /// The last of its increments that a put, patch, removal or consume has superseded, and the sum up to it.
    pub floor: Tally,
    /// Whether the sum holds what older, retired replicas had counted.
    pub folded: bool,
}

/// A sum, as of one operation.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tally {
    /// The operation; 0 for none.
    pub seq: u64,
    /// The sum of all increments up to it.
    pub total: f64,
}

/// Without the value.
impl core::fmt::Debug for Cell {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Cell")
            .field("name", &self.name)
            .field("stamp", &self.stamp)
            .finish_non_exhaustive()
    }
}

impl Entry {
    /// Whether the key has a value.
    #[must_use]
    pub fn is_present(&self) -> bool {
        !self.events.is_empty()
    }

    /// Whether nothing at all is left to remember.
    #[must_use]
    pub fn is_void(&self) -> bool {
        self.events.is_empty() && self.counters.is_empty()
    }

    /// When it was last changed: wall time in milliseconds since 1970.
    #[must_use]
    pub fn changed_at(&self) -> u64 {
        let mut at = 0;
        for event in &self.events {
            at = at.max(event.at);
        }
        at
    }

    /// The version of the slice that has written what shows: that of the last put.
    #[must_use]
    pub fn version(&self) -> u32 {
        let (mut put, mut version) = (Stamp::ZERO, 0);
        for event in &self.events {
            // A patch tells of the same put, and comes after it.
            if event.put > put || event.put == put && event.version > version {
                (put, version) = (event.put, event.version);
            }
        }
        version
    }

    /// The entry's place in the order of its slice: when it was first put.
    #[must_use]
    pub fn order(&self) -> Stamp {
        let mut order = None;
        for event in &self.events {
            order = Some(order.map_or(event.order, |order: Stamp| order.min(event.order)));
        }
        order.unwrap_or(Stamp::ZERO)
    }

    /// Joins `other` into this one, and gives whether that changed it. `ours` and `theirs` are the contexts from before the join.
    pub fn join(&mut self, ours: &Context, other: &Self, theirs: &Context) -> bool {
        let before = (self.events.len(), self.counters.len());
        retain(&mut self.events, |event| {
            other.find(event.dot).is_ok() || !theirs.contains(event.dot)
        });
        // Whoever has retired a replica holds what is left of its counter, or nothing is.
        retain(&mut self.counters, |counter| {
            other.find_counter(counter).is_ok() || !theirs.has_retired(counter.replica)
        });
        let mut changed = before != (self.events.len(), self.counters.len());
        for event in &other.events {
            match self.find(event.dot) {
                Ok(at) => {
                    let says_more = |own: &&mut Rc<Event>| event.origin == Origin::Folded && **own != *event;
                    if let Some(own) = self.events.get_mut(at).filter(says_more) {
                        let joined = if own.origin == Origin::Folded {
                            Rc::new(Event::fold(&[own.clone(), event.clone()], event.dot))
                        } else {
                            event.clone()
                        };
                        changed |= joined != *own;
                        *own = joined;
                    }
                }
                Err(at) if !ours.contains(event.dot) => {
                    self.events.insert(at, event.clone());
                    changed = true;
                }
                Err(_) => {}
            }
        }
        if mutant::on(Mutant::OneWinner)
            && let Some(newest) = self.events.iter().max_by_key(|event| (event.put, event.dot)).cloned()
        {
            self.events = vec![newest];
        }
        for counter in &other.counters {
            if self.find_counter(counter).is_ok() || !ours.has_retired(counter.replica) {
                changed |= self.join_counter(counter);
            }
        }
        changed
    }

    /// Whether joining `other` would change nothing. The contexts have been compared already.
    pub(super) fn includes(&self, ours: &Context, other: &Self, theirs: &Context) -> bool {
        !self.clone().join(ours, other, theirs)
    }

    /// Joins a counter, and gives whether that changed anything.
    pub(crate) fn join_counter(&mut self, counter: &Counter) -> bool {
        match self.find_counter(counter) {
            Ok(at) => self.counters.get_mut(at).is_some_and(|ours| ours.join(counter)),
            Err(at) => {
                self.counters.insert(at, counter.clone());
                true
            }
        }
    }

    /// Adds an event where its dot belongs.
    pub(crate) fn insert(&mut self, event: Event) {
        if let Err(at) = self.find(event.dot) {
            self.events.insert(at, Rc::new(event));
        }
    }

    fn find(&self, dot: Dot) -> Result<usize, usize> {
        self.events.binary_search_by_key(&dot, |event| event.dot)
    }

    fn find_counter(&self, counter: &Counter) -> Result<usize, usize> {
        self.counters
            .binary_search_by(|ours| ours.field.cmp(&counter.field).then(ours.replica.cmp(&counter.replica)))
    }
}

impl Event {
    /// All that these events show, as one.
    pub(super) fn fold(events: &[Rc<Self>], dot: Dot) -> Self {
        let entry = Entry {
            events: events.to_vec(),
            counters: Vec::new(),
        };
        let mut cells = Vec::new();
        for cell in entry.cells() {
            cells.push(cell.clone());
        }
        sort_by(&mut cells, |a, b| a.name.cmp(&b.name));
        Self {
            dot,
            put: entry.put(),
            order: entry.order(),
            at: entry.changed_at(),
            version: entry.version(),
            cells,
            origin: Origin::Folded,
        }
    }

    /// Whether this is the put of just this value, as canonical JSON.
    #[must_use]
    pub fn holds(&self, value: &str) -> bool {
        match &*self.cells {
            [cell] if cell.name.is_none() => *cell.text == *value,
            cells => {
                let mut fields = Vec::new();
                for cell in cells {
                    if let Some(name) = &cell.name {
                        fields.push((name.clone(), cell.text.clone()));
                    }
                }
                sort_by(&mut fields, |(a, _), (b, _)| utf16_order(a, b));
                write_object(&fields) == value
            }
        }
    }
}

impl Counter {
    fn join(&mut self, other: &Self) -> bool {
        // Of the same increments, the sum that holds those of retired replicas, too, is the whole one.
        let more =
            other.added.seq > self.added.seq || other.added.seq == self.added.seq && other.folded && !self.folded;
        if more {
            (self.added, self.folded) = (other.added, other.folded);
        }
        self.floor.join(other.floor) || more
    }

    /// What of it no floor has taken away; `None` if nothing was counted since.
    #[must_use]
    pub fn live(&self) -> Option<f64> {
        let floor = if mutant::on(Mutant::NoFloors) {
            0.0
        } else {
            self.floor.total
        };
        (self.added.seq > self.floor.seq).then_some(self.added.total - floor)
    }
}

impl Tally {
    fn join(&mut self, other: Self) -> bool {
        let newer = other.seq > self.seq;
        if newer {
            *self = other;
        }
        newer
    }
}
