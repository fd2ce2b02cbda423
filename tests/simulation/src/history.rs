//! What was done, operation by operation: the material of the oracle.

use crate::action::Change;
use crate::op::{Adds, Capture, Cell, Floor, Op};
use crate::ops::{MAX_OPS, Ops};
use crate::page::{Dot, Made, Replica, SETTLED, Stamp};
use crate::slices::{FIELDS, KEYS, Of, SLICES};
use crate::stored::{About, Stored};
use crate::view::{Shown, is_number, seq};

/// All operations of a run.
#[derive(Default)]
pub(crate) struct History {
    pub(crate) ops: Vec<Op>,
    /// By slice and key.
    pub(crate) of_key: [[Ops; KEYS]; SLICES.len()],
    /// Those of more than one operation.
    pub(crate) transactions: Vec<Ops>,
    /// Those of retired replicas that were stored when the storage was emptied: nobody names them, so who begins anew with what came after
    /// can't say that they are gone.
    pub(crate) wiped: Ops,
}

impl History {
    pub(crate) fn is_full(&self) -> bool {
        self.ops.len() + 16 > MAX_OPS
    }

    /// The code of the error that a change must end in, whatever there is.
    pub(crate) fn mistake(change: &Change) -> Option<&'static str> {
        let Change::Increment {
            init: Some(init),
            field,
            ..
        } = change
        else {
            return None;
        };
        let mut cells = init.fields.iter().filter(|(name, _)| name == field);
        let is_map = SLICES[change.place().0].kind == Of::Map;
        (is_map && cells.any(|(_, text)| !is_number(text))).then_some("not-a-number")
    }

    /// The code of the error that a change must end in.
    pub(crate) fn refusal(&self, change: &Change, seen: &Ops) -> Option<&'static str> {
        let (slice, key) = change.place();
        let shown = self.shown(slice, key, seen);
        match change {
            Change::Patch { .. } if !shown.is_present() && !shown.may_create() => Some("no-entry"),
            Change::Patch { .. } if shown.whole().is_some() => Some("not-an-object"),
            Change::Increment { init: Some(_), .. } if !shown.is_present() && !shown.may_create() => None,
            Change::Increment { .. } if !shown.is_present() && !shown.may_create() => Some("no-entry"),
            Change::Increment { .. } if shown.whole().is_some() => Some("not-an-object"),
            Change::Increment { field, .. } if shown.cell(*field).is_some_and(|cell| !is_number(&cell.text)) => {
                Some("not-a-number")
            }
            _ => None,
        }
    }

    /// Notes a put, patch or increment, once it is made. `seen` is what the page had seen.
    pub(crate) fn add(
        &mut self,
        change: &Change,
        page: usize,
        seen: &Ops,
        made: Made,
        memory: &Memory,
    ) -> Result<usize, String> {
        let (slice, key) = change.place();
        let shown = self.shown(slice, key, seen);
        let mut op = Op {
            slice,
            key,
            page,
            dot: Some(made.dot),
            at: made.at,
            put: shown.put,
            order: shown.order.unwrap_or(made.order),
            cells: Vec::new(),
            covers: shown.live,
            dead: (*seen & self.of_key[slice][key]) - shown.live,
            floors: Vec::new(),
            adds: None,
            is_kept: true,
            subject: None,
            claimed: None,
        };
        let mut written = None;
        match change {
            Change::Put { value, .. } => {
                op.put = made.put;
                op.cells = value.cells(made.put);
                op.floors = shown.floors(|_| true, &memory[key]);
                written = Some(made.put);
            }
            Change::Patch { value, .. } => {
                let stamp = made.newest.ok_or("a patch that asserts nothing")?;
                op.cells = value.cells(stamp);
                let patched = |field: usize| value.fields.iter().any(|(name, _)| *name == field);
                op.floors = shown.floors(patched, &memory[key]);
                let rest = shown
                    .cells()
                    .filter(|cell| cell.field.is_some_and(|field| !patched(field)));
                op.cells.extend(rest.cloned());
                written = Some(stamp);
            }
            Change::Increment { field, by, .. } => {
                let uncounted = |cell: &&Cell| {
                    cell.field
                        .is_some_and(|other| other != *field && shown.sums[other].is_none())
                };
                op.cells = shown.cells().filter(uncounted).cloned().collect();
                let held = |other: &usize| {
                    let other = &self.ops[*other];
                    other
                        .dot
                        .is_some_and(|dot| dot.replica == made.dot.replica || other.at + SETTLED <= made.at)
                        && other.adds.is_some()
                        && other.cells.iter().all(|cell| op.cells.contains(cell))
                };
                op.covers = shown.live.iter().filter(held).collect();
                let before = shown.added.iter().find(|added| {
                    added.field == *field && self.dot(added.last).is_some_and(|dot| dot.replica == made.dot.replica)
                });
                op.adds = Some(Adds {
                    field: *field,
                    total: f64::from(*by) / 4.0 + before.map_or(0.0, |added| self.total(added.last)),
                });
                // An increment has a time of its own only where it makes the entry.
                written = shown.order.is_none().then_some(made.order);
            }
            Change::Remove { .. } | Change::Clear { .. } => {}
        }
        if let Some(written) = written
            && let Some(newer) = self.newer(slice, key, seen, written)
        {
            return Err(format!(
                "the clock stands still: op {newer} was seen, and isn't older than the new one"
            ));
        }
        Ok(self.push(op))
    }

    /// Notes a removal of what was captured; `None` if nothing was there.
    pub(crate) fn add_removal(&mut self, captured: &Capture, page: usize) -> usize {
        self.push(Op {
            slice: captured.slice,
            key: captured.key,
            page,
            dot: None,
            at: 0,
            put: Stamp::ZERO,
            order: Stamp::ZERO,
            cells: Vec::new(),
            covers: captured.covers,
            dead: captured.dead,
            floors: captured.floors.clone(),
            adds: None,
            is_kept: true,
            subject: None,
            claimed: None,
        })
    }

    /// What is there of a slice, to be removed later.
    pub(crate) fn capture(&self, slice: usize, seen: &Ops, memory: &Memory) -> Vec<Capture> {
        let keys = 0..SLICES[slice].keys.len();
        keys.filter_map(|key| self.capture_key(slice, key, seen, memory))
            .collect()
    }

    /// What is there of a key, to be removed.
    pub(crate) fn capture_key(&self, slice: usize, key: usize, seen: &Ops, memory: &Memory) -> Option<Capture> {
        let shown = self.shown(slice, key, seen);
        shown.is_present().then(|| Capture {
            slice,
            key,
            covers: shown.live,
            dead: (*seen & self.of_key[slice][key]) - shown.live,
            floors: shown.floors(|_| true, &memory[key]),
        })
    }

    /// All operations on a slice.
    pub(crate) fn of_slice(&self, slice: usize) -> Ops {
        self.of_key[slice]
            .iter()
            .fold(Ops::default(), |all, of_key| all | *of_key)
    }

    /// What joining exactly these operations must show of an entry.
    pub(crate) fn shown(&self, slice: usize, key: usize, seen: &Ops) -> Shown<'_> {
        Shown::new(self, slice, *seen & self.of_key[slice][key])
    }

    /// The operations among these that the document contains: joining one of them to it would change nothing.
    ///
    /// Of replicas up to the horizon nobody names what was folded but the youngest, so these are believed, if it is known what was `told`
    /// before: in a snapshot, and in a record of what it shows, of what takes away something that it names, and of what it is the first to tell.
    /// Other operations it may have superseded; but to tell that of the folded ones that these had superseded takes more than what it names.
    pub(crate) fn contained(&self, document: &Stored, among: &Ops, told: Option<&Ops>) -> Ops {
        let mut contained = Ops::default();
        for (slice, spec) in SLICES.iter().enumerate() {
            for (key, name) in spec.keys.iter().enumerate() {
                if let Some(about) = document.about(slice, name) {
                    let ops = *among & self.of_key[slice][key];
                    let trust = |op| {
                        let told = told?;
                        let horizon = document.horizon();
                        Some(horizon.filter(|_| !told.contains(op) || self.is_told(op, &about)))
                    };
                    let is_contained = |op: &usize| self.is_contained(*op, &about, trust(*op));
                    contained |= ops.iter().filter(is_contained).collect();
                }
            }
        }
        contained
    }

    /// Whether a document says itself what the operation has taken away.
    fn is_told(&self, op: usize, about: &About<'_>) -> bool {
        let op = &self.ops[op];
        let names = |op: usize| self.dot(op).is_some_and(|dot| about.has_seen(dot));
        about.is_whole() || op.dot.is_some_and(|dot| about.lists(dot)) || op.covers.iter().any(names)
    }

    /// If it is to be trusted, then up to a horizon.
    fn is_contained(&self, op: usize, about: &About<'_>, trust: Option<Option<Replica>>) -> bool {
        let op = &self.ops[op];
        let is_retired = |replica: Replica| Some(replica) <= trust.flatten();
        let seen = |dot: Dot| about.has_seen(dot) && (trust.is_some() || !about.has_retired(dot.replica));
        let gone = |other| {
            let is_known = |dot: Dot| seen(dot) || is_retired(dot.replica) || self.wiped.contains(other);
            self.dot(other).is_none_or(|dot| !about.lists(dot) && is_known(dot))
        };
        let counted = |adds: Adds| {
            op.dot.is_some_and(|dot| {
                let (added, _) = about.counted(FIELDS[adds.field], dot.replica);
                added >= dot.seq || is_retired(dot.replica) && about.has_retired(dot.replica)
            })
        };
        let floored = |floor: &Floor| {
            let (added, floored) = about.counted(FIELDS[floor.field], floor.replica);
            let is_wiped = added == 0 && self.wiped.contains(floor.last);
            floored >= seq(self, floor.last) || is_retired(floor.replica) || is_wiped
        };
        op.dot.is_none_or(seen)
            && op.covers.iter().all(gone)
            && op.adds.is_none_or(counted)
            && op.floors.iter().all(floored)
    }

    /// What a page that has retired replicas need not show of an entry any more, though nothing that it has seen supersedes it: all that these
    /// had left was one event then, and went with it. Whoever superseded that had seen the rest to be superseded before, by what
    /// this page hasn't read yet, so it has been told the outcome alone. (An increment supersedes no such event.)
    pub(crate) fn gone_with_others(&self, slice: usize, key: usize, seen: &Ops, horizon: Replica) -> Ops {
        let is_old = |op: &usize| self.dot(*op).is_some_and(|dot| dot.replica <= horizon);
        let left: Ops = self.shown(slice, key, seen).live.iter().filter(is_old).collect();
        let mut gone = Ops::default();
        if !left.is_empty() {
            for op in (*seen & self.of_key[slice][key]).iter().map(|op| &self.ops[op]) {
                if op.adds.is_none() && op.covers.iter().any(|op| is_old(&op)) {
                    gone |= op.dead & left;
                }
            }
        }
        gone
    }

    /// The operations of replicas up to the horizon on what the document speaks of.
    pub(crate) fn up_to(&self, horizon: Replica, document: &Stored) -> Ops {
        let old = |op: &Op| op.dot.is_some_and(|dot| dot.replica <= horizon);
        let spoken_of = |op: &Op| document.about(op.slice, SLICES[op.slice].keys[op.key]).is_some();
        let ops = self.ops.iter().enumerate();
        ops.filter(|(_, op)| old(op) && spoken_of(op))
            .map(|(at, _)| at)
            .collect()
    }

    /// Forgets what operations are called that were rolled back: others may get their names.
    pub(crate) fn void(&mut self, ops: Ops) {
        ops.iter().for_each(|op| self.ops[op].dot = None);
    }

    /// The operation, for people.
    pub(crate) fn name(&self, op: usize) -> String {
        let Op { slice, key, page, .. } = self.ops[op];
        let Some(spec) = SLICES.get(slice) else {
            return format!("member {op} of page {page}");
        };
        format!("operation {op} of page {page} on {} {}", spec.name, spec.keys[key])
    }

    pub(crate) fn dot(&self, op: usize) -> Option<Dot> {
        self.ops[op].dot
    }

    /// The sum up to this increment, of its replica.
    pub(crate) fn total(&self, op: usize) -> f64 {
        self.ops[op].adds.map_or(0.0, |adds| adds.total)
    }

    /// Whether an operation on that key is called so.
    pub(crate) fn knows(&self, slice: usize, key: usize, dot: Dot) -> bool {
        self.of_key[slice][key].iter().any(|op| self.dot(op) == Some(dot))
    }

    fn newer(&self, slice: usize, key: usize, seen: &Ops, than: Stamp) -> Option<usize> {
        let mut seen = (*seen & self.of_key[slice][key]).iter();
        seen.find(|&op| {
            let op = &self.ops[op];
            op.dot.is_some() && (op.put >= than || op.cells.iter().any(|cell| cell.stamp >= than))
        })
    }

    fn push(&mut self, op: Op) -> usize {
        let at = self.ops.len();
        self.of_key[op.slice][op.key].insert(at);
        self.ops.push(op);
        at
    }
}

/// What a page remembers of old replicas, by the keys of a slice.
pub(crate) type Memory = [Remembered; KEYS];

/// Up to which replica a page doesn't name them any more, and whose increments of which field it names nevertheless.
#[derive(Default)]
pub(crate) struct Remembered {
    pub(crate) horizon: Option<Replica>,
    pub(crate) counters: Vec<(usize, Replica)>,
    /// Those that hold what older replicas had counted, too.
    pub(crate) folded: Vec<(usize, Replica)>,
}
