use std::rc::Rc;

use super::Entry;
use crate::list::retain;

/// Entries by key, in the order of the keys. A part of a slice has few: a sorted list is a quick map.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entries(Vec<(Rc<str>, Entry)>);

impl Entries {
    /// The entry of that key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.get_key_value(key).map(|(_, entry)| entry)
    }

    /// The entry of that key, with the key as it is kept here.
    #[must_use]
    pub fn get_key_value(&self, key: &str) -> Option<&(Rc<str>, Entry)> {
        self.0.get(self.find(key).ok()?)
    }

    /// The entry of that key; made if it isn't there.
    pub fn get_or_insert(&mut self, key: &Rc<str>) -> &mut Entry {
        let at = match self.find(key) {
            Ok(at) => at,
            Err(at) => {
                self.0.insert(at, (key.clone(), Entry::default()));
                at
            }
        };
        #[expect(clippy::indexing_slicing, reason = "the lines above found or made it")]
        &mut self.0[at].1
    }

    /// Sets the entry of that key, or removes it.
    pub fn set(&mut self, key: &Rc<str>, entry: Option<Entry>) {
        match (entry, self.find(key)) {
            (Some(entry), Err(at)) => self.0.insert(at, (key.clone(), entry)),
            (Some(entry), Ok(_)) => *self.get_or_insert(key) = entry,
            (None, Ok(at)) => drop(self.0.remove(at)),
            (None, Err(_)) => {}
        }
    }

    /// Forgets a key of which nothing is left.
    pub fn forget_void(&mut self, key: &str) {
        if let Ok(at) = self.find(key)
            && self.0.get(at).is_some_and(|(_, entry)| entry.is_void())
        {
            self.0.remove(at);
        }
    }

    /// Keeps the entries that `keep` approves.
    pub fn retain(&mut self, mut keep: impl FnMut(&Entry) -> bool) {
        retain(&mut self.0, |(_, entry)| keep(entry));
    }

    /// All keys and entries.
    pub fn iter(&self) -> core::slice::Iter<'_, (Rc<str>, Entry)> {
        self.0.iter()
    }

    /// All keys and entries, to be changed.
    pub fn iter_mut(&mut self) -> core::slice::IterMut<'_, (Rc<str>, Entry)> {
        self.0.iter_mut()
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        // What is read comes in the order of the keys.
        if self.0.last().is_none_or(|(last, _)| **last < *key) {
            return Err(self.0.len());
        }
        self.0.binary_search_by(|(other, _)| (**other).cmp(key))
    }
}
