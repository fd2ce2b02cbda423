use std::rc::Rc;

use super::{Context, Entries, Entry};

/// How many parts a slice has. It is part of the stored form, and never changes.
pub const PARTS: u8 = 64;

/// The part of a slice that a key belongs to: six bits of its FNV-1a hash (Fowler, Noll, Vo).
#[must_use]
pub fn part_of(key: &str) -> u8 {
    let mut hash = 0x811c_9dc5_u32;
    for byte in key.bytes() {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    // Its low bits alone hardly differ for keys that do.
    ((hash ^ (hash >> 15)) % u32::from(PARTS)) as u8
}

/// One part of a slice: the keys of one hash, and what was seen of their operations.
///
/// A part is a world of its own: its operations are numbered for themselves, and its context speaks of them alone. So parts can be
/// stored, and joined, one without the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Part {
    /// The operations it has seen.
    pub context: Context,
    /// What they left. A change lists every key that it touches, also one of which it leaves nothing.
    pub entries: Entries,
}

/// How much a state speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Of the keys that it lists: a change. Joining it costs what it touches, not what there is.
    Listed,
    /// Of all keys of the parts that it lists: a snapshot. What it has seen and doesn't list is gone.
    Whole,
}

/// What joining has changed.
#[derive(Debug, Default)]
pub struct Absorbed {
    /// The keys of which something else is known.
    pub changed: Vec<Rc<str>>,
    /// Whether other keys are present, or in another order; but for those that have come last.
    pub moved: bool,
    /// What is put at this clock or later comes last.
    pub last: u64,
}

impl Part {
    /// Joins `other` into this one, and adds what that has changed to `absorbed`.
    pub fn join(&mut self, other: &Self, scope: Scope, absorbed: &mut Absorbed) {
        if scope == Scope::Whole {
            let nothing = Entry::default();
            for (key, entry) in self.entries.iter_mut() {
                if other.entries.get(key).is_none() && entry.join(&self.context, &nothing, &other.context) {
                    absorbed.changed.push(key.clone());
                    absorbed.moved = true;
                }
            }
        }
        for (key, theirs) in other.entries.iter() {
            let entry = self.entries.get_or_insert(key);
            let before = (entry.is_present(), entry.order());
            if entry.join(&self.context, theirs, &other.context) {
                absorbed.changed.push(key.clone());
                let now = (entry.is_present(), entry.order());
                let last = !before.0 && now.0 && now.1.clock >= absorbed.last;
                absorbed.moved |= before != now && !last;
            }
        }
        self.context.join(&other.context);
    }

    /// Whether nothing is known of it.
    pub(super) fn is_new(&self) -> bool {
        self.context.is_new() && self.entries.unread().is_none() && self.entries.iter().len() == 0
    }

    /// Forgets the keys of which nothing is left.
    pub fn forget_void(&mut self) {
        self.entries.retain(|entry| !entry.is_void());
    }

    /// Whether joining `other` would change nothing.
    #[must_use]
    pub fn includes(&self, other: &Self, scope: Scope) -> bool {
        let nothing = Entry::default();
        let known = |theirs: &Entry, key: &str| {
            let ours = self.entries.get(key).unwrap_or(&nothing);
            ours.includes(&self.context, theirs, &other.context)
        };
        self.context.includes(&other.context)
            && other.entries.iter().all(|(key, theirs)| known(theirs, key))
            && (scope == Scope::Listed
                || self
                    .entries
                    .iter()
                    .all(|(key, _)| other.entries.get(key).is_some() || known(&nothing, key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_spread_over_all_parts_and_stay_there() {
        let mut counts = [0; PARTS as usize];
        for number in 0..6_400 {
            counts[usize::from(part_of(&format!("sku-{number}")))] += 1;
        }
        assert!(counts.iter().all(|&count| (50..200).contains(&count)), "{counts:?}");
        // Stored data depends on these.
        assert_eq!(["", "lamp", "sku-1", "ä"].map(part_of), [60, 26, 47, 25]);
    }
}
