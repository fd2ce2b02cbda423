use super::stored::Kind;
use super::{Document, Journal};
use crate::sort::sort_and_dedup;
use crate::state::{Replica, Slice};
use crate::text::split_once;

/// Forgetting the names of old replicas, so that contexts stay short however many pages have written.
impl Journal {
    /// The youngest replica to be retired, if too many are named. Everything that is stored has been read.
    pub(super) fn retirable(&self) -> Option<Replica> {
        let replicas = self.replicas();
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

    /// The youngest replica that was retired anywhere.
    pub(super) fn horizon(&self) -> Option<Replica> {
        let mut horizon = None;
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

    /// All replicas that are named anywhere, sorted.
    fn replicas(&self) -> Vec<Replica> {
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
