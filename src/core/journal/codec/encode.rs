use super::digest::digest;
use super::{Document, FORMAT, Newest};
use crate::json::write;
use crate::number::Numbers;
use crate::sort::sort_and_dedup;
use crate::state::{Cell, Counter, Event, Origin, Part, Replica, Slice, Stamp};

impl Document {
    /// Writes the stored form.
    #[must_use]
    pub fn encode(&self, numbers: Numbers) -> String {
        let mut out = start();
        out.push_str(&self.write(None, numbers));
        out
    }

    /// Writes it so that it can be read [later](Self::decode_later), part by part.
    #[must_use]
    pub fn encode_later(&self, numbers: Numbers) -> String {
        let mut newest = Newest::default();
        for (_, slice) in &self.slices {
            let slice = Newest::of(slice);
            newest.at = newest.at.max(slice.at);
            newest.version = newest.version.max(slice.version);
        }
        let rest = self.write(Some(newest), numbers);
        let mut out = start();
        out.push_str(",\"d\":\"");
        write::hex(&mut out, digest(&rest));
        out.push('"');
        out.push_str(&rest);
        out
    }

    /// All that follows the format and the digest. With `newest` it says how long the parts' entries are.
    fn write(&self, newest: Option<Newest>, numbers: Numbers) -> String {
        let mut writer = Writer {
            out: String::new(),
            table: table(self),
            numbers,
            sized: newest.is_some(),
        };
        if let Some(newest) = newest {
            writer.out.push_str(",\"n\":[");
            write::integer(&mut writer.out, newest.at);
            writer.integer(u64::from(newest.version));
            writer.out.push(']');
        }
        writer.document(self);
        writer.out
    }
}

fn start() -> String {
    let mut out = String::from("{\"f\":");
    write::integer(&mut out, FORMAT);
    out
}

struct Writer {
    out: String,
    table: Vec<Replica>,
    numbers: Numbers,
    /// Whether to say how long the parts' entries are.
    sized: bool,
}

impl Writer {
    fn document(&mut self, document: &Document) {
        self.out.push_str(",\"k\":");
        write::integer(&mut self.out, document.clock);
        if let Some(horizon) = document.horizon {
            self.out.push_str(",\"h\":\"");
            horizon.write(&mut self.out);
            self.out.push('"');
        }
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
        let mut first = true;
        for (number, part) in slice.parts() {
            write::comma(&mut self.out, &mut first);
            self.out.push('"');
            write::integer(&mut self.out, u64::from(*number));
            self.out.push_str("\":");
            self.part(part);
        }
        self.out.push('}');
    }

    fn part(&mut self, part: &Part) {
        self.out.push('{');
        if let Some(horizon) = part.context.horizon() {
            self.out.push_str("\"h\":\"");
            horizon.write(&mut self.out);
            self.out.push_str("\",");
        }
        self.out.push_str("\"c\":");
        self.list(part.context.replicas(), |this, (replica, runs)| {
            this.out.push('[');
            this.replica(*replica);
            for &(start, end) in runs {
                this.integer(start);
                this.integer(end);
            }
            this.out.push(']');
        });
        let before = self.out.len();
        self.out.push('{');
        let mut first = true;
        for (key, entry) in part.entries.iter() {
            write::comma(&mut self.out, &mut first);
            write::string(&mut self.out, key);
            self.out.push_str(":[");
            let mut cells = Vec::new();
            self.list(&entry.events, |this, event| this.event(event, &mut cells));
            self.out.push(',');
            self.list(&entry.counters, Self::counter);
            self.out.push(']');
        }
        self.out.push('}');
        let mut name = String::from(",");
        if self.sized {
            name.push_str("\"n\":");
            write::integer(&mut name, (self.out.len() - before) as u64);
            name.push(',');
        }
        name.push_str("\"e\":");
        self.out.insert_str(before, &name);
        self.out.push('}');
    }

    /// `told` are the cells of the entry that were written before.
    fn event<'a>(&mut self, event: &'a Event, told: &mut Vec<&'a Cell>) {
        self.out.push('[');
        self.replica(event.dot.replica);
        self.integer(event.dot.seq);
        self.integer(event.at);
        self.integer(u64::from(event.version));
        self.stamp(event.put);
        self.stamp(event.order);
        match event.origin {
            Origin::Written => {}
            Origin::Folded => self.integer(1),
            Origin::Counted => self.integer(2),
        }
        for cell in &event.cells {
            self.out.push_str(",[");
            if let Some(at) = told.iter().position(|other| *other == cell) {
                write::integer(&mut self.out, at as u64);
                self.out.push(']');
                continue;
            }
            told.push(cell);
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
        if counter.folded {
            self.integer(1);
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

    fn list<'a, T>(&mut self, items: &'a [T], mut each: impl FnMut(&mut Self, &'a T)) {
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
        for (_, part) in slice.parts() {
            for (replica, _) in part.context.replicas() {
                table.push(*replica);
            }
        }
        for (_, entry) in slice.entries() {
            for event in &entry.events {
                for replica in [event.dot.replica, event.put.replica, event.order.replica] {
                    table.push(replica);
                }
                for cell in &event.cells {
                    table.push(cell.stamp.replica);
                }
            }
            for counter in &entry.counters {
                table.push(counter.replica);
            }
        }
    }
    sort_and_dedup(&mut table);
    table
}
