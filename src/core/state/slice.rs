use std::rc::Rc;

use super::{Context, Entries, Entry, Stamp};
use crate::sort::sort_by;

/// The state of one slice, or a part of it: a change, or several joined ones.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Slice {
    /// The operations it has seen.
    pub context: Context,
    /// What they left. A change lists every key that it touches, also one of which it leaves nothing.
    pub entries: Entries,
}

/// How much of a slice a state speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Of the keys that it lists: a change. Joining it costs what it touches, not what there is.
    Listed,
    /// Of all keys: a snapshot. What it has seen and doesn't list is gone.
    Whole,
}

impl Slice {
    /// Joins `other` into this state, and gives the keys that it changed.
    pub fn join(&mut self, other: &Self, scope: Scope) -> Vec<Rc<str>> {
        let mut changed = Vec::new();
        if scope == Scope::Whole {
            let nothing = Entry::default();
            for (key, entry) in self.entries.iter_mut() {
                let before = entry.events.len();
                if other.entries.get(key).is_none() {
                    entry.drop_seen(&other.context, &nothing);
                }
                if entry.events.len() != before {
                    changed.push(key.clone());
                }
            }
        }
        for (key, theirs) in other.entries.iter() {
            let ours = self.entries.get_or_insert(key);
            let before = ours.clone();
            ours.join(&self.context, theirs, &other.context);
            if *ours != before {
                changed.push(key.clone());
            }
        }
        self.context.join(&other.context);
        changed
    }

    /// Joins `other`, as [`join`](Self::join), and forgets the keys of which nothing is left.
    pub fn absorb(&mut self, other: &Self, scope: Scope) -> Vec<Rc<str>> {
        let changed = self.join(other, scope);
        for key in &changed {
            self.forget_void(key);
        }
        for (key, _) in other.entries.iter() {
            self.forget_void(key);
        }
        changed
    }

    fn forget_void(&mut self, key: &str) {
        if self.entries.get(key).is_some_and(Entry::is_void) {
            self.entries.remove(key);
        }
    }

    /// The entry, if it is present.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key).filter(|entry| entry.is_present())
    }

    /// The keys that are present, in the order in which they were first put, which is the same in every tab.
    #[must_use]
    pub fn keys(&self) -> Vec<Rc<str>> {
        let mut keys: Vec<(Stamp, Rc<str>)> = Vec::new();
        for (key, entry) in self.entries.iter() {
            if entry.is_present() {
                keys.push((entry.order(), key.clone()));
            }
        }
        sort_by(&mut keys, Ord::cmp);
        let mut sorted = Vec::with_capacity(keys.len());
        for (_, key) in keys {
            sorted.push(key);
        }
        sorted
    }
}
