use std::cell::OnceCell;
use std::fmt;
use std::rc::Rc;

use super::part::part_of;
use super::{Absorbed, Entry, Part, Scope, Stamp};
use crate::list::retain;
use crate::sort::sort_by;

/// The state of one slice, or some of it: a change, several joined ones, or a chunk.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Slice {
    /// The parts that were ever touched, by number.
    parts: Vec<(u8, Part)>,
    written: Written,
}

/// What a slice was written as, until it changes.
#[derive(Default)]
struct Written(OnceCell<Rc<str>>);

impl Slice {
    /// What [`keep_written`](Self::keep_written) was given since the slice has changed.
    pub(crate) fn written(&self) -> Option<&Rc<str>> {
        self.written.0.get()
    }

    /// Remembers what it was written as: most requests carry what earlier ones have carried.
    pub(crate) fn keep_written(&self, text: &str) {
        drop(self.written.0.set(text.into()));
    }

    fn change(&mut self) -> &mut Vec<(u8, Part)> {
        self.written.0.take();
        &mut self.parts
    }

    /// The parts that were ever touched, in the order of their numbers.
    #[must_use]
    pub fn parts(&self) -> &[(u8, Part)] {
        &self.parts
    }

    /// The same, to be changed.
    pub fn parts_mut(&mut self) -> &mut [(u8, Part)] {
        self.change()
    }

    /// A part, if it was ever touched.
    #[must_use]
    pub fn part(&self, number: u8) -> Option<&Part> {
        let at = self.find(number).ok()?;
        self.parts.get(at).map(|(_, part)| part)
    }

    /// A part; made if it isn't there.
    pub fn part_mut(&mut self, number: u8) -> &mut Part {
        let at = match self.find(number) {
            Ok(at) => at,
            Err(at) => {
                self.parts.insert(at, (number, Part::default()));
                at
            }
        };
        #[expect(clippy::indexing_slicing, reason = "the lines above found or made it")]
        &mut self.change()[at].1
    }

    /// Keeps the parts that `keep` approves.
    pub fn retain_parts(&mut self, mut keep: impl FnMut(u8, &Part) -> bool) {
        retain(self.change(), |(number, part)| keep(*number, part));
    }

    /// Removes a part, as if it had never been touched.
    pub fn remove_part(&mut self, number: u8) {
        if let Ok(at) = self.find(number) {
            self.change().remove(at);
        }
    }

    /// The numbers of the parts that were ever touched, as bits.
    #[must_use]
    pub fn touched(&self) -> u64 {
        let mut bits = 0;
        for (number, _) in &self.parts {
            bits |= 1_u64 << number;
        }
        bits
    }

    /// What there is of some parts, given as bits.
    #[must_use]
    pub fn only(&self, parts: u64) -> Self {
        let mut some = Self::default();
        for (number, part) in &self.parts {
            if parts >> number & 1 == 1 {
                some.parts.push((*number, part.clone()));
            }
        }
        some
    }

    /// Reads about so many bytes of what isn't read yet. Gives how many of them are left.
    pub fn read(&self, mut bytes: usize) -> usize {
        for (_, part) in &self.parts {
            if bytes > 0
                && let Some(unread) = part.entries.unread()
            {
                part.entries.read();
                bytes = bytes.saturating_sub(unread);
            }
        }
        bytes
    }

    /// Joins `other` into this state, and gives the keys that it changed.
    pub fn join(&mut self, other: &Self, scope: Scope) -> Vec<Rc<str>> {
        let mut absorbed = Absorbed::default();
        for (number, theirs) in &other.parts {
            self.part_mut(*number).join(theirs, scope, &mut absorbed);
        }
        absorbed.changed
    }

    /// Joins `other`, as [`join`](Self::join), and forgets the keys of which nothing is left.
    ///
    /// Parts of which nothing was known, and which aren't read yet, are taken as they are; their keys aren't given. What is put at
    /// the clock `last` or later comes last in the order of the keys.
    pub fn absorb(&mut self, other: &Self, scope: Scope, last: u64) -> Absorbed {
        let mut absorbed = Absorbed {
            last,
            ..Absorbed::default()
        };
        for (number, theirs) in &other.parts {
            let ours = self.part_mut(*number);
            if theirs.entries.unread().is_some() && ours.is_new() {
                *ours = theirs.clone();
                continue;
            }
            let before = absorbed.changed.len();
            ours.join(theirs, scope, &mut absorbed);
            for key in absorbed.changed.iter().skip(before) {
                ours.entries.forget_void(key);
            }
            for (key, _) in theirs.entries.iter() {
                ours.entries.forget_void(key);
            }
        }
        absorbed
    }

    /// Whether joining `other`, a change, would change nothing.
    #[must_use]
    pub fn includes(&self, other: &Self) -> bool {
        other.parts.iter().all(|(number, theirs)| {
            self.part(*number)
                .is_some_and(|ours| ours.includes(theirs, Scope::Listed))
        })
    }

    /// What is known of a key, whether it is present or not.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.part(part_of(key))?.entries.get(key)
    }

    /// The entry, if it is present.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entry(key).filter(|entry| entry.is_present())
    }

    /// All that is known, key by key. The order is the same in every tab.
    pub fn entries(&self) -> impl Iterator<Item = &(Rc<str>, Entry)> {
        self.parts.iter().flat_map(|(_, part)| part.entries.iter())
    }

    /// The keys that are present, in the order in which they were first put, which is the same in every tab.
    #[must_use]
    pub fn keys(&self) -> Vec<Rc<str>> {
        let mut keys: Vec<(Stamp, Rc<str>)> = Vec::new();
        for (key, entry) in self.entries() {
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

    fn find(&self, number: u8) -> Result<usize, usize> {
        self.parts.binary_search_by_key(&number, |(number, _)| *number)
    }
}

/// It says nothing that the slice doesn't.
impl PartialEq for Written {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Clone for Written {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Written").finish_non_exhaustive()
    }
}
