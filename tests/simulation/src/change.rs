//! What a user does on a page, and the notes that the oracle takes of it.

use crate::action::{Change, Task, Value};
use crate::faults::Fault;
use crate::history::{History, Memory};
use crate::op::Capture;
use crate::ops::Ops;
use crate::page::{Dot, Made, Page};
use crate::run::Run;
use crate::slices::{FIELDS, SLICES};
use crate::world::World;

impl Run {
    pub(crate) fn task(&mut self, at: usize, task: &Task) {
        match task {
            Task::Changes(changes) => {
                for change in changes {
                    self.change(at, change);
                }
            }
            Task::Transaction { changes, keep } => {
                self.ask(at, Page::begin);
                let mut done = Ops::default();
                changes.iter().for_each(|change| done |= self.change(at, change));
                self.look_at(at);
                self.ask(at, |page| page.end(*keep));
                let id = self.tabs[at].id;
                let mut world = self.world();
                if *keep {
                    world.history.transactions.push(done);
                } else {
                    world.counts.add(Fault::Rollbacks);
                    let facts = &mut world.pages[id];
                    facts.seen = facts.seen - done;
                    facts.unacknowledged = facts.unacknowledged - done;
                    world.history.void(done);
                }
            }
        }
        self.flush(at);
    }

    /// Makes a change, and notes what it was.
    fn change(&mut self, at: usize, change: &Change) -> Ops {
        if self.world().history.is_full() {
            return Ops::default();
        }
        let (slice, key) = change.place();
        let name = SLICES[slice].keys[key];
        let id = self.tabs[at].id;
        let was_outdated = self.world().pages[id].outdated[slice];
        let outcome = self.ask_change(at, |page| match change {
            Change::Put { value, .. } => page.put(slice, name, &value.json()),
            Change::Patch { value, .. } => page.patch(slice, name, &value.json()),
            Change::Increment { field, by, init, .. } => {
                let init = init.as_ref().map(Value::json);
                let field = FIELDS[*field];
                page.increment(slice, name, field, f64::from(*by) / 4.0, init.as_deref())
            }
            Change::Remove { .. } => page.remove(slice, name),
            Change::Clear { .. } => page.clear(slice),
        });
        let seen = self.seen(at);
        let made = self.tabs[at].page.events(slice, name);
        let memory = self.tabs[at].page.memory(slice);
        let mut world = self.world();
        if world.pages[id].dead {
            return Ops::default();
        }
        let mut expected = world.history.refusal(change, &seen).map_or(Ok(true), Err);
        let captures: Vec<Capture> = match change {
            Change::Remove { .. } => {
                let capture = world.history.capture_key(slice, key, &seen, &memory);
                capture.into_iter().collect()
            }
            Change::Clear { .. } => world.history.capture(slice, &seen, &memory),
            _ => Vec::new(),
        };
        if let Change::Remove { .. } = change {
            expected = Ok(!captures.is_empty());
        }
        let is_outdated = world.pages[id].outdated[slice];
        if was_outdated || is_outdated && outcome == Err("newer-version") {
            expected = Err("newer-version");
        }
        if let Some(mistake) = History::mistake(change) {
            expected = Err(mistake);
        }
        if outcome != expected {
            world.fail(
                "outcome",
                format!("page {id}, {change}: {outcome:?}, must be {expected:?}"),
            );
        }
        let mut done = Ops::default();
        if outcome.is_err() {
            return done;
        }
        for capture in &captures {
            done.insert(world.history.add_removal(capture, id));
        }
        if !matches!(change, Change::Remove { .. } | Change::Clear { .. }) {
            match world.note_change(change, id, &seen, made, &memory) {
                Ok(ops) => done = ops,
                Err(what) => world.fail("event", format!("page {id}, {change}: {what}")),
            }
        }
        world.counts.operations += done.iter().count() as u64;
        world.pages[id].seen |= done;
        world.pages[id].unacknowledged |= done;
        world.note(|| {
            let ops: Vec<String> = done.iter().map(|op| op.to_string()).collect();
            format!("page {id}: {change} is [{}]", ops.join(" "))
        });
        done
    }

    pub(crate) fn consume(&mut self, at: usize) {
        if self.world().history.is_full() {
            return;
        }
        let Some((noted, captures, births)) = self.tabs[at].noted.pop() else {
            return;
        };
        // Who takes so long to answer hasn't heard that what was sent has been folded into something else since.
        if self.world().replicas.len() > births + self.setup.replicas / 4 {
            return;
        }
        self.ask(at, |page| page.consume(&noted));
        let id = self.tabs[at].id;
        {
            let mut world = self.world();
            if world.pages[id].dead {
                return;
            }
            let done: Ops = captures
                .iter()
                .map(|capture| world.history.add_removal(capture, id))
                .collect();
            world.counts.add(Fault::Consumes);
            world.counts.operations += captures.len() as u64;
            world.pages[id].seen |= done;
            world.pages[id].unacknowledged |= done;
        }
        self.flush(at);
    }

    /// What the shell does at the end of the microtask; gives whether all is stored.
    pub(crate) fn flush(&mut self, at: usize) -> bool {
        let stored = self.ask(at, Page::flush);
        let id = self.tabs[at].id;
        let world = &mut *self.world();
        let waiting = world.pages[id].unacknowledged;
        if waiting.is_empty() || world.pages[id].dead {
            return stored;
        }
        let mut missing = world.missing(waiting);
        if stored {
            let forgotten: Ops = missing.iter().filter(|op| !world.history.ops[*op].is_kept).collect();
            world.excused |= forgotten;
            missing = missing - forgotten;
        }
        if let (true, Some(op)) = (stored, missing.iter().next()) {
            let what = format!(
                "{} is called stored, and no stored entry contains it",
                world.history.name(op)
            );
            world.fail("acknowledged", what);
        }
        world.acknowledged |= waiting - missing;
        world.pages[id].unacknowledged = missing;
        stored
    }

    /// Looks, and stores what waits: after an idle moment, should it wait for that.
    pub(crate) fn catch_up(&mut self, at: usize) {
        self.ask(at, Page::load);
        if !self.flush(at) {
            self.compact(at, true);
            self.flush(at);
        }
    }
}

impl World {
    /// Notes a put, patch or increment, by the events that it left.
    fn note_change(
        &mut self,
        change: &Change,
        page: usize,
        seen: &Ops,
        made: Vec<Made>,
        memory: &Memory,
    ) -> Result<Ops, String> {
        let (slice, key) = change.place();
        let mut new: Vec<Made> = made;
        new.retain(|made| !self.history.knows(slice, key, made.dot));
        new.sort_by_key(|made| made.dot);
        let Some(last) = new.pop() else {
            return Err("it left no event of its own".into());
        };
        let mut done = Ops::default();
        if let Change::Increment { init: Some(init), .. } = change {
            let shown = self.history.shown(slice, key, seen);
            if !shown.is_present() && !shown.may_create() {
                // It may be superseded already.
                let first = new.pop().unwrap_or(Made {
                    dot: Dot {
                        seq: last.dot.seq - 1,
                        ..last.dot
                    },
                    order: last.put,
                    newest: Some(last.put),
                    ..last
                });
                let value = init.clone();
                let put = self
                    .history
                    .add(&Change::Put { slice, key, value }, page, seen, first, memory)?;
                done.insert(put);
            }
        }
        if !new.is_empty() {
            return Err("it left an event too many".into());
        }
        done.insert(self.history.add(change, page, &(*seen | done), last, memory)?);
        Ok(done)
    }
}
