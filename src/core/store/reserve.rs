use std::rc::Rc;

use crate::journal::Storage;
use crate::text::concat;

/// Some room in `localStorage` that is given up when it is full, so that compacting finds room to make more.
pub(super) struct Reserve {
    key: String,
    storage: Rc<dyn Storage>,
    /// Whether this page has seen to it; it is all tabs'.
    taken: bool,
}

/// In characters.
const SIZE: usize = 64 * 1024;

impl Reserve {
    pub(super) fn new(name: &str, storage: Rc<dyn Storage>) -> Self {
        Self {
            key: concat(&[name, "/reserve"]),
            storage,
            taken: false,
        }
    }

    /// Takes the room, if there is any.
    pub(super) fn take(&mut self) {
        if !self.taken {
            let mut there = false;
            self.storage.each_key(&mut |key| there |= key == self.key);
            self.taken = there || self.storage.set(&self.key, &room()).is_ok();
        }
    }

    /// Somebody has emptied the storage.
    pub(super) fn lost(&mut self) {
        self.taken = false;
    }

    /// Gives the room up; gives whether there was any.
    pub(super) fn release(&mut self) -> bool {
        self.taken = false;
        let held = self.is_held();
        if held {
            self.storage.remove(&self.key);
        }
        held
    }

    fn is_held(&self) -> bool {
        self.storage.get(&self.key).is_some()
    }
}

fn room() -> String {
    let mut room = String::with_capacity(SIZE);
    while room.len() < SIZE {
        room.push_str("00000000");
    }
    room
}
