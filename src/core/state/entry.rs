use std::rc::Rc;

use super::{Context, Dot, Replica, Stamp};
use crate::list::retain;

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
    /// What it holds, by name.
    pub cells: Vec<Cell>,
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

    /// The entry's place in the order of its slice: when it was first put.
    #[must_use]
    pub fn order(&self) -> Stamp {
        let mut order = None;
        for event in &self.events {
            order = Some(order.map_or(event.order, |order: Stamp| order.min(event.order)));
        }
        order.unwrap_or(Stamp::ZERO)
    }

    /// Joins `other` into this one. `ours` and `theirs` are the contexts from before the join.
    pub fn join(&mut self, ours: &Context, other: &Self, theirs: &Context) {
        self.drop_seen(theirs, other);
        for event in &other.events {
            if let Err(at) = self.find(event.dot)
                && !ours.contains(event.dot)
            {
                self.events.insert(at, event.clone());
            }
        }
        for counter in &other.counters {
            self.join_counter(counter);
        }
    }

    /// Drops the events that `theirs` has seen and `other` no longer lists.
    pub(super) fn drop_seen(&mut self, theirs: &Context, other: &Self) {
        retain(&mut self.events, |event| {
            other.find(event.dot).is_ok() || !theirs.contains(event.dot)
        });
    }

    pub(crate) fn join_counter(&mut self, counter: &Counter) {
        let place = self
            .counters
            .binary_search_by(|ours| ours.field.cmp(&counter.field).then(ours.replica.cmp(&counter.replica)));
        match place {
            Ok(at) => {
                if let Some(ours) = self.counters.get_mut(at) {
                    ours.added.join(counter.added);
                    ours.floor.join(counter.floor);
                }
            }
            Err(at) => self.counters.insert(at, counter.clone()),
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
}

impl Counter {
    /// What of it no floor has taken away; `None` if nothing was counted since.
    #[must_use]
    pub fn live(&self) -> Option<f64> {
        (self.added.seq > self.floor.seq).then_some(self.added.total - self.floor.total)
    }
}

impl Tally {
    fn join(&mut self, other: Self) {
        if other.seq > self.seq {
            *self = other;
        }
    }
}
