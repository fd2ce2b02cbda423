use std::rc::Rc;

use super::digest::digest;
use super::later::Later;
use super::{CodecError, Document, FORMAT, Newest};
use crate::json::{DOCUMENT_DEPTH, JsonError, Kind, Reader};
use crate::number::Numbers;
use crate::state::{
    Cell, Context, Counter, Dot, Entries, Entry, Event, MAX_CLOCK, Origin, PARTS, Part, Replica, Slice, Stamp, part_of,
};
use crate::text::integer;

impl Document {
    /// Reads the stored form. All that it holds is taken for hostile: whatever it says, reading it doesn't panic.
    ///
    /// # Errors
    /// [`CodecError`]
    pub fn decode(text: &str, numbers: Numbers) -> Result<Self, CodecError> {
        Self::read(text, None, numbers)
    }

    /// The same, but the entries of a snapshot are read when somebody asks for them.
    ///
    /// # Errors
    /// [`CodecError`]
    pub fn decode_later(text: &Rc<String>, numbers: Numbers) -> Result<Self, CodecError> {
        Self::read(text, Some(text), numbers)
    }

    fn read(text: &str, later: Option<&Rc<String>>, numbers: Numbers) -> Result<Self, CodecError> {
        let mut parser = Parser::new(Rc::default(), numbers);
        let mut document = Self::default();
        let mut format = 0;
        let mut reader = Reader::with_depth(text, DOCUMENT_DEPTH);
        reader.members(&mut |name, value| {
            match name {
                "f" => format = value.integer()?,
                // Whatever else it says, in whatever form, is for those who know that format.
                _ if format > FORMAT => value.pass()?,
                "d" => {
                    let said = value.string()?;
                    if integer(&said, 16) != Some(digest(value.rest())) {
                        return Err(JsonError::Syntax);
                    }
                    parser.later = later.cloned();
                }
                "n" => {
                    let mut items = Tuple::open(value)?;
                    let at = items.next()?.integer()?;
                    let version = version(items.next()?)?;
                    items.close()?;
                    document.newest = Some(Newest { at, version });
                }
                "k" => document.clock = clock(value)?,
                "h" => document.horizon = Some(parser.horizon(value)?),
                "r" => {
                    let mut table = Vec::new();
                    value.elements(&mut |replica| {
                        table.push(parser.named(replica)?);
                        Ok(())
                    })?;
                    parser.table = table.into();
                }
                // Without its format nobody knows what it says, and passed over it would seem to have been read.
                "s" if format == 0 => return Err(JsonError::Syntax),
                "s" if format == FORMAT => value.members(&mut |name, slice| {
                    document.slices.push((name.into(), parser.slice(slice)?));
                    Ok(())
                })?,
                _ => value.pass()?,
            }
            Ok(())
        })?;
        reader.end()?;
        // A replica from the future would be taken for younger than all that will ever be born, and a horizon there swallow their changes.
        if format == FORMAT && parser.youngest > document.clock {
            return Err(CodecError::Damaged);
        }
        match format {
            FORMAT => Ok(document),
            0 => Err(CodecError::Damaged),
            _ => Err(CodecError::Newer),
        }
    }
}

/// How many names of fields are kept once for all entries.
const MOST_NAMES: usize = 32;

pub(super) struct Parser {
    /// The replicas that the document names.
    table: Rc<[Replica]>,
    /// When the youngest that was named anywhere was born.
    youngest: u64,
    /// The names of fields that were read, each of which most entries have.
    names: Vec<Rc<str>>,
    /// The cells of the present entry.
    told: Vec<Cell>,
    numbers: Numbers,
    /// The whole text, if its digest is right and its entries needn't be read now.
    later: Option<Rc<String>>,
}

impl Parser {
    pub(super) fn new(table: Rc<[Replica]>, numbers: Numbers) -> Self {
        Self {
            table,
            youngest: 0,
            names: Vec::new(),
            told: Vec::new(),
            numbers,
            later: None,
        }
    }

    fn slice(&mut self, reader: &mut Reader<'_>) -> Result<Slice, JsonError> {
        let mut slice = Slice::default();
        reader.members(&mut |name, value| {
            let number = integer(name, 10).filter(|&number| number < u64::from(PARTS));
            let number = number.ok_or(JsonError::Syntax)? as u8;
            self.part(number, value, slice.part_mut(number))
        })?;
        Ok(slice)
    }

    fn part(&mut self, number: u8, reader: &mut Reader<'_>, part: &mut Part) -> Result<(), JsonError> {
        let mut bytes = 0;
        reader.members(&mut |name, value| {
            match name {
                "n" => bytes = usize::try_from(value.integer()?).unwrap_or_default(),
                // Whoever is named within it would be forgotten by the next that reads it, and joins would depend on their order.
                "h" => part.context.retire(self.horizon(value)?),
                "c" => self.context(value, &mut part.context)?,
                "e" => match self.later.clone().filter(|_| bytes > 0) {
                    Some(text) => {
                        let later = Later::new(text, value.take(bytes)?, number, self.table.clone(), self.numbers);
                        part.entries = Entries::later(Rc::new(later));
                    }
                    None => {
                        part.entries = self.entries(number, value)?;
                        // An event that its own context hasn't seen would come back after every removal.
                        for (_, entry) in part.entries.iter() {
                            for event in &entry.events {
                                part.context.insert(event.dot);
                            }
                        }
                    }
                },
                _ => value.pass()?,
            }
            Ok(())
        })
    }

    /// The entries of a part.
    pub(super) fn entries(&mut self, number: u8, reader: &mut Reader<'_>) -> Result<Entries, JsonError> {
        let mut entries = Entries::default();
        reader.members(&mut |key, entry| {
            // It would be found by nobody, and never go.
            if part_of(key) != number {
                return Err(JsonError::Syntax);
            }
            entries.set(&key.into(), Some(self.entry(entry)?));
            Ok(())
        })?;
        Ok(entries)
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

    fn entry(&mut self, reader: &mut Reader<'_>) -> Result<Entry, JsonError> {
        let mut entry = Entry::default();
        let mut items = Tuple::open(reader)?;
        self.told.clear();
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

    fn event(&mut self, reader: &mut Reader<'_>) -> Result<Event, JsonError> {
        let mut items = Tuple::open(reader)?;
        let replica = self.replica(items.next()?)?;
        let dot = Dot {
            replica,
            seq: sequence(items.next()?)?,
        };
        let at = items.next()?.integer()?;
        let version = version(items.next()?)?;
        let put = self.stamp(&mut items)?;
        let order = self.stamp(&mut items)?;
        let mut cells = Vec::new();
        let mut origin = Origin::Written;
        while let Some(reader) = items.more()? {
            if reader.kind()? == Kind::Number {
                origin = match reader.integer()? {
                    1 => Origin::Folded,
                    2 => Origin::Counted,
                    _ => return Err(JsonError::Syntax),
                };
                continue;
            }
            let mut items = Tuple::open(reader)?;
            let reader = items.next()?;
            let name = match reader.kind()? {
                Kind::Number => {
                    let at = usize::try_from(reader.integer()?).map_err(|_| JsonError::Syntax)?;
                    cells.push(self.told.get(at).ok_or(JsonError::Syntax)?.clone());
                    items.close()?;
                    continue;
                }
                Kind::Null => {
                    reader.null()?;
                    None
                }
                _ => Some(self.name(reader)?),
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
            let cell = Cell { name, stamp, text };
            self.told.push(cell.clone());
            cells.push(cell);
        }
        Ok(Event {
            dot,
            put,
            order,
            at,
            version,
            cells,
            origin,
        })
    }

    fn counter(&mut self, reader: &mut Reader<'_>) -> Result<Counter, JsonError> {
        let mut items = Tuple::open(reader)?;
        let field = self.name(items.next()?)?;
        let replica = self.replica(items.next()?)?;
        let mut counter = Counter {
            field,
            replica,
            added: Default::default(),
            floor: Default::default(),
            folded: false,
        };
        for tally in [&mut counter.added, &mut counter.floor] {
            tally.seq = items.next()?.integer()?;
            tally.total = self.numbers.parse(items.next()?.number()?);
            if !tally.total.is_finite() {
                return Err(JsonError::Syntax);
            }
        }
        if let Some(reader) = items.more()? {
            counter.folded = reader.integer()? == 1;
            items.close()?;
        }
        Ok(counter)
    }

    /// A field's name, once for all entries.
    fn name(&mut self, reader: &mut Reader<'_>) -> Result<Rc<str>, JsonError> {
        let name = reader.string()?;
        if let Some(known) = self.names.iter().find(|known| ***known == *name) {
            return Ok(known.clone());
        }
        let name: Rc<str> = name.into();
        // Names may be data, too; looking through all of them would take long.
        if self.names.len() < MOST_NAMES {
            self.names.push(name.clone());
        }
        Ok(name)
    }

    fn stamp(&self, items: &mut Tuple<'_, '_>) -> Result<Stamp, JsonError> {
        let clock = clock(items.next()?)?;
        Ok(Stamp {
            clock,
            replica: self.replica(items.next()?)?,
        })
    }

    fn named(&mut self, reader: &mut Reader<'_>) -> Result<Replica, JsonError> {
        let replica = Replica::parse(&reader.string()?).ok_or(JsonError::Syntax)?;
        self.youngest = self.youngest.max(replica.birth);
        Ok(replica)
    }

    /// A horizon leaves room for those that are born after it.
    fn horizon(&mut self, reader: &mut Reader<'_>) -> Result<Replica, JsonError> {
        let horizon = self.named(reader)?;
        if horizon.birth < MAX_CLOCK {
            Ok(horizon)
        } else {
            Err(JsonError::Syntax)
        }
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

fn version(reader: &mut Reader<'_>) -> Result<u32, JsonError> {
    reader
        .integer()
        .and_then(|version| u32::try_from(version).map_err(|_| JsonError::Syntax))
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
