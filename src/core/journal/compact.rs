use std::rc::Rc;

use super::{Document, Journal};
use crate::json::write;
use crate::state::Context;

/// Fewer entries than this aren't worth a snapshot.
const WORTH_COMPACTING: usize = 64;

/// Snapshots that were written, and what may go once they are seen to stay.
pub(super) struct Compaction {
    snapshots: Vec<String>,
    covered: Vec<Rc<str>>,
}

impl Journal {
    /// Does one step of compacting, if one is due: writes snapshots, or, called again in a later idle period, removes what they
    /// contain. Gives whether another step is to follow.
    ///
    /// The two steps need seconds between them: Chromium accepts a write near the quota and drops it seconds later, so a snapshot
    /// is believed only when it has stayed.
    pub fn compact(&mut self) -> bool {
        self.compact_from(WORTH_COMPACTING)
    }

    pub(super) fn compact_from(&mut self, entries: usize) -> bool {
        match self.compaction.take() {
            Some(compaction) => {
                if compaction.snapshots.iter().all(|key| self.storage.get(key).is_some()) {
                    for key in compaction.covered {
                        self.storage.remove(&key);
                        self.joined.remove(&key);
                    }
                }
                false
            }
            None => {
                self.load();
                self.compaction = self.write_snapshots(entries);
                self.compaction.is_some()
            }
        }
    }

    fn write_snapshots(&mut self, entries: usize) -> Option<Compaction> {
        // What isn't stored yet must not become visible in parts, one slice's snapshot before the other's.
        if self.joined.all().len() < entries || self.has_unwritten() {
            return None;
        }
        let covered = self.joined.all().to_vec();
        let mut snapshots: Vec<String> = Vec::new();
        for (name, slice) in &self.state.slices {
            if slice.entries.is_empty() && slice.context == Context::default() {
                continue;
            }
            let document = Document {
                clock: self.state.clock,
                slices: vec![(name.clone(), slice.clone())],
            };
            // One chunk a slice: the name leaves room for more.
            let mut key = self.prefix.clone();
            key.push_str("s/");
            key.push_str(name);
            key.push_str("/0/");
            write::hex(&mut key, self.random.draw());
            if self.storage.set(&key, &document.encode(self.numbers)).is_err() {
                for key in snapshots {
                    self.storage.remove(&key);
                }
                return None;
            }
            snapshots.push(key);
        }
        snapshots.iter().for_each(|key| self.joined.insert((&**key).into()));
        Some(Compaction { snapshots, covered })
    }
}
