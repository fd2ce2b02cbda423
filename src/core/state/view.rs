use std::cmp::Ordering;
use std::rc::Rc;

use super::{Cell, Entry, Stamp};
use crate::json::{utf16_order, write};
use crate::list::dedup;
use crate::number::Numbers;
use crate::sort::sort_by;

/// A name and its canonical JSON.
pub type Field = (Rc<str>, Rc<str>);

impl Entry {
    /// The entry's value as canonical JSON; `None` if it is absent. An entry without fields is `{}`.
    #[must_use]
    pub fn value(&self, numbers: Numbers) -> Option<String> {
        self.is_present().then(|| {
            let mut out = String::new();
            self.write(&mut out, numbers);
            out
        })
    }

    /// Appends the value of an entry that is present.
    pub(crate) fn write(&self, out: &mut String, numbers: Numbers) {
        let cells = self.cells();
        match whole(&cells) {
            Some(whole) => out.push_str(&whole.text),
            None => append_object(out, &self.fields_of(cells, &[], numbers)),
        }
    }

    /// The fields of an entry that is an object, sorted as RFC 8785 says, each with its canonical JSON. The `initial` ones show
    /// through until the entry is put as a whole.
    #[must_use]
    pub fn fields(&self, initial: &[Field], numbers: Numbers) -> Vec<Field> {
        self.fields_of(self.cells(), initial, numbers)
    }

    fn fields_of(&self, cells: Vec<&Cell>, initial: &[Field], numbers: Numbers) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::with_capacity(cells.len());
        for cell in cells {
            if let Some(name) = &cell.name {
                fields.push((name.clone(), cell.text.clone()));
            }
        }
        if self.put() == Stamp::ZERO {
            for (name, text) in initial {
                if fields.iter().all(|(other, _)| other != name) {
                    fields.push((name.clone(), text.clone()));
                }
            }
        }
        for (name, sum) in self.counted() {
            match fields.iter_mut().find(|(other, _)| *other == name) {
                None => fields.push((name, numbers.format(sum).into())),
                Some((_, text)) if is_number(text) => *text = numbers.format(bounded(numbers.parse(text) + sum)).into(),
                // Somebody has put something else there meanwhile, which can't be added to.
                Some(_) => {}
            }
        }
        sort_by(&mut fields, |(a, _), (b, _)| utf16_order(a, b));
        fields
    }

    /// When the entry was last put as a whole; what is older than that doesn't show.
    pub(super) fn put(&self) -> Stamp {
        let mut put = Stamp::ZERO;
        for event in &self.events {
            put = put.max(event.put);
        }
        put
    }

    /// The newest cell of each name that shows.
    pub(super) fn cells(&self) -> Vec<&Cell> {
        let put = self.put();
        let mut cells: Vec<&Cell> = Vec::new();
        for event in &self.events {
            for cell in &event.cells {
                if cell.stamp >= put {
                    cells.push(cell);
                }
            }
        }
        if self.events.len() > 1 {
            sort_by(&mut cells, |a, b| by_name(a, b).then(b.stamp.cmp(&a.stamp)));
            dedup(&mut cells, |kept, later| kept.name == later.name);
        }
        cells
    }

    /// The sums of the fields that have been counted. The order of adding is the same in every tab: floating-point sums depend on it.
    fn counted(&self) -> Vec<(Rc<str>, f64)> {
        let mut sums: Vec<(Rc<str>, f64)> = Vec::new();
        for counter in &self.counters {
            let Some(live) = counter.live() else { continue };
            match sums.last_mut() {
                Some((field, sum)) if *field == counter.field => *sum = bounded(*sum + live),
                _ => sums.push((counter.field.clone(), bounded(live))),
            }
        }
        sums
    }
}

/// The cell that holds the whole value, of those that show; `None` if they are an object's.
pub(super) fn whole<'a>(cells: &[&'a Cell]) -> Option<&'a Cell> {
    let mut newest: Option<&Cell> = None;
    for &cell in cells {
        // Of those that are equally new it is the one without a name.
        if newest.is_none_or(|newest| cell.stamp > newest.stamp || cell.stamp == newest.stamp && cell.name.is_none()) {
            newest = Some(cell);
        }
    }
    newest.filter(|cell| cell.name.is_none())
}

/// What JSON can hold: sums of several tabs may leave its range.
pub(super) fn bounded(sum: f64) -> f64 {
    if sum.is_nan() {
        0.0
    } else {
        sum.clamp(f64::MIN, f64::MAX)
    }
}

/// Joins fields to an object's text.
pub(crate) fn write_object(fields: &[Field]) -> String {
    let mut out = String::new();
    append_object(&mut out, fields);
    out
}

fn append_object(out: &mut String, fields: &[Field]) {
    out.push('{');
    let mut first = true;
    for (name, text) in fields {
        write::comma(out, &mut first);
        write::string(out, name);
        out.push(':');
        out.push_str(text);
    }
    out.push('}');
}

pub(crate) fn is_number(text: &str) -> bool {
    let first = text.bytes().next();
    first.is_some_and(|first| first == b'-' || first.is_ascii_digit())
}

fn by_name(a: &Cell, b: &Cell) -> Ordering {
    a.name.cmp(&b.name)
}
