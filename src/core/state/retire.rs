use std::rc::Rc;

use super::entry::Tally;
use super::view::bounded;
use super::{Counter, Entry, Event, Origin, Part, Replica};
use crate::list::retain;
use crate::mutant::{self, Mutant};

/// Forgetting old replicas, without forgetting what they did.
impl Part {
    /// Names no replica up to `horizon` any more. All that these ever did here must have been seen.
    ///
    /// What they left of a key is folded into the youngest event that wrote something, and for each field into the youngest counter.
    /// Whoever superseded that one had seen the others, too, and superseded them; so a removal, or a floor, that knows nothing of the
    /// folding hits the whole, and two pages that fold apart come to the same.
    pub fn retire(&mut self, horizon: Replica) {
        for (_, entry) in self.entries.iter_mut() {
            fold_events(entry, horizon);
            fold_counters(entry, horizon);
        }
        self.context.retire(horizon);
        self.forget_void();
    }
}

fn fold_events(entry: &mut Entry, horizon: Replica) {
    // Sorted by replica: those to be folded come first.
    let retired = entry.events.partition_point(|event| event.dot.replica <= horizon);
    let rest = entry.events.split_off(retired);
    // Increments supersede increments alone, and would take with the youngest what the others hold.
    let written = entry.events.iter().rev().find(|event| event.origin != Origin::Counted);
    if let (Some(dot), true) = (written.map(|event| event.dot), retired > 1) {
        entry.events = vec![Rc::new(Event::fold(&entry.events, dot))];
    }
    entry.events.extend(rest);
}

fn fold_counters(entry: &mut Entry, horizon: Replica) {
    let mut kept: Vec<Counter> = Vec::new();
    retain(&mut entry.counters, |counter| {
        counter.replica > horizon || counter.live().is_some()
    });
    // Sorted by field, then by replica.
    for counter in core::mem::take(&mut entry.counters) {
        match kept.last_mut() {
            Some(older) if older.field == counter.field && counter.replica <= horizon => {
                let sum = bounded(older.live().unwrap_or_default() + counter.live().unwrap_or_default());
                *older = Counter {
                    added: Tally {
                        seq: counter.added.seq,
                        total: bounded(counter.floor.total + sum),
                    },
                    folded: true,
                    ..counter
                };
            }
            _ => kept.push(counter),
        }
    }
    if mutant::on(Mutant::UnfoldedCounters) {
        kept.retain(|counter| !counter.folded);
    }
    entry.counters = kept;
}
