use std::rc::Rc;

use super::Store;
use crate::json::canonical;
use crate::list::retain;
use crate::sort::sort_and_dedup;

/// What the application makes of entries that it didn't write itself: some it shows otherwise, since an older version of it has written
/// them, and some it refuses.
#[derive(Default)]
pub(super) struct Verdicts {
    /// Sorted by slice and key.
    verdicts: Vec<Verdict>,
    /// Those that the transaction under way has made void.
    void: Vec<Verdict>,
}

struct Verdict {
    slice: usize,
    key: Rc<str>,
    /// The JSON to show; `None` if the entry is refused.
    shown: Option<Rc<str>>,
}

/// An entry that the application is to look at.
#[derive(Clone, PartialEq, Eq)]
pub struct Unchecked {
    /// The slice.
    pub slice: usize,
    /// The key.
    pub key: Rc<str>,
    /// The value as JSON.
    pub json: String,
    /// The version of the slice that has written it.
    pub version: u32,
}

/// Without key and value.
impl core::fmt::Debug for Unchecked {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Unchecked")
            .field("slice", &self.slice)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Verdicts {
    /// What is shown instead of what there is, if anything.
    pub(super) fn shown(&self, slice: usize, key: &str) -> Option<&Rc<str>> {
        self.get(slice, key)?.shown.as_ref()
    }

    pub(super) fn is_refused(&self, slice: usize, key: &str) -> bool {
        self.get(slice, key).is_some_and(|verdict| verdict.shown.is_none())
    }

    /// This page has changed the entry, and knows what it has put.
    pub(super) fn forget(&mut self, slice: usize, key: &str) {
        if let Ok(at) = self.find(slice, key) {
            self.void.push(self.verdicts.remove(at));
        }
    }

    /// The transaction has ended: what it made void stays so, or holds again.
    pub(super) fn settle(&mut self, keep: bool) {
        for verdict in core::mem::take(&mut self.void) {
            if !keep {
                self.insert(verdict);
            }
        }
    }

    pub(super) fn forget_slice(&mut self, slice: usize) {
        retain(&mut self.verdicts, |verdict| verdict.slice != slice);
    }

    fn insert(&mut self, verdict: Verdict) {
        if let Err(at) = self.find(verdict.slice, &verdict.key) {
            self.verdicts.insert(at, verdict);
        }
    }

    fn get(&self, slice: usize, key: &str) -> Option<&Verdict> {
        self.verdicts.get(self.find(slice, key).ok()?)
    }

    fn find(&self, slice: usize, key: &str) -> Result<usize, usize> {
        self.verdicts
            .binary_search_by(|verdict| verdict.slice.cmp(&slice).then((*verdict.key).cmp(key)))
    }
}

impl Store {
    /// The entries that were read since this was last asked, of the slices whose entries the application checks.
    pub fn take_unchecked(&mut self) -> Vec<Unchecked> {
        let mut unchecked = Vec::new();
        for (slice, definition) in self.slices.iter().enumerate() {
            let Some(journal) = self.journals.get_mut(definition.journal()) else {
                continue;
            };
            if !definition.check {
                continue;
            }
            let mut keys = journal.take_read(&definition.name);
            sort_and_dedup(&mut keys);
            let Some(state) = journal.slice(&definition.name) else {
                continue;
            };
            for key in keys {
                self.verdicts.forget(slice, &key);
                self.verdicts.settle(true);
                if let Some(entry) = state.get(&key) {
                    unchecked.push(Unchecked {
                        slice,
                        json: definition.raw(&key, entry, self.numbers),
                        version: entry.version(),
                        key,
                    });
                }
            }
        }
        unchecked
    }

    /// What the application makes of an entry: the JSON to show, or `None` to refuse it.
    pub fn check(&mut self, unchecked: &Unchecked, shown: Option<&str>) {
        let Unchecked { slice, key, json, .. } = unchecked;
        // Meanwhile it may have been put anew.
        let entry = self.state(*slice).and_then(|state| state.get(key));
        let definition = self.slices.get(*slice);
        let raw = definition
            .zip(entry)
            .map(|(definition, entry)| definition.raw(key, entry, self.numbers));
        if raw.as_ref() != Some(json) {
            return;
        }
        // What can't be kept as JSON is refused.
        let shown = shown.and_then(|shown| canonical(shown, self.numbers).ok());
        if shown.as_ref() != Some(json) {
            self.verdicts.insert(Verdict {
                slice: *slice,
                key: key.clone(),
                shown: shown.map(Rc::from),
            });
        }
    }
}
