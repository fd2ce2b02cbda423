//! What a set of operations must show: the reference that the pages are compared with. It joins nothing; it looks at all operations
//! that were seen, every time anew.

use crate::history::{History, Remembered};
use crate::op::{Cell, Floor};
use crate::ops::Ops;
use crate::page::Stamp;
use crate::slices::{FIELDS, Of, SLICES};

/// What is shown of one entry.
pub(crate) struct Shown<'a> {
    kind: Of,
    /// The events that nothing has superseded.
    pub(crate) live: Ops,
    /// The last put as a whole.
    pub(crate) put: Stamp,
    /// The first put.
    pub(crate) order: Option<Stamp>,
    whole: Option<&'a Cell>,
    cells: [Option<&'a Cell>; FIELDS.len()],
    /// The last increment seen of each field and replica.
    pub(crate) added: Vec<Floor>,
    /// Those of which something is left.
    counting: Vec<Floor>,
    /// The last increment known of each field and replica, if only because others have taken it away.
    known: Vec<Floor>,
    /// What was counted in each field since it was last written.
    pub(crate) sums: [Option<f64>; FIELDS.len()],
}

impl<'a> Shown<'a> {
    /// `seen` are operations on this entry.
    pub(crate) fn new(history: &'a History, slice: usize, seen: Ops) -> Self {
        let mut shown = Self {
            kind: SLICES[slice].kind,
            live: Ops::default(),
            put: Stamp::ZERO,
            order: None,
            whole: None,
            cells: [None; FIELDS.len()],
            added: Vec::new(),
            counting: Vec::new(),
            known: Vec::new(),
            sums: [None; FIELDS.len()],
        };
        let mut covered = Ops::default();
        let mut floors: Vec<Floor> = Vec::new();
        for at in seen.iter() {
            let op = &history.ops[at];
            covered |= op.covers;
            if op.dot.is_some() {
                shown.live.insert(at);
            }
            if let (Some(adds), Some(dot)) = (op.adds, op.dot) {
                let floor = Floor {
                    field: adds.field,
                    replica: dot.replica,
                    last: at,
                };
                raise(history, &mut shown.added, floor);
            }
            op.floors.iter().for_each(|floor| raise(history, &mut floors, *floor));
        }
        shown.live = shown.live - covered;
        let live = || shown.live.iter().map(|at| &history.ops[at]);
        shown.put = live().map(|op| op.put).max().unwrap_or(Stamp::ZERO);
        shown.order = live().map(|op| op.order).min();
        for cell in live().flat_map(|op| &op.cells).filter(|cell| cell.stamp >= shown.put) {
            let place = match cell.field {
                Some(field) => &mut shown.cells[field],
                None => &mut shown.whole,
            };
            if place.is_none_or(|other| other.stamp < cell.stamp) {
                *place = Some(cell);
            }
        }
        for added in &shown.added {
            let floor = floors
                .iter()
                .find(|floor| floor.field == added.field && floor.replica == added.replica);
            let below = match floor {
                Some(floor) if seq(history, floor.last) >= seq(history, added.last) => continue,
                Some(floor) => history.total(floor.last),
                None => 0.0,
            };
            shown.counting.push(*added);
            *shown.sums[added.field].get_or_insert(0.0) += history.total(added.last) - below;
        }
        shown.known = shown.added.clone();
        for floor in floors {
            raise(history, &mut shown.known, floor);
        }
        shown
    }

    pub(crate) fn is_present(&self) -> bool {
        !self.live.is_empty()
    }

    /// Whether fields can be changed before anything is put.
    pub(crate) fn may_create(&self) -> bool {
        self.kind == Of::Object
    }

    /// The value, where it is no object.
    pub(crate) fn whole(&self) -> Option<&'a Cell> {
        let newer = |whole: &&Cell| self.cells.iter().flatten().all(|cell| cell.stamp <= whole.stamp);
        self.whole.filter(newer)
    }

    pub(crate) fn cell(&self, field: usize) -> Option<&'a Cell> {
        self.cells[field]
    }

    /// All cells of an object.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &'a Cell> {
        self.cells.iter().flatten().copied()
    }

    /// What a change takes away of what was counted in these fields. What had been taken away when a replica was retired is forgotten.
    pub(crate) fn floors(&self, fields: impl Fn(usize) -> bool, memory: &Remembered) -> Vec<Floor> {
        let same = |a: &Floor, b: &Floor| a.field == b.field && a.replica == b.replica;
        let is_known = |floor: &&Floor| {
            Some(floor.replica) > memory.horizon
                || memory.counters.contains(&(floor.field, floor.replica))
                || memory
                    .folded
                    .iter()
                    .any(|(field, replica)| *field == floor.field && *replica > floor.replica)
                || self.counting.iter().any(|counting| same(counting, floor))
        };
        let floors = self.known.iter().filter(|known| fields(known.field));
        floors.filter(is_known).copied().collect()
    }

    /// The value as canonical JSON, which of a member is its key; `None` if the entry isn't there.
    pub(crate) fn value(&self, key: &str) -> Option<String> {
        match self.kind {
            Of::Object => Some(self.object()),
            _ if !self.is_present() => None,
            Of::Set => Some(key.into()),
            Of::Map => Some(match self.whole() {
                Some(whole) => whole.text.clone(),
                None => self.object(),
            }),
        }
    }

    fn object(&self) -> String {
        let mut out = String::from("{");
        for (field, name) in FIELDS.iter().enumerate() {
            let text = match (self.cells[field], self.sums[field]) {
                // What is counted shows only while the entry is there.
                (None, Some(sum)) if self.is_present() => sum.to_string(),
                (None, _) => continue,
                (Some(cell), Some(sum)) if is_number(&cell.text) => {
                    (cell.text.parse::<f64>().unwrap() + sum).to_string()
                }
                (Some(cell), _) => cell.text.clone(),
            };
            if out.len() > 1 {
                out.push(',');
            }
            out.push_str(&format!("\"{name}\":{text}"));
        }
        out.push('}');
        out
    }
}

impl History {
    /// What joining exactly these operations must show of a slice: keys in order, with their values.
    pub(crate) fn view(&self, slice: usize, seen: &Ops) -> Vec<(&'static str, String)> {
        let mut entries = Vec::new();
        for (key, name) in SLICES[slice].keys.iter().enumerate() {
            let shown = self.shown(slice, key, seen);
            if let Some(value) = shown.value(name) {
                entries.push((shown.order, *name, value));
            }
        }
        entries.sort();
        entries.into_iter().map(|(_, key, value)| (key, value)).collect()
    }

    /// Whether both sets show the same.
    pub(crate) fn same(&self, a: &Ops, b: &Ops) -> bool {
        (0..SLICES.len()).all(|slice| self.view(slice, a) == self.view(slice, b))
    }
}

/// Whether it is a JSON number.
pub(crate) fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

pub(crate) fn seq(history: &History, op: usize) -> u64 {
    history.dot(op).map_or(0, |dot| dot.seq)
}

fn raise(history: &History, floors: &mut Vec<Floor>, floor: Floor) {
    match floors
        .iter_mut()
        .find(|other| other.field == floor.field && other.replica == floor.replica)
    {
        Some(other) if seq(history, other.last) < seq(history, floor.last) => other.last = floor.last,
        Some(_) => {}
        None => floors.push(floor),
    }
}
