use super::stored::{Kind, Stored};
use super::{Document, Journal};
use crate::list::retain;
use crate::sort::sort_and_dedup;
use crate::state::{Replica, Slice};
use crate::text::split_once;

/// Forgetting the names of old replicas, so that contexts stay short however many pages have written.
impl Journal {
    /// The youngest replica to be retired, if too many are named. Everything that is stored has been read.
    pub(super) fn retirable(&self) -> Option<Replica> {
        let announced = self.announced();
        let mut replicas = self.replicas();
        retain(&mut replicas, |replica| Some(*replica) > announced);
        if replicas.len() <= self.limits.replicas {
            return None;
        }
        // Who has a record of its own, or is this page, is still about. More of its records may be on the way.
        let mut active = self.replica;
        for stored in self.keys.joined() {
            if stored.kind == Kind::Record
                && let Some(author) = self.author_of(&stored.key)
            {
                active = Some(active.map_or(author, |active| active.min(author)));
            }
        }
        let older_half = replicas.len() - self.limits.replicas / 2;
        let mut horizon = None;
        for &replica in replicas.iter().take(older_half) {
            if active.is_none_or(|active| replica < active) {
                horizon = Some(replica);
            }
        }
        horizon
    }

    /// Whether others may soon take this page's replica for one that writes no more.
    pub(super) fn is_behind(&self) -> bool {
        let Some(own) = self.replica else { return false };
        let replicas = self.replicas();
        let younger = replicas.len() - replicas.partition_point(|replica| *replica <= own);
        younger >= self.limits.replicas / 4 || self.horizon() >= Some(own)
    }

    /// The youngest replica that was retired anywhere, or may be.
    pub(super) fn horizon(&self) -> Option<Replica> {
        let mut horizon = self.announced();
        for (_, slice) in &self.state.slices {
            for (_, part) in slice.parts() {
                horizon = horizon.max(part.context.horizon());
            }
        }
        horizon
    }

    /// Whether the writer of a document knew replicas to be retired that this page doesn't, in what the document speaks of.
    pub(super) fn lacks_retirement(&self, document: &Document) -> bool {
        document.slices.iter().any(|(name, slice)| {
            !self.is_outdated(name)
                && slice.parts().iter().any(|(number, _)| {
                    let part = self.slice(name).and_then(|slice| slice.part(*number));
                    part.is_some_and(|part| part.context.horizon() < document.horizon)
                })
        })
    }

    /// The youngest replica that may be retired in these parts of a slice, and whether that is known to be stored for good: whatever
    /// the one snapshot of them has replaced went only when that had stayed.
    pub(super) fn announced_in(&self, name: &str, parts: u64) -> (Option<Replica>, bool) {
        let (mut announced, mut snapshots) = (None, 0);
        for stored in self.keys.joined() {
            if stored.kind == Kind::Snapshot && stored.touched(name) & parts != 0 {
                announced = announced.max(stored.horizon);
                snapshots += 1;
            }
        }
        (announced, snapshots == 1)
    }

    /// The youngest replica that may be retired anywhere.
    #[must_use]
    pub fn announced(&self) -> Option<Replica> {
        let mut announced = None;
        for stored in self.keys.joined() {
            if stored.kind == Kind::Snapshot {
                announced = announced.max(stored.horizon);
            }
        }
        announced
    }

    /// Retires what others speak of as retired, where that was announced: in the state, and in what is about to be joined.
    pub(super) fn follow(&mut self, reading: &mut [(Stored, Document)]) {
        let mut records: Vec<Stored> = Vec::new();
        if reading.is_empty() {
            return;
        }
        for stored in self.keys.joined().chain(reading.iter().map(|(stored, _)| stored)) {
            if stored.kind != Kind::Snapshot && stored.horizon.is_some() {
                records.push(stored.clone());
            }
        }
        for record in records {
            let announces = |stored: &Stored| stored.kind == Kind::Snapshot && stored.horizon >= record.horizon;
            for (name, touched) in &record.touches {
                let mut own = 0;
                for stored in self.keys.joined() {
                    if announces(stored) {
                        own |= stored.touched(name);
                    }
                }
                for (stored, document) in &mut *reading {
                    if announces(stored) && stored.touched(name) & touched != 0 {
                        let slice = document.slice(name);
                        retire(slice, *touched, record.horizon);
                        // What was known already isn't there any more.
                        own |= stored.touched(name) & !slice.touched();
                    }
                }
                retire(self.state.slice(name), own & touched, record.horizon);
            }
        }
    }

    /// All replicas that are named anywhere, sorted.
    pub(super) fn replicas(&self) -> Vec<Replica> {
        let mut replicas = self.strangers.clone();
        for (_, slice) in &self.state.slices {
            add_replicas(&mut replicas, slice);
        }
        replicas
    }

    fn author_of(&self, key: &str) -> Option<Replica> {
        let name = key.strip_prefix(&*self.prefix)?.strip_prefix("r/")?;
        Replica::parse(split_once(name, b'-')?.0)
    }
}

/// Adds the replicas that are named in a slice to sorted ones.
pub(super) fn add_replicas(replicas: &mut Vec<Replica>, slice: &Slice) {
    for (_, part) in slice.parts() {
        for (replica, _) in part.context.replicas() {
            replicas.push(*replica);
        }
    }
    sort_and_dedup(replicas);
}

/// Retires replicas in some parts, given as bits.
pub(super) fn retire(slice: &mut Slice, parts: u64, horizon: Option<Replica>) {
    let Some(horizon) = horizon else { return };
    for (number, part) in slice.parts_mut() {
        if parts >> *number & 1 == 1 && part.context.horizon() < Some(horizon) {
            part.retire(horizon);
        }
    }
}
