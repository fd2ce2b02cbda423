use std::rc::Rc;

use super::Entry;

/// Entries by key, in the order of the keys.
///
/// Sorted blocks, so that finding is a binary search and inserting moves little. It is a B-tree of one level; the standard library's
/// would cost the wasm build 12 kB.
#[derive(Debug, Clone, Default)]
pub struct Entries {
    /// None is empty.
    blocks: Vec<Block>,
}

type Block = Vec<(Rc<str>, Entry)>;

/// Where a block is split in two.
const BLOCK: usize = 64;

impl Entries {
    /// The entry of that key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.get_key_value(key).map(|(_, entry)| entry)
    }

    /// The entry of that key, with the key as it is kept here.
    #[must_use]
    pub fn get_key_value(&self, key: &str) -> Option<&(Rc<str>, Entry)> {
        let (block, place) = self.find(key);
        self.blocks.get(block)?.get(place.ok()?)
    }

    /// The entry of that key; made if it isn't there.
    pub fn get_or_insert(&mut self, key: &Rc<str>) -> &mut Entry {
        let (mut block, place) = self.find(key);
        let mut at = place.unwrap_or_else(|at| at);
        if place.is_err() {
            (block, at) = self.make(block, at, key);
        }
        #[expect(clippy::indexing_slicing, reason = "the lines above found or made it")]
        &mut self.blocks[block][at].1
    }

    /// Sets the entry of that key.
    pub fn insert(&mut self, key: &Rc<str>, entry: Entry) {
        *self.get_or_insert(key) = entry;
    }

    /// Removes the entry of that key.
    pub fn remove(&mut self, key: &str) {
        let (block, place) = self.find(key);
        if let (Some(entries), Ok(at)) = (self.blocks.get_mut(block), place) {
            entries.remove(at);
            if entries.is_empty() {
                self.blocks.remove(block);
            }
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// All keys and entries.
    pub fn iter(&self) -> core::iter::Flatten<core::slice::Iter<'_, Block>> {
        self.blocks.iter().flatten()
    }

    /// All keys and entries, to be changed.
    pub fn iter_mut(&mut self) -> core::iter::Flatten<core::slice::IterMut<'_, Block>> {
        self.blocks.iter_mut().flatten()
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = &Rc<str>> {
        self.iter().map(|(key, _)| key)
    }

    /// All entries.
    pub fn values(&self) -> impl Iterator<Item = &Entry> {
        self.iter().map(|(_, entry)| entry)
    }

    /// The block where the key is or belongs, and its place there.
    fn find(&self, key: &str) -> (usize, Result<usize, usize>) {
        let begins_after = |block: &Block| block.first().is_some_and(|(first, _)| **first > *key);
        let block = self
            .blocks
            .partition_point(|block| !begins_after(block))
            .saturating_sub(1);
        let entries = self.blocks.get(block).map_or(&[][..], Vec::as_slice);
        (block, entries.binary_search_by(|(other, _)| (**other).cmp(key)))
    }

    fn make(&mut self, mut block: usize, mut at: usize, key: &Rc<str>) -> (usize, usize) {
        if self.blocks.is_empty() {
            self.blocks.push(Block::new());
        }
        if let Some(entries) = self.blocks.get_mut(block) {
            entries.insert(at, (key.clone(), Entry::default()));
            if entries.len() > BLOCK {
                let half = entries.len() / 2;
                let rest = entries.split_off(half);
                self.blocks.insert(block + 1, rest);
                if at >= half {
                    (block, at) = (block + 1, at - half);
                }
            }
        }
        (block, at)
    }
}

/// Where blocks end is of no account.
impl PartialEq for Entries {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::random::Random;
    use crate::state::{Counter, Replica};

    /// An entry that differs from others.
    fn entry(number: u64) -> Entry {
        let counter = Counter {
            field: "n".into(),
            replica: Replica::ZERO,
            added: Default::default(),
            floor: Default::default(),
        };
        Entry {
            events: Vec::new(),
            counters: vec![counter; number as usize],
        }
    }

    #[test]
    fn is_a_sorted_map() {
        let mut random = Random::new(5);
        let (mut entries, mut model) = (Entries::default(), BTreeMap::new());
        for _ in 0..20_000 {
            let number = random.draw();
            let key: Rc<str> = (number % 1_000).to_string().into();
            // More is inserted than removed, then more removed than inserted.
            if number >> 32 & 3 > u64::from(model.len() > 700) * 2 {
                entries.insert(&key, entry(number >> 40 & 3));
                model.insert(key.clone(), entry(number >> 40 & 3));
            } else {
                entries.remove(&key);
                model.remove(&key);
            }
            assert_eq!(entries.get(&key), model.get(&key));
            assert_eq!(entries.is_empty(), model.is_empty());
        }
        assert!(
            entries
                .blocks
                .iter()
                .all(|block| !block.is_empty() && block.len() <= BLOCK)
        );
        assert!(entries.iter().map(|(key, entry)| (key, entry)).eq(model.iter()));
        let mut rebuilt = Entries::default();
        model
            .iter()
            .rev()
            .for_each(|(key, entry)| rebuilt.insert(key, entry.clone()));
        assert_eq!(entries, rebuilt);
        model.keys().for_each(|key| rebuilt.remove(key));
        assert!(rebuilt.is_empty());
    }
}
