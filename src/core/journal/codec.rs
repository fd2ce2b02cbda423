//! The stored form. One line of JSON, with short names, since it shares five megabytes with everything else of the origin:
//!
//! ```text
//! {"f":1,                          format
//!  "k":12,                         Lamport clock
//!  "r":["1.00…ab", …],             the replicas that the rest names by index
//!  "s":{"cart":{                   slices
//!    "h":"1.00…ab",                horizon, if any
//!    "c":[[0,1,3,5,5], …],         context: replica, then the first and last of each run
//!    "e":{"sku-1":[                entries: events, then counters
//!      [[0,3,1760000000000,12,0,4,0,["title","\"Lamp\"…"], …], …],
//!      [["qty",0,3,2,1,1], …]]}}}}
//! ```
//!
//! An event is: replica, sequence number, wall time, clock and replica of the last put, clock and replica of the first put, then the
//! cells: name (`null` for a value that is no object), value, and clock and replica unless they are the put's.
//! A counter is: field, replica, sequence number and sum added, sequence number and sum floored.

use std::rc::Rc;

use crate::json::{JsonError, Kind, Reader, write};
use crate::number::Numbers;
use crate::sort::sort_and_dedup;
use crate::state::{Cell, Context, Counter, Dot, Entry, Event, MAX_CLOCK, Replica, Slice, Stamp};

/// The version of the stored form.
pub const FORMAT: u64 = 1;

/// What one storage entry says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// The Lamport clock of its writer.
    pub clock: u64,
    /// The slices it speaks of, by name.
    pub slices: Vec<(Rc<str>, Slice)>,
}

/// Why a storage entry can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodecError {
    /// It isn't what this library writes.
    Damaged,
    /// A newer version has written it.
    Newer,
}

impl From<JsonError> for CodecError {
    fn from(_: JsonError) -> Self {
        Self::Damaged
    }
}

impl Document {
    /// The slice of that name; made if it isn't there.
    pub fn slice(&mut self, name: &Rc<str>) -> &mut Slice {
        let at = self
            .slices
            .iter()
            .position(|(other, _)| other == name)
            .unwrap_or(self.slices.len());
        if at == self.slices.len() {
            self.slices.push((name.clone(), Slice::default()));
        }
        #[expect(clippy::indexing_slicing, reason = "the lines above found or made it")]
        &mut self.slices[at].1
    }

    /// Writes the stored form.
    #[must_use]
    pub fn encode(&self, numbers: Numbers) -> String {
        let mut writer = Writer {
            out: String::new(),
            table: table(self),
            numbers,
        };
        writer.document(self);
        writer.out
    }

    /// Reads the stored form. All that it holds is taken for hostile: whatever it says, reading it doesn't panic.
    ///
    /// # Errors
    /// [`CodecError`]
    pub fn decode(text: &str, numbers: Numbers) -> Result<Self, CodecError> {
        let mut parser = Parser {
            table: Vec::new(),
            numbers,
        };
        let mut document = Self::default();
        let mut format = 0;
        let mut reader = Reader::new(text);
        reader.members(&mut |name, value| {
            match name {
                "f" => format = value.integer()?,
                "k" => document.clock = clock(value)?,
                "r" => value.elements(&mut |replica| {
                    parser
                        .table
                        .push(Replica::parse(&replica.string()?).ok_or(JsonError::Syntax)?);
                    Ok(())
                })?,
                "s" if format == FORMAT => value.members(&mut |name, slice| {
                    document.slices.push((name.into(), parser.slice(slice)?));
                    Ok(())
                })?,
                _ => drop(value.skip()?),
            }
            Ok(())
        })?;
        reader.end()?;
        match format {
            FORMAT => Ok(document),
            0 => Err(CodecError::Damaged),
            _ => Err(CodecError::Newer),
        }
    }
}

struct Writer {
    out: String,
    table: Vec<Replica>,
    numbers: Numbers,
}

impl Writer {
    fn document(&mut self, document: &Document) {
        self.out.push_str("{\"f\":");
        write::integer(&mut self.out, FORMAT);
        self.out.push_str(",\"k\":");
        write::integer(&mut self.out, document.clock);
        self.out.push_str(",\"r\":");
        let table = self.table.clone();
        self.list(&table, |this, replica| {
            this.out.push('"');
            replica.write(&mut this.out);
            this.out.push('"');
        });
        self.out.push_str(",\"s\":{");
        let mut first = true;
        for (name, slice) in &document.slices {
            write::comma(&mut self.out, &mut first);
            write::string(&mut self.out, name);
            self.out.push(':');
            self.slice(slice);
        }
        self.out.push_str("}}");
    }

    fn slice(&mut self, slice: &Slice) {
        self.out.push('{');
        if let Some(horizon) = slice.context.horizon() {
            self.out.push_str("\"h\":\"");
            horizon.write(&mut self.out);
            self.out.push_str("\",");
        }
        self.out.push_str("\"c\":");
        self.list(slice.context.replicas(), |this, (replica, runs)| {
            this.out.push('[');
            this.replica(*replica);
            for &(start, end) in runs {
                this.integer(start);
                this.integer(end);
            }
            this.out.push(']');
        });
        self.out.push_str(",\"e\":{");
        let mut first = true;
        for (key, entry) in slice.entries.iter() {
            write::comma(&mut self.out, &mut first);
            write::string(&mut self.out, key);
            self.out.push_str(":[");
            self.list(&entry.events, |this, event| this.event(event));
            self.out.push(',');
            self.list(&entry.counters, Self::counter);
            self.out.push(']');
        }
        self.out.push_str("}}");
    }

    fn event(&mut self, event: &Event) {
        self.out.push('[');
        self.replica(event.dot.replica);
        self.integer(event.dot.seq);
        self.integer(event.at);
        self.stamp(event.put);
        self.stamp(event.order);
        for cell in &event.cells {
            self.out.push_str(",[");
            match &cell.name {
                Some(name) => write::string(&mut self.out, name),
                None => self.out.push_str("null"),
            }
            self.out.push(',');
            self.out.push_str(&cell.text);
            if cell.stamp != event.put {
                self.stamp(cell.stamp);
            }
            self.out.push(']');
        }
        self.out.push(']');
    }

    fn counter(&mut self, counter: &Counter) {
        self.out.push('[');
        write::string(&mut self.out, &counter.field);
        self.out.push(',');
        self.replica(counter.replica);
        for tally in [counter.added, counter.floor] {
            self.integer(tally.seq);
            self.out.push(',');
            self.out.push_str(&self.numbers.format(tally.total));
        }
        self.out.push(']');
    }

    fn stamp(&mut self, stamp: Stamp) {
        self.integer(stamp.clock);
        self.out.push(',');
        self.replica(stamp.replica);
    }

    fn replica(&mut self, replica: Replica) {
        let index = self.table.binary_search(&replica).unwrap_or_default();
        write::integer(&mut self.out, index as u64);
    }

    fn integer(&mut self, value: u64) {
        self.out.push(',');
        write::integer(&mut self.out, value);
    }

    fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.out.push('[');
        let mut first = true;
        for item in items {
            write::comma(&mut self.out, &mut first);
            each(self, item);
        }
        self.out.push(']');
    }
}

/// All replicas that a document names, sorted.
fn table(document: &Document) -> Vec<Replica> {
    let mut table = Vec::new();
    for (_, slice) in &document.slices {
        table.extend(slice.context.replicas().iter().map(|(replica, _)| *replica));
        for (_, entry) in slice.entries.iter() {
            for event in &entry.events {
                table.extend([event.dot.replica, event.put.replica, event.order.replica]);
                table.extend(event.cells.iter().map(|cell| cell.stamp.replica));
            }
            table.extend(entry.counters.iter().map(|counter| counter.replica));
        }
    }
    sort_and_dedup(&mut table);
    table
}

struct Parser {
    table: Vec<Replica>,
    numbers: Numbers,
}

impl Parser {
    fn slice(&self, reader: &mut Reader<'_>) -> Result<Slice, JsonError> {
        let mut slice = Slice::default();
        reader.members(&mut |name, value| {
            match name {
                "h" => slice
                    .context
                    .set_horizon(Some(Replica::parse(&value.string()?).ok_or(JsonError::Syntax)?)),
                "c" => self.context(value, &mut slice.context)?,
                "e" => value.members(&mut |key, entry| {
                    let entry = self.entry(entry)?;
                    // An event that its own context hasn't seen would come back after every removal.
                    for event in &entry.events {
                        slice.context.insert(event.dot);
                    }
                    slice.entries.insert(&key.into(), entry);
                    Ok(())
                })?,
                _ => drop(value.skip()?),
            }
            Ok(())
        })?;
        Ok(slice)
    }

    fn context(&self, reader: &mut Reader<'_>, context: &mut Context) -> Result<(), JsonError> {
        reader.elements(&mut |reader| {
            let mut items = Tuple::open(reader)?;
            let replica = self.replica(items.next()?)?;
            while let Some(reader) = items.more()? {
                let start = sequence(reader)?;
                let end = sequence(items.next()?)?;
                if start > end {
                    return Err(JsonError::Syntax);
                }
                context.insert_run(replica, (start, end));
            }
            Ok(())
        })
    }

    fn entry(&self, reader: &mut Reader<'_>) -> Result<Entry, JsonError> {
        let mut entry = Entry::default();
        let mut items = Tuple::open(reader)?;
        items.next()?.elements(&mut |reader| {
            entry.insert(self.event(reader)?);
            Ok(())
        })?;
        items.next()?.elements(&mut |reader| {
            entry.join_counter(&self.counter(reader)?);
            Ok(())
        })?;
        items.close()?;
        Ok(entry)
    }

    fn event(&self, reader: &mut Reader<'_>) -> Result<Event, JsonError> {
        let mut items = Tuple::open(reader)?;
        let replica = self.replica(items.next()?)?;
        let dot = Dot {
            replica,
            seq: sequence(items.next()?)?,
        };
        let at = items.next()?.integer()?;
        let put = self.stamp(&mut items)?;
        let order = self.stamp(&mut items)?;
        let mut cells = Vec::new();
        while let Some(reader) = items.more()? {
            let mut items = Tuple::open(reader)?;
            let reader = items.next()?;
            let name = match reader.kind()? {
                Kind::Null => {
                    reader.null()?;
                    None
                }
                _ => Some(reader.string()?.into()),
            };
            let text = items.next()?.skip()?.into();
            let stamp = match items.more()? {
                None => put,
                Some(reader) => {
                    let clock = clock(reader)?;
                    let stamp = Stamp {
                        clock,
                        replica: self.replica(items.next()?)?,
                    };
                    items.close()?;
                    stamp
                }
            };
            cells.push(Cell { name, stamp, text });
        }
        Ok(Event {
            dot,
            put,
            order,
            at,
            cells,
        })
    }

    fn counter(&self, reader: &mut Reader<'_>) -> Result<Counter, JsonError> {
        let mut items = Tuple::open(reader)?;
        let field = items.next()?.string()?.into();
        let replica = self.replica(items.next()?)?;
        let mut counter = Counter {
            field,
            replica,
            added: Default::default(),
            floor: Default::default(),
        };
        for tally in [&mut counter.added, &mut counter.floor] {
            tally.seq = items.next()?.integer()?;
            tally.total = self.numbers.parse(items.next()?.number()?);
            if !tally.total.is_finite() {
                return Err(JsonError::Syntax);
            }
        }
        items.close()?;
        Ok(counter)
    }

    fn stamp(&self, items: &mut Tuple<'_, '_>) -> Result<Stamp, JsonError> {
        let clock = clock(items.next()?)?;
        Ok(Stamp {
            clock,
            replica: self.replica(items.next()?)?,
        })
    }

    fn replica(&self, reader: &mut Reader<'_>) -> Result<Replica, JsonError> {
        let index = usize::try_from(reader.integer()?).map_err(|_| JsonError::Syntax)?;
        self.table.get(index).copied().ok_or(JsonError::Syntax)
    }
}

fn clock(reader: &mut Reader<'_>) -> Result<u64, JsonError> {
    reader.integer().and_then(|clock| {
        if clock <= MAX_CLOCK {
            Ok(clock)
        } else {
            Err(JsonError::Syntax)
        }
    })
}

fn sequence(reader: &mut Reader<'_>) -> Result<u64, JsonError> {
    reader
        .integer()
        .and_then(|seq| if seq > 0 { Ok(seq) } else { Err(JsonError::Syntax) })
}

/// An array whose places each mean something else.
struct Tuple<'r, 'a> {
    reader: &'r mut Reader<'a>,
    first: bool,
}

impl<'r, 'a> Tuple<'r, 'a> {
    fn open(reader: &'r mut Reader<'a>) -> Result<Self, JsonError> {
        reader.open(b'[')?;
        Ok(Self { reader, first: true })
    }

    /// The reader at the next place; `None` after the last.
    fn more(&mut self) -> Result<Option<&mut Reader<'a>>, JsonError> {
        let first = core::mem::replace(&mut self.first, false);
        Ok(self.reader.next_item(b']', first)?.then_some(&mut *self.reader))
    }

    fn next(&mut self) -> Result<&mut Reader<'a>, JsonError> {
        self.more()?.ok_or(JsonError::Syntax)
    }

    fn close(&mut self) -> Result<(), JsonError> {
        if self.more()?.is_none() {
            Ok(())
        } else {
            Err(JsonError::Syntax)
        }
    }
}
