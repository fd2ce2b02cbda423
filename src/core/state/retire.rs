use super::entry::Tally;
use super::{Counter, Entry, Part, Replica};
use crate::mutant::{self, Mutant};

/// Forgetting old replicas, without forgetting what they did.
impl Part {
    /// Names no replica up to `horizon` any more. All that these ever did here must have been seen.
    ///
    /// What they have counted goes into the counter of the youngest of them that has counted the same field and isn't floored. Whoever
    /// superseded that one had seen the older ones, too; so a floor, or a removal, that knows nothing of the folding hits the whole
    /// sum, and two pages that fold apart come to the same.
    pub fn retire(&mut self, horizon: Replica) {
        for (_, entry) in self.entries.iter_mut() {
            fold(entry, horizon);
        }
        self.context.retire(horizon);
        self.forget_void();
    }
}

fn fold(entry: &mut Entry, horizon: Replica) {
    let mut kept: Vec<Counter> = Vec::new();
    // Sorted by field, then by replica: the youngest that folds comes last.
    for counter in core::mem::take(&mut entry.counters) {
        if counter.replica > horizon {
            kept.push(counter);
            continue;
        }
        let Some(live) = counter.live().filter(|_| !mutant::on(Mutant::UnfoldedCounters)) else {
            continue;
        };
        match kept.last_mut() {
            Some(older) if older.field == counter.field && older.replica <= horizon => {
                let sum = older.live().unwrap_or_default() + live;
                *older = Counter {
                    added: Tally {
                        seq: counter.added.seq,
                        total: counter.floor.total + sum,
                    },
                    folded: true,
                    ..counter
                };
            }
            _ => kept.push(counter),
        }
    }
    entry.counters = kept;
}
