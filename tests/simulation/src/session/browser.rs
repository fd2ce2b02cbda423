//! What the pages of one browser share: `localStorage`, locks, the database.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use holdall::journal::{Storage, StorageFull};

/// One page's view of `localStorage`. All see the same; the events come later.
pub(crate) struct Hints {
    pub(crate) page: usize,
    pub(crate) shared: Rc<Shared>,
}

#[derive(Default)]
pub(crate) struct Shared {
    entries: RefCell<BTreeMap<String, String>>,
    /// Who has changed what, since somebody asked.
    changes: RefCell<Vec<usize>>,
}

impl Shared {
    pub(crate) fn hint(&self) -> Option<String> {
        self.entries.borrow().get("shop/session").cloned()
    }

    pub(crate) fn take_changes(&self) -> Vec<usize> {
        self.changes.take()
    }
}

impl Storage for Hints {
    fn get(&self, key: &str) -> Option<String> {
        self.shared.entries.borrow().get(key).cloned()
    }

    fn set(&self, key: &str, value: &str) -> Result<(), StorageFull> {
        self.shared.entries.borrow_mut().insert(key.into(), value.into());
        self.shared.changes.borrow_mut().push(self.page);
        Ok(())
    }

    fn remove(&self, key: &str) {
        if self.shared.entries.borrow_mut().remove(key).is_some() {
            self.shared.changes.borrow_mut().push(self.page);
        }
    }

    fn each_key(&self, see: &mut dyn FnMut(String)) {
        self.shared.entries.borrow().keys().cloned().for_each(see);
    }
}

/// A page's wish for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) page: usize,
    pub(crate) ticket: u64,
}

/// Web Locks.
#[derive(Default)]
pub(crate) struct Locks(BTreeMap<String, VecDeque<Wish>>);

impl Locks {
    /// Gives whether it is had at once.
    pub(crate) fn request(&mut self, name: String, wish: Wish) -> bool {
        let queue = self.0.entry(name).or_default();
        queue.push_back(wish);
        queue.len() == 1
    }

    /// Gives who has it next.
    pub(crate) fn release(&mut self, wish: Wish) -> Option<Wish> {
        for queue in self.0.values_mut() {
            if let Some(at) = queue.iter().position(|other| *other == wish) {
                queue.remove(at);
                return queue.front().copied().filter(|_| at == 0);
            }
        }
        None
    }

    /// All that a page has or wants.
    pub(crate) fn of(&self, page: usize) -> Vec<Wish> {
        self.0
            .values()
            .flatten()
            .filter(|wish| wish.page == page)
            .copied()
            .collect()
    }
}
