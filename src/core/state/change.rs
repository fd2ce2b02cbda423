use std::rc::Rc;

use super::entry::Tally;
use super::part::part_of;
use super::view::{is_number, whole};
use super::{Cell, Context, Counter, Dot, Entry, Event, Origin, Replica, Slice, Stamp};
use crate::json::{JsonError, Kind, Reader};
use crate::list::retain;
use crate::mutant::{self, Mutant};
use crate::sort::sort_by;

/// An increment supersedes those of others that are so old, in milliseconds. A page that writes has read all that was stored half a minute
/// ago.
pub const SETTLED: u64 = 120_000;

/// Who changes something, and when.
#[derive(Debug, Clone, Copy)]
pub struct Author {
    /// The page.
    pub replica: Replica,
    /// Its Lamport clock, already stepped for this operation.
    pub clock: u64,
    /// Wall time in milliseconds since 1970.
    pub now: u64,
    /// The version of the slice that it knows.
    pub version: u32,
}

/// Why a change can't be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeError {
    /// The key isn't there to be patched or counted.
    NoEntry,
    /// The entry is no object, so it has no fields.
    NotAnObject,
    /// The field to be counted holds something else than a number.
    NotANumber,
    /// The value isn't JSON.
    NotJson(JsonError),
}

/// An entry as it was at one moment, so that just this can be removed later.
#[derive(Debug, Clone, PartialEq)]
pub struct Capture {
    /// The key.
    pub key: Rc<str>,
    /// Its events.
    pub dots: Vec<Dot>,
    counters: Vec<Counter>,
}

/// Every change is a state of its own, to be joined into this one.
impl Slice {
    /// Puts a value as a whole. `value` is canonical JSON; `None` for a member of a set, which has none.
    ///
    /// # Errors
    /// [`ChangeError::NotJson`]
    pub fn put(&self, key: &Rc<str>, value: Option<&str>, author: Author) -> Result<Self, ChangeError> {
        let stamp = author.stamp();
        let cells = value
            .map_or(Ok(Vec::new()), |value| split(value, stamp))
            .map_err(ChangeError::NotJson)?;
        let mut change = Change::new(self, key, author);
        change.cover_all();
        change.floor(|_| true);
        Ok(change.finish(stamp, cells))
    }

    /// Puts some fields of an object, and leaves the others as they are. `fields` is a canonical JSON object. Where the key is
    /// absent, `create` makes it, so that it never hides what others put there.
    ///
    /// # Errors
    /// [`ChangeError::NoEntry`], [`ChangeError::NotAnObject`], [`ChangeError::NotJson`]
    pub fn patch(&self, key: &Rc<str>, fields: &str, create: bool, author: Author) -> Result<Self, ChangeError> {
        let mut change = Change::new(self, key, author);
        if !change.entry.is_present() && !create {
            return Err(ChangeError::NoEntry);
        }
        let mut cells = split(fields, author.stamp()).map_err(ChangeError::NotJson)?;
        let old = change.object_cells()?;
        if cells.iter().any(|cell| cell.name.is_none()) {
            return Err(ChangeError::NotAnObject);
        }
        change.cover_all();
        change.floor(|field| cells.iter().any(|cell| cell.name.as_ref() == Some(field)));
        for cell in old {
            if cells.iter().all(|new| new.name != cell.name) {
                cells.push(cell);
            }
        }
        let put = change.entry.put();
        Ok(change.finish(put, cells))
    }

    /// Adds `by` to a field; increments of all tabs add up. A field that isn't there counts from 0.
    ///
    /// # Errors
    /// [`ChangeError::NoEntry`], [`ChangeError::NotAnObject`], [`ChangeError::NotANumber`]
    pub fn increment(
        &self,
        key: &Rc<str>,
        field: &Rc<str>,
        by: f64,
        create: bool,
        author: Author,
    ) -> Result<Self, ChangeError> {
        let mut change = Change::new(self, key, author);
        if !change.entry.is_present() && !create {
            return Err(ChangeError::NoEntry);
        }
        let mut cells = change.object_cells()?;
        if cells
            .iter()
            .any(|cell| cell.name.as_ref() == Some(field) && !is_number(&cell.text))
        {
            return Err(ChangeError::NotANumber);
        }
        // The others are asserted again, so that a removal elsewhere that hasn't seen this leaves a whole entry. What is counted
        // isn't: of that such a removal shall leave just what was added since.
        let counters = &change.entry.counters;
        let counted = |name: &Option<Rc<str>>| {
            name.as_ref() == Some(field)
                || counters
                    .iter()
                    .any(|counter| Some(&counter.field) == name.as_ref() && counter.live().is_some())
        };
        retain(&mut cells, |cell| {
            !counted(&cell.name) || mutant::on(Mutant::ReassertCounted)
        });
        // Earlier increments would pile up. Their events may go if all that they hold is held by this one: those of this page, and those
        // of others that everybody has seen who may remove the entry without having seen this one.
        for event in &change.entry.events {
            let settled = event.dot.replica == author.replica || event.at.saturating_add(SETTLED) <= author.now;
            if settled && event.origin == Origin::Counted && event.cells.iter().all(|cell| cells.contains(cell)) {
                change.context.insert(event.dot);
            }
        }
        let mut added = Tally::default();
        for counter in counters {
            if counter.field == *field && counter.replica == author.replica {
                added = counter.added;
            }
        }
        added = Tally {
            seq: change.dot.seq,
            total: added.total + by,
        };
        if !added.total.is_finite() {
            return Err(ChangeError::NotANumber);
        }
        let counter = Counter {
            field: field.clone(),
            replica: author.replica,
            added,
            floor: Tally::default(),
            folded: false,
        };
        change.left.join_counter(&counter);
        change.origin = Origin::Counted;
        let put = change.entry.put();
        Ok(change.finish(put, cells))
    }

    /// The change that brings an entry here from another area, with the operations that made it; twice is once. `None` if replicas as
    /// old as these have been retired here, or may be by now, up to `announced`: their operations would be taken for known.
    #[must_use]
    pub fn transplanted(&self, key: &Rc<str>, entry: &Entry, announced: Option<Replica>) -> Option<Self> {
        let number = part_of(key);
        let mut context = self
            .part(number)
            .map_or_else(Context::default, |part| part.context.clone());
        context.set_horizon(context.horizon().max(announced));
        let retired = |replica: Replica| context.has_retired(replica);
        let mut change = Self::default();
        let part = change.part_mut(number);
        for event in &entry.events {
            if retired(event.dot.replica) {
                return None;
            }
            part.context.insert(event.dot);
        }
        if entry.counters.iter().any(|counter| retired(counter.replica)) {
            return None;
        }
        part.entries.set(key, Some(entry.clone()));
        Some(change)
    }

    /// What is there now under `key`, if anything.
    #[must_use]
    pub fn capture(&self, key: &str) -> Option<Capture> {
        let part = self.part(part_of(key))?;
        let (key, entry) = part
            .entries
            .get_key_value(key)
            .filter(|(_, entry)| entry.is_present())?;
        let mut dots = Vec::with_capacity(entry.events.len());
        for event in &entry.events {
            dots.push(event.dot);
        }
        Some(Capture {
            key: key.clone(),
            dots,
            counters: entry.counters.clone(),
        })
    }
}

impl Capture {
    /// The change that removes just what was captured.
    #[must_use]
    pub fn removal(&self) -> Slice {
        let mut delta = Slice::default();
        let part = delta.part_mut(part_of(&self.key));
        for &dot in &self.dots {
            part.context.insert(dot);
        }
        let left = part.entries.get_or_insert(&self.key);
        for counter in &self.counters {
            left.join_counter(&Counter {
                floor: counter.added,
                ..counter.clone()
            });
        }
        delta
    }
}

impl Author {
    fn stamp(self) -> Stamp {
        Stamp {
            clock: self.clock,
            replica: self.replica,
        }
    }
}

/// A change in the making.
struct Change {
    key: Rc<str>,
    /// What is there now.
    entry: Entry,
    author: Author,
    dot: Dot,
    /// What the change leaves of the entry.
    left: Entry,
    /// The operations that it speaks of.
    context: Context,
    origin: Origin,
}

impl Change {
    fn new(slice: &Slice, key: &Rc<str>, author: Author) -> Self {
        let entry = slice.entry(key).cloned().unwrap_or_default();
        let mut seq = slice
            .part(part_of(key))
            .map_or(1, |part| part.context.next_seq(author.replica));
        if mutant::on(Mutant::DotPerRecord) && seq > 1 {
            let same = |(_, entry): &(Rc<str>, Entry)| {
                let mut events = entry.events.iter();
                events.any(|event| event.dot.replica == author.replica && event.at == author.now)
            };
            if slice
                .part(part_of(key))
                .is_some_and(|part| part.entries.iter().any(same))
            {
                seq -= 1;
            }
        }
        let dot = Dot {
            replica: author.replica,
            seq,
        };
        Self {
            key: key.clone(),
            entry,
            author,
            dot,
            left: Entry::default(),
            context: Context::default(),
            origin: Origin::Written,
        }
    }

    /// Supersedes all events that are there.
    fn cover_all(&mut self) {
        for event in &self.entry.events {
            self.context.insert(event.dot);
        }
    }

    /// Supersedes what was counted in these fields.
    fn floor(&mut self, fields: impl Fn(&Rc<str>) -> bool) {
        for counter in &self.entry.counters {
            if fields(&counter.field) {
                self.left.join_counter(&Counter {
                    floor: counter.added,
                    ..counter.clone()
                });
            }
        }
    }

    /// The cells that show, if they are an object's.
    fn object_cells(&self) -> Result<Vec<Cell>, ChangeError> {
        let shown = self.entry.cells();
        if whole(&shown).is_some() {
            return Err(ChangeError::NotAnObject);
        }
        let mut cells = Vec::new();
        for cell in shown {
            if cell.name.is_some() {
                cells.push(cell.clone());
            }
        }
        Ok(cells)
    }

    fn finish(self, put: Stamp, mut cells: Vec<Cell>) -> Slice {
        let Self {
            key,
            entry,
            author,
            dot,
            mut left,
            mut context,
            origin,
        } = self;
        sort_by(&mut cells, |a, b| a.name.cmp(&b.name));
        let order = if entry.is_present() {
            entry.order()
        } else {
            author.stamp()
        };
        left.insert(Event {
            dot,
            put,
            order,
            at: author.now,
            version: author.version,
            cells,
            origin,
        });
        context.insert(dot);
        let mut delta = Slice::default();
        let part = delta.part_mut(part_of(&key));
        part.context = context;
        part.entries.set(&key, Some(left));
        delta
    }
}

/// The cells of a value: one for each member of an object, else one for the whole.
fn split(value: &str, stamp: Stamp) -> Result<Vec<Cell>, JsonError> {
    let mut reader = Reader::new(value);
    let mut cells = Vec::new();
    let cell = |name: Option<Rc<str>>, text: &str| Cell {
        name,
        stamp,
        text: text.into(),
    };
    if reader.kind()? == Kind::Object {
        reader.members(&mut |name, member| {
            cells.push(cell(Some(name.into()), member.skip()?));
            Ok(())
        })?;
    } else {
        cells.push(cell(None, reader.skip()?));
    }
    reader.end()?;
    Ok(cells)
}
